"""What is in deploy/ is true: files that are named exist, commands that are run are ours, settings are those that are read."""

import importlib.util
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from supervision.cli import COMMANDS, parser
from supervision.config import load_settings
from supervision.exchange.sheets import SIZE_LIMIT
from supervision.house import key_file
from supervision.local_postgres import find_programs
from tests.test_architecture import routes

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
RUNBOOK = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ENVIRONMENT = DEPLOY / "supervision.env.example"
HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "CapabilityBoundingSet=",
    "SystemCallFilter=@system-service",
    "UMask=0077",
)


def lines_of(unit: Path) -> list[str]:
    return unit.read_text(encoding="utf-8").splitlines()


def value_of(unit: Path, key: str) -> str:
    (found,) = [line.partition("=")[2] for line in lines_of(unit) if line.startswith(f"{key}=")]
    return found


def is_ours(words: list[str]) -> bool:
    """Whether a command line is one that the program has: `supervision …` with its arguments, or `python -m jobs`."""
    program = Path(words[0]).name
    if program == "supervision":
        return parser().parse_args(words[1:]).command in {command.name for command in COMMANDS}
    if program == "python" and words[1] == "-m":
        return importlib.util.find_spec(f"{words[2]}.__main__") is not None
    return False


def commands_in(text: str) -> Iterator[list[str]]:
    """The list form of commands in the container's files."""
    for found in re.findall(r"(?:CMD|command:) (\[.*\])", text):
        yield re.findall(r'"([^"]+)"', found)


def settings_in(text: str) -> Mapping[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))


def test_every_file_that_the_runbook_names_exists() -> None:
    named = set(re.findall(r"`((?:deploy|docs|tests|supervision|migrations)/[\w./-]+)`", RUNBOOK))
    assert {str(unit.relative_to(ROOT)) for unit in UNITS} <= named
    assert [name for name in named | {"CHANGELOG.md"} if not (ROOT / name).exists()] == []


def test_everything_in_deploy_is_named_in_the_runbook() -> None:
    files = {file.name for file in DEPLOY.rglob("*") if file.is_file() and file.suffix not in (".md", ".dockerignore")}
    assert [name for name in files if name not in RUNBOOK] == []


def test_every_command_that_the_runbook_gives_exists() -> None:
    given = re.findall(r"\bours (supervision [^`\n]+)", RUNBOOK)
    assert given and all(is_ours(shlex.split(one.partition("`")[0])) for one in given)
    spoken = set(re.findall(r"`supervision ([a-z-]+)", RUNBOOK))
    assert spoken <= {command.name for command in COMMANDS}


def test_the_runbook_gives_the_commands_of_backup_restore_upgrade_and_keys() -> None:
    given = {one.split()[1] for one in re.findall(r"\bours (supervision [^`\n]+)", RUNBOOK)}
    assert {"backup", "restore", "upgrade", "key", "audit", "doctor"} <= given


def test_every_page_that_the_runbook_names_is_there() -> None:
    pages = {path for path, method, _ in routes() if method == "GET"}
    named = set(re.findall(r"`(/[a-z]+)`", RUNBOOK))
    assert {"/system", "/rollcall", "/messages", "/staff", "/health"} <= named <= pages


def test_every_sentence_on_what_to_do_is_one_that_the_program_says() -> None:
    upgrade = RUNBOOK[RUNBOOK.index("## Upgrade") : RUNBOOK.index("## The embedded database server")]
    told = re.sub(r"```.*?```", "", upgrade + RUNBOOK[RUNBOOK.index("## Keys") :], flags=re.DOTALL)
    source = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("supervision/**/*.py"))
    said = [part for quoted in re.findall(r'"([^"\n]+)"', told) for part in re.split(r"\s*…\s*", quoted)]
    sentences = [part for part in said if part]
    assert len(sentences) >= 5
    assert [part for part in sentences if part not in source] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_unit_starts_a_command_that_exists(unit: Path) -> None:
    words = shlex.split(value_of(unit, "ExecStart"))
    assert words[0].startswith(f"{value_of(unit, 'WorkingDirectory')}/.venv/bin/") and is_ours(words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_unit_is_hardened_and_may_write_its_data_folder_alone(unit: Path) -> None:
    assert [line for line in HARDENED if line not in lines_of(unit)] == []
    assert value_of(unit, "User") != "root"
    writable = f"/var/lib/{value_of(unit, 'StateDirectory')}"
    assert settings_in(ENVIRONMENT.read_text(encoding="utf-8"))["SUPERVISION_DATA_DIR"] == writable
    assert not any(line.startswith("ReadWritePaths=") for line in lines_of(unit))


def test_the_example_of_settings_is_read_and_holds_nothing_unknown() -> None:
    given = settings_in(ENVIRONMENT.read_text(encoding="utf-8"))
    settings = load_settings(given)
    assert settings.mode == "production" and settings.public_url.startswith("https://")
    assert urlsplit(settings.database_url or "").username == "supervision_app" != urlsplit(settings.migration_url or "")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in given if f"| `{name}` |" not in readme] == []
    assert str(key_file(settings)) in RUNBOOK


def test_the_containers_run_commands_that_exist_on_files_that_exist() -> None:
    image = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    compose = (DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8")
    commands = [*commands_in(image), *commands_in(compose)]
    assert len(commands) == 3 and all(is_ours(words) for words in commands)
    copied = {name for line in re.findall(r"^COPY (.+)$", image, flags=re.MULTILINE) for name in line.split()[:-1]}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    ignored = (DEPLOY / "container" / "Containerfile.dockerignore").read_text(encoding="utf-8")
    assert set(re.findall(r"^!(.+)$", ignored, flags=re.MULTILINE)) == copied
    assert (ROOT / re.findall(r"dockerfile: (.+)", compose)[0]).is_file()


def test_the_proxies_lead_to_the_port_of_the_web_and_take_the_largest_sheet() -> None:
    port = shlex.split(value_of(DEPLOY / "systemd" / "supervision-web.service", "ExecStart"))[-1]
    for name, limit in (("Caddyfile", r"max_size (\d+)MB"), ("nginx.conf", r"client_max_body_size (\d+)m;")):
        text = (DEPLOY / "proxy" / name).read_text(encoding="utf-8")
        assert f"127.0.0.1:{port}" in text
        assert int(re.findall(limit, text)[0]) * 1_000_000 > SIZE_LIMIT


def test_the_embedded_server_brings_the_programs_of_a_backup() -> None:
    assert all((find_programs() / name).is_file() for name in ("pg_dump", "pg_restore"))
