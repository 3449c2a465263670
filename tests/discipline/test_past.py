"""Cases of the past, many at once: as whole as those done through the pages, counted like them, with nothing owed."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from supervision.db import fetch, fetch_value
from supervision.discipline.past import Hands, PastCase, record_past
from supervision.duties.reconcile import reconcile
from supervision.errors import Refusal
from supervision.statistics.figures import FIGURES, Sight, count, rows_of
from supervision.statistics.period import Period
from tests.cast import NOW, SETTINGS, Cast, client_for
from tests.discipline import makers
from tests.discipline.makers import RULES
from tests.register import OnRegister, on_register, viewer_of
from tests.rules.cast import at

BEGIN = at("2026-03-02 09:00")


def past(cast: Cast, on: OnRegister, item: str = "X2", *, begin: datetime = BEGIN) -> PastCase:
    """A case whose steps were each taken a day after the last, by four of the cast."""
    hands = Hands(cast.alice.id, cast.bob.id, cast.lena.id, cast.erin.id)
    on_day = [begin + timedelta(days=n) for n in range(8)]
    return PastCase(
        on.order,
        RULES,
        item,
        hands,
        reported_at=on_day[0],
        opened_at=on_day[1],
        investigated_at=on_day[2],
        proposed_at=on_day[3],
        reviewed_at=on_day[4],
        decided_at=on_day[5],
        served_at=on_day[6],
        filed_at=on_day[7],
    )


async def an_order(cast: Cast, name: str = "杜玉林") -> OnRegister:
    return await on_register(cast, name=name, at=at("2026-01-05 09:00"))


async def figures(cast: Cast) -> dict[str, int]:
    sight = Sight(Period(date(2026, 1, 1), date(2026, 12, 31)), NOW, await viewer_of(cast.dan))
    codes = ("warned_people", "warnings", "admonished_people", "admonitions")
    found = {code: await count(FIGURES[code], sight) for code in codes}
    assert found == {code: (await rows_of(FIGURES[code], sight)).total for code in codes}
    return found


async def test_they_are_counted_and_listed_by_people_and_by_decisions(cast: Cast) -> None:
    one, two = await an_order(cast), await an_order(cast, "苗青")
    later = BEGIN + timedelta(days=40)
    await record_past(
        [past(cast, one), past(cast, two), past(cast, two, begin=later), past(cast, one, "W3")],
        NOW,
        bureau=SETTINGS.bureau,
    )
    assert await figures(cast) == {"warned_people": 1, "warnings": 1, "admonished_people": 2, "admonitions": 3}


async def test_their_steps_are_met_and_the_nightly_proof_finds_nothing(cast: Cast) -> None:
    ids = await record_past([past(cast, await an_order(cast))], NOW, bureau=SETTINGS.bureau)
    duties = await fetch("SELECT variant, state FROM duty WHERE rule = 'discipline_step' ORDER BY opens_at")
    assert [(row["variant"], row["state"]) for row in duties] == [
        (state, "met") for state in ("clue", "opened", "investigated", "proposed", "reviewed", "decided", "served")
    ]
    assert (
        await fetch_value(
            "SELECT count(*) FROM finding WHERE state = 'open' AND rule IN ('discipline_stuck', 'DI-W5', 'RV-12')"
        )
        == 0
    )
    assert await fetch_value("SELECT count(*) FROM alert WHERE kind LIKE 'discipline%'") == 0
    assert (await reconcile(NOW)).repaired == 0 and len(ids) == 1


async def test_a_case_looks_like_one_that_was_done_through_the_pages(cast: Cast) -> None:
    """Table by table: the same columns are filled for the same steps."""
    done = await makers.filed(cast, await an_order(cast), "X2")
    (loaded,) = await record_past([past(cast, await an_order(cast, "苗青"))], NOW, bureau=SETTINGS.bureau)
    for table in ("case", "event", "breach", "evidence", "proposal", "review", "decision"):
        own = "id" if table == "case" else "case_id"
        shapes = [await _shape(f"discipline_{table}", own, case) for case in (done, loaded)]
        assert shapes[0] == shapes[1], table
    served = (
        "SELECT count(*) FROM discipline_service s JOIN discipline_decision d ON d.id = s.decision WHERE d.case_id = $1"
    )
    assert await fetch_value(served, done) == await fetch_value(served, loaded) == 1


async def _shape(table: str, own: str, case: int) -> list[tuple[object, ...]]:
    """Which columns are filled, with the words that the life cycle gives."""
    said = ("event", "old_state", "new_state", "state", "kind", "item", "measure", "passed")
    rows = await fetch(f"SELECT * FROM {table} WHERE {own} = $1 ORDER BY id", case)
    return [tuple((key, row[key] if key in said else row[key] is not None) for key in row.keys()) for row in rows]


async def test_their_letters_have_the_numbers_of_their_year_and_new_ones_go_on_from_them(cast: Cast) -> None:
    on = await an_order(cast)
    before = past(cast, on, begin=at("2025-06-02 09:00"))
    second, first = past(cast, on, begin=BEGIN + timedelta(days=20)), past(cast, on)
    ids = await record_past([second, first, before], NOW, bureau=SETTINGS.bureau)
    rows = await fetch("SELECT subject_id, number FROM issued_document WHERE form = 'F23'")
    numbers = {row["subject_id"]: row["number"] for row in rows}
    assert [numbers[id] for id in ids] == [
        "（2026）尖社矫训字第0002号",
        "（2026）尖社矫训字第0001号",
        "（2025）尖社矫训字第0001号",
    ]
    now = await makers.decided(cast, await an_order(cast, "苗青"))
    alice = await client_for(cast, cast.alice)
    person = await fetch_value("SELECT person FROM discipline_case WHERE id = $1", now)
    await alice.post(f"/people/{person}/discipline/{now}/letter")
    assert (
        await fetch_value("SELECT number FROM issued_document WHERE subject_id = $1", now)
        == "（2026）尖社矫训字第0003号"
    )


async def test_its_page_says_that_the_letter_is_on_paper_and_its_scan_can_be_put_there(cast: Cast) -> None:
    on = await an_order(cast)
    (case,) = await record_past([past(cast, on)], NOW, bureau=SETTINGS.bureau)
    alice = await client_for(cast, cast.alice)
    text = (await alice.get(f"/people/{on.person}/discipline/{case}")).text
    assert "（2026）尖社矫训字第0001号" in text and "原件在纸质档案里" in text and "存入签字件" in text
    assert "制作决定书" not in text and "已归档" in text
    for page in ("/discipline", f"/people/{on.person}", f"/people/{on.person}/discipline"):
        assert (await alice.get(page)).status_code == 200


async def test_what_could_not_have_been_is_refused_whole(cast: Cast) -> None:
    good = past(cast, await an_order(cast))
    same = replace(good, hands=replace(good.hands, decider=good.hands.reviewer))
    for wrong in (same, replace(good, item="E"), replace(good, served_at=good.decided_at - timedelta(days=1))):
        with pytest.raises(Refusal):
            await record_past([good, wrong], NOW, bureau=SETTINGS.bureau)
    with pytest.raises(Refusal):
        await record_past([replace(good, filed_at=NOW + timedelta(seconds=1))], NOW, bureau=SETTINGS.bureau)
    assert await fetch_value("SELECT count(*) FROM discipline_case") == 0
