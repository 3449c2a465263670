"""The page of texts: whose, in which tab, and what a human does about those of which nobody knows."""

from datetime import timedelta

import pytest

from supervision.access.staffing import STAFF_PHONE
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import execute, fetch, fetch_row, fetch_value, insert
from supervision.messages.delivery import deliver
from supervision.messages.outbox import About
from supervision.messages.providers import Unclear
from supervision.sealed import seal
from tests.cast import NOW, Cast, client_for, stranger
from tests.messages.fake_twilio import TOKEN, sign
from tests.messages.texts_made import Told, change, queued, state_of, text_row
from tests.register import on_register

HTMX = {"HX-Request": "true"}
NOTE = {"note": "已电话问过本人"}


@pytest.fixture
async def zhao(town: Cast):
    return await on_register(town, name="赵一", phone=None)


@pytest.fixture
async def unclear(town: Cast, zhao) -> int:
    """A text to one of Alice's people of which nobody knows whether it was sent."""
    message = await queued(NOW, person=zhao.person)
    await deliver(Told(Unclear("短信可能已经发出。")), FixedClock(NOW).now, "test")
    return message


async def page_of(cast: Cast, who: str, path: str = "/messages"):
    return await (await client_for(cast, getattr(cast, who))).get(path)


async def post_of(cast: Cast, who: str, path: str, data=NOTE, **more):
    return await (await client_for(cast, getattr(cast, who))).post(path, data=data, **more)


# -- who sees what


@pytest.mark.parametrize(
    ("who", "seen"), [("alice", True), ("bob", True), ("carol", False), ("dan", True), ("erin", True)]
)
async def test_each_sees_the_texts_of_their_scope(town, unclear, who, seen):
    answer = await page_of(town, who, "/messages?tab=unknown")
    assert answer.status_code == 200
    assert ("赵一" in answer.text) is seen


@pytest.mark.parametrize("who", ["hal", "lena", "leo", "ines", "sam", "sue", "audrey"])
async def test_whoever_has_no_part_in_texts_is_refused(town, unclear, who):
    assert (await page_of(town, who)).status_code == 403
    assert (await post_of(town, who, f"/messages/{unclear}/again")).status_code == 403


async def test_a_page_is_one_audit_row_with_the_people_shown(town, unclear, zhao):
    await page_of(town, "alice")
    row = await fetch_row("SELECT staff, people FROM audit_row WHERE action = 'see_messages'")
    assert (row["staff"], row["people"]) == (town.alice.id, [zhao.person])


async def test_no_number_is_on_the_page_but_its_last_two_digits(town, unclear):
    shown = (await page_of(town, "alice")).text
    assert "13800000001" not in shown and "尾号 01" in shown


async def test_the_digest_of_a_colleague_is_seen_in_the_own_office_only(town):
    await execute("UPDATE staff SET phone_sealed = $2 WHERE id = $1", town.alice.id, seal("13800000010", STAFF_PHONE))
    from supervision.messages.digest import staff_digest

    await staff_digest(NOW)
    seen = {
        who: "安丽" in (await page_of(town, who, "/messages?tab=waiting")).text.split("<main")[1]
        for who in ("bob", "carol", "dan")
    }
    assert seen == {"bob": True, "carol": False, "dan": True}


@pytest.mark.parametrize(
    ("state", "tab"),
    [
        ("unknown", "unknown"),
        ("waiting", "waiting"),
        ("sending", "waiting"),
        ("failed", "failed"),
        ("undelivered", "failed"),
        ("expired", "failed"),
        ("sent", "sent"),
        ("delivered", "sent"),
        ("cancelled", "sent"),
    ],
)
async def test_each_state_is_in_exactly_one_tab(town, zhao, state, tab):
    message = await queued(NOW, person=zhao.person)
    await change(message, state=state)
    found = [
        one
        for one in ("unknown", "waiting", "failed", "sent")
        if "赵一" in (await page_of(town, "alice", f"/messages?tab={one}")).text
    ]
    assert found == [tab]


