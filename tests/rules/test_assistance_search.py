"""RA-11, RA-17 and no_helper: looked for until found, the police after twenty days, never without somebody to help."""

from datetime import date

import pytest

from supervision.rules.base import Responsibility
from tests.rules.assistance_cast import awaited, facts, helped
from tests.rules.cast import act, at, findings_of

MISSED = act("missed", "", "2026-05-28 09:00", id=1)


def told(given):
    return [(f.variant, f"{f.since_at:%m-%d %H:%M}", f.ended_at and f"{f.ended_at:%m-%d %H:%M}") for f in given]


def test_whoever_did_not_come_is_looked_for_and_after_twenty_days_the_police_are_asked():
    assert told(findings_of("RA-11", facts(awaited(), acts=(MISSED,)))) == [
        ("search", "05-28 09:00", None),
        ("police", "06-10 00:00", None),
    ]


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ("2026-06-09 23:59", [("search", "05-28 09:00", "06-09 23:59")]),
        ("2026-06-10 00:00", [("search", "05-28 09:00", "06-10 00:00"), ("police", "06-10 00:00", "06-10 00:00")]),
    ],
)
def test_being_found_ends_the_search(came, said):
    given = facts(awaited(connected_at=at(came)), acts=(MISSED, act("connection", "found", came, id=2)))
    assert told(findings_of("RA-11", given)) == said


def test_asking_the_police_ends_the_one_and_not_the_other():
    given = facts(awaited(), acts=(MISSED, act("police", "", "2026-06-12 09:00", id=2)))
    assert told(findings_of("RA-11", given)) == [
        ("search", "05-28 09:00", None),
        ("police", "06-10 00:00", "06-12 09:00"),
    ]


def test_whoever_is_lost_is_looked_for_until_found_each_time():
    acts = (
        act("lost", "", "2026-07-01 09:00", id=1),
        act("found", "", "2026-07-05 09:00", id=2),
        act("lost", "", "2026-09-01 09:00", id=3),
    )
    assert told(findings_of("RA-17", facts(helped(), acts=acts))) == [
        ("lost", "07-01 09:00", "07-05 09:00"),
        ("lost", "09-01 09:00", None),
    ]


def test_no_search_outlives_the_help():
    ended = helped(ended_at=at("2026-10-01 09:00"), end_kind="deceased")
    given = facts(ended, acts=(act("lost", "", "2026-09-01 09:00"), act("lost", "", "2026-10-02 09:00", id=2)))
    assert told(findings_of("RA-17", given)) == [("lost", "09-01 09:00", "10-01 09:00")]


def test_at_every_moment_somebody_is_there_for_the_person():
    had = Responsibility(1, 1, 7, at("2026-01-05 15:00"), at("2026-08-01 09:00"))
    assert told(findings_of("no_helper", facts(helped(), responsibilities=(had,)))) == [("", "08-01 09:00", None)]
    assert told(findings_of("no_helper", facts(helped(), responsibilities=()))) == [("", "01-05 00:00", None)]


def test_an_old_register_that_names_nobody_is_debt():
    old = helped(imported=True, ledger_from=date(2026, 8, 1))
    assert findings_of("no_helper", facts(old, responsibilities=())) == []
