"""TE-01, TE-02, TE-03: the days around the end of the term."""

from datetime import date

import pytest

from supervision.rules.base import Facts
from tests.rules.cast import SECOND, act, at, changed_parameters, days, duties_of, facts, order, pause, terms

RULES = {"summary": "TE-01", "appraisal": "TE-02", "certificate": "TE-03"}
END = date(2026, 10, 1)


def duty(document: str, given: Facts, asked=None):
    found = duties_of(RULES[document], document, given, asked)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("summary", ("2026-08-22 00:00", "2026-09-02 00:00", "2026-09-12 00:00")),
        ("appraisal", ("2026-09-01 00:00", "2026-09-17 00:00", "2026-09-25 00:00")),
        ("certificate", ("2026-10-01 00:00", "2026-10-01 17:00", "2026-10-02 00:00")),
    ],
)
def test_v23_a_term_that_ends_on_a_holiday_shifts_nothing(document, expected):
    slot = duty(document, facts(order(end_on=END))).slot
    assert (slot.period, slot.late_until, days(slot)) == ("once", None, expected)


@pytest.mark.parametrize(
    ("document", "moment", "state"),
    [
        ("summary", at("2026-08-22 00:00") - SECOND, "open"),
        ("summary", at("2026-08-22 00:00"), "met"),
        ("summary", at("2026-09-12 00:00") - SECOND, "met"),
        ("summary", at("2026-09-12 00:00"), "met_late"),
        ("appraisal", at("2026-09-01 00:00") - SECOND, "open"),
        ("appraisal", at("2026-09-01 00:00"), "met"),
        ("appraisal", at("2026-09-25 00:00") - SECOND, "met"),
        ("appraisal", at("2026-09-25 00:00"), "met_late"),
        ("certificate", at("2026-10-01 00:00") - SECOND, "open"),
        ("certificate", at("2026-10-01 00:00"), "met"),
        ("certificate", at("2026-10-02 00:00") - SECOND, "met"),
        ("certificate", at("2026-10-02 00:00"), "met_late"),
        ("certificate", at("2026-12-02 00:00"), "met_late"),
    ],
)
def test_each_is_met_by_its_own_document_in_its_window(document, moment, state):
    given = facts(order(end_on=END), acts=(act("document", document, moment),))
    assert {name: duty(name, given).state for name in RULES} == dict.fromkeys(RULES, "open") | {document: state}


@pytest.mark.parametrize(
    ("document", "opens"), [("summary", date(2026, 8, 22)), ("appraisal", date(2026, 9, 1)), ("certificate", END)]
)
def test_each_is_made_when_the_horizon_reaches_its_opening(document, opens):
    given = facts(order(end_on=END))
    assert duty(document, given, terms(date.fromordinal(opens.toordinal() - 1))) is None
    assert duty(document, given, terms(opens)) is not None


@pytest.mark.parametrize(
    ("document", "ledger_from", "made"),
    [
        ("summary", date(2026, 9, 11), True),
        ("summary", date(2026, 9, 12), False),
        ("appraisal", date(2026, 9, 24), True),
        ("appraisal", date(2026, 9, 25), False),
        ("certificate", date(2026, 10, 1), True),
        ("certificate", date(2026, 11, 1), True),
    ],
)
def test_a_document_that_lapsed_before_the_ledger_is_debt_and_the_certificate_still_runs(document, ledger_from, made):
    assert (duty(document, facts(order(end_on=END, ledger_from=ledger_from))) is not None) is made


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        ("2026-08-30", ("2026-08-30 00:00", "2026-09-02 00:00", "2026-09-12 00:00")),
        ("2026-09-05", ("2026-09-05 00:00", "2026-09-06 00:00", "2026-09-12 00:00")),
        ("2026-09-11", ("2026-09-11 00:00", "2026-09-12 00:00", "2026-09-12 00:00")),
        ("2026-09-12", None),
    ],
)
def test_of_a_short_term_the_summary_opens_with_the_registration(registered, expected):
    of = order(registered_at=at(f"{registered} 09:00"), ledger_from=date(2026, 8, 1), end_on=END)
    found = duty("summary", facts(of))
    assert (days(found.slot) if found else None) == expected


@pytest.mark.parametrize("document", RULES)
def test_without_an_end_day_or_a_registration_nothing_is_owed(document):
    assert duty(document, facts(order(end_on=None))) is None
    assert duty(document, facts(order(registered_at=None, end_on=END))) is None


@pytest.mark.parametrize("document", RULES)
def test_an_order_that_ended_before_owes_none_of_them(document):
    assert duty(document, facts(order(end_on=END, ended_at=at("2026-08-20 09:00"), end_kind="revoked"))) is None


def test_the_certificate_of_the_last_day_stays_met_when_the_order_has_ended():
    released = order(end_on=END, ended_at=at("2026-10-01 10:00"), end_kind="released")
    given = facts(released, acts=(act("document", "certificate", "2026-10-01 10:00"),))
    assert duty("certificate", given).state == "met"


def test_a_certificate_a_day_late_leaves_the_lapse_as_met_late():
    released = order(end_on=END, ended_at=at("2026-10-02 10:00"), end_kind="released")
    given = facts(released, acts=(act("document", "certificate", "2026-10-02 10:00"),))
    assert duty("certificate", given).state == "met_late"


@pytest.mark.parametrize(("document", "state"), [("summary", "open"), ("appraisal", "open"), ("certificate", "void")])
def test_v24_a_term_that_ends_in_custody_holds_the_certificate_and_nothing_else(document, state):
    given = facts(order(end_on=END), pauses=(pause("custody", "2026-08-01 09:00"),))
    assert duty(document, given).state == state


@pytest.mark.parametrize(
    ("valid_from", "due"),
    [(at("2026-08-22 00:00"), "2026-09-04 00:00"), (at("2026-08-22 00:00") + SECOND, "2026-09-02 00:00")],
)
def test_a_document_keeps_the_parameters_in_force_when_it_opens(valid_from, due):
    parameters = changed_parameters(("ending.summary.due_days", valid_from, 28))
    assert days(duty("summary", facts(order(end_on=END)), terms(parameters=parameters)).slot)[1] == due


def test_a_change_that_would_have_opened_it_earlier_loses_nothing():
    parameters = changed_parameters(("ending.summary.opens_days", at("2026-08-20 00:00"), 50))
    slot = duty("summary", facts(order(end_on=END)), terms(parameters=parameters)).slot
    assert days(slot) == ("2026-08-12 00:00", "2026-09-02 00:00", "2026-09-12 00:00")


def test_the_hour_of_the_certificate_is_a_parameter():
    parameters = changed_parameters(("ending.certificate.due_hour", at("2026-10-01 00:00"), 12))
    assert (
        days(duty("certificate", facts(order(end_on=END)), terms(parameters=parameters)).slot)[1] == "2026-10-01 12:00"
    )


def test_why_counts_from_the_end_day():
    assert duty("appraisal", facts(order(end_on=END))).slot.why == {
        "rule": "TE-02",
        "article": "《社区矫正法实施办法》第53条",
        "variant": "appraisal",
        "anchor_is": "end_on",
        "parameters": {
            "ending.appraisal.opens_days": 30,
            "ending.appraisal.due_days": 15,
            "ending.appraisal.limit_days": 7,
        },
        "anchor": "2026-10-01",
        "every": "-15d",
        "step": 1,
        "opens_before": "15d",
        "limit_after": 8,
        "not_before": "2026-01-05",
    }
