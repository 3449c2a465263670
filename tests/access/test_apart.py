"""Duties that nobody may combine: system, security and audit administration, inspection, case work."""

import pytest

from supervision.access.apart import Account, combined, same_person
from supervision.access.roles import ADMINS, APART, EVERYBODY, PERMISSIONS, duty_of
from supervision.access.staffing import STAFF_PHONE
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.db import execute, fetch_value
from supervision.doctor import look_over
from supervision.sealed import seal
from tests.cast import SETTINGS, Cast, add_member, client_for
from tests.test_architecture import CASE_PERMISSIONS

PHONE, OTHER = "13900000001", "13900000002"


def test_each_role_lies_in_exactly_one_duty() -> None:
    roles = [role for roles in APART.values() for role in roles]
    assert sorted(roles) == sorted(EVERYBODY)
    assert len({duty_of(role) for role in ADMINS | {"inspector", "clerk"}}) == 5


def test_no_permission_reaches_over_case_work_and_administration() -> None:
    for permission in CASE_PERMISSIONS:
        assert not PERMISSIONS[permission] & ADMINS, permission


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("安丽", PHONE), ("安丽", PHONE), True),
        (("安丽", PHONE), ("另名", PHONE), True),
        (("安丽", PHONE), ("安丽", OTHER), False),
        (("安丽", PHONE), ("安丽", ""), True),
        (("安丽", ""), ("安丽", ""), True),
        (("安丽", ""), ("安娜", ""), False),
        (("安丽", PHONE), ("安娜", ""), False),
    ],
)
def test_a_person_is_told_by_telephone_else_by_name(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    first, second = Account("a", one[0], "officer", one[1]), Account("b", other[0], "officer", other[1])
    assert same_person(first, second) is same and same_person(second, first) is same


async def _add(cast: Cast, role: str, name: str, phone: str = "", login: str = "nina") -> tuple[int, str]:
    office = cast.offices["gucheng" if role in ("officer", "helper") else "bureau"]
    form = {"login": login, "name": name, "role": role, "office": str(office), "phone": phone}
    answer = await (await client_for(cast, cast.sue)).post("/staff", data=form)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("name", "role", "refused"),
    [
        ("苏悦", "system_admin", True),
        ("苏悦", "audit_admin", True),
        ("苏悦", "clerk", True),
        ("苏悦", "security_admin", False),
        ("安丽", "security_admin", True),
        ("安丽", "inspector", True),
        ("英思", "legal", True),
        ("丁丹", "legal", False),
        ("新人", "system_admin", False),
    ],
)
async def test_nobody_is_given_a_second_duty_that_is_kept_apart(
    cast: Cast, name: str, role: str, refused: bool
) -> None:
    status, page = await _add(cast, role, name)
    assert status == (422 if refused else 200)
    assert ("不能兼任" in page) is refused
    assert await fetch_value("SELECT count(*) FROM staff WHERE login = 'nina'") == (0 if refused else 1)


async def test_another_name_with_the_same_telephone_is_the_same_person(cast: Cast) -> None:
    await execute("UPDATE staff SET phone_sealed = $1 WHERE login = 'sue'", seal(PHONE, STAFF_PHONE))
    assert (await _add(cast, "audit_admin", "苏月", PHONE))[0] == 422
    assert (await _add(cast, "audit_admin", "苏悦", OTHER))[0] == 200


async def test_whoever_has_left_may_come_back_in_another_duty(cast: Cast) -> None:
    await execute("UPDATE staff SET disabled_at = $1 WHERE login = 'audrey'", cast.now)
    assert (await _add(cast, "legal", "奥德"))[0] == 200


async def _doctor(cast: Cast, name: str, settings: Settings = SETTINGS) -> tuple[bool, str]:
    found = await look_over(settings, FixedClock(cast.now))
    return next((one.ok, one.sentence) for one in found if one.name == name)


async def test_the_doctor_names_accounts_that_were_combined_before(cast: Cast) -> None:
    assert (await _doctor(cast, "apart"))[0]
    await add_member("susan", name="苏悦", role="audit_admin", office=cast.offices["bureau"])
    ok, sentence = await _doctor(cast, "apart")
    assert not ok and "sue (security_admin) and susan (audit_admin)" in sentence


@pytest.mark.parametrize(
    ("settings", "ok"),
    [
        (Settings(mode="production"), False),
        (Settings(mode="production", public_url="https://sf.example"), True),
        (Settings(mode="training"), True),
    ],
)
async def test_the_doctor_says_when_the_public_address_is_missing(cast: Cast, settings: Settings, ok: bool) -> None:
    assert (await _doctor(cast, "public_url", settings))[0] is ok


@pytest.mark.parametrize(
    ("settings", "ok", "words"),
    [
        (Settings(mode="production", second_factor="nobody"), False, "Nobody must"),
        (Settings(mode="production", second_factor="district"), True, "8 accounts"),
        (Settings(mode="production", second_factor="everybody"), True, "13 accounts"),
        (Settings(mode="training"), True, "Nobody must"),
    ],
)
async def test_the_doctor_counts_who_has_no_second_factor_yet(
    cast: Cast, settings: Settings, ok: bool, words: str
) -> None:
    found = await _doctor(cast, "second_factor", settings)
    assert found[0] is ok and words in found[1]


def test_three_accounts_of_one_person_are_three_pairs() -> None:
    roles = ("system_admin", "security_admin", "audit_admin")
    assert len(combined([Account(role, "某人", role, "") for role in roles])) == 3
