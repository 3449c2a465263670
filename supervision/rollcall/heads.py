"""The heads of the audit chain that stand on the kept roll calls, written into a file outside the database."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from supervision.audit.heads import Head, KeptHead, append_heads, read_heads
from supervision.db import fetch


async def keep_heads(path: Path) -> int:
    """Write down the heads of the days that the file lacks; how many. Raises Refusal for a file that can't be used.

    The roll calls are the list of what is due, so any number of machines may keep a file each, however late.
    """
    # Not only of days after its last one: a clock that once ran ahead would silence it for as long.
    new = await _printed([day for day, _ in read_heads(path)])
    if new:
        append_heads(path, new)
    return len(new)


async def kept_heads(path: Path, given: str | None = None) -> list[KeptHead]:
    """Every head that is known: given, of the file, of the roll calls. Raises Refusal for what isn't a head."""
    typed = [KeptHead(Head.parse(given), "给出")] if given else []
    outside = [KeptHead(head, f"链头文件中 {day.isoformat()} ") for day, head in read_heads(path)]
    inside = [KeptHead(Head.parse(head), f" {day.isoformat()} 每日点名上") for day, head in await _printed()]
    return typed + outside + inside


async def _printed(but: Sequence[date] = ()) -> list[tuple[date, str]]:
    rows = await fetch(
        "SELECT day, audit_head FROM roll_call WHERE audit_head IS NOT NULL AND day <> ALL($1::date[]) ORDER BY day",
        but,
    )
    return [(row["day"], row["audit_head"]) for row in rows]
