"""Start everything: the database, the jobs process and the web; keep it up; stop it all at Ctrl-C."""

import asyncio
import errno
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

import uvicorn

from supervision.access.desk import refuse_without_desk
from supervision.config import Settings, load_settings
from supervision.db import DATABASE_AWAY
from supervision.errors import Refusal
from supervision.house import House, at_work, make_folders, open_house, prepare, take_key
from supervision.local_postgres import LocalPostgresError
from supervision.messages.channel import make_provider
from supervision.stopping import LIFELINE, end_with_parent, leaving_in_order, lifeline, noting_requests

TRIES = 50
GRACE_SECONDS = 20
"""How long a stop waits: longer than the jobs' last words."""
LOOK_SECONDS = 0.2
STEADY_SECONDS = 60
LONGEST_PAUSE = 60
SERVER_PATIENCE = 10
"""Seconds that one attempt to bring the database server up may take."""


def serve(port: int, *, handed: int | None = None) -> int:
    """One web process on a port, or on a listening socket handed over by the parent; the database is brought up if it isn't."""
    from supervision.app import create_app

    end_with_parent()
    with leaving_in_order(), open_house(load_settings()) as house:
        listener = listen(house.settings, port) if handed is None else socket.socket(fileno=handed)
        asyncio.run(_ready_to_serve(house, patient=handed is not None))
        app = create_app(house.settings, house.clock)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
            server_header=False,
            forwarded_allow_ips=house.settings.trusted_proxies,
        )
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
    return 0 if server.started else 1


async def _ready_to_serve(house: House, *, patient: bool) -> None:
    try:
        await prepare(house)
        async with at_work(house, pool_size=2):
            await refuse_without_desk()
    except DATABASE_AWAY:
        if not patient:
            raise
        take_key(house.settings)  # the parent has prepared the database; the pages say that it is away until it is back


def run_all() -> int:
    """The web and the jobs on this installation's database, until Ctrl-C."""
    settings = load_settings()
    with leaving_in_order(), listening(settings) as listener, _place(settings) as place:
        place.share()
        with open_house(settings) as house:
            asyncio.run(_ready_to_run(house))
            print(f"零漏管 is at {address(listener)}   (Ctrl-C stops it)", flush=True)
            return keep_running(house, listener)


async def _ready_to_run(house: House) -> None:
    """What would end the web or the jobs at once is said here, once."""
    await prepare(house)
    async with at_work(house, pool_size=2):
        await refuse_without_desk()
        await (await make_provider(house.settings)).close()


def run_demo(*, load_only: bool, reset: bool) -> int:
    """Load the demo district unless it is there, then start everything in training mode."""
    from supervision.demo.load import load, signs_in

    os.environ.setdefault("SUPERVISION_MODE", "training")
    settings = load_settings()
    if not settings.training:
        raise Refusal("The demo is for training: it is refused with SUPERVISION_MODE=production.")
    reset = reset or os.environ.get("RESET") == "1"
    with leaving_in_order(), _place(settings) as place, open_house(settings) as house:
        place.claim(reset=reset)
        for line in load(house, reset=reset):
            print(line, flush=True)
        if load_only:
            return 0
        place.share()
        with listening(settings) as listener:
            print(f"\n零漏管 is at {address(listener)}   (Ctrl-C stops it)", flush=True)
            for line in signs_in():
                print(line, flush=True)
            return keep_running(house, listener)


