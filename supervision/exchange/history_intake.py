"""A history of reports is taken in: ended slots with source `import`, and the reports that were made."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from supervision.alerts.follow import follow
from supervision.clock import Clock
from supervision.days import SHANGHAI, end_of, local_day, start_of
from supervision.db import Record, execute, fetch, insert_many
from supervision.exchange.intake import (
    Importer,
    Options,
    SheetFile,
    begin_run,
    end_run,
    one_import,
    own_office,
    parts,
    refuse_open_questions,
)
from supervision.exchange.outcome import Imported, Result, counted, refused
from supervision.exchange.parsed import Choice, ParsedRow, ParsedSheet, Question
from supervision.exchange.values import WORDS
from supervision.exchange.writing import find
from supervision.language import gettext as _
from supervision.people.actions import DOC
from supervision.sealed import blind

RULE: Final = "SU-01"
MODE_UNKNOWN: Final = "value:mode:"
RECENT: Final = timedelta(days=30)
"""Misses of these last days are worth one alert a person (model §6); older ones none."""

REPORT_COLUMNS: Final = ("id", "order_id", "mode", "happened_at", "recorded_at", "recorded_by", "import_run")


@dataclass(frozen=True, slots=True)
class Past:
    """One thing that was owed: of which order, when it was due, and when it was made, if it was."""

    row: ParsedRow
    order: Record
    mode: str
    due_on: date
    made_at: datetime | None

    @property
    def slot(self) -> tuple[int, str, str]:
        """Which slot of the ledger it is."""
        return (self.order["id"], self.mode, self.due_on.isoformat())

    @property
    def report(self) -> tuple[int, str, datetime | None]:
        """By which the same report is known again."""
        return (self.order["id"], self.mode, self.made_at)

    @property
    def before_ledger(self) -> bool:
        """Does it lie before the first day of which the ledger itself keeps account?"""
        return bool(self.due_on < self.order["ledger_from"])


@dataclass
class Gathered:
    """What a history brings, to be written at once."""

    parsed: ParsedSheet
    answers: dict[str, str]
    now: datetime
    office: int | None
    run: int
    by: int | None
    reports: int = 0
    orders: dict[int, int] = field(default_factory=dict)
    misses: dict[tuple[int, int], list[date]] = field(default_factory=lambda: defaultdict(list))


async def import_history(
    viewer: Importer | None, file: SheetFile, parsed: ParsedSheet, options: Options, clock: Clock
) -> Imported:
    """Take a history in. Raises OpenQuestions while there is one; what is in the ledger already stays as it is."""
    questions = [*parsed.questions, *_mode_question(parsed, options)]
    refuse_open_questions(questions, options)
    async with one_import(options.dry_run, clock) as now:
        run = await begin_run("history", viewer, file, options, now=now)
        by = viewer.id if viewer else None
        gathered = Gathered(parsed, dict(options.answers), now, own_office(viewer), run, by)
        results = [result for rows in parts(parsed.rows) for result in await _take(rows, gathered)]
        await _tell_of_recent_misses(gathered)
        people = sorted(gathered.orders.values())
        imported = Imported(
            parsed,
            results,
            questions,
            run=None if options.dry_run else run,
            people=people,
            counts=counted(results),
        )
        detail = {"touched": sorted(gathered.orders)}
        await end_run(viewer, imported, run, detail, people, now=now)
        if not options.dry_run:
            await follow(gathered.orders, now, by=by)
    return imported


def _mode_question(parsed: ParsedSheet, options: Options) -> list[Question]:
    """Rows that don't say how the report was made: asked once for all of them."""
    waiting = [row for row in parsed.rows if row.ok and not row.waits_for and row.fields["mode"] is None]
    if not waiting or options.answers.get(MODE_UNKNOWN) in WORDS["mode"]:
        return []
    text = _("有 %(n)s 行没有写报告方式，按哪一种导入？") % {"n": len(waiting)}
    choices = tuple(Choice(code, _(label)) for code, (label, _ways) in WORDS["mode"].items())
    return [Question(MODE_UNKNOWN, text, choices, len(waiting), waiting[0].sheet, waiting[0].row)]


