"""The monthly table: one row an office, by the register equation ZC(b) = ZC(a−1) + IN − OUT, or it refuses (law e.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.db import Record, execute, fetch, tx
from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.people.scope import visible_people
from supervision.statistics.cells import BROKEN, CELLS, GROUPS
from supervision.statistics.period import Period
from supervision.statistics.stays import STAYS, arguments

NO_OFFICE = N_("未定司法所")
NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One office's counts; `office` None: the file was in no office's charge."""

    office: int | None
    name: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a month as it was known at a moment."""

    period: Period
    known_at: datetime
    rows: list[Row]

    @property
    def total(self) -> dict[str, int]:
        """The sum of the rows."""
        return {code: sum(row.counts[code] for row in self.rows) for code in CELLS}


_COUNTS = ", ".join(f"count(*) FILTER (WHERE {cell.where})::int AS {cell.code}" for cell in (*CELLS.values(), BROKEN))
TABLE = f"SELECT s.office, {_COUNTS} FROM {STAYS} WHERE {{of}} GROUP BY s.office"


async def monthly_table(viewer: Viewer | None, period: Period, known_at: datetime) -> Table:
    """The table in one pass over the register; the own row for who sees one office, all for the bureau and a command.

    Raises Refusal that names the row and the orders where the register equation doesn't hold.
    """
    args = arguments(period, known_at)
    of = office_condition(viewer, None, args)
    async with tx(snapshot=True):
        await execute("SET LOCAL work_mem = '64MB'")  # else the stays of a large register are sorted on the disk
        found = {row["office"]: row for row in await fetch(TABLE.format(of=of), *args)}
        rows = [Row(id, name, _counts(found.get(id))) for id, name in await _offices(viewer, found)]
        faulty = [row for row in rows if not holds(row.counts)]
        if faulty:
            raise Refusal(_told(faulty[0], period, await _contradicting(viewer, period, known_at, faulty[0])))
    return Table(period, known_at, rows)


def holds(counts: Mapping[str, int]) -> bool:
    """The register equation of a row, its parts, and no order that contradicts itself."""
    moved = counts["after"] == counts["before"] + counts["came"] - counts["went"]
    return moved and _parts_add_up(counts) and not counts.get(BROKEN.code, 0)


def _parts_add_up(counts: Mapping[str, int]) -> bool:
    split = [group for group in GROUPS[1:] if group.whole]
    return all(sum(counts[cell.code] for cell in group.cells) == counts[group.whole] for group in split)


def _counts(row: Record | None) -> dict[str, int]:
    return {code: row[code] if row else 0 for code in (*CELLS, BROKEN.code)}


def office_condition(viewer: Viewer | None, office: int | None, args: list[Any]) -> str:
    """Which offices' rows: the viewer's own, the one asked for, or all."""
    if viewer and viewer.scope != "all":
        office = viewer.office
    if office is None:
        return "TRUE"
    args.append(office)
    return f"s.office = ${len(args)}"


async def _offices(viewer: Viewer | None, found: Mapping[int | None, Any]) -> list[tuple[int | None, str]]:
    """Offices that are open or have a count, by code; None for files in no office's charge, if there are any."""
    own = viewer.office if viewer and viewer.scope != "all" else None
    rows = await fetch(
        """SELECT id, name FROM office
            WHERE CASE WHEN $2::int IS NULL THEN kind = 'judicial_office' AND closed_at IS NULL OR id = ANY($1)
                       ELSE id = $2 END ORDER BY code""",
        [office for office in found if office is not None],
        own,
    )
    offices: list[tuple[int | None, str]] = [(row["id"], row["name"]) for row in rows]
    return offices + ([(None, NO_OFFICE)] if None in found and own is None else [])


def _told(row: Row, period: Period, orders: Sequence[str]) -> str:
    c = row.counts
    sums = _("上月在册 %(before)s ＋ 增加 %(came)s － 减少 %(went)s 与本月在册 %(after)s") % {
        "before": c["before"],
        "came": c["came"],
        "went": c["went"],
        "after": c["after"],
    }
    named = _("；").join(orders) or _("分项之和与本月在册不符")
    return _("%(name)s %(period)s的登记不闭合，不能打印（%(sums)s）：%(named)s。请先更正这些登记。") % {
        "name": row.name,
        "period": period.title,
        "sums": sums,
        "named": named,
    }


CONTRADICTING = f"""
SELECT DISTINCT s.order_id, s.number, s.entered > s.left_at AS ends_first, {{mine}} AS mine
  FROM {STAYS} WHERE s.broken AND s.office IS NOT DISTINCT FROM $7 ORDER BY s.order_id LIMIT {NAMED_AT_MOST}"""


async def _contradicting(viewer: Viewer | None, period: Period, known_at: datetime, row: Row) -> list[str]:
    args = [*arguments(period, known_at), row.office]
    mine = visible_people(viewer, "s.person", args) if viewer else "TRUE"
    found = await fetch(CONTRADICTING.format(mine=mine), *args)
    return [_why(one) for one in found]


def _why(row: Record) -> str:
    number = row["number"] if row["mine"] else _("已移交的登记")
    why = _("%(number)s的结束早于接收") if row["ends_first"] else _("%(number)s有重复的接收或结束登记")
    return why % {"number": number}
