"""Sources of what is kept for subjects of every kind in one table: pauses, and named humans' words on single duties."""

from collections.abc import Sequence

from supervision.db import fetch
from supervision.duties.sources import Source
from supervision.rules.base import Decision, Pause


def pauses(kind: str) -> Source:
    """Subject of the kind → its pauses, open ones included."""

    async def source(ids: Sequence[int]) -> dict[int, list[Pause]]:
        rows = await fetch(
            """SELECT subject_id, id, kind, from_at, to_at, recorded_at FROM pause
                WHERE subject_kind = $2 AND subject_id = ANY($1) AND withdrawn_at IS NULL
                ORDER BY subject_id, from_at, id""",
            list(ids),
            kind,
        )
        found: dict[int, list[Pause]] = {}
        for r in rows:
            one = Pause(r["id"], r["kind"], r["from_at"], r["to_at"], r["recorded_at"])
            found.setdefault(r["subject_id"], []).append(one)
        return found

    return source


def decisions(kind: str) -> Source:
    """Subject of the kind → what named humans decided of single duties."""

    async def source(ids: Sequence[int]) -> dict[int, list[Decision]]:
        rows = await fetch(
            """SELECT subject_id, id, rule, variant, period, outcome, happened_at FROM duty_decision
                WHERE subject_kind = $2 AND subject_id = ANY($1) AND withdrawn_at IS NULL ORDER BY subject_id, id""",
            list(ids),
            kind,
        )
        found: dict[int, list[Decision]] = {}
        for r in rows:
            one = Decision(r["id"], r["rule"], r["variant"], r["period"], r["outcome"], r["happened_at"])
            found.setdefault(r["subject_id"], []).append(one)
        return found

    return source