async def _take(rows: Sequence[ParsedRow], gathered: Gathered) -> list[Result]:
    """One part of the sheet, by a fixed number of queries."""
    orders = await _orders([row for row in rows if row.ok])
    looked = [_look(row, orders, gathered) for row in rows]
    past = [one for one in looked if isinstance(one, Past)]
    slots, reports, withdrawn = await _known(sorted({one.order["id"] for one in past}))
    new = []
    decided: dict[int, Result] = {}
    for one in past:
        taken_back = one.report in withdrawn
        known = taken_back or (one.slot in slots if one.before_ledger else one.report in reports)
        note = _("这次报告已在系统中作废，没有再导入") if taken_back else ""
        decided[id(one)] = Result(one.row, "unchanged" if known else "added", note=note)
        new += [] if known else [one]
        slots.add(one.slot)
    await _write(new, reports, gathered)
    return [one if isinstance(one, Result) else decided[id(one)] for one in looked]


async def _orders(rows: Sequence[ParsedRow]) -> dict[str, list[Record]]:
    """Order number, or blind of the identity number → orders; the office is the one that has the file."""
    found = await fetch(
        """SELECT o.id, o.number, o.person, o.start_on, o.end_on, o.ended_at, o.ledger_from, p.doc_key, p.name,
                  (SELECT r.office FROM responsibility r WHERE r.subject_kind = 'order' AND r.subject_id = o.id
                      AND r.role = 'main' AND r.to_at IS NULL) AS office
             FROM orders o JOIN person p ON p.id = o.person
            WHERE o.number = ANY($1) OR p.doc_key = ANY($2) ORDER BY o.id""",
        [row.fields["number"] for row in rows if row.fields["number"]],
        [blind(row.fields["id_card"], DOC) for row in rows if row.fields["id_card"]],
    )
    orders: dict[str, list[Record]] = defaultdict(list)
    for one in found:
        orders[one["number"]].append(one)
        orders[one["doc_key"]].append(one)
    return orders


