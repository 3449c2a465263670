"""The roll call as sets: who was there yesterday, who came, who went, and whether that makes today's list."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.days import local_day, start_of
from supervision.db import Record, fetch, fetch_row
from supervision.rollcall.buckets import CORRECTION


@dataclass(frozen=True, slots=True)
class Movement:
    """yesterday + came − went = today, told of order ids; `missing` and `unexplained` are empty when it holds."""

    since: date
    before: int
    came: tuple[int, ...]
    went: tuple[int, ...]
    missing: tuple[int, ...]
    """Should be on today's list and aren't."""
    unexplained: tuple[int, ...]
    """Are on today's list and nothing says why."""

    @property
    def holds(self) -> bool:
        return not self.missing and not self.unexplained

    def as_json(self) -> dict[str, Any]:
        """For the kept roll call."""
        return {
            "since": self.since.isoformat(),
            "before": self.before,
            "came": list(self.came),
            "went": list(self.went),
            "missing": list(self.missing),
            "unexplained": list(self.unexplained),
        }


# Told by the facts alone, not by the register: orders that were put down, and ends that were withdrawn.
CAME = """
SELECT id FROM orders WHERE created_at > $1 AND created_at <= $2
UNION SELECT order_id FROM order_end WHERE withdrawn_at > $1 AND withdrawn_at <= $2"""
# Whose end was recorded on an earlier day than today, and since the beginning of the day that is compared with.
WENT = """
SELECT DISTINCT order_id AS id FROM order_end
 WHERE recorded_at >= $1 AND recorded_at < $2 AND (withdrawn_at IS NULL OR withdrawn_at > $3)"""


async def movement(now: datetime, today: set[int]) -> Movement | None:
    """Today's list against the last one that was kept before today; None where there is none."""
    last = await fetch_row("SELECT * FROM roll_call WHERE day < $1 ORDER BY day DESC LIMIT 1", local_day(now))
    if last is None:
        return None
    before = await _listed(last)
    came = await _ids(CAME, last["taken_at"], now)
    gone = await _ids(WENT, start_of(last["day"]), start_of(local_day(now)), now)
    return compare(last["day"], before, came, gone, today)


def compare(since: date, before: set[int], came: set[int], gone: set[int], today: set[int]) -> Movement:
    """The four sets, and what they leave unexplained. Pure."""
    expected = (before | came) - gone
    return Movement(
        since=since,
        before=len(before),
        came=tuple(sorted(came - gone - before)),
        went=tuple(sorted(before & gone)),
        missing=tuple(sorted(expected - today)),
        unexplained=tuple(sorted(today - expected)),
    )


async def _listed(last: Record) -> set[int]:
    rows = await fetch(
        "SELECT subject_id FROM roll_call_entry WHERE roll_call = $1 AND register = $2", last["id"], CORRECTION.code
    )
    return {row["subject_id"] for row in rows}


async def _ids(sql: str, *args: object) -> set[int]:
    return {row["id"] for row in await fetch(sql, *args)}
