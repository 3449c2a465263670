"""The steps of a period of help (law b.12): each one transaction with its fact, its audit row and the ledger brought up to date.

`assistance` is in the viewer's scope: whoever calls has asked `scope` for it. Nothing here is a penalty, and nothing is
asked of the person: every duty is the office's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import SHANGHAI, local_day
from supervision.db import Record, execute, fetch_row, fetch_value, insert, tx
from supervision.errors import NotAllowed, Refusal
from supervision.language import gettext as _
from supervision.people.actions import Assignment, assign
from supervision.resettlement import states, words
from supervision.resettlement.scope import lock_open
from supervision.resettlement.steps import BY_EVENT, Step, title_of
from supervision.rules.assistance import MOVED_IN, help_ends_on
from supervision.sealed import seal
from supervision.settings.terms import load_terms

SUBJECT = "assistance"
SAID = "assistance.said"
DETAILS = "assistance.details"
BECAME = "became"
"""Member of a registration form that was kept: what the sheet changed it to."""
CONNECTING = frozenset({"fetched", "arrived", "found", "found_elsewhere", "came"})
"""Steps with which somebody has come home to the office's help."""
OTHER_OFFICE = frozenset({"dual", "found_elsewhere", "move_accepted"})
"""Steps that pass the file on to another office, where one of the district is named."""
CHANGED_BY: Mapping[str, tuple[str, ...]] = {
    "notice": ("release_on",),
    "prison_changed": ("prison",),
    **dict.fromkeys(sorted(CONNECTING), ("connected_at", "from_on", "to_on", "report_by")),
}
"""Step → the columns of its period that it changes beside the state; what they were is kept with it."""
REASONS = {
    "dual": "双列管，由现住地帮教",
    "dual_home": "双列管，户籍地",
    "dual_ended": "双列管结束",
    "moved": "迁居移交",
}
"""Why a file goes to another office, as it is kept."""
RECORD, DECIDE = "record_help", "decide_help"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step to put down: what, when, its code and words, the other office, and the day of release that a notice names."""

    event: str
    happened_at: datetime
    code: str | None = None
    said: str = ""
    office: int | None = None
    release_on: date | None = None
    report_by: date | None = None
    """Until when the certificate of release tells the person to report to the police station (law RA-10)."""


async def take_step(viewer: Viewer, assistance: int, taken: Taken, now: datetime) -> str:
    """Take a step; the state that it leads to. Raises Refusal for a step that b.12 doesn't know in this state.

    NotAllowed for a decision of somebody who may not decide.
    """
    step = BY_EVENT.get(taken.event)
    if step is None:
        raise Refusal(_("请从列表中选择要办理的事项。"))
    if not viewer.may(DECIDE if step.decided else RECORD):
        raise NotAllowed
    check_form(step, taken)
    async with tx():
        row = await lock_open(assistance)
        new = allowed(row["state"], taken.event)
        await _check(row, taken, now)
        await put_down(row, taken, new, now, by=viewer.id)
        await _follow_columns(row, taken, now, viewer.id)
        detail = {"event": taken.event, "from": row["state"], "to": new}
        await done(viewer, "help_step", row, now, detail)
    return new


def check_form(step: Step, taken: Taken) -> None:
    """Raises Refusal when a step lacks what its form asks for."""
    if step.must_say and not taken.said.strip():
        told = _("请填写%(label)s。") % {"label": _(step.said)}
        raise Refusal(told, fields={"said": told})
    if step.codes is not None and taken.code not in step.codes:
        told = _("请选择%(label)s。") % {"label": _(step.code_label)}
        raise Refusal(told, fields={"code": told})
    if step.release and taken.release_on is None:
        raise Refusal(_("请填写释放日期。"), fields={"release_on": _("请填写释放日期。")})


def allowed(state: str, event: str) -> str:
    """Where the step leads. Raises Refusal with a sentence for one that can't be taken in this state."""
    new = states.next_state(state, event)
    if new is None:
        told = {"state": _(words.STATES[state]), "step": _(title_of(event))}
        raise Refusal(_("现在是“%(state)s”，不能办理“%(step)s”。") % told)
    return new


async def _check(row: Record, taken: Taken, now: datetime) -> None:
    """Raises Refusal for a time that can't be, and where a step lacks what must come before it."""
    if taken.happened_at > now:
        raise Refusal(_("时间不能晚于现在。"), fields={"happened_at": _("时间不能晚于现在。")})
    if taken.event == "file":
        await _check_group(row["id"])
    if taken.event == "dual_asked":
        await _check_answered(row["id"])
    await _check_order_of_time(row["id"], taken)
    refused = day_refused(row, taken, local_day(taken.happened_at))
    if refused:
        raise Refusal(refused, fields={"happened_at": refused})


