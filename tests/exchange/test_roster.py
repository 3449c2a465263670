"""Rosters: each row is accepted with its fields or refused with its reasons; nothing is guessed, nobody is lost.

`messy_roster.xlsx` (and the same as .xls and .ods) was made for this test, with invented people; its right answer is
`messy_roster_expected.json`.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.errors import Refusal
from supervision.exchange.parsed import ParsedRow
from supervision.exchange.roster import parse_roster
from supervision.exchange.sheets import Sheet, read_book
from tests.exchange.made import TODAY, number_of, roster

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "messy_roster_expected.json").read_text(encoding="utf-8"))
REASONS = {
    9: [("身份证号码", "id_is_number")],
    10: [("联系电话", "phone_invalid"), ("矫正期限起", "date_invalid")],
    11: [("矫正期限止", "end_before_start")],
    12: [("性别", "sex_mismatch")],
    13: [("身份证号码", "duplicate_in_file")],
    14: [("身份证号码", "id_missing")],
    15: [("身份证号码", "id_check_digit")],
    17: [("矫正期限止", "date_incomplete")],
}
HEADING = ["姓名", "性别", "身份证号", "联系电话", "矫正类别", "矫正开始日期", "矫正结束日期", "管理类别", "司法所"]
GOOD = ["测试一", "男", number_of(), "13800138001", "缓刑", "2026-01-05", "2027-01-04", "普管", "城关司法所"]


def reading(**changed: Any) -> ParsedRow:
    """The one row of a good roster with some cells changed."""
    cells = [changed.get(title, cell) for title, cell in zip(HEADING, GOOD, strict=True)]
    [row] = roster([HEADING, cells]).rows
    return row


def codes(row: ParsedRow) -> list[str]:
    return [reason.code for reason in row.reasons]


@pytest.fixture(params=["xlsx", "xls", "ods"])
def messy(request: pytest.FixtureRequest) -> Any:
    data = (HERE / f"messy_roster.{request.param}").read_bytes()
    return parse_roster(read_book(f"a.{request.param}", data), TODAY, {})


def test_the_messy_roster_gives_exactly_its_rows(messy: Any) -> None:
    assert [(row.sheet, row.row, row.ok) for row in messy.rows] == [
        (row["sheet"], row["row"], row["ok"]) for row in EXPECTED["rows"]
    ]
    assert sum(row.ok for row in messy.rows) == EXPECTED["accepted"]
    assert sum(not row.ok for row in messy.rows) == EXPECTED["refused"]
    assert messy.questions == []
    assert messy.not_imported == ["序号", "备注"]


def test_the_messy_roster_gives_exactly_its_fields(messy: Any) -> None:
    by_row = {row.row: row for row in messy.rows}
    for expected in EXPECTED["rows"]:
        fields = by_row[expected["row"]].fields
        for name in {"name", "id_card", "start", "end", "phone"} & set(expected):
            value = fields[name]
            assert (value.isoformat() if isinstance(value, date) else value) == expected[name]


def test_the_messy_roster_gives_exactly_its_reasons(messy: Any) -> None:
    found = {row.row: [(reason.column, reason.code) for reason in row.reasons] for row in messy.rows if not row.ok}
    assert found == REASONS
    assert [(row.row, [w.code for w in row.warnings]) for row in messy.rows if row.warnings] == [(18, ["no_phone"])]


def test_a_good_row_has_all_its_fields() -> None:
    row = reading()
    assert (row.ok, row.warnings, row.waits_for, row.row, row.origin) == (True, (), (), 2, 2)
    assert row.fields == {
        "name": "测试一",
        "sex": "male",
        "id_card": number_of(),
        "born_on": date(1990, 3, 7),
        "phone": "13800138001",
        "other_phones": [],
        "start": date(2026, 1, 5),
        "end": date(2027, 1, 4),
        "received": None,
        "kind": "probation",
        "level": "normal",
        "state": None,
        "number": None,
        "crime": None,
        "office": "城关司法所",
        "officer": None,
        "risk": None,
        "address_now": None,
        "address_household": None,
    }


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("姓名", "", "name_missing"),
        ("姓名", "无", "name_missing"),
        ("身份证号", 1.40190199003071e17, "id_is_number"),
        ("身份证号", "140190900307127", "id_fifteen_digits"),
        ("性别", "女", "sex_mismatch"),
        ("联系电话", "1380013800", "phone_invalid"),
        ("联系电话", "13800138001（妻子）", "phone_invalid"),
        ("联系电话", "13800138001、1380013800", "phone_invalid"),
        ("矫正开始日期", "", "start_missing"),
        ("矫正开始日期", "待定", "date_invalid"),
        ("矫正开始日期", "1905-07-18", "date_invalid"),
        ("矫正开始日期", "2026年1月", "date_incomplete"),
        ("矫正类别", "", "kind_missing"),
    ],
)
def test_one_wrong_cell_gives_one_reason_at_its_column(column: str, cell: object, code: str) -> None:
    [reason] = reading(**{column: cell}).reasons
    assert (reason.column, reason.code, reason.position) == (column, code, HEADING.index(column))
    assert reason.text


def test_the_term_may_end_on_its_first_day_but_not_before() -> None:
    assert reading(矫正结束日期="2026-01-06").ok
    assert reading(矫正结束日期="2026-01-05").ok
    assert codes(reading(矫正结束日期="2026-01-04")) == ["end_before_start"]


def test_a_row_gives_all_its_reasons_at_once() -> None:
    row = reading(姓名="", 身份证号="NULL", 联系电话="1", 矫正开始日期="x", 矫正类别="")
    assert codes(row) == ["name_missing", "id_missing", "phone_invalid", "date_invalid", "kind_missing"]


def test_no_phone_is_only_a_warning() -> None:
    row = reading(联系电话="无")
    assert (row.ok, row.fields["phone"], [w.code for w in row.warnings]) == (True, None, ["no_phone"])


def test_of_several_phones_the_mobile_comes_first_and_none_is_lost() -> None:
    row = reading(联系电话="0351-3140000、13800138001/13800138002")
    assert (row.fields["phone"], row.fields["other_phones"]) == ("13800138001", ["13800138002", "03513140000"])


def test_no_end_is_only_a_warning() -> None:
    row = reading(矫正结束日期="")
    assert (row.ok, row.fields["end"], [w.code for w in row.warnings]) == (True, None, ["end_missing"])


def test_a_class_that_is_not_written_is_left_open() -> None:
    row = reading(管理类别="")
    assert (row.ok, row.fields["level"], row.warnings) == (True, None, ())


def test_birth_must_agree_with_the_identity_number_when_it_is_written() -> None:
    def born(cell: object) -> ParsedRow:
        [row] = roster([[*HEADING, "出生日期"], [*GOOD, cell]]).rows
        return row

    assert born("1990年3月7日").ok
    assert born("").ok
    assert codes(born("1990-03-08")) == ["born_on_mismatch"]
    assert (born("1990年3月").ok, [w.code for w in born("1990年3月").warnings]) == (True, ["born_on_unread"])


def test_the_second_row_of_a_person_names_the_first() -> None:
    second = ["测试二", *GOOD[1:]]
    rows = roster([HEADING, GOOD, second], [HEADING, second]).rows
    assert [codes(row) for row in rows] == [[], ["duplicate_in_file"], ["duplicate_in_file"]]
    assert "第 2 行" in rows[1].reasons[0].text
    assert "工作表“表1”第 2 行" in rows[2].reasons[0].text


def test_two_people_with_one_number_of_the_register_are_not_both_taken() -> None:
    other = [*GOOD]
    other[2] = number_of(order=129)
    rows = roster([[*HEADING, "人员编号"], [*GOOD, "SQ1"], [*other, "SQ1"]]).rows
    assert [[(r.column, r.code) for r in row.reasons] for row in rows] == [[], [("人员编号", "duplicate_in_file")]]


def test_an_unknown_word_is_one_question_however_many_rows_have_it() -> None:
    people = [[*GOOD[:2], number_of(order=order), *GOOD[3:7], level, "城关"] for order, level in
              ((127, "初期"), (129, "初期"), (131, "普管"), (133, "甲类"))]  # fmt: skip
    parsed = roster([HEADING, *people])
    assert [(q.key, q.count, q.row) for q in parsed.questions] == [
        ("value:level:初期", 2, 2),
        ("value:level:甲类", 1, 5),
    ]
    assert [choice.code for choice in parsed.questions[0].choices] == ["strict", "normal", "loose", "ignore"]
    assert all(row.ok for row in parsed.rows)
    assert [row.waits_for for row in parsed.rows] == [
        ("value:level:初期",),
        ("value:level:初期",),
        (),
        ("value:level:甲类",),
    ]
    answers = {"value:level:初期": "strict", "value:level:甲类": "ignore"}
    answered = roster([HEADING, *people], answers=answers)
    assert answered.questions == []
    assert [row.fields["level"] for row in answered.rows] == ["strict", "strict", "normal", None]


def test_the_kind_of_an_order_cannot_be_left_open() -> None:
    grid = [HEADING, [*GOOD[:4], "社区矫正", *GOOD[5:]]]
    [question] = roster(grid).questions
    assert "ignore" not in [choice.code for choice in question.choices]
    assert roster(grid, answers={question.key: "ignore"}).questions == [question]


def test_an_answer_that_was_not_offered_leaves_the_question_open() -> None:
    grid = [HEADING, [*GOOD[:7], "初期", "城关"]]
    assert len(roster(grid, answers={"value:level:初期": "severe"}).questions) == 1


@pytest.mark.parametrize(
    "row",
    [
        ["", "", "", "", "", "", "", "", ""],
        ["合计", 13.0, "", "", "", "", "", "", ""],
        ["合 计：", "", "", "13人", "", "", "", "", ""],
        ["填表人：测试九", "", "", "审核人：", "", "", "", "", ""],
        ["备注：本表一式两份", "", "", "", "", "", "", "", ""],
        ["（必填）", "男/女", "必填，18位", "选填", "", "YYYY-MM-DD", "", "", ""],
        HEADING,
    ],
)
def test_rows_that_are_no_people_are_passed_over(row: list[object]) -> None:
    parsed = roster([["花名册"], HEADING, row, GOOD, row])
    assert [(found.row, found.ok) for found in parsed.rows] == [(4, True)]


@pytest.mark.parametrize(
    "row", [["测试二"], ["", "", number_of()], ["备注", "", number_of()], ["", "", "", "13800138001"]]
)
def test_rows_that_may_be_people_are_refused_never_passed_over(row: list[object]) -> None:
    [found] = roster([HEADING, row]).rows
    assert not found.ok


def test_a_sum_under_a_column_of_serial_numbers_is_passed_over() -> None:
    heading = ["序号", *HEADING]
    parsed = roster([heading, [1, *GOOD], [2, *[""] * 9], ["合计", 1]])
    assert [row.row for row in parsed.rows] == [2]


def test_an_office_written_once_beside_several_people_holds_for_each() -> None:
    rows = [
        HEADING,
        GOOD,
        ["测试二", "男", number_of(order=129), *GOOD[3:8], ""],
        ["测试三", "男", number_of(order=131), *GOOD[3:8], ""],
    ]
    sheet = Sheet("a", [list(row) for row in rows], merged=[((1, 8), (2, 8))])
    assert [row.fields["office"] for row in parse_roster([sheet], TODAY, {}).rows] == ["城关司法所", "城关司法所", None]


def test_blanks_inside_a_chinese_name_go_and_those_of_others_stay() -> None:
    assert reading(姓名="测试\u3000 二").fields["name"] == "测试二"
    assert reading(姓名="John Smith").fields["name"] == "John Smith"


def test_a_register_number_that_a_sheet_has_rounded_is_refused() -> None:
    [row] = roster([[*HEADING, "人员编号"], [*GOOD, 1.401090001e17]]).rows
    assert codes(row) == ["number_is_number"]
    [row] = roster([[*HEADING, "人员编号"], [*GOOD, 20260001.0]]).rows
    assert row.fields["number"] == "20260001"


CELL = st.one_of(
    st.sampled_from(
        ["", "姓名", "身份证号", "起", "止", "合计", number_of(), "13800138001", "2026-01-05", "缓刑", "矫正级别名称"]
    ),
    st.text(max_size=8),
    st.floats(),
    st.dates(),
    st.times(),
    st.booleans(),
)


@given(rows=st.lists(st.lists(CELL, max_size=8), max_size=12))
def test_any_grid_is_rows_or_a_refusal(rows: list[list[Any]]) -> None:
    try:
        parsed = parse_roster([Sheet("a", rows)], TODAY, {})
    except Refusal as refusal:
        assert refusal.sentence
        return
    assert all(row.ok or all(reason.text for reason in row.reasons) for row in parsed.rows)


@given(rows=st.lists(st.lists(CELL, min_size=5, max_size=5), max_size=12))
def test_each_row_with_a_name_and_a_number_is_accepted_refused_or_asked_about(rows: list[list[Any]]) -> None:
    people = [["测试甲", number_of(order=order), *row] for order, row in enumerate(rows, start=1)]
    parsed = parse_roster(
        [Sheet("a", [["姓名", "身份证号", "性别", "起", "止", "联系电话", "类别"], *people])], TODAY, {}
    )
    assert [row.row for row in parsed.rows] == list(range(2, len(people) + 2))
