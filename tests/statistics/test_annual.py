"""The annual report: each figure is the length of its list, at the year's edges, and after a correcting act."""

import io
from datetime import UTC, date, timedelta

import docx
import pytest

from supervision.alerts.watch import watch
from supervision.db import execute, fetch_value, insert
from supervision.orders.actions import Ending, end_order, register
from supervision.statistics.annual import annual, as_json, as_markdown
from supervision.statistics.command import table_json
from supervision.statistics.figures import FIGURES, Sight, count, rows_of
from supervision.statistics.indicators import INDICATORS, OF_LISTS, values
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of, year_of
from supervision.statistics.word import as_docx
from supervision.video_visits.booking import withdraw_booking
from tests.cast import NOW
from tests.json_fields import sections
from tests.register import awaited, viewer_of
from tests.statistics.conftest import at, joins
from tests.statistics.records import assistance, booking, commission, decision

YEAR = year_of(2025)
SIGHT = Sight(YEAR, NOW)


async def _year(cast, dan):
    """Two of everything at the edges of 2025, with a neighbour on either side."""
    for n, when in enumerate(("2024-12-31 23:59", "2025-01-01 00:00", "2025-12-31 23:59", "2026-01-01 00:00")):
        for organ in ("court", "procuratorate", "police", "prison"):
            await commission(cast, organ, when, number=n)
        await booking(cast, when, state="done", visitors=3, number=f"见{n}")
    await commission(cast, "court", "2025-05-05 09:00", state="void")
    await booking(cast, "2025-05-05 09:00", state="no_show", visitors=1, number="见9")
    await assistance("2024-12-31")
    await assistance("2025-01-01")
    await assistance("2025-12-31", connected_at=None, from_on=None, state="not_connected")
    await assistance("2026-01-01")
    await assistance("2025-03-03", state="taken_back", end_kind="taken_back", ended_at=at("2025-03-04 09:00"))
    person = await joins(cast, "2025-02-01 09:00", end_on=date(2025, 8, 1))
    await joins(cast, "2024-06-01 09:00")
    await decision(cast, person, "warning", "2025-03-01 09:00")
    await decision(cast, person, "warning", "2025-04-01 09:00")
    await decision(cast, person, "admonition", "2024-12-31 23:59")
    await end_order(dan, person.order, Ending("released", at("2025-08-01 09:00"), "期满"), at("2025-08-01 09:00"))


async def test_the_figures_of_a_year_are_counted_from_records(cast, dan) -> None:
    await _year(cast, dan)
    assert as_json(await annual(YEAR, NOW)) == {
        "commissions": {"court": 2, "procuratorate": 2, "police": 2, "prison": 2},
        "received": 1,
        "ended": 1,
        "warned_people": 1,
        "admonished_people": 0,
        "off_control": 0,
        "never_taken_in": 0,
        "handover": {"numerator": 1, "denominator": 2},
        "register": 4,  # three from prison, and whoever was released from correction goes on the register at once
        "video_booked": 3,
        "video_served": 6,
    }


@pytest.mark.parametrize("code", FIGURES)
async def test_each_figure_opens_a_list_of_exactly_that_many(cast, dan, code) -> None:
    await _year(cast, dan)
    found = await rows_of(FIGURES[code], SIGHT, limit=None)
    assert await count(FIGURES[code], SIGHT) == len(found.rows) and (found.total == len(found.rows) or not found.rows)


WITHDRAWN = {
    "commissions_court": "commission_act",
    "received": "registration",
    "ended": "order_end",
    "warnings": "discipline_decision",
    "video_booked": "booking",
    "video_served": "booking",
}


@pytest.mark.parametrize(("code", "table"), WITHDRAWN.items())
async def test_a_correcting_act_takes_a_figure_and_its_list_down_together(cast, dan, code, table) -> None:
    await _year(cast, dan)
    before = await count(FIGURES[code], SIGHT)
    why = ", withdrawn_by = $2, withdrawn_reason = '录错'"
    last = f"SELECT max(id) FROM {table} WHERE happened_at >= '2025-01-01T00:00+08' AND happened_at < '2026-01-01T00:00+08'"
    if table == "commission_act":
        last += " AND kind = 'received' AND commission IN (SELECT id FROM commission WHERE organ = 'court' AND state <> 'void')"
    if code == "video_served":
        last += " AND state = 'done'"
    await execute(f"UPDATE {table} SET withdrawn_at = $1{why} WHERE id = ({last})", NOW, dan.id)
    after = await count(FIGURES[code], SIGHT)
    assert before - after == (3 if code == "video_served" else 1)
    assert len((await rows_of(FIGURES[code], SIGHT)).rows) == after


async def test_a_person_warned_twice_is_one_person_and_two_decisions(cast, dan) -> None:
    await _year(cast, dan)
    assert await count(FIGURES["warned_people"], SIGHT) == 1 and await count(FIGURES["warnings"], SIGHT) == 2
    assert (await rows_of(FIGURES["warned_people"], SIGHT)).rows[0].what == "2"
    await execute(
        "UPDATE discipline_decision SET withdrawn_at = $1, withdrawn_by = $2, withdrawn_reason = '录错'", NOW, dan.id
    )
    assert await count(FIGURES["warned_people"], SIGHT) == 0


