"""Histories of reports: owed when, made when, how; an empty day is a miss."""

from datetime import date, time

import pytest

from supervision.exchange.history import is_history, parse_history
from supervision.exchange.parsed import ParsedRow
from supervision.exchange.sheets import Sheet
from tests.exchange.made import TODAY, history, number_of


def reading(*cells: object) -> ParsedRow:
    [row] = history(cells).rows
    return row


def codes(row: ParsedRow) -> list[str]:
    return [reason.code for reason in row.reasons]


def test_a_report_that_was_made() -> None:
    row = reading("SQ1", "", "2026-10-05", "2026.10.6 9:30", "当面")
    assert row.ok
    assert row.fields == {
        "name": None,
        "number": "SQ1",
        "id_card": None,
        "due_on": date(2026, 10, 5),
        "made_on": date(2026, 10, 6),
        "made_at": time(9, 30),
        "mode": "in_person",
    }


def test_an_empty_day_is_a_miss() -> None:
    row = reading("SQ1", "", "2026-10-05", "", "电话")
    assert (row.ok, row.fields["made_on"], row.fields["made_at"], row.fields["mode"]) == (True, None, None, "phone")


def test_an_identity_number_names_the_person_as_well() -> None:
    row = reading("", number_of(), "2026-10-05", "", "书面")
    assert (row.ok, row.fields["id_card"], row.fields["number"]) == (True, number_of(), None)
    assert "sex" not in row.fields


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("", "", "2026-10-05", "", "当面"), "person_missing"),
        (("SQ1", "140190199003071270", "2026-10-05", "", "当面"), "id_check_digit"),
        (("SQ1", "", "", "2026-10-05", "当面"), "due_missing"),
        (("SQ1", "", "2026-10", "", "当面"), "date_incomplete"),
        (("SQ1", "", "2026-10-05", "昨天", "当面"), "date_invalid"),
        (("SQ1", "", "2026-10-05", "1905-07-18", "当面"), "date_invalid"),
    ],
)
def test_one_wrong_cell_gives_one_reason(cells: tuple[str, ...], code: str) -> None:
    assert codes(reading(*cells)) == [code]


def test_what_is_due_today_is_history_and_tomorrow_is_not() -> None:
    assert reading("SQ1", "", "2026-11-21", "", "当面").ok
    assert reading("SQ1", "", "2026-11-22", "2026-11-22", "当面").ok
    assert codes(reading("SQ1", "", "2026-11-23", "", "当面")) == ["date_in_future"]
    assert codes(reading("SQ1", "", "2026-11-22", "2026-11-23", "当面")) == ["date_in_future"]


def test_the_same_report_twice_is_refused_the_second_time() -> None:
    row = ["SQ1", "", "2026-10-05", "", "当面"]
    parsed = history(row, row, ["SQ1", "", "2026-10-05", "", "电话"], ["SQ1", "", "2026-10-06", "", "当面"])
    assert [codes(found) for found in parsed.rows] == [[], ["duplicate_in_file"], [], []]
    assert "第 2 行" in parsed.rows[1].reasons[0].text


def test_a_mode_that_is_not_written_is_a_warning_and_an_unknown_one_a_question() -> None:
    assert [warning.code for warning in reading("SQ1", "", "2026-10-05", "", "").warnings] == ["no_mode"]
    parsed = history(["SQ1", "", "2026-10-05", "", "微信"])
    [question] = parsed.questions
    assert (question.key, parsed.rows[0].warnings) == ("value:mode:微信", ())
    answered = history(["SQ1", "", "2026-10-05", "", "微信"], answers={question.key: "phone"})
    assert (answered.questions, answered.rows[0].fields["mode"]) == ([], "phone")


def test_a_day_of_report_that_may_be_owed_or_made_is_asked() -> None:
    grid: list[list[object]] = [["人员编号", "报到日期", "方式"], ["SQ1", "2026-10-05", "当面"]]
    sheets = [Sheet("a", grid)]
    parsed = parse_history(sheets, TODAY, {})
    [question] = parsed.questions
    assert [choice.code for choice in question.choices] == ["due_on", "made_on", "ignore"]
    assert parsed.rows[0].ok
    answered = parse_history(sheets, TODAY, {question.key: "due_on"})
    assert answered.rows[0].fields["due_on"] == date(2026, 10, 5)


def test_a_history_is_told_from_a_roster() -> None:
    assert is_history([Sheet("a", [["人员编号", "应报到时间", "实际报到时间"]])])
    assert not is_history([Sheet("a", [["姓名", "身份证号", "矫正开始日期"]])])
