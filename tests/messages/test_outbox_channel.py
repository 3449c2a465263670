"""Which provider a process may use: console for a demo, nothing abroad without its document."""

import pytest

from supervision.config import Settings
from supervision.db import insert
from supervision.errors import Refusal
from supervision.messages.channel import make_provider

TWILIO = {"sms": "twilio", "twilio_account": "AC1", "twilio_token": "t", "twilio_sender": "+15005550006"}

pytestmark = pytest.mark.usefixtures("db")


async def test_training_has_the_console():
    assert (await make_provider(Settings(mode="training"))).name == "console"


async def test_production_refuses_a_demo():
    await insert("installation", {"key": "demo", "value": "2026-11-25"})
    with pytest.raises(Refusal, match="演示数据库"):
        await make_provider(Settings(mode="production"))


async def test_a_demo_has_the_console_alone():
    await insert("installation", {"key": "demo", "value": "2026-11-25"})
    assert (await make_provider(Settings(mode="training"))).name == "console"
    with pytest.raises(Refusal, match="console"):
        await make_provider(Settings(mode="training", **TWILIO))


@pytest.mark.parametrize(
    ("more", "starts"),
    [
        ({}, False),
        ({"cross_border_assessment": "  "}, False),
        ({"cross_border_assessment": "评估〔2026〕1号"}, True),
        ({"region": "xx"}, True),
        ({"mode": "training"}, True),
    ],
)
async def test_twilio_starts_in_the_mainland_only_with_the_assessment_named(more, starts):
    settings = Settings(**{"mode": "production", **TWILIO, **more})
    if starts:
        provider = await make_provider(settings)
        assert provider.name == "twilio"
        await provider.close()
    else:
        with pytest.raises(Refusal, match="安全评估"):
            await make_provider(settings)


async def test_an_unknown_channel_is_refused_in_one_sentence():
    with pytest.raises(Refusal, match="可用"):
        await make_provider(Settings(mode="training", sms="pigeon"))
