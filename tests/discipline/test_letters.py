"""The decision letter of a case: numbered without gaps, stored as issued, refused where something is missing."""

import re
from datetime import timedelta

import pytest

from supervision.db import execute, fetch, fetch_row, fetch_value
from supervision.discipline import decisions, letters
from supervision.discipline.cases import get_case
from supervision.discipline.letters import article_words, letter, letter_of, number_words, scan
from supervision.errors import Refusal
from supervision.files.actions import Upload, find, open_file, withdraw
from tests.cast import Cast
from tests.discipline.makers import RULES, decided, opened, served
from tests.files.made import pdf
from tests.register import on_register, viewer_of

BUREAU = "尖草坪区司法局"
HEAVIER = RULES.__class__("rules", "heavier", "未经批准外出。")


async def test_letters_are_numbered_by_form_and_year_and_made_once(cast: Cast) -> None:
    alice = await viewer_of(cast.alice)
    cases = [await decided(cast, await on_register(cast, name=name)) for name in ("甲一", "甲二")]
    cases.append(await decided(cast, await on_register(cast, name="甲三"), "W3", HEAVIER))
    made = [await letter(alice, case, BUREAU, cast.now) for case in cases]
    assert [one.number for one in made] == [
        "（2026）尖社矫训字第0001号",
        "（2026）尖社矫训字第0002号",
        "（2026）尖社矫警字第0001号",
    ]
    again = await letter(alice, cases[0], BUREAU, cast.now)
    assert again == made[0]
    assert await fetch_value("SELECT count(*) FROM issued_document") == 3
    cast.clock.at = cast.now.replace(year=2027, month=3)
    case = await decided(cast, await on_register(cast, name="甲四"))
    assert (await letter(alice, case, BUREAU, cast.now)).number == "（2027）尖社矫训字第0001号"


async def test_the_stored_files_are_a_pdf_and_a_word_file_of_the_person(cast: Cast) -> None:
    on = await on_register(cast)
    alice = await viewer_of(cast.alice)
    made = await letter(alice, await decided(cast, on), BUREAU, cast.now)
    for file, begins in ((made.pdf_file, b"%PDF"), (made.word_file, b"PK")):
        kept = await find(file, person=on.person)
        assert (kept.kind, (await open_file(alice, kept, cast.now)).startswith(begins)) == ("issued", True)


async def test_what_is_missing_is_named_and_uses_no_number_up(cast: Cast) -> None:
    on = await on_register(cast)
    case = await decided(cast, on)
    alice = await viewer_of(cast.alice)
    await execute("UPDATE person SET born_on = NULL WHERE id = $1", on.person)
    await execute("UPDATE orders SET crime = '' WHERE id = $1", on.order)
    with pytest.raises(Refusal) as refused:
        await letter(alice, case, BUREAU, cast.now)
    assert refused.value.fields == {"born_on": "缺少出生日期。", "crime": "缺少罪名。"}
    assert await fetch("SELECT * FROM document_counter") == []
    await execute("UPDATE orders SET crime = '盗窃罪' WHERE id = $1", on.order)
    await execute("UPDATE person SET born_on = '1990-03-07' WHERE id = $1", on.person)
    assert (await letter(alice, case, BUREAU, cast.now)).number.endswith("第0001号")


async def test_nothing_decided_has_no_letter(cast: Cast) -> None:
    case = await opened(cast, await on_register(cast))
    with pytest.raises(Refusal, match="没有可以制作的决定书"):
        await letter(await viewer_of(cast.alice), case, BUREAU, cast.now)


async def test_a_letter_that_is_made_late_names_only_what_was_in_force_before_the_decision(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    async def issue(viewer: object, form: object, about: object, values: dict[str, str], **more: object) -> None:
        said.append(values["earlier"])

    monkeypatch.setattr(letters, "issue", issue)
    on = await on_register(cast)
    cases = []
    for _ in range(3):
        cases.append(await served(cast, on, "W3", HEAVIER))
        cast.clock.at += timedelta(days=1)
    for case in cases:
        await letter(await viewer_of(cast.alice), case, BUREAU, cast.now)
    assert [re.findall(r"\d+日受到警告", one) for one in said] == [
        [],
        ["25日受到警告"],
        ["25日受到警告", "26日受到警告"],
    ]


async def test_a_correcting_act_ends_the_letter_and_its_number_is_not_given_again(cast: Cast) -> None:
    on = await on_register(cast)
    case = await decided(cast, on)
    alice = await viewer_of(cast.alice)
    made = await letter(alice, case, BUREAU, cast.now)
    await decisions.correct(await viewer_of(cast.erin), case, "事实有误", cast.now)
    row = await fetch_row("SELECT withdrawn_reason, withdrawn_by FROM issued_document WHERE id = $1", made.id)
    assert tuple(row) == ("事实有误", cast.erin.id)
    assert (await letter(alice, await decided(cast, on), BUREAU, cast.now)).number.endswith("第0002号")


@pytest.mark.parametrize(
    "typed", ["（2026）尖社矫训字第0001号", "(2026) 尖社矫训字 第0001号", "〔2026〕尖社矫训字第０００１号"]
)
async def test_the_signed_scan_is_filed_by_its_number_however_it_is_typed(cast: Cast, typed: str) -> None:
    on = await on_register(cast)
    case = await decided(cast, on)
    alice = await viewer_of(cast.alice)
    made = await letter(alice, case, BUREAU, cast.now)
    with pytest.raises(Refusal, match="没有这个文号"):
        await scan(alice, case, "（2026）尖社矫训字第0009号", Upload("a", pdf()), cast.now)
    file = await scan(alice, case, typed, Upload("a", pdf()), cast.now)
    assert await fetch_value("SELECT scan_file FROM issued_document WHERE id = $1", made.id) == file
    assert (await find(file, person=on.person)).kind == "served"
    with pytest.raises(Refusal, match="已经存入"):
        await scan(alice, case, typed, Upload("a", pdf()), cast.now)


async def test_a_scan_that_was_filed_by_mistake_is_replaced_once_it_is_voided(cast: Cast) -> None:
    on = await on_register(cast)
    case = await decided(cast, on)
    alice = await viewer_of(cast.alice)
    made = await letter(alice, case, BUREAU, cast.now)
    wrong = await scan(alice, case, made.number, Upload("a", pdf()), cast.now)
    await withdraw(alice, await find(wrong, person=on.person), "别人的决定书", cast.now)
    row = await get_case(alice, case)
    assert (await letter_of(row, "admonition")).scan_file is None
    right = await scan(alice, case, made.number, Upload("b", pdf()), cast.now)
    assert (await letter_of(row, "admonition")).scan_file == right
    with pytest.raises(Refusal, match="已经存入"):
        await scan(alice, case, made.number, Upload("c", pdf()), cast.now)


def test_articles_are_written_in_words() -> None:
    assert article_words("《社区矫正法实施办法》第34条第1项") == "第三十四条第（一）项"
    assert article_words("《社区矫正法实施办法》第36条") == "第三十六条"
    assert [number_words(n) for n in (1, 10, 11, 20, 34, 99)] == ["一", "十", "十一", "二十", "三十四", "九十九"]
