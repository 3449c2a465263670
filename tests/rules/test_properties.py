"""What holds of every order, every calendar and every list of acts."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.days import SHANGHAI, Calendar, end_of, start_of
from supervision.rules import RULES, evaluate
from supervision.rules.base import (
    Act,
    ClassDecision,
    Decision,
    Facts,
    Order,
    Pause,
    Phone,
    Responsibility,
    Subject,
    Terms,
)
from supervision.rules.explain import recompute, sentence
from supervision.rules.no_future_duty import AWAITED_BY, OWED_BY_THE_PERSON
from supervision.rules.parameters import default_parameters, parameters_of

ENOUGH = settings(max_examples=70, deadline=None)
FIRST = date(2025, 11, 1)
HORIZON = timedelta(days=60)
MODES = [
    ("report", "phone"),
    ("report", "in_person"),
    ("report", "written"),
    ("visit", "field"),
    ("info_check", "ok"),
    ("document", "summary"),
    ("pause_check", "asked"),
]

days = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))
moments = st.builds(
    lambda day, second: start_of(day) + timedelta(seconds=second), days, st.sampled_from([0, 1, 34_200, 86_399])
)


@st.composite
def orders(draw) -> Order:
    effective = draw(days)
    registered_at = start_of(effective) + timedelta(days=draw(st.integers(0, 60)), hours=9)
    enrolled = registered_at.date()
    end_on = draw(st.none() | st.integers(1, 400).map(lambda n: enrolled + timedelta(days=n)))
    ended_at = draw(st.none() | st.integers(1, 400).map(lambda n: registered_at + timedelta(days=n)))
    return Order(
        kind=draw(st.sampled_from(["probation", "parole", "public_surveillance", "temporary_outside"])),
        effective_on=draw(st.sampled_from([effective, None])),
        registered_at=draw(st.sampled_from([registered_at, registered_at, registered_at, None])),
        start_on=effective,
        end_on=end_on,
        ledger_from=enrolled + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 45]))),
        ended_at=ended_at if draw(st.booleans()) else None,
        end_kind="revoked",
    )


acts = st.lists(st.tuples(st.sampled_from(MODES), moments), max_size=25).map(
    lambda found: tuple(Act(kind, n, mode, at, at) for n, ((kind, mode), at) in enumerate(found))
)
classes = st.lists(st.tuples(st.sampled_from(["strict", "normal", "loose"]), moments), max_size=4).map(
    lambda found: tuple(ClassDecision(n, level, at) for n, (level, at) in enumerate(found))
)
pauses = st.lists(
    st.tuples(st.sampled_from(["custody", "hospital", "leave", "own_outage"]), moments, st.none() | st.integers(1, 60)),
    max_size=3,
).map(
    lambda found: tuple(
        Pause(n, kind, at, at + timedelta(days=length) if length else None, at)
        for n, (kind, at, length) in enumerate(found)
    )
)
stretches = st.tuples(moments, st.none() | st.integers(1, 90))


@st.composite
def facts(draw) -> Facts:
    officers = draw(st.lists(stretches, max_size=3))
    phones = draw(st.lists(stretches, max_size=3))
    return Facts(
        Subject("order", 1, 1),
        draw(orders()),
        draw(acts),
        draw(classes),
        draw(pauses),
        (),
        tuple(Responsibility(n, 1, 7, at, at + timedelta(days=k) if k else None) for n, (at, k) in enumerate(officers)),
        tuple(Phone(n, at, at + timedelta(days=k) if k else None) for n, (at, k) in enumerate(phones)),
    )


calendars = st.dictionaries(days, st.sampled_from(["off", "work"]), max_size=60).map(
    lambda found: Calendar(found, {2026})
)


@st.composite
def asked(draw) -> Terms:
    changes = draw(st.lists(st.tuples(moments, st.integers(0, 5)), max_size=2))
    parameters = parameters_of([("grace.written", at, grace) for at, grace in changes])
    return Terms(draw(calendars), parameters, draw(moments), draw(moments))


@given(facts(), asked())
@ENOUGH
def test_why_alone_gives_the_same_moments_and_a_sentence(facts, terms):
    duties, findings = evaluate(facts, terms)
    for duty in duties:
        slot = duty.slot
        assert recompute(slot.why) == (slot.opens_at, slot.due_at, slot.limit_at)
    for why in [*(duty.slot.why for duty in duties), *(finding.why for finding in findings)]:
        assert sentence(why).startswith("依据《") and sentence(why).endswith("。")


@given(facts(), asked())
@ENOUGH
def test_moments_are_in_order_keys_are_unique_and_why_is_plain_json(facts, terms):
    duties, findings = evaluate(facts, terms)
    for duty in duties:
        assert duty.slot.opens_at <= duty.slot.due_at <= duty.slot.limit_at
        # Whoever is awaited is so from the first day on, however far off the day may be on which they are to come.
        assert duty.slot.opens_at <= terms.until or duty.rule in AWAITED_BY
    for said in (duties, findings):
        assert len({one.key for one in said}) == len(said)
    for why in [*(duty.slot.why for duty in duties), *(finding.why for finding in findings)]:
        assert json.loads(json.dumps(why)) == why


@given(facts(), asked(), moments)
@ENOUGH
def test_the_answer_is_the_same_twice_and_does_not_depend_on_now(facts, terms, other):
    assert evaluate(facts, terms) == evaluate(facts, terms) == evaluate(facts, replace(terms, now=other))


@given(facts(), asked(), st.integers(1, 90))
@ENOUGH
def test_a_later_horizon_only_adds_slots(facts, terms, more):
    sooner = [duty.slot for duty in evaluate(facts, terms)[0]]
    later = [duty.slot for duty in evaluate(facts, replace(terms, until=terms.until + timedelta(days=more)))[0]]
    added = [slot for slot in later if slot not in sooner]
    assert all(slot in later for slot in sooner)
    assert all(slot.opens_at > terms.until for slot in added)


@given(facts(), asked(), st.randoms(use_true_random=False))
@ENOUGH
def test_the_order_in_which_acts_are_typed_in_changes_nothing(facts, terms, random):
    shuffled = list(facts.acts)
    random.shuffle(shuffled)
    assert evaluate(facts, terms) == evaluate(replace(facts, acts=tuple(shuffled)), terms)


@given(facts(), asked())
@ENOUGH
def test_one_act_meets_at_most_one_slot_of_a_variant(facts, terms):
    duties, _ = evaluate(facts, terms)
    met = [(d.rule, d.slot.variant, d.fact_kind, d.fact_id) for d in duties if d.state in ("met", "met_late")]
    assert len(met) == len(set(met))
    moments_of = {(act.kind, act.id): act.happened_at for act in facts.acts}
    for duty in duties:
        if duty.state == "met":
            assert duty.slot.opens_at <= moments_of[duty.fact_kind, duty.fact_id] < duty.slot.limit_at
        if duty.state == "met_late":
            assert moments_of[duty.fact_kind, duty.fact_id] >= duty.slot.limit_at


@given(facts(), asked())
@ENOUGH
def test_a_withdrawn_act_that_met_nothing_changes_nothing(facts, terms):
    duties, findings = evaluate(facts, terms)
    used = {(duty.fact_kind, duty.fact_id) for duty in duties}
    kept = tuple(act for act in facts.acts if (act.kind, act.id) in used)
    assert evaluate(replace(facts, acts=kept), terms)[0] == duties


@given(facts(), asked())
@ENOUGH
def test_one_more_act_never_meets_fewer_slots(facts, terms):
    def met(of: Facts) -> int:
        return sum(duty.state == "met" for duty in evaluate(of, terms)[0])

    assert all(
        met(replace(facts, acts=facts.acts[:n])) <= met(replace(facts, acts=facts.acts[: n + 1]))
        for n in range(min(len(facts.acts), 4))
    )


@given(facts(), asked(), moments, st.sampled_from(["strict", "normal", "loose"]))
@ENOUGH
def test_a_change_of_class_leaves_every_slot_that_opened_before_it(facts, terms, at, level):
    changed = replace(facts, classes=(*facts.classes, ClassDecision(99, level, at)))
    since = start_of(at.date()) if at.date() == facts.order.enrolled_on else at
    before = [duty.slot for duty in evaluate(facts, terms)[0] if duty.slot.opens_at < since]
    after = [duty.slot for duty in evaluate(changed, terms)[0] if duty.slot.opens_at < since]
    assert before == after


@given(facts(), moments)
@ENOUGH
def test_at_every_moment_until_the_end_the_person_has_something_to_come(facts, now):
    order = facts.order
    until = end_of(now.date()) + HORIZON
    in_correction = order.registered_at is not None and order.registered_at <= now and order.ended_at is None
    over = order.end_on is not None and (now >= end_of(order.end_on) or order.ledger_from > order.end_on)
    if not in_correction or over:  # of a term that ended before its ledger began nothing was ever asked
        return
    duties, findings = evaluate(facts, Terms(Calendar({}, {2026}), default_parameters(), now, until))
    assert any(duty.rule in OWED_BY_THE_PERSON and duty.slot.limit_at > now for duty in duties)
    assert all(finding.since_at > now for finding in findings if finding.rule == "no_future_duty")


@given(facts(), asked())
@ENOUGH
def test_a_decision_ends_only_the_slot_that_it_names(facts, terms):
    duties, _ = evaluate(facts, terms)
    lapsed = [duty for duty in duties if duty.state == "open"]
    if not lapsed:
        return
    word = Decision(1, *lapsed[0].key, "missed", datetime(2026, 12, 1, tzinfo=SHANGHAI))
    decided, _ = evaluate(replace(facts, decisions=(word,)), terms)
    assert [duty.key for duty, other in zip(duties, decided, strict=True) if duty != other] == [lapsed[0].key]


def test_the_rules_have_ids_and_titles_of_their_own():
    assert len({rule.id for rule in RULES}) == len({rule.title for rule in RULES}) == len(RULES)
