"""Bases of help (law RA-23): entered, changed and closed by the bureau; their ledger, and who stays in one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.people.scope import visible_people
from supervision.reasons import needed
from supervision.resettlement import words
from supervision.resettlement.beds import STAYS, lock_base
from supervision.resettlement.records import CONTENT, check_choice
from supervision.sealed import open_sealed, seal

SUBJECT = "help_base"
PAGE = "/assistance/bases"
SHOWN = 200
"""Stays of one base that are shown, those that go on first."""
LEDGER = f"""
SELECT b.*, coalesce(n.here, 0) AS here, b.beds - coalesce(n.here, 0) AS free, coalesce(n.ever, 0) AS ever
  FROM help_base b
  LEFT JOIN (SELECT s.base, count(*) FILTER (WHERE s.until IS NULL)::int AS here, count(DISTINCT s.person)::int AS ever
               FROM ({STAYS}) s GROUP BY s.base) n ON n.base = b.id"""


@dataclass(frozen=True, slots=True)
class Base:
    """A base: what it is called, who carries it, where it is, how many beds it has, since when it takes people."""

    name: str
    kind: str
    address: str
    beds: int
    opened_on: date
    contact: str = ""


async def add_base(viewer: Viewer, new: Base, now: datetime) -> int:
    """A base that people may be placed in; its id. Raises Refusal for what isn't whole, and for a name that is taken."""
    _check(new, now)
    async with tx():
        async with _named():
            made = await insert("help_base", _columns(new) | {"recorded_at": now, "recorded_by": viewer.id})
        await record(viewer, "help_base_added", subject=(SUBJECT, made), detail=_told(new), now=now)
    return made


async def change_base(viewer: Viewer, base: int, new: Base, now: datetime) -> None:
    """A base is as it is said now. Raises NotFound, Refusal for a closed one, and where people's stays contradict it."""
    _check(new, now)
    async with tx():
        was = await _lock_open(base)
        await _check_stays(base, new)
        columns = _columns(new)
        marks = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
        async with _named():
            await execute(f"UPDATE help_base SET {marks} WHERE id = $1", base, *columns.values())
        await record(viewer, "help_base_changed", subject=(SUBJECT, base), detail=_changed(_as_said(was), new), now=now)


async def close_base(viewer: Viewer, base: int, closed_at: datetime, reason: str, now: datetime) -> None:
    """A base takes nobody any more. Raises NotFound, Refusal without a reason, and while anybody stays there."""
    said = needed(reason, _("停用的原因"))
    async with tx():
        row = await _lock_open(base)
        _check_closed(row, closed_at, now)
        there = await fetch_value(
            f"SELECT count(*) FROM ({STAYS}) s WHERE s.base = $1 AND (s.until IS NULL OR s.until > $2)", base, closed_at
        )
        if there:
            told = _("停用的时间以后还有 %(n)d 人住在这里，请先登记离开。") % {"n": there}
            raise Refusal(told, fields={"closed_at": told})
        await execute(
            "UPDATE help_base SET closed_at = $2, closed_by = $3, closed_reason = $4 WHERE id = $1",
            base,
            closed_at,
            viewer.id,
            said,
        )
        await record(viewer, "help_base_closed", subject=(SUBJECT, base), now=now)


# -- what is shown ------------------------------------------------------------------------------------------------


async def ledger() -> list[Record]:
    """Every base with its beds: those in use first."""
    return await fetch(f"{LEDGER} ORDER BY b.closed_at IS NOT NULL, b.name, b.id")


async def get_base(base: int) -> Record:
    """One base as the ledger has it. Raises NotFound."""
    row = await fetch_row(f"{LEDGER} WHERE b.id = $1", base)
    if row is None:
        raise NotFound
    return row


def address_of(base: Record) -> str:
    """Where it is."""
    return open_sealed(base["address_sealed"], CONTENT)


async def options() -> list[tuple[int, str]]:
    """The bases in use, with what is free now, for a list of choices."""
    told = _("%(base)s（空 %(n)d 床）")
    return [
        (row["id"], told % {"base": row["name"], "n": row["free"]}) for row in await ledger() if not row["closed_at"]
    ]


@dataclass(frozen=True, slots=True)
class Stays:
    """Who stays and stayed in a base, of the viewer's scope; how many others do and did."""

    shown: list[Record]
    more: bool
    others_here: int
    others_before: int


