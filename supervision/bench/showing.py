"""How many pages a second one web process shows, with sign-in, scope and audit, beside bare routes (`bare.py`)."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from supervision.access.sessions import COOKIE, start_session
from supervision.alerts.watch import watch
from supervision.bench import load
from supervision.bench.frame import Bench, Report, Run, Watch, side_by_side
from supervision.bench.place import NOW, Place
from supervision.bench.processes import answers, started
from supervision.db import execute
from supervision.duties.sync import sync
from supervision.errors import Refusal
from supervision.house import APP_ROLE

CLIENTS: Final = 8
REQUESTS: Final = 10
"""Of each client in one run of one side; fewer on a register of some hundred people."""
CLERK, OFFICER, PERSON = 1, 4, 10
"""The bureau's desk sees everybody; the officer has the person, who has lapsed."""
PAGES: Final = {
    "caseload": ("/people", CLERK),
    "day": ("/", OFFICER),
    "file": (f"/people/{PERSON}", OFFICER),
    "queue": ("/alerts?tab=all", CLERK),
}


async def bench(place: Place, people: int, runs: int) -> list[Report]:
    """Each page in turn from our web process and from the bare one, by eight clients at once."""
    await place.load("load", people, load.register, load.acts, load.duties, _noticed)
    tokens = await _sign_in(place)
    pages = [(path, tokens[staff]) for path, staff in PAGES.values()]
    environment = _environment(place)
    async with started("supervision.cli", ("serve", "--port", "{port}"), environment) as (ours, _):
        async with started("supervision.bench.bare", ("{port}", json.dumps(pages)), environment) as (anchor, bare):
            did = json.loads(await bare.readline() or "null")
            if did is None:
                raise Refusal("The bare process could not show our pages.")
            await asyncio.gather(answers(f"{ours}/health"), answers(f"{anchor}/0"))
            return [
                await _page(Bench(f"pages: {name}", "/s", "≥ 0.4", runs), people, (ours, anchor), (number, pages, did))
                for number, name in enumerate(PAGES)
            ]


async def _noticed(people: int) -> None:
    """The file that is looked at has the ledger of the rules; what has lapsed has its alerts and texts."""
    await execute("DELETE FROM duty WHERE person = $1", PERSON)
    await sync([PERSON], NOW)
    await watch(NOW)


async def _sign_in(place: Place) -> Mapping[int, str]:
    async with place.at_work("load"):
        return {staff: await start_session(staff, "bench", NOW) for staff in (CLERK, OFFICER)}


async def _page(bench: Bench, people: int, at: tuple[str, str], what: tuple[int, Any, Any]) -> Report:
    number, pages, did = what
    path, token = pages[number]
    requests = min(REQUESTS, people // 100)
    waits: list[float] = []
    pairs, rows = await side_by_side(
        bench,
        lambda: _asked(f"{at[0]}{path}", token, requests, waits),
        lambda: _asked(f"{at[1]}/{number}", token, requests, []),
    )
    notes = {
        f"p99 at {CLIENTS} clients, ms": round(sorted(waits)[int(len(waits) * 0.99)] * 1000, 1),
        "rows that the bare route reads": did[number]["rows"],
        "statements of our page": did[number]["statements"],
        "slowest statement, ms": round(did[number]["slowest_ms"], 1),
    }
    return Report(bench, people, pairs, rows, notes)


async def _asked(url: str, token: str, requests: int, waits: list[float]) -> Run:
    """So many requests by all clients together; pages a second, and how much HTML a page is."""
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(connector=connector, headers={"Cookie": f"{COOKIE}={token}"}) as session:
        text = await _get(session, url, [])
        with Watch() as took:
            await asyncio.gather(*(_client(session, url, requests, waits) for _ in range(CLIENTS)))
    return Run(requests * CLIENTS / took.seconds, {"tags": text.count("<")})


async def _client(session: aiohttp.ClientSession, url: str, requests: int, waits: list[float]) -> None:
    for _ in range(requests):
        await _get(session, url, waits)


async def _get(session: aiohttp.ClientSession, url: str, waits: list[float]) -> str:
    with Watch() as took:
        async with session.get(url, allow_redirects=False) as answer:
            text = await answer.text()
    if answer.status != 200:
        raise Refusal(f"{url} answered {answer.status}.")
    waits.append(took.seconds)
    return text


def _environment(place: Place) -> dict[str, str]:
    return {
        "SUPERVISION_MODE": "training",
        "SUPERVISION_NOW": NOW.isoformat(),
        "SUPERVISION_DATA_DIR": str(place.house.settings.data_dir),
        "SUPERVISION_DATABASE_URL": place.server.dsn("load", APP_ROLE),
        "SUPERVISION_MIGRATION_URL": place.server.dsn("load"),
    }
