"""The commands: what they answer to `--json` is what docs/json.md says, and every refusal is one sentence."""

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from supervision import cli, sealed
from supervision.db import execute, fetch
from supervision.exchange.assistance_sheet import shapes
from tests.browser.place import Database, own_database, pool_on, settle
from tests.conftest import ROOT, of_database
from tests.exchange.test_assistance import SHAPES, sheet
from tests.json_fields import DOCUMENT, sections
from tests.register import identity_number

NO_ANSWER = {"demo", "run", "serve", "bench"}
"""Commands that start something, and the measuring one (docs/performance.md): they print lines for whoever sits there."""
ELSEWHERE = {"backup", "restore"}
"""Commands on an embedded server: their real answers are held against the document in tests/test_backup.py."""
FACTS = re.search(r"### The file of facts.*?```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
SECTIONS = sections()


async def ask(database: Database, *words: str | Path) -> Any:
    """The JSON answer of a command, run as a process of its own."""
    code, out, error = await run(database.environment, *words, "--json")
    assert error == "" and code in (0, 1), (words, error)
    return json.loads(out)


async def run(environment: dict[str, str], *words: str | Path) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "supervision.cli",
        *map(str, words),
        env=os.environ | environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()


Answers = dict[str, list[Any]]


@pytest_asyncio.fixture(scope="module")
async def answers(
    server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Answers]:
    """Real answers of every command, on a small district and (init) on an empty database."""
    async with own_database(server, tmp_path_factory) as empty:
        first = {"init": [await ask(empty, "init")]}
    async with own_database(server, tmp_path_factory) as database, own_database(server, tmp_path_factory) as other:
        await settle(database.dsn)
        database.environment["SUPERVISION_NOW"] = "2026-11-25T09:05+08:00"
        looked = await _look(database)
        register = database.folder / "register.zip"
        looked["register export"] = [await ask(database, "register", "export", register)]
        looked["register load"] = [await ask(other, "register", "load", register)]
        number = looked["duties"][0][0]["order"]
        yield first | looked | await _import(database, number) | await _change(database) | await _keys(database)


async def _look(database: Database) -> Answers:
    facts = database.folder / "facts.jsonl"
    assert FACTS is not None
    facts.write_text(FACTS[1].replace("\n", ""), encoding="utf-8")
    (messages,) = [await ask(database, "messages")]
    numbers = [one["number"] for one in await ask(database, "alerts") if one["number"]]
    return {
        "messages": [messages],
        "alerts": [await ask(database, "alerts"), await ask(database, "alerts", "--at", "2026-11-24T09:00+08:00")],
        "duties": [await ask(database, "duties", "--person", number) for number in sorted(set(numbers))[:3]],
        "rollcall": [
            await ask(database, "rollcall"),
            await ask(database, "rollcall", "--at", "2026-11-24T09:00+08:00"),
        ],
        "report": [
            await ask(database, "report", "annual", "--year", "2026"),
            await ask(database, "report", "monthly", "--month", "2026-10"),
        ],
        "rules": [await ask(database, "rules")],
        "token create": [await ask(database, "token", "create", "省平台", "--login", "dan")],
        "token list": [await ask(database, "token", "list")],
        "token revoke": [await ask(database, "token", "revoke", "省平台")],
        "rules try": [await ask(database, "rules", "try", facts)],
        "audit verify": [await ask(database, "audit", "verify", "--head", "999-9f3a-22bc-01de-77aa-90ff")],
        "doctor": [await ask(database, "doctor")],
        "files": [await ask(database, "files")],
    }


HELPED = {
    "name": "周济",
    "sex": "男",
    "id_card": identity_number(date(1980, 5, 6), 80),
    "office": "古城司法所",
    "born_on": "1980-05-06", "release_on": "2025-03-01", "help_from": "2025-03-01", "help_to": "2030-02-28", "connected_on": "2025-03-01",
    "placed_on": "2025-03-02", "entered_on": "2025-03-03", "help_state": "在帮", "help_level": "高", "danger": "重点", "connected": "是",
    "phone": "13800138000", "family_phone": "13912345678", "officer": "安丽", "rural": "是", "recidivist": "否",
}  # fmt: skip


def _sheet_of_help(database: Database, shape: str) -> Path:
    """A sheet of the register of help in which every column says something."""
    every = {field: "无" for _, field in shapes()[shape].columns}
    file = sheet(shape, every | HELPED)
    path = database.folder / file.name
    path.write_bytes(file.data)
    return path


async def _import(database: Database, number: str) -> Answers:
    messy = ROOT / "tests/exchange/messy_roster.xlsx"
    changed, history = database.folder / "名册2.csv", database.folder / "报告.csv"
    heading = "姓名,身份证号,矫正类别,矫正开始日期,矫正结束日期,司法所,状态,鞋码"
    who = identity_number(date(1992, 3, 4), 78)
    over = identity_number(date(1993, 3, 4), 79)
    asked = identity_number(date(1994, 3, 4), 80)
    rows = [
        f"丙新,{who},缓刑,2026-11-01,2028-10-31,古城司法所,在矫,42",
        f"丁旧,{over},缓刑,2024-11-01,2025-10-31,古城司法所,解除矫正,42",
        f"戊问,{asked},某种类别,2026-11-01,2027-10-31,古城司法所,在矫,42",
    ]
    changed.write_text("\n".join([heading, *rows]), encoding="utf-8")
    reports = [
        "人员编号,应报到时间,实际报到时间,方式",
        "X9,2026-11-09,,电话",
        f"{number},2026-11-02,2026-11-02 10:30,电话",
    ]
    history.write_text("\n".join(reports), encoding="utf-8")
    sheets = (
        messy,
        changed,
        history,
        *(_sheet_of_help(database, shape) for shape in SHAPES),
    )
    tried = [await ask(database, "import", file, "--dry-run", "--office", "GC") for file in sheets]
    said = database.folder / "answers.json"
    said.write_text(json.dumps({one["key"]: one["choices"][0]["code"] for one in tried[1]["questions"]}))
    done = await ask(database, "import", changed, "--answers", said)
    return {"import": [*tried, done], "import --undo": [await ask(database, "import", changed, "--undo")]}


async def _change(database: Database) -> Answers:
    """What sets the clock on, and what is wrong on purpose."""
    live = await ask(database, "go-live", "--date", "2026-11-26")
    ticked = await ask(database, "tick", "--until", "2026-11-27T09:00+08:00")
    async with pool_on(database.dsn):
        await execute("DELETE FROM ledger_subject")
        await execute("UPDATE duty SET state = 'void', closed_at = limit_at WHERE state = 'open'")
    return {"go-live": [live], "tick": [ticked], "strays": [await ask(database, "rollcall")]}


async def _keys(database: Database) -> Answers:
    begun = await ask(database, "key", "rotate", "--to", database.folder.with_name(f"{database.folder.name}-new"))
    return {
        "key copy": [
            await ask(database, "key", "copy", "--to", database.folder.with_name(f"{database.folder.name}-copy"))
        ],
        "key rotate": [begun, await ask(database, "key", "rotate")],
        "key drop": [await ask(database, "key", "drop")],
        "upgrade": [await ask(database, "upgrade")],
    }


@pytest.mark.parametrize("command", sorted(SECTIONS.keys() - ELSEWHERE))
async def test_real_answers_have_the_documented_fields(answers: Answers, command: str) -> None:
    section = SECTIONS[command]
    real = answers[command] + (answers["strays"] if command == "rollcall" else [])
    assert [fault for answer in real for fault in section.faults(answer)] == []
    assert set(section.fields) - section.seen == set(), "documented, and never seen"


@pytest.mark.parametrize("command", SECTIONS)
def test_the_examples_have_the_documented_fields(command: str) -> None:
    assert SECTIONS[command].example and SECTIONS[command].faults(SECTIONS[command].example) == []


def test_a_field_more_or_less_is_noticed() -> None:
    section, example = SECTIONS["init"], SECTIONS["init"].example
    assert section.faults(example | {"more": 1}) == [": more is not documented"]
    assert section.faults({"login": "admin"}) == ["code is missing"]
    assert section.faults(example | {"code": 5}) == ["code is 5, not text"]


def test_every_command_that_answers_is_documented() -> None:
    names = {command.name for command in cli.COMMANDS} - NO_ANSWER
    assert names == {title.split()[0] for title in SECTIONS}


def test_every_documented_command_takes_json() -> None:
    for command in cli.COMMANDS:
        one = argparse.ArgumentParser()
        command.arguments(one)
        assert command.name in NO_ANSWER or "--json" in one.format_help(), command.name


# -- refusals ---------------------------------------------------------------------------------------------------

REFUSED = (
    (["nonsense"], "invalid choice"),
    (["duties"], "--person"),
    (["alerts", "--at", "yesterday"], "'yesterday' is not a moment"),
    (["rollcall", "--at", "2026-11-22T09:00"], "must say its zone"),
    (["key"], "action"),
    (["token", "make"], "invalid choice"),
    (["key", "lose"], "invalid choice"),
    (["restore"], "file"),
    (["tick", "--until", "2026-13-22T09:00+08:00"], "is not a moment"),
    (["rules", "try"], "needs a file"),
    (["rules", "try", "/nowhere/facts.jsonl"], "can't be read: No such file"),
)


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_is_wrong_on_the_command_line_gets_one_sentence(words, said, capsys) -> None:
    assert cli.main(words) == 1
    _one_sentence(capsys, said)


def _one_sentence(capsys: pytest.CaptureFixture[str], said: str) -> None:
    out, error = capsys.readouterr()
    assert out == "" and error.count("\n") == 1 and said in error, (out, error)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Line 2: "),
        ('{"now": "2026-11-22T09:00", "facts": {}}', "Line 2: "),
        ('{"now": "2026-11-22T09:00+08:00", "facts": {}}', "`order`"),
        ('{"now": "2026-11-22T09:00+08:00", "facts": {}, "more": 1}', "`more`"),
    ],
)
def test_a_bad_line_of_facts_is_named(line, said, tmp_path, capsys) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    assert cli.main(["rules", "try", str(path)]) == 1
    _one_sentence(capsys, said)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SUPERVISION_MODE": "test"}, "SUPERVISION_MODE"),
        ({"SUPERVISION_MODE": "production", "SUPERVISION_NOW": "2026-11-22T09:00+08:00"}, "SUPERVISION_NOW"),
        ({"SUPERVISION_MODE": "training", "SUPERVISION_NOW": "noon"}, "SUPERVISION_NOW"),
        ({"SUPERVISION_DATA_DIR": "/proc/nowhere"}, "data folder /proc/nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings, said, monkeypatch, capsys) -> None:
    for name in [name for name in os.environ if name.startswith("SUPERVISION_")]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["alerts"]) == 1
    _one_sentence(capsys, said)