async def test_fifty_are_on_a_page_and_the_next_goes_on_where_it_ended(town, zhao):
    for n in range(51):
        await queued(NOW, person=zhao.person, number=f"138000001{n:02d}")
    first = (await page_of(town, "alice", "/messages?tab=waiting")).text
    assert first.count('id="message-') == 50
    before = await fetch_value("SELECT id FROM message ORDER BY id DESC OFFSET 49 LIMIT 1")
    assert f"/messages?tab=waiting&amp;before={before}" in first
    second = (await page_of(town, "alice", f"/messages?tab=waiting&before={before}")).text
    assert second.count('id="message-') == 1 and "尾号 00" in second


# -- what a human does


async def test_a_text_known_to_have_arrived_is_delivered_with_a_name_and_a_reason(town, unclear, zhao):
    assert (await post_of(town, "alice", f"/messages/{unclear}/delivered")).status_code == 303
    row = await text_row(unclear)
    assert (row["state"], row["looked_by"], row["looked_note"], row["looked_at"]) == (
        "delivered",
        town.alice.id,
        NOTE["note"],
        NOW,
    )
    audit = await fetch_row("SELECT people, subject_id FROM audit_row WHERE action = 'confirm_text'")
    assert (audit["people"], audit["subject_id"]) == ([zhao.person], unclear)


async def test_a_text_sent_again_is_a_new_one_to_the_same_number_by_a_named_human(town, unclear):
    assert (await post_of(town, "alice", f"/messages/{unclear}/again")).status_code == 303
    old, new = await fetch("SELECT * FROM message ORDER BY id")
    assert (old["state"], old["looked_by"]) == ("unknown", town.alice.id)
    assert (new["state"], new["body"], new["recipient_key"]) == ("waiting", old["body"], old["recipient_key"])
    provider = Told()
    await deliver(provider, FixedClock(NOW + timedelta(minutes=1)).now, "test")
    assert [one.reference for one in provider.sent] == [str(new["id"])]


@pytest.mark.parametrize("first", ["again", "delivered"])
@pytest.mark.parametrize("second", ["again", "delivered"])
async def test_nobody_deals_with_a_text_twice(town, unclear, first, second):
    await post_of(town, "alice", f"/messages/{unclear}/{first}")
    answer = await post_of(town, "bob", f"/messages/{unclear}/{second}")
    assert answer.status_code == 422 and "已经有人处理过了" in answer.text
    assert await fetch_value("SELECT count(*) FROM message") == (2 if first == "again" else 1)


async def test_a_text_sent_again_names_its_version_anew(town, zhao):
    duty = await fetch_value(
        "SELECT id FROM duty WHERE person = $1 AND state = 'open' ORDER BY id LIMIT 1", zhao.person
    )
    message = await queued(NOW, person=zhao.person, about=(About(duty, "reminder", "due 2026-12-01"),))
    await change(message, state="unknown")
    await post_of(town, "alice", f"/messages/{message}/again")
    versions = [row["version"] for row in await fetch("SELECT version FROM message_about ORDER BY id")]
    assert versions == ["due 2026-12-01", f"due 2026-12-01 again after {message}"]


@pytest.mark.parametrize("act", ["again", "delivered"])
async def test_without_a_word_nothing_is_done_and_the_row_comes_back_with_the_form_open(town, unclear, act):
    answer = await post_of(town, "alice", f"/messages/{unclear}/{act}", {"note": "  "}, headers=HTMX)
    assert answer.status_code == 422
    assert answer.text.strip().startswith(f'<tr id="message-{unclear}"') and "请写明" in answer.text
    assert '<details class="act" open' in answer.text
    assert (await text_row(unclear))["looked_at"] is None


