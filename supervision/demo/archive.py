"""The years behind the register are taken over in one go: what was on paper, on the day from which all is done one by one."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from supervision.commissions.past import record_past as record_commissions
from supervision.days import add_days
from supervision.db import fetch, tx
from supervision.demo.commissioned import Asked, asked
from supervision.demo.corrected import Past, corrected
from supervision.demo.disciplined import Supervised, disciplined
from supervision.demo.helped import from_correction, home, released
from supervision.demo.housed import housed
from supervision.demo.visited import households, visited
from supervision.demo.world import World
from supervision.discipline.past import record_past as record_cases
from supervision.orders.past import record_past as record_orders
from supervision.resettlement.offices import name_worker
from supervision.resettlement.past import PastHelp
from supervision.resettlement.past import record_past as record_help
from supervision.settings.terms import load_terms
from supervision.video_visits.past import record_households
from supervision.video_visits.past import record_past as record_visits

BEFORE_A_CASE, AFTER_A_CASE = 15, 2
"""Days that somebody has been there before a breach, and before the end after its case was closed."""


@dataclass
class Archive:
    """What is taken over, and what of it is on record by now."""

    world: World
    asked: list[Asked] = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    helped: list[PastHelp] = field(default_factory=list)

    @property
    def by(self) -> int:
        """Who takes it over: the clerk."""
        return self.world.district.clerk.id


async def take_over(world: World, bureau: str) -> AsyncGenerator[str, None]:
    """Put all of it down as of the clock's moment; lines that say what."""
    archive = Archive(world)
    yield await _investigations(archive)
    yield await _registers(archive)
    yield await housed(world)
    yield await _discipline(archive, bureau)
    yield await _families(archive)


async def _investigations(archive: Archive) -> str:
    world = archive.world
    archive.asked = asked(world.frame, world.district, archive.world.strangers)
    archive.past = corrected(world.frame, world.district, world.cast, archive.asked, archive.world.strangers)
    numbered = sorted(archive.asked, key=lambda one: one.entry.received_at)
    ids = await record_commissions([one.entry for one in numbered], world.clock.at, by=archive.by)
    rows = await fetch("SELECT id, person FROM commission WHERE id = ANY($1)", ids)
    people = {row["id"]: row["person"] for row in rows}
    for one, commission in zip(numbered, ids, strict=True):
        one.commission, one.person = commission, people[commission]
    return f"{len(ids)} investigations are taken over, {sum(one.came for one in archive.asked)} people came of them"


async def _registers(archive: Archive) -> str:
    """Correction that ended, and the help that followed it: at no instant is anybody on neither."""
    world, now = archive.world, archive.world.clock.at
    offices = world.district.offices
    async with tx():
        entries = [one.entry(offices[one.town]) for one in archive.past]
        archive.orders = await record_orders(entries, now, by=archive.by)
        archive.helped = [one async for one in _helped_on(archive)]
        parameters = (await load_terms(now, now)).parameters
        archive.helped += released(world.frame, world.district, archive.helped, archive.world.strangers, parameters)
        await record_help(archive.helped, now, by=archive.by)
    await _full_time_workers(world)
    return f"{len(archive.orders)} periods of correction and {len(archive.helped)} of help are taken over"


async def _full_time_workers(world: World) -> None:
    """Somebody does nothing but help at each office; one office still looks for somebody."""
    for town in list(world.district.towns.values())[1:]:
        office = world.district.offices[town.code]
        await name_worker(world.district.clerk, office, f"{town.office[:2]}专职帮教员", world.clock.at)


async def _helped_on(archive: Archive) -> AsyncGenerator[PastHelp, None]:
    world, now = archive.world, archive.world.clock.at
    rows = await fetch("SELECT id, person FROM orders WHERE id = ANY($1)", archive.orders)
    people = {row["id"]: row["person"] for row in rows}
    parameters = (await load_terms(now, now)).parameters
    for past, order in zip(archive.past, archive.orders, strict=True):
        if past.end_kind == "released":
            random = world.frame.random("helped on", order)
            place = home(world.frame, world.district, parameters, random, past.town)
            yield from_correction(past, order, people[order], place, random)


async def _discipline(archive: Archive, bureau: str) -> str:
    world = archive.world
    supervised = [*_over(archive), *_under_way(archive)]
    cases = disciplined(world.frame, world.district, supervised)
    await record_cases(cases, world.clock.at, bureau=bureau, by=archive.by)
    return f"{len(cases)} admonitions and warnings are taken over"


def _over(archive: Archive) -> list[Supervised]:
    offices = archive.world.district.offices
    return [
        Supervised(
            order,
            offices[one.town],
            one.officer.id,
            add_days(one.registered_at.date(), BEFORE_A_CASE),
            add_days(one.ended_at.date(), -AFTER_A_CASE),
            over=True,
        )
        for one, order in zip(archive.past, archive.orders, strict=True)
    ]


def _under_way(archive: Archive) -> list[Supervised]:
    """Those of the register of whom no case of their own is told."""
    world = archive.world
    offices, until = world.district.offices, add_days(world.frame.daily_from, -AFTER_A_CASE)
    return [
        Supervised(
            order,
            offices[one.town],
            world.district.head(offices[one.town]).id,
            add_days(one.received_on, BEFORE_A_CASE),
            min(until, add_days(one.last_day, -AFTER_A_CASE)),
            over=False,
        )
        for order, one in sorted(world.people.items())
        if one.case is None
    ]


async def _families(archive: Archive) -> str:
    world = archive.world
    homes = households(world.frame, world.strangers)
    world.homes = await record_households(homes, world.clock.at, by=archive.by)
    return f"{len(homes)} prisoners with their families are taken over"


async def visits_behind_us(world: World) -> str:
    """The video visits that were held up to yesterday, as the last thing: those of today are done one by one."""
    bookings = list(visited(world.frame, world.homes, world.frame.today))
    await record_visits(bookings, world.clock.at, by=world.district.clerk.id)
    return f"{len(bookings)} video visits were booked and are over"
