"""A sheet is taken in: read, held against the register, written in one transaction, or rolled back as a dry run."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.days import local_day
from supervision.db import execute, fetch, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.exchange.assistance_sheet import is_assistance, parse_assistance
from supervision.exchange.headings import ORIGIN_TITLE
from supervision.exchange.history import is_history, parse_history
from supervision.exchange.known import load_known
from supervision.exchange.outcome import Absent, Imported, Result, counted
from supervision.exchange.parsed import ParsedRow, ParsedSheet, Question
from supervision.exchange.places import Places, load_places
from supervision.exchange.plan import Setting, Wanted, place_row, plan
from supervision.exchange.roster import parse_roster, refuse_another_list
from supervision.exchange.sheets import Sheet, read_book
from supervision.exchange.writing import Writing, numbers_for, write_plans
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.people.actions import DOC
from supervision.resettlement.handover import make_way
from supervision.sealed import keyring
from supervision.settings.terms import load_terms

PART: Final = 1000
"""Rows that are held against the register and written together, by a fixed number of queries; a page waits for no more."""
KINDS: Final = ("roster", "history", "assistance")


class Importer(Protocol):
    """Whoever imports: the viewer; None is a command, which sees all offices."""

    @property
    def id(self) -> int: ...

    @property
    def office(self) -> int: ...

    @property
    def scope(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file as it was given."""

    name: str
    data: bytes

    @property
    def hash(self) -> str:
        """By which the same file is known again."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Options:
    """How a sheet is taken in: the office of rows that name none, what unknown values mean, and whether it is a try."""

    office: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    ledger_from: date | None = None
    dry_run: bool = False


async def read_sheet(file: SheetFile, options: Options, today: date) -> ParsedSheet:
    """Read a file off the event loop, as what it is or is said to be. Raises Refusal for what can't be read."""
    return await asyncio.to_thread(_read, file, options, today)


def _read(file: SheetFile, options: Options, today: date) -> ParsedSheet:
    sheets = read_book(file.name, file.data)
    kind = options.kind or _kind_of(sheets)
    parsed = PARSERS[kind](sheets, today, options.answers)
    if not parsed.rows:
        raise Refusal(_("表头下面没有一行数据，没有导入。请核对后重新上传。"))
    if kind == "roster":
        refuse_another_list(parsed)
    return parsed


PARSERS: Final = {"roster": parse_roster, "history": parse_history, "assistance": parse_assistance}


def _kind_of(sheets: list[Sheet]) -> str:
    """What a file is, by its headings."""
    if is_history(sheets):
        return "history"
    return "assistance" if is_assistance(sheets) else "roster"


def own_office(viewer: Importer | None) -> int | None:
    """The one office that this importer may import for; None for all."""
    return viewer.office if viewer and viewer.scope != "all" else None


class _TryOnly(Exception):
    """Ends the transaction of a dry run."""


@asynccontextmanager
async def one_import(dry_run: bool, clock: Clock) -> AsyncIterator[datetime]:
    """The one transaction of a whole file, one import at a time; a dry run is rolled back. Gives its moment.

    Not earlier: a large file is read for long, and waits for others, while files go on changing hands.
    """
    try:
        async with tx():
            await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
            yield clock.now()
            if dry_run:
                raise _TryOnly
    except _TryOnly:
        pass


async def import_roster(
    viewer: Importer | None, file: SheetFile, parsed: ParsedSheet, options: Options, clock: Clock
) -> Imported:
    """Take a roster in. Raises OpenQuestions while there is one; a dry run tells the questions instead.

    A second run of the same file changes nothing. Nobody is ended because they are missing.
    """
    places = await load_places()
    questions = [*parsed.questions, *places.questions(parsed.rows, options.answers)]
    refuse_open_questions(questions, options)
    async with one_import(options.dry_run, clock) as now:
        setting = await _setting(viewer, parsed, places, options, now=now)
        run = await begin_run("roster", viewer, file, options, now=now)
        writing = Writing(setting, run, viewer.id if viewer else None)
        results = await _take_parts(setting, writing)
        if not options.dry_run:
            newcomers = await fetch("SELECT person FROM orders WHERE import_run = $1", run)
            await make_way([row["person"] for row in newcomers], now, by=writing.by, run=run)
        missing = await _missing(writing)
        imported = Imported(
            parsed,
            results,
            questions,
            missing,
            run=None if options.dry_run else run,
            people=sorted(writing.people | {one.person for one in missing}),
            counts=counted(results),
        )
        detail = {
            "orders": writing.places,
            "before": writing.before,
            "missing": [one.number for one in missing],
            "touched": sorted(set(writing.touched)),
        }
        if is_answer(parsed):
            detail["orders"] = await _with_last(writing)
        await end_run(viewer, imported, run, detail, list(writing.orders.values()), now=now)
        if not options.dry_run:  # the ledger of a try would be made for nothing: no count depends on it
            await follow(writing.touched, now, by=writing.by)
    return imported


class OpenQuestions(Refusal):
    """Something in the sheet must be said by a person first."""

    def __init__(self, count: int) -> None:
        super().__init__(_("表中有 %(count)s 处需要先说明含义，什么都没有导入。") % {"count": count})


