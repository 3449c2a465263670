"""The office's part: who investigates, what was heard from whom, and the draft with its seven contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.commissions import words
from supervision.commissions.moves import CONTENT, KIND, check_event, check_when, done, lock, move, note_event
from supervision.commissions.scope import INVESTIGATES
from supervision.commissions.steps import current_run, end_assignment
from supervision.commissions.tables import CONTENTS, REQUIRED_SOURCES, SOURCES
from supervision.days import local_day, start_of
from supervision.db import Record, fetch, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.language import listed
from supervision.orders.actions import check_past
from supervision.people.actions import Assignment, assign
from supervision.sealed import seal

CHANGES_HANDS = ("assigned", "investigating", "extension_pending", "drafted")
"""States in which other investigators may take the case over."""
ASSIGNED = "调查评估"
"""Why the office has the case, as it is kept."""


@dataclass(frozen=True, slots=True)
class Investigators:
    """The two who investigate, the office that has the file, and when it was given to them."""

    office: int
    lead: int
    second: int
    happened_at: datetime


async def assign_investigators(viewer: Viewer, commission: int, to: Investigators, now: datetime) -> None:
    """Two members of the staff investigate (law CI-11). Raises Refusal for one alone."""
    async with tx():
        row = await lock(commission)
        check_event(row, "assigned")
        await check_when(commission, to.happened_at, now)
        fact = await _put_assignment(viewer, row, to, now)
        await move(viewer, row, "assigned", fact, now=now)
        await _assigned(viewer, row, to, now)


async def change_investigators(viewer: Viewer, commission: int, to: Investigators, now: datetime) -> None:
    """The case goes to others while it is under way; its state stays. Raises Refusal."""
    async with tx():
        row = await lock(commission)
        if row["state"] not in CHANGES_HANDS:
            raise Refusal(_("现在的状态是“%(state)s”，不能改派。") % {"state": _(words.STATES[row["state"]])})
        await check_when(commission, to.happened_at, now)
        fact = await _put_assignment(viewer, row, to, now)
        await note_event(viewer, row, "reassigned", row["state"], fact=fact, now=now)
        await _assigned(viewer, row, to, now)


async def _put_assignment(viewer: Viewer, row: Record, to: Investigators, now: datetime) -> tuple[str, int]:
    if to.lead == to.second:
        told = _("调查应当由二人以上进行，请另选一人。")
        raise Refusal(told, fields={"second": told})
    await _check_staff(to.second, "second")
    await end_assignment(row["id"], now)
    values = {"commission": row["id"], "office": to.office, "lead": to.lead, "second": to.second}
    then = {"happened_at": to.happened_at, "recorded_at": now, "recorded_by": viewer.id}
    fact = await insert("commission_assignment", values | then)
    # Without the person: by this row alone nobody of the office comes to see whom it is about (law CI-10).
    await assign((KIND, row["id"]), None, Assignment(to.office, to.lead, ASSIGNED), now, viewer.id)
    return "assignment", fact


async def _assigned(viewer: Viewer, row: Record, to: Investigators, now: datetime) -> None:
    await done(viewer, "commission_assigned", row, now, {"office": to.office, "staff": [to.lead, to.second]})


async def _check_staff(staff: int, field: str) -> None:
    known = await fetch_value(
        "SELECT 1 FROM staff WHERE id = $1 AND disabled_at IS NULL AND role = ANY($2)", staff, list(INVESTIGATES)
    )
    if not known:
        raise Refusal(_("请选择在岗人员。"), fields={field: _("请选择在岗人员。")})


# -- records --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One conversation or look: with whom, where, when, what was said, and the two who were there."""

    source: str
    heard: str
    place: str
    content: str
    happened_at: datetime
    investigators: tuple[int, int]