async def _check_order_of_time(assistance: int, taken: Taken) -> None:
    last = await fetch_value(
        """SELECT max(happened_at) FROM assistance_step
            WHERE assistance = $1 AND withdrawn_at IS NULL AND old_state IS DISTINCT FROM new_state""",
        assistance,
    )
    if last is not None and taken.happened_at < last:
        told = _("时间早于上一步（%(at)s）。") % {"at": f"{last.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"}
        raise Refusal(told, fields={"happened_at": told})


async def _check_group(assistance: int) -> None:
    """A file is opened with its group and its agreement (law RA-12, RA-13)."""
    has = await fetch_row(
        """SELECT EXISTS (SELECT FROM help_member m WHERE m.assistance = $1 AND m.withdrawn_at IS NULL) AS grouped,
                  EXISTS (SELECT FROM assistance_step s WHERE s.assistance = $1 AND s.event = 'agreement'
                             AND s.withdrawn_at IS NULL) AS agreed""",
        assistance,
    )
    assert has is not None
    if not has["grouped"]:
        raise Refusal(_("还没有帮教小组，请先登记小组成员，再建立档案。"))
    if not has["agreed"]:
        raise Refusal(_("还没有签订帮教协议，请先记录协议，再建立档案。"))


async def _check_answered(assistance: int) -> None:
    """One request for a listing in two places at a time: each has its own answer (law RA-15)."""
    last = await fetch_value(
        """SELECT event FROM assistance_step WHERE assistance = $1 AND withdrawn_at IS NULL
              AND event IN ('dual_asked', 'dual', 'dual_refused', 'dual_ended') ORDER BY id DESC LIMIT 1""",
        assistance,
    )
    if last == "dual_asked":
        raise Refusal(_("已经申请双列管，还没有答复，不用再申请。"))


def day_refused(row: Mapping[str, object], taken: Taken, day: date) -> str | None:
    """Why a step can't have been taken on this day; None where it can."""
    release_on, to_on = row["release_on"], row["to_on"]
    if taken.event in ("fetched", "arrived") and isinstance(release_on, date) and day < release_on:
        return _("释放日期是 %(day)s，衔接不能早于这一天。") % {"day": release_on}
    if taken.event == "missed" and isinstance(release_on, date) and day <= release_on:
        return _("释放日期是 %(day)s，过了这一天才能记为尚未衔接。") % {"day": release_on}
    if taken.event == "fetched" and row["kind"] != "key":
        return _("一般帮教对象请用“衔接”登记。")
    if taken.event == "notice" and isinstance(release_on, date):
        known_on = row["known_on"]
        assert taken.release_on is not None and isinstance(known_on, date)
        if taken.release_on < known_on:
            return _("通知书上的释放日期早于得知此人的日期（%(day)s），请核对。") % {"day": known_on}
    if taken.event == "expired" and (not isinstance(to_on, date) or day < to_on):
        return _("帮教期至 %(day)s，还没有期满。") % {"day": to_on or _("（未定）")}
    return None


async def put_down(
    row: Mapping[str, object], taken: Taken, new: str, now: datetime, *, by: int | None, run: int | None = None
) -> int:
    """Write a step of a locked period of help, and its state by compare-and-set; the step's id."""
    said = taken.said.strip()
    values = {
        "assistance": row["id"],
        "event": taken.event,
        "code": taken.code,
        "old_state": row["state"],
        "new_state": new,
        "happened_at": taken.happened_at,
        "said_sealed": seal(said, SAID) if said else None,
        "office": taken.office,
        "before": _before(row, taken.event),
        "recorded_at": now,
        "recorded_by": by,
        "import_run": run,
    }
    if new in states.END_KINDS:
        changed = await execute(
            "UPDATE assistance SET state = $3, ended_at = $4, end_kind = $3 WHERE id = $1 AND state = $2",
            row["id"],
            row["state"],
            new,
            taken.happened_at,
        )
    else:
        changed = await execute(
            "UPDATE assistance SET state = $3 WHERE id = $1 AND state = $2", row["id"], row["state"], new
        )
    assert changed, "the row is locked"
    return await insert("assistance_step", values)


def _before(row: Mapping[str, object], event: str) -> str | None:
    columns = CHANGED_BY.get(event)
    return json.dumps({column: row[column] for column in columns}, default=str) if columns else None


async def _follow_columns(row: Record, taken: Taken, now: datetime, by: int) -> None:
    """What else a step changes: the days of the period, the prison, and who has the file."""
    if taken.event == "notice":
        await execute("UPDATE assistance SET release_on = $2 WHERE id = $1", row["id"], taken.release_on)
    if taken.event == "prison_changed":
        await execute("UPDATE assistance SET prison = $2 WHERE id = $1", row["id"], taken.said.strip())
    if taken.event in CONNECTING:
        await begin_period(row, taken.happened_at, now)
    if taken.report_by is not None:
        await execute("UPDATE assistance SET report_by = $2 WHERE id = $1", row["id"], taken.report_by)
    if taken.event in ("dual", "found_elsewhere") and taken.office:
        await _list_twice(row, taken.office, now, by)
    if taken.event == "dual_ended":
        await _list_once(row, now, by)
    if taken.event == "move_accepted" and taken.office:
        await _continue_elsewhere(row, taken, now, by)


