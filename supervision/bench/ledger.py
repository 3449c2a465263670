"""What the ledger costs beyond the rules themselves: making it (sync) and proving it each night (reconcile)."""

from collections.abc import Awaitable, Callable
from itertools import product
from statistics import median
from typing import Any

from supervision import rules
from supervision.bench import load
from supervision.bench.frame import Bench, Report, Rows, Run, Watch, queries_of, side_by_side
from supervision.bench.place import NOW, Place
from supervision.db import fetch_row
from supervision.duties.kinds import CHUNK
from supervision.duties.reconcile import reconcile
from supervision.duties.sources import load_facts
from supervision.duties.sync import horizon, sync
from supervision.errors import Refusal
from supervision.rules.base import Terms
from supervision.settings.terms import load_terms

MANY_ACTS = 40
"""Reports and checks of a file ten times as thick as the usual one."""
KINDS = ("order", "assistance")
"""The registers of the load; both have the same numbers."""
LEFT = """
SELECT (SELECT count(*) FROM duty WHERE state <> 'void') AS duties, (SELECT count(*) FROM finding) AS findings
"""


# -- sync ---------------------------------------------------------------------------------------------------------


async def bench_sync(place: Place, people: int, runs: int) -> list[Report]:
    """The ledger of a register that has none yet; and how many statements one person costs, thin file or thick."""
    await place.load("load", people, load.register, load.acts)
    bench = Bench("sync", "s", runs=runs)

    async def ours() -> Run:
        await place.copy("load", "ours")
        return await _timed(place, "ours", lambda: _ledger(people))

    pairs, rows = await side_by_side(bench, ours, lambda: _rules_alone(place, "load", people))
    return [Report(bench, people, pairs, rows, await _queries(place, people))]


async def _queries(place: Place, people: int) -> dict[str, Any]:
    """Of one person, again with ten times the acts, and of as many people as one part takes."""
    part = min(people, CHUNK)
    await place.load("thick", 1, load.register, _many_acts)
    return {
        "statements for one person": await _queries_for(place, "load", 1),
        "statements for one person with a thick file": await _queries_for(place, "thick", 1),
        f"statements for {part} people": await _queries_for(place, "load", part),
    }


async def _many_acts(people: int) -> None:
    await load.acts(people, MANY_ACTS)


async def _queries_for(place: Place, name: str, people: int) -> int:
    await place.copy(name, "counted")
    async with place.at_work("counted"):
        await load_terms(NOW, horizon(NOW))  # read once in a process, not for each person
        return await queries_of(lambda: sync(_ids(people), NOW))


# -- reconcile ----------------------------------------------------------------------------------------------------


async def bench_reconcile(place: Place, people: int, runs: int) -> list[Report]:
    """A whole register against its ledger, of which every row is right; and the same at a tenth of the size."""
    await place.load("load", people, load.register, load.acts, _ledger)
    bench = Bench("reconcile", "s", "≤ 1.5", runs)
    pairs, rows = await side_by_side(
        bench, lambda: _reconciled(place, "load"), lambda: _rules_alone(place, "load", people)
    )
    fewer = max(people // 10, 1)
    await place.load("smaller", fewer, load.register, load.acts, _ledger)
    small = [(await _reconciled(place, "smaller")).value / fewer for _ in range(runs)]
    each = median(ours for ours, _ in pairs) / people
    notes = {
        "ms a person": round(each * 1000, 4),
        f"ms a person at {fewer} people": round(median(small) * 1000, 4),
        "cost of a person to that at a tenth of the size": round(each / median(small), 3),
    }
    return [Report(bench, people, pairs, rows, notes)]


async def _ledger(people: int) -> None:
    for kind in KINDS:
        await sync(_ids(people), NOW, kind=kind)


async def _reconciled(place: Place, name: str) -> Run:
    return await _timed(place, name, _found_right)


async def _found_right() -> None:
    if (found := await reconcile(NOW)).repaired:
        raise Refusal(f"The load isn't what the rules say: {found.repaired} rows were repaired.")


# -- both ---------------------------------------------------------------------------------------------------------


def _ids(people: int) -> range:
    return range(1, people + 1)


def _parts(people: int) -> list[list[int]]:
    return [list(_ids(people)[start : start + CHUNK]) for start in range(0, people, CHUNK)]


async def _timed(place: Place, name: str, work: Callable[[], Awaitable[Any]]) -> Run:
    async with place.at_work(name):
        await _terms()  # what a process knows after its first tick
        with Watch() as took:
            await work()
        return Run(took.seconds, await _left())


async def _left() -> Rows:
    row: Any = await fetch_row(LEFT)
    return dict(row)


async def _terms() -> Terms:
    return await load_terms(NOW, horizon(NOW))


async def _rules_alone(place: Place, name: str, people: int) -> Run:
    """The pure rules over the same facts, which are read beforehand."""
    took, duties, findings = Watch(), 0, 0
    async with place.at_work(name):
        terms = await _terms()
        for kind, ids in product(KINDS, _parts(people)):
            facts = await load_facts(ids, kind)
            with took:
                said = [rules.evaluate(one, terms) for one in facts]
            duties += sum(len(owed) for owed, _ in said)
            findings += sum(len(found) for _, found in said)
    return Run(took.seconds, {"duties": duties, "findings": findings})
