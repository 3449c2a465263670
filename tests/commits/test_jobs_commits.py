"""Two real jobs processes on one database: everything once, a clean stop, and a start without a database."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from jobs.schedule import SCHEDULE
from supervision import sealed
from supervision.access.staffing import STAFF_PHONE
from supervision.audit import key
from supervision.audit.record import record
from supervision.db import execute, fetch, fetch_value, insert
from supervision.settings.terms import seed
from tests.cast import NOW, assemble
from tests.conftest import ROOT
from tests.register import on_register

MORNING = "2026-11-29T09:00+08:00"  # a Sunday: everybody is reminded of Monday's call
PEOPLE = 12
PATIENCE = 60  # seconds, for processes to come up on a busy machine

pytestmark = pytest.mark.commits


@pytest.fixture
def data_dir(tmp_path: Path, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the key that sealed the test's rows."""
    (tmp_path / "keys").mkdir(mode=0o700)
    made = next(tmp_path_factory.getbasetemp().glob("keys*/seal.key"))
    shutil.copy(made, tmp_path / "keys" / "seal.key")
    (tmp_path / "keys" / "seal.key").chmod(0o600)
    return tmp_path


class Jobs:
    """One `python -m jobs`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def lines(self) -> AsyncIterator[str]:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            yield line.decode()

    async def until(self, wanted: str) -> None:
        """Read on to a line that says this."""
        async for line in self.lines():
            if wanted in line:
                return
        raise AssertionError(f"{wanted!r} never came")

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


async def start(dsn: str, data_dir: Path, **more: str) -> Jobs:
    environment = os.environ | {
        "SUPERVISION_DATABASE_URL": dsn,
        "SUPERVISION_DATA_DIR": str(data_dir),
        "SUPERVISION_MODE": "training",
        "SUPERVISION_NOW": MORNING,
        "PYTHONUNBUFFERED": "1",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jobs"),
        cwd=ROOT,
        env=environment | more,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return Jobs(process)


async def texts_printed(jobs: Jobs, sent: list[str], enough: asyncio.Event, number: int) -> None:
    async for line in jobs.lines():
        if found := re.search(r"未真正发送\] (\S+) (.*)", line):
            sent.append(found[1])
        if len(sent) >= number:
            enough.set()


async def test_two_processes_do_everything_once(committing: str, data_dir: Path) -> None:
    await seed(NOW)
    cast = await assemble()
    for n in range(PEOPLE):
        await on_register(
            cast, name=f"第{n}人", at=datetime.fromisoformat("2026-11-02T10:00+08:00"), phone=f"199000001{n:02d}"
        )
    await execute(
        "UPDATE staff SET phone_sealed = $2 WHERE id = $1", cast.alice.id, sealed.seal("19900000200", STAFF_PHONE)
    )
    # Lapses of November are told too, where the watch says so: count what is queued, not what we expect.
    await key.make(data_dir / "keys" / "audit.key")
    for _ in range(PEOPLE):
        await record(None, "see_person", now=NOW)
    both = [await start(committing, data_dir) for _ in range(2)]
    sent: list[str] = []
    enough = asyncio.Event()
    readers = [asyncio.create_task(texts_printed(jobs, sent, enough, PEOPLE + 1)) for jobs in both]
    await asyncio.wait_for(enough.wait(), PATIENCE)
    assert [await jobs.stop() for jobs in both] == [0, 0]
    await asyncio.gather(*readers)

    runs = await fetch("SELECT job, slot, ended_at IS NOT NULL AS ended FROM job_run")
    assert sorted((row["job"], row["ended"]) for row in runs) == sorted((job.name, True) for job in SCHEDULE if job.at)
    states = await fetch("SELECT state, attempts, count(*) AS n FROM message WHERE state <> 'waiting' GROUP BY 1, 2")
    assert [tuple(row) for row in states] == [("sent", 1, len(sent))]
    per_person = await fetch("SELECT kind, coalesce(person, -staff) AS who, count(*) AS n FROM message GROUP BY 1, 2")
    assert {row["n"] for row in per_person} == {1}
    assert sum(row["kind"] == "reminder" for row in per_person) == PEOPLE
    assert sum(row["kind"] == "digest" for row in per_person) == 1
    per_lapse = await fetch_value(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM alert WHERE duty IS NOT NULL GROUP BY duty) x"
    )
    assert per_lapse == 1
    links = await fetch_value("SELECT array_agg(seq ORDER BY seq) FROM audit_seal")
    assert len(links) >= PEOPLE and links == list(range(1, len(links) + 1))


async def test_a_production_process_refuses_a_demo_with_one_sentence(committing: str, data_dir: Path) -> None:
    await insert("installation", {"key": "demo", "value": "2026-11-25"})
    jobs = await start(committing, data_dir, SUPERVISION_MODE="production", SUPERVISION_NOW="")
    said = [line async for line in jobs.lines()]
    assert await jobs.process.wait() == 1
    assert len(said) == 1 and "演示数据库" in said[0]


async def test_without_a_database_a_process_waits_quietly_and_stops_when_asked(data_dir: Path) -> None:
    jobs = await start("postgresql://nobody@127.0.0.1:9/nothing", data_dir)
    await asyncio.wait_for(jobs.until("the database is away"), PATIENCE)
    assert await jobs.stop() == 0
    rest = "".join([line async for line in jobs.lines()])
    assert "Traceback" not in rest
