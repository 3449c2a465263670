"""The start as an office lives it: first page, taken port, kill -9 of each part, two at once, Ctrl-C; then nothing is left."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from supervision.local_postgres import LocalPostgres
from tests.conftest import ROOT

PATIENCE = 60  # seconds, for a process to come up on a busy machine
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Start:
    """`supervision run` in a process group of its own, as a terminal starts it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.log = folder.parent / f"said-{len(list(folder.parent.glob('said-*')))}"
        setting = {"SUPERVISION_DATA_DIR": str(folder), "PORT": str(port), "SUPERVISION_MODE": "training"}
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "supervision.cli", "run"],
                env=os.environ | setting | {"LC_ALL": "C", "TZ": "America/New_York"},
                cwd=ROOT,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def address(self) -> str:
        """Where it says that it is, once the first page is there."""
        until(lambda: ADDRESS.search(self.said()) or self.process.poll() is not None, self.said)
        found = ADDRESS.search(self.said())
        assert found, self.said()
        assert answer(f"{found[0]}/sign-in") == 200, self.said()
        return found[0]

    def part(self, words: str) -> int:
        """The pid of its child whose command has these words."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(pid) for pid in children if words in _command(pid))

    def ctrl_c(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)


def _command(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def until(done: Callable[[], object], told: Callable[[], object]) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, told()
        time.sleep(0.05)


def answer(url: str) -> int:
    """The status of a page; 0 where nobody answers."""
    try:
        return httpx.get(url, timeout=PATIENCE).status_code
    except httpx.TransportError:
        return 0


def postmaster(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().split()[0])


def left_over(folder: Path) -> list[str]:
    """What still runs on this data folder: the server, the web, the jobs."""
    setting = f"SUPERVISION_DATA_DIR={folder}\0".encode()
    left = ["the server"] if (folder / "postgres").exists() and LocalPostgres(folder / "postgres").lives() else []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if setting in (process / "environ").read_bytes():
                left.append(_command(process.name))
        except OSError:
            continue
    return left


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """An installation's data folder; its path has a blank and Chinese signs."""
    above = Path(tempfile.mkdtemp(prefix="supervision-", dir="/tmp"))
    above.chmod(0o755)
    yield above / "数据 folder"
    shutil.rmtree(above)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A data folder that isn't there yet."""
    above = Path(tempfile.mkdtemp(prefix="supervision-", dir="/tmp"))
    above.chmod(0o755)
    yield above / "data"
    shutil.rmtree(above)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield int(taken.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes through /proc")


def test_whatever_dies_is_started_again_and_a_killed_start_takes_all_along(folder: Path, taken_port: int) -> None:
    start = Start(folder, taken_port)
    address = start.address()
    assert f"Port {taken_port} is taken; using {address.rpartition(':')[2]}." in start.said()
    web, jobs = start.part(" serve "), start.part(" jobs")

    os.kill(postmaster(folder), signal.SIGKILL)
    until(lambda: "The database server had ended; it is up again." in start.said(), start.said)
    until(lambda: answer(f"{address}/health") == 200, start.said)

    os.kill(web, signal.SIGKILL)
    os.kill(jobs, signal.SIGKILL)
    until(lambda: "The web process ended (-9); starting it again" in start.said(), start.said)
    assert answer(f"{address}/sign-in") == 200
    assert start.said().count("The jobs process ended (-9)") == 1

    start.process.kill()
    start.process.wait()
    until(lambda: not left_over(folder), lambda: left_over(folder))
    assert "Traceback" not in start.said()


def test_two_starts_at_once_both_work_and_the_first_to_stop_leaves_the_other(folder: Path, free_port: int) -> None:
    one, other = Start(folder, free_port), Start(folder, free_port)
    assert one.address() != other.address()
    assert one.ctrl_c() == 0
    assert answer(f"{other.address()}/health") == 200
    for pid in (other.process.pid, other.part(" serve "), other.part(" jobs"), postmaster(folder)):
        os.kill(pid, signal.SIGKILL)
    other.process.wait()


def test_a_start_after_everything_was_killed_works_and_ctrl_c_leaves_nothing(folder: Path, free_port: int) -> None:
    start = Start(folder, free_port)
    assert start.address() == f"http://127.0.0.1:{free_port}"
    assert start.ctrl_c() == 0
    assert left_over(folder) == []


def test_two_first_starts_at_once_make_one_installation(fresh: Path, free_port: int) -> None:
    both = [Start(fresh, free_port) for _ in range(2)]
    assert both[0].address() != both[1].address()
    until(lambda: all(ok for _, ok in slots(fresh)) and slots(fresh), lambda: slots(fresh))
    assert migrations(fresh) and len(migrations(fresh)) == len(set(migrations(fresh)))
    assert len(slots(fresh)) == len({job for job, _ in slots(fresh)}), "a slot was run twice"
    assert len(list((fresh / "keys").glob("seal.key*"))) == 1
    assert [one.ctrl_c() for one in both] == [0, 0]
    assert left_over(fresh) == []
    assert "Traceback" not in both[0].said() + both[1].said()


def slots(folder: Path) -> list[tuple[str, bool]]:
    """The daily slots that somebody has taken, and whether they are done."""
    return [(row["job"], bool(row["ok"])) for row in asyncio.run(asked(folder, "SELECT job, ok FROM job_run"))]


def migrations(folder: Path) -> list[str]:
    """The migrations that the database has run."""
    return [row["name"] for row in asyncio.run(asked(folder, "SELECT name FROM migration"))]


async def asked(folder: Path, sql: str) -> list[asyncpg.Record]:
    """Rows of an installation's database."""
    connection = await asyncpg.connect(LocalPostgres(folder / "postgres").dsn("supervision"))
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()
