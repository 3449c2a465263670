"""A commission comes in: its letter, whom it is about, and the moment at which the full material was there."""

from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.commissions.moves import CONTENT, done, put_act
from supervision.commissions.states import RECEIVED
from supervision.commissions.tables import ORGANS, SUBJECT_KINDS
from supervision.days import local_day
from supervision.db import execute, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.actions import check_past
from supervision.orders.tables import KINDS
from supervision.people.actions import NewPerson, add_person, add_unidentified, find_by_number
from supervision.rules.reception import is_minor
from supervision.sealed import seal


@dataclass(frozen=True, slots=True)
class Letter:
    """What the commissioning organ wrote: who, under which number, on which day, and what it asks for."""

    organ: str
    organ_name: str
    number: str
    written_on: date
    intended_kind: str
    crime: str
    fast_track: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the investigation is about; the identity number of `person` may be empty, then nobody is looked for."""

    person: NewPerson
    kind: str
    minor: bool = False
    address: str = ""


async def receive(viewer: Viewer, letter: Letter, about: Asked, received_at: datetime, now: datetime) -> int:
    """Put a commission down; its id. The clock runs from the day on which letter and full material were there (law CI-03).

    Raises Refusal for the future, for a letter that is known, and for a known identity number under another name.
    """
    _check(letter, about, received_at, now)
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        await _refuse_twice(letter)
        person = await _person_for(about.person, now)
        row = _row(letter, about, person, received_at) | {"created_at": now, "created_by": viewer.id}
        year = local_day(now).year
        row["number"] = number_in(year, await last_serial(year) + 1)
        made = await insert("commission", row)
        fact = await put_act(viewer, made, RECEIVED, received_at, now=now)
        await insert(
            "commission_event",
            {
                "commission": made,
                "at": now,
                "event": RECEIVED,
                "new_state": RECEIVED,
                "fact_kind": "act",
                "fact_id": fact,
                "staff": viewer.id,
                "role": viewer.role,
            },
        )
        await done(viewer, "commission_received", row | {"id": made}, now)
    return made


def _check(letter: Letter, about: Asked, received_at: datetime, now: datetime) -> None:
    choices = (
        ("organ", letter.organ, ORGANS, _("委托机关类别")),
        ("subject_kind", about.kind, SUBJECT_KINDS, _("调查对象类别")),
        ("intended_kind", letter.intended_kind, KINDS, _("拟适用的矫正类别")),
    )
    for name, value, known, label in choices:
        if value not in known:
            raise Refusal(
                _("请选择%(label)s。") % {"label": label}, fields={name: _("请选择%(label)s。") % {"label": label}}
            )
    check_past(received_at, now)
    if letter.written_on > local_day(received_at):
        told = _("收到全部材料的时间早于委托函的日期。")
        raise Refusal(told, fields={"happened_at": told})


async def _refuse_twice(letter: Letter) -> None:
    known = await fetch_value(
        "SELECT number FROM commission WHERE organ_name = $1 AND letter_number = $2 AND state <> 'void'",
        letter.organ_name,
        letter.number,
    )
    if known:
        told = _("%(organ)s的这一委托函已经登记（%(number)s）。") % {"organ": letter.organ_name, "number": known}
        raise Refusal(told, fields={"letter_number": told})


async def _person_for(new: NewPerson, now: datetime) -> int:
    if not new.number:
        return await add_unidentified(new, now)
    known = await find_by_number(new.number)
    if known is None:
        return await add_person(new, now)
    if await fetch_value("SELECT name FROM person WHERE id = $1", known) != new.name:
        told = _("该身份证号已用另一姓名登记过，请核对。")
        raise Refusal(told, fields={"name": told})
    return known


def _row(letter: Letter, about: Asked, person: int, received_at: datetime) -> dict[str, object]:
    return {
        "organ": letter.organ,
        "organ_name": letter.organ_name,
        "letter_number": letter.number,
        "commissioned_on": letter.written_on,
        "subject_kind": about.kind,
        "person": person,
        "minor": about.minor or is_minor(about.person.born_on, local_day(received_at)),
        "fast_track": letter.fast_track,
        "crime": letter.crime,
        "intended_kind": letter.intended_kind,
        "address_sealed": seal(about.address.strip(), CONTENT) if about.address.strip() else None,
        "state": RECEIVED,
    }


async def last_serial(year: int) -> int:
    """The serial of the year's highest number; 0 before the first. Whoever counts on from it holds the lock of intakes."""
    return int(
        await fetch_value(
            """SELECT coalesce(max(substring(number FROM '[0-9]+$')::bigint), 0) FROM commission
                WHERE number ~ ('^' || $1 || '[0-9]{4,9}$')""",
            f"PG{year}-",
        )
    )


def number_in(year: int, serial: int) -> str:
    """The number of the year with this serial, such as PG2026-0087."""
    return f"PG{year}-{serial:04d}"
