"""What `supervision register` does: the whole register is written out, or put into an empty installation."""

import argparse
from pathlib import Path
from typing import Any

from supervision.exchange.export_load import load_register
from supervision.exchange.export_register import export_register
from supervision.house import House
from supervision.keys import SEALED_COLUMNS

Said = tuple[Any, list[str]]


def arguments(one: argparse.ArgumentParser) -> None:
    """The words of the command."""
    one.add_argument("--json", action="store_true", help="answer as JSON (docs/json.md)")
    one.add_argument(
        "action", choices=["export", "load"], help="write it out, in clear; put it into an empty installation"
    )
    one.add_argument("file", type=Path, help=".zip (CSV files) or .xlsx (one workbook)")


async def register(house: House, given: argparse.Namespace) -> Said:
    """Write out or put in. Raises Refusal with one sentence."""
    now, seals = house.clock.now(), {place.name: place.purpose for place in SEALED_COLUMNS}
    if given.action == "export":
        counts = await export_register(given.file, seals, now)
        return {"file": str(given.file), "rows": counts}, [
            *_lines(counts),
            f"{given.file} holds whole identity numbers in clear.",
        ]
    counts, codes = await load_register(given.file, seals, now)
    signs = [f"{login} signs in with the one-time code {code}" for login, code in codes.items()]
    return {"file": str(given.file), "rows": counts, "codes": codes}, [*_lines(counts), *signs]


def _lines(counts: dict[str, int]) -> list[str]:
    return [f"{many:>8}  {table}" for table, many in counts.items() if many]
