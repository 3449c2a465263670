"""`python -m tests.crash [--json] [--often] [PIECE …]`: the crash matrix on the tests' own server, a line a piece and the total."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from supervision import sealed
from supervision.audit import key as audit_key
from supervision.files import store
from supervision.ledger import connect_sources
from tests.conftest import server_of_tests
from tests.crash.matrix import Outcome, grounds, run_piece
from tests.crash.matters import MATTERS
from tests.crash.pieces import PIECES

SHOWN = 5
"""How many of a piece's broken promises are printed."""


def main(words: Sequence[str]) -> int:
    """Run the named pieces, or all; 1 where a promise broke."""
    names = [word for word in words if not word.startswith("--")]
    often = "--often" in words
    wanted = [piece for piece in (*PIECES, *MATTERS) if piece.name in names or not (names or (often and piece.seldom))]
    show = silent if "--json" in words else tell
    with tempfile.TemporaryDirectory(prefix="supervision-crash-") as folder, server_of_tests() as server:
        keyring = sealed.Keyring.create(Path(folder) / "seal.key")
        sealed.use(keyring)
        store.use(Path(folder) / "files")
        audit_key.use(keyring)
        connect_sources()
        with grounds(server, f"supervision_crash_{os.getpid()}") as (ground, begin):
            outcomes = [show(run_piece(ground, begin, piece)) for piece in wanted]
    if show is silent:
        print(json.dumps([asdict(one) for one in outcomes], ensure_ascii=False))
        return 0
    print(f"{sum(one.points for one in outcomes)} points, {sum(len(one.broken) for one in outcomes)} broken")
    return 1 if any(one.broken for one in outcomes) else 0


def tell(outcome: Outcome) -> Outcome:
    """Print what came of a piece."""
    print(outcome.line, *outcome.broken[:SHOWN], sep="\n  ", flush=True)
    return outcome


def silent(outcome: Outcome) -> Outcome:
    """What came of it is told in the end."""
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
