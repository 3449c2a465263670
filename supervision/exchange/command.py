"""What `supervision import` and `supervision go-live` do: the same acts as the pages, without a viewer."""

import argparse
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from supervision.db import tx
from supervision.errors import Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.answers import answer_workbook
from supervision.exchange.go_live import go_live as go_live_on
from supervision.exchange.intake import OpenQuestions, Options, SheetFile
from supervision.exchange.outcome import OUTCOMES, Imported, Result
from supervision.exchange.places import load_places
from supervision.exchange.undo import run_of_file, undo
from supervision.house import House

HOW_TO_ANSWER: Final = (
    "先用 --dry-run --json 查看 questions，再把 {问题的 key: 选项的 code} 写进 JSON 文件，用 --answers 指定。"
)
HOW_TO_SEE: Final = "用 --dry-run 查看全部，用 --refused 写出有误的行。"
Said = tuple[Any, list[str]]


async def import_file(house: House, arguments: argparse.Namespace) -> Said:
    """Take a file in, try it (`--dry-run`), or undo today's import of it. Raises Refusal with one sentence."""
    file = SheetFile(arguments.file.name, _bytes(arguments.file))
    if arguments.undo:
        run = await run_of_file(file.hash)
        await undo(None, run, house.clock.now())
        return {"undone": run}, [f"import {run} undone"]
    options = Options(
        office=await _office(arguments.office),
        answers=_answers(arguments.answers),
        kind=arguments.kind,
        dry_run=arguments.dry_run,
    )
    try:
        async with tx():
            imported = await import_sheet(None, file, options, house.clock)
            if arguments.refused:
                _write(arguments.refused, answer_workbook(imported.with_reasons))
            _refuse_nothing(imported)
    except OpenQuestions as refusal:
        raise Refusal(f"{refusal.sentence}{HOW_TO_ANSWER}") from None
    return imported.data, _lines(imported)


def _refuse_nothing(imported: Imported) -> None:
    """An import of which no row is good leaves no trace, and says why by its first row; a try tells them all."""
    if imported.run is None or imported.counts["refused"] < len(imported.results):
        return
    first = imported.results[0]
    told = "；".join(f"{reason.column}：{reason.text}" for reason in first.row.reasons)
    raise Refusal(f"没有一行可以导入，{len(imported.results)} 行都有误。第 {first.row.row} 行：{told}。{HOW_TO_SEE}")


async def go_live(house: House, arguments: argparse.Namespace) -> Said:
    """Let the imported register's ledger begin on `--date`."""
    try:
        day = date.fromisoformat(arguments.date)
    except ValueError:
        raise Refusal(f"{arguments.date!r} is not a day (wanted: 2026-12-01).") from None
    gone = await go_live_on(None, day, house.clock.now())
    return gone.data, gone.lines


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Refusal(f"The file {path} can't be read: {problem.strerror}.") from None


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as problem:
        raise Refusal(f"The file {path} can't be written: {problem.strerror}.") from None


def _answers(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    try:
        answers = json.loads(_bytes(path).decode("utf-8"))
    except ValueError:
        answers = None
    if not isinstance(answers, dict) or not all(isinstance(value, str) for value in answers.values()):
        raise Refusal(f'{path} must be JSON of the form {{"key of a question": "code of a choice"}}.')
    return answers


async def _office(name: str | None) -> int | None:
    if name is None:
        return None
    office = (await load_places()).office(name)
    if office is None:
        raise Refusal(f"{name!r} is not the name or code of exactly one open office.")
    return office


def _lines(imported: Imported) -> list[str]:
    counts = ", ".join(f"{imported.counts[outcome]} {outcome}" for outcome in OUTCOMES)
    lines = [f"{imported.parsed.kind}: {counts}"]
    lines += [f"row {one.row.row}: {_why(one)}" for one in imported.results if one.outcome in ("refused", "ended")]
    lines += [f"question {one.key}: {one.text}" for one in imported.questions]
    lines += [f"missing since the last sheet: {one.number} {one.name} ({one.office})" for one in imported.missing]
    if imported.parsed.not_imported:
        lines.append(f"columns not imported: {'、'.join(imported.parsed.not_imported)}")
    return lines


def _why(one: Result) -> str:
    return one.note or "; ".join(f"{reason.column}: {reason.text} [{reason.code}]" for reason in one.row.reasons)
