"""Headings as real sheets have them. The two long lists are those of a judicial dashboard's export and of a form with
105 numbered fields, both from public repositories."""

from datetime import date

import pytest

from supervision.errors import Refusal
from supervision.exchange.headings import column_letter, find_headings, known_titles
from supervision.exchange.roster import ROSTER_FIELDS
from supervision.exchange.sheets import Sheet
from tests.exchange.made import number_of, roster

EXPORT_12 = "对象编号 姓名 身份证号 性别 罪名 矫正类型 区县 司法所 入矫日期 解矫日期 风险等级 当前状态".split()
FORM_105 = (
    "社区服刑人员编号 矫正机构编码 是否调查评估 调查评估意见 调查意见采信情况 矫正类别 是否成年 未成年 姓名 曾用名 性别 民族 身份证号 "
    "出生日期 有无港澳台身份证 港澳台身份证类型 港澳台身份证号码 有无护照 护照号码 护照保存状态 有无港澳台通行证 港澳台通行证类型 "
    "港澳台通行证号码 港澳台通行证保存状态 有无港澳居民往来内地通行证 港澳居民往来内地通行证号码 港澳居民往来内地通行证保存状态 有无台胞证 "
    "台胞证号码 台胞证保存状态 暂予监外执行人员身体状况 最后就诊医院 是否有精神病 鉴定机构 是否有传染病 具体传染病 文化程度 婚姻状况 "
    "捕前职业 就业就学情况 现政治面貌 原政治面貌 原工作单位 现工作单位 单位联系电话 个人手机号 国籍 有无家庭成员及主要社会关系 "
    "户籍地是否与居住地相同 固定居住地所在省（区、市） 固定居住地所在地（市、州） 固定居住地所在县（市、区） 固定居住地（乡镇、街道） "
    "固定居住地明细 户籍所在省（区、市） 户籍所在地（市、州） 户籍所在县（市、区） 户籍所在地（乡镇、街道） 所在地明细 是否三无人员 矫正机构 "
    "社区矫正决定机关 社区矫正决定机关名称 执行通知书文号 执行通知书日期 交付执行日期 移交罪犯机关 移交罪犯机关名称 是否有前科 是否累犯 "
    "前科类型 主要犯罪事实 社区矫正期限 社区矫正开始日期 社区矫正结束日期 犯罪类型 具体罪名 管制期限 缓刑考验期限 是否数罪并罚 原判刑罚 "
    "原判刑期 原判刑期开始日期 原判刑期结束日期 有期徒刑期限 附加刑 是否“五独” 是否“五涉” 是否有“四史” 是否被宣告禁止令 "
    "社区服刑人员接收日期 社区服刑人员接收方式 法律文书收到时间 法律文书种类 报到情况 未按时报到情况说明 是否建立矫正小组 "
    "矫正小组人员组成情况 是否采用电子定位管理 电子定位方式 定位号码 是否脱管 奖惩情况 是否在线 备注"
).split()
TITLES = known_titles(ROSTER_FIELDS)


def test_the_export_of_12_columns_is_understood() -> None:
    person = [
        "SQ1",
        "测试一",
        number_of(),
        "男",
        "盗窃罪",
        "缓刑",
        "某区",
        "城关司法所",
        "2026-01-05",
        "2027-01-04",
        "低",
        "在矫",
    ]
    parsed = roster([EXPORT_12, person])
    assert parsed.not_imported == ["区县"]
    assert parsed.questions == []
    [row] = parsed.rows
    assert row.ok
    assert row.fields["number"] == "SQ1"
    assert (row.fields["start"], row.fields["end"]) == (date(2026, 1, 5), date(2027, 1, 4))
    assert (row.fields["kind"], row.fields["state"]) == ("probation", "in_correction")
    assert (row.fields["office"], row.fields["risk"]) == ("城关司法所", "低")


def test_the_form_of_105_fields_is_understood_without_a_question() -> None:
    parsed = roster([FORM_105, [f"值{at}" for at in range(105)]])
    assert parsed.columns == {
        "社区服刑人员编号": "number",
        "矫正类别": "kind",
        "姓名": "name",
        "性别": "sex",
        "身份证号": "id_card",
        "出生日期": "born_on",
        "个人手机号": "phone",
        "固定居住地明细": "address_now",
        "户籍所在地（乡镇、街道）": "address_household",
        "矫正机构": "office",
        "社区矫正开始日期": "start",
        "社区矫正结束日期": "end",
        "具体罪名": "crime",
        "社区服刑人员接收日期": "received",
    }
    assert len(parsed.not_imported) == 105 - 14
    assert [question for question in parsed.questions if not question.key.startswith("value:")] == []


@pytest.mark.parametrize(
    "heading",
    [
        "身份证号码\n（必填）",
        "＊身份证号",
        " 身 份 证 号 ",
        "身份证号(18位)",
        "*身份证号码：",
        "身份证号［文本］",
        "公民身份号码",
    ],
)
def test_a_heading_is_known_with_its_stars_breaks_blanks_and_remarks(heading: str) -> None:
    found = find_headings(Sheet("a", [["姓 名", heading]]), TITLES)
    assert found and found.known == {"name", "id_card"}


