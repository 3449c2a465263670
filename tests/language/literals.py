"""Chinese in the sources: what the catalogue is asked for, and what stands in no `_()`, with the reasons why some may."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

from tests.conftest import ROOT

SUPERVISION = ROOT / "supervision"
CHINESE = re.compile(r"[\u3400-\u9fff]")
WRITTEN = re.compile(r"[\u3400-\u9fff\u3001-\u301f\uff01-\uff5e]")
"""Characters, and the marks between them: ，。、；：（）《》."""
MARKS = ("_", "N_", "ngettext", "gettext")
EXEMPT: Mapping[str, str] = {
    # a module, or a module and one of its names: why its Chinese is said to nobody who reads a page
    "access/desk.py": "said where the system starts",
    "access/factor_pages.py:ISSUER": "the name of the account in somebody's telephone",
    "access/staffing.py:create_first_administrator": "the name that the first account is kept under",
    "access/tokens.py": "said by the command",
    "audit/heads.py": "said by the command",
    "audit/key.py": "said where the jobs start, and kept with their run",
    "audit/verify.py": "said by the command",
    "backup": "said by the commands",
    "bench": "data to measure with, and said by the command",
    "cli.py": "the name of the product",
    "commissions/investigating.py:ASSIGNED": "kept with the file that is handed over",
    "commissions/past.py": "kept with what is put down of the past",
    "config.py": "the name of the bureau",
    "demo": "data of the invented district",
    "discipline/actions.py:NOTED": "kept with the alert",
    "discipline/actions.py:REPORTED": "kept with the alert",
    "discipline/decisions.py:OUTCOME_REASON": "kept with the alert",
    "discipline/letters.py": "official letters",
    "discipline/pages.py:_filled": "the facts of a breach, which the letter quotes",
    "discipline/pages.py:_filled_from": "the facts of a breach, which the letter quotes",
    "discipline/past.py": "kept with what is put down of the past",
    "doctor.py": "says everything in both languages itself",
    "documents": "official letters",
    "exchange/answers.py": "a workbook",
    "exchange/api": "said to other systems",
    "exchange/assistance_export.py": "a workbook",
    "exchange/assistance_intake.py:OFF_IN_SHEET": "kept with the step",
    "exchange/assistance_taking.py:REASON": "kept with the file that is handed over",
    "exchange/assistance_present.py": "a workbook",
    "exchange/assistance_sheet.py:_EXPLAINS": "what sheets say",
    "exchange/command.py": "said by the command",
    "exchange/export_lists.py": "a workbook",
    "exchange/headings.py": "how sheets are headed",
    "exchange/layout.py:FOOTERS": "what sheets say",
    "exchange/layout.py:REMARKS": "what sheets say",
    "exchange/pages.py:ANSWER_NAME": "the name of a workbook",
    "exchange/places.py:_HEAD": "how offices are named in sheets",
    "exchange/places.py:_TAIL": "how offices are named in sheets",
    "exchange/values.py:EMPTY_WORDS": "what sheets say for nothing",
    "exchange/values.py:WORDS": "what sheets say; the word of each code is marked",
    "exchange/values.py:_INCOMPLETE": "how sheets write days",
    "exchange/values.py:_SEPARATED": "how sheets write days",
    "exchange/values.py:_TIME": "how sheets write times",
    "exchange/writing.py:REASON": "kept with the file that is handed over",
    "language.py:LANGUAGES": "each language by its own name",
    "lost_contact/actions.py:SEARCH_BEGUN": "kept with the alert",
    "messages/channel.py": "said where the system starts",
    "messages/delivery.py": "kept with the text that was sent",
    "messages/outbox.py": "kept with the text that was sent",
    "messages/providers": "kept with the text that was sent",
    "messages/receipts.py": "kept with the text that was sent",
    "messages/texts.py": "texts to people",
    "orders/intake.py:ASSIGNED_AT_INTAKE": "kept with the file that is handed over",
    "orders/pages.py:REASSIGNED": "kept with the file that is handed over",
    "orders/past.py": "kept with what is put down of the past",
    "people/identity.py:MISSING": "what sheets say for nothing",
    "people/pinyin.py": "characters and how they are read",
    "people/staffing.py:REASON": "kept with the file that is handed over",
    "problems.py": "said to other systems",
    "resettlement/actions.py:REASONS": "kept with the file that is handed over",
    "resettlement/handover.py:AWAITED_AGAIN": "kept with the step",
    "resettlement/handover.py:BACK_IN_CORRECTION": "kept with the step",
    "resettlement/handover.py:END_VOIDED": "kept with the step",
    "resettlement/handover.py:REASON": "kept with the file that is handed over",
    "resettlement/pages.py:ASSIGNED": "kept with the file that is handed over",
    "resettlement/pages.py:REGISTERED": "kept with the file that is handed over",
    "resettlement/past.py": "kept with what is put down of the past",
    "rollcall/heads.py": "said by the command",
    "rollcall/strays.py:help_number": "a number, in the answer to programs",
    "rules/document.py": "a document in English",
    "start.py": "said in the terminal",
    "statistics/annual.py:FILE_TITLE": "the name of a file for the records",
    "statistics/dashboard_pages.py:FILE_NAME": "the name of a workbook",
    "statistics/fairness.py:village_of": "how addresses are written",
    "statistics/ledgers.py": "workbooks",
    "statistics/sheets.py": "workbooks",
    "statistics/stays.py:STAYS": "how crimes are written",
    "statistics/word.py": "a document for the records",
    "statistics/workload.py:REASON": "kept with the file that is handed over",
    "video_visits/ics.py": "a file for calendars",
    "video_visits/past.py": "kept with what is put down of the past",
}


def folder_of(path: str) -> str:
    """The slice of a path below supervision/; modules of their own and the frame's templates are `frame`."""
    first, _, rest = path.partition("/")
    return first if rest and first not in ("templates",) else "frame"


