"""The Twilio provider through the real SDK, against our own server that obeys Twilio's published API."""

import asyncio
import logging
import socket
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.config import Settings
from supervision.errors import Refusal
from supervision.messages.providers import (
    DEMO_PREFIX,
    WIRE_TIMEOUT,
    Outgoing,
    Refused,
    Unavailable,
    Unclear,
    is_demo_number,
    open_provider,
)
from supervision.messages.providers.base import guard_number, guard_region
from supervision.messages.providers.console import ConsoleProvider
from supervision.messages.providers.twilio import (
    TwilioProvider,
    TwilioSettings,
    verdict,
)
from tests.messages.fake_twilio import ACCOUNT, TOKEN, FakeTwilio

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOMEBODY = "+8613800000001"
HOUR = timedelta(hours=1)


@pytest.fixture
async def twilio():
    async with FakeTwilio(NOW) as fake:
        yield fake
        assert fake.breaches == []


@pytest.fixture
async def provider(twilio):
    opened = TwilioProvider(settings(twilio.url))
    yield opened
    await opened.close()


def settings(url, **changes):
    usual = {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": "+15005550006", "mode": "training"}
    return TwilioSettings(**{**usual, "base_url": url, **changes})


def text(to=SOMEBODY, body="11月27日来电，请按约办理。", valid_for=HOUR):
    return Outgoing(to=to, text=body, reference="17", valid_for=valid_for)


async def failure_of(provider, message=None):
    with pytest.raises((Refused, Unavailable, Unclear)) as caught:
        await provider.send(message or text())
    return caught.value


async def failure_at(configured):
    provider = TwilioProvider(configured)
    try:
        return await failure_of(provider)
    finally:
        await provider.close()


# --- what goes out


async def test_an_accepted_text_gives_the_id_and_status_of_the_provider(provider, twilio):
    answer = await provider.send(text())
    stored = twilio.messages[answer.provider_ref]
    assert (stored["to"], stored["body"], answer.status) == (SOMEBODY, "11月27日来电，请按约办理。", "queued")


async def test_a_text_is_one_request_with_our_four_parameters(provider, twilio):
    await provider.send(text())
    assert twilio.forms == [
        {"To": SOMEBODY, "Body": "11月27日来电，请按约办理。", "From": "+15005550006", "ValidityPeriod": "3600"}
    ]


async def test_a_messaging_service_and_an_address_for_receipts_are_passed_on(twilio):
    service = "MG" + "a" * 32
    provider = TwilioProvider(settings(twilio.url, sender=service, receipts_url="https://bureau.example/receipts"))
    await provider.send(text())
    await provider.close()
    form = twilio.forms[0]
    assert (form["MessagingServiceSid"], form["StatusCallback"]) == (service, "https://bureau.example/receipts")
    assert "From" not in form


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (timedelta(seconds=1), "1"),
        (timedelta(seconds=2), "2"),
        (timedelta(seconds=35999), "35999"),
        (timedelta(seconds=36000), "36000"),
        (timedelta(seconds=36001), "36000"),
        (timedelta(days=9), "36000"),
    ],
)
async def test_the_validity_is_what_is_left_of_the_texts_time_up_to_ten_hours(provider, twilio, valid_for, seconds):
    await provider.send(text(valid_for=valid_for))
    assert twilio.forms[0]["ValidityPeriod"] == seconds


@pytest.mark.parametrize("valid_for", [timedelta(milliseconds=999), timedelta(0), timedelta(days=-1)])
async def test_a_text_whose_time_is_over_is_refused_before_the_wire(provider, twilio, valid_for):
    error = await failure_of(provider, text(valid_for=valid_for))
    assert (type(error), error.code, twilio.posts) == (Refused, "too_late", 0)


async def test_texts_sent_at_once_keep_apart(provider, twilio):
    answers = await asyncio.gather(*(provider.send(text(body=f"第{n}条")) for n in range(8)))
    assert [twilio.messages[a.provider_ref]["body"] for a in answers] == [f"第{n}条" for n in range(8)]