async def stays_of(viewer: Viewer, base: int) -> Stays:
    """Those who are there first, then the last ones."""
    args: list[Any] = [base]
    visible = visible_people(viewer, "s.person", args)
    rows = await fetch(
        f"""SELECT s.*, p.name, o.name AS office FROM ({STAYS}) s JOIN person p ON p.id = s.person
              LEFT JOIN LATERAL (SELECT r.office FROM responsibility r WHERE r.subject_kind = 'assistance'
                                    AND r.subject_id = s.assistance AND r.role = 'main'
                                  ORDER BY r.to_at IS NULL DESC, r.id DESC LIMIT 1) r ON TRUE
              LEFT JOIN office o ON o.id = r.office
             WHERE s.base = $1 AND {visible} ORDER BY s.until DESC NULLS FIRST, s.from_at DESC, s.id DESC LIMIT {SHOWN + 1}""",
        *args,
    )
    others = await fetch_row(
        f"""SELECT count(*) FILTER (WHERE s.until IS NULL) AS here, count(*) FILTER (WHERE s.until IS NOT NULL) AS before
              FROM ({STAYS}) s WHERE s.base = $1 AND ({visible}) IS NOT TRUE""",
        *args,
    )
    assert others is not None
    return Stays(rows[:SHOWN], len(rows) > SHOWN, others["here"], others["before"])


# -- what is checked ----------------------------------------------------------------------------------------------


def _check(new: Base, now: datetime) -> None:
    check_choice("kind", new.kind, words.BASE_KINDS)
    wrong = {}
    if not new.name.strip():
        wrong["name"] = _("请填写名称。")
    if not new.address.strip():
        wrong["address"] = _("请填写地址。")
    if new.beds < 1:
        wrong["beds"] = _("床位数应是 1 以上的整数。")
    if new.opened_on > local_day(now):
        wrong["opened_on"] = _("启用日期不能晚于今天。")
    if wrong:
        raise Refusal(next(iter(wrong.values())), fields=wrong)
    if new.contact.strip():
        needed(new.contact, _("联系人"), "contact")


async def _check_stays(base: int, new: Base) -> None:
    """Raises Refusal for fewer beds than people who are there, and for a first day after somebody came."""
    held = await fetch_row(
        f"SELECT count(*) FILTER (WHERE s.until IS NULL) AS here, min(s.from_at) AS first FROM ({STAYS}) s WHERE s.base = $1",
        base,
    )
    assert held is not None
    if new.beds < held["here"]:
        told = _("现在有 %(n)d 人住在这里，床位不能比人少。") % {"n": held["here"]}
        raise Refusal(told, fields={"beds": told})
    if held["first"] is not None and local_day(held["first"]) < new.opened_on:
        told = _("%(day)s 已有人入住，启用日期不能晚于这一天。") % {"day": local_day(held["first"])}
        raise Refusal(told, fields={"opened_on": told})


def _check_closed(base: Record, closed_at: datetime, now: datetime) -> None:
    if closed_at > now:
        raise Refusal(_("时间不能晚于现在。"), fields={"closed_at": _("时间不能晚于现在。")})
    if local_day(closed_at) < base["opened_on"]:
        told = _("这个基地 %(day)s 才启用。") % {"day": base["opened_on"]}
        raise Refusal(told, fields={"closed_at": told})


async def _lock_open(base: int) -> Record:
    row = await lock_base(base)
    if row["closed_at"] is not None:
        raise Refusal(_("这个基地已经停用，不能再更改。"))
    return row


@asynccontextmanager
async def _named() -> AsyncIterator[None]:
    """A base is written with its name. Raises Refusal when another one in use has it."""
    try:
        async with tx():
            yield
    except asyncpg.UniqueViolationError:
        told = _("这个名称的基地已经登记过。")
        raise Refusal(told, fields={"name": told}) from None


def _columns(new: Base) -> dict[str, Any]:
    return {
        "name": new.name.strip(),
        "kind": new.kind,
        "address_sealed": seal(new.address.strip(), CONTENT),
        "beds": new.beds,
        "contact": new.contact.strip() or None,
        "opened_on": new.opened_on,
    }


def _as_said(row: Record) -> Base:
    return Base(row["name"], row["kind"], address_of(row), row["beds"], row["opened_on"], row["contact"] or "")


def _changed(was: Base, new: Base) -> dict[str, Any]:
    """What was and is; of where it is only that it changed."""
    before, after = _told(was), _told(new)
    moved = {"address": True} if was.address != new.address.strip() else {}
    return {name: [before[name], is_now] for name, is_now in after.items() if before[name] != is_now} | moved


def _told(base: Base) -> dict[str, Any]:
    """What the audit says of it: all but where it is."""
    told = asdict(base) | {"opened_on": base.opened_on.isoformat()}
    del told["address"]
    return told
