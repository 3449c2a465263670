"""Receipts: signed, repeated, reordered; a status only ever moves forward."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from supervision.errors import Refusal
from supervision.messages.providers import STATUS_RANK, Outgoing, Receipt, is_final, later
from supervision.messages.providers.twilio import TwilioProvider, TwilioSettings, parse_receipt, verify_signature
from tests.messages.fake_twilio import ACCOUNT, TOKEN, FakeTwilio, sign

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOMEBODY = "+8613800000001"
FINAL = ["canceled", "delivered", "failed", "read", "received", "undelivered"]


def test_finals_are_these_six():
    assert sorted(status for status in STATUS_RANK if is_final(status)) == FINAL


def test_nothing_is_later_than_a_final_status():
    assert not [(final, new) for final in FINAL for new in STATUS_RANK if later(final, new)]


@pytest.mark.parametrize("final", ["delivered", "undelivered", "failed", "canceled"])
def test_receipts_in_any_order_end_the_same(final):
    for order in itertools.permutations(["accepted", "queued", "sending", "sent", final]):
        assert settled(None, order) == final


@given(st.lists(st.sampled_from([*STATUS_RANK, "invented", ""]), min_size=1))
def test_receipts_move_forward_only_and_repeats_change_nothing(receipts):
    ends = [settled(None, receipts[:n]) for n in range(1, len(receipts) + 1)]
    ranks = [STATUS_RANK.get(end, -1) for end in ends]
    assert ranks == sorted(ranks)
    assert settled(ends[-1], receipts) == ends[-1]


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        (None, "queued", True),
        (None, "invented", False),
        ("queued", "invented", False),
        ("invented", "accepted", True),
        ("queued", "queued", False),
        ("sent", "sending", False),
        ("sent", "delivered", True),
        ("delivered", "undelivered", False),
        ("delivered", "read", False),
    ],
)
def test_a_status_is_later_only_if_known_and_further(old, new, moves):
    assert later(old, new) is moves


def settled(status, receipts):
    for new in receipts:
        status = new if later(status, new) else status
    return status


@pytest.fixture
async def desk():
    """A page of ours that takes signed receipts and keeps the status."""
    kept = {}

    async def take(request):
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not verify_signature(str(request.url), form, request.headers.get("X-Twilio-Signature"), TOKEN):
            return web.Response(status=403)
        receipt = parse_receipt(form)
        if later(kept.get(receipt.provider_ref), receipt.status):
            kept[receipt.provider_ref] = receipt.status
        return web.Response()

    app = web.Application()
    app.router.add_post("/receipts", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/receipts?desk=1", kept
    await runner.cleanup()


async def test_signed_receipts_repeated_and_reordered_end_at_the_final_status(desk):
    url, kept = desk
    async with FakeTwilio(NOW) as twilio:
        account = TwilioSettings(
            account_sid=ACCOUNT, auth_token=TOKEN, sender="+15005550006", mode="training", base_url=twilio.url
        )
        provider = TwilioProvider(account)
        sid = (await provider.send(Outgoing(SOMEBODY, "请按约办理。", "17", timedelta(hours=1)))).provider_ref
        sent, delivered = twilio.receipt(sid, "sent"), twilio.receipt(sid, "delivered")
        answers = await twilio.send_receipts(url, [delivered, sent, delivered, sent])
        assert (answers, kept) == ([200] * 4, {sid: "delivered"})
        assert (await provider._client.messages(sid).fetch_async()).status == "delivered"
        await provider.close()


def test_a_receipt_says_which_text_what_status_and_which_error():
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003", "Novelty": "x"}
    assert parse_receipt(form) == Receipt("SM1", "undelivered", 30003)


@pytest.mark.parametrize("code", [None, "", "none", "-1"])
def test_a_receipt_without_a_readable_error_has_none(code):
    form = {"SmsSid": "SM1", "SmsStatus": "sent"} | ({} if code is None else {"ErrorCode": code})
    assert parse_receipt(form) == Receipt("SM1", "sent", None)


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "sent"}])
def test_a_receipt_without_an_id_or_a_status_is_refused(form):
    with pytest.raises(Refusal, match="回执"):
        parse_receipt(form)


URL = "https://bureau.example/receipts?desk=1"
FORM = {"MessageSid": "SM1", "MessageStatus": "sent", "To": SOMEBODY}


@pytest.mark.parametrize(
    ("url", "form", "signature", "token", "holds"),
    [
        (URL, FORM, sign(URL, FORM), TOKEN, True),
        (URL.replace("example/", "example:443/"), FORM, sign(URL, FORM), TOKEN, True),
        (URL, FORM, sign(URL, FORM, "other"), TOKEN, False),
        (URL + "2", FORM, sign(URL, FORM), TOKEN, False),
        (URL, FORM | {"MessageStatus": "delivered"}, sign(URL, FORM), TOKEN, False),
        (URL, FORM | {"More": "x"}, sign(URL, FORM), TOKEN, False),
        (URL, FORM, "", TOKEN, False),
        (URL, FORM, None, TOKEN, False),
        (URL, FORM, sign(URL, FORM, ""), "", False),
    ],
)
def test_only_our_own_token_over_the_very_address_and_form_makes_a_signature(url, form, signature, token, holds):
    assert verify_signature(url, form, signature, token) is holds