# --- refused: final


@pytest.mark.parametrize(
    ("answer", "code", "reason"),
    [
        ("bad_number", "21211", "bad_number"),
        ("not_mobile", "21614", "bad_number"),
        ("landline", "21635", "bad_number"),
        ("opted_out", "21610", "opted_out"),
        ("body_too_long", "21617", "rejected"),
    ],
)
async def test_a_refusal_of_the_provider_is_final_and_says_which(provider, twilio, answer, code, reason):
    twilio.script(answer)
    error = await failure_of(provider)
    assert (type(error), error.code, error.reason, twilio.messages) == (Refused, code, reason, {})


@pytest.mark.parametrize("number", ["13800000001", "whatsapp:+8613800000001", "+86 13800000001", "+0138000000", ""])
async def test_what_is_no_international_number_never_reaches_the_wire(provider, twilio, number):
    error = await failure_of(provider, text(to=number))
    assert (type(error), error.reason, twilio.posts) == (Refused, "bad_number", 0)


@pytest.mark.parametrize("number", [DEMO_PREFIX + "0000", DEMO_PREFIX + "9999"])
async def test_a_demo_phone_never_reaches_the_wire(provider, twilio, number):
    error = await failure_of(provider, text(to=number))
    assert (type(error), error.code, twilio.posts) == (Refused, "demo_number", 0)


@pytest.mark.parametrize(
    ("number", "demo"),
    [
        ("+8619899999999", False),
        ("+8619900000000", True),
        ("19900000000", True),
        ("8619900005555", True),
        ("008619900005555", True),
        ("199-0000-9999", True),
        ("+86 199 0000 9999", True),
        ("+8619900010000", False),
        ("+861990000999", False),
        ("+86199000099990", False),
        ("+119900000000", False),
    ],
)
def test_demo_phones_are_those_from_19900000000_to_19900009999(number, demo):
    assert is_demo_number(number) is demo


# --- unavailable: nothing was sent


@pytest.mark.parametrize("answer", ["too_many", "queue_full", "bare_429"])
async def test_a_full_queue_means_later(provider, twilio, answer):
    twilio.script(answer)
    error = await failure_of(provider)
    assert (type(error), error.ours, error.retry_after, twilio.messages) == (Unavailable, False, None, {})


@pytest.mark.parametrize(
    ("header", "wait"), [("7", timedelta(seconds=7)), ("Wed, 25 Nov 2026 01:00:00 GMT", None), ("-1", None)]
)
async def test_the_wait_that_the_provider_asks_for_is_passed_on(provider, twilio, header, wait):
    twilio.script("too_many")
    twilio.retry_after = header
    assert (await failure_of(provider)).retry_after == wait


@pytest.mark.parametrize("answer", ["unauthorized", "forbidden", "bad_sender", "not_our_number"])
async def test_wrong_settings_send_nothing_and_are_loud(provider, twilio, answer, caplog):
    twilio.script(answer)
    error = await failure_of(provider)
    assert (type(error), error.ours, twilio.messages) == (Unavailable, True, {})
    assert "检查设置" in str(error)
    assert [record.levelno for record in caplog.records if record.name.startswith("supervision")] == [logging.ERROR]


async def test_a_wrong_token_is_our_own_fault(twilio):
    error = await failure_at(settings(twilio.url, auth_token="wrong"))
    assert (type(error), error.ours, twilio.messages) == (Unavailable, True, {})


async def test_a_refused_connection_means_later():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert type(await failure_at(settings(f"http://127.0.0.1:{port}"))) is Unavailable


async def test_a_name_that_is_not_found_means_later():
    configured = settings("https://nowhere.invalid", timeout=timedelta(seconds=0.5))
    assert type(await failure_at(configured)) is Unavailable


async def test_a_failed_handshake_means_later(twilio):
    error = await failure_at(settings(twilio.url.replace("http:", "https:")))
    assert (type(error), twilio.posts) == (Unavailable, 0)


