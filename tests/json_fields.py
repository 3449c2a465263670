"""What docs/json.md promises of a command's answer, and whether an answer keeps it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "json.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \|", re.MULTILINE)


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 10 and datetime.fromisoformat(value).tzinfo is not None


TYPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "moment": _is_moment,
    "day": lambda value: isinstance(value, str) and str(date.fromisoformat(value)) == value,
    "time": lambda value: isinstance(value, str) and time.fromisoformat(value).tzinfo is None,
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "map": lambda value: isinstance(value, dict),
}


@dataclass
class Section:
    """One command of the document: its fields with their types, its example; `seen` is what answers have had so far."""

    fields: dict[str, str]
    example: Any
    seen: set[str] = field(default_factory=set)

    def faults(self, answer: Any) -> list[str]:
        """What in the answer isn't as documented."""
        return list(self._in(answer, ""))

    def _in(self, value: Any, at: str) -> Iterator[str]:
        if isinstance(value, list):
            for one in value:
                yield from self._in(one, f"{at}[]")
        elif isinstance(value, dict) and self._is_open(at):
            yield from self._of_object(value, at)

    def _is_open(self, at: str) -> bool:
        return not self.fields.get(at, "object").startswith("map")

    def _of_object(self, value: dict[str, Any], at: str) -> Iterator[str]:
        known = {path.removeprefix(_dot(at)): path for path in self.fields if _parent(path) == at}
        yield from (f"{at}: {name} is not documented" for name in value.keys() - known.keys())
        for name, path in known.items():
            if name in value:
                self.seen.add(path)
                yield from self._typed(value[name], path)
                yield from self._in(value[name], path)
            elif "optional" not in self.fields[path]:
                yield f"{path} is missing"

    def _typed(self, value: Any, path: str) -> Iterator[str]:
        kind = self.fields[path]
        if not ("or null" in kind if value is None else TYPES[re.split(r"[ ,]", kind)[0]](value)):
            yield f"{path} is {value!r}, not {kind}"


def _dot(at: str) -> str:
    return f"{at}." if at else ""


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def sections() -> dict[str, Section]:
    """The document's sections by command."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return {title: _section(body) for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S)}


def _section(body: str) -> Section:
    body = body.partition("\n### ")[0]
    (example,) = re.findall(r"```json\n(.*?)```", body, re.S)
    return Section(dict(ROW.findall(body)), json.loads(example))
