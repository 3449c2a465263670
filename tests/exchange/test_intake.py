"""A roster is taken into the register: added, changed by facts, unchanged, refused, and nobody is lost or doubled."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from supervision.alerts.follow import follow
from supervision.alerts.watch import watch
from supervision.days import local_day, start_of
from supervision.db import DB, fetch, fetch_row, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.errors import Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.answers import answer_workbook
from supervision.exchange.intake import Options, SheetFile
from supervision.exchange.sheets import read_book
from supervision.orders.actions import Ending, change_term, end_order
from supervision.people.actions import CONTACT
from supervision.people.scope import get_person
from supervision.sealed import open_sealed
from tests.cast import Cast, audit_actions
from tests.exchange.made import number_of
from tests.exchange.taken import (
    HEADING,
    another,
    codes,
    dan,
    order_of,
    outcomes,
    person,
    register,
    sheet,
    size,
    taken,
)
from tests.exchange.test_answers import MENDED, mended
from tests.exchange.test_headings import EXPORT_12, FORM_105
from tests.exchange.test_roster import REASONS
from tests.register import viewer_of

HERE = Path(__file__).parent
MESSY = SheetFile("messy_roster.xlsx", (HERE / "messy_roster.xlsx").read_bytes())


# -- a real-looking sheet from end to end -------------------------------------------------------------------------


async def test_the_messy_roster_its_mended_answer_and_the_answer_again(cast: Cast) -> None:
    options = Options(office=cast.offices["gucheng"])
    first = await import_sheet(await dan(cast), MESSY, options, cast.clock)
    assert (first.counts["added"], first.counts["refused"], len(first.results)) == (5, 8, 13)
    told = {
        row["row"]: [(r["column"], r["code"]) for r in row["reasons"]] for row in first.data["rows"] if not row["ok"]
    }
    assert told == REASONS
    assert await fetch_value("SELECT count(*) FROM orders") == 5

    answer = SheetFile("答复.xlsx", mended(answer_workbook(first.with_reasons)))
    second = await import_sheet(await dan(cast), answer, options, cast.clock)
    assert outcomes(second) == ["added"] * 8
    assert [result.row.origin for result in second.results] == list(MENDED)
    assert await fetch_value("SELECT count(*) FROM orders") == 13
    assert second.missing == []

    before = await register()
    third = await import_sheet(await dan(cast), answer, options, cast.clock)
    assert outcomes(third) == ["unchanged"] * 8
    assert await register() == before


async def test_the_export_of_12_columns_and_the_form_of_105_fields_are_taken_in(cast: Cast) -> None:
    row = [
        "SQ1",
        "测试一",
        number_of(),
        "男",
        "盗窃罪",
        "缓刑",
        "某区",
        "古城司法所",
        "2026-01-05",
        "2027-01-04",
        "低",
        "在矫",
    ]
    export = await import_sheet(await dan(cast), sheet(row, heading=EXPORT_12), Options(), cast.clock)
    form = dict.fromkeys(FORM_105, "") | {
        "社区服刑人员编号": "SQ2", "姓名": "测试二", "身份证号": number_of(order=129), "矫正类别": "03假释", "矫正机构": "汇丰街道",
        "社区矫正开始日期": "20260301", "社区矫正结束日期": "20270228", "个人手机号": "13800138002", "具体罪名": "诈骗罪",
        "社区服刑人员接收日期": "2026.3.4",
    }  # fmt: skip
    whole = await import_sheet(await dan(cast), sheet(list(form.values()), heading=FORM_105), Options(), cast.clock)
    assert (outcomes(export), outcomes(whole)) == (["added"], ["added"])
    first, second = await order_of("SQ1"), await order_of("SQ2")
    assert (first["kind"], first["risk"], first["registered_at"]) == ("probation", "低", start_of(date(2026, 1, 5)))
    assert (second["kind"], second["crime"], second["registered_at"]) == (
        "parole",
        "诈骗罪",
        start_of(date(2026, 3, 4)),
    )
    assert (
        await fetch_value("SELECT office FROM responsibility WHERE subject_id = $1", second["id"])
        == cast.offices["huifeng"]
    )


async def test_a_csv_in_the_encoding_of_old_programs_is_taken_in(cast: Cast) -> None:
    text = "\r\n".join(",".join(map(str, row)) for row in (HEADING, person()))
    file = SheetFile("名册.csv", text.encode("gb18030"))
    assert outcomes(await import_sheet(await dan(cast), file, Options(), cast.clock)) == ["added"]


# -- added --------------------------------------------------------------------------------------------------------


async def test_a_new_person_is_written_as_facts_of_the_run_and_owes_from_the_day_of_import(cast: Cast) -> None:
    imported = await taken(cast, person())
    assert outcomes(imported) == ["added"]
    order = await order_of()
    assert (order["start_on"], order["end_on"], order["state"]) == (date(2026, 1, 5), date(2027, 1, 4), "in_correction")
    assert (order["ledger_from"], order["registered_at"]) == (local_day(cast.now), start_of(date(2026, 1, 8)))
    [one] = await fetch("SELECT * FROM responsibility")
    assert (one["office"], one["staff"], one["import_run"]) == (cast.offices["gucheng"], cast.alice.id, imported.run)
    assert await fetch_value("SELECT happened_at FROM class_decision") == order["registered_at"]
    contacts = await fetch("SELECT kind, value_sealed FROM contact ORDER BY kind")
    assert [(c["kind"], open_sealed(c["value_sealed"], CONTACT)) for c in contacts] == [
        ("address_now", "古城街道1号"),
        ("phone", "13800138001"),
    ]
    assert await fetch_value("SELECT count(*) FROM debt") == 0
    assert await fetch_value("SELECT min(limit_at) FROM duty") > start_of(local_day(cast.now))
    assert await fetch_value("SELECT pinyin FROM person") == "csy ceshiyi"
    assert (await reconcile(cast.now)).repaired == 0
    assert await audit_actions() == ["roster_imported"]
    assert (await get_person(await viewer_of(cast.alice), order["person"])).order_id == order["id"]


@pytest.mark.parametrize(
    ("cells", "debts"),
    [
        ({}, []),
        ({"管理类别": ""}, ["class"]),
        ({"联系电话": ""}, ["phone"]),
        ({"责任人": ""}, ["officer"]),
        ({"责任人": "某某"}, ["officer"]),
        ({"矫正结束日期": ""}, ["end_on"]),
        ({"当前状态": "被羁押"}, ["state"]),
        (
            {"当前状态": "请假外出", "管理类别": "", "联系电话": "", "责任人": ""},
            ["class", "officer", "phone", "state"],
        ),
        ({"当前状态": "待报到", "管理类别": ""}, []),
    ],
)
async def test_what_a_sheet_does_not_say_is_debt_and_no_finding(
    cast: Cast, cells: dict[str, str], debts: list[str]
) -> None:
    await taken(cast, person(**cells))
    assert [row["kind"] for row in await fetch("SELECT kind FROM debt ORDER BY kind")] == debts
    found = await fetch("SELECT rule FROM finding WHERE since_at <= $1 AND rule LIKE 'no_%'", cast.now)
    assert found == []


@pytest.mark.parametrize(
    ("cells", "registered_on"),
    [
        ({"接收日期": "2026-01-08"}, date(2026, 1, 8)),
        ({"接收日期": ""}, date(2026, 1, 5)),
        ({"接收日期": "", "当前状态": ""}, date(2026, 1, 5)),
        ({"当前状态": "待报到"}, None),
        ({"当前状态": "逾期未报到"}, None),
        ({"接收日期": "", "当前状态": "", "矫正开始日期": "2026-11-14"}, date(2026, 11, 14)),
        ({"接收日期": "", "当前状态": "", "矫正开始日期": "2026-11-15"}, None),
        ({"接收日期": "", "当前状态": "在矫", "矫正开始日期": "2026-11-15"}, date(2026, 11, 15)),
        ({"接收日期": "2026-11-25", "当前状态": "", "矫正开始日期": "2026-11-15"}, date(2026, 11, 25)),
        ({"接收日期": "", "当前状态": "在矫", "矫正开始日期": "2026-11-26"}, None),
    ],
)
async def test_who_is_enrolled_and_who_is_awaited(
    cast: Cast, cells: dict[str, str], registered_on: date | None
) -> None:
    await taken(cast, person(**cells))
    order = await order_of()
    assert order["registered_at"] == (start_of(registered_on) if registered_on else None)
    assert order["state"] == ("in_correction" if registered_on else "due")
    assert await fetch_value("SELECT count(*) FROM registration") == (1 if registered_on else 0)


@pytest.mark.parametrize(("start", "ledger_from"), [(-1, 0), (0, 0), (1, 1)])
async def test_the_ledger_begins_on_the_day_of_import_or_with_the_term(
    cast: Cast, start: int, ledger_from: int
) -> None:
    today = local_day(cast.now)
    await taken(cast, person(矫正开始日期=(today + timedelta(days=start)).isoformat(), 接收日期="", 当前状态="待报到"))
    assert (await order_of())["ledger_from"] == today + timedelta(days=ledger_from)


async def test_without_a_number_the_register_gives_the_next_free_ones(cast: Cast) -> None:
    await taken(cast, another(128, 人员编号="SJ2026-0007"))
    await taken(cast, another(129, 人员编号=""), another(130, 人员编号="SJ2026-0008"), another(131, 人员编号=""))
    assert [row["number"] for row in await fetch("SELECT number FROM orders ORDER BY id")] == [
        "SJ2026-0007", "SJ2026-0009", "SJ2026-0008", "SJ2026-0010",
    ]  # fmt: skip


async def test_several_phones_are_kept_in_their_order(cast: Cast) -> None:
    await taken(cast, person(联系电话="13800138001、03513140000"))
    rows = await fetch("SELECT value_sealed FROM contact WHERE kind = 'phone' ORDER BY rank")
    assert [open_sealed(row["value_sealed"], CONTACT) for row in rows] == ["13800138001", "03513140000"]


# -- the office ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["古城司法所", "古城", "古城街道", "古城街道司法所", "尖草坪区古城司法所", "GC", "古 城 所"]
)
async def test_an_office_is_known_as_people_write_it(cast: Cast, name: str) -> None:
    assert outcomes(await taken(cast, person(司法所=name))) == ["added"]


async def test_an_unknown_office_is_asked_once_and_then_obeyed(cast: Cast) -> None:
    rows = [another(128, 司法所="上兰司法所"), another(129, 司法所="上兰司法所"), person()]
    tried = await taken(cast, *rows, dry_run=True)
    [question] = tried.questions
    assert (question.key, question.count) == ("value:office:上兰司法所", 2)
    assert {choice.code for choice in question.choices} == {"GC", "HF"}
    assert outcomes(tried) == ["waiting", "waiting", "added"]
    answered = await taken(cast, *rows, answers={question.key: "HF"})
    assert outcomes(answered) == ["added"] * 3
    assert await fetch_value("SELECT count(*) FROM responsibility WHERE office = $1", cast.offices["huifeng"]) == 2


async def test_nothing_is_written_while_a_question_is_open(cast: Cast) -> None:
    with pytest.raises(Refusal, match="有 1 处需要先说明"):
        await taken(cast, person(), another(128, 矫正类别="不知道"))
    assert await fetch_value("SELECT count(*) FROM import_run") == 0
    assert await fetch_value("SELECT count(*) FROM orders") == 0


async def test_a_row_without_an_office_takes_the_given_one_or_is_refused(cast: Cast) -> None:
    assert codes(await taken(cast, person(司法所=""))) == [["office_missing"]]
    assert outcomes(await taken(cast, person(司法所=""), office=cast.offices["gucheng"])) == ["added"]


# -- changed, by facts --------------------------------------------------------------------------------------------


async def test_the_same_sheet_twice_changes_nothing(cast: Cast) -> None:
    rows = [
        person(),
        another(128, 管理类别="", 责任人="", 联系电话=""),
        another(129, 当前状态="待报到"),
        another(130, 矫正结束日期=""),
    ]
    await taken(cast, *rows)
    before = await register()
    cast.clock.at += timedelta(days=3)
    await follow([row["id"] for row in await fetch("SELECT id FROM orders")], cast.now)
    before = await register()
    again = await taken(cast, *rows)
    assert outcomes(again) == ["unchanged"] * 4
    assert await register() == before


async def test_a_changed_end_is_a_term_change_and_its_duties_move(cast: Cast) -> None:
    await taken(cast, person(矫正结束日期="2026-12-20"))
    cast.clock.at += timedelta(hours=1)
    changed = await taken(cast, person(矫正结束日期="2027-01-10"))
    assert outcomes(changed) == ["changed"]
    assert [(c.label, c.old, c.new) for c in changed.results[0].changes] == [("结束日期", "2026-12-20", "2027-01-10")]
    fact = await fetch_row("SELECT * FROM term_change")
    assert (fact["end_on"], fact["start_on"], fact["import_run"]) == (date(2027, 1, 10), None, changed.run)
    order = await order_of()
    assert order["end_on"] == date(2027, 1, 10)
    limits = await fetch("SELECT limit_at FROM duty WHERE rule = 'TE-03' AND state = 'open'")
    assert [local_day(row["limit_at"]) for row in limits] == [date(2027, 1, 11)]


async def test_an_end_that_the_sheet_leaves_out_takes_none_away_and_one_that_it_brings_ends_the_debt(
    cast: Cast,
) -> None:
    await taken(cast, person(矫正结束日期=""))
    assert outcomes(await taken(cast, person())) == ["changed"]
    assert await fetch_value("SELECT closed_at FROM debt WHERE kind = 'end_on'") == cast.now
    assert outcomes(await taken(cast, person(矫正结束日期=""))) == ["unchanged"]
    assert (await order_of())["end_on"] == date(2027, 1, 4)


async def test_a_changed_office_is_a_responsibility_for_the_bureau(cast: Cast) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(hours=1)
    moved = await taken(cast, person(司法所="汇丰司法所", 责任人="柴珂"))
    assert outcomes(moved) == ["changed"]
    rows = await fetch("SELECT office, staff, from_at, to_at FROM responsibility ORDER BY id")
    assert [(row["office"], row["staff"]) for row in rows] == [
        (cast.offices["gucheng"], cast.alice.id),
        (cast.offices["huifeng"], cast.carol.id),
    ]
    assert (rows[0]["to_at"], rows[1]["from_at"], rows[1]["to_at"]) == (cast.now, cast.now, None)


async def test_another_offices_person_needs_the_bureau_which_gets_one_finding(cast: Cast) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(hours=1)
    bob = await viewer_of(cast.bob)
    carol = await viewer_of(cast.carol)
    assert outcomes(await taken(cast, person(), viewer=bob)) == ["unchanged"]
    for _ in range(2):
        refused = await taken(cast, person(司法所=""), viewer=carol)
        assert codes(refused) == [["needs_bureau"]]
    assert codes(await taken(cast, another(128), viewer=carol)) == [["other_office"]]
    found = await fetch("SELECT rule, severity, subject_id, state FROM finding WHERE rule = 'duplicate_person'")
    assert [tuple(row) for row in found] == [("duplicate_person", "notice", (await order_of())["id"], "open")]
    await watch(cast.now)
    await follow([(await order_of())["id"]], cast.now)
    assert await fetch_value("SELECT closed_at IS NULL FROM alert WHERE kind = 'duplicate_person'") is True
    assert await fetch_value("SELECT count(*) FROM person") == 1


async def test_class_officer_and_phone_are_facts_that_end_their_debts(cast: Cast) -> None:
    await taken(cast, person(管理类别="", 责任人="", 联系电话=""))
    cast.clock.at += timedelta(days=1)
    filled = await taken(cast, person())
    assert {change.label for change in filled.results[0].changes} == {"管理类别", "责任人", "联系电话"}
    assert await fetch_value("SELECT count(*) FROM debt WHERE closed_at IS NULL") == 0
    assert await fetch_value("SELECT happened_at FROM class_decision") == start_of(date(2026, 1, 8))
    cast.clock.at += timedelta(days=1)
    assert outcomes(await taken(cast, person(管理类别="严管"))) == ["changed"]
    rows = await fetch("SELECT level, happened_at FROM class_decision ORDER BY id")
    assert [row["level"] for row in rows] == ["normal", "strict"]
    assert rows[1]["happened_at"] == cast.now


async def test_a_new_phone_replaces_the_old_and_an_old_one_does_not_come_back(cast: Cast) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(hours=1)
    assert outcomes(await taken(cast, person(联系电话="13800138009"))) == ["changed"]
    rows = await fetch("SELECT id, withdrawn_at, replaces FROM contact WHERE kind = 'phone' ORDER BY id")
    assert [(rows[0]["withdrawn_at"], rows[1]["withdrawn_at"]), rows[1]["replaces"]] == [
        (cast.now, None),
        rows[0]["id"],
    ]
    again = await taken(cast, person())
    assert outcomes(again) == ["unchanged"]
    assert [warning.code for warning in again.results[0].row.warnings] == ["contact_replaced"]


async def test_an_awaited_person_whom_the_sheet_calls_enrolled_is_registered(cast: Cast) -> None:
    await taken(cast, person(当前状态="待报到", 接收日期="", 矫正开始日期="2026-11-18"))
    cast.clock.at += timedelta(days=1)
    later = await taken(cast, person(接收日期="2026-11-24", 矫正开始日期="2026-11-18"))
    assert outcomes(later) == ["changed"]
    assert (await order_of())["state"] == "in_correction"
    assert await fetch_value("SELECT state FROM duty WHERE rule = 'RE-06'") == "met"


async def test_an_end_that_is_written_into_the_file_ends_the_debt_too(cast: Cast) -> None:
    await taken(cast, person(矫正结束日期=""))
    await change_term(await dan(cast), (await order_of())["id"], date(2027, 1, 4), "判决书", cast.now)
    assert await fetch_value("SELECT closed_at FROM debt WHERE kind = 'end_on'") == cast.now


# -- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"身份证号": number_of(order=128)}, "number_taken"),
        ({"姓名": "别名"}, "name_differs"),
        ({"矫正类别": "假释"}, "kind_differs"),
        ({"人员编号": "SQ0002", "矫正开始日期": "2026-05-01"}, "other_order_open"),
        ({"接收日期": "2026-11-26"}, "date_in_future"),
        ({"矫正开始日期": "2027-02-01", "矫正结束日期": ""}, "end_before_start"),
    ],
)
async def test_what_contradicts_the_register_is_refused_and_changes_nothing(
    cast: Cast, cells: dict[str, Any], code: str
) -> None:
    await taken(cast, person())
    before = await register()
    assert codes(await taken(cast, person(**cells))) == [[code]]
    assert await register() == before


async def test_the_reasons_of_the_register_are_red_in_the_answer_workbook_too(cast: Cast) -> None:
    await taken(cast, person())
    refused = await taken(cast, person(姓名="别名"), another(128))
    [page] = read_book("a.xlsx", answer_workbook(refused.with_reasons))
    assert len(page.rows) == 3
    assert page.rows[2][0] == "别名"
    assert "登记的姓名是“测试一”" in str(page.rows[2][-2])


# -- ended, missing -----------------------------------------------------------------------------------------------


async def test_who_has_ended_in_the_sheet_is_listed_and_not_taken(cast: Cast) -> None:
    imported = await taken(cast, person(当前状态="解除矫正"))
    assert outcomes(imported) == ["ended"]
    assert imported.results[0].note == "表中状态为“已解除”，已经结束，没有导入"
    assert await fetch_value("SELECT count(*) FROM person") == 0
    await taken(cast, person())
    again = await taken(cast, person(当前状态="解除矫正"))
    assert "系统内仍在册" in again.results[0].note
    assert (await order_of())["ended_at"] is None


async def test_a_period_that_ended_here_does_not_come_back_by_an_old_sheet_but_a_new_one_does(cast: Cast) -> None:
    await taken(cast, person())
    cast.clock.at += timedelta(hours=1)
    await end_order(await dan(cast), (await order_of())["id"], Ending("deceased", cast.now, "死亡证明"), cast.now)
    assert outcomes(await taken(cast, person())) == ["ended"]
    assert outcomes(await taken(cast, person(人员编号=""))) == ["ended"]
    assert outcomes(await taken(cast, person(人员编号="SQ0009", 矫正开始日期="2026-11-01", 接收日期=""))) == ["added"]
    assert await fetch_value("SELECT count(*) FROM person") == 1
    assert await fetch_value("SELECT count(*) FROM contact WHERE kind = 'phone'") == 1


async def test_who_was_on_the_last_sheet_of_the_office_and_is_not_on_this_one_is_listed_never_ended(cast: Cast) -> None:
    there = another(129, 司法所="汇丰司法所", 责任人="")
    await taken(cast, person(), another(128), there)
    second = await taken(cast, person())
    assert [(one.number, one.office) for one in second.missing] == [("SQ0128", "古城司法所")]
    assert second.data["missing_since_last"] == [{"number": "SQ0128", "name": "测试128", "office": "古城司法所"}]
    assert (await taken(cast, there)).missing == []
    assert await fetch_value("SELECT count(*) FROM orders WHERE ended_at IS NULL") == 3


# -- a try --------------------------------------------------------------------------------------------------------


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(cast: Cast) -> None:
    await taken(cast, person())
    before = await register()
    runs = await fetch_value("SELECT count(*) FROM import_run")
    tried = await taken(cast, person(矫正结束日期="2027-03-04"), another(128), another(129, 身份证号=""), dry_run=True)
    assert (tried.run, outcomes(tried)) == (None, ["changed", "added", "refused"])
    assert await register() == before
    assert await fetch_value("SELECT count(*) FROM import_run") == runs


async def test_the_answer_for_programs_has_its_documented_shape(cast: Cast) -> None:
    tried = await taken(cast, person(), another(128, 身份证号=""), dry_run=True)
    data = json.loads(json.dumps(tried.data, default=str))
    assert (data["added"], data["changed"], data["unchanged"], data["refused"]) == (1, 0, 0, 1)
    first, second = data["rows"]
    assert (first["row"], first["ok"], first["id_card"], first["start"]) == (2, True, number_of(), "2026-01-05")
    assert (second["row"], second["ok"]) == (3, False)
    assert second["reasons"] == [{"column": "身份证号", "code": "id_missing", "text": second["reasons"][0]["text"]}]
    assert {"questions", "missing_since_last", "not_imported"} <= data.keys()


async def test_a_second_part_of_a_long_sheet_is_held_against_the_register_too(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervision.exchange.intake.PART", 2)
    rows = [another(200 + at, 人员编号="") for at in range(5)]
    assert outcomes(await taken(cast, *rows)) == ["added"] * 5
    assert outcomes(await taken(cast, *rows)) == ["unchanged"] * 5
    assert (await size())["orders"] == 5


async def statements(cast: Cast, *rows: Any) -> int:
    """How many statements the import of these rows sends."""
    transaction = DB.current_transaction.get()
    assert transaction is not None
    sent: list[str] = []
    with transaction.connection.query_logger(lambda record: sent.append(record.query)):
        await taken(cast, *rows)
    return len(sent)


async def test_the_number_of_statements_does_not_grow_with_the_sheet(cast: Cast) -> None:
    await taken(cast, another(199))  # what is read once and kept: parameters, holidays
    few = await statements(cast, *(another(200 + at) for at in range(3)))
    many = await statements(cast, *(another(300 + at) for at in range(90)))
    assert many <= few  # the first of a kind also asks for the types of its columns
    changed = {
        "矫正结束日期": "2027-02-04",
        "管理类别": "严管",
        "联系电话": "13800138007",
        "司法所": "汇丰司法所",
        "责任人": "",
    }
    cast.clock.at += timedelta(hours=1)
    few = await statements(cast, *(another(200 + at, **changed) for at in range(3)))
    many = await statements(cast, *(another(300 + at, **changed) for at in range(90)))
    assert many <= few  # the first of a kind also asks for the types of its columns


@pytest.mark.parametrize(("received", "expected"), [("2025-12-06", []), ("2025-12-05", ["received_long_before"])])
async def test_a_day_of_reception_long_before_the_term_is_refused(
    cast: Cast, received: str, expected: list[str]
) -> None:
    assert codes(await taken(cast, person(接收日期=received))) == [expected]
