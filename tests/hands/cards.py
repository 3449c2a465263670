"""How many cards each officer has: people with something open that is theirs to deal with."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from supervision.db import fetch

MEDIAN, P95 = 5, 12
"""The budget of attention on a normal day (model §8)."""

# Whoever may be asked to act: officers and heads of the offices, and the desk of the bureau. Who has no card counts too.
CARDS = """
SELECT s.login, s.role, count(DISTINCT a.person) AS cards, count(a.id) AS causes
  FROM staff s LEFT JOIN alert a ON a.assigned_to = s.id AND a.closed_at IS NULL
 WHERE s.disabled_at IS NULL AND (s.role IN ('officer', 'head') OR s.on_desk)
 GROUP BY s.id ORDER BY cards DESC, s.id"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some officers: how many, how many cards in all, the middle, the ninety-fifth of a hundred, and the most."""

    officers: int
    cards: int
    median: int
    p95: int
    most: int

    @property
    def holds(self) -> bool:
        return self.median <= MEDIAN and self.p95 <= P95

    def __str__(self) -> str:
        return f"{self.officers} officers, {self.cards} cards: median {self.median}, p95 {self.p95}, most {self.most}"


def spread(counts: Iterable[int]) -> Spread:
    """The spread of at least one count; of an even number the upper middle."""
    found = sorted(counts)
    return Spread(len(found), sum(found), found[len(found) // 2], found[ceil(len(found) * 0.95) - 1], found[-1])


async def cards() -> list[tuple[str, str, int, int]]:
    """Login, role, cards and their causes of each, most first."""
    return [tuple(row) for row in await fetch(CARDS)]
