"""Matching acts to slots, pauses, decisions and our own outage: on hand-made slots."""

from datetime import date, timedelta

import pytest

from supervision.rules.base import Act, Decision, Duty, Pause, Rule, Slot, is_lapsed
from supervision.rules.settle import assign, covers_limit, move_by_outage, settle
from tests.rules.cast import SECOND, act, at, facts, pause

REPORT = frozenset({("report", "phone")})
RULE = Rule("X-1", "试验", "none", "person", meets={"phone": REPORT}, paused_by={"phone": frozenset({"custody"})})


def slot(opens: int, limit: int, late: int | None = None, **more) -> Slot:
    """A slot from the start of one day of March 2026 to that of another."""
    first = at("2026-03-01 00:00")
    opens_at, limit_at = (first + timedelta(days=n - 1) for n in (opens, limit))
    late_until = first + timedelta(days=late - 1) if late else None
    return Slot("phone", f"{limit}", opens_at, limit_at, limit_at, date(2026, 3, 1), {}, late_until, **more)


def call(day: int, id: int = 1, hour: int = 12) -> Act:
    return act("report", "phone", f"2026-03-{day:02} {hour:02}:00", id=id)


def met(slots: list[Slot], *acts: Act) -> dict[int, int]:
    return {index: one.id for index, one in assign(slots, acts, REPORT).items()}


WEEKS = [slot(1, 8, 15), slot(8, 15, 22), slot(15, 22, 29)]


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([], {}),
        ([call(3)], {0: 1}),
        ([call(7, hour=23), call(8, 2, hour=0)], {0: 1, 1: 2}),
        ([call(3), call(4, 2)], {0: 1}),
        ([call(4, 2), call(3)], {0: 1}),
        ([call(16)], {2: 1}),
        ([call(16), call(17, 2)], {2: 1, 1: 2}),
        ([call(16), call(17, 2), call(18, 3)], {2: 1, 1: 2}),
        ([call(10), call(11, 2)], {1: 1, 0: 2}),
        ([call(22)], {2: 1}),
        ([call(28, hour=23)], {2: 1}),
        ([call(29, hour=0)], {}),
    ],
)
def test_an_act_meets_the_open_window_else_the_latest_lapse_within_one_period(acts, expected):
    assert met(WEEKS, *acts) == expected


def test_of_two_open_windows_the_one_that_closes_first_is_met():
    assert met([slot(1, 8), slot(3, 10)], call(5)) == {0: 1}
    assert met([slot(3, 7), slot(1, 10)], call(5)) == {0: 1}
    assert met([slot(6, 7), slot(1, 10)], call(5)) == {1: 1}
    assert met([slot(1, 8), slot(6, 10), slot(2, 12)], call(5, 1), call(5, 2)) == {0: 1, 2: 2}


def test_a_late_act_passes_over_a_lapse_that_is_too_old_for_one_that_is_not():
    assert met([slot(1, 5, 20), slot(4, 8, 9)], call(12)) == {0: 1}
    assert met([slot(1, 5), slot(4, 8, 9)], call(12)) == {0: 1}
    assert met([slot(1, 5, 20), slot(4, 8, 12)], call(12, hour=0)) == {0: 1}
    assert met([slot(1, 5, 12), slot(4, 8, 9)], call(12)) == {}


def test_an_act_in_time_goes_before_a_late_one_whatever_the_order_of_typing():
    assert met([slot(1, 8, 15), slot(10, 15, 22)], call(9, 1), call(11, 2)) == {0: 1, 1: 2}


def test_of_two_acts_at_the_same_moment_the_first_recorded_counts():
    assert met([slot(1, 8)], call(3, 9), call(3, 4)) == {0: 4}


def test_any_mode_counts_where_the_rule_says_so():
    any_mode = frozenset({("report", "*")})
    assert assign([slot(1, 8)], [call(3)], any_mode)
    assert not assign([slot(1, 8)], [call(3)], frozenset({("visit", "*"), ("report", "written")}))


def test_a_slot_of_its_own_mind_overrules_the_rule():
    only_written = slot(1, 8, met_by=frozenset({("report", "written")}))
    assert met([only_written, slot(8, 15)], call(3), act("report", "written", "2026-03-04 12:00", id=2)) == {0: 2}
    assert met([only_written], call(3)) == {}
    assert met([only_written, slot(1, 9)], call(3)) == {1: 1}


