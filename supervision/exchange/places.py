"""The offices and officers that a sheet names, as people write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from supervision.db import fetch
from supervision.exchange.entry import value_key
from supervision.exchange.layout import LABELS
from supervision.exchange.parsed import Choice, ParsedRow, Question
from supervision.exchange.values import squeezed
from supervision.language import gettext as _

_TAIL: Final = re.compile(r"(?<=..)(司法所|司法局|街道办事处|街道办|街道|镇|乡|所)$")
_HEAD: Final = re.compile(r"^(?:.{1,6}?[省市区县旗])+(?=..)")


@dataclass(frozen=True)
class Places:
    """The open offices and the officers in them; nothing is guessed where two would match."""

    names: Mapping[int, str]
    codes: Mapping[str, int]
    known: Mapping[str, frozenset[int]]
    officers: Mapping[tuple[int, str], frozenset[int]]
    staff_names: Mapping[int, str]
    _meant: dict[str, int | None] = field(default_factory=dict, compare=False)
    """What was looked up: a sheet names the same few offices on every row."""

    def office(self, text: str, answers: Mapping[str, str] | None = None) -> int | None:
        """The office that is meant; None when none is, or more than one."""
        if answers and (answer := answers.get(value_key("office", squeezed(text)))):
            return self.codes.get(answer)
        if text not in self._meant:
            self._meant[text] = self._found(squeezed(text))
        return self._meant[text]

    def _found(self, word: str) -> int | None:
        for way in _ways(word):
            found = self.known.get(way, frozenset())
            if len(found) == 1:
                return next(iter(found))
        return self.codes.get(word)

    def officer(self, office: int, name: str) -> int | None:
        """The officer of that name in the office."""
        found = self.officers.get((office, squeezed(name)), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def questions(self, rows: list[ParsedRow], answers: Mapping[str, str]) -> list[Question]:
        """One question for each office that isn't known, however many rows name it."""
        found: dict[str, list[ParsedRow]] = {}
        for row in rows:
            text = row.fields.get("office")
            if row.ok and text and self.office(text, answers) is None:
                found.setdefault(squeezed(text), []).append(row)
        choices = tuple(Choice(code, self.names[office]) for code, office in self.codes.items())
        return [_question(word, waiting, choices) for word, waiting in found.items()]


def _question(word: str, waiting: list[ParsedRow], choices: tuple[Choice, ...]) -> Question:
    text = _("%(label)s中的“%(word)s”是哪一个？共 %(n)s 行。") % {
        "label": _(LABELS["office"]),
        "word": word,
        "n": len(waiting),
    }
    return Question(value_key("office", word), text, choices, len(waiting), waiting[0].sheet, waiting[0].row)


def _ways(name: str) -> list[str]:
    """The name as written, without what offices add behind it, and without the district before it."""
    ways = [name]
    for start in (name, _HEAD.sub("", name)):
        core, shorter = start, _TAIL.sub("", start)
        while core != shorter:
            core, shorter = shorter, _TAIL.sub("", shorter)
        ways += [start, core]
    return ways


async def load_places() -> Places:
    """The open judicial offices and their officers, in two queries."""
    rows = await fetch(
        "SELECT id, code, name FROM office WHERE closed_at IS NULL AND kind = 'judicial_office' ORDER BY code, id"
    )
    known: dict[str, frozenset[int]] = {}
    for row in rows:
        for way in set(_ways(squeezed(row["name"]))):
            known[way] = known.get(way, frozenset()) | {row["id"]}
    staff = await fetch(
        "SELECT id, name, office FROM staff WHERE disabled_at IS NULL AND role IN ('officer', 'head') ORDER BY id"
    )
    officers: dict[tuple[int, str], frozenset[int]] = {}
    for one in staff:
        key = (one["office"], squeezed(one["name"]))
        officers[key] = officers.get(key, frozenset()) | {one["id"]}
    return Places(
        names={row["id"]: row["name"] for row in rows},
        codes={row["code"]: row["id"] for row in rows},
        known=known,
        officers=officers,
        staff_names={one["id"]: one["name"] for one in staff},
    )
