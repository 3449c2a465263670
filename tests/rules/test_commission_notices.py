"""CI-02, CI-07, CI-08, CI-09: each limit with its neighbours."""

from datetime import datetime, timedelta

import pytest

from supervision.rules import evaluate
from supervision.rules.base import Act, Duty, Facts, Finding, Subject
from supervision.rules.commission import Commission, Run
from supervision.rules.explain import recompute, sentence
from tests.rules.cast import SECOND, at, terms

FRIDAY = at("2026-03-06 16:00")
RUN = Run(1, FRIDAY)


def act(kind: str, moment: str | datetime, id: int = 9) -> Act:
    happened = at(moment) if isinstance(moment, str) else moment
    return Act(kind, id, "letter", happened, happened)


def duty(rule: str, *acts: Act, run: Run = RUN) -> Duty | None:
    found = evaluate(Facts(Subject("commission", 1), Commission(False, (run,)), acts), terms())[0]
    return next((one for one in found if one.rule == rule), None)


def asked_after(*acts: Act) -> Finding | None:
    found = evaluate(Facts(Subject("commission", 1), Commission(False, (RUN,)), acts), terms())[1]
    return next((one for one in found if one.rule == "CI-09"), None)


@pytest.mark.parametrize(
    ("rule", "acts", "run", "limit"),
    [
        ("CI-02", (), RUN, "2026-03-10 00:00"),  # Friday: the Monday after is the one working day
        ("CI-02", (), Run(1, at("2026-02-13 10:00")), "2026-02-15 00:00"),  # the Saturday before the festival is worked
        ("CI-07", (act("sent", "2026-03-12 23:59"),), RUN, "2026-03-13 00:00"),  # the same day
        ("CI-08", (), Run(1, FRIDAY, at("2026-03-12 10:00"), "unable"), "2026-03-17 00:00"),
    ],
)
def test_each_notice_has_its_limit(rule: str, acts: tuple[Act, ...], run: Run, limit: str) -> None:
    found = duty(rule, *acts, run=run)
    assert found is not None and found.slot.limit_at == at(limit)
    assert not found.lapsed(at(limit) - SECOND) and found.lapsed(at(limit))
    assert recompute(found.slot.why) == (found.slot.opens_at, found.slot.due_at, found.slot.limit_at)
    assert sentence(found.slot.why).startswith("依据")


@pytest.mark.parametrize(
    ("rule", "kind", "acts", "run", "in_time", "late"),
    [
        ("CI-02", "informed", (), RUN, "2026-03-09 23:59", "2026-03-10 00:00"),
        ("CI-07", "copied", (act("sent", "2026-03-12 09:00"),), RUN, "2026-03-12 23:59", "2026-03-13 00:00"),
        (
            "CI-08",
            "explained",
            (),
            Run(1, FRIDAY, at("2026-03-12 10:00"), "unable"),
            "2026-03-16 23:59",
            "2026-03-17 00:00",
        ),
    ],
)
def test_each_notice_is_met_by_its_own_act(
    rule: str, kind: str, acts: tuple[Act, ...], run: Run, in_time: str, late: str
) -> None:
    states = [getattr(duty(rule, *acts, act(kind, moment), run=run), "state", None) for moment in (in_time, late)]
    assert states == ["met", "met_late"]


def test_nobody_is_told_why_of_what_was_handed_back_for_its_material_alone() -> None:
    assert duty("CI-08", run=Run(1, FRIDAY, at("2026-03-12 10:00"), "returned")) is None


def test_the_procuratorate_is_informed_once_however_often_the_material_comes() -> None:
    runs = (Run(1, FRIDAY, at("2026-03-09 10:00"), "returned"), Run(2, at("2026-03-20 10:00")))
    found = evaluate(Facts(Subject("commission", 1), Commission(False, runs)), terms())[0]
    assert [one.slot.raw_due_on.isoformat() for one in found if one.rule == "CI-02"] == ["2026-03-09"]


def test_sixty_days_after_the_judgment_somebody_asks_where_the_person_is() -> None:
    judged = act("expected", "2026-03-12 09:00")

    def late(*acts: Act) -> list[tuple[datetime, datetime | None]]:
        found = evaluate(Facts(Subject("commission", 1), Commission(False, (RUN,)), acts), terms())[1]
        return [(one.since_at, one.ended_at) for one in found if one.rule == "expected_late"]

    since = at("2026-05-11 00:00")
    assert late() == [] and late(judged) == [(since, None)]
    assert late(judged, act("expected_end", since)) == []
    came = since + timedelta(minutes=1)
    assert late(judged, act("expected_end", came)) == [(since, came)]
    again = act("expected", "2026-06-01 09:00")
    assert late(judged, act("expected_end", "2026-03-20 09:00"), again) == [(at("2026-07-31 00:00"), None)]


def test_sixty_days_after_the_opinion_somebody_asks_whether_it_was_followed() -> None:
    sent = act("sent", "2026-03-12 09:00")
    found = asked_after(sent)
    assert found is not None and (found.since_at, found.ended_at) == (at("2026-05-11 00:00"), None)
    assert asked_after() is None
    assert asked_after(sent, act("result", found.since_at)) is None
    told = asked_after(sent, act("result", found.since_at + timedelta(minutes=1)))
    assert told is not None and (told.ended_at, told.fact_kind) == (found.since_at + timedelta(minutes=1), "result")