def refuse_open_questions(questions: Sequence[Question], options: Options) -> None:
    """Nothing is written while something is only guessed."""
    if questions and not options.dry_run:
        raise OpenQuestions(len(questions))


def is_answer(parsed: ParsedSheet) -> bool:
    """A mended answer workbook is a part of a sheet, not a whole one."""
    return any(ORIGIN_TITLE in titles for titles in parsed.titles.values())


async def _setting(
    viewer: Importer | None, parsed: ParsedSheet, places: Places, options: Options, *, now: datetime
) -> Setting:
    today = local_day(now)
    parameters = (await load_terms(now, now)).parameters
    live = await fetch_value("SELECT value FROM installation WHERE key = 'live_from'")
    mine = own_office(viewer)
    return Setting(
        parsed=parsed,
        places=places,
        answers=options.answers,
        now=now,
        today=today,
        ledger_day=options.ledger_from or max(today, date.fromisoformat(live) if live else today),
        first_report_days=parameters.at("first_report.limit_days", now),
        default_office=options.office or mine,
        own_office=mine,
        keys=keyring(),
    )


async def _take_parts(setting: Setting, writing: Writing) -> list[Result]:
    numbers = await numbers_for(setting)
    results: list[Result] = []
    for rows in parts(setting.parsed.rows):
        looked = [_look(row, setting) for row in rows]
        wanted = [one for one in looked if isinstance(one, Wanted)]
        known = await load_known([one.doc_key for one in wanted], {one.fields.get("number") or "" for one in wanted})
        plans = [plan(one, known, setting) for one in wanted]
        await write_plans(plans, writing, numbers)
        decided = {id(one.wanted): one for one in plans}
        results += [one if isinstance(one, Result) else decided[id(one)].result for one in looked]
    return results


def parts(rows: Sequence[ParsedRow]) -> Iterator[Sequence[ParsedRow]]:
    """The rows, a thousand at a time."""
    return (rows[start : start + PART] for start in range(0, len(rows), PART))


def _look(row: ParsedRow, setting: Setting) -> Wanted | Result:
    """The row as read: refused, waiting for an answer, or held against the register."""
    if not row.ok:
        return Result(row, "refused")
    text = row.fields.get("office")
    if row.waits_for or (text and setting.places.office(text, setting.answers) is None):
        return Result(row, "waiting")
    return place_row(row, setting.keys.blind(row.fields["id_card"], DOC), setting)


# -- the run ------------------------------------------------------------------------------------------------------


async def begin_run(kind: str, viewer: Importer | None, file: SheetFile, options: Options, *, now: datetime) -> int:
    """Note that a file is being taken in; what it makes carries the run's id."""
    values = {"kind": kind, "file_name": file.name, "file_hash": file.hash, "started_at": now}
    return await insert("import_run", values | {"staff": viewer.id if viewer else None, "office": options.office})


async def end_run(
    viewer: Importer | None,
    imported: Imported,
    run: int,
    detail: Mapping[str, Any],
    people: list[int],
    *,
    now: datetime,
) -> None:
    """Note what the run did, and who did it to whom."""
    counts = dict(imported.counts)
    action = f"{imported.parsed.kind}_imported"
    await execute(
        "UPDATE import_run SET counts = $2, detail = $3 WHERE id = $1",
        run,
        json.dumps(counts),
        json.dumps(detail, ensure_ascii=False, default=str),
    )
    await record(viewer, action, subject=("import", run), people=people, detail=counts, now=now)


# -- who was on the last sheet and isn't on this one ---------------------------------------------------------------

LAST_SHEETS: Final = """
SELECT DISTINCT ON (l.office) l.office::int AS office, l.orders
  FROM import_run r, jsonb_each(r.detail -> 'orders') AS l(office, orders)
 WHERE r.kind = 'roster' AND r.undone_at IS NULL AND r.id <> $1 AND l.office::int = ANY($2)
 ORDER BY l.office, r.id DESC
"""


async def _last(writing: Writing) -> dict[int, list[int]]:
    """Office → the orders that its last sheet named."""
    rows = await fetch(LAST_SHEETS, writing.run, list(writing.places))
    return {row["office"]: json.loads(row["orders"]) for row in rows}


async def _with_last(writing: Writing) -> dict[int, list[int]]:
    last = await _last(writing)
    return {office: sorted({*orders, *last.get(office, [])}) for office, orders in writing.places.items()}


async def _missing(writing: Writing) -> list[Absent]:
    """Of the offices on this sheet: who was on their last one, is still on the register, and isn't here."""
    if is_answer(writing.setting.parsed):
        return []
    before = {order for orders in (await _last(writing)).values() for order in orders}
    rows = await fetch(
        """SELECT o.number, o.person, p.name, f.name AS office
             FROM orders o JOIN person p ON p.id = o.person
             JOIN responsibility r ON r.subject_kind = 'order' AND r.subject_id = o.id AND r.role = 'main' AND r.to_at IS NULL
             JOIN office f ON f.id = r.office
            WHERE o.id = ANY($1) AND o.ended_at IS NULL ORDER BY o.number""",
        sorted(before - set(writing.orders)),
    )
    return [Absent(row["number"], row["name"], row["office"], row["person"]) for row in rows]