FOLDERS = sorted({folder_of(str(path.relative_to(SUPERVISION))) for path in SUPERVISION.rglob("*.py")})


@cache
def asked_for() -> Mapping[str | tuple[str, str], list[str]]:
    """Every message that the sources mark, as `pybabel extract -F pyproject.toml` finds it, and where it stands."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    options = {one["pattern"]: {k: v for k, v in one.items() if k not in ("method", "pattern")} for one in mappings}
    methods = [(one["pattern"], one["method"]) for one in mappings]
    found: dict[str | tuple[str, str], list[str]] = {}
    for file, line, message, _comments, _context in extract_from_dir(str(ROOT), methods, options):
        key = message if isinstance(message, str) else tuple(message)
        if CHINESE.search(str(key)) or re.search(
            r"[，。、；：（）]", str(key)
        ):  # `_(row["state"])` lifts "state" out too
            found.setdefault(key, []).append(f"{Path(file).relative_to('supervision')}:{line}")
    return found


def unmarked(path: Path) -> Iterator[str]:
    """Chinese literals of a module that no mark encloses; docstrings are none."""
    name = str(path.relative_to(SUPERVISION))
    if name in EXEMPT or name.split("/")[0] in EXEMPT or "/".join(name.split("/")[:2]) in EXEMPT:
        return
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if not any(f"{name}:{one}" in EXEMPT for one in _names(statement)):
            yield from (f"{name}:{line} {text}" for line, text in _literals(statement))


def _names(statement: ast.stmt) -> list[str]:
    """What a statement at the top of a module gives a name to."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [one.id for one in targets if isinstance(one, ast.Name)]


def _literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
        rest = [arg for arg in node.args if not isinstance(arg, ast.Constant)]
        yield from (found for arg in rest for found in (*_literals(arg), *_marks_inside(arg)))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
        yield node.lineno, node.value[:60]
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


def _marks_inside(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Marks inside of a mark: the extraction doesn't see them."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in MARKS:
            yield one.lineno, ast.unparse(one)[:60]


IN_TEMPLATE = re.compile(
    r"\{#.*?#\}|\b_\(\s*\"(?:[^\"\\]|\\.)*\"|ngettext\((?:\s*\"(?:[^\"\\]|\\.)*\"\s*,){2}", re.DOTALL
)
"""Comments, and the sentences that are marked."""
LOGO = '<span class="logo" aria-hidden="true">零</span>'


def unmarked_in_template(path: Path) -> list[str]:
    """Lines of a template with Chinese, be it but a bracket, outside of `_()`."""
    text = path.read_text(encoding="utf-8").replace(LOGO, "")
    rest = IN_TEMPLATE.sub(lambda found: "\n" * found[0].count("\n"), text)
    name = path.relative_to(SUPERVISION)
    return [f"{name}:{n} {line.strip()[:80]}" for n, line in enumerate(rest.splitlines(), 1) if WRITTEN.search(line)]
