"""What cells mean: every way of writing a day, and the words of code tables."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.exchange.values import (
    SERIAL_ZERO,
    WORDS,
    DateFault,
    code_of,
    is_blank,
    parse_day,
    parse_moment,
    text_of,
)

DAY = date(2027, 3, 14)


def code_of_fault(cell: object) -> str:
    with pytest.raises(DateFault) as caught:
        parse_day(cell)  # type: ignore[arg-type]
    assert "请" in caught.value.text
    return caught.value.code


@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        datetime.combine(DAY, time(9, 30)),
        46460,
        46460.0,
        46460.4,
        "46460",
        "2027.3.14",
        "2027/3/14",
        "2027-03-14",
        "2027年3月14日",
        "2027 年 3 月 14 日",
        "2027年3月14号",
        "２０２７．３．１４",
        "2027。3。14",
        "'2027-3-14",
        "20270314",
        20270314.0,
        "2027-03-14 00:00:00",
        "2027-03-14 00:00:00.0",
        "2027-03-14T09:30",
        "2027/3/14 9:30",
        "2027年3月14日9时30分",
        "20270314 093000",
    ],
)
def test_a_day_is_read_in_every_way_it_is_written(cell: object) -> None:
    assert parse_day(cell) == DAY  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    ["2027年3月", "2027-03", "2027.3", 2027.3, "2027/3", "202703", 202703.0, "2027", 2027.0, "2027年", "3月14日"],
)
def test_a_day_that_lacks_a_part_is_incomplete(cell: object) -> None:
    assert code_of_fault(cell) == "date_incomplete"


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-29",
        "2026-02-30",
        "2025/13/1",
        "2026-04-31",
        "20261301",
        "27.3.14",
        "14/3/2027",
        "2027-3-155",
        "2027-03-14 25:00",
        "待定",
        "长期",
        "2027-3-14至2028-3-13",
        True,
        time(9, 30),
        timedelta(days=3),
        float("nan"),
        1e300,
        "1899-12-31",
        "2101-01-01",
        "-000-32768-01-01T00:00:00",
    ],
)
def test_what_is_no_day_is_invalid(cell: object) -> None:
    assert code_of_fault(cell) == "date_invalid"


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2027-03-14", None),
        ("2027-03-14 00:00", None),
        ("2027-03-14 00:01", time(0, 1)),
        ("2027-03-14 23:59:59", time(23, 59, 59)),
        ("2027年3月14日 9时05分", time(9, 5)),
        ("2027年3月14日9点", time(9)),
        (46460.5, time(12)),
        (datetime.combine(DAY, time(9, 30)), time(9, 30)),
    ],
)
def test_a_time_of_day_is_kept_when_one_is_written(cell: str, clock: time | None) -> None:
    assert parse_moment(cell) == (DAY, clock)


@given(day=st.dates(date(1928, 1, 1), date(2100, 12, 31)), form=st.integers(0, 6))
def test_all_ways_of_writing_agree(day: date, form: int) -> None:
    written = [
        day,
        float((day - SERIAL_ZERO).days),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month:02d}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.isoformat()} 08:15:00",
    ][form]
    assert parse_day(written) == day


@given(st.one_of(st.text(max_size=20), st.text("0123456789.-/年月日 :T", max_size=20), st.floats(), st.times()))
def test_any_cell_is_a_day_or_a_fault(cell: object) -> None:
    try:
        assert date(1900, 1, 1) <= parse_day(cell) <= date(2100, 12, 31)  # type: ignore[arg-type]
    except DateFault as fault:
        assert fault.code in ("date_invalid", "date_incomplete")


@pytest.mark.parametrize(
    ("cell", "text"),
    [(13800138001.0, "13800138001"), (5, "5"), (1.5, "1.5"), (1.401091975063e17, "1.401091975063e+17"), (" a ", "a")],
)
def test_text_is_what_the_writer_saw(cell: float | str, text: str) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize("cell", ["", "  ", "\u3000", "无", "null", "-", "/", "暂无"])
def test_words_for_nothing_are_blank(cell: str) -> None:
    assert is_blank(cell)


@pytest.mark.parametrize("cell", ["0", 0.0, "无名", False])
def test_everything_else_is_not_blank(cell: object) -> None:
    assert not is_blank(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("level", "入矫期", "strict"),
        ("level", "01 基础级", "strict"),
        ("level", "04严格级", "strict"),
        ("level", "严 管", "strict"),
        ("level", "严管（一级）", "strict"),
        ("level", "03普通级", "normal"),
        ("level", "普管", "normal"),
        ("level", "2 普通", "normal"),
        ("level", "02-宽松级", "loose"),
        ("level", "宽管级", "loose"),
        ("kind", "01", "public_surveillance"),
        ("kind", "判处管制", "public_surveillance"),
        ("kind", "宣告缓刑", "probation"),
        ("kind", "02缓刑", "probation"),
        ("kind", "３", "parole"),
        ("kind", "暂予监外执行（保外就医）", "temporary_outside"),
        ("mode", "当面", "in_person"),
        ("mode", "02 书面", "written"),
        ("mode", "通讯", "phone"),
        ("mode", "电话/通讯", "phone"),
        ("state", "在矫", "in_correction"),
        ("state", "30在矫", "in_correction"),
        ("state", "期满解除", "released"),
        ("sex", "男", "male"),
        ("sex", "2女", "female"),
    ],
)
def test_a_word_of_a_code_table_is_known(field: str, text: str, code: str) -> None:
    assert code_of(field, text) == code


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("level", "1"),
        ("level", "02"),
        ("level", "初期矫正"),
        ("kind", "社区矫正"),
        ("kind", "5"),
        ("mode", "微信"),
        ("sex", "不"),
    ],
)
def test_a_word_that_is_not_in_the_table_is_not_guessed(field: str, text: str) -> None:
    assert code_of(field, text) is None


def test_no_way_of_writing_means_two_codes() -> None:
    for field, table in WORDS.items():
        ways = [way for _, written in table.values() for way in written.split()]
        assert len(ways) == len(set(ways)), field