# --- unclear: may have been sent


@pytest.mark.parametrize("answer", ["broken", "down", "bare_502", "bare_400", "redirect"])
async def test_an_answer_that_proves_nothing_is_unclear(provider, twilio, answer):
    twilio.script(answer)
    assert type(await failure_of(provider)) is Unclear


@pytest.mark.parametrize("answer", ["garbage", "empty", "list", "no_sid", "odd_dates"])
async def test_a_broken_answer_of_success_is_unclear(provider, twilio, answer):
    twilio.script(answer)
    assert type(await failure_of(provider)) is Unclear


async def test_a_time_out_after_the_text_was_taken_is_unclear_and_sends_no_second(twilio):
    twilio.script("timeout_after_accept")
    # Without the client's own time-out the wait would end by this one, as another error.
    async with asyncio.timeout(5):
        error = await failure_at(settings(twilio.url, timeout=timedelta(seconds=0.2)))
    assert (type(error), twilio.posts, twilio.bodies(SOMEBODY)) == (Unclear, 1, ["11月27日来电，请按约办理。"])


@pytest.mark.parametrize(("answer", "stored"), [("cut_after_accept", 1), ("cut_before_read", 0)])
async def test_a_cut_connection_is_unclear_and_sends_no_second(provider, twilio, answer, stored):
    twilio.script(answer)
    error = await failure_of(provider)
    assert (type(error), twilio.posts, len(twilio.messages)) == (Unclear, 1, stored)


async def test_a_cut_on_a_kept_connection_is_unclear_too(provider, twilio):
    twilio.script("accepted", "cut_before_read")
    await provider.send(text())
    error = await failure_of(provider)
    assert (type(error), twilio.posts) == (Unclear, 2)


async def test_the_next_text_goes_out_after_each_fault(provider, twilio):
    twilio.script("cut_after_accept", "broken", "garbage", "too_many", "bad_number")
    for _ in range(5):
        await failure_of(provider)
    assert (await provider.send(text())).status == "queued"


def test_every_answer_has_one_of_three_meanings():
    meanings = {type(verdict(status, code)) for status in range(300, 600) for code in (status, 21211, 99999, None, "x")}
    assert meanings == {Refused, Unavailable, Unclear}


@given(st.integers(500, 599), st.integers(10000, 99999))
def test_no_answer_of_5xx_is_ever_taken_for_not_sent(status, code):
    assert type(verdict(status, code)) is Unclear


# --- what the provider keeps to itself


async def test_no_number_and_no_text_reach_the_log_or_an_error(provider, twilio, caplog):
    caplog.set_level(logging.DEBUG)
    names = ["bad_number", "opted_out", "unauthorized", "too_many", "broken", "garbage", "cut_after_accept"]
    twilio.script("accepted", *names)
    await provider.send(text())
    said = [await failure_of(provider) for _ in names]
    await provider._client.messages.list_async(to=SOMEBODY)
    everything = caplog.text + repr(said) + "".join(line for e in said for line in traceback.format_exception(e))
    assert "13800000001" not in everything
    assert "来电" not in everything
    assert TOKEN not in everything + repr(settings(twilio.url))


# --- settings


@pytest.mark.parametrize("missing", ["account_sid", "auth_token", "sender"])
def test_incomplete_settings_are_refused_at_the_start(missing):
    with pytest.raises(Refusal, match="缺少"):
        settings("https://api.twilio.com", **{missing: ""})


def test_an_open_line_is_refused_except_to_this_machine():
    with pytest.raises(Refusal, match="https"):
        settings("http://api.twilio.com")
    assert settings("http://localhost:8001").timeout == WIRE_TIMEOUT == timedelta(seconds=10)


