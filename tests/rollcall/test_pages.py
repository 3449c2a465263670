"""The pages of the roll call: numbers that open their lists, the own office's alone for a head, the page to sign."""

import json
import re
from datetime import timedelta

from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_row, insert
from supervision.rollcall import lists
from supervision.rollcall.buckets import CORRECTION
from supervision.rollcall.export import rollcall_json
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.history import recent_days
from supervision.rollcall.take import take
from tests.alerts.makers import alert_without_person
from tests.cast import NOW, Cast, client_for
from tests.desk.makers import owe, visit, warn
from tests.lost_contact.makers import somebody, verified
from tests.register import viewer_of
from tests.resettlement.helped import Helped, put
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
    assert page.index("需要查清</h2>") < page.index("社区矫正登记")
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


def test_every_proof_has_its_word() -> None:
    proofs = [proof.sql for register in (CORRECTION, HELP) for bucket in register.buckets for proof in bucket.proofs]
    kinds = {kind for sql in proofs for kind in re.findall(r"'(\w+):'", sql)}
    assert "off_control" in kinds and kinds - lists.PROOF_WORDS.keys() == set()


async def test_the_list_of_those_out_of_supervision_opens_with_somebody_in_it(cast: Cast) -> None:
    on = await somebody(cast)
    await verified(cast, on)
    await watch(cast.now)
    listed = await text_of(cast, "dan", "/rollcall/off_control")
    assert f'href="/people/{on.person}"' in listed and "脱管认定 #" in listed and "预警 #" in listed


async def test_a_kept_day_is_not_green_for_a_head_while_somebody_was_lost_in_help(cast: Cast) -> None:
    await in_order(cast)
    await put(cast)
    await execute("DELETE FROM duty WHERE subject_kind = 'assistance'")
    await take(NOW)
    for member in (cast.bob, cast.dan):
        (day,) = await recent_days(await viewer_of(member))
        assert (day.total, day.lost) == (1, 1), member.login
    assert "▲ 1" in await text_of(cast, "bob", "/rollcall")


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


async def late_visit_numbered_as(cast: Cast, order: int) -> Helped:
    """Somebody helped whose visit was put down after its limit, and whose period has the number of somebody's order."""
    one = await put(cast, name="钱迟")
    who = (one.person, order)
    limit = NOW - timedelta(hours=3)
    of_help = {"subject_kind": "assistance", "owed_by": "staff", "rule": "RA-14", "variant": ""}
    duty = await owe(cast, who, limit, state="met", closed_at=limit - timedelta(hours=1), **of_help)
    event = {"duty": duty, "at": NOW - timedelta(hours=1), "old_state": "open", "new_state": "met"}
    await insert("duty_event", event | {"fact_kind": "help_visit", "fact_id": 1})
    await warn(cast, who, limit, subject_kind="assistance", next_step_at=NOW - timedelta(minutes=1))
    return one


async def test_what_is_late_in_help_lists_the_person_and_no_stranger(cast: Cast) -> None:
    stranger = await in_order(cast, name="旁人")
    one = await late_visit_numbered_as(cast, stranger.order)
    page = await text_of(cast, "bob", "/rollcall")
    assert "1 条" in page and "1 项" in page
    for code in ("late_steps", "late_entries"):
        listed = await text_of(cast, "bob", f"/rollcall/{code}")
        assert "钱迟" in listed and "旁人" not in listed and "不列入名单" not in listed, code
    rows = await fetch("SELECT people FROM audit_row WHERE action = 'rollcall_listed'")
    assert [row["people"] for row in rows] == [[one.person]] * 2


async def test_what_is_late_and_about_nobody_is_said_with_its_number(cast: Cast) -> None:
    alert = await alert_without_person("office", cast.offices["gucheng"], cast.dan.id, NOW - timedelta(days=1))
    await execute("UPDATE alert SET next_step_at = $2 WHERE id = $1", alert, NOW - timedelta(minutes=1))
    assert "1 条" in await text_of(cast, "dan", "/rollcall") and "1 条" not in await text_of(cast, "bob", "/rollcall")
    assert "另有 1 项不涉及在册人员" in await text_of(cast, "dan", "/rollcall/late_steps")
    assert "不涉及在册人员" not in await text_of(cast, "bob", "/rollcall/late_steps")


async def test_a_familys_late_alert_is_no_number_of_an_office(cast: Cast) -> None:
    made = await in_order(cast)
    _, alert = await visit(cast, (made.person, made.order), NOW - timedelta(days=2))
    await execute("UPDATE alert SET next_step_at = $2 WHERE id = $1", alert, NOW - timedelta(minutes=1))
    assert "1 条" in await text_of(cast, "dan", "/rollcall") and "1 条" not in await text_of(cast, "bob", "/rollcall")
    assert f"/people/{made.person}" not in await text_of(cast, "bob", "/rollcall/late_steps")