async def test_an_act_in_place_answers_with_the_row_as_it_is_now(town, unclear):
    answer = await post_of(town, "alice", f"/messages/{unclear}/delivered", headers=HTMX)
    assert answer.text.strip().startswith(f'<tr id="message-{unclear}"')
    assert "已送达" in answer.text and "安丽" in answer.text and "<form" not in answer.text


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE message SET not_after = next_try_at", "所说的时间已过"),
        ("UPDATE contact SET bad_since = ok_from", "已经更正或停用"),
        ("UPDATE contact SET withdrawn_at = ok_from", "已经更正或停用"),
        ("UPDATE contact SET consent = 'no'", "已经更正或停用"),
    ],
)
async def test_a_text_that_would_be_useless_or_go_astray_is_not_sent_again(town, unclear, sql, told):
    await execute(sql)
    answer = await post_of(town, "alice", f"/messages/{unclear}/again")
    assert answer.status_code == 422 and told in answer.text
    assert (await text_row(unclear))["looked_at"] is None


async def test_another_offices_text_and_no_text_look_the_same(town, unclear):
    carol = await client_for(town, town.carol)
    theirs = await carol.post(f"/messages/{unclear}/delivered", data=NOTE)
    nobodys = await carol.post("/messages/999999/delivered", data=NOTE)
    assert (theirs.status_code, nobodys.status_code, theirs.content) == (404, 404, nobodys.content)
    assert await state_of(unclear) == "unknown"


# -- receipts


PUBLIC = "https://texts.example"


@pytest.fixture
def with_twilio(town, monkeypatch):
    """The app as it is where Twilio is set up behind a public address."""
    from litestar.di import Provide

    settings = Settings(mode="training", public_url=PUBLIC + "/", twilio_token=TOKEN)
    for route in town.app.routes:
        for handler in getattr(route, "route_handlers", ()):
            provided = handler.resolve_dependencies().get("settings")
            if route.path == "/receipts/twilio" and isinstance(provided, Provide):
                monkeypatch.setattr(provided, "dependency", lambda: settings)
                monkeypatch.setattr(provided, "value", settings, raising=False)
    return town


async def receive(cast, form, signature=None):
    browser = stranger(cast)
    signature = sign(f"{PUBLIC}/receipts/twilio", form) if signature is None else signature
    return await browser.request(
        "POST", "/receipts/twilio", data=form, headers={"X-Twilio-Signature": signature, "Cookie": ""}
    )


def form_of(ref, status):
    return {"MessageSid": ref, "MessageStatus": status, "To": "+8613800000001", "SomethingNew": "x"}


async def test_a_signed_receipt_moves_the_text(with_twilio):
    message = await queued(NOW)
    await deliver(Told(), FixedClock(NOW).now, "test")
    answer = await receive(with_twilio, form_of(f"ref-{message}", "delivered"))
    assert (answer.status_code, await state_of(message)) == (200, "delivered")
    assert "set-cookie" not in answer.headers


async def test_a_receipt_for_a_text_that_is_not_ours_is_kept_and_answered_200(with_twilio):
    assert (await receive(with_twilio, form_of("SM-unknown", "sent"))).status_code == 200
    assert await fetch_value("SELECT count(*) FROM receipt WHERE provider_ref = 'SM-unknown'") == 1


@pytest.mark.parametrize("signature", ["", "bm9uc2Vuc2U="])
async def test_an_unsigned_receipt_changes_nothing(with_twilio, signature):
    message = await queued(NOW)
    await deliver(Told(), FixedClock(NOW).now, "test")
    answer = await receive(with_twilio, form_of(f"ref-{message}", "delivered"), signature)
    assert (answer.status_code, await state_of(message)) == (403, "sent")
    assert await fetch_value("SELECT count(*) FROM receipt") == 0


async def test_a_signed_form_that_is_no_receipt_is_answered_400(with_twilio):
    assert (await receive(with_twilio, {"MessageSid": "SM1"})).status_code == 400


async def test_without_a_token_no_receipt_is_believed(town):
    await insert("installation", {"key": "x", "value": "y"})
    form = form_of("SM1", "sent")
    assert (await receive(town, form, sign("/receipts/twilio", form, token=""))).status_code == 403
