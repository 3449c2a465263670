"""What the ledger may know of commissions: their clocks, and the acts that meet what is owed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from supervision.alerts.subjects import Shown
from supervision.db import Record, fetch
from supervision.language import gettext as _
from supervision.rules.base import Act
from supervision.rules.commission import Commission, Run

BEGINS = ("received", "resent")
ENDS = ("returned", "unable", "organ_withdrew")
LAST = ("closed", "organ_withdrew")


async def commissions(ids: Sequence[int]) -> dict[int, tuple[None, Commission]]:
    """Commission → itself, without its person (law CI-10). Locks the rows: two syncs of one wait for each other."""
    rows = await fetch(
        "SELECT id, fast_track FROM commission WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        list(ids),
    )
    acts = await _clock_acts(ids)
    concluded = await _concluded(ids)
    return {
        row["id"]: (
            None,
            Commission(row["fast_track"], runs_of(acts.get(row["id"], [])), _ended_at(row, acts, concluded)),
        )
        for row in rows
    }


async def _clock_acts(ids: Sequence[int]) -> dict[int, list[Record]]:
    rows = await fetch(
        """SELECT id, commission, kind, happened_at, until_on FROM commission_act
            WHERE commission = ANY($1) AND withdrawn_at IS NULL AND kind = ANY($2) ORDER BY commission, id""",
        list(ids),
        [*BEGINS, *ENDS, "closed", "extension_agreed"],
    )
    found: dict[int, list[Record]] = {}
    for row in rows:
        found.setdefault(row["commission"], []).append(row)
    return found


async def _concluded(ids: Sequence[int]) -> dict[int, datetime]:
    rows = await fetch(
        "SELECT commission, happened_at FROM commission_result WHERE commission = ANY($1) AND withdrawn_at IS NULL",
        list(ids),
    )
    return {row["commission"]: row["happened_at"] for row in rows}


def _ended_at(row: Record, acts: dict[int, list[Record]], concluded: dict[int, datetime]) -> datetime | None:
    last = [act["happened_at"] for act in acts.get(row["id"], []) if act["kind"] in LAST]
    return concluded.get(row["id"]) or (max(last) if last else None)


def runs_of(acts: Sequence[Record]) -> tuple[Run, ...]:
    """The clocks that the acts began, extended and stopped, in the order in which they were put down."""
    runs: list[Run] = []
    for act in acts:
        if act["kind"] in BEGINS:
            runs.append(Run(act["id"], act["happened_at"]))
        elif runs and runs[-1].to_at is None and act["kind"] in ENDS:
            runs[-1] = replace(runs[-1], to_at=act["happened_at"], ended_by=act["kind"])
        elif runs and act["kind"] == "extension_agreed":
            runs[-1] = replace(runs[-1], until_on=act["until_on"])
    return tuple(runs)


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Commission → what was sent and told, the result, and whether who is expected has come, as acts that meet duties."""
    rows = await fetch(
        """SELECT commission, kind, id, happened_at, recorded_at FROM commission_act
            WHERE commission = ANY($1) AND withdrawn_at IS NULL AND kind IN ('sent', 'informed', 'copied', 'explained')
           UNION ALL
           SELECT commission, 'result', id, happened_at, recorded_at FROM commission_result
            WHERE commission = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT source_id, 'expected', id, expected_at, created_at FROM expected_order
            WHERE source_kind = 'commission' AND source_id = ANY($1)
           UNION ALL
           SELECT source_id, 'expected_end', id, ended_at, ended_at FROM expected_order
            WHERE source_kind = 'commission' AND source_id = ANY($1) AND ended_at IS NOT NULL
            ORDER BY 1, 4, 3""",
        list(ids),
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        act = Act(row["kind"], row["id"], "letter", row["happened_at"], row["recorded_at"])
        found.setdefault(row["commission"], []).append(act)
    return found


async def titles(ids: Sequence[int]) -> dict[int, Shown]:
    """Commission → what it is called on a card of alerts, and its page; the name of whom it is about isn't told there."""
    rows = await fetch("SELECT id, number, organ_name FROM commission WHERE id = ANY($1)", list(ids))
    return {
        row["id"]: Shown(
            _("调查评估 %(number)s（%(organ)s）") % {"number": row["number"], "organ": row["organ_name"]},
            f"/commissions/{row['id']}",
        )
        for row in rows
    }