# -- outcomes ---------------------------------------------------------------------------------------------------


def outcome(*, acts=(), pauses=(), decisions=()) -> Duty:
    given = facts(acts=acts, pauses=pauses, decisions=decisions)
    (duty,) = settle(RULE, [slot(1, 8)], given)
    return duty


IN_TIME, LATE = call(3, 5), call(9, 6)
CUSTODY = pause("custody", "2026-03-02 09:00", "2026-03-20 09:00")
WORD = Decision(7, "X-1", "phone", "8", "missed", at("2026-03-12 10:00"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("open", None, None, None)),
        ({"acts": (IN_TIME,)}, ("met", "report", 5, at("2026-03-03 12:00"))),
        ({"acts": (LATE,)}, ("met_late", "report", 6, at("2026-03-09 12:00"))),
        ({"pauses": (CUSTODY,)}, ("excused", "pause", 50, at("2026-03-02 09:00"))),
        ({"decisions": (WORD,)}, ("missed", "decision", 7, at("2026-03-12 10:00"))),
        (
            {"acts": (IN_TIME,), "pauses": (CUSTODY,), "decisions": (WORD,)},
            ("met", "report", 5, at("2026-03-03 12:00")),
        ),
        (
            {"acts": (LATE,), "pauses": (CUSTODY,), "decisions": (WORD,)},
            ("excused", "pause", 50, at("2026-03-02 09:00")),
        ),
        ({"acts": (LATE,), "decisions": (WORD,)}, ("missed", "decision", 7, at("2026-03-12 10:00"))),
    ],
)
def test_what_proves_most_decides(given, expected):
    duty = outcome(**given)
    assert (duty.state, duty.fact_kind, duty.fact_id, duty.closed_at) == expected


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (at("2026-03-08 00:00") - SECOND, "met"),
        (at("2026-03-08 00:00"), "met_late"),
        (at("2026-03-08 00:00") + SECOND, "met_late"),
    ],
)
def test_in_time_ends_with_the_limit(moment, state):
    assert outcome(acts=(act("report", "phone", moment),)).state == state


def test_the_last_word_on_this_very_slot_counts():
    others = (
        Decision(8, "X-1", "phone", "15", "void", at("2026-03-12 10:00")),
        Decision(9, "X-1", "letter", "8", "void", at("2026-03-12 10:00")),
        Decision(10, "X-2", "phone", "8", "void", at("2026-03-12 10:00")),
    )
    assert outcome(decisions=(WORD, *others)).fact_id == 7
    corrected = Decision(11, "X-1", "phone", "8", "excused", at("2026-03-11 10:00"))
    assert outcome(decisions=(corrected, WORD)).state == "excused"
    assert outcome(decisions=others).state == "open"


# -- pauses -----------------------------------------------------------------------------------------------------

LIMIT = at("2026-03-08 00:00")
OPENS = at("2026-03-01 00:00")


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [
        (LIMIT - SECOND, None, "excused"),
        (LIMIT, None, "open"),
        (LIMIT + SECOND, None, "open"),
        (OPENS + SECOND, None, "excused"),
        (OPENS, None, "void"),
        (OPENS - SECOND, None, "void"),
        (OPENS - SECOND, LIMIT - SECOND, "open"),
        (OPENS - SECOND, LIMIT, "void"),
        (OPENS - SECOND, LIMIT + SECOND, "void"),
    ],
)
def test_a_slot_rests_if_its_limit_lies_in_the_pause_and_is_void_if_all_of_it_does(start, end, state):
    duty = outcome(pauses=(Pause(1, "custody", start, end, OPENS),))
    assert (duty.state, duty.cause) == (state, None if state == "open" else "custody")


def test_only_the_kinds_that_the_rule_names_excuse():
    for kind in ("hospital", "leave", "decision"):
        assert outcome(pauses=(Pause(1, kind, OPENS, None, OPENS),)).state == "open"


def test_of_two_pauses_the_earlier_excuses():
    first, second = (Pause(id, "custody", start, None, start) for id, start in ((9, OPENS), (1, OPENS + SECOND)))
    assert outcome(pauses=(second, first)).fact_id == 9
    assert outcome(pauses=(first, Pause(2, "custody", OPENS, None, OPENS))).fact_id == 2


