"""One box finds people by name, pinyin, order number, phone, identity number or its last four digits."""

from datetime import date

import pytest

from supervision.db import fetch
from supervision.people.actions import NewContact, NewPerson, add_contact, add_person
from supervision.people.search import search_condition, wanted_text
from tests.cast import Cast
from tests.register import identity_number, viewer_of

BORN = date(1990, 3, 7)
NUMBER = identity_number(BORN, 77)
WITH_X = next(n for n in (identity_number(BORN, serial) for serial in range(100)) if n.endswith("X"))


async def person(cast: Cast, name: str, number: str, *, phone: str = "", order: str = "", at: str = "bureau") -> int:
    """A person of the register, with an office so that the bureau's and the office's roles see them."""
    from supervision.db import insert

    made = await add_person(NewPerson(name, "male", BORN, number), cast.now)
    if phone:
        await add_contact(made, NewContact("phone", phone), cast.now, None)
    values = {
        "number": order or f"S{made:05d}",
        "person": made,
        "kind": "probation",
        "crime": "盗窃罪",
        "state": "in_correction",
    }
    days = {"start_on": BORN, "ledger_from": BORN, "created_at": cast.now}
    subject = await insert("orders", values | days)
    to = {"subject_kind": "order", "subject_id": subject, "person": made, "office": cast.offices[at], "role": "main"}
    await insert("responsibility", to | {"from_at": cast.now, "recorded_at": cast.now})
    return made


async def found(cast: Cast, text: str, member: str = "dan") -> list[str]:
    """The names that a member of the staff finds."""
    at_once, one_by_one = [await _found(cast, text, member, each=each) for each in (False, True)]
    assert at_once == one_by_one
    return at_once


async def _found(cast: Cast, text: str, member: str, *, each: bool) -> list[str]:
    args: list[object] = []
    condition = search_condition(text, await viewer_of(getattr(cast, member)), args, each=each)
    rows = await fetch(f"SELECT p.name FROM person p WHERE {condition} ORDER BY p.id", *args)
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "sxx"),
        ("单雄信", "shanxiong"),
        ("单雄信", "dxx"),
        ("曾国强", "zgq"),
        ("曾国强", "ZengGuo"),
        ("解永刚", "xyg"),
        ("解永刚", "xie"),
        ("解永刚", "jyg"),
        ("尉迟恭", "ycg"),
        ("尉迟恭", "yuchi"),
        ("吕布", "lvbu"),
    ],
)
async def test_a_name_is_found_by_every_reading_of_it(cast: Cast, name: str, typed: str) -> None:
    await person(cast, name, NUMBER)
    assert await found(cast, typed) == [name]


async def test_pinyin_is_the_beginning_of_a_reading_not_its_middle(cast: Cast) -> None:
    await person(cast, "单雄信", NUMBER)
    assert await found(cast, "xiong") == await found(cast, "xx") == []


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("王", ["王永刚", "王刚"]),
        ("王永", ["王永刚"]),
        ("永刚", []),
        ("王永刚", ["王永刚"]),
        ("　王 永 刚 ", ["王永刚"]),
        ("司马王永", []),
        ("马王永", ["司马王永"]),
        ("%", []),
        ("_永刚", []),
        ("", ["王永刚", "王刚", "司马王永"]),
    ],
)
async def test_up_to_two_characters_begin_a_name_and_more_may_lie_inside(
    cast: Cast, typed: str, names: list[str]
) -> None:
    for name, serial in (("王永刚", 1), ("王刚", 2), ("司马王永", 3)):
        await person(cast, name, identity_number(BORN, serial))
    expected = ["司马王永"] if typed == "司马王永" else names
    assert await found(cast, typed) == expected


async def test_the_last_four_digits_are_those_of_the_number_or_of_the_phone(cast: Cast) -> None:
    await person(cast, "证件", NUMBER)
    await person(
        cast, "手机", identity_number(BORN, 5), phone=f"1990000{NUMBER[-4:]}" if NUMBER[-1] != "X" else "19900001234"
    )
    assert "证件" in await found(cast, NUMBER[-4:])
    if NUMBER[-1] != "X":
        assert await found(cast, NUMBER[-4:]) == ["证件", "手机"]


async def test_a_last_x_is_found_however_it_is_written(cast: Cast) -> None:
    await person(cast, "尾号", WITH_X)
    for typed in (WITH_X[-4:], WITH_X[-4:].lower(), WITH_X[-4:-1] + "Ｘ", WITH_X, WITH_X.lower()):
        assert await found(cast, typed) == ["尾号"], typed
    assert await found(cast, WITH_X[:-1] + "0") == []


async def test_a_whole_number_finds_its_holder_and_nobody_else(cast: Cast) -> None:
    await person(cast, "本人", NUMBER)
    await person(cast, "旁人", WITH_X)
    assert await found(cast, NUMBER) == ["本人"]
    assert await found(cast, f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}") == ["本人"]


@pytest.mark.parametrize("typed", ["19900000042", "199 0000 0042", "+8619900000042"])
async def test_a_phone_is_found_as_people_write_it(cast: Cast, typed: str) -> None:
    await person(cast, "手机", NUMBER, phone="19900000042")
    assert await found(cast, typed) == ["手机"]
    assert await found(cast, "19900000043") == []


async def test_a_phone_that_was_corrected_is_found_no_more(cast: Cast) -> None:
    who = await person(cast, "手机", NUMBER, phone="19900000042")
    old = (await fetch("SELECT id FROM contact WHERE person = $1", who))[0]["id"]
    await add_contact(who, NewContact("phone", "19900000043"), cast.now, None, old)
    assert await found(cast, "19900000042") == []
    assert await found(cast, "19900000043") == await found(cast, "0043") == ["手机"]


@pytest.mark.parametrize(
    ("typed", "names"), [("SJ2026-0239", ["文号"]), ("sj2026-02", ["文号"]), ("0239", []), ("SJ2027", [])]
)
async def test_an_order_is_found_by_the_beginning_of_its_number(cast: Cast, typed: str, names: list[str]) -> None:
    await person(cast, "文号", identity_number(BORN, 8), order="SJ2026-0239")
    assert await found(cast, typed) == names


async def test_the_search_reaches_no_further_than_the_viewer(cast: Cast) -> None:
    await person(cast, "单雄信", NUMBER, phone="19900000042", at="huifeng")
    for typed in ("单", "sxx", NUMBER, NUMBER[-4:], "19900000042", ""):
        assert await found(cast, typed, "carol") == ["单雄信"], typed
        for stranger in ("alice", "bob", "hal", "sam", "audrey"):
            assert await found(cast, typed, stranger) == [], (typed, stranger)


@pytest.mark.parametrize("typed", ["\x00", "'; DROP TABLE person; --", "\\", "１２３４", "a" * 500, "王" * 500])
async def test_odd_texts_are_searched_for_and_nothing_else(cast: Cast, typed: str) -> None:
    await person(cast, "单雄信", identity_number(BORN, 9))
    assert await found(cast, typed) in ([], ["单雄信"])
    assert len(wanted_text(typed)) <= 40
