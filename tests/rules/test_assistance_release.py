"""RA-05..RA-08, RA-10: fifteen working days, a month before, three days, the very day, and the day of the certificate."""

from datetime import date

import pytest

from tests.rules.assistance_cast import awaited, facts, helped
from tests.rules.cast import act, at, days, duties_of


@pytest.mark.parametrize(
    ("asked", "moments"),
    [
        ("2026-01-05 09:00", ("2026-01-05 00:00", "2026-01-27 00:00", "2026-01-27 00:00")),
        ("2026-01-04 09:00", ("2026-01-04 00:00", "2026-01-24 00:00", "2026-01-24 00:00")),
        ("2026-02-06 09:00", ("2026-02-06 00:00", "2026-03-06 00:00", "2026-03-06 00:00")),
    ],
)
def test_a_verification_is_answered_within_fifteen_working_days(asked, moments):
    given = facts(awaited(ledger_from=date(2026, 1, 1)), acts=(act("verification_asked", "", asked),))
    (duty,) = duties_of("RA-05", "answer", given)
    assert days(duty.slot) == moments


@pytest.mark.parametrize(("mode", "state"), [("ok", "met"), ("failed", "met"), ("waiting", "open")])
def test_waiting_is_no_answer(mode, state):
    asked = act("verification_asked", "", "2026-01-05 09:00")
    given = facts(awaited(), acts=(asked, act("verification", mode, "2026-01-20 09:00")))
    (duty,) = duties_of("RA-05", "answer", given)
    assert duty.state == state


@pytest.mark.parametrize(
    ("known_on", "limit"),
    [
        (date(2026, 1, 5), "2026-04-21 00:00"),
        (date(2026, 4, 13), "2026-04-21 00:00"),
        (date(2026, 4, 14), "2026-04-22 00:00"),
        (date(2026, 5, 13), "2026-05-21 00:00"),
        (date(2026, 5, 14), "2026-05-21 00:00"),
        (date(2026, 5, 20), "2026-05-21 00:00"),
        (date(2026, 5, 21), None),
    ],
)
def test_the_notice_is_there_a_month_before_the_release_or_a_week_after_we_heard_of_it(known_on, limit):
    found = duties_of("RA-06", "notice", facts(awaited(known_on=known_on, ledger_from=known_on)))
    assert [days(duty.slot)[2] for duty in found] == ([limit] if limit else [])


@pytest.mark.parametrize(
    ("noticed", "due", "limit"),
    [
        ("2026-04-20 09:00", "2026-04-24 00:00", "2026-04-28 00:00"),
        ("2026-05-15 09:00", "2026-05-19 00:00", "2026-05-21 00:00"),
        ("2026-05-20 09:00", "2026-05-21 00:00", "2026-05-21 00:00"),
    ],
)
def test_village_and_family_are_told_in_three_days_and_before_the_release(noticed, due, limit):
    (duty,) = duties_of("RA-07", "told", facts(awaited(), acts=(act("notice", "", noticed),)))
    assert days(duty.slot)[1:] == (due, limit)


@pytest.mark.parametrize(
    ("kind", "variant", "limit"),
    [("key", "fetch", "2026-05-21 00:00"), ("general", "receive", "2026-05-28 00:00")],
)
def test_key_persons_are_fetched_on_the_day_and_others_connected_within_a_week(kind, variant, limit):
    (duty,) = duties_of("RA-08", variant, facts(awaited(kind=kind)))
    assert days(duty.slot)[1:] == ("2026-05-21 00:00", limit)


@pytest.mark.parametrize(
    ("moment", "mode", "state"),
    [
        ("2026-05-20 23:59", "fetched", "met"),
        ("2026-05-21 00:00", "fetched", "met_late"),
        ("2026-05-20 12:00", "arrived", "open"),
    ],
)
def test_only_a_fetch_on_the_day_is_a_fetch(moment, mode, state):
    given = facts(awaited(kind="key"), acts=(act("connection", mode, moment),))
    (duty,) = duties_of("RA-08", "fetch", given)
    assert duty.state == state


@pytest.mark.parametrize("kind", ["general", "key"])
def test_whoever_is_heard_of_after_the_release_is_received_from_that_day_on(kind):
    late = awaited(kind=kind, known_on=date(2026, 6, 1), ledger_from=date(2026, 6, 1))
    (duty,) = duties_of("RA-08", "receive", facts(late))
    assert days(duty.slot) == ("2026-05-02 00:00", "2026-06-02 00:00", "2026-06-09 00:00")


def test_whoever_comes_from_correction_or_another_office_or_was_here_before_is_awaited_by_nobody():
    for one in (awaited(source="correction"), awaited(source="moved_in"), awaited(connected_at=at("2026-01-04 09:00"))):
        assert not any(
            duties_of(rule, variant, facts(one)) for rule, variant in (("RA-06", "notice"), ("RA-08", "receive"))
        )


@pytest.mark.parametrize(
    ("report_by", "limit"),
    [
        (None, "2026-05-28 00:00"),
        (date(2026, 6, 19), "2026-06-20 00:00"),
        (date(2026, 5, 20), "2026-05-21 00:00"),
        (date(2026, 5, 19), "2026-05-28 00:00"),
    ],
)
def test_the_police_are_reported_to_by_the_day_of_the_certificate_else_within_a_week(report_by, limit):
    (duty,) = duties_of("RA-10", "police", facts(helped(report_by=report_by)))
    assert days(duty.slot) == ("2026-05-20 00:00", limit, limit) and duty.state == "open"


def test_having_reported_meets_it_and_whoever_is_not_home_or_comes_from_correction_owes_no_report():
    told = facts(helped(), acts=(act("reported", "", "2026-05-27 23:59"),))
    assert [duty.state for duty in duties_of("RA-10", "police", told)] == ["met"]
    for nobody in (awaited(), helped(source="correction"), helped(ledger_from=date(2026, 5, 21))):
        assert duties_of("RA-10", "police", facts(nobody)) == []
