"""`supervision import`: what it says, how it is answered, and that bad files get one sentence."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from supervision.cli import Answer, parser, tell
from supervision.db import fetch_value
from supervision.errors import Refusal
from supervision.exchange.command import import_file
from supervision.exchange.sheets import read_book
from supervision.house import House
from tests.cast import SETTINGS, Cast
from tests.exchange.made import workbook
from tests.exchange.taken import HEADING, another, person

MESSY = Path(__file__).parent / "messy_roster.xlsx"


def written(folder: Path, *rows: Any, name: str = "名册.xlsx") -> Path:
    path = folder / name
    path.write_bytes(workbook(名册=[HEADING, *rows]))
    return path


async def run(cast: Cast, *words: str) -> tuple[Any, list[str]]:
    arguments: Namespace = parser().parse_args(["import", *words])
    return await import_file(House(SETTINGS, cast.clock, "", ""), arguments)


async def test_it_takes_a_roster_in_and_says_so_as_json(cast: Cast, capsysbinary: Any) -> None:
    data, lines = await run(cast, str(MESSY), "--office", "古城", "--json")
    assert tell(Answer(data, lines), as_json=True) == 0
    said = json.loads(capsysbinary.readouterr().out)
    assert {key: said[key] for key in ("added", "changed", "unchanged", "refused")} == {
        "added": 5, "changed": 0, "unchanged": 0, "refused": 8,
    }  # fmt: skip
    assert [row["row"] for row in said["rows"] if row["ok"]] == [5, 6, 7, 8, 18]
    assert said["rows"][0]["id_card"] == "140108199801010013"
    assert lines[0] == "roster: 5 added, 0 changed, 0 unchanged, 8 refused, 0 ended, 0 waiting"
    assert any(line.startswith("row 11: 矫正期限止:") and line.endswith("[end_before_start]") for line in lines)


async def test_a_dry_run_asks_the_answers_are_given_and_the_import_is_undone(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, person(), another(128, 管理类别="二级"))
    tried, lines = await run(cast, str(path), "--dry-run")
    assert [question["key"] for question in tried["questions"]] == ["value:level:二级"]
    assert any(line.startswith("question value:level:二级") for line in lines)
    with pytest.raises(Refusal, match="--answers"):
        await run(cast, str(path))
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"value:level:二级": "normal"}), encoding="utf-8")
    done, _ = await run(cast, str(path), "--answers", str(answers))
    assert (done["added"], done["rows"][1]["level"]) == (2, "normal")
    undone, lines = await run(cast, str(path), "--undo")
    assert (undone, lines) == ({"undone": done["run"]}, [f"import {done['run']} undone"])
    assert await fetch_value("SELECT count(*) FROM orders") == 0


async def test_the_refused_rows_are_written_to_a_workbook(cast: Cast, tmp_path: Path) -> None:
    wrong = tmp_path / "有误.xlsx"
    await run(cast, str(MESSY), "--office", "GC", "--refused", str(wrong))
    [sheet] = read_book("a.xlsx", wrong.read_bytes())
    assert [row[-1] for row in sheet.rows[2:]] == [9, 10, 11, 12, 13, 14, 15, 17]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", b"PK\x03\x04 nonsense", "已损坏"),
        ("a.xlsx", b"", "文件是空的"),
        ("a.pdf", b"%PDF", "只能读取"),
        ("a.csv", "颜色,形状\n红,圆\n".encode(), "没有找到表头"),
    ],
)
async def test_a_file_that_cannot_be_read_gets_one_sentence(
    cast: Cast, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal, match=told) as refused:
        await run(cast, str(path))
    assert "\n" not in refused.value.sentence
    assert await fetch_value("SELECT count(*) FROM import_run") == 0


async def test_what_is_not_there_or_no_answer_or_no_office_gets_one_sentence(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, person())
    (tmp_path / "a.json").write_text("[1]", encoding="utf-8")
    for words, told in (
        ([str(tmp_path / "none.xlsx")], "can't be read"),
        ([str(path), "--answers", str(tmp_path / "a.json")], "must be JSON of the form"),
        ([str(path), "--office", "某所"], "not the name or code"),
        ([str(path), "--undo"], "没有找到"),
        ([str(MESSY), "--office", "GC", "--refused", str(tmp_path / "no" / "a.xlsx")], "can't be written"),
    ):
        with pytest.raises(Refusal, match=told):
            await run(cast, *words)