# -- one start at a time ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Who uses a data folder, told by a lock that the kernel frees even at kill -9: shared to run, alone to load."""

    handle: int
    folder: str

    def claim(self, *, reset: bool) -> None:
        """Be the only one, or join those who run what is loaded; wait for one who loads. Raises Refusal."""
        waited = False
        while not self._lock(fcntl.LOCK_EX):
            if self._lock(fcntl.LOCK_SH):
                if reset:
                    raise Refusal(f"零漏管 is running on {self.folder}: stop it before you start its demo over.")
                return
            waited = waited or self._say_that_we_wait()
            sleep(LOOK_SECONDS)

    def share(self) -> None:
        """Run beside others; wait for one who loads."""
        waited = False
        while not self._lock(fcntl.LOCK_SH):
            waited = waited or self._say_that_we_wait()
            sleep(LOOK_SECONDS)

    def _say_that_we_wait(self) -> bool:
        print(f"Another start is at work on {self.folder}: waiting for it.", flush=True)
        return True

    def _lock(self, kind: int) -> bool:
        try:
            fcntl.flock(self.handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _place(settings: Settings) -> Iterator[_Place]:
    make_folders(settings.data_dir)
    path = settings.data_dir / "running.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise Refusal(f"The data folder {settings.data_dir} can't be used: {path}: {problem.strerror}.") from None
    try:
        yield _Place(handle, str(settings.data_dir))
    finally:
        os.close(handle)


# -- the port ---------------------------------------------------------------------------------------------------


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket that listens on the wanted port, or on the next free one, said aloud."""
    listener = next((one for one in _attempts(settings) if one is not None), None)
    if listener is None:
        raise Refusal(f"No port from {settings.port} to {settings.port + TRIES - 1} is free on {settings.host}.")
    with listener:
        port = listener.getsockname()[1]
        if port != settings.port:
            print(f"Port {settings.port} is taken; using {port}.", flush=True)
        yield listener


def _attempts(settings: Settings) -> Iterator[socket.socket | None]:
    for port in range(settings.port, min(settings.port + TRIES, 65536)):
        yield _bind(settings, port)


def _bind(settings: Settings, port: int) -> socket.socket | None:
    """A listening socket; None where the port is taken. Raises Refusal for an address that can't be used at all."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, port), family=family, backlog=512)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            return None
        reason = str(problem.strerror).partition(" (while")[0]
        raise Refusal(f"Port {port} on {settings.host} can't be used: {reason}.") from None


def listen(settings: Settings, port: int) -> socket.socket:
    """A listening socket on exactly this port. Raises Refusal."""
    if not 0 < port < 65536:
        raise Refusal(f"{port} is not a port: it must lie between 1 and 65535.")
    listener = _bind(settings, port)
    if listener is None:
        raise Refusal(f"Port {port} on {settings.host} is taken.")
    return listener


def address(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


# -- keep it up -------------------------------------------------------------------------------------------------


@dataclass
class _Child:
    """A process that is started again when it ends: at once if it had been steady, later and later if it ends at once."""

    name: str
    command: list[str]
    handles: tuple[int, ...]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0
    pause: float = 0.5

    def keep_up(self, environment: Mapping[str, str]) -> None:
        """Start it, or start it again when its pause is over."""
        if self.process is not None and self.process.poll() is not None:
            self._mourn(self.process.returncode)
        if self.process is None and monotonic() >= self.began:
            self.began = monotonic()
            self.process = subprocess.Popen(
                self.command, start_new_session=True, pass_fds=self.handles, env=environment, stdin=subprocess.DEVNULL
            )

    def _mourn(self, status: int) -> None:
        steady = monotonic() - self.began > STEADY_SECONDS
        self.pause = 1 if steady else min(self.pause * 2, LONGEST_PAUSE)
        print(f"The {self.name} process ended ({status}); starting it again in {self.pause:.0f} s.", flush=True)
        self.process, self.began = None, monotonic() + self.pause


@dataclass
class _ServerWatch:
    """Brings the embedded server up again when it has died; a cause that stays is said once."""

    house: House
    complaint: str = ""
    next_look: float = 0

    def keep_up(self) -> None:
        server = self.house.server
        if server is None or monotonic() < self.next_look or server.lives():
            return
        try:
            server.start(SERVER_PATIENCE)
            self.complaint = ""
            print("The database server had ended; it is up again.", flush=True)
        except LocalPostgresError as problem:
            self._complain(str(problem))

    def _complain(self, sentence: str) -> None:
        self.next_look = monotonic() + SERVER_PATIENCE
        if sentence != self.complaint:
            print(sentence, flush=True)
        self.complaint = sentence


def keep_running(house: House, listener: socket.socket) -> int:
    """The jobs and the web as processes of their own; what dies is started again, the database too; Ctrl-C stops all."""
    port, handle = listener.getsockname()[1], listener.fileno()
    serving = [sys.executable, "-m", "supervision.cli", "serve", "--port", str(port), "--handed", str(handle)]
    with noting_requests() as asked, lifeline() as line:
        children = [
            _Child("web", serving, (handle, line)),
            _Child("jobs", [sys.executable, "-m", "jobs"], (line,)),
        ]
        server = _ServerWatch(house)
        try:
            while not asked:
                for child in children:
                    child.keep_up(_environment(house, line))
                sleep(LOOK_SECONDS)
                server.keep_up()
        finally:
            _stop([child.process for child in children if child.process is not None])
    return 0


def _environment(house: House, line: int) -> dict[str, str]:
    """Ours, and where the training clock stands now: a child that is started again must not go back in time."""
    clock = {"SUPERVISION_NOW": house.clock.now().isoformat()} if house.clock.training else {}
    return {**os.environ, **clock, LIFELINE: str(line)}


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    end = monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(end - monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
