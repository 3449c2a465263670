"""Phone numbers as they are typed; all are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.people.phones import PhoneFault, is_mobile, normalise_phone


@pytest.mark.parametrize(
    "text",
    [
        "13800138001",
        "13800138001.0",
        "138 0013 8001",
        "138-0013-8001",
        "+86 13800138001",
        "86-13800138001",
        "0086 138 0013 8001",
        "１３８００１３８００１",
        "'13800138001",
        "(+86)13800138001",
    ],
)
def test_a_mobile_is_read_in_every_way_it_is_written(text: str) -> None:
    assert normalise_phone(text) == "13800138001"


@pytest.mark.parametrize("text", ["0351-3140000", "(0351)3140000", "03513140000", "+86 351 3140000", "0351－3140000"])
def test_a_landline_keeps_its_area_code(text: str) -> None:
    assert normalise_phone(text) == "03513140000"


@pytest.mark.parametrize("text", ["", "  ", "-", "()"])
def test_nothing_written_is_missing(text: str) -> None:
    with pytest.raises(PhoneFault) as caught:
        normalise_phone(text)
    assert caught.value.code == "phone_missing"


@pytest.mark.parametrize(
    "text",
    [
        "1380013800",
        "138001380011",
        "12345678901",
        "3140000",
        "110",
        "4001234567",
        "+1 212 555 0100",
        "13800138001（妻子）",
        "1.38E+10",
        "待补",
    ],
)
def test_what_cannot_be_called_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(PhoneFault) as caught:
        normalise_phone(text)
    assert (caught.value.code, bool(caught.value.text)) == ("phone_invalid", True)


def test_only_a_mobile_can_be_texted() -> None:
    assert is_mobile(normalise_phone("13800138001"))
    assert not is_mobile(normalise_phone("0351-3140000"))


@given(st.text(alphabet="0123456789+-() .０１８６x妻", max_size=20))
def test_a_normalised_number_is_normal(text: str) -> None:
    try:
        number = normalise_phone(text)
    except PhoneFault:
        return
    assert normalise_phone(number) == number
