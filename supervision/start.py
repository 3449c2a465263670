"""Start everything: the database, the jobs process and the web; stop it all at Ctrl-C."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from time import monotonic, sleep
from types import FrameType

import uvicorn

from supervision.access.desk import refuse_without_desk
from supervision.config import Settings, load_settings
from supervision.errors import Refusal
from supervision.house import House, at_work, open_house, prepare

TRIES = 50
GRACE_SECONDS = 10


def serve(port: int) -> int:
    """One web process on a port; the database is brought up if it isn't."""
    from supervision.app import create_app

    with open_house(load_settings()) as house:
        asyncio.run(_key(house))
        app = create_app(house.settings, house.clock)
        uvicorn.run(
            app,
            host=house.settings.host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
            server_header=False,
        )
    return 0


async def _key(house: House) -> None:
    await prepare(house)
    async with at_work(house, pool_size=2):
        await refuse_without_desk()


def run_all() -> int:
    """The web and the jobs on this installation's database, until Ctrl-C."""
    settings = load_settings()
    with open_house(settings) as house:
        asyncio.run(prepare(house))
        port = free_port(settings)
        print(f"零漏管 is at http://{settings.host}:{port}/   (Ctrl-C stops it)", flush=True)
        return keep_running(port)


def run_demo(*, load_only: bool, reset: bool) -> int:
    """Load the demo district unless it is there, then start everything in training mode."""
    from supervision.demo.load import load, signs_in

    os.environ.setdefault("SUPERVISION_MODE", "training")
    settings = load_settings()
    if not settings.training:
        raise Refusal("The demo is for training: it is refused with SUPERVISION_MODE=production.")
    with open_house(replace(settings, mode="training")) as house:
        for line in load(house, reset=reset or os.environ.get("RESET") == "1"):
            print(line, flush=True)
        if load_only:
            return 0
        port = free_port(settings)
        print(f"\n零漏管 is at http://{settings.host}:{port}/   (Ctrl-C stops it)", flush=True)
        for line in signs_in():
            print(line, flush=True)
        return keep_running(port)


def free_port(settings: Settings) -> int:
    """The wanted port, or the next free one, said aloud."""
    for port in range(settings.port, settings.port + TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((settings.host, port))
                if port != settings.port:
                    print(f"Port {settings.port} is taken; using {port}.", flush=True)
                return port
    raise Refusal(f"No port from {settings.port} to {settings.port + TRIES - 1} is free on {settings.host}.")


def keep_running(port: int) -> int:
    """The jobs and the web as processes of their own; one that dies is started again; Ctrl-C stops both."""
    commands = {
        "web": [sys.executable, "-m", "supervision.cli", "serve", "--port", str(port)],
        "jobs": [sys.executable, "-m", "jobs"],
    }
    with _asked_to_stop() as stopping:
        running = {name: subprocess.Popen(command, start_new_session=True) for name, command in commands.items()}
        try:
            while not stopping:
                for name, process in running.items():
                    if process.poll() is not None and not stopping:
                        print(f"The {name} process ended ({process.returncode}); starting it again.", flush=True)
                        sleep(1)
                        running[name] = subprocess.Popen(commands[name], start_new_session=True)
                sleep(0.2)
        finally:
            _stop(list(running.values()))
    return 0


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """A list that fills when the terminal or the system asks us to stop."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
