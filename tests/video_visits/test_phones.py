"""The number that a family gave to the window: put down, replaced, taken out of use, and apart from every register's."""

from datetime import datetime

import pytest

from supervision.days import SHANGHAI
from supervision.db import execute, fetch, fetch_value, insert
from supervision.people.actions import CONTACT, DOC, NewContact, add_contact
from supervision.sealed import open_sealed
from supervision.video_visits import actions
from supervision.video_visits.actions import Place
from supervision.video_visits.telling import remind
from tests.cast import NOW, Cast, audit_actions, client_for
from tests.conftest import ROOT
from tests.register import on_register, viewer_of
from tests.video_visits.makers import a_booking, a_family, a_person, a_room

PHONE, OTHER = "19900000077", "19900000078"
IN_USE = "SELECT kind, value_sealed FROM contact WHERE person = $1 AND withdrawn_at IS NULL ORDER BY kind"


async def numbers_of(person: int) -> list[tuple[str, str]]:
    """Kind and number of all that are in use."""
    return [(row["kind"], open_sealed(row["value_sealed"], CONTACT)) for row in await fetch(IN_USE, person)]


async def test_the_window_adds_replaces_and_drops_the_number_of_a_relative(cast: Cast) -> None:
    family = await a_family()
    browser, place = await client_for(cast, cast.wanda), f"/visits/prisoners/{family.prisoner}"
    path = f"/visits/family/{family.members[0]}/phone"
    assert (await browser.post(path, data={"phone": "1990000", "texts": "1"})).status_code == 422
    assert "请填写联系电话" in (await browser.post(path, data={"phone": ""})).text
    assert (await browser.post(path, data={"phone": PHONE, "texts": "1"})).status_code == 303
    assert f'href="tel:{PHONE}"' in (await browser.get(place)).text
    same = await browser.post(path, data={"phone": PHONE, "texts": "1"})
    assert same.status_code == 422 and "号码没有变化" in same.text
    assert (await browser.post(path, data={"phone": PHONE})).status_code == 303
    assert "不接收短信" in (await browser.get(place)).text
    assert (await browser.post(path, data={"phone": OTHER, "texts": "1"})).status_code == 303
    assert await numbers_of(family.people[0]) == [("visit_phone", OTHER)]
    assert (await browser.post(f"{path}/withdrawal")).status_code == 303
    assert await numbers_of(family.people[0]) == []
    assert "没有在用的联系电话" in (await browser.post(f"{path}/withdrawal")).text
    rows = await fetch("SELECT replaces, withdrawn_at FROM contact WHERE person = $1 ORDER BY id", family.people[0])
    assert len(rows) == 3 and all(row["withdrawn_at"] for row in rows) and rows[2]["replaces"]
    assert [one for one in await audit_actions() if one.startswith("family_phone")] == [
        *["family_phone_set"] * 3,
        "family_phone_dropped",
    ]


async def test_who_calls_families_sees_their_number_and_nobody_else(cast: Cast) -> None:
    family = await a_family(phone=PHONE)
    booking, _ = await a_booking(family)
    await insert("booking_visitor", {"booking": booking, "family": family.members[0]})
    wanda, ines = await client_for(cast, cast.wanda), await client_for(cast, cast.ines)
    for path in (f"/visits/prisoners/{family.prisoner}", f"/visits/{booking}"):
        assert PHONE in (await wanda.get(path)).text
        looked_at = (await ines.get(path)).text
        assert PHONE not in looked_at and "199****0077" in looked_at


@pytest.mark.parametrize("registered", [True, False])
async def test_the_window_s_number_is_taken_of_everybody_and_touches_no_register(cast: Cast, registered: bool) -> None:
    family = await a_family()
    person = (await on_register(cast)).person if registered else await a_person("杜玉林")
    number = open_sealed(await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", person), DOC)
    form = {"person_name": "杜玉林", "number": number, "kinship": "child", "phone": PHONE, "texts": "1"}
    before, duties = await numbers_of(person), await fetch("SELECT id, state FROM duty ORDER BY id")
    browser, place = await client_for(cast, cast.wanda), f"/visits/prisoners/{family.prisoner}"
    assert before == ([("phone", "19900000001")] if registered else [])
    assert (await browser.post(f"{place}/family", data=form)).status_code == 303
    assert await numbers_of(person) == [*before, ("visit_phone", PHONE)]
    page = (await browser.get(place)).text
    assert PHONE in page and "19900000001" not in page
    path = f"/visits/family/{await fetch_value('SELECT max(id) FROM family_member')}/phone"
    assert (await browser.post(path, data={"phone": OTHER})).status_code == 303
    assert (await browser.post(f"{path}/withdrawal")).status_code == 303
    assert await numbers_of(person) == before
    assert await fetch("SELECT id, state FROM duty ORDER BY id") == duties


async def test_no_file_shows_the_window_s_number(cast: Cast) -> None:
    one = await on_register(cast)
    await add_contact(one.person, NewContact("visit_phone", PHONE), NOW, cast.wanda.id)
    alice = await client_for(cast, cast.alice)
    page = (await alice.get(f"/people/{one.person}")).text
    assert "19900000001" in page and PHONE not in page and page.count("登记电话") == 1
    assert f"/people/{one.person}" not in (await alice.get(f"/people?q={PHONE}")).text


async def test_a_register_s_number_is_never_told_of_a_visit(cast: Cast) -> None:
    one, family = await on_register(cast), await a_family()
    await execute("UPDATE family_member SET person = $2 WHERE id = $1", family.members[0], one.person)
    booking, _ = await a_booking(family)
    await execute("UPDATE booking SET person = $2 WHERE id = $1", booking, one.person)
    at = datetime(2026, 12, 6, 9, tzinfo=SHANGHAI)
    await actions.schedule(
        await viewer_of(cast.wanda), booking, Place(await a_room(), at.replace(day=8, hour=14, minute=30)), NOW
    )
    assert await remind(at) == 0
    await add_contact(one.person, NewContact("visit_phone", PHONE), NOW, cast.wanda.id)
    assert await remind(at) == 1


async def test_the_upgrade_parts_the_window_s_numbers_from_those_of_the_registers(cast: Cast) -> None:
    data = (ROOT / "migrations/0036_visit_phones.sql").read_text("utf-8").split(";\n")
    family = await a_family(size=3)
    since, before = [(await on_register(cast, phone=None)).person for _ in range(2)]
    for member, person in zip(family.members[1:], (since, before), strict=True):
        await execute("UPDATE family_member SET person = $2 WHERE id = $1", member, person)
    await add_contact(visitor := family.people[0], NewContact("phone", "19900000071"), NOW, None)
    await add_contact(since, NewContact("phone", "19900000072"), NOW, None)
    await add_contact(before, NewContact("phone", "19900000073"), NOW.replace(hour=7), None)
    for _ in range(2):
        for statement in data:
            if statement.strip() and "ALTER TABLE" not in statement:
                await execute(statement)
        assert await numbers_of(visitor) == [("visit_phone", "19900000071")]
        assert await numbers_of(since) == [("phone", "19900000072"), ("visit_phone", "19900000072")]
        assert await numbers_of(before) == [("phone", "19900000073")]
