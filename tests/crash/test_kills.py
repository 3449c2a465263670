"""A short run of `python -m tests.crash.kills`: writes over HTTP while the web, the jobs and the server are killed −9."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.commits,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes through /proc"),
]
WRITES, KILLS = 60, 4


def test_every_acknowledged_write_is_there_once_whatever_was_killed(record_property: Any) -> None:
    command = [sys.executable, "-m", "tests.crash.kills", "--writes", str(WRITES), "--kills", str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    record_property("kills", "; ".join(done.stdout.splitlines()))
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert said["writes"] == str(WRITES)
    assert sum(map(int, re.findall(r"\d+", said["kills"]))) == KILLS
    assert int(said["acknowledged"]) + int(said["saved, but the answer was lost"]) == WRITES
