"""A real installation in a folder of its own: a server, web and jobs processes that are started again when they die."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import httpx

from supervision.checkins.actions import record_checkin, report
from supervision.config import Settings
from supervision.db import fetch_value
from supervision.house import House, at_work, open_house, prepare
from supervision.local_postgres import LocalPostgresError
from tests.cast import NOW, assemble
from tests.conftest import ROOT
from tests.discipline.makers import clue
from tests.register import on_register, viewer_of
from tests.resettlement.helped import put
from tests.video_visits.makers import a_family

SINCE = NOW - timedelta(days=23)
HOME = {"release_on": SINCE.date(), "connected_on": SINCE.date()}
NOT_OURS = ("SUPERVISION_", "TWILIO_", "PORT", "RESET")
LOOK_SECONDS = 0.2
PATIENCE = 180
"""Seconds, on a busy machine."""


@contextmanager
def place() -> Iterator[House]:
    """An empty installation with its server up; nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="supervision-kills-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with open_house(Settings(mode="training", data_dir=folder / "data", now=NOW)) as house:
            yield house
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Register:
    """Who is there: their ids, reports (person, id) that may be withdrawn, and what else may be written about."""

    people: list[int]
    reports: list[tuple[int, int]]
    helped: list[int] = field(default_factory=list)
    """People in help."""
    clues: list[tuple[int, int]] = field(default_factory=list)
    """Person and case, which may be opened once."""
    families: list[tuple[int, int]] = field(default_factory=list)
    """Prisoner and relative, who may book one visit this month."""


async def fill(house: House, people: int) -> Register:
    """The cast, and people who came three weeks ago; each has reported twice, and has lapses that nobody has noticed."""
    await prepare(house)
    async with at_work(house, pool_size=2):
        cast = await assemble()
        made = [await on_register(cast, at=SINCE, name=f"第{n}人", phone=f"199000002{n:02d}") for n in range(people)]
        alice, reports = await viewer_of(cast.alice), []
        for one in made:
            for days in (16, 9):
                at = NOW - timedelta(days=days)
                reports.append((one.person, await record_checkin(alice, one.order, report("phone", at), at)))
        helped = [await put(cast, name=f"帮教{n}", at=SINCE, **HOME) for n in range(people // 4)]
        clues = [(one.person, await clue(cast, one)) for one in made]
        families = [await a_family() for _ in range(people // 2)]
    return Register(
        [one.person for one in made],
        reports,
        [one.person for one in helped],
        clues,
        [(one.prisoner, one.members[0]) for one in families],
    )


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Kept:
    """A process that is started again whenever it has ended; `port` of a web process."""

    kind: str
    words: list[str]
    log: Path
    port: int = 0
    process: asyncio.subprocess.Process | None = None
    starts: int = 0

    async def keep_up(self, environment: dict[str, str]) -> None:
        """Start it if it doesn't run."""
        if self.process is not None and self.process.returncode is None:
            return
        self.starts += 1
        with self.log.open("ab") as said:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.words), env=environment, cwd=ROOT, stdout=said, stderr=said
            )

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self.process.pid if self.process and self.process.returncode is None else None

    async def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self.process.wait(), PATIENCE)


@dataclass
class Installation:
    """The processes of an installation, and its clock, which goes on from NOW however often they are started."""

    house: House
    began: float = field(default_factory=monotonic)
    kept: list[Kept] = field(default_factory=list)
    server_starts: int = 0

    def now(self) -> datetime:
        """The moment of the installation's clock."""
        return NOW + timedelta(seconds=monotonic() - self.began)

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that is started at this moment."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
        return bare | {
            "SUPERVISION_MODE": "training",
            "SUPERVISION_DATA_DIR": str(self.house.settings.data_dir),
            "SUPERVISION_NOW": self.now().isoformat(),
            "PYTHONUNBUFFERED": "1",
        }

    def of(self, kind: str) -> list[Kept]:
        """The processes of a kind."""
        return [one for one in self.kept if one.kind == kind]

    @property
    def addresses(self) -> list[str]:
        """Where the web processes are."""
        return [f"http://127.0.0.1:{one.port}" for one in self.of("web")]

    def log(self, kind: str) -> str:
        """What the processes of a kind have said."""
        return "".join(one.log.read_text(encoding="utf-8", errors="replace") for one in self.of(kind))

    def add(self, kind: str, number: int) -> None:
        """One more web or jobs process; its log lies in the data folder."""
        port = free_port()
        serve = ["supervision.cli", "serve", "--port", str(port)]
        log = self.house.settings.data_dir / f"{kind}{number}.log"
        self.kept.append(Kept(kind, serve if kind == "web" else ["jobs"], log, port if kind == "web" else 0))

    @asynccontextmanager
    async def running(self, *, web: int = 2, jobs: int = 2) -> AsyncIterator["Installation"]:
        """So many processes, kept up until the end of the block."""
        for number in range(web):
            self.add("web", number)
        for number in range(jobs):
            self.add("jobs", number)
        keeping = asyncio.create_task(self._keep_up())
        try:
            yield self
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            for one in self.kept:
                await one.stop()

    async def _keep_up(self) -> None:
        while True:
            await self._keep_server_up()
            for one in self.kept:
                await one.keep_up(self.environment)
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep_server_up(self) -> None:
        server = self.house.server
        assert server is not None
        if await asyncio.to_thread(server.lives):
            return
        with suppress(LocalPostgresError):
            await asyncio.to_thread(server.start, PATIENCE)
            self.server_starts += 1

    async def answer(self) -> None:
        """Wait until every web process answers."""
        async with httpx.AsyncClient() as client:
            for address in self.addresses:
                await until(lambda address=address: _healthy(client, address), f"{address} doesn't answer")

    async def beat(self, since: datetime) -> None:
        """Wait until every job that ticks has come to its end after this moment."""
        async with at_work(self.house, pool_size=1):
            await until(lambda: _have_beaten(since), "the jobs don't run")

    async def command(self, *words: str) -> tuple[int, str]:
        """Run `supervision …` as of now; its exit status and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "supervision.cli", *words),
            env=self.environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()


async def _healthy(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/health")).status_code == 200
    except httpx.TransportError:
        return False


async def _have_beaten(since: datetime) -> bool:
    late = await fetch_value(
        "SELECT count(*) FROM heartbeat WHERE job IN ('watch', 'escalate', 'send', 'sweep') AND at <= $1", since
    )
    return late == 0


async def until(done: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Look again and again until it is so."""
    end = monotonic() + PATIENCE
    while not await done():
        assert monotonic() < end, otherwise
        await asyncio.sleep(LOOK_SECONDS)