async def test_the_environment_cannot_turn_texts_elsewhere(twilio, monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    provider = TwilioProvider(settings(twilio.url))
    await provider.send(text())
    await provider.close()
    assert len(twilio.messages) == 1


async def test_providers_are_opened_by_the_name_in_the_settings(twilio):
    account = {"twilio_account": ACCOUNT, "twilio_token": TOKEN, "twilio_sender": "+15005550006"}
    named = Settings(
        mode="training", sms="twilio", twilio_base_url=twilio.url, public_url="https://bureau.example/", **account
    )
    opened = open_provider(named, receipts_path="/receipts")
    await opened.send(text())
    await opened.close()
    assert (opened.name, open_provider(Settings(sms="console")).name) == ("twilio", "console")
    assert twilio.forms[0]["StatusCallback"] == "https://bureau.example/receipts"


@pytest.mark.parametrize("name", ["twilio", "pigeon", ""])
def test_an_unknown_or_unset_provider_is_refused(name):
    with pytest.raises(Refusal, match="通道"):
        open_provider(Settings(sms=name))


async def test_the_console_shows_and_keeps_what_would_be_sent():
    shown = []
    console = ConsoleProvider(shown.append, "training")
    answer = await console.send(text())
    await console.close()
    assert (answer.provider_ref, answer.status, list(console.kept)) == ("console-17", "sent", [text()])
    assert shown == ["[短信·未真正发送] *0001 11月27日来电，请按约办理。"]


async def test_the_console_shows_and_takes_nothing_outside_training():
    shown = []
    console = ConsoleProvider(shown.append, "production")
    error = await failure_of(console)
    assert (type(error), error.ours, shown, list(console.kept)) == (Unavailable, True, [], [])


# --- the border


@pytest.mark.parametrize(
    ("number", "region", "mode", "document", "passes"),
    [
        (SOMEBODY, "cn", "production", None, False),
        (SOMEBODY, "CN", "production", "", False),
        (SOMEBODY, "cn", "production", "  ", False),
        (SOMEBODY, "cn", "production", "网信评估〔2026〕7号", True),
        (SOMEBODY, "cn", "training", None, True),
        (SOMEBODY, "hk", "production", None, True),
        ("+85298765432", "cn", "production", None, True),
        ("+886912345678", "cn", "production", None, True),
    ],
)
def test_mainland_numbers_stay_in_the_mainland_without_an_assessment(number, region, mode, document, passes):
    if passes:
        guard_region(number, region, mode, document)
    else:
        with pytest.raises(Refused, match="未经安全评估不得出境"):
            guard_region(number, region, mode, document)


async def test_in_production_nothing_of_a_mainland_number_reaches_the_wire(twilio):
    error = await failure_at(settings(twilio.url, mode="production"))
    assert (type(error), error.code, twilio.posts) == (Refused, "cross_border", 0)


async def test_in_production_a_named_assessment_lets_texts_through(twilio):
    provider = TwilioProvider(settings(twilio.url, mode="production", assessment_document="网信评估〔2026〕7号"))
    await provider.send(text())
    await provider.close()
    assert twilio.posts == 1


def test_a_real_number_passes_the_guard_of_numbers():
    guard_number(SOMEBODY)


# --- looking a text up after an unclear answer


async def test_a_text_that_went_through_unseen_is_found_by_number_and_time(provider, twilio):
    twilio.script("cut_after_accept", "accepted")
    await failure_of(provider)
    await provider.send(text(to="+8613800000002"))
    api = provider._client.messages
    found = await api.list_async(to=SOMEBODY, date_sent_after=NOW - HOUR)
    assert [message.body for message in found] == ["11月27日来电，请按约办理。"]
    assert await api.list_async(to=SOMEBODY, date_sent_after=NOW + HOUR) == []
    assert await api.list_async(to=SOMEBODY, date_sent_before=NOW - HOUR) == []
    assert (await api(found[0].sid).fetch_async()).to == SOMEBODY


async def test_the_list_is_read_through_all_its_pages(provider, twilio):
    for n in range(5):
        await provider.send(text(body=f"第{n}条"))
    found = await provider._client.messages.list_async(to=SOMEBODY, page_size=2)
    assert [message.body for message in found] == [f"第{n}条" for n in (4, 3, 2, 1, 0)]
