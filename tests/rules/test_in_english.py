"""What users read of the rules, in English: each title, article and explanation, whole."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from supervision.days import start_of
from supervision.language import ENGLISH, LANGUAGE
from supervision.language import gettext as _
from supervision.rules import OTHER_TITLES, RULES, VARIANT_TITLES, evaluate, title_of
from supervision.rules.base import Rule, Terms
from supervision.rules.discipline_items import ITEMS
from supervision.rules.document import CALENDAR, CASES, EXAMPLES, REGISTERED_AT
from supervision.rules.explain import interval_text, moment_text, sentence
from supervision.rules.parameters import DEFAULTS, default_parameters
from tests.rules.cast import at

CHINESE = re.compile(r"[\u3400-\u9fff，。、；：（）]")
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def english() -> Iterator[None]:
    """English for the time of a test."""
    token = LANGUAGE.set(ENGLISH)
    yield
    LANGUAGE.reset(token)


def explanations(rule: Rule) -> list[str]:
    """The sentences of the example that docs/rules.md tells of the rule."""
    given = CASES.get(rule.id) or EXAMPLES[rule.subject]
    terms = Terms(CALENDAR, default_parameters(), REGISTERED_AT, start_of(date(2026, 12, 1)))
    duties, findings = evaluate(given, terms)
    whys = [one.slot.why for one in duties if one.rule == rule.id] + [
        one.why for one in findings if one.rule == rule.id
    ]
    return [sentence(why) for why in whys]


TOLD = [rule for rule in RULES if rule.id in CASES or rule.subject in EXAMPLES]


@pytest.mark.parametrize("rule", TOLD, ids=[rule.id for rule in TOLD])
def test_every_rule_explains_itself_in_english(rule: Rule) -> None:
    said = [_(title_of(rule.id)), _(rule.article), *explanations(rule)]
    assert [text for text in said if CHINESE.search(text)] == []


def test_a_deadline_is_told_by_its_days() -> None:
    first_report = next(rule for rule in RULES if rule.id == "RE-06")
    assert explanations(first_report) == [
        "Community Correction Law, Article 21: day 8 after the day on which the judgment took effect, 2 January 2026; "
        "may be done from 2 January 2026, is due by the end of 10 January 2026 and no later than the end of 12 January 2026."
    ]


def test_every_word_of_a_rule_has_its_english() -> None:
    titles = [*VARIANT_TITLES.values(), *OTHER_TITLES.values(), *(rule.title for rule in RULES)]
    items = [text for item in ITEMS.values() for text in (item.article, item.words)]
    numbers = [text for default in DEFAULTS for text in (default.meaning, default.source)]
    assert [text for text in (*titles, *items, *numbers) if CHINESE.search(_(text))] == []


def test_moments_and_intervals_are_english() -> None:
    assert moment_text(at("2026-03-03 00:00")) == "the end of 2 March 2026"
    assert moment_text(at("2026-03-02 09:05")) == "2 March 2026, 09:05"
    assert [interval_text(text) for text in ("1w", "2w", "10d", "1m", "3m")] == [
        "every week",
        "every 2 weeks",
        "every 10 days",
        "every month",
        "every 3 months",
    ]
