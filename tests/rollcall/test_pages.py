"""The pages of the roll call: numbers that open their lists, the own office's alone for a head, the page to sign."""

import json
import re
from datetime import timedelta

from supervision.db import execute, fetch_row, insert
from supervision.rollcall import lists
from supervision.rollcall.export import rollcall_json
from supervision.rollcall.take import take
from tests.cast import NOW, Cast, client_for
from tests.rollcall.makers import TODAY, Made, awaited, end, enrolled, give, in_order, person


async def text_of(cast: Cast, member: str, path: str) -> str:
    """The page as this member of the staff gets it."""
    answer = await (await client_for(cast, cast.members[member])).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def count_in(page: str, code: str) -> int:
    """The number that a bucket's link shows; 0 where it has no link."""
    found = re.search(rf'href="/rollcall/{code}"><strong>(\d+)</strong>', page)
    return int(found[1]) if found else 0


async def elsewhere(cast: Cast, made: Made) -> Made:
    """The file goes to Carol of the other office."""
    await give(made, cast.carol.office, cast.carol.id, NOW)
    return made


async def test_each_number_opens_a_list_of_as_many_people(cast: Cast) -> None:
    for made in (
        await in_order(cast, name="甲一"),
        await in_order(cast, name="甲二"),
        await awaited(cast, TODAY, name="乙"),
    ):
        assert made.order
    page = await text_of(cast, "dan", "/rollcall")
    assert (count_in(page, "in_order"), count_in(page, "awaited"), count_in(page, "lapsed")) == (2, 1, 0)
    assert "人数闭合" in page and "需要查清" not in page
    listed = await text_of(cast, "dan", "/rollcall/in_order")
    assert "甲一" in listed and "甲二" in listed and "乙" not in listed and "管理类别 #" in listed


async def test_a_head_sees_the_numbers_and_people_of_the_own_office_alone(cast: Cast) -> None:
    await in_order(cast, name="本所人")
    await elsewhere(cast, await in_order(cast, name="外所人"))
    await elsewhere(cast, await in_order(cast, name="外所逾期", level=None))
    await take(NOW)
    for member, inside, outside, count in (("bob", "本所人", "外所人", 1), ("dan", "外所人", "没有此人", 2)):
        page = await text_of(cast, member, "/rollcall")
        assert count_in(page, "in_order") == count
        listed = await text_of(cast, member, "/rollcall/in_order")
        assert inside in listed and outside not in listed
    assert "外所" not in await text_of(cast, "bob", "/rollcall") + await text_of(cast, "bob", "/rollcall/print")
    assert "外所逾期" in await text_of(cast, "dan", "/rollcall/print")


async def test_whoever_is_missing_is_named_in_red_with_what_is_wrong(cast: Cast) -> None:
    lost = await in_order(cast, name="无类别", level=None)
    await person("无名册")
    page = await text_of(cast, "dan", "/rollcall")
    assert "人数不闭合" in page and f"SJ-{lost.person}" in page
    assert "没有管理类别" in page and "无名册" in page and "不在任何名册" in page
    assert "没有管理类别" in await text_of(cast, "dan", "/rollcall/remainder")
    assert "无名册" not in await text_of(cast, "bob", "/rollcall")


async def test_a_look_and_a_list_leave_one_audit_row_each_with_the_people_shown(cast: Cast) -> None:
    one, other = await in_order(cast), await in_order(cast)
    await text_of(cast, "bob", "/rollcall/in_order")
    row = await fetch_row("SELECT * FROM audit_row WHERE action = 'rollcall_listed'")
    assert sorted(row["people"]) == sorted([one.person, other.person]) and row["staff"] == cast.bob.id
    assert json.loads(row["detail"]) == {"list": "in_order"}
    await text_of(cast, "bob", "/rollcall")
    row = await fetch_row("SELECT * FROM audit_row WHERE action = 'rollcall_seen'")
    assert row["people"] == [one.person]  # the one whom nobody has met for longest


async def test_a_long_list_goes_on_where_it_stopped(cast: Cast, monkeypatch: object) -> None:
    people = [await in_order(cast, name=f"某{number}") for number in range(lists.PAGE + 1)]
    first = await text_of(cast, "dan", "/rollcall/in_order")
    after = re.search(r'href="(/rollcall/in_order\?after=\d+)"', first)
    assert after and after[1].endswith(f"={people[-2].order}")
    second = await text_of(cast, "dan", after[1])
    assert f"SJ-{people[-1].person}<" in second and f"SJ-{people[-2].person}<" not in second and "?after=" not in second


async def test_every_list_opens_and_an_unknown_one_is_not_there(cast: Cast) -> None:
    await end(cast, await in_order(cast, name="已走"), NOW - timedelta(days=1))
    await enrolled(cast, NOW - timedelta(days=30), name="逾期人")
    for code in lists.LIST_TITLES:
        await text_of(cast, "dan", f"/rollcall/{code}")
    assert "已走" in await text_of(cast, "dan", "/rollcall/apart")
    assert "逾期人" in await text_of(cast, "dan", "/rollcall/past_limit")
    browser = await client_for(cast, cast.dan)
    for path in ("nothing", "in_order?after=x", "in_order?after=9999999999", "print?day=yesterday"):
        assert (await browser.get(f"/rollcall/{path}")).status_code == 404, path


async def test_the_page_to_sign_counts_and_hashes_the_kept_list_again(cast: Cast) -> None:
    await in_order(cast)
    assert "没有存档的点名" in await text_of(cast, "dan", "/rollcall/print")
    await take(NOW)
    await in_order(cast, name="后来的")
    page = await text_of(cast, "dan", f"/rollcall/print?day={TODAY}")
    assert (await fetch_row("SELECT list_hash FROM roll_call"))["list_hash"] in page.replace("<wbr>", "")
    assert "存档名单与校验码一致" in page and "点名人" in page and "后来的" not in page
    await execute("UPDATE roll_call_entry SET bucket = 'lapsed'")
    assert "不一致" in await text_of(cast, "dan", "/rollcall/print")
    assert "校验码一致" not in await text_of(cast, "bob", "/rollcall/print")


async def test_the_page_to_sign_names_whom_the_sets_do_not_explain(cast: Cast) -> None:
    vanishes = await in_order(cast, name="不见了")
    await take(NOW)
    await execute("UPDATE orders SET created_at = $1", NOW + timedelta(days=9))
    await in_order(cast, name="凭空来")
    await take(NOW + timedelta(days=1))
    page = await text_of(cast, "dan", "/rollcall/print")
    assert f"SJ-{vanishes.person}" in page and "应在册而不在册" in page
    assert "凭空来" in page and "在册而没有来历" in page and "不相符" in page
    row = await fetch_row("SELECT people FROM audit_row WHERE action = 'rollcall_printed' ORDER BY id DESC LIMIT 1")
    assert vanishes.person in row["people"]


async def test_the_export_holds_the_same_numbers(cast: Cast) -> None:
    await in_order(cast)
    await insert("person", {"name": "无名", "pinyin": "wm", "sex": "male", "doc_kind": "none", "created_at": NOW})
    data = json.loads(json.dumps(await rollcall_json(NOW)))
    assert data == json.loads(json.dumps(await rollcall_json(NOW, live=True))) | {"headline": data["headline"]}
    assert sum(bucket["count"] for bucket in data["buckets"]) + data["remainder"] == data["total"] == 1
    assert [stray["codes"] for stray in data["strays"]] == [["on_no_list"]] and not data["closes"]
    assert data["headline"]["oldest_contact"]["how"] == "seen"