async def begin_period(row: Mapping[str, object], connected_at: datetime, now: datetime) -> None:
    """The period of help counts from the release, or from the connection where no release is known (law RA-01)."""
    release_on = row["release_on"]
    from_on = release_on if isinstance(release_on, date) else local_day(connected_at)
    parameters = (await load_terms(now, now)).parameters.in_force(connected_at)
    await execute(
        "UPDATE assistance SET connected_at = $2, from_on = $3, to_on = coalesce(to_on, $4) WHERE id = $1",
        row["id"],
        connected_at,
        from_on,
        help_ends_on(str(row["source"]), from_on, parameters),
    )


async def _list_twice(row: Record, office: int, now: datetime, by: int) -> None:
    """The office of the residence gives the daily help; that of the household is listed beside it (law RA-15)."""
    home = await _main(row["id"])
    if home is None or home["office"] == office:
        raise Refusal(_("现住地就是本所，不需要双列管。"), fields={"office": _("请选择另一个司法所。")})
    await assign((SUBJECT, row["id"]), row["person"], Assignment(office, None, REASONS["dual"]), now, by)
    await insert(
        "responsibility",
        {
            "subject_kind": SUBJECT,
            "subject_id": row["id"],
            "person": row["person"],
            "office": home["office"],
            "staff": home["staff"],
            "role": "dual",
            "from_at": now,
            "recorded_at": now,
            "recorded_by": by,
            "reason": REASONS["dual_home"],
        },
    )


async def _list_once(row: Record, now: datetime, by: int) -> None:
    """The file goes back to the office of the household."""
    home = await fetch_row(
        """UPDATE responsibility SET to_at = $2
            WHERE subject_kind = 'assistance' AND subject_id = $1 AND role = 'dual' AND to_at IS NULL
           RETURNING office, staff""",
        row["id"],
        now,
    )
    if home is not None:
        to = Assignment(home["office"], home["staff"], REASONS["dual_ended"])
        await assign((SUBJECT, row["id"]), row["person"], to, now, by)


async def _main(assistance: int) -> Record | None:
    return await fetch_row(
        """SELECT office, staff FROM responsibility
            WHERE subject_kind = 'assistance' AND subject_id = $1 AND role = 'main' AND to_at IS NULL""",
        assistance,
    )


async def _continue_elsewhere(row: Record, taken: Taken, now: datetime, by: int) -> None:
    """Inside the district the help goes on at the other office from the same moment, to the same last day.

    The office that gave it has the file no longer.
    """
    await give_up(row["id"], now)
    kept = {
        name: row[name] for name in ("person", "kind", "release_on", "from_on", "to_on", "prison", "crime", "sentence")
    }
    values = kept | {
        "source": MOVED_IN,
        "known_on": local_day(taken.happened_at),
        "connected_at": taken.happened_at,
        "state": states.CONNECTED,
        "details_sealed": row["details_sealed"],
        "ledger_from": local_day(now),
        "created_at": now,
        "created_by": by,
    }
    assert taken.office is not None
    new = await insert("assistance", values)
    await first_step({**values, "id": new}, Taken("came", taken.happened_at), now, by=by)
    await assign((SUBJECT, new), row["person"], Assignment(taken.office, None, REASONS["moved"]), now, by)
    await follow([new], now, kind=SUBJECT, by=by)


async def give_up(assistance: int, now: datetime) -> None:
    """No office has the file any more."""
    await execute(
        """UPDATE responsibility SET to_at = $2
            WHERE subject_kind = 'assistance' AND subject_id = $1 AND to_at IS NULL""",
        assistance,
        now,
    )


async def first_step(
    row: Mapping[str, object], taken: Taken, now: datetime, *, by: int | None, run: int | None = None
) -> None:
    """The step with which a period of help begins: it led from nowhere to the state that the row has."""
    said = taken.said.strip()
    values = {
        "assistance": row["id"],
        "event": taken.event,
        "code": taken.code,
        "new_state": row["state"],
        "happened_at": taken.happened_at,
        "said_sealed": seal(said, SAID) if said else None,
        "recorded_at": now,
        "recorded_by": by,
        "import_run": run,
    }
    await insert("assistance_step", values)


async def done(
    viewer: Viewer, action: str, row: Mapping[str, Any], now: datetime, detail: Mapping[str, object] | None = None
) -> None:
    """The end of every action here: the audit row, then the ledger and its alerts."""
    await record(viewer, action, subject=(SUBJECT, row["id"]), people=[row["person"]], detail=detail, now=now)
    await follow([row["id"]], now, kind=SUBJECT, by=viewer.id)
