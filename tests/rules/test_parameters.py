"""Every parameter is used by a rule, every rule finds its own, and what is asked counts from its date."""

from datetime import date
from fnmatch import fnmatch

import pytest

from supervision.days import end_of, every, start_of
from supervision.rules import RULES
from supervision.rules.base import Parameters
from supervision.rules.parameters import DEFAULTS, VALID_FROM, default_parameters, parameters_of
from supervision.rules.timing import days_before
from tests.rules.cast import CALENDAR, SECOND, at


def test_each_default_has_one_key_a_meaning_and_a_source():
    assert len({default.key for default in DEFAULTS}) == len(DEFAULTS)
    assert all(default.meaning and default.source for default in DEFAULTS)


def test_each_default_belongs_to_a_rule_and_each_pattern_of_a_rule_to_a_default():
    patterns = [pattern for rule in RULES for pattern in rule.parameters]
    keys = [default.key for default in DEFAULTS if not default.key.startswith(("ladder.", "files."))]
    assert [key for key in keys if not any(fnmatch(key, pattern) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(fnmatch(key, pattern) for key in keys)] == []


def test_the_defaults_are_in_force_from_2020():
    assert VALID_FROM == start_of(date(2020, 1, 1))
    assert default_parameters().changes == (VALID_FROM,)
    assert default_parameters().at("report.phone.loose", at("2026-01-01 00:00")) == "2w"


@pytest.mark.parametrize(
    ("severity", "hours"), [("notice", [48, 48, 24]), ("serious", [24, 24, 24]), ("grave", [4, 4, 8])]
)
def test_an_alert_stays_so_many_hours_with_the_officer_the_head_and_the_bureau(severity, hours):
    assert default_parameters().at(f"ladder.{severity}", VALID_FROM) == hours


@pytest.mark.parametrize(
    ("moment", "value", "version"),
    [
        (VALID_FROM - SECOND, "1w", 1),
        (at("2026-03-01 00:00") - SECOND, "1w", 1),
        (at("2026-03-01 00:00"), "2w", 2),
        (at("2026-03-01 00:00") + SECOND, "2w", 2),
        (at("2026-06-01 00:00"), "3w", 3),
    ],
)
def test_a_value_counts_from_its_date(moment, value, version):
    rows = [
        ("report.phone.normal", at("2026-06-01 00:00"), "3w"),
        ("report.phone.normal", at("2026-03-01 00:00"), "2w"),
    ]
    parameters = parameters_of(rows)
    assert parameters.at("report.phone.normal", moment) == value
    assert parameters.in_force(moment)["report.phone.normal"] == value
    assert parameters.version_at(moment) == version


def test_the_values_in_force_are_one_object_until_something_changes():
    change = at("2026-03-01 00:00")
    parameters = parameters_of([("report.phone.normal", change, "2w")])
    before = parameters.in_force(VALID_FROM - SECOND)
    assert before is parameters.in_force(VALID_FROM) is parameters.in_force(change - SECOND)
    assert before is not parameters.in_force(change) is parameters.in_force(change + SECOND)


def test_several_values_come_in_the_order_of_their_keys():
    keys = ["report.phone.loose", "grace.phone"]
    assert list(default_parameters().in_force(VALID_FROM).among(keys).items()) == [
        ("report.phone.loose", "2w"),
        ("grace.phone", 0),
    ]


def test_an_unknown_key_is_refused():
    with pytest.raises(KeyError):
        Parameters([]).at("report.phone.normal", VALID_FROM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0d", date(2026, 10, 9)), ("6d", date(2026, 10, 3)), ("1wd", date(2026, 10, 8)), ("2wd", date(2026, 9, 30))],
)
def test_a_window_is_written_in_days_or_in_working_days(text, expected):
    assert days_before(date(2026, 10, 9), text, CALENDAR) == expected


@pytest.mark.parametrize("text", ["", "6", "6w", "wd", "-6d", "6 d"])
def test_another_window_is_refused(text):
    with pytest.raises(ValueError, match="is not a number of days"):
        days_before(date(2026, 10, 9), text, CALENDAR)


def test_defaults_are_what_the_calendar_and_the_grids_can_read():
    for default in DEFAULTS:
        if default.key.startswith("report.") and isinstance(default.value, str):
            assert every(default.value).count >= 1
    assert end_of(date(2019, 12, 31)) == VALID_FROM
