"""The heads of the audit chain that stand on the kept roll calls, written into a file outside the database."""

from datetime import date
from pathlib import Path

from supervision.audit.heads import Head, KeptHead, append_heads, read_heads
from supervision.db import fetch


async def keep_heads(path: Path) -> int:
    """Write down the heads of the days after the file's last one; how many. Raises Refusal for a file that can't be used.

    The roll calls are the list of what is due, so any number of machines may keep a file each, however late.
    """
    known = [day for day, _ in read_heads(path)]
    new = await _printed(max(known, default=date.min))
    if new:
        append_heads(path, new)
    return len(new)


async def kept_heads(path: Path, given: str | None = None) -> list[KeptHead]:
    """Every head that is known: given, of the file, of the roll calls. Raises Refusal for what isn't a head."""
    typed = [KeptHead(Head.parse(given), "给出")] if given else []
    outside = [KeptHead(head, f"链头文件中 {day.isoformat()} ") for day, head in read_heads(path)]
    inside = [KeptHead(Head.parse(head), f" {day.isoformat()} 每日点名上") for day, head in await _printed(date.min)]
    return typed + outside + inside


async def _printed(after: date) -> list[tuple[date, str]]:
    rows = await fetch(
        "SELECT day, audit_head FROM roll_call WHERE audit_head IS NOT NULL AND day > $1 ORDER BY day", after
    )
    return [(row["day"], row["audit_head"]) for row in rows]
