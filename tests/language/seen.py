"""What a reader of a page sees of its language: its texts and spoken attributes, without what the records say."""

import json
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from supervision.db import fetch
from supervision.keys import SEALED_COLUMNS
from supervision.sealed import open_sealed
from tests.conftest import ROOT
from tests.language.literals import CHINESE, asked_for

SHEET = ROOT / "tests/exchange/messy_roster.xlsx"
TEXT_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
 WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')
"""
SPOKEN = {"title", "aria-label", "placeholder", "alt", "label", "content", "hx-confirm", "hx-prompt"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSPOKEN_TAGS = {"script", "style"}


class _Texts(HTMLParser):
    """Collects texts and attributes; what says by `lang` that it is Chinese, or is hidden as a sign, is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        passed = self.passed or (tag != "html" and (of.get("lang") or "").startswith("zh"))
        passed = passed or (of.get("class") in ("logo", "face") and of.get("aria-hidden") == "true")
        if not passed:
            self.found += [value for name, value in attrs if value and (name in SPOKEN or name.startswith("data-"))]
            if tag == "input" and of.get("type") in ("submit", "button", "reset"):
                self.found.append(of.get("value") or "")
        if tag not in VOID:
            self.open.append((tag, passed or tag in UNSPOKEN_TAGS))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.passed and data.strip():
            self.found.append(" ".join(data.split()))

    @property
    def passed(self) -> bool:
        """Whether nothing of where we are is looked at."""
        return bool(self.open) and self.open[-1][1]


def texts_of(html: str) -> list[str]:
    """Every text and spoken attribute of a page."""
    parser = _Texts()
    parser.feed(html)
    return parser.found


def left_in_chinese(html: str, kept: Iterable[str]) -> list[str]:
    """The texts of a page that are Chinese, once what the records say is taken out; `kept` with the longest first."""
    found = [text for text in texts_of(html) if CHINESE.search(text)]
    return list(dict.fromkeys(text for text in found if CHINESE.search(_without(text, kept))))


def _without(text: str, kept: Iterable[str]) -> str:
    for value in kept:
        if value in text:
            text = text.replace(value, "")
            if not CHINESE.search(text):
                break
    return text


async def kept_texts() -> list[str]:
    """What the records say in Chinese, the longest first: typed texts, reasons and names; another column's word that is also ours is none."""
    typed, words = set(_cells(SHEET)), set()
    for table, column, kind in await fetch(TEXT_COLUMNS):
        rows = await fetch(f'SELECT DISTINCT "{column}"::text AS value FROM "{table}" WHERE "{column}" IS NOT NULL')
        (typed if column.endswith(("name", "reason")) else words).update(
            text for row in rows for text in _strings(row["value"], kind)
        )
    for place in SEALED_COLUMNS:
        if place.column not in ("key_sealed", "secret_sealed") and place.table != "upload":
            rows = await fetch(f"SELECT {place.column} AS box FROM {place.table} WHERE {place.column} IS NOT NULL")
            typed.update(text for row in rows for text in _strings(open_sealed(row["box"], place.purpose), "sealed"))
    ours = {one for message in asked_for() for one in ([message] if isinstance(message, str) else message)}
    parts = {tuple(line.split()) for text in typed | (words - ours) for line in [text, *text.splitlines()]}
    lines = {glue.join(part) for part in parts for glue in (" ", "")}
    return sorted((line for line in lines if CHINESE.search(line)), key=len, reverse=True)


def _cells(path: Path) -> Iterator[str]:
    """What the sheet says that waits to be taken in."""
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        yield from (str(cell) for row in book.get_sheet_by_name(name).to_python() for cell in row)


def _strings(value: str, kind: str) -> Iterator[str]:
    if kind == "ARRAY":
        yield from (part.strip('"') for part in value.strip("{}").split(","))
        return
    if kind != "text":
        try:
            yield from _of_json(json.loads(value))
            return
        except ValueError:
            pass
    yield value


def _of_json(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in _of_json(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in _of_json(one))
