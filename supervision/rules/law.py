"""Each rule of the law's tables a.1, a.2, a.8, a.10, a.14 and a.15, and where it is carried out: `law.csv`.

A row's `where` is a place in the code (`module:name`), another rule that carries it out (`rule VV-08`), the route of the screen
where it is recorded, or nothing. `number` says whether its deadline or threshold is one that can be counted.
"""

import csv
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("law.csv")
EXECUTABLE, PLANNED = "executable", "planned"


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of the law, as the tables of the field have it."""

    id: str
    section: str
    article: str
    deadline: str
    number: str
    tag: str
    where: str


@cache
def clauses() -> tuple[Clause, ...]:
    """All of them, in the order of the tables."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Clause(**row) for row in csv.DictReader(file))


def state_of(clause: Clause, rules: Collection[str], paths: Collection[str], there: Callable[[str], bool]) -> str:
    """`executable`, the route of its screen, or `planned`: only what is really in place counts.

    What has a number is never done by a screen alone: a number that nobody counts is planned.
    """
    where = clause.where
    if clause.id in rules or where.removeprefix("rule ") in rules or (":" in where and there(where)):
        return EXECUTABLE
    return where if where in paths and not clause.number else PLANNED


def law_table(
    rules: list[dict[str, Any]], paths: Collection[str], there: Callable[[str], bool]
) -> list[dict[str, Any]]:
    """The rules in force, then what of the law is carried out otherwise or not yet; each with its tag and state."""
    known = {clause.id: clause for clause in clauses()}
    ids = {rule["id"] for rule in rules}
    return [*(_in_force(rule, known.get(rule["id"])) for rule in rules), *_others(ids, paths, there)]


def _in_force(rule: dict[str, Any], clause: Clause | None) -> dict[str, Any]:
    return rule | {
        "deadline": clause.deadline if clause else None,
        "tag": clause.tag if clause else None,
        "state": EXECUTABLE,
    }


def _others(ids: Collection[str], paths: Collection[str], there: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    for clause in clauses():
        if clause.id not in ids:
            yield {
                "id": clause.id,
                "title": None,
                "article": clause.article,
                "owed_by": None,
                "parameters": {},
                "test": None,
                "deadline": clause.deadline or None,
                "tag": clause.tag,
                "state": state_of(clause, ids, paths, there),
            }
