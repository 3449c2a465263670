"""The ledger held against the rules: the same bytes wherever it is done, and the rows that the rules meant."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from supervision import rules
from supervision.db import execute, fetch, fetch_value
from supervision.duties.copying import written
from supervision.duties.judging import Answer, Judge, Question
from supervision.duties.reconcile import reconcile
from supervision.duties.reminding import remind_at
from supervision.duties.sync import question_about, sync
from supervision.duties.worker import _read, frame, serve
from supervision.duties.write import write
from supervision.ledger import connect_sources
from supervision.orders.actions import change_term
from supervision.orders.decisions import decide_duty
from supervision.rules.base import Facts, Terms
from tests.cast import NOW, Cast
from tests.register import on_register, viewer_of
from tests.rules.test_properties import asked, facts

LAPSED = datetime(2026, 12, 4, 9, tzinfo=NOW.tzinfo)
"""When the phone report of 2 December has lapsed."""


def of_a_worker(question: Question, terms: Terms) -> Answer:
    """What a worker answers to the messages that it gets."""
    answers = BytesIO()
    serve(BytesIO(frame(terms) + frame(question)), answers)
    answers.seek(0)
    answer = _read(answers)
    assert isinstance(answer, Answer) and not answers.read()
    return answer


@given(st.lists(facts(), min_size=1, max_size=4), asked())
@settings(max_examples=60, deadline=None)
def test_a_worker_answers_byte_for_byte_what_is_answered_here(some: list[Facts], terms: Terms) -> None:
    question = Question([replace(one, subject=replace(one.subject, id=n)) for n, one in enumerate(some, start=1)])
    here = Judge(terms).answer(question)
    assert here.new > 0 or not any(rules.evaluate(one, terms)[0] for one in some)
    assert of_a_worker(question, terms) == here


@given(st.lists(facts(), min_size=1, max_size=3), asked())
@settings(max_examples=40, deadline=None)
def test_what_was_made_before_changes_no_later_row(some: list[Facts], terms: Terms) -> None:
    judge = Judge(terms)
    for one in some:
        assert judge.answer(Question([one])) == Judge(terms).answer(Question([one]))


async def test_the_rows_in_the_ledger_are_what_the_rules_said_and_are_found_alike(db: None) -> None:
    drawn: list[tuple[Facts, Terms]] = []

    @given(facts(), asked())
    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    def draw(one: Facts, terms: Terms) -> None:
        drawn.append((one, terms))

    connect_sources()
    draw()
    checked = 0
    for n, (one, terms) in enumerate(drawn, start=1):
        mine = replace(one, subject=replace(one.subject, id=n, person=None))
        await write(Judge(terms).answer(Question([mine])), terms)
        duties, findings = rules.evaluate(mine, terms)
        rows = await fetch("SELECT * FROM duty WHERE subject_id = $1 ORDER BY rule, variant, period", n)
        assert [tuple(row.values())[1:] for row in rows] == [
            (
                "order", n, None, rules.by_id(duty.rule).owed_by, duty.rule, slot.variant, slot.period, slot.opens_at,
                slot.due_at, slot.limit_at, slot.raw_due_on, duty.state, duty.closed_at, duty.fact_kind, duty.fact_id,
                None, duty.cause, None, remind_at(duty, terms.now), "rule", terms.parameters.version_at(slot.opens_at),
                row["why"], terms.now,
            )
            for row, duty in zip(rows, sorted(duties, key=lambda duty: duty.key), strict=True)
            if (slot := duty.slot)
        ]  # fmt: skip
        assert [json.loads(row["why"]) for row in rows] == [
            dict(duty.slot.why) for duty in sorted(duties, key=lambda duty: duty.key)
        ]
        held = await fetch("SELECT * FROM finding WHERE subject_id = $1 ORDER BY rule, variant, period", n)
        assert [(row["rule"], row["since_at"], row["ended_at"], json.loads(row["why"])) for row in held] == [
            (one.rule, one.since_at, one.ended_at, dict(one.why)) for one in sorted(findings, key=lambda f: f.key)
        ]
        again = replace(await question_about([n]), facts=[mine])
        assert Judge(terms).answer(again) == Answer()
        checked += len(rows) + len(held)
    assert checked > 100


async def test_moments_are_written_as_the_server_prints_them(db: None) -> None:
    draw = Random(20261125)
    start = datetime(1999, 12, 31, tzinfo=UTC)
    moments = [start + timedelta(microseconds=draw.randrange(3 * 10**15)) for _ in range(500)]
    moments += [start, start + timedelta(microseconds=1), start + timedelta(milliseconds=100), NOW]
    printed = await fetch("SELECT concat(at) AS text FROM unnest($1::timestamptz[]) AS at", moments)
    assert [row["text"] for row in printed] == [written(at) for at in moments]


# -- a lapse that no rule asks for any more ------------------------------------------------------------------------


async def _orphan(cast: Cast) -> tuple[int, int]:
    """An order, and a lapsed duty of it that no rule asks for: what it rested on has been lost by a fault of ours."""
    one = await on_register(cast)
    duty = await fetch_value(
        """UPDATE duty SET period = '2026-11-27', opens_at = $2, due_at = $3, limit_at = $3, raw_due_on = '2026-11-27',
                  alerted_at = $3
            WHERE subject_id = $1 AND variant = 'phone' AND period = '2026-12-02' RETURNING id""",
        one.order,
        NOW - timedelta(days=1),
        LAPSED - timedelta(days=1),
    )
    return one.order, duty


async def _state(duty: int) -> tuple[str, str | None]:
    [row] = await fetch("SELECT state, cause FROM duty WHERE id = $1", duty)
    return row["state"], row["cause"]


async def test_the_nightly_proof_ends_no_lapse_that_it_cannot_explain_and_says_so_once(cast: Cast) -> None:
    order, duty = await _orphan(cast)
    await reconcile(LAPSED)
    seen = await reconcile(LAPSED + timedelta(minutes=1))
    assert await _state(duty) == ("open", None)
    assert seen.repaired == 0
    found = await fetch("SELECT subject_id, period FROM finding WHERE rule = 'ledger_difference' AND variant = 'kept'")
    assert [tuple(row) for row in found] == [(order, str(duty))]


async def test_what_has_not_lapsed_and_is_asked_for_by_no_rule_is_void_with_its_cause(cast: Cast) -> None:
    _, duty = await _orphan(cast)
    await execute("UPDATE duty SET limit_at = $2 WHERE id = $1", duty, LAPSED + timedelta(microseconds=1))
    await reconcile(LAPSED)
    assert await _state(duty) == ("void", "no_longer_owed")


async def test_a_named_human_ends_a_lapse_that_no_rule_asks_for(cast: Cast) -> None:
    order, duty = await _orphan(cast)
    await reconcile(LAPSED)
    await decide_duty(await viewer_of(cast.dan), order, duty, "excused", reason="系统差错", now=LAPSED)
    assert await _state(duty) == ("excused", None)
    assert (await reconcile(LAPSED + timedelta(days=1))).repaired == 0
    assert await _state(duty) == ("excused", None)


async def test_an_act_that_makes_a_lapse_owed_no_more_ends_it_with_its_cause(cast: Cast) -> None:
    one = await on_register(cast)
    await sync([one.order], LAPSED)
    dan = await viewer_of(cast.dan)
    await change_term(dan, one.order, date(2026, 12, 1), "减刑裁定", LAPSED)
    rows = await fetch(
        "SELECT id FROM duty WHERE subject_id = $1 AND variant = 'phone' AND period = '2026-12-02'", one.order
    )
    assert [await _state(row["id"]) for row in rows] == [("void", "no_longer_owed")]
    event = await fetch_value("SELECT staff FROM duty_event WHERE duty = $1 AND new_state = 'void'", rows[0]["id"])
    assert event == dan.id
