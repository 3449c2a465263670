"""The benches by name, and what `supervision bench` does with one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from supervision.bench import intake, latency, ledger, overview, reports, sending, showing, watching
from supervision.bench.frame import Report
from supervision.bench.place import Place, prepared, throw_away
from supervision.errors import Refusal
from supervision.house import House
from supervision.stopping import leaving_in_order

Measure = Callable[[Place, int, int], Awaitable[list[Report]]]
BENCHES: Final[Mapping[str, Measure]] = {
    "watch": watching.bench,
    "sync": ledger.bench_sync,
    "reconcile": ledger.bench_reconcile,
    "import": intake.bench,
    "pages": showing.bench,
    "sender": sending.bench,
    "latency": latency.bench,
    "reports": reports.bench,
    "dashboard": overview.bench,
}
LEAST_PEOPLE: Final = 100


def run_bench(name: str, people: int, runs: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Measure in a throw-away installation; the data and the lines. Raises Refusal."""
    if people < LEAST_PEOPLE or runs < 1:
        raise Refusal(f"A bench needs at least {LEAST_PEOPLE} people and one run.")
    with leaving_in_order(), throw_away() as house:
        reports = asyncio.run(_measure(house, BENCHES[name], people, runs))
    return [one.data() for one in reports], [line for one in reports for line in one.lines()]


async def _measure(house: House, measure: Measure, people: int, runs: int) -> list[Report]:
    return await measure(await prepared(house), people, runs)
