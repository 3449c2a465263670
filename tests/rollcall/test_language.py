"""What a roll call says of somebody is kept in Chinese and said in the language of whoever reads it."""

from collections.abc import Iterator

import pytest

from supervision.language import ENGLISH, LANGUAGE
from supervision.rollcall.buckets import CORRECTION
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.strays import TITLES, UNKNOWN_STATE, said_of
from tests.language.literals import CHINESE

KEPT = sorted(
    {*TITLES.values(), UNKNOWN_STATE}
    | {proof.missing for register in (CORRECTION, HELP) for bucket in register.buckets for proof in bucket.proofs}
)


@pytest.fixture
def in_english() -> Iterator[None]:
    token = LANGUAGE.set(ENGLISH)
    yield
    LANGUAGE.reset(token)


@pytest.mark.parametrize("kept", [*KEPT, "；".join(KEPT[:3]), "逾期而没有预警（提交调查评估意见（速裁））"])
def test_what_is_kept_is_said_as_it_is_in_chinese(kept: str) -> None:
    assert said_of(kept) == kept


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("kept", KEPT)
def test_every_sentence_that_is_kept_has_its_english(kept: str) -> None:
    assert not CHINESE.search(said_of(kept))


@pytest.mark.usefixtures("in_english")
def test_several_sentences_and_the_duty_without_an_alert_are_said_one_by_one() -> None:
    said = said_of("逾期而没有预警（定期报告）；在矫而没有今后应办的事项")
    assert said == "Late without an alert (Regular report); Under correction with nothing owed in future"


@pytest.mark.usefixtures("in_english")
def test_a_sentence_that_is_no_longer_ours_stays_as_it_was_kept() -> None:
    assert said_of("从前的说法") == "从前的说法"
