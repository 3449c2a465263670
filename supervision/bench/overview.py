"""How long the slowest statement of the dashboard takes, beside the fifth of a second that it may."""

from typing import Final

from litestar import Litestar

from supervision.access.sessions import start_session
from supervision.alerts.watch import LANES, watch
from supervision.app import create_app
from supervision.bench import load
from supervision.bench.bare import statements_of
from supervision.bench.frame import Bench, Report, Run, side_by_side
from supervision.bench.place import NOW, Place
from supervision.clock import FixedClock
from supervision.statistics.daily import count_days

MOST_MS: Final = 200.0
VIEWS: Final = {"the bureau": (1, "/dashboard?office=2"), "an office": (3, "/dashboard")}
"""Who looks, and at what: the desk at all offices and the work of one, the head of an office at the own one."""


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """Each view asked for in turn, after a night has counted the reports of half a year."""
    await place.load("load", people, load.register, load.duties, _noticed)
    app = create_app(place.house.settings, FixedClock(NOW))
    async with place.at_work("load"):
        return [await _view(app, name, people, runs) for name in VIEWS]


async def _noticed(people: int) -> None:
    await watch(NOW, lanes=LANES)
    await count_days(NOW)


async def _view(app: Litestar, name: str, people: int, runs: int) -> Report:
    staff, path = VIEWS[name]
    token = await start_session(staff, "bench", NOW)
    asked: list[int] = []

    async def ours() -> Run:
        heard = await statements_of(app, token, path)
        asked.append(len(heard))
        return Run(max(one.elapsed for one in heard) * 1000)

    async def most() -> Run:
        return Run(MOST_MS)

    await ours()
    one = Bench(f"dashboard: {name}", "ms", "≤ 1", runs)
    pairs, rows = await side_by_side(one, ours, most)
    return Report(one, people, pairs, rows, {"statements": asked[-1]})
