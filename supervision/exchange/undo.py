"""An import is undone on its day, by its run: what it made is taken away, unless something was built on it since."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, tx
from supervision.errors import NotFound, Refusal
from supervision.exchange.assistance_undo import undo_assistance
from supervision.exchange.built import ON_ORDERS, ON_PEOPLE, Touched, refuse_built
from supervision.exchange.intake import Importer
from supervision.language import gettext as _
from supervision.language import ngettext
from supervision.locks import Lock
from supervision.orders.actions import ORDER
from supervision.resettlement.handover import make_way_undone

MADE_BY_RUN: Final = ("registration", "class_decision", "term_change", "responsibility", "contact", "debt")


async def run_of(run: int) -> Record:
    """The run. Raises NotFound."""
    row = await fetch_row("SELECT * FROM import_run WHERE id = $1", run)
    if row is None:
        raise NotFound
    return row


async def run_of_file(file_hash: str) -> int:
    """The last run of this very file that stands. Raises Refusal when there is none."""
    found = await fetch_value("SELECT max(id) FROM import_run WHERE file_hash = $1 AND undone_at IS NULL", file_hash)
    if found is None:
        raise Refusal(_("没有找到这个文件的导入记录，或者已经撤销。"))
    return int(found)


async def undo(viewer: Importer | None, run: int, now: datetime) -> None:
    """Take away what the run made, and put back what it changed.

    Raises Refusal on another day, for a run that was undone, and where something was built on it: the sentence says what.
    """
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        row = await run_of(run)
        _check_day(row, now)
        if row["kind"] == "assistance":
            await undo_assistance(viewer, row, now)
            return
        detail = json.loads(row["detail"])
        made = [one["id"] for one in await fetch("SELECT id FROM orders WHERE import_run = $1", run)]
        touched = sorted({*made, *detail.get("touched", [])})
        await execute("SELECT id FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE", touched)
        await _check_nothing_built(row, made, [order for order in touched if order not in set(made)])
        people = [one["person"] for one in await fetch("SELECT person FROM orders WHERE id = ANY($1)", touched)]
        await _take_away(row, made, detail)
        await make_way_undone(run, now, by=viewer.id if viewer else None)
        await execute(
            "UPDATE import_run SET undone_at = $2, undone_by = $3 WHERE id = $1",
            run,
            now,
            viewer.id if viewer else None,
        )
        await record(viewer, "import_undone", subject=("import", run), people=people, now=now)
        await follow([order for order in touched if order not in set(made)], now, by=viewer.id if viewer else None)


def _check_day(row: Record, now: datetime) -> None:
    if row["undone_at"]:
        raise Refusal(_("这次导入已经撤销过了。"))
    if local_day(row["started_at"]) != local_day(now):
        raise Refusal(_("导入只能在当天撤销；之后请在各人的档案中更正。"))


async def _check_nothing_built(row: Record, made: list[int], changed: list[int]) -> None:
    """Whatever anybody wrote about these people since, by hand or by another import."""
    run, since = row["id"], row["started_at"]
    people = [r["id"] for r in await fetch("SELECT id FROM person WHERE import_run = $1 FOR UPDATE", run)]
    known = [r["person"] for r in await fetch("SELECT person FROM orders WHERE id = ANY($1)", [*made, *changed])]
    await refuse_built(ON_ORDERS, Touched(run, since, made, changed, kind=ORDER))
    await refuse_built(ON_PEOPLE, Touched(run, since, people, known))
    await _check_nobody_acted(row, [*made, *changed])


async def _check_nobody_acted(row: Record, orders: list[int]) -> None:
    acted = await fetch_value(
        """SELECT count(DISTINCT a.id) FROM alert a JOIN alert_event e ON e.alert = a.id
            WHERE a.subject_kind = 'order' AND a.subject_id = ANY($1) AND e.staff IS NOT NULL AND e.at > $2""",
        orders,
        row["started_at"],
    )
    corrected = await fetch_value(
        "SELECT count(*) FROM report WHERE import_run = $1 AND withdrawn_at IS NOT NULL", row["id"]
    )
    if acted:
        told = ngettext(
            "导入以后%(n)d 条预警已有人处置，不能撤销；请在档案中更正。",
            "导入以后%(n)d 条预警已有人处置，不能撤销；请在档案中更正。",
            acted,
        )
        raise Refusal(told % {"n": acted})
    if corrected:
        told = ngettext(
            "导入以后%(n)d 条导入的报告已被作废，不能撤销；请在档案中更正。",
            "导入以后%(n)d 条导入的报告已被作废，不能撤销；请在档案中更正。",
            corrected,
        )
        raise Refusal(told % {"n": corrected})


async def _take_away(row: Record, made: list[int], detail: dict[str, Any]) -> None:
    run = row["id"]
    await _take_away_findings(run)
    await _put_back(row, detail)
    await execute("DELETE FROM duty WHERE source = 'import' AND why ->> 'import_run' = $1::int::text", run)
    await execute("DELETE FROM report WHERE import_run = $1", run)
    # The causes first: an alert that the watch opens meanwhile would outlive them.
    for table in ("finding", "duty", "alert", "ledger_subject"):
        await execute(f"DELETE FROM {table} WHERE subject_kind = 'order' AND subject_id = ANY($1)", made)
    for table in MADE_BY_RUN:
        await execute(f"DELETE FROM {table} WHERE import_run = $1", run)
    await execute("DELETE FROM orders WHERE import_run = $1", run)
    await execute("DELETE FROM person WHERE import_run = $1", run)


async def _take_away_findings(run: int) -> None:
    """What the import itself raised, with its alerts; nobody has acted on them."""
    found = await fetch(
        """DELETE FROM finding WHERE rule IN ('duplicate_person', 'history_misses')
              AND why ->> 'import_run' = $1::int::text RETURNING id""",
        run,
    )
    await execute("DELETE FROM alert WHERE finding = ANY($1)", [one["id"] for one in found])


async def _put_back(row: Record, detail: dict[str, Any]) -> None:
    """What the import ended goes on: responsibilities, contacts, debts, and the columns as they were."""
    run, at = row["id"], row["started_at"]
    handed = await fetch(
        """DELETE FROM responsibility WHERE import_run = $1 AND subject_id <> ALL(
              SELECT id FROM orders WHERE import_run = $1) RETURNING subject_id""",
        run,
    )
    await execute(
        """UPDATE responsibility SET to_at = NULL
            WHERE subject_kind = 'order' AND role = 'main' AND to_at = $2 AND subject_id = ANY($1)""",
        [one["subject_id"] for one in handed],
        at,
    )
    await execute(
        """UPDATE contact SET withdrawn_at = NULL WHERE withdrawn_at = $2
              AND id IN (SELECT replaces FROM contact WHERE import_run = $1)""",
        run,
        at,
    )
    await execute(
        "UPDATE debt SET closed_at = NULL, closed_by = NULL WHERE closed_at = $2 AND order_id = ANY($1)",
        detail.get("touched", []),
        at,
    )
    await _restore(detail.get("before", {}))


async def _restore(before: dict[str, Sequence[str | None]]) -> None:
    for order, (start, end, registered) in before.items():
        at = datetime.fromisoformat(registered) if registered else None
        await execute(
            """UPDATE orders SET start_on = $2, end_on = $3, registered_at = $4,
                      state = CASE WHEN $4::timestamptz IS NULL THEN 'due' ELSE state END WHERE id = $1""",
            int(order),
            _day(start),
            _day(end),
            at,
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
