"""VV-01 through the page: since when somebody is in prison, and that the family was told."""

from datetime import date, timedelta

from supervision.db import fetch, fetch_value
from supervision.duties.reconcile import reconcile
from tests.cast import NOW, Cast, client_for
from tests.video_visits.makers import a_family

STATES = "SELECT state FROM duty WHERE rule = 'VV-01' AND subject_id = $1 AND state <> 'void' ORDER BY id"


async def test_the_prison_tells_the_family_or_the_window_asks_it(cast: Cast) -> None:
    family = await a_family(cast)
    wanda = await client_for(cast, cast.wanda)
    path = f"/visits/prisoners/{family.prisoner}/intake"
    today = NOW.date()
    for wrong in (
        {"intake_on": ""},
        {"intake_on": f"{today + timedelta(1)}"},
        {"intake_on": f"{today}", "told_at": f"{today + timedelta(1)}T09:00"},
        {"intake_on": f"{today}", "told_at": f"{today - timedelta(1)}T09:00"},
    ):
        assert (await wanda.post(path, data=wrong)).status_code == 422
    assert (await wanda.post(path, data={"intake_on": f"{today - timedelta(1)}"})).status_code == 303
    assert [row["state"] for row in await fetch(STATES, family.prisoner)] == ["open"]
    sent = {"intake_on": f"{today - timedelta(1)}", "told_at": f"{today}T08:30"}
    assert (await wanda.post(path, data=sent)).status_code == 303
    assert [row["state"] for row in await fetch(STATES, family.prisoner)] == ["met"]
    assert await fetch_value("SELECT intake_on FROM prisoner WHERE id = $1", family.prisoner) == date(2026, 11, 24)
    assert (await reconcile(NOW)).repaired == 0
    alice = await client_for(cast, cast.alice)
    assert (await alice.post(path, data=sent)).status_code == 403


async def test_a_notice_that_was_put_down_wrongly_meets_nothing(cast: Cast) -> None:
    family, other = await a_family(cast), await a_family(cast)
    wanda, dan = await client_for(cast, cast.wanda), await client_for(cast, cast.dan)
    place = f"/visits/prisoners/{family.prisoner}"
    sent = {"intake_on": "2026-11-24", "told_at": "2026-11-25T08:30"}
    assert (await wanda.post(f"{place}/intake", data=sent)).status_code == 303
    notice = await fetch_value("SELECT id FROM prisoner_notice")
    path = f"{place}/notices/{notice}/withdrawal"
    assert path in (await dan.get(place)).text and path not in (await wanda.get(place)).text
    assert (await wanda.post(path, data={"reason": "录错了人"})).status_code == 403
    elsewhere = path.replace(place, f"/visits/prisoners/{other.prisoner}")
    assert (await dan.post(elsewhere, data={"reason": "录错了人"})).status_code == 404
    assert (await dan.post(path, data={"reason": ""})).status_code == 422
    assert (await dan.post(path, data={"reason": "录错了人"})).status_code == 303
    assert [row["state"] for row in await fetch(STATES, family.prisoner)] == ["open"]
    assert "这一条已经作废" in (await dan.post(path, data={"reason": "录错了人"})).text
    assert (await reconcile(NOW)).repaired == 0
