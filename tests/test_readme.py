"""The tables of both READMEs say what the code says; `python -m tests.test_readme` writes them anew."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.schedule import SCHEDULE
from supervision.access.roles import PERMISSIONS, ROLE_TITLES, SCOPE
from supervision.cli import COMMANDS
from supervision.config import load_settings
from supervision.rules.document import rules_table

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh.md")


def rules() -> Iterator[str]:
    yield "| rule | what | article | owed by | test |"
    yield "|---|---|---|---|---|"
    for row in rules_table():
        yield f"| {row['id']} | {row['title']} | {row['article']} | {row['owed_by']} | `{row['test']}` |"


def commands() -> Iterator[str]:
    yield "| command | what it does |"
    yield "|---|---|"
    yield from (f"| `supervision {command.name}` | {command.help} |" for command in COMMANDS)


def jobs() -> Iterator[str]:
    yield "| job | when | what |"
    yield "|---|---|---|"
    for job in SCHEDULE:
        when = f"{job.at:%H:%M}" if job.at else f"every {int(job.every.total_seconds())} s"
        yield f"| {job.name} | {when} | {(job.does.__doc__ or '').strip()} |"


def roles() -> Iterator[str]:
    yield "| role | title | sees | may |"
    yield "|---|---|---|---|"
    for role, title in ROLE_TITLES.items():
        may = ", ".join(sorted(permission for permission, who in PERMISSIONS.items() if role in who))
        yield f"| {role} | {title} | {SCOPE[role]} | {may} |"


TABLES: dict[str, Callable[[], Iterator[str]]] = {"rules": rules, "commands": commands, "jobs": jobs, "roles": roles}


def with_tables(text: str) -> str:
    """The text with each marked table made anew."""
    for name, table in TABLES.items():
        block = "\n".join(table())
        marked = rf"(<!-- table: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(marked, lambda found, block=block: found[1] + block + "\n" + found[2], text, flags=re.DOTALL)
    return text


@pytest.mark.parametrize("name", READMES)
def test_the_tables_say_what_the_code_says(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert all(f"<!-- table: {table} -->" in text for table in TABLES)
    assert with_tables(text) == text, "python -m tests.test_readme"


class Asked(dict[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(key)
        return default


@pytest.mark.parametrize("name", READMES)
def test_every_setting_has_its_row(name: str) -> None:
    asked = Asked()
    load_settings(asked)
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert asked.names - {"HOME", "XDG_DATA_HOME"} <= rows
    assert rows - asked.names <= {"RESET", "SUPERVISION_TEST_URL"}


@pytest.mark.parametrize("name", READMES)
def test_every_promise_names_tests_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    promises = re.findall(r"^\| (G\d+) \|.*\|$", text, flags=re.MULTILINE)
    assert promises == [f"G{number}" for number in range(1, 13)]
    named = re.findall(r"`(tests/[\w/.]+)`", text)
    assert named and all((ROOT / path).exists() for path in named), [p for p in named if not (ROOT / p).exists()]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    packages = {found[0] for one in asked if (found := re.match(r"[\w-]+", one))}
    table = (
        (ROOT / "docs" / "decisions.md").read_text("utf-8").partition("## Dependencies")[2].partition("## Decisions")[0]
    )
    rows = re.findall(r"^\| ([a-z][\w ,-]*) \|", table, flags=re.MULTILINE)
    explained = {name for row in rows for name in row.split(", ")} - {"package"}
    assert (packages - explained, explained - packages) == (set(), {"msgspec"})  # it comes with litestar


def test_both_readmes_give_the_same_commands() -> None:
    blocks = [re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text("utf-8"), flags=re.DOTALL) for name in READMES]
    assert blocks[0] == blocks[1] and blocks[0]


if __name__ == "__main__":
    for readme in READMES:
        file = ROOT / readme
        file.write_text(with_tables(file.read_text(encoding="utf-8")), encoding="utf-8")
