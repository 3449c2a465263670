"""Invented prisons, prisoners and families, put into the tables."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from supervision.days import at_hour
from supervision.db import fetch_value, insert
from supervision.people.actions import DOC, VISIT_PHONE, NewContact, NewPerson, add_contact, add_person
from supervision.sealed import open_sealed
from supervision.video_visits import actions
from supervision.video_visits.booking import NewBooking, book
from supervision.video_visits.steps import Taken
from tests.cast import NOW, Cast
from tests.register import identity_number, viewer_of

_serial = count(1)
WANTED = date(2026, 12, 3)
"""A Thursday, six working days after NOW."""


@dataclass(frozen=True)
class Family:
    """A prisoner with those who may visit: ids of family members, the applicant first."""

    prisoner: int
    prison: int
    members: tuple[int, ...]
    people: tuple[int, ...]


async def a_prison(name: str = "晋西监狱") -> int:
    """The prison of that name."""
    known = await fetch_value("SELECT id FROM prison WHERE name = $1", name)
    return int(known) if known else await insert("prison", {"name": name, "recorded_at": NOW})


async def a_room(name: str = "一号会见室") -> int:
    """The room of that name."""
    known = await fetch_value("SELECT id FROM visit_room WHERE name = $1", name)
    return int(known) if known else await insert("visit_room", {"name": name, "recorded_at": NOW})


async def a_person(name: str, born_on: date = date(1980, 5, 6), *, phone: str | None = None) -> int:
    """Somebody invented, who isn't under supervision."""
    serial = next(_serial)
    born_on = born_on.replace(day=1 + serial % 28, month=1 + serial // 28 % 12)
    number = identity_number(born_on, serial // 336)
    person = await add_person(NewPerson(name, "female", born_on, number), NOW)
    if phone:
        await add_contact(person, NewContact(VISIT_PHONE, phone), NOW, None)
    return person


async def a_family(
    _cast: Cast | None = None, *, level: str = "normal", size: int = 1, state: str = "ok", phone: str | None = None
) -> Family:
    """A prisoner, in prison, with verified family members."""
    prison = await a_prison()
    prisoner = await insert("prisoner", {"person": await a_person("甲在押"), "recorded_at": NOW})
    status = {"prisoner": prisoner, "prison": prison, "level": level, "happened_at": NOW, "recorded_at": NOW}
    await insert("prisoner_status", status)
    people = [await a_person(f"亲属{n}", phone=phone) for n in range(size)]
    row = {"prisoner": prisoner, "kinship": "spouse", "state": state, "recorded_at": NOW}
    members = [await insert("family_member", row | {"person": person}) for person in people]
    return Family(prisoner, prison, tuple(members), tuple(people))


async def a_booking(family: Family, *, state: str = "forwarded") -> tuple[int, int]:
    """A bare row of a booking: its id and its prisoner."""
    serial = next(_serial)
    row = {
        "number": f"HJ-T-{serial}",
        "prisoner": family.prisoner,
        "prison": family.prison,
        "applicant": family.members[0],
        "person": family.people[0],
        "wanted_on": WANTED,
        "state": state,
        "happened_at": NOW,
        "recorded_at": NOW,
    }
    return await insert("booking", row), family.prisoner


async def tail_of(person: int) -> str:
    """The last four characters of their identity card, as it is held to the glass."""
    return str(open_sealed(await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", person), DOC))[-4:]


async def things_of_the_window() -> dict[str, object]:
    """What the window's routes are tried on: a booking that waits, its prisoner, a relative still to be verified, a room."""
    family = await a_family()
    row = {
        "prisoner": family.prisoner,
        "person": await a_person("未核验", phone="19900000007"),
        "kinship": "child",
        "state": "new",
    }
    booking, _ = await a_booking(family, state="applied")
    return {
        "booking_id": booking,
        "step": "forward",
        "prisoner_id": family.prisoner,
        "prison_id": family.prison,
        "visitor_id": family.members[0],
        "family_id": await insert("family_member", row | {"recorded_at": NOW}),
        "room_id": await a_room(),
        "notice_id": await insert(
            "prisoner_notice", {"prisoner": family.prisoner, "happened_at": NOW, "recorded_at": NOW}
        ),
    }


async def a_window(cast: Cast) -> dict[str, int]:
    """Bookings in every state that the board shows, and whose page the names in paths stand for."""
    viewer = await viewer_of(cast.wanda)
    room = await a_room()
    await a_room("二号会见室")
    wanted = (WANTED, WANTED + timedelta(days=1))
    families = [await a_family(size=2, phone=f"199000005{n:02d}") for n in range(4)]
    made = [await book(viewer, NewBooking(one.prisoner, one.members, wanted, "家中有事"), NOW) for one in families]
    for booking in made[1:]:
        await actions.step(viewer, booking, Taken("forward", NOW), NOW)
    for n, booking in enumerate(made[2:]):
        place = actions.Place(room, at_hour(WANTED, 9 + n), "三区 2 号")
        await actions.schedule(viewer, booking, place, NOW)
    await actions.confirm(viewer, made[3], NOW, NOW)
    row = {"prisoner": families[0].prisoner, "person": await a_person("待核验"), "kinship": "sibling", "state": "new"}
    await insert("family_member", row | {"recorded_at": NOW})
    return {"booking_id": made[3], "first_booking_id": made[0], "prisoner_id": families[0].prisoner}
