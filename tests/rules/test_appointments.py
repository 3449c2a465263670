"""AP-01: what was appointed is put down on its day, whatever became of it."""

from dataclasses import replace

import pytest

from supervision.rules.base import Act
from supervision.rules.explain import recompute, sentence
from tests.rules.cast import SECOND, act, at, days, duties_of, facts, order, pause, terms

AT = "2026-03-04 15:30"


def appointed(mode: str = "office", moment: str = AT, id: int = 7) -> Act:
    return Act("appointment", id, mode, at(moment), at("2026-03-01 09:00"))


def the_duty(*acts: Act, mode: str = "office", **more):
    (duty,) = duties_of("AP-01", mode, facts(acts=(appointed(mode), *acts), **more), terms(now=at("2026-03-01 09:00")))
    return duty


@pytest.mark.parametrize("mode", ["field", "office"])
def test_an_appointment_is_owed_from_the_morning_to_the_end_of_its_day(mode: str) -> None:
    duty = the_duty(mode=mode)
    assert days(duty.slot) == ("2026-03-04 00:00", "2026-03-04 15:30", "2026-03-05 00:00")
    assert duty.slot.period == "2026-03-04" and recompute(duty.slot.why) == (
        duty.slot.opens_at,
        duty.slot.due_at,
        duty.slot.limit_at,
    )
    assert "约定时间" in sentence(duty.slot.why)


@pytest.mark.parametrize(
    ("mode", "kind", "how", "state"),
    [
        ("office", "report", "in_person", "met"),
        ("office", "report", "phone", "open"),
        ("office", "visit", "field", "met"),
        ("office", "visit", "nobody", "open"),
        ("office", "no_show", "office", "met"),
        ("field", "visit", "field", "met"),
        ("field", "visit", "nobody", "met"),
        ("field", "report", "in_person", "open"),
        ("field", "no_show", "field", "met"),
        ("field", "no_show", "office", "open"),
    ],
)
def test_what_was_put_down_meets_it_or_not(mode: str, kind: str, how: str, state: str) -> None:
    assert the_duty(act(kind, how, "2026-03-04 16:00"), mode=mode).state == state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-03-03 23:59:59", "open"),
        ("2026-03-04 00:00", "met"),
        ("2026-03-04 23:59:59", "met"),
        ("2026-03-05 00:00", "met_late"),
        ("2026-03-11 23:59:59", "met_late"),
        ("2026-03-12 00:00", "open"),
    ],
)
def test_the_day_decides(moment: str, state: str) -> None:
    assert the_duty(act("report", "in_person", moment)).state == state


def test_it_lapses_at_the_end_of_its_day() -> None:
    duty = the_duty()
    assert not duty.lapsed(at("2026-03-05 00:00") - SECOND) and duty.lapsed(at("2026-03-05 00:00"))


@pytest.mark.parametrize(
    ("mode", "kind", "state"),
    [
        ("office", "custody", "excused"),
        ("office", "hospital", "excused"),
        ("office", "leave", "open"),
        ("field", "custody", "excused"),
        ("field", "hospital", "open"),
    ],
)
def test_it_rests_where_nobody_can_be_met(mode: str, kind: str, state: str) -> None:
    assert the_duty(mode=mode, pauses=(pause(kind, "2026-03-04 10:00"),)).state == state


@pytest.mark.parametrize(("ended", "count"), [("2026-03-04 23:59:59", 0), ("2026-03-05 00:00", 1)])
def test_the_end_of_the_order_ends_what_would_lapse_later(ended: str, count: int) -> None:
    given = facts(order(ended_at=at(ended), end_kind="revoked"), acts=(appointed(),))
    assert len(duties_of("AP-01", "office", given, terms())) == count


def test_two_on_different_days_are_met_each_by_its_own() -> None:
    acts = (appointed(), appointed(moment="2026-03-06 10:00", id=8), act("report", "in_person", "2026-03-06 10:05"))
    found = duties_of("AP-01", "office", facts(acts=acts), terms())
    assert [(duty.slot.period, duty.state) for duty in found] == [("2026-03-04", "open"), ("2026-03-06", "met")]


@pytest.mark.parametrize(
    ("moment", "state"), [("2026-03-04 09:19:59", "open"), ("2026-03-04 09:20", "met"), ("2026-03-04 15:30", "met")]
)
def test_what_happened_before_the_time_was_given_doesnt_meet_it(moment: str, state: str) -> None:
    given = replace(appointed("field"), recorded_at=at("2026-03-04 09:20"))
    (duty,) = duties_of("AP-01", "field", facts(acts=(given, act("visit", "nobody", moment))), terms())
    assert (duty.state, recompute(duty.slot.why)[0]) == (state, at("2026-03-04 09:20"))


@pytest.mark.parametrize(("moment", "opens"), [("2026-03-03 23:59:59", "2026-03-04 00:00"), ("2026-03-05 08:00", AT)])
def test_it_opens_no_earlier_than_its_day_and_no_later_than_its_time(moment: str, opens: str) -> None:
    given = replace(appointed(), recorded_at=at(moment))
    (duty,) = duties_of("AP-01", "office", facts(acts=(given,)), terms())
    assert duty.slot.opens_at == at(opens)


def test_one_visit_at_home_meets_one_of_two_on_a_day() -> None:
    acts = (appointed("field"), appointed("office", id=8), act("visit", "field", "2026-03-04 16:00"))
    found = {way: duties_of("AP-01", way, facts(acts=acts), terms())[0].state for way in ("field", "office")}
    assert found == {"field": "met", "office": "open"}


@pytest.mark.parametrize(("until", "count"), [(AT, 1), ("2026-03-04 15:29", 0)])
def test_what_lies_behind_the_horizon_waits(until: str, count: int) -> None:
    given = facts(acts=(appointed(),))
    assert len(duties_of("AP-01", "office", given, replace(terms(), until=at(until)))) == count
