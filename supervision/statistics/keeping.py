"""Monthly tables are kept as they are printed; what was corrected later is shown as a difference, never slipped in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.days import SHANGHAI, local_day, start_of
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.statistics.cells import CELLS
from supervision.statistics.monthly import NO_OFFICE, Row, Table, monthly_table
from supervision.statistics.period import Period, month_of


@dataclass(frozen=True, slots=True)
class Kept:
    """A table as it was printed: the viewer's rows of it."""

    id: int
    edition: int
    kept_by: str
    table: Table
    rows_hash: str
    unchanged: bool
    """Whether the stored rows still have the stored hash."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One count that is another one by what is known today."""

    office: str
    cell: str
    then: int
    now: int


async def keep(viewer: Viewer, period: Period, now: datetime) -> int:
    """Keep the month's table as it is known now; the id. The viewer must see all offices.

    Raises Refusal for a month that isn't over, a table that doesn't close, one that is kept already and hasn't changed,
    and as long as an import of today's may be undone: what is kept must come out the same ever after.
    """
    if period.end > now:
        raise Refusal(_("%(period)s还没有结束，月底之后才能存档。") % {"period": period.title})
    async with tx():
        await _refuse_what_may_be_undone(now)
        table = await monthly_table(viewer, period, now)
        last = await fetch_row("SELECT * FROM kept_table WHERE month = $1 ORDER BY edition DESC LIMIT 1", period.first)
        if last and not differences(_table(last, json.loads(last["rows"])), table):
            raise Refusal(
                _("%(period)s的报表已经存档（第 %(edition)s 版），此后没有变化。")
                % {"period": period.title, "edition": last["edition"]}
            )
        return await _store(viewer, table, last["edition"] + 1 if last else 1)


async def _refuse_what_may_be_undone(now: datetime) -> None:
    """An import is undone on its day, and is then as if it had never been: no table may have counted it.

    An import that is running is waited for.
    """
    await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
    began = await fetch_value(
        "SELECT max(started_at) FROM import_run WHERE kind = 'roster' AND undone_at IS NULL AND started_at >= $1",
        start_of(local_day(now)),
    )
    if began:
        said = _("今天 %(time)s 导入的名册当天可以撤销，请明天再存档；现在也可以先撤销。")
        raise Refusal(said % {"time": f"{began.astimezone(SHANGHAI):%H:%M}"})


async def _store(viewer: Viewer, table: Table, edition: int) -> int:
    rows = as_json(table)
    kept = await fetch_value(
        """INSERT INTO kept_table (month, edition, known_at, kept_by, rows, rows_hash) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT ON CONSTRAINT kept_table_edition_once DO NOTHING RETURNING id""",
        table.period.first,
        edition,
        table.known_at,
        viewer.id,
        rows,
        hash_of(rows),
    )
    if kept is None:
        raise Refusal(_("%(period)s的报表刚刚由别人存档，请刷新后查看。") % {"period": table.period.title})
    detail = {"month": table.period.code, "edition": edition, "hash": hash_of(rows)}
    await record(viewer, "keep_table", subject=("kept_table", kept), detail=detail, now=table.known_at)
    return int(kept)


def as_json(table: Table) -> str:
    """The rows as they are stored: a row an office, its counts by column."""
    counts = [[row.office, row.name, {code: row.counts[code] for code in CELLS}] for row in table.rows]
    return json.dumps(counts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(rows: str) -> str:
    """SHA-256 over the rows as canonical JSON (keys sorted, no blanks), UTF-8."""
    canonical = json.dumps(json.loads(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


async def kept_months(limit: int = 24) -> list[Record]:
    """What is kept, the latest month and edition first."""
    return await fetch(
        "SELECT id, month, edition, known_at FROM kept_table ORDER BY month DESC, edition DESC LIMIT $1", limit
    )


async def kept_table(viewer: Viewer, kept: int) -> Kept:
    """A kept table, the viewer's rows of it. Raises NotFound."""
    row = await fetch_row(
        "SELECT k.*, s.name AS by_name FROM kept_table k LEFT JOIN staff s ON s.id = k.kept_by WHERE k.id = $1", kept
    )
    if row is None:
        raise NotFound
    mine = [one for one in json.loads(row["rows"]) if viewer.scope == "all" or one[0] == viewer.office]
    holds = hash_of(row["rows"]) == row["rows_hash"]
    return Kept(row["id"], row["edition"], row["by_name"] or "", _table(row, mine), row["rows_hash"], holds)


def _table(row: Record, rows: list[Any]) -> Table:
    """Columns that came later than the table count as nothing in it."""
    made = [Row(office, name, dict.fromkeys(CELLS, 0) | counts) for office, name, counts in rows]
    return Table(month_of(row["month"]), row["known_at"], made)


async def printed_again(viewer: Viewer, kept: Kept) -> list[Difference]:
    """The same month computed anew by what was known then; empty: it equals what was stored."""
    return differences(kept.table, await monthly_table(viewer, kept.table.period, kept.table.known_at))


async def corrected_since(viewer: Viewer, kept: Kept, now: datetime) -> list[Difference]:
    """What the month's table would say otherwise by what is known now."""
    return differences(kept.table, await monthly_table(viewer, kept.table.period, now))


def differences(then: Table, now: Table) -> list[Difference]:
    """The counts that aren't the same, office by office. Pure."""
    old, new = _by_office(then), _by_office(now)
    names = {row.office: row.name for row in (*then.rows, *now.rows)}
    return [
        Difference(names[office] or NO_OFFICE, code, old.get(office, {}).get(code, 0), new.get(office, {}).get(code, 0))
        for office in names
        for code in CELLS
        if old.get(office, {}).get(code, 0) != new.get(office, {}).get(code, 0)
    ]


def _by_office(table: Table) -> dict[int | None, Mapping[str, int]]:
    return {row.office: row.counts for row in table.rows}
