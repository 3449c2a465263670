"""The fields of a form: days, moments, choices and texts, and that all faults come together."""

from datetime import date, datetime

import pytest

from supervision.days import SHANGHAI
from supervision.errors import Refusal
from supervision.forms import Form


@pytest.mark.parametrize(
    "typed", ["2026-02-29", "2026-2-9", "25.11.2026", "0001-01-01", "1899-12-31", "2200-01-01", "9" * 40]
)
def test_what_isnt_a_possible_day_is_said(typed: str) -> None:
    form = Form({"on": typed})
    form.day("on", "开始日期")
    with pytest.raises(Refusal, match="开始日期应写成"):
        form.check()


@pytest.mark.parametrize("typed", ["1900-01-01", "2199-12-31", " 2026-11-25 "])
def test_a_day_is_read(typed: str) -> None:
    form = Form({"on": typed})
    assert form.day("on", "开始日期") == date.fromisoformat(typed.strip())
    form.check()


def test_a_moment_is_of_shanghai_whatever_else_it_says() -> None:
    for typed in ("2026-11-25T09:30", "2026-11-25T09:30:00", "2026-11-25 09:30"):
        form = Form({"at": typed})
        assert form.moment("at", "时间") == datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)
        form.check()


@pytest.mark.parametrize("typed", ["", "2026-11-25T24:01", "now", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_what_isnt_a_possible_moment_is_said(typed: str) -> None:
    form = Form({"at": typed})
    form.moment("at", "报到时间")
    with pytest.raises(Refusal, match="报到时间"):
        form.check()


def test_all_faults_come_together_and_one_alone_is_its_own_sentence() -> None:
    form = Form({"level": "none"})
    form.choice("level", "管理类别", ("strict", "normal"))
    with pytest.raises(Refusal, match="请选择管理类别。"):
        form.check()
    form.text("reason", "理由")
    form.day("on", "日期")
    with pytest.raises(Refusal, match="有 3 项需要修改。") as refused:
        form.check()
    assert refused.value.fields.keys() == {"level", "reason", "on"}


def test_what_isnt_required_may_be_missing() -> None:
    form = Form({})
    assert (form.text("note", "备注", required=False), form.day_or_none("on", "日期"), form.tick("box")) == (
        "",
        None,
        False,
    )
    form.check()
