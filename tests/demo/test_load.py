"""A small demo, really committed: every state, nobody lost, the same twice, marked, and never over a real register."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from supervision.access.passwords import verify
from supervision.audit import key
from supervision.audit.verify import Verdict
from supervision.audit.verify import verify as verify_chain
from supervision.clock import FixedClock
from supervision.db import execute
from supervision.demo.district import PASSWORD
from supervision.demo.load import load
from supervision.errors import Refusal
from supervision.house import House, heads_file
from supervision.messages.channel import make_provider
from supervision.messages.providers import is_demo_number
from supervision.messages.recipients import RECIPIENT
from supervision.people.actions import CONTACT, DOC
from supervision.resettlement.beds import STAYS
from supervision.rollcall.heads import kept_heads
from supervision.rollcall.take import roll_call
from supervision.sealed import open_sealed
from tests.demo.small import SMALL, ask, rows
from tests.demo.test_people import NOW
from tests.hands.cards import cards, spread

pytestmark = pytest.mark.commits


def test_every_registration_is_in_a_bucket_and_every_bucket_has_somebody(house: House, lines: list[str]) -> None:
    taken = ask(house, lambda: roll_call(NOW, live=True))
    assert taken.closes and taken.total == on_the_register_today(house) <= SMALL.people
    assert {code for code, count in taken.counts.items() if not count} == {"off_control"}
    fixed = ("ended_today", "expired_hold", "past_end", "never_taken_in", "awaited", "detained", "enrolling")
    assert [taken.counts[code] for code in fixed] == [2, 1, 1, 3, 3, 3, 1]


def on_the_register_today(house: House) -> int:
    of_today = "SELECT count(*) FROM orders WHERE ended_at IS NULL OR ended_at >= $1"
    return int(rows(house, of_today, NOW.replace(hour=0))[0][0])


def test_the_roll_calls_of_the_last_days_are_kept_and_close(house: House, lines: list[str]) -> None:
    kept = rows(house, "SELECT remainder, headline::jsonb -> 'lost' FROM roll_call ORDER BY day")
    assert len(kept) == SMALL.days + 1 and set(kept) == {(0, "[]")}


def test_the_audit_rows_are_sealed_and_each_roll_call_has_a_head(house: House, lines: list[str]) -> None:
    assert rows(house, "SELECT count(*) FROM roll_call WHERE audit_head IS NULL") == [(0,)]

    async def verified() -> Verdict:
        return await verify_chain(key.current(), await kept_heads(heads_file(house.settings)), NOW)

    verdict = ask(house, verified)
    assert verdict.fault is None and verdict.links and verdict.heads == SMALL.days + 1


def test_a_moment_in_the_months_in_bulk_is_shown_without_anybody_lost(house: House, lines: list[str]) -> None:
    then = ask(house, lambda: roll_call(NOW - timedelta(days=50)))
    assert then.closes and then.total > 20


def test_alerts_stand_on_each_rung_and_at_each_step(house: House, lines: list[str]) -> None:
    found = rows(house, "SELECT DISTINCT rung, step FROM alert WHERE closed_at IS NULL")
    assert {rung for rung, _ in found} == {0, 1, 2}
    assert {step for _, step in found} == {"look", "act", "decide"}


def test_no_officer_has_more_than_a_few_cards(
    house: House, lines: list[str], record_property: Callable[[str, object], None]
) -> None:
    counted = spread(count for _, _, count, _ in ask(house, cards))
    record_property("hands", f"cards on the small demo: {counted}")
    assert counted.cards > 5 and counted.holds


def test_every_kind_of_text_and_of_failure_is_there(house: House, lines: list[str]) -> None:
    kinds = {kind for (kind,) in rows(house, "SELECT DISTINCT kind FROM message")}
    states = dict(rows(house, "SELECT state, count(*) FROM message GROUP BY state"))
    assert kinds == {"reminder", "missed", "digest"}
    assert (states["unknown"], states["failed"]) == (1, 1) and states["sent"] > 50
    assert states.keys() <= {"sent", "unknown", "failed", "expired", "cancelled", "waiting"}


def test_what_was_put_down_wrongly_or_late_is_there(house: House, lines: list[str]) -> None:
    assert rows(house, "SELECT count(*) FROM report WHERE withdrawn_at IS NOT NULL") == [(1,)]
    assert rows(house, "SELECT count(*) FROM alert WHERE outcome = 'no_lapse' AND closed_by IS NULL")[0][0] >= 1
    assert ask(house, lambda: roll_call(NOW, live=True)).headline.late_entries >= 1
    holders = rows(house, "SELECT holder, consent, count(*) FROM contact WHERE withdrawn_at IS NULL AND kind = 'phone'"
                   " AND (holder = 'family' OR consent = 'no') GROUP BY 1, 2 ORDER BY 1")  # fmt: skip
    assert holders == [("family", "yes", 3), ("self", "no", 2)]


def test_an_old_register_leaves_debts_and_some_are_made_up(house: House, lines: list[str]) -> None:
    debts = dict(rows(house, "SELECT kind, count(*) FROM debt WHERE closed_at IS NULL GROUP BY kind"))
    assert debts.keys() == {"class", "phone", "officer"}
    assert rows(house, "SELECT count(*) FROM debt WHERE closed_at IS NOT NULL")[0][0] >= 3


def test_two_bases_have_people_now_and_had_some_before(house: House, lines: list[str]) -> None:
    found = rows(
        house,
        f"""SELECT b.beds, count(*) FILTER (WHERE s.until IS NULL), count(*) FILTER (WHERE s.until IS NOT NULL)
              FROM help_base b JOIN ({STAYS}) s ON s.base = b.id GROUP BY b.id ORDER BY b.id""",
    )
    assert found == [(12, 3, 2), (4, 1, 2)]


def test_the_nightly_reconcile_found_nothing_to_repair(house: House, lines: list[str]) -> None:
    runs = rows(house, "SELECT ok, note FROM job_run WHERE job = 'reconcile'")
    assert runs and set(runs) == {(True, "0")}
    assert rows(house, "SELECT count(*) FROM finding WHERE rule = 'ledger_difference'") == [(0,)]


def test_nobodys_numbers_reach_anybody(house: House, lines: list[str]) -> None:
    docs = rows(house, "SELECT doc_sealed FROM person")
    phones = rows(house, "SELECT value_sealed FROM contact WHERE kind = 'phone'")
    texted = rows(house, "SELECT recipient_sealed FROM message")
    numbers = {open_sealed(doc, DOC) for (doc,) in docs}
    assert {number[:5] for number in numbers} == {"14019"} and len(numbers) == len(docs) > SMALL.people
    assert all(is_demo_number(open_sealed(phone, CONTACT)) for (phone,) in phones)
    assert texted and all(is_demo_number(open_sealed(number, RECIPIENT)) for (number,) in texted)


def test_everybody_signs_in_with_the_printed_password(house: House, lines: list[str]) -> None:
    hashes = rows(house, "SELECT DISTINCT password_hash FROM staff WHERE one_time_until IS NULL")
    assert len(hashes) == 1 and asyncio.run(verify(PASSWORD, hashes[0][0]))


def test_the_demo_is_marked_and_production_refuses_it(house: House, lines: list[str]) -> None:
    marks = rows(house, "SELECT key, value FROM installation WHERE key LIKE 'demo%'")
    assert marks == [("demo", NOW.isoformat())]
    with pytest.raises(Refusal, match="演示数据库"):
        ask(house, lambda: make_provider(replace(house.settings, mode="production")))
    with pytest.raises(Refusal, match="console"):
        ask(house, lambda: make_provider(replace(house.settings, sms="twilio")))


def test_a_second_start_says_how_old_the_demo_is_and_changes_nothing(house: House, lines: list[str]) -> None:
    before = picture(house)
    later = replace(house, clock=FixedClock(NOW + timedelta(days=9)))
    assert list(load(later, size=SMALL)) == ["The demo district is there; it is 9 days old (RESET=1 starts over)."]
    assert picture(house) == before


def test_a_start_over_and_a_load_that_was_cut_off_give_the_same_district(house: House, lines: list[str]) -> None:
    before = picture(house)
    cut_off = load(house, reset=True, size=SMALL)
    assert next(cut_off) == "The demo is dropped and made anew."
    for _ in range(4):
        next(cut_off)
    cut_off.close()
    assert rows(house, "SELECT key FROM installation WHERE key LIKE 'demo%'") == [("demo_loading",)]
    again = list(load(house, size=SMALL))
    assert again[0] == "A load that was cut off is dropped." and again[1:] == lines
    assert picture(house) == before


def picture(house: House) -> dict[str, Any]:
    """Who is there and what became of everything; sealed values and ids aside."""
    return {
        "people": rows(house, "SELECT name, born_on, sex FROM person ORDER BY id"),
        "staff": rows(house, "SELECT login, name FROM staff ORDER BY id"),
        "duties": rows(
            house, "SELECT rule, variant, state, count(*), max(closed_at) FROM duty GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ),
        "alerts": rows(house, "SELECT kind, step, rung, outcome, opened_at FROM alert ORDER BY 5, 1, 2, 3, 4"),
        "texts": rows(house, "SELECT kind, state, body, created_at FROM message ORDER BY 4, 1, 2, 3"),
        "orders": rows(house, "SELECT number, state, start_on, end_on FROM orders ORDER BY id"),
        "stays": rows(house, "SELECT assistance, base, happened_at FROM help_stay ORDER BY id"),
    }


def test_a_register_in_real_use_is_never_touched(house: House, lines: list[str]) -> None:
    before = picture(house)
    ask(house, lambda: execute("DELETE FROM installation WHERE key = 'demo'"))
    for reset in (False, True):
        with pytest.raises(Refusal, match="not a demo"):
            list(load(house, reset=reset, size=SMALL))
    assert picture(house) == before
