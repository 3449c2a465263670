"""Whatever owes duties, the ledger, the watch, the ladder, the queue and the nightly proof treat it alike."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio

from supervision.access.staffing import Leaving
from supervision.alerts.escalate import escalate
from supervision.alerts.follow import follow, follow_all, settle_ledger
from supervision.alerts.watch import watch
from supervision.db import Record, execute, fetch, fetch_row, fetch_value
from supervision.duties import kinds, sources
from supervision.duties.reconcile import reconcile
from supervision.duties.sync import sync
from supervision.messages.reminders import remind
from supervision.people.staffing import hand_over
from tests.cast import Cast, client_for
from tests.duties import parcels
from tests.duties.parcels import parcel, sign, take_back
from tests.register import on_register, viewer_of
from tests.rules.cast import at

CAME, LIMIT, SEEN = at("2026-11-20 15:00"), at("2026-11-24 00:00"), at("2026-11-25 09:00")


@pytest_asyncio.fixture
async def post(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cast]:
    """A house that receives parcels."""
    await parcels.add_parcels(monkeypatch)
    yield cast


async def duty(of: int, variant: str = "signature") -> Record:
    row = await fetch_row(
        "SELECT * FROM duty WHERE subject_kind = 'parcel' AND subject_id = $1 AND variant = $2", of, variant
    )
    assert row is not None
    return row


async def alert(of: int) -> Record:
    rows = await fetch(
        """SELECT a.*, s.login FROM alert a JOIN duty d ON d.id = a.duty JOIN staff s ON s.id = a.assigned_to
            WHERE a.subject_kind = 'parcel' AND a.subject_id = $1 AND d.variant = 'signature'""",
        of,
    )
    assert len(rows) == 1
    return rows[0]


async def test_a_subject_without_a_person_owes_what_its_rule_asks(post: Cast) -> None:
    one = await parcel(CAME)
    found = await duty(one)
    assert (found["person"], found["state"], found["limit_at"]) == (None, "open", LIMIT)
    assert await sync([one], CAME, kind="parcel") == 0


async def test_two_kinds_may_have_the_same_number(post: Cast) -> None:
    order = (await on_register(post)).order
    one = await parcel(CAME)
    await execute("UPDATE parcel SET id = $2 WHERE id = $1", one, order)
    before = await fetch("SELECT * FROM duty WHERE subject_kind = 'order' ORDER BY id")
    await sign(order, CAME, CAME)
    assert (await duty(order))["state"] == "met"
    assert await fetch("SELECT * FROM duty WHERE subject_kind = 'order' ORDER BY id") == before


@pytest.mark.parametrize(("now", "lapses"), [("2026-11-23 23:59:59", 0), ("2026-11-24 00:00:00", 2)])
async def test_the_watch_sees_its_lapse_at_the_limit(post: Cast, now: str, lapses: int) -> None:
    await parcel(CAME, staff=post.alice)
    assert (await watch(at(now))).lapses == lapses


async def test_its_alert_goes_up_the_ladder_from_whoever_has_it(post: Cast) -> None:
    one, nobodys = await parcel(CAME, staff=post.alice), await parcel(CAME)
    await watch(LIMIT)
    assert ((await alert(one))["login"], (await alert(nobodys))["login"]) == ("alice", "dan")
    await escalate((await alert(one))["next_step_at"])
    assert (await alert(one))["login"] == "bob"


@pytest.mark.parametrize(
    ("happened_at", "state", "step", "outcome"),
    [(LIMIT.replace(day=23), "met", "look", "no_lapse"), (LIMIT, "met_late", "decide", None)],
)
async def test_what_is_typed_in_late_is_judged_by_when_it_happened(
    post: Cast, happened_at: datetime, state: str, step: str, outcome: str | None
) -> None:
    one = await parcel(CAME, staff=post.alice)
    await watch(LIMIT)
    made = await sign(one, happened_at, SEEN)
    found = await alert(one)
    assert ((await duty(one))["state"], found["step"], found["outcome"]) == (state, step, outcome)
    await take_back(made, one, SEEN)
    found = await alert(one)
    assert ((await duty(one))["state"], found["step"], found["closed_at"]) == ("open", "look", None)


async def test_the_end_of_the_subject_leaves_its_lapse_and_nothing_more(post: Cast) -> None:
    early, late = await parcel(CAME, staff=post.alice), await parcel(CAME, staff=post.alice)
    for one, ended_at in ((early, LIMIT.replace(day=23)), (late, LIMIT)):
        await execute("UPDATE parcel SET ended_at = $2 WHERE id = $1", one, ended_at)
    await follow_all([("parcel", early), ("parcel", late)], SEEN)
    assert [(await duty(one))["state"] for one in (early, late)] == ["void", "open"]


async def test_the_nightly_proof_looks_at_every_kind(post: Cast) -> None:
    await on_register(post)
    living, ended, open_still = [await parcel(CAME) for _ in range(3)]
    await sign(ended, CAME, CAME)
    await execute("UPDATE parcel SET ended_at = $2 WHERE id = ANY($1)", [ended, open_still], SEEN)
    await execute(
        "DELETE FROM duty WHERE subject_kind = 'parcel' AND subject_id = $1 AND variant = 'signature'", living
    )
    seen = await reconcile(CAME)
    assert (seen.subjects, seen.repaired, seen.failed) == (3, 1, 0)
    assert (await duty(living))["state"] == "open"
    found = await fetch_row("SELECT subject_kind, subject_id, person FROM finding WHERE rule = 'ledger_difference'")
    assert found is not None and tuple(found) == ("parcel", living, None)
    assert await settle_ledger(CAME) == 3


async def test_a_parcel_that_cannot_be_computed_stops_no_other(post: Cast) -> None:
    bad, good = await parcel(CAME), await parcel(CAME)
    await execute("UPDATE parcel SET come_at = 'infinity' WHERE id = $1", bad)
    await execute("DELETE FROM duty WHERE subject_kind = 'parcel' AND subject_id = $1", good)
    seen = await reconcile(CAME)
    assert (seen.failed, seen.repaired) == (1, 2)
    assert await fetch_value("SELECT count(*) FROM finding WHERE subject_kind = 'parcel' AND subject_id = $1", bad) == 1


async def test_nobody_is_texted_about_anything_but_an_order(post: Cast) -> None:
    person = (await on_register(post)).person
    await parcel(CAME, staff=post.alice, person=person)
    await execute("UPDATE duty SET owed_by = 'person', remind_at = $1 WHERE subject_kind = 'parcel'", CAME)
    await execute("UPDATE duty SET remind_at = NULL WHERE subject_kind = 'order'")
    assert await remind(at("2026-11-21 10:00")) == 0
    assert (await watch(LIMIT)).texts == 0


async def test_it_has_a_card_of_its_own_in_the_queue_of_its_office(post: Cast) -> None:
    one = await parcel(CAME, staff=post.alice)
    await watch(LIMIT)
    post.clock.at = LIMIT
    for who, tab, seen in (
        ("alice", "mine", True),
        ("bob", "office", True),
        ("carol", "mine", False),
        ("dan", "all", True),
    ):
        shown = (await (await client_for(post, getattr(post, who))).get(f"/alerts?tab={tab}")).text
        assert (f'href="/parcels/{one}">包裹{one}</a>' in shown) is seen, who
    here = f"/alerts/subjects/parcel/{one}"
    assert "包裹" in (await (await client_for(post, post.alice)).get(here)).text
    stranger = await client_for(post, post.carol)
    theirs, nobodys = await stranger.get(here), await stranger.get("/alerts/subjects/parcel/987654")
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)


async def test_a_human_ends_its_alert_by_an_outcome(post: Cast) -> None:
    one = await parcel(CAME, staff=post.alice)
    await watch(LIMIT)
    post.clock.at = LIMIT
    browser = await client_for(post, post.alice)
    data = {"alert": (await alert(one))["id"], "outcome": "dealt_with", "reason": "已补签"}
    assert (await browser.post(f"/alerts/subjects/parcel/{one}/outcome", data=data)).status_code == 303
    found, owed = await alert(one), await duty(one)
    assert (found["outcome"], found["closed_by"], owed["state"]) == ("dealt_with", post.alice.id, "missed")


async def test_the_files_of_whoever_leaves_pass_on_with_their_alerts(post: Cast) -> None:
    one = await parcel(CAME, staff=post.alice)
    await watch(LIMIT)
    leaving = Leaving(post.alice.id, post.alice.office, post.bob.id, await viewer_of(post.dan), LIMIT)
    await follow_all(await hand_over(leaving), LIMIT)
    assert (await alert(one))["login"] == "bob"


async def test_a_forgotten_source_keeps_the_house_from_starting(post: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sources.without("parcel", "classes")
    with pytest.raises(RuntimeError, match="no source is connected for parcel: phones"):
        sources.check_complete()
    monkeypatch.delitem(kinds._kinds, "parcel")
    with pytest.raises(RuntimeError, match="no kind of subject is named parcel"):
        sources.check_complete()
    with pytest.raises(ValueError, match="no field 'phone'"):
        sources.connect("parcel", "phone")


async def test_nothing_is_locked_or_written_for_no_subjects(post: Cast) -> None:
    await follow([], SEEN, kind="parcel")
    assert kinds.by_kind([]) == {}
