"""RA-24, RA-25: more than fifty people and nobody who does nothing else; two lists a month."""

from datetime import date

import pytest

from supervision.rules.base import Facts, Subject
from supervision.rules.explain import recompute, sentence
from supervision.rules.help_office import HelpOffice
from tests.rules.cast import act, at, changed_parameters, days, duties_of, findings_of, terms

SPRING = terms(date(2027, 2, 10))


def office(is_bureau=False, helped=(), workers=(), acts=(), ended_at=None):
    months = tuple((date.fromisoformat(f"{month}-01"), count) for month, count in helped)
    return Facts(Subject("office", 1), HelpOffice(is_bureau, months, workers, ended_at), acts)


def lacking(*helped, workers=(), ended_at=None):
    found = findings_of("RA-24", office(helped=helped, workers=workers, ended_at=ended_at))
    return [(one.since_at, one.ended_at) for one in found]


@pytest.mark.parametrize(("count", "since"), [(50, []), (51, [(at("2026-03-01 00:00"), None)])])
def test_more_than_fifty_people_need_a_full_time_worker(count, since):
    assert lacking(("2026-03", count)) == since


def test_it_lasts_until_a_worker_is_named_or_a_month_begins_with_fewer():
    crowded = (("2026-02", 50), ("2026-03", 51), ("2026-04", 60))
    named = (7, at("2026-04-10 09:00"), None)
    assert lacking(*crowded, workers=(named,)) == [(at("2026-03-01 00:00"), at("2026-04-10 09:00"))]
    assert lacking(*crowded, ("2026-05", 50)) == [(at("2026-03-01 00:00"), at("2026-05-01 00:00"))]
    left = (7, at("2026-01-10 09:00"), at("2026-04-10 09:00"))
    assert lacking(*crowded, workers=(left,)) == [(at("2026-04-10 09:00"), None)]
    again = (8, at("2026-06-01 09:00"), None)
    assert lacking(*crowded, ("2026-05", 50), workers=(again,)) == [(at("2026-03-01 00:00"), at("2026-05-01 00:00"))]
    (found,) = findings_of("RA-24", office(helped=crowded, workers=(named,)))
    assert (found.fact_kind, found.fact_id) == ("help_worker", 7) and sentence(found.why).endswith("。")


def test_an_office_that_is_closed_lacks_nobody_any_more():
    closed = at("2026-04-20 09:00")
    assert lacking(("2026-03", 51), ("2026-04", 60), ended_at=closed) == [(at("2026-03-01 00:00"), closed)]
    (found,) = findings_of("RA-24", office(helped=(("2026-03", 51),), ended_at=closed))
    assert (found.fact_kind, found.fact_id) == ("office", 1)
    assert lacking(("2026-03", 51), ("2026-04", 50), ended_at=closed) == [
        (at("2026-03-01 00:00"), at("2026-04-01 00:00"))
    ]


def test_the_number_is_a_parameter():
    given = office(helped=(("2026-03", 51),))
    more = changed_parameters(("ra.staff.most", at("2020-01-02 00:00"), 51))
    assert findings_of("RA-24", given, terms(parameters=more)) == []


def test_the_list_of_releases_is_due_on_the_thirteenth_and_that_of_the_unconnected_as_the_month_ends():
    bureau = office(is_bureau=True)
    assert [days(one.slot) for one in duties_of("RA-25", "release", bureau, SPRING)] == [
        ("2026-12-01 00:00", "2026-12-14 00:00", "2026-12-15 00:00"),
        ("2027-01-01 00:00", "2027-01-14 00:00", "2027-01-15 00:00"),
        ("2027-02-01 00:00", "2027-02-14 00:00", "2027-02-15 00:00"),
    ]
    found = duties_of("RA-25", "unconnected", bureau, SPRING)
    assert [days(one.slot) for one in found] == [
        ("2026-12-25 00:00", "2027-01-01 00:00", "2027-01-01 00:00"),
        ("2027-01-25 00:00", "2027-02-01 00:00", "2027-02-01 00:00"),
        ("2027-02-22 00:00", "2027-03-01 00:00", "2027-03-01 00:00"),
    ]
    explained = found[0].slot
    assert recompute(explained.why) == (explained.opens_at, explained.due_at, explained.limit_at)
    assert sentence(explained.why).endswith("。")
    assert duties_of("RA-25", "release", office(), SPRING) == []


@pytest.mark.parametrize(
    ("kind", "moment", "states"),
    [
        ("release", "2026-12-14 23:59", ["met", "open", "open"]),
        ("release", "2026-12-15 00:00", ["met_late", "open", "open"]),
        ("unconnected", "2026-12-14 09:00", ["open", "open", "open"]),
    ],
)
def test_each_list_is_met_by_its_own(kind, moment, states):
    given = office(is_bureau=True, acts=(act("help_list", kind, moment),))
    assert [one.state for one in duties_of("RA-25", "release", given, SPRING)] == states
