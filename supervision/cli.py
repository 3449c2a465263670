"""The `supervision` command: what an office does from a terminal. Errors are one sentence on stderr and exit 1."""

import argparse
import asyncio
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import asyncpg

from supervision.audit.record import record
from supervision.config import load_settings, moment_of
from supervision.db import DATABASE_AWAY, fetch
from supervision.errors import Refusal
from supervision.house import House, at_work, open_house, prepare
from supervision.local_postgres import LocalPostgresError
from supervision.sealed import Keyring, KeyringError, SealError
from supervision.stopping import leaving_in_order

Arguments = argparse.Namespace


@dataclass(frozen=True)
class Answer:
    """What a command says: as JSON for programs, as lines for people; `ok` false makes the exit 1."""

    data: Any
    lines: Sequence[str]
    ok: bool = True


Work = Callable[[House, Arguments], Awaitable[Answer]]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message} (see: {self.prog} --help)")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    _speak_utf8()
    try:
        arguments = parser().parse_args(words)
        return int(arguments.run(arguments))
    except Refusal as refusal:
        return _say(refusal.sentence)
    except (LocalPostgresError, KeyringError, SealError) as problem:
        return _say(str(problem))
    except BrokenPipeError:  # whoever read our answer has had enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except DATABASE_AWAY as problem:
        return _say(_away(problem))
    except asyncpg.PostgresError as problem:
        return _say(f"The database refused: {problem.args[0]} (SQLSTATE {problem.sqlstate}).")
    except KeyboardInterrupt:
        return 130


def _speak_utf8() -> None:
    """What we print is partly Chinese, whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _away(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.filename is not None:
        return f"{problem.filename}: {problem.strerror}."
    if isinstance(problem, asyncpg.DiskFullError):
        return f"The disk of the database is full: {problem.args[0]}. Make room and try again; nothing was half done."
    reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return f"The database can't be reached: {reason}.".replace("\n", " ")


def _say(sentence: str) -> int:
    sys.stderr.write(sentence.strip() + "\n")
    return 1


def parser() -> argparse.ArgumentParser:
    """All commands; the README's table is held against it by a test."""
    whole = _Parser(prog="supervision", description="零漏管: supervision that loses nobody")
    commands = whole.add_subparsers(dest="command", required=True, parser_class=_Parser)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        one.set_defaults(run=command.run)
        command.arguments(one)
    return whole


@dataclass(frozen=True)
class Command:
    """One command: its name, a sentence, its arguments, and what runs it."""

    name: str
    help: str
    run: Callable[[Arguments], int]
    arguments: Callable[[argparse.ArgumentParser], None]


def in_house(work: Work) -> Callable[[Arguments], int]:
    """Run the work with the database up, migrated and open; print its answer."""

    def run(arguments: Arguments) -> int:
        with open_house(load_settings()) as house:
            answer = asyncio.run(_work(house, work, arguments))
        return tell(answer, as_json=arguments.json)

    return run


async def _work(house: House, work: Work, arguments: Arguments) -> Answer:
    await prepare(house)
    async with at_work(house, pool_size=4):
        answer = await work(house, arguments)
        if arguments.command in READS:
            await _note_read(house, arguments, answer)
        return answer


READS = frozenset({"duties", "alerts", "messages", "rollcall"})
"""Commands that show people: they leave an audit row as a page does (G9)."""


async def _note_read(house: House, arguments: Arguments, answer: Answer) -> None:
    rows = await fetch("SELECT DISTINCT person FROM orders WHERE number = ANY($1)", sorted(numbers_in(answer.data)))
    detail = {"command": arguments.command, "account": os.geteuid()}
    await record(None, "command_read", people=[row["person"] for row in rows], detail=detail, now=house.clock.now())


def numbers_in(data: Any) -> set[str]:
    """The order numbers that an answer names, however deep (other texts under these keys match no order)."""
    if isinstance(data, Mapping):
        own = {data[key] for key in ("number", "order", "to") if isinstance(data.get(key), str)}
        return own.union(*(numbers_in(value) for value in data.values()))
    if isinstance(data, list):
        return set().union(*(numbers_in(value) for value in data))
    return set()


def tell(answer: Answer, *, as_json: bool) -> int:
    """Print an answer; 0, or 1 when it says that something is wrong."""
    text = json.dumps(answer.data, ensure_ascii=False, indent=1, default=str) if as_json else "\n".join(answer.lines)
    sys.stdout.buffer.write((text + "\n").encode("utf-8"))
    sys.stdout.flush()
    return 0 if answer.ok else 1


