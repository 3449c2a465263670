"""The plain acts of a commission (law b.1): each is a fact with its moment, a transition, an audit row."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.commissions.facts import BEGINS, ENDS, runs_of
from supervision.commissions.moves import check_event, check_when, done, lock, move, put_act
from supervision.commissions.tables import NOTICES, OCCASIONS
from supervision.commissions.words import ASKED
from supervision.days import end_of, local_day, start_of
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.orders.actions import check_past
from supervision.rules.commission import Run
from supervision.rules.commission_clock import last_day
from supervision.settings.terms import load_terms


@dataclass(frozen=True, slots=True)
class Step:
    """A plain act as it was put in: what, when, by which document, in which words."""

    event: str
    happened_at: datetime
    document: str = ""
    note: str = ""
    until_on: date | None = None
    copied: bool = False
    """The opinion went to the procuratorate at the same moment (law CI-07)."""


async def take_step(viewer: Viewer, commission: int, step: Step, now: datetime) -> None:
    """Do it. `commission` must be in the viewer's scope, and the viewer hold the event's permission. Raises Refusal."""
    async with tx():
        row = await lock(commission)
        check_event(row, step.event)
        _check_filled(step)
        await check_when(commission, step.happened_at, now)
        if guard := GUARDS.get(step.event):
            await guard(viewer, row, step, now)
        more = {"document_number": step.document.strip() or None, "note": step.note, "until_on": step.until_on}
        fact = await put_act(viewer, commission, step.event, step.happened_at, now=now, **more)
        await move(viewer, row, step.event, ("act", fact), now=now)
        if step.event == "sent" and step.copied:
            await put_act(
                viewer, commission, "copied", step.happened_at, now=now, document_number=more["document_number"]
            )
        if step.event == "refused":
            await end_assignment(commission, now)
        await done(viewer, "commission_step", row, now, {"event": step.event})


def _check_filled(step: Step) -> None:
    asked = ASKED[step.event]
    wrong = {}
    if asked.must_note and not step.note.strip():
        wrong["note"] = _("请填写%(label)s。") % {"label": _(asked.note)}
    if asked.must_document and not step.document.strip():
        wrong["document"] = _("请填写%(label)s。") % {"label": _(asked.document)}
    if wrong:
        raise Refusal(next(iter(wrong.values())), fields=wrong)


async def end_assignment(commission: int, now: datetime) -> None:
    """Nobody investigates any more: the file is the bureau desk's again."""
    await execute(
        """UPDATE commission_assignment SET ended_at = $2
            WHERE commission = $1 AND ended_at IS NULL AND withdrawn_at IS NULL""",
        commission,
        now,
    )
    await execute(
        """UPDATE responsibility SET to_at = $2
            WHERE subject_kind = 'commission' AND subject_id = $1 AND to_at IS NULL""",
        commission,
        now,
    )


# -- what must hold before ----------------------------------------------------------------------------------------


async def current_run(commission: int) -> Run:
    """The clock that runs, or ran last."""
    acts = await fetch(
        """SELECT id, kind, happened_at, until_on FROM commission_act
            WHERE commission = $1 AND withdrawn_at IS NULL AND kind = ANY($2) ORDER BY id""",
        commission,
        [*BEGINS, *ENDS, "extension_agreed"],
    )
    return runs_of(acts)[-1]


async def last_day_of(row: Record, now: datetime) -> date:
    """The last day on which the opinion may be submitted."""
    terms = await load_terms(now, now)
    return last_day(await current_run(row["id"]), fast_track=row["fast_track"], terms=terms)


async def _in_time(viewer: Viewer, row: Record, step: Step, now: datetime) -> None:
    """An extension is agreed before the limit, and to a later day; else the original one counts (law CI-05)."""
    last = await last_day_of(row, now)
    if step.happened_at >= end_of(last):
        told = _("延期应当在期限届满（%(day)s）前协商一致；此后同意的不产生延期效力，仍按原期限计算。") % {
            "day": f"{last:%Y-%m-%d}"
        }
        raise Refusal(told, fields={"happened_at": told})
    if step.until_on is None or step.until_on <= last:
        told = _("新的期限应当晚于现在的期限 %(day)s。") % {"day": f"{last:%Y-%m-%d}"}
        raise Refusal(told, fields={"until_on": told})


async def _by_another(viewer: Viewer, row: Record, step: Step, now: datetime) -> None:
    """The office investigates, the bureau reviews: nobody approves a draft of their own (law CI-11)."""
    drafter = await fetch_value(
        """SELECT recorded_by FROM commission_draft WHERE commission = $1 AND withdrawn_at IS NULL
            ORDER BY id DESC LIMIT 1""",
        row["id"],
    )
    if drafter == viewer.id:
        raise Refusal(_("不能审核自己提交的初稿，请另一名工作人员办理。"))


async def _explained(viewer: Viewer, row: Record, step: Step, now: datetime) -> None:
    """What was handed back or can't be assessed is closed once the organ was told why (law b.1, CI-08)."""
    run = await current_run(row["id"])
    assert run.to_at is not None, "the state says so"
    told = await fetch_value(
        """SELECT 1 FROM commission_act WHERE commission = $1 AND kind = 'explained' AND withdrawn_at IS NULL
              AND happened_at >= $2""",
        row["id"],
        start_of(local_day(run.to_at)),
    )
    if not told:
        raise Refusal(_("还没有向委托机关说明情况，不能办结。"))


Check = Callable[[Viewer, Record, Step, datetime], Awaitable[None]]
GUARDS: dict[str, Check] = {"extension_agreed": _in_time, "approved": _by_another, "closed": _explained}


# -- who is told --------------------------------------------------------------------------------------------------


async def give_notice(viewer: Viewer, commission: int, step: Step, now: datetime) -> None:
    """The procuratorate was informed (CI-02) or got its copy (CI-07), or the organ was told why (CI-08). Raises Refusal."""
    if step.event not in NOTICES:
        raise Refusal(_("请选择告知的事项。"), fields={"kind": _("请选择告知的事项。")})
    async with tx():
        row = await lock(commission)
        check_past(step.happened_at, now)
        await _check_occasion(row, step)
        more = {"document_number": step.document.strip() or None, "note": step.note}
        await put_act(viewer, commission, step.event, step.happened_at, now=now, **more)
        await done(viewer, "commission_notice", row, now, {"kind": step.event})


async def _check_occasion(row: Record, step: Step) -> None:
    """Nobody is told of what hasn't happened, nor of it twice."""
    found = await fetch_row(
        """SELECT max(happened_at) FILTER (WHERE kind = ANY($2)) AS occasion,
                  max(happened_at) FILTER (WHERE kind = $3) AS told
             FROM commission_act WHERE commission = $1 AND withdrawn_at IS NULL""",
        row["id"],
        list(OCCASIONS[step.event]),
        step.event,
    )
    assert found is not None
    if row["state"] == "void" or found["occasion"] is None:
        raise Refusal(_("还没有需要告知的情况。"))
    if step.happened_at < start_of(local_day(found["occasion"])):
        raise Refusal(_("告知的时间早于它所说的事。"), fields={"happened_at": _("告知的时间早于它所说的事。")})
    if found["told"] is not None and (step.event == "informed" or found["told"] >= found["occasion"]):
        raise Refusal(_("已经记录过了，没有重复保存。"))