def test_brackets_that_belong_to_a_heading_are_kept() -> None:
    found = find_headings(Sheet("a", [["姓名", "现住门（楼）详址", "户籍所在地（市、州）"]]), TITLES)
    assert found and [column.fields for column in found.columns] == [("name",), ("address_now",), ()]


@pytest.mark.parametrize(("above", "found"), [(13, True), (14, True), (15, False)])
def test_headings_are_looked_for_in_the_first_15_rows(above: int, found: bool) -> None:
    sheet = Sheet("a", [["花名册"]] * above + [["姓名", "身份证号"], ["测试一", "x"]])
    assert (find_headings(sheet, TITLES) is not None) is found


def test_a_group_over_two_sub_headings_is_read_from_merged_cells_or_from_the_gap() -> None:
    rows = [["姓名", "矫正期限", ""], ["", "起", "止"], ["测试一", "2026-1-1", "2026-2-1"]]
    for merged in ([], [((0, 1), (0, 2)), ((0, 0), (1, 0))]):
        found = find_headings(Sheet("a", rows, merged), TITLES)
        assert found and (found.first, found.last) == (1, 2)
        assert [(column.title, column.fields) for column in found.columns] == [
            ("姓名", ("name",)),
            ("矫正期限起", ("start",)),
            ("矫正期限止", ("end",)),
        ]


def test_the_dates_of_the_sentence_are_not_those_of_the_correction() -> None:
    rows = [["姓名", "原判刑期", "", "矫正期限", ""], ["", "起", "止", "起", "止"]]
    found = find_headings(Sheet("a", rows), TITLES)
    assert found and [column.fields for column in found.columns] == [("name",), (), (), ("start",), ("end",)]


def test_a_group_that_says_nothing_leaves_its_sub_headings_their_meaning() -> None:
    rows = [["基本情况", "", "", ""], ["姓名", "身份证号", "性别", "民族"], ["测试一", "", "", ""]]
    found = find_headings(Sheet("a", rows, [((0, 0), (0, 3))]), TITLES)
    assert found and found.known == {"name", "id_card", "sex"}


def test_a_heading_for_two_fields_is_asked_and_then_obeyed() -> None:
    grid = [["姓名", "身份证号", "矫正级别名称"], ["测试一", number_of(), "暂予监外执行"], ["测试二", "", "初期矫正"]]
    parsed = roster(grid)
    [question] = parsed.questions
    assert [choice.code for choice in question.choices] == ["level", "kind", "ignore"]
    assert "暂予监外执行、初期矫正" in question.text
    assert "kind_missing" not in [reason.code for row in parsed.rows for reason in row.reasons]
    assert all(question.key in row.waits_for for row in parsed.rows)
    answered = roster(grid, answers={question.key: "kind"})
    assert answered.rows[0].fields["kind"] == "temporary_outside"
    assert [question.key for question in answered.questions] == ["value:kind:初期矫正"]
    ignored = roster(grid, answers={question.key: "ignore"})
    assert (ignored.questions, ignored.not_imported) == ([], ["矫正级别名称"])
    assert "kind_missing" in [reason.code for reason in ignored.rows[0].reasons]


def test_a_repeated_heading_is_asked_and_then_obeyed() -> None:
    grid = [["姓名", "身份证号", "联系电话", "手机"], ["测试一", number_of(), "13800138001", "13800138002"]]
    parsed = roster(grid)
    [question] = parsed.questions
    assert [choice.code for choice in question.choices] == ["C", "D", "ignore"]
    assert parsed.rows[0].fields["phone"] is None
    assert "no_phone" not in [warning.code for warning in parsed.rows[0].warnings]
    for answer, phone in (("C", "13800138001"), ("D", "13800138002"), ("ignore", None)):
        answered = roster(grid, answers={question.key: answer})
        assert (answered.questions, answered.rows[0].fields["phone"]) == ([], phone)
    assert roster(grid, answers={question.key: "E"}).questions == [question]


@pytest.mark.parametrize("field", ["姓名", "身份证号", "人员编号"])
def test_one_heading_that_names_people_is_enough(field: str) -> None:
    assert roster([[field, "备注"], ["x", ""]]).columns


def test_a_sheet_that_names_nobody_is_refused_for_its_content() -> None:
    with pytest.raises(Refusal, match="没有找到表头"):
        roster([["日期", "罪名", "司法所"], ["2026-1-1", "盗窃罪", "城关"]])


def test_a_sheet_that_names_nobody_beside_one_that_does_is_listed() -> None:
    parsed = roster([["姓名", "身份证号"], ["测试一", number_of()]], [["代码", "含义"], ["01", "管制"]])
    assert (len(parsed.rows), parsed.skipped_sheets) == (1, ["表2"])


@pytest.mark.parametrize(("position", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_columns_are_named_by_letters(position: int, letter: str) -> None:
    assert column_letter(position) == letter