# -- arguments --------------------------------------------------------------------------------------------------


def _json(one: argparse.ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="answer as JSON (docs/json.md)")


def _at(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("--at", type=moment_of, help="as it was known at this moment")


def _duties(one: argparse.ArgumentParser) -> None:
    _at(one)
    one.add_argument("--person", required=True, metavar="NO", help="order number or identity number")


def _rules(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("action", nargs="?", choices=["try"], help="try: facts in, duties and findings out; no database")
    one.add_argument("file", nargs="?", type=Path, help="JSON lines of facts (docs/json.md)")


def _tick(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("--until", required=True, type=moment_of, help="run the jobs as of this moment (training only)")


def _import(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("file", type=Path, help=".xlsx, .xls, .ods or .csv")
    one.add_argument(
        "--kind", choices=["roster", "history", "assistance"], help="what the sheet is; found out when left out"
    )
    one.add_argument("--office", help="office of rows that name none")
    one.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    one.add_argument("--answers", type=Path, help="JSON: what the sheet's unknown values mean")
    one.add_argument("--refused", type=Path, help="write the refused rows to this workbook")
    one.add_argument("--undo", action="store_true", help="undo today's import of this file")


def _go_live(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("--date", required=True, help="the day from which the ledger counts, 2026-12-01")


def _init(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("--login", default="admin", help="the first administrator's sign-in name")


def _demo(one: argparse.ArgumentParser) -> None:
    _none(one)
    one.add_argument("--load-only", action="store_true", help="load the demo district and exit")
    one.add_argument("--reset", action="store_true", help="start the demo over (RESET=1)")


def _bench(one: argparse.ArgumentParser) -> None:
    from supervision.bench.command import BENCHES

    _json(one)
    one.add_argument("name", choices=list(BENCHES), help="what to measure")
    one.add_argument("--people", type=int, default=10_000, help="size of the register (default: 10000)")
    one.add_argument("--runs", type=int, default=5, help="how often ours and the anchor take turns (default: 5)")


def _report(one: argparse.ArgumentParser) -> None:
    _at(one)
    one.add_argument("what", choices=["annual", "monthly"], help="the year's report or the month's table")
    one.add_argument("--year", help="2024; the last one that is over when left out")
    one.add_argument("--month", help="2024-05; the last one that is over when left out")
    one.add_argument("--format", choices=["md", "json", "docx", "xlsx"], default="md", help="default: md")
    one.add_argument("--to", type=Path, metavar="FILE", help="where docx and xlsx are written to")


def _key(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument(
        "action", choices=["copy", "rotate", "drop"], help="copy it out; seal with a new one; drop old ones"
    )
    one.add_argument(
        "--to", type=Path, metavar="FOLDER", help="a folder for the copy, outside the data and the backups"
    )


def _backup(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("--to", type=Path, metavar="FOLDER", help="where to; SUPERVISION_BACKUP_DIR when left out")


def _restore(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("file", type=Path, help="the .dump of a backup; its .json lies beside it")
    one.add_argument(
        "--key", type=Path, help="the copy of the key files (a folder or seal.key); else keys/ of the data folder"
    )


def _audit(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("action", choices=["verify"], help="walk the chain; name the first row that doesn't fit")
    one.add_argument("--head", help="the head on a printed roll call, 1234-9f3a-22bc-01de-77aa-90ff")


def _files(one: argparse.ArgumentParser) -> None:
    _json(one)
    one.add_argument("action", nargs="?", choices=["sweep"], help="take what has no row off the disk")


def _none(one: argparse.ArgumentParser) -> None:
    one.set_defaults(json=False)


# -- work -------------------------------------------------------------------------------------------------------


async def _work_duties(house: House, arguments: Arguments) -> Answer:
    from supervision.desk.export import duties_of

    rows = await duties_of(arguments.person, arguments.at, house.clock.now())
    lines = [f"{r['limit_at']}  {r['state']:<9} {r['rule']:<7} {r['variant']:<12} {r['period']}" for r in rows]
    return Answer(rows, lines)


async def _work_alerts(house: House, arguments: Arguments) -> Answer:
    from supervision.alerts.export import open_alerts

    rows = await open_alerts(arguments.at or house.clock.now())
    named = [(r["number"] or f"{r['subject_kind']} {r['subject_id']}", r) for r in rows]
    lines = [f"{r['since']}  {r['severity']:<8} {r['kind']:<18} {name}  → {r['owner']}" for name, r in named]
    return Answer(rows, lines)


async def _work_messages(house: House, arguments: Arguments) -> Answer:
    from supervision.messages.export import messages_list

    rows = await messages_list(arguments.at)
    lines = [f"{r['created_at']}  {r['state']:<10} {r['kind']:<9} {r['body']}" for r in rows]
    return Answer(rows, lines)


async def _work_rollcall(house: House, arguments: Arguments) -> Answer:
    from supervision.rollcall.export import rollcall_json

    data = await rollcall_json(arguments.at or house.clock.now(), live=arguments.at is None)
    lines = []
    for name, one in ((data["register"], data), ("resettlement", data["resettlement"])):
        lines += [name, *(f"{bucket['count']:>6}  {bucket['title']}" for bucket in one["buckets"])]
        lines += [f"{one['total']:>6}  total", f"{one['remainder']:>6}  remainder"]
    lines += [f"audit head: {data['audit_head']}"] if data["audit_head"] else []
    lines += [f"stray: {stray['number']}: {stray['what']}" for stray in data["strays"]]
    return Answer(data, lines, ok=data["closes"])


async def _work_tick(house: House, arguments: Arguments) -> Answer:
    if not house.settings.training:
        raise Refusal("tick is refused in production: it would run the jobs at a time that isn't now.")
    from jobs.run import tick_until

    data = await tick_until(house.settings, arguments.until)
    return Answer(data, [f"{name}: {value}" for name, value in data.items()])


async def _work_doctor(house: House, arguments: Arguments) -> Answer:
    from supervision.doctor import examine

    findings = await examine(house)
    lines = [f"{'ok ' if one.ok else 'BAD'}  {one.sentence}" for one in findings]
    return Answer([one.__dict__ for one in findings], lines, ok=all(one.ok for one in findings))


async def _work_key(house: House, arguments: Arguments) -> Answer:
    from supervision import keys

    if arguments.action == "drop":
        dropped = await keys.drop(house)
        return Answer(
            {"dropped": dropped}, [f"dropped: {', '.join(dropped)}; backups made under them need the old copy"]
        )
    if arguments.action == "copy":
        if arguments.to is None:
            raise Refusal("key copy needs a folder outside the data: supervision key copy --to FOLDER")
        made = [str(path) for path in await keys.copy_out(house, arguments.to)]
        return Answer({"copied": made}, [f"copied: {path}" for path in made])
    rotation = await keys.rotate(house, arguments.to)
    return Answer(asdict(rotation) | {"done": rotation.done}, keys.told(rotation), ok=rotation.done)


async def _work_backup(house: House, arguments: Arguments) -> Answer:
    from supervision.backup.make import make_backup, told

    made = await make_backup(house, arguments.to)
    return Answer({"dump": str(made.dump), **made.manifest.as_json()}, told(made, house.settings))


async def _work_files(house: House, arguments: Arguments) -> Answer:
    from supervision.files.sweep import standing, sweep, told

    swept = await sweep(house.clock.now()) if arguments.action == "sweep" else 0
    found = await standing()
    return Answer({"swept": swept, **asdict(found)}, told(found, swept), ok=found.well)


async def _work_audit(house: House, arguments: Arguments) -> Answer:
    from supervision.audit.verify import as_json, told, verify
    from supervision.house import audit_key_file, heads_file
    from supervision.rollcall.heads import kept_heads

    kept = await kept_heads(heads_file(house.settings), arguments.head)
    verdict = await verify(Keyring.load(audit_key_file(house.settings)), kept, house.clock.now())
    return Answer(as_json(verdict), told(verdict), ok=verdict.fault is None)


def _said_by(module: str, name: str) -> Work:
    """The work of a command that answers with its data and its lines."""

    async def work(house: House, arguments: Arguments) -> Answer:
        data, lines = await getattr(import_module(module), name)(house, arguments)
        return Answer(data, lines)

    return work


async def _work_init(house: House, arguments: Arguments) -> Answer:
    from supervision.access.staffing import create_first_administrator

    code = await create_first_administrator(arguments.login, house.settings.bureau, house.clock.now())
    return Answer(
        {"login": arguments.login, "code": code}, [f"sign in as {arguments.login} with the one-time code {code}"]
    )


async def _work_report(house: House, arguments: Arguments) -> Answer:
    from supervision.statistics.command import report

    data, lines = await report(arguments, house.clock.now())
    arguments.json = arguments.json or arguments.format == "json"
    return Answer(data, lines)


def _run_rules(arguments: Arguments) -> int:
    from supervision.rulebook import rules_command

    data, lines = rules_command(arguments)
    return tell(Answer(data, lines), as_json=arguments.json)


def _run_restore(arguments: Arguments) -> int:
    from supervision.backup.restore import is_well, restore, told

    with leaving_in_order():
        done = restore(load_settings(), arguments.file, arguments.key)
    return tell(Answer(asdict(done), told(done), ok=is_well(done)), as_json=arguments.json)


def _run_upgrade(arguments: Arguments) -> int:
    from supervision.backup.upgrade import told, upgrade

    with open_house(load_settings()) as house:
        done = asyncio.run(upgrade(house))
        doctor = asyncio.run(_work(house, _work_doctor, arguments))
    data = {**asdict(done), "doctor": doctor.data}
    return tell(Answer(data, [*told(done, embedded=house.server is not None), *doctor.lines]), as_json=arguments.json)


def _run_demo(arguments: Arguments) -> int:
    from supervision.start import run_demo

    return run_demo(load_only=arguments.load_only, reset=arguments.reset)


def _run_bench(arguments: Arguments) -> int:
    from supervision.bench.command import run_bench

    data, lines = run_bench(arguments.name, arguments.people, arguments.runs)
    return tell(Answer(data, lines), as_json=arguments.json)


def _run_run(arguments: Arguments) -> int:
    from supervision.start import run_all

    return run_all()


def _run_serve(arguments: Arguments) -> int:
    from supervision.start import serve

    return serve(arguments.port, handed=arguments.handed)


def _serve(one: argparse.ArgumentParser) -> None:
    _none(one)
    one.add_argument("--port", type=int, required=True)
    one.add_argument("--handed", type=int, help=argparse.SUPPRESS)  # the listening socket that `run` hands over


def _its_own(name: str, help: str, module: str) -> Command:
    """A command whose module names its arguments itself."""
    return Command(name, help, in_house(_said_by(module, name)), lambda one: import_module(module).arguments(one))


SHEETS = "supervision.exchange.command"
COMMANDS: tuple[Command, ...] = (
    Command("demo", "load the demo district and start everything", _run_demo, _demo),
    Command("run", "start the web and the jobs", _run_run, _none),
    Command("serve", "start one web process", _run_serve, _serve),
    Command("init", "make the first administrator, with a one-time password", in_house(_work_init), _init),
    Command(
        "import",
        "take in a roster, a history of reports or a register of help",
        in_house(_said_by(SHEETS, "import_file")),
        _import,
    ),
    Command("go-live", "begin the ledger of an imported register", in_house(_said_by(SHEETS, "go_live")), _go_live),
    Command("duties", "what one person owes and owed", in_house(_work_duties), _duties),
    Command("alerts", "the open alerts and who has them", in_house(_work_alerts), _at),
    Command("messages", "the texts and what became of them", in_house(_work_messages), _at),
    Command("rollcall", "prove that nobody is missing", in_house(_work_rollcall), _at),
    Command("report", "the annual report, or the monthly table of the register", in_house(_work_report), _report),
    Command("rules", "the rules in force; `rules try FILE.jsonl` asks them", _run_rules, _rules),
    Command("tick", "run the jobs as of a moment", in_house(_work_tick), _tick),
    Command("bench", "measure against an anchor, in a throw-away database (docs/performance.md)", _run_bench, _bench),
    Command("backup", "dump the embedded database; the key stays apart", in_house(_work_backup), _backup),
    Command("restore", "restore a backup into an empty data folder, and compare", _run_restore, _restore),
    Command("upgrade", "bring the database to this version: room, dump, migrations, doctor", _run_upgrade, _json),
    Command("key", "copy the sealing key out, seal with a new one, drop the old ones", in_house(_work_key), _key),
    Command(
        "audit", "`audit verify --head H`: name the first changed or missing audit row", in_house(_work_audit), _audit
    ),
    _its_own("register", "write the whole register out in clear, or load one", "supervision.exchange.export_command"),
    _its_own("token", "keys of other systems to /api/v1: make, list, revoke", "supervision.exchange.api.command"),
    Command(
        "files", "count the sealed files and name lost ones; `files sweep` clears up", in_house(_work_files), _files
    ),
    Command("doctor", "say what is wrong, in sentences", in_house(_work_doctor), _json),
)


if __name__ == "__main__":
    sys.exit(main())
