"""The crash matrix: whatever statement a process is killed before or after, a restart keeps the promises (G2, G6, G12)."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.crash.matters import MATTERS
from tests.crash.pieces import PIECES

pytestmark = pytest.mark.commits
LEAST_POINTS = 150
SINGLE = ("claim",)
"""Pieces that are one statement."""


@pytest.fixture(scope="module")
def outcomes(server: str) -> dict[str, dict[str, Any]]:
    """Piece → what came of it; run in one process that forks: this one has threads and loops of its own."""
    command = [sys.executable, "-m", "tests.crash", "--json", "--often"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"SUPERVISION_TEST_URL": server}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return {one["piece"]: one for one in json.loads(done.stdout)}


@pytest.mark.parametrize("piece", [one.name for one in (*PIECES, *MATTERS) if not one.seldom])
def test_wherever_a_process_dies_a_restart_keeps_the_promises(
    outcomes: dict[str, dict[str, Any]], piece: str, record_property: Any
) -> None:
    found = outcomes[piece]
    record_property("points", [piece, found["points"]])
    assert found["broken"] == []
    assert found["points"] == 2 * found["steps"]
    assert found["steps"] > 4 or piece in SINGLE
    assert found["restarts"] >= 2, "no death left more than there was: nothing was tried"


def test_there_are_enough_points(outcomes: dict[str, dict[str, Any]]) -> None:
    assert sum(found["points"] for found in outcomes.values()) >= LEAST_POINTS