UNUSABLE = (
    (lambda server: "postgresql://nobody@127.0.0.1:1/nothing", "can't be reached"),
    (lambda server: "nonsense", "is not the address of a PostgreSQL database"),
    (lambda server: of_database(server, "no_such_database"), "no_such_database"),
)


@pytest.mark.parametrize(("url", "said"), UNUSABLE)
async def test_a_database_that_cannot_be_used_gets_one_sentence(server, url, said, tmp_path) -> None:
    environment = {"SUPERVISION_DATABASE_URL": url(server), "SUPERVISION_DATA_DIR": str(tmp_path)}
    code, out, error = await run(environment | {"SUPERVISION_MODE": "training"}, "alerts")
    assert (code, out, error.count("\n")) == (1, "", 1) and said in error, error


def test_the_people_whom_an_answer_names_are_found_however_deep() -> None:
    answer = {"strays": [{"number": "A1", "codes": ["x"]}], "buckets": [{"code": "lapsed", "count": 2}], "to": "B2"}
    assert cli.numbers_in([answer, {"order": "C3", "number": None}]) == {"A1", "B2", "C3"}


async def test_a_command_that_shows_people_leaves_an_audit_row_with_them(
    server: str, keyring: sealed.Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with own_database(server, tmp_path_factory) as database:
        await ask(database, "rollcall")
        async with pool_on(database.dsn):
            rows = await fetch("SELECT action, people, detail FROM audit_row WHERE action = 'command_read'")
    assert [json.loads(row["detail"])["command"] for row in rows] == ["rollcall"]