def test_a_rule_may_rest_only_for_a_pause_that_holds_the_whole_window():
    rule = Rule("X-1", "试验", "none", "staff", rests_through={"phone": frozenset({"leave"})})

    def state(start, end):
        given = facts(pauses=(Pause(1, "leave", start, end, OPENS),))
        return settle(rule, [slot(1, 8)], given)[0].state

    assert state(OPENS, LIMIT) == "void"
    assert state(OPENS + SECOND, LIMIT) == "open"
    assert state(OPENS, LIMIT - SECOND) == "open"


# -- our own outage ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "limit"),
    [
        (LIMIT - SECOND, LIMIT, "2026-03-10 00:00"),
        (LIMIT - SECOND, LIMIT + SECOND, "2026-03-10 00:00"),
        (LIMIT, LIMIT + SECOND, "2026-03-08 00:00"),
        (LIMIT - 2 * SECOND, LIMIT - SECOND, "2026-03-08 00:00"),
        (LIMIT - SECOND, at("2026-03-12 08:00"), "2026-03-14 00:00"),
    ],
)
def test_our_own_outage_moves_a_limit_inside_it_to_the_end_of_the_day_after(start, end, limit):
    moved = move_by_outage(slot(1, 8, 15), [Pause(1, "own_outage", start, end, start)])
    assert moved.limit_at == at(limit)
    assert moved.late_until - moved.limit_at == timedelta(days=7)
    if limit != "2026-03-08 00:00":
        assert moved.why["limit_before_outage"] == LIMIT.isoformat()


def test_an_outage_without_an_end_moves_nothing_yet_and_excuses_nothing():
    assert outcome(pauses=(Pause(1, "own_outage", OPENS, None, OPENS),)).slot.limit_at == LIMIT


def test_two_outages_move_it_twice_and_why_keeps_the_first_limit():
    outages = [
        pause("own_outage", "2026-03-07 08:00", "2026-03-08 08:00"),
        pause("own_outage", "2026-03-09 08:00", "2026-03-10 08:00"),
    ]
    (duty,) = settle(RULE, [slot(1, 8)], facts(pauses=tuple(reversed(outages))))
    assert duty.slot.limit_at == at("2026-03-12 00:00")
    assert (duty.slot.why["limit_before_outage"], duty.slot.why["outage_ended_on"]) == (LIMIT.isoformat(), "2026-03-10")
    assert duty.slot.late_until is None


def test_after_an_outage_an_act_is_in_time_until_the_moved_limit():
    outage = pause("own_outage", "2026-03-07 08:00", "2026-03-08 08:00")
    assert outcome(acts=(act("report", "phone", "2026-03-09 23:59"),), pauses=(outage,)).state == "met"
    assert outcome(acts=(act("report", "phone", "2026-03-10 00:00"),), pauses=(outage,)).state == "met_late"


def test_the_end_of_a_pause_is_exclusive():
    assert covers_limit(Pause(1, "custody", OPENS, LIMIT, OPENS), slot(1, 8))
    assert not covers_limit(Pause(1, "custody", OPENS, LIMIT - timedelta(microseconds=1), OPENS), slot(1, 8))
    assert covers_limit(Pause(1, "custody", LIMIT - timedelta(microseconds=1), None, OPENS), slot(1, 8))


# -- the one definition of a lapse ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "now", "lapsed"),
    [
        ("open", LIMIT - SECOND, False),
        ("open", LIMIT, True),
        ("open", LIMIT + SECOND, True),
        ("met", LIMIT + SECOND, False),
        ("excused", LIMIT + SECOND, False),
        ("missed", LIMIT + SECOND, False),
    ],
)
def test_a_lapse_is_open_and_at_or_past_its_limit(state, now, lapsed):
    assert is_lapsed(state, LIMIT, now) is lapsed
    assert Duty("X-1", slot(1, 8), state).lapsed(now) is lapsed


@pytest.mark.parametrize("wrong", [(OPENS, OPENS - SECOND, LIMIT), (OPENS, LIMIT + SECOND, LIMIT)])
def test_a_slot_whose_moments_are_out_of_order_cannot_be_made(wrong):
    with pytest.raises(AssertionError):
        Slot("phone", "x", *wrong, date(2026, 3, 1), {})


def test_a_slot_may_open_be_due_and_lapse_at_one_moment():
    assert Slot("phone", "x", OPENS, OPENS, OPENS, date(2026, 3, 1), {}).limit_at == OPENS
