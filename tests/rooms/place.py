"""An installation in a strange room: real processes of ours, their words, and a browser at their pages."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from supervision.demo.district import PASSWORD
from tests.conftest import ROOT
from tests.test_start import PATIENCE, until

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
LOADED_AT = "2026-11-25T09:00+08:00"
STRANGE = {"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "HOME": "/proc", "XDG_DATA_HOME": "/proc"}
"""No Chinese, another day for half of it, and a home in which nobody can write, not even root."""


@contextmanager
def folder_above() -> Iterator[Path]:
    """A folder that the database's user may pass, for a path with a blank and Chinese signs below it."""
    above = Path(tempfile.mkdtemp(prefix="supervision-", dir="/tmp"))
    above.chmod(0o755)
    try:
        yield above
    finally:
        shutil.rmtree(above)


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """Ours without what this run's shell has set, in training, on that data folder."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("SUPERVISION_", "PG"))}
    return plain | {"SUPERVISION_MODE": "training", "SUPERVISION_DATA_DIR": str(folder), **more}


def command(
    environment: Mapping[str, str], *words: str | Path, module: str = "supervision.cli"
) -> tuple[int, str, str]:
    """The exit status, what was answered, and what was complained of."""
    line = [sys.executable, "-m", module, *map(str, words)]
    done = subprocess.run(line, env=environment, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def load_small_demo(environment: Mapping[str, str]) -> None:
    """The small district, as of LOADED_AT, in the room itself."""
    status, said, complaint = command({**environment, "SUPERVISION_NOW": LOADED_AT}, module="tests.rooms.small_demo")
    assert (status, complaint) == (0, ""), complaint
    assert "56 people are on the register" in said


class Running:
    """`supervision run`, which said where it is; `officer` is signed in there."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "supervision.cli", "run"],
                env=environment,
                cwd=ROOT,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def address(self) -> str:
        """Where its pages are."""
        until(lambda: ADDRESS.search(self.said()) or self.process.poll() is not None, self.said)
        found = ADDRESS.search(self.said())
        assert found, self.said()
        return found[0]

    def officer(self, login: str = "gucheng1") -> httpx.Client:
        """A browser that has signed in by the form."""
        browser = httpx.Client(base_url=self.address(), timeout=PATIENCE)
        form = {"_csrf_token": token_of(browser.get("/sign-in")), "login": login, "password": PASSWORD, "next": "/"}
        assert browser.post("/sign-in", data=form).headers["location"] == "/", self.said()
        return browser


def token_of(answer: httpx.Response) -> str:
    """The token of a page's forms."""
    found = TOKEN.search(answer.text)
    assert found, answer.text
    return found[1]


@contextmanager
def running(environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """Everything up; in the end Ctrl-C, a good exit, and no traceback among the words."""
    start = Running(environment, log)
    try:
        yield start
        os.killpg(start.process.pid, signal.SIGINT)
        assert start.process.wait(PATIENCE) == 0, start.said()
        assert "Traceback" not in start.said(), start.said()
    finally:
        if start.process.poll() is None:
            os.killpg(start.process.pid, signal.SIGKILL)
            start.process.wait()
