"""Identity numbers. `identity_cases.csv` holds 34 labelled cases: GB 11643-1999's own example, numbers computed for
invented people of the district (codes 140108 and 140113), and damage seen in public sheets and templates."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from supervision.people.identity import IdentityFault, IdentityNumber, parse_identity_number

TODAY = date(2026, 11, 22)
CASES = list(csv.DictReader((Path(__file__).parent / "identity_cases.csv").open(encoding="utf-8")))


def number_of(born_on: date, order: int = 127, province: str = "14") -> str:
    body = f"{province}0108{born_on:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


def code_of(text: str) -> str:
    with pytest.raises(IdentityFault) as caught:
        parse_identity_number(text, TODAY)
    assert caught.value.text
    return caught.value.code


def accepted(text: str) -> bool:
    try:
        parse_identity_number(text, TODAY)
    except IdentityFault:
        return False
    return True


def test_there_are_34_labelled_cases() -> None:
    assert len(CASES) == 34


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['value']} {case['why'][:30]}")
def test_each_labelled_case_is_accepted_or_refused_as_labelled(case: dict[str, str]) -> None:
    assert accepted(case["value"]) is (case["accept"] == "1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_missing"),
        ("  ", "id_missing"),
        ("NULL", "id_missing"),
        ("无身份证号码", "id_missing"),
        ("1.40108E+17", "id_is_number"),
        ("1.401091975063e+17", "id_is_number"),
        ("140108199803071274.0", "id_is_number"),
        ("140108199803071000", "id_is_number"),
        ("140108980307127", "id_fifteen_digits"),
        ("140108980307127.0", "id_fifteen_digits"),
        ("14010819980307127", "id_malformed"),
        ("1401081998030712744", "id_malformed"),
        ("14010819980307I274", "id_malformed"),
        ("990108199003071231", "id_province"),
        ("140108200702291214", "id_birth_date"),
        ("140108199803071270", "id_check_digit"),
    ],
)
def test_a_refusal_carries_the_code_of_its_cause(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("'140108199803071274", "140108199803071274"),
        ('="140108199803071274"', "140108199803071274"),
        ("\ufeff140108 19980307\u30001274\u200b", "140108199803071274"),
        ("14010819990612018x", "14010819990612018X"),
    ],
)
def test_wrapping_of_sheets_is_taken_off(text: str, number: str) -> None:
    assert parse_identity_number(text, TODAY).number == number


def test_born_today_is_taken_and_born_tomorrow_is_not() -> None:
    assert accepted(number_of(date(2026, 11, 21)))
    assert accepted(number_of(TODAY))
    assert code_of(number_of(date(2026, 11, 23))) == "id_birth_date"


def test_the_oldest_taken_is_120_years_until_the_day_before_the_121st_birthday() -> None:
    assert accepted(number_of(date(1905, 11, 24)))
    assert accepted(number_of(date(1905, 11, 23)))
    assert code_of(number_of(date(1905, 11, 22))) == "id_birth_date"


def test_a_true_number_that_ends_in_zeros_is_taken_when_its_check_digit_holds() -> None:
    born = next(date(1990, 1, d) for d in range(1, 29) if number_of(date(1990, 1, d), 100).endswith("000"))
    assert accepted(number_of(born, 100))


@given(born=st.dates(date(1907, 1, 1), TODAY), order=st.integers(1, 999))
def test_a_well_made_number_tells_birth_and_sex(born: date, order: int) -> None:
    number = number_of(born, order)
    expected = IdentityNumber(number, born, "male" if order % 2 else "female")
    assert parse_identity_number(number, TODAY) == expected


@given(born=st.dates(date(1907, 1, 1), TODAY), place=st.integers(0, 17), shift=st.integers(1, 9))
def test_one_mistyped_digit_is_always_refused(born: date, place: int, shift: int) -> None:
    number = number_of(born)
    old = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((old + shift) % 10) + number[place + 1 :]
    assert wrong == number or not accepted(wrong)


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_fault(text: str) -> None:
    assert accepted(text) in (True, False)
