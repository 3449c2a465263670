"""An installation of its own in an empty folder, used as an office uses it: by commands, and a browser at its server."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.browser.site import serving
from tests.conftest import ROOT

NOT_OURS = ("SUPERVISION_", "TWILIO_", "PORT", "RESET")


STEP, SITTING = timedelta(seconds=10), timedelta(minutes=5)
"""How far the training clock is set on after a command, and after a time at the desk, so that the next sees what was done."""


@contextmanager
def empty_folder() -> Iterator[Path]:
    """A folder that also the database's own user may pass through; the run's temporary folder lets nobody through."""
    folder = Path(tempfile.mkdtemp(prefix="supervision-story-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    error: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass
class Office:
    """Commands on one data folder; `now` is the training clock that each of them starts from."""

    folder: Path
    now: datetime
    mode: str = "training"

    @property
    def environment(self) -> dict[str, str]:
        clock = {"SUPERVISION_NOW": self.now.isoformat()} if self.mode == "training" else {}
        return {"SUPERVISION_DATA_DIR": str(self.folder / "data"), "SUPERVISION_MODE": self.mode, **clock}

    async def run(self, *words: str | Path) -> Said:
        """Run `supervision …`; nothing of this machine's own settings reaches it."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "supervision.cli",
            *map(str, words),
            env=bare | self.environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        self.now += STEP
        return Said(process.returncode or 0, out.decode(), error.decode())

    async def tick(self, until: str) -> None:
        """Run the jobs up to this moment, and let the clock go on from there."""
        await self.ask("tick", "--until", until)
        self.now = datetime.fromisoformat(until) + STEP

    async def ask(self, *words: str | Path, code: int = 0) -> Any:
        """The JSON answer of a command that ends with this code and says nothing else."""
        said = await self.run(*words, "--json")
        assert said.code == code and said.error == "", (words, said)
        return said.data

    async def refused(self, *words: str | Path) -> str:
        """The one sentence of a command that refuses."""
        said = await self.run(*words)
        assert said.code == 1 and said.out == "" and said.error.count("\n") == 1, (words, said)
        assert "Traceback" not in said.error and len(said.error) > 10, (words, said)
        return said.error

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The office's server, as of now; the address."""
        async with serving(self.environment, self.folder / "serve.log") as address:
            yield address
        self.now += SITTING
