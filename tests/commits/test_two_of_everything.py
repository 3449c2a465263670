"""Two of each process on one database, and two migrations at once: everything is done once (G12)."""

import asyncio
import os
import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from supervision import sealed
from supervision.access.sessions import COOKIE, csrf_token, start_session
from supervision.db import fetch, fetch_value
from tests.browser.place import own_database, pool_on
from tests.browser.site import serving
from tests.cast import NOW, Cast, assemble
from tests.commits.test_jobs_commits import start
from tests.conftest import ROOT, drop_database, of_database
from tests.crash.ground import IN_THE_END
from tests.register import OnRegister, on_register

pytestmark = pytest.mark.commits
PEOPLE, REMISS = 5, 2
"""Two of them don't report, and are told so by text."""
DAILY = ("digest", "reconcile", "roll_call")
SOON = NOW + timedelta(hours=1)
LOOK_SECONDS, LOOKS = 0.1, 1800


async def until_quiet() -> None:
    """Wait until every daily slot is run, and no text is left that may go out."""
    for _ in range(LOOKS):
        run = await fetch_value("SELECT count(*) FROM job_run WHERE ok AND job = ANY($1)", list(DAILY))
        waiting = await fetch_value(
            "SELECT count(*) FROM message WHERE state = 'sending' OR (state = 'waiting' AND next_try_at <= $1)", SOON
        )
        if run == len(DAILY) and not waiting and await fetch_value("SELECT count(*) FROM message"):
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("the jobs never came to an end")


async def same_form_at_both(cast: Cast, people: list[OnRegister], addresses: tuple[str, str]) -> Counter[int]:
    """Each person's report, sent to both web processes at the same moment; how often which answer."""
    token = await start_session(cast.alice.id, "test", NOW)
    form = {"mode": "phone", "happened_at": "2026-11-25T08:30", "_csrf_token": csrf_token(token)}
    async with httpx.AsyncClient(headers={"cookie": f"{COOKIE}={token}"}, timeout=60) as browser:
        sent = [
            browser.post(f"{at}/people/{one.person}/reports", data=form) for one in people for at in addresses
        ]  # fmt: skip
        return Counter(answer.status_code for answer in await asyncio.gather(*sent))


async def test_two_web_and_two_jobs_processes_do_everything_once(
    server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    async with own_database(server, tmp_path_factory) as place, pool_on(place.dsn):
        cast = await assemble()
        people = [
            await on_register(cast, at=NOW - timedelta(days=23), name=f"第{n}人", phone=f"1990000030{n}")
            for n in range(PEOPLE)
        ]
        async with (
            serving(place.environment, tmp_path / "one.log") as one,
            serving(place.environment, tmp_path / "other.log") as other,
        ):
            both = [await start(place.dsn, place.folder, SUPERVISION_NOW=NOW.isoformat()) for _ in range(2)]
            answers = await same_form_at_both(cast, people[REMISS:], (one, other))
            await until_quiet()
            assert [await jobs.stop() for jobs in both] == [0, 0]
        said = "".join([line for jobs in both async for line in jobs.lines()])
        assert answers == {303: PEOPLE - REMISS, 422: PEOPLE - REMISS}
        assert await fetch_value("SELECT count(*) FROM report") == PEOPLE - REMISS
        assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'record_report'") == PEOPLE - REMISS
        await everything_once(said)


async def everything_once(said: str) -> None:
    """Each slot, text and alert; `said`: what the jobs printed."""
    slots = await fetch("SELECT job, ok FROM job_run WHERE job = ANY($1) ORDER BY job", list(DAILY))
    assert [tuple(row) for row in slots] == [(job, True) for job in DAILY]
    tried = await fetch_value("SELECT count(*) FROM message WHERE attempts = 1 AND state = 'sent'")
    assert len(re.findall("未真正发送", said)) == tried > 0
    assert await fetch_value("SELECT count(*) FROM message WHERE attempts > 1") == 0
    per_lapse = await fetch("SELECT count(*) AS n FROM alert WHERE duty IS NOT NULL GROUP BY duty")
    assert per_lapse and {row["n"] for row in per_lapse} == {1}
    moment = NOW + timedelta(seconds=1)
    broken = [
        name
        for name, sql in IN_THE_END.items()
        if await fetch_value(f"WITH at AS (SELECT $1::timestamptz AS now) {sql}", moment)
    ]
    assert broken == []


async def test_two_migrations_at_once_run_each_migration_once(server: str) -> None:
    name = f"supervision_twice_{os.getpid()}"
    owner = of_database(server, name)
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    program = "import asyncio, sys; from supervision.migrate import migrate; print(*asyncio.run(migrate(sys.argv[1])))"
    try:
        both = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", program, owner), cwd=ROOT, stdout=asyncio.subprocess.PIPE
            )
            for _ in range(2)
        ]
        said = [(await one.communicate())[0].decode().split() for one in both]
        assert [one.returncode for one in both] == [0, 0]
        connection = await asyncpg.connect(owner)
        rows = await connection.fetch("SELECT name FROM migration WHERE app_name = 'supervision' ORDER BY name")
        await connection.close()
        assert sorted(said[0] + said[1]) == [row["name"] for row in rows] and rows
        assert [] in said
    finally:
        await drop_database(server, name)
