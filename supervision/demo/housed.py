"""The bases of help: two places with beds, who stays there now and who has found something else."""

from datetime import datetime, timedelta
from typing import Final

from supervision.days import add_days, local_day
from supervision.db import Record, fetch
from supervision.demo.frame import clock
from supervision.demo.world import World
from supervision.demo.years import on_weekday
from supervision.resettlement.bases import Base, add_base
from supervision.resettlement.stays import Stay, place
from supervision.rules.assistance import CORRECTION

BASES: Final = (
    ("尖草坪区过渡性安置基地（演示）", "government", "尖草坪区演示路1号", 12, 3),
    ("演示建材公司安置基地", "enterprise", "尖草坪区演示路2号", 4, 1),
)
"""Name, kind, address, beds, and how many stay there."""
OPENED_AGO: Final = 900
SINCE: Final = timedelta(days=6)
STAYED: Final = timedelta(days=90)
FOUND: Final = "找到工作，自租住房"
EARLIER: Final = 2
"""So many stayed in each base before."""


async def housed(world: World) -> str:
    """Two bases, and the stays of those who came home from prison last; each as the pages put them down."""
    at = world.clock.at
    people = iter(await _who(at))
    for name, kind, address, beds, here in BASES:
        opened_on = add_days(local_day(at), -OPENED_AGO)
        base = await add_base(world.district.clerk, Base(name, kind, address, beds, opened_on, "演示联系人"), at)
        for _ in range(here):
            await _placed(world, base, next(people), at - SINCE)
        for _ in range(EARLIER):
            await _placed(world, base, next(people), at - SINCE - STAYED, until=at - SINCE)
    return f"{len(BASES)} bases of help with {sum(here for *_, here in BASES)} people there are put down"


async def _who(at: datetime) -> list[Record]:
    """People in help whose period is far from its end, whom no correction handed over and who came long enough ago."""
    return await fetch(
        """SELECT id FROM assistance WHERE state = 'in_help' AND source <> $1 AND connected_at < $2 AND to_on > $3
            ORDER BY connected_at DESC, id LIMIT 20""",
        CORRECTION,
        at - SINCE - STAYED,
        add_days(local_day(at), 200),
    )


async def _placed(world: World, base: int, who: Record, since: datetime, until: datetime | None = None) -> None:
    came = clock(on_weekday(since.date()), 15)
    left = clock(on_weekday(until.date()), 10) if until else None
    stay = Stay(base, came, left, FOUND if left else "")
    await place(world.district.clerk, who["id"], stay, world.clock.at)
