"""The demo's people come by real sheets: the first register, each month's sheet, and an old register that lacks much."""

from collections.abc import Sequence
from typing import Any, Final

from supervision.days import local_day
from supervision.db import fetch
from supervision.demo.frame import SHEET_AT, clock, moment
from supervision.demo.people import Invented
from supervision.demo.sheets import HEADINGS, OLD_HEADINGS, old_row_of, row_of, workbook
from supervision.demo.world import World
from supervision.exchange.actions import import_sheet
from supervision.exchange.go_live import go_live
from supervision.exchange.intake import Options, SheetFile
from supervision.people.actions import DOC
from supervision.sealed import blind

OLD_TOWN: Final = "140108100"
"""The office whose old register is taken in late."""


async def first_register(world: World) -> str:
    """The register as it was on the first day is taken in and goes live."""
    day = world.frame.register_on
    world.clock.at = clock(day, 8)
    await monthly_sheet(world)
    gone = await go_live(world.district.clerk, day, world.clock.at)
    return f"{day}: a register of {gone.people} people is taken in and goes live"


async def monthly_sheet(world: World) -> int:
    """Who came since the last sheet, and whose class is another now; how many came."""
    day = local_day(world.clock.at)
    new = [one for one in world.cast if one.received_on < day and not _by_hand(one) and one.doc not in world.orders]
    known = [world.people[order] for order in await _open_orders()]
    changed = [one for one in known if one.doc in world.levels and one.level_on(day) != world.levels[one.doc]]
    if rows := [_row(world, one) for one in (*new, *changed)]:
        await _take(world, workbook(f"在矫档案_{day:%Y%m%d}_{len(rows)}条", HEADINGS, rows), new)
        world.levels.update((one.doc, one.level_on(day)) for one in (*new, *changed))
    return len(new)


async def latest_sheet(world: World) -> int:
    """The sheet of the day from which everything is done one by one: who came since the last one."""
    world.clock.at = moment(world.frame.daily_from, SHEET_AT)
    return await monthly_sheet(world)


async def old_register(world: World) -> int:
    """An office hands in a register on paper: the ledger of these begins now, what it lacks is debt."""
    old = [one for one in world.cast if one.case and one.case.old_register]
    office = world.district.towns[OLD_TOWN].office
    officers = world.district.working_in(OLD_TOWN)
    rows = [old_row_of(one, office, officers[at % len(officers)].name, at) for at, one in enumerate(old)]
    day = local_day(world.clock.at)
    await _take(world, workbook(f"向阳纸质台账_{day:%Y%m%d}", OLD_HEADINGS, rows), old)
    return len(old)


def _by_hand(one: Invented) -> bool:
    return one.case is not None and one.case.by_hand


def _row(world: World, one: Invented) -> list[Any]:
    if one.doc not in world.officers:
        world.officers[one.doc] = world.officer_for(one).name
    office = world.district.towns[one.town].office
    return row_of(one, office, world.officers[one.doc], local_day(world.clock.at))


async def _take(world: World, sheet: SheetFile, new: Sequence[Invented]) -> None:
    """Take a sheet in as the desk does; every row must be good."""
    imported = await import_sheet(world.district.clerk, sheet, Options(), world.clock)
    bad = [result.data for result in imported.results if result.outcome not in ("added", "changed", "unchanged")]
    assert not bad, bad
    keys = {blind(one.doc, DOC): one for one in new}
    rows = await fetch(
        "SELECT o.id, o.person, p.doc_key FROM orders o JOIN person p ON p.id = o.person WHERE p.doc_key = ANY($1)",
        list(keys),
    )
    for row in rows:
        world.put_on(keys[row["doc_key"]], row["id"], row["person"])


async def _open_orders() -> list[int]:
    return [row["id"] for row in await fetch("SELECT id FROM orders WHERE ended_at IS NULL ORDER BY id")]
