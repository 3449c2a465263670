"""Every rule of the law's tables a.1, a.2, a.8, a.10, a.14, a.15 says honestly where it is carried out (rules/law.csv)."""

import re
from collections import Counter
from importlib.util import find_spec

import pytest

from supervision.rulebook import is_in_code, paths_of_pages
from supervision.rules import RULES
from supervision.rules.document import rules_table
from supervision.rules.law import EXECUTABLE, PLANNED, Clause, clauses, law_table, state_of
from tests.test_architecture import routes

COUNTS = {"a.1": 13, "a.2": 20, "a.8": 15, "a.10": 8, "a.14": 27, "a.15": 16}
"""How many rules each table of the law has."""
RULE_IDS = {rule.id for rule in RULES}


def _table() -> list[dict[str, object]]:
    return law_table(rules_table(), paths_of_pages(), is_in_code)


def test_every_rule_of_the_tables_is_told_once_with_article_tag_and_state() -> None:
    assert Counter(clause.section for clause in clauses()) == COUNTS
    told = [row["id"] for row in _table()]
    assert len(told) == len(set(told)) and {clause.id for clause in clauses()} | RULE_IDS == set(told)
    assert all(row["article"] and row["state"] for row in _table())
    assert all(clause.tag for clause in clauses())


def test_what_is_told_to_be_a_screen_is_one(record_property) -> None:
    real = {re.sub(r":\w+\}", "}", path) for path, _, _ in routes()}
    assert paths_of_pages() <= real
    states = {str(row["id"]): str(row["state"]) for row in _table()}
    assert {state for state in states.values() if state not in (EXECUTABLE, PLANNED)} <= real
    planned = [id for id, state in states.items() if state == PLANNED]
    record_property("said", f"law: {len(states) - len(planned)} rules in place, planned: {' '.join(planned) or 'none'}")


def test_no_place_in_the_code_is_named_wrongly() -> None:
    named = [clause.where for clause in clauses() if ":" in clause.where]
    modules = {where for where in named if find_spec(where.partition(":")[0].rpartition(".")[0])}
    wrong = [where for where in named if where in modules and _is_module(where) and not is_in_code(where)]
    assert named and wrong == []


def _is_module(where: str) -> bool:
    return find_spec(where.partition(":")[0]) is not None


def _clause(**changed: str) -> Clause:
    plain = {"id": "X-1", "section": "a.1", "article": "a", "deadline": "d", "number": "", "tag": "t", "where": ""}
    return Clause(**(plain | changed))


@pytest.mark.parametrize(
    ("clause", "state"),
    [
        (_clause(), PLANNED),
        (_clause(id="R-1"), EXECUTABLE),
        (_clause(where="rule R-1"), EXECUTABLE),
        (_clause(where="rule R-2"), PLANNED),
        (_clause(where="a:b", number="yes"), EXECUTABLE),
        (_clause(where="a:c", number="yes"), PLANNED),
        (_clause(where="/there"), "/there"),
        (_clause(where="/away"), PLANNED),
        (_clause(where="/there", number="yes"), PLANNED),
    ],
)
def test_only_what_is_in_place_counts(clause: Clause, state: str) -> None:
    assert state_of(clause, {"R-1"}, {"/there"}, lambda where: where == "a:b") == state