async def test_who_came_is_served_once_the_session_was_held(cast, dan) -> None:
    for number, state in enumerate(("done", "terminated", "failed", "no_show")):
        await booking(cast, "2025-03-03 09:00", state=state, visitors=2 + number, number=f"见{number}")
    assert await count(FIGURES["video_booked"], SIGHT) == 4
    assert await count(FIGURES["video_served"], SIGHT) == 2 + 3
    assert await count(FIGURES["video_served"], Sight(YEAR, at("2025-03-03 08:59"))) == 0


async def test_a_withdrawn_booking_stays_in_what_was_known_before(cast, dan) -> None:
    made = await booking(cast, "2025-03-03 09:00", state="done", visitors=2, number="见1")
    await withdraw_booking(await viewer_of(cast.dan), made, reason="重复录入", now=NOW)
    for code, before in (("video_booked", 1), ("video_served", 2)):
        assert await count(FIGURES[code], SIGHT) == 0
        assert await count(FIGURES[code], Sight(YEAR, NOW - timedelta(seconds=1))) == before


async def test_what_was_not_known_yet_is_not_counted(cast, dan) -> None:
    await _year(cast, dan)
    then = at("2025-06-01 09:00").astimezone(UTC)
    assert await count(FIGURES["ended"], Sight(YEAR, then)) == 0
    assert await count(FIGURES["received"], Sight(YEAR, then)) == 1


async def test_whoever_never_came_counts_in_every_year_until_they_do_as_it_was_known_then(cast, dan) -> None:
    one = await awaited(cast, effective_on=date(2024, 12, 1), at=at("2024-12-01 09:00"))
    figure, years = FIGURES["never_taken_in"], (2023, 2024, 2025, 2026)
    assert [await count(figure, Sight(year_of(year), NOW)) for year in years] == [0, 1, 1, 1]
    duty = await fetch_value("SELECT id FROM duty WHERE subject_id = $1 AND rule = 'RE-06'", one.order)
    later = NOW + timedelta(days=1)
    await register(dan, one.order, at("2025-03-03 09:00"), later)
    assert [await count(figure, Sight(year_of(year), later)) for year in years] == [0, 1, 1, 0]
    await withdraw_duty(duty, later)
    assert [await count(figure, Sight(year_of(2024), moment)) for moment in (NOW, later)] == [1, 0]


async def withdraw_duty(duty: int, now) -> None:
    """It is owed no more, as the ledger writes it."""
    was = await fetch_value("SELECT state FROM duty WHERE id = $1", duty)
    await execute("UPDATE duty SET state = 'void' WHERE id = $1", duty)
    await insert("duty_event", {"duty": duty, "at": now, "old_state": was, "new_state": "void"})


async def test_an_alert_or_a_turn_of_later_is_not_counted_before(cast, dan) -> None:
    await joins(cast, "2026-11-02 09:00")
    await watch(NOW)
    made = await booking(cast, "2026-11-03 09:00", state="done", visitors=1, number="见1")
    event = {"booking": made, "step": "schedule", "new_state": "scheduled", "happened_at": NOW, "recorded_at": NOW}
    await insert("booking_event", event)
    month = month_of(date(2026, 11, 1))
    for code in ("alerts_all", "booked_done"):
        figure = OF_LISTS[code]
        assert await count(figure, Sight(month, NOW - timedelta(seconds=1))) < await count(figure, Sight(month, NOW))


async def test_the_paragraphs_say_the_figures_in_text_and_in_word(cast, dan) -> None:
    await _year(cast, dan)
    report = await annual(YEAR, NOW)
    text = as_markdown(report)
    assert "受理审前调查评估委托8件，其中法院2件、检察院2件、公安机关2件、监狱管理机关2件" in text
    assert "警告1人（2人次）" in text and "衔接率50.0%" in text
    written = docx.Document(io.BytesIO(as_docx(report)))
    for paragraph in [one.text for one in written.paragraphs]:
        assert paragraph.partition("、")[2][:6] in text or paragraph in text


async def test_the_command_answers_as_documented(cast, dan) -> None:
    await _year(cast, dan)
    section = sections()["report"]
    table = await monthly_table(None, month_of(date(2025, 2, 1)), NOW)
    for answer in (as_json(await annual(YEAR, NOW)), table_json(table)):
        assert section.faults(answer) == []
    assert set(section.fields) - section.seen == set()


async def test_an_indicator_never_has_more_above_than_below(cast, dan, bob) -> None:
    await _year(cast, dan)
    for viewer in (None, dan, bob):
        found = {one.indicator.code: one for one in await values(Sight(YEAR, NOW, viewer))}
        assert set(found) == set(INDICATORS)
        shares = [
            one for code, one in found.items() if not code.startswith(("never", "off", "warnings", "admonitions"))
        ]
        assert all(one.numerator <= one.denominator for one in shares)
    assert (found["met"].rate, found["released"].rate, found["handed_over"].rate) == ("—", "100.0%", "100.0%")
