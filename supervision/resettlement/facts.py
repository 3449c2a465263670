"""What the ledger may know of a period of help: the period itself, its class, what was done, and when it rested."""

from collections.abc import Mapping, Sequence
from typing import Any

from supervision.db import Record, fetch
from supervision.rules.assistance import Assistance
from supervision.rules.base import Act, ClassDecision, Pause

ACTS: Mapping[str, tuple[str, str]] = {
    "ask": ("verification_asked", ""),
    "readdressed": ("verification_asked", ""),
    "verified": ("verification", "ok"),
    "waiting": ("verification", "waiting"),
    "failed": ("verification", "failed"),
    "notice": ("notice", ""),
    "announced": ("notice", ""),
    "told": ("told", ""),
    "fetched": ("connection", "fetched"),
    "arrived": ("connection", "arrived"),
    "came": ("connection", "came"),
    "found": ("connection", "found"),
    "found_elsewhere": ("connection", "elsewhere"),
    "missed": ("missed", ""),
    "searched": ("searched", ""),
    "police": ("police", ""),
    "lives_elsewhere": ("moved", ""),
    "reported": ("reported", ""),
    "file": ("file", ""),
    "lost": ("lost", ""),
    "found_again": ("found", ""),
    "dual_asked": ("dual_asked", ""),
    "dual": ("dual_answer", "agreed"),
    "dual_refused": ("dual_answer", "refused"),
    "move_asked": ("move_asked", ""),
    "move_accepted": ("move_answer", "accepted"),
    "move_refused": ("move_answer", "refused"),
    "expired": ("end", "expired"),
    "deceased": ("end", "deceased"),
    "reoffended": ("end", "reoffended"),
    **{met: ("help_visit", met) for met in ("nobody", "phone", "met")},
    **{side: ("appraisal", side) for side in ("village", "township")},
    "child": ("child", ""),
}
"""What was done → the kind and mode by which the rules know it; other steps meet no duty."""


def met_as(counts: str) -> str:
    """Whether `a` was a key person on coming home, or when released: a later assessment `x` changes it no more."""
    return f"""coalesce((SELECT x.old_kind FROM help_assessment x
                       WHERE x.assistance = a.id AND {counts}
                         AND x.happened_at >= least(a.connected_at, (a.release_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
                       ORDER BY x.id LIMIT 1), a.kind)"""


MATTERS = f"""
SELECT a.*, {met_as("x.withdrawn_at IS NULL")} AS met_as,
       (SELECT (max(c.born_on) + interval '18 years')::date FROM help_child c
         WHERE c.assistance = a.id AND c.withdrawn_at IS NULL) AS minor_until
  FROM assistance a WHERE a.id = ANY($1) ORDER BY a.id FOR NO KEY UPDATE OF a
"""


async def assistances(ids: Sequence[int]) -> dict[int, tuple[int, Assistance]]:
    """Period of help → its person and itself. Locks the rows: two syncs of one period wait for each other."""
    rows = await fetch(MATTERS, list(ids))
    return {row["id"]: (row["person"], _assistance(row)) for row in rows}


def _assistance(row: Record) -> Assistance:
    return Assistance(
        source=row["source"],
        kind=row["met_as"],
        known_on=row["known_on"],
        release_on=row["release_on"],
        connected_at=row["connected_at"],
        to_on=row["to_on"],
        ledger_from=row["ledger_from"],
        ended_at=row["ended_at"],
        end_kind=row["end_kind"],
        imported=row["import_run"] is not None,
        report_by=row["report_by"],
        minor_until=row["minor_until"],
    )


async def acts(ids: Sequence[int]) -> dict[int, list[Act]]:
    """Period of help → its steps and visits, as acts that meet duties; without what was withdrawn.

    A visit counts where the person or the family was met, at home or in the office: not a call.
    """
    rows = await fetch(
        """SELECT assistance, event, id, happened_at, recorded_at
             FROM assistance_step WHERE assistance = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT assistance, side, id, happened_at, recorded_at
             FROM help_appraisal WHERE assistance = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT assistance, 'child', id, happened_at, recorded_at
             FROM help_child WHERE assistance = ANY($1) AND withdrawn_at IS NULL
           UNION ALL
           SELECT assistance, CASE WHEN met = 'nobody' THEN 'nobody' WHEN place = 'phone' THEN 'phone' ELSE 'met' END,
                  id, happened_at, recorded_at
             FROM help_visit WHERE assistance = ANY($1) AND withdrawn_at IS NULL""",
        list(ids),
    )
    found: dict[int, list[Act]] = {}
    for row in rows:
        kind, mode = ACTS.get(row["event"], ("", ""))
        if kind:
            act = Act(kind, row["id"], mode, row["happened_at"], row["recorded_at"])
            found.setdefault(row["assistance"], []).append(act)
    return found


async def classes(ids: Sequence[int]) -> dict[int, list[ClassDecision]]:
    """Period of help → its classes, each from when it was known: nobody is asked afterwards for what nobody told them."""
    rows = await fetch(
        """SELECT assistance, id, level, greatest(happened_at, recorded_at) AS known_at FROM assistance_class
            WHERE assistance = ANY($1) AND withdrawn_at IS NULL ORDER BY assistance, happened_at, id""",
        list(ids),
    )
    found: dict[int, list[ClassDecision]] = {}
    for row in rows:
        found.setdefault(row["assistance"], []).append(ClassDecision(row["id"], row["level"], row["known_at"]))
    return found


async def pauses(ids: Sequence[int]) -> dict[int, list[Pause]]:
    """Period of help → the times in which the person was lost: visits rest, and the search goes on."""
    rows = await fetch(
        """SELECT assistance, id, event, happened_at, recorded_at FROM assistance_step
            WHERE assistance = ANY($1) AND event IN ('lost', 'found_again') AND withdrawn_at IS NULL
            ORDER BY assistance, happened_at, id""",
        list(ids),
    )
    found: dict[int, list[Pause]] = {}
    for row in rows:
        of_one = found.setdefault(row["assistance"], [])
        if row["event"] == "lost":
            of_one.append(Pause(row["id"], "off", row["happened_at"], None, row["recorded_at"]))
        elif of_one and of_one[-1].to_at is None:
            last: Any = of_one[-1]
            of_one[-1] = Pause(last.id, "off", last.from_at, row["happened_at"], last.recorded_at)
    return found
