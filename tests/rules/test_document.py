"""docs/rules.md is what the rules say of themselves."""

from pathlib import Path
from runpy import run_module

import pytest

from supervision.rules import RULES
from supervision.rules.document import CALENDAR, EXAMPLE, markdown, rules_table, says

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def test_docs_rules_md_is_what_the_rules_say():
    assert WRITTEN == markdown(), "make it again: python -m supervision.rules.document > docs/rules.md"


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_the_module_prints_it_when_it_is_run_and_nothing_when_it_is_imported(capsys):
    for name, printed in (("__main__", WRITTEN), ("imported", "")):
        run_module("supervision.rules.document", run_name=name)
        assert capsys.readouterr().out == printed


def test_the_table_has_a_row_for_each_rule_with_its_article_its_parameters_and_a_test_that_is_there():
    table = rules_table()
    assert [row["id"] for row in table] == [rule.id for rule in RULES]
    for row in table:
        assert row["title"] and row["article"] and row["owed_by"] in ("person", "staff", "organ")
        assert (ROOT / row["test"]).is_file(), row["test"]
    assert table[0]["parameters"] == {"first_report.due_days": 8, "first_report.limit_days": 10}


def test_every_rule_says_what_it_asks_in_a_sentence():
    assert [rule.id for rule in RULES if not (says(rule).__doc__ or "").strip().splitlines()[0].endswith(".")] == []


def test_the_term_of_the_example_ends_on_a_holiday_that_moves_nothing():
    end_on = EXAMPLE.order.end_on
    assert end_on and f"{end_on:%A}" == "Thursday" and not CALENDAR.is_working(end_on)
    assert f"{end_on} 23:59:59" in markdown()