def _look(row: ParsedRow, orders: dict[str, list[Record]], gathered: Gathered) -> Past | Result:
    """The row with its order and its mode; or refused, or waiting for an answer."""
    if not row.ok:
        return Result(row, "refused")
    fields, parsed = row.fields, gathered.parsed
    mode = fields.get("mode") or gathered.answers.get(MODE_UNKNOWN)
    if row.waits_for or mode not in WORDS["mode"]:
        return Result(row, "waiting")
    order = _order_of(fields, orders)
    name = "number" if fields["number"] else "id_card"
    if order is None:
        return refused(parsed, row, name, "person_unknown", _("系统里没有这个人，请先导入名册，或核对编号和身份证号"))
    if gathered.office not in (None, order["office"]):
        return refused(parsed, row, name, "needs_bureau", _("该人员不在本所，需由区局导入"))
    if fields["due_on"] < order["start_on"]:
        told = _("应报到时间早于矫正开始日期 %(day)s，请核对") % {"day": order["start_on"]}
        return refused(parsed, row, "due_on", "before_term", told)
    made_at = _made_at(fields, gathered.now)
    if made_at and made_at < start_of(order["start_on"]):
        told = _("实际报到时间早于矫正开始日期 %(day)s，请核对") % {"day": order["start_on"]}
        return refused(parsed, row, "made_on", "before_term", told)
    if made_at and order["ended_at"] and made_at >= order["ended_at"]:
        told = _("这一期矫正已于 %(at)s 结束，实际报到时间在此之后，请核对") % {
            "at": f"{order['ended_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        }
        return refused(parsed, row, "made_on", "after_end", told)
    past = Past(row, order, mode, fields["due_on"], made_at)
    if not past.before_ledger and past.made_at is None:
        told = _("自 %(day)s 起由系统自己记录，之后的缺报不从表中导入") % {"day": order["ledger_from"]}
        return refused(parsed, row, "made_on", "in_ledger", told)
    return past


def _order_of(fields: Mapping[str, Any], orders: dict[str, list[Record]]) -> Record | None:
    """By number the order itself; by identity number the one whose term holds the day, else the last."""
    if fields["number"] and orders.get(fields["number"]):
        return orders[fields["number"]][0]
    own = orders.get(blind(fields["id_card"], DOC), []) if fields["id_card"] else []
    holding = [one for one in own if one["start_on"] <= fields["due_on"] <= (one["end_on"] or fields["due_on"])]
    return next(iter(reversed(holding or own)), None)


def _made_at(fields: Mapping[str, Any], now: datetime) -> datetime | None:
    """The moment of the report; without a time of day, the beginning of the day."""
    if fields["made_on"] is None:
        return None
    clock: time = fields["made_at"] or time.min
    return min(datetime.combine(fields["made_on"], clock, SHANGHAI), now)


Slots = set[tuple[int, str, str]]
Reports = dict[tuple[int, str, datetime | None], int]


async def _known(orders: list[int]) -> tuple[Slots, Reports, set[tuple[int, str, datetime | None]]]:
    """The slots and the reports that are there already, and those that were withdrawn: they don't come back."""
    slots = await fetch(
        """SELECT subject_id, variant, period FROM duty
            WHERE subject_kind = 'order' AND rule = $2 AND subject_id = ANY($1)""",
        orders,
        RULE,
    )
    reports = await fetch(
        """SELECT id, order_id, mode, happened_at, withdrawn_at IS NULL AS stands FROM report
            WHERE order_id = ANY($1) ORDER BY id""",
        orders,
    )
    keys = {row["id"]: (row["order_id"], row["mode"], row["happened_at"]) for row in reports}
    standing = {keys[row["id"]]: row["id"] for row in reports if row["stands"]}
    return {tuple(row) for row in slots}, standing, {*keys.values()} - standing.keys()


async def _write(new: list[Past], reports: Reports, gathered: Gathered) -> None:
    made = {one.report for one in new if one.made_at is not None and one.report not in reports}
    ids = await fetch("SELECT nextval('report_id_seq') AS id FROM generate_series(1, $1)", len(made))
    fresh = dict(zip(sorted(made, key=str), (row["id"] for row in ids), strict=True))
    stamp = (gathered.now, gathered.by, gathered.run)
    await insert_many("report", REPORT_COLUMNS, [(id, *report, *stamp) for report, id in fresh.items()])
    known: dict[Any, int] = {**reports, **fresh}
    rows = [_duty(one, known.get(one.report), gathered) for one in new if one.before_ledger]
    if rows:
        await execute(ADD_DUTIES, *(list(column) for column in zip(*rows, strict=True)), gathered.now, RULE)
    for one in new:
        gathered.orders[one.order["id"]] = one.order["person"]
        if one.made_at is None and one.due_on >= local_day(gathered.now) - RECENT:
            gathered.misses[(one.order["id"], one.order["person"])].append(one.due_on)


def _duty(one: Past, report: int | None, gathered: Gathered) -> tuple[Any, ...]:
    """The ended slot: met, met late, or missed at the end of its day."""
    limit_at = end_of(one.due_on)
    made_at = one.made_at
    state = "missed" if made_at is None else "met" if made_at < limit_at else "met_late"
    opens_at = min(start_of(one.due_on), made_at or limit_at)
    why = json.dumps({"rule": RULE, "variant": one.mode, "import_run": gathered.run})
    times = (one.due_on.isoformat(), opens_at, limit_at, one.due_on)
    return (one.order["id"], one.order["person"], one.mode, *times, state, made_at or limit_at, report, why)


ADD_DUTIES: Final = """
INSERT INTO duty (subject_kind, subject_id, person, owed_by, rule, variant, period, opens_at, due_at, limit_at,
                  raw_due_on, state, closed_at, fact_kind, fact_id, cause, source, rule_version, why, created_at)
SELECT 'order', n.id, n.person, 'person', $13, n.mode, n.period, n.opens_at, n.limit_at, n.limit_at, n.due_on, n.state,
       n.closed_at, CASE WHEN n.report IS NOT NULL THEN 'report' END, n.report, 'imported', 'import', 1, n.why, $12
  FROM unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::date[],
              $8::text[], $9::timestamptz[], $10::bigint[], $11::jsonb[])
    AS n(id, person, mode, period, opens_at, limit_at, due_on, state, closed_at, report, why)
ON CONFLICT ON CONSTRAINT duty_slot_once DO NOTHING
"""


async def _tell_of_recent_misses(gathered: Gathered) -> None:
    """One finding a person of what they missed lately, so that somebody looks at it."""
    whose = list(gathered.misses)
    if not whose:
        return
    why = [{"rule": "history_misses", "import_run": gathered.run, "missed": sorted(gathered.misses[o])} for o in whose]
    await find(whose, "history_misses", why, gathered.now)
