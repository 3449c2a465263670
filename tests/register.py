"""Invented people on the register, put there by the same actions as the pages use."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from stdnum.cn.ric import calc_check_digit

from supervision.access.viewer import Viewer
from supervision.days import SHANGHAI
from supervision.db import fetch_row
from supervision.orders.actions import set_class
from supervision.orders.intake import Intake, NewOrder, take_in
from supervision.people.actions import Assignment, NewContact, NewPerson
from tests.cast import Cast, Member

_serial = count(1)


def identity_number(born_on: date, serial: int, *, male: bool = True) -> str:
    """A generated number of a county code that doesn't exist (14019x), with its right check digit."""
    head = f"140191{born_on:%Y%m%d}{serial % 100:02d}{1 if male else 2}"
    return head + calc_check_digit(head + "0")


async def viewer_of(member: Member, *, session: int = 0) -> Viewer:
    """The viewer that a signed-in member is."""
    row = await fetch_row(
        """SELECT s.id, s.login, s.name, s.role, s.office, o.name AS office_name, $2::int AS session, false AS must_change
             FROM staff s JOIN office o ON o.id = s.office WHERE s.id = $1""",
        member.id,
        session,
    )
    return Viewer(row)


@dataclass(frozen=True)
class OnRegister:
    """A person on the register and their order."""

    person: int
    order: int
    number: str


async def on_register(
    cast: Cast,
    *,
    name: str = "杜玉林",
    at: datetime | None = None,
    registered_at: datetime | None = None,
    level: str | None = "normal",
    start_on: date | None = None,
    end_on: date = date(2027, 9, 30),
    kind: str = "probation",
    effective_on: date | None = None,
    officer: Member | None = None,
    phone: str | None = "19900000001",
) -> OnRegister:
    """A person of Alice's, taken in and enrolled at `at` (else now) unless `registered_at` says otherwise."""
    now = at or cast.now
    officer = officer or cast.alice
    serial = next(_serial)
    intake = Intake(
        NewPerson(name, "male", date(1990, 3, 7), identity_number(date(1990, 3, 7), serial)),
        NewContact("phone", phone) if phone else None,
        NewOrder(
            number=f"T{serial:05d}",
            kind=kind,
            crime="盗窃罪",
            effective_on=effective_on,
            start_on=start_on or now.astimezone(SHANGHAI).date(),
            end_on=end_on,
            registered_at=registered_at or now,
        ),
        Assignment(officer.office, officer.id, "入矫"),
    )
    viewer = await viewer_of(cast.dan)
    person = await take_in(viewer, intake, now)
    row = await fetch_row("SELECT id FROM orders WHERE person = $1", person)
    assert row is not None
    if level:
        await set_class(viewer, row["id"], level, "综合评估", now)
    return OnRegister(person, row["id"], intake.order.number)


async def awaited(cast: Cast, *, effective_on: date, at: datetime | None = None) -> OnRegister:
    """A person who has not reported yet."""
    now = at or cast.now
    serial = next(_serial)
    order = NewOrder(
        f"T{serial:05d}", "probation", "盗窃罪", effective_on, effective_on, effective_on + timedelta(days=364)
    )
    number = identity_number(date(1985, 1, 9), serial)
    intake = Intake(
        NewPerson("袁望", "male", date(1985, 1, 9), number),
        NewContact("phone", "19900000002"),
        order,
        Assignment(cast.alice.office, cast.alice.id, "待报到"),
    )
    person = await take_in(await viewer_of(cast.dan), intake, now)
    row = await fetch_row("SELECT id FROM orders WHERE person = $1", person)
    assert row is not None
    return OnRegister(person, row["id"], order.number)
