"""Invented people on the register of help, put there by the same actions as the pages use."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from supervision.db import fetch, fetch_value
from supervision.people.actions import Assignment, NewPerson
from supervision.resettlement.intake import Intake, NewAssistance, take_in
from tests.cast import Cast, Member
from tests.register import identity_number, viewer_of

_serial = count(1)


@dataclass(frozen=True)
class Helped:
    """A person and their period of help."""

    person: int
    assistance: int


async def put(cast: Cast, *, officer: Member | None = None, at: datetime | None = None, **new: Any) -> Helped:
    """Somebody of Alice's, told of by a prison unless `new` says more of it."""
    officer = officer or cast.alice
    number = identity_number(date(1988, 4, 5), next(_serial))
    papers = NewAssistance(**{"source": "prison", "kind": "general", "release_on": date(2026, 12, 10), **new})
    intake = Intake(
        NewPerson("钱归", "male", date(1988, 4, 5), number),
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
