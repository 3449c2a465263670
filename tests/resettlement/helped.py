"""Invented people on the register of help, put there by the same actions as the pages use."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from supervision.db import fetch, fetch_value
from supervision.people.actions import Assignment, NewPerson
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.bases import Base, add_base
from supervision.resettlement.intake import Intake, NewAssistance, take_in
from supervision.resettlement.records import Support, Visit, add_member, decide_class, record_support, record_visit
from supervision.resettlement.stays import Stay, place
from tests.cast import Cast, Member
from tests.register import identity_number, viewer_of

_serial = count(1)


@dataclass(frozen=True)
class Helped:
    """A person and their period of help."""

    person: int
    assistance: int


async def put(
    cast: Cast, *, name: str = "钱归", officer: Member | None = None, at: datetime | None = None, **new: Any
) -> Helped:
    """Somebody of Alice's, told of by a prison unless `new` says more of it."""
    officer = officer or cast.alice
    number = identity_number(date(1988, 4, 5), next(_serial))
    papers = NewAssistance(**{"source": "prison", "kind": "general", "release_on": date(2026, 12, 10), **new})
    intake = Intake(
        NewPerson(name, "male", date(1988, 4, 5), number),
        None,
        papers,
        Assignment(officer.office, officer.id, "登记"),
    )
    person = await take_in(await viewer_of(cast.dan), intake, at or cast.now)
    return Helped(person, int(await fetch_value("SELECT max(id) FROM assistance WHERE person = $1", person)))


async def state_of(one: Helped) -> str:
    """Where it stands."""
    return str(await fetch_value("SELECT state FROM assistance WHERE id = $1", one.assistance))


async def owed(one: Helped) -> dict[str, str]:
    """Rule → the state of its last duty."""
    rows = await fetch(
        "SELECT rule, state FROM duty WHERE subject_kind = 'assistance' AND subject_id = $1 ORDER BY id", one.assistance
    )
    return {row["rule"]: row["state"] for row in rows}


async def for_the_browser(cast: Cast) -> dict[str, int]:
    """Somebody in help with much on the page, somebody still in prison, and somebody who is looked for."""
    alice, dan, then = await viewer_of(cast.alice), await viewer_of(cast.dan), cast.now - timedelta(days=10)
    one = await put(
        cast, name="冯建国", kind="key", release_on=date(2026, 11, 14), announced=True, at=then - timedelta(days=5)
    )
    for event, code in (("told", None), ("fetched", "office"), ("agreement", None)):
        await take_step(
            alice, one.assistance, Taken(event, then, code=code, said="司法所两人、派出所一人、家属到场"), then
        )
    await add_member(alice, one.assistance, "village", "村委 李四", then)
    await take_step(alice, one.assistance, Taken("file", then, said="没有住处，想学电工"), then)
    await decide_class(dan, one.assistance, "first", "三无人员", then)
    await record_visit(alice, one.assistance, Visit("home", "person", then, "租住在古城街道", "临时救助"), then)
    await record_support(alice, one.assistance, Support("relief", None, then, "临时救助五百元"), then)
    base = await a_base(cast)
    await place(alice, one.assistance, Stay(base, then, then + timedelta(days=1), "回家居住"), cast.now)
    await place(alice, one.assistance, Stay(base, then + timedelta(days=2)), cast.now)
    inside = await put(cast, name="卫东升", release_on=date(2026, 12, 20), prison="太原第一监狱", crime="盗窃罪")
    gone = await put(cast, name="沈安", release_on=date(2026, 11, 15), announced=True, at=then - timedelta(days=2))
    await take_step(alice, gone.assistance, Taken("missed", then + timedelta(days=4), said="家属称未归"), cast.now)
    return {"helped_id": one.person, "inside_id": inside.person, "base_id": base}


async def a_base(cast: Cast, name: str = "演示安置基地", *, beds: int = 2) -> int:
    """A base of help, open for a year."""
    new = Base(name, "government", "幸福路3号", beds, (cast.now - timedelta(days=365)).date(), "孟联")
    return await add_base(await viewer_of(cast.dan), new, cast.now)