async def add_record(viewer: Viewer, commission: int, new: NewRecord, now: datetime) -> int:
    """Put a record down; its id. Raises Refusal for one investigator alone, and outside of the investigation (law CI-11)."""
    _check_record(new, now)
    async with tx():
        row = await lock(commission)
        if row["state"] not in ("investigating", "extension_pending"):
            raise Refusal(_("现在的状态是“%(state)s”，不能增加调查笔录。") % {"state": _(words.STATES[row["state"]])})
        if new.happened_at < start_of(local_day((await current_run(commission)).from_at)):
            told = _("调查时间早于收到委托的时间。")
            raise Refusal(told, fields={"happened_at": told})
        for field, staff in zip(("first", "second"), new.investigators, strict=True):
            await _check_staff(staff, field)
        made = await insert("investigation_record", _record_row(commission, new, now, viewer.id))
        await done(viewer, "commission_record", row, now, {"source": new.source, "id": made})
    return made


def _check_record(new: NewRecord, now: datetime) -> None:
    if new.source not in SOURCES:
        raise Refusal(_("请选择调查来源。"), fields={"source": _("请选择调查来源。")})
    if new.investigators[0] == new.investigators[1]:
        told = _("每份调查笔录应当有两名调查人员。")
        raise Refusal(told, fields={"second": told})
    check_past(new.happened_at, now)
    for name, label in (("heard", _("调查对象")), ("place", _("地点")), ("content", _("调查内容"))):
        if not getattr(new, name).strip():
            raise Refusal(
                _("请填写%(label)s。") % {"label": label}, fields={name: _("请填写%(label)s。") % {"label": label}}
            )


def _record_row(commission: int, new: NewRecord, now: datetime, by: int) -> dict[str, object]:
    return {
        "commission": commission,
        "source": new.source,
        "heard_sealed": seal(new.heard.strip(), CONTENT),
        "place_sealed": seal(new.place.strip(), CONTENT),
        "content_sealed": seal(new.content.strip(), CONTENT),
        "first_investigator": new.investigators[0],
        "second_investigator": new.investigators[1],
        "happened_at": new.happened_at,
        "recorded_at": now,
        "recorded_by": by,
    }


# -- the draft --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewDraft:
    """The seven contents by their names, and when the office handed them in."""

    contents: Mapping[str, str]
    happened_at: datetime


async def submit_draft(viewer: Viewer, commission: int, new: NewDraft, now: datetime) -> None:
    """The seven contents go to the bureau (law CI-06). Raises Refusal that names what is missing."""
    async with tx():
        row = await lock(commission)
        check_event(row, "drafted")
        _check_contents(new.contents)
        await check_when(commission, new.happened_at, now)
        await _check_sources(row)
        values = {f"{name}_sealed": seal(new.contents[name].strip(), CONTENT) for name in CONTENTS}
        facts = {"commission": commission, "happened_at": new.happened_at, "recorded_at": now, "recorded_by": viewer.id}
        fact = await insert("commission_draft", facts | values)
        await move(viewer, row, "drafted", ("draft", fact), now=now)
        await done(viewer, "commission_drafted", row, now)


def _check_contents(contents: Mapping[str, str]) -> None:
    missing = {
        name: _("“%(name)s”没有填写，不能提交。") % {"name": _(words.CONTENTS[name])}
        for name in CONTENTS
        if not contents.get(name, "").strip()
    }
    if missing:
        names = listed(_("“%(name)s”") % {"name": _(words.CONTENTS[name])} for name in missing)
        raise Refusal(_("%(names)s没有填写，不能提交。") % {"names": names}, fields=missing)


async def _check_sources(row: Record) -> None:
    rows = await fetch(
        "SELECT DISTINCT source FROM investigation_record WHERE commission = $1 AND withdrawn_at IS NULL", row["id"]
    )
    found = {one["source"] for one in rows}
    missing = [_(words.SOURCES[source]) for source in REQUIRED_SOURCES if source not in found]
    if missing:
        names = listed(_("“%(name)s”") % {"name": one} for one in missing)
        told = _("还没有关于%(names)s的调查笔录，不能提交。没有被害人的，请在笔录中写明。") % {"names": names}
        raise Refusal(told)
