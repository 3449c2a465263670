"""The invented people and their district: nobody real, no number that reaches anybody, the same for the same seed."""

from collections import Counter
from datetime import datetime

import pytest

from supervision.access.roles import ROLE_TITLES
from supervision.days import SHANGHAI
from supervision.demo.cases import CASES
from supervision.demo.district import PASSWORD, SHOWN, members, signs_in, towns
from supervision.demo.frame import Frame, Size
from supervision.demo.names import RARE
from supervision.demo.people import VILLAGES, Invented, population
from supervision.demo.sheets import HEADINGS, row_of, workbook
from supervision.exchange.sheets import read_book
from supervision.messages.providers import Refused, is_demo_number
from supervision.messages.providers.base import guard_number
from supervision.messages.recipients import international
from supervision.people.identity import parse_identity_number
from supervision.people.phones import is_mobile

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI)
FRAME = Frame(Size(), NOW)


@pytest.fixture(scope="module")
def cast() -> list[Invented]:
    return population(FRAME)


def test_the_same_seed_and_moment_give_the_same_people(cast: list[Invented]) -> None:
    assert population(FRAME) == cast
    assert population(Frame(Size(seed=2), NOW)) != cast


def test_every_identity_number_is_valid_and_of_a_county_that_does_not_exist(cast: list[Invented]) -> None:
    for one in cast:
        read = parse_identity_number(one.doc, FRAME.today)
        assert (read.number[:5], read.born_on, read.sex) == ("14019", one.born_on, one.sex)
    assert len({one.doc for one in cast}) == len(cast) == Size().people


def test_every_phone_is_a_mobile_that_a_real_provider_refuses(cast: list[Invented]) -> None:
    assert len({one.phone for one in cast}) == len(cast)
    for one in cast:
        assert is_mobile(one.phone) and is_demo_number(one.phone)
        with pytest.raises(Refused):
            guard_number(international(one.phone))


def test_rare_surnames_and_characters_beyond_the_basic_plane_are_among_them(cast: list[Invented]) -> None:
    assert {surname for surname in RARE if any(one.name.startswith(surname) for one in cast)} == set(RARE)
    assert len({one.name for one in cast}) == len(cast)


def test_a_sheet_keeps_every_name_as_it_is(cast: list[Invented]) -> None:
    sheet = workbook("名册", HEADINGS, [row_of(one, "古城司法所", "某人", FRAME.today) for one in cast[:20]])
    [read] = read_book(sheet.name, sheet.data)
    assert [row[1] for row in read.rows[2:]] == [one.name for one in cast[:20]]


def test_there_are_thirteen_offices_on_real_towns_and_forty_two_staff() -> None:
    assert len(towns()) == 13 and "140108400" not in {town.code for town in towns()}
    villages = VILLAGES.read_text(encoding="utf-8").splitlines()[1:]
    assert {line.rsplit(",", 1)[1] for line in villages} == {town.code for town in towns()}
    counts = Counter((one.town, one.role) for one in members())
    assert all(counts[town.code, "head"] == 1 and counts[town.code, "officer"] in (1, 2) for town in towns())
    assert sum(counts.values()) == 42 and sum(one.on_desk for one in members()) == 2


def test_one_sign_in_of_each_role_is_printed_with_the_password() -> None:
    lines = list(signs_in())
    assert PASSWORD in lines[0] and len(lines) == 1 + len(SHOWN)
    assert {role for _, role in SHOWN} == set(ROLE_TITLES)
    assert set(SHOWN) <= {(one.login, one.role) for one in members()}


def test_each_case_is_there_as_often_as_it_says(cast: list[Invented]) -> None:
    wanted = Counter({case: case.count for case in CASES})
    assert Counter(one.case for one in cast if one.case) == wanted
