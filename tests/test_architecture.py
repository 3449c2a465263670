"""The house's shape: imports point down, pages belong to the app, each route has one guard, nothing grows too large."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from supervision.access.roles import ADMINS, PERMISSIONS, ROLE_TITLES, SCOPE
from supervision.access.tables import ROLES
from supervision.access.viewer import PUBLIC, Guard, is_public
from supervision.app import NAV, create_app
from supervision.audit.words import ACTIONS, SUBJECTS
from supervision.clock import FixedClock
from supervision.web import icon
from tests.cast import NOW, SETTINGS

ROOT = Path(__file__).resolve().parent.parent
# Design §5, from the ground up; a new folder or module fails until it is given its place.
ORDER = (
    "language",
    "errors days locks stopping disk",
    "clock config rules",
    "db web sealed local_postgres piccolo_app",
    "migrate migrations piccolo_conf forms reads reasons problems audit",
    "files",  # each keeping and opening leaves an audit row
    "access",
    "audit.pages audit.tables",  # they name the staff; nobody below imports them
    "settings",
    "people files.past",
    "messages files.pages files.tables",  # they name people and staff; what slices call of files lies below
    "duties",
    "documents alerts",
    "resettlement",
    "orders",
    "lost_contact",  # a case of discipline takes its days from it
    "checkins reception leave discipline commissions education video_visits",
    "desk rollcall",
    "whatif ledger",
    "house failures",
    "statistics exchange",
    "keys",
    "exchange.export_command",  # it knows what is sealed, which the keys' module lists
    "backup",
    "jobs",
    "demo doctor",
    "system",
    "app",
    "bench",  # it shows the app's pages beside bare ones
    "start rulebook",
    "cli",
)
RANK = {place: rank for rank, places in enumerate(ORDER) for place in places.split()}
SOURCES = sorted([*ROOT.glob("supervision/**/*.py"), *ROOT.glob("jobs/**/*.py"), *ROOT.glob("migrations/*.py")])
LONGEST_FUNCTION, LONGEST_FILE = 70, 500
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc"}
MAY_CATCH_ALL = 4


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path) -> Iterator[str]:
    """Every module of ours that is imported, also inside functions; `from a import b` counts as a.b."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _place(module: str) -> str | None:
    """`supervision.people.actions` is people; a few modules have a place of their own."""
    parts = module.split(".")
    if parts[0] in ("jobs", "migrations"):
        return parts[0]
    if parts[0] != "supervision" or len(parts) == 1:
        return None
    own = ".".join(parts[1:3])
    return own if own in RANK else parts[1]


def _wrong_way(path: Path) -> Iterator[str]:
    here = _place(_module(path))
    for imported in _imports(path):
        there = _place(imported)
        if here and there and here != there and not RANK[there] < RANK[here] and (here, there) != ("clock", "days"):
            yield f"{_module(path)} imports {imported}"


def test_every_folder_and_module_has_a_rank() -> None:
    assert {place for path in SOURCES if (place := _place(_module(path)))} - RANK.keys() == set()


def test_imports_point_down() -> None:
    assert [wrong for path in SOURCES for wrong in _wrong_way(path)] == []


def test_the_rules_import_days_and_language_and_nothing_else_of_ours() -> None:
    allowed = ("supervision.days", "supervision.language", "supervision.rules")
    rules = [path for path in SOURCES if path.parent.name == "rules"]
    ours = {name for path in rules for name in _imports(path) if name.split(".")[0] in ("supervision", "jobs")}
    assert rules and [name for name in ours if not name.startswith(allowed) and name != "supervision.rules"] == []


def test_only_the_app_imports_pages() -> None:
    wrong = [
        f"{_module(path)} imports {name}"
        for path in SOURCES
        for name in _imports(path)
        if re.search(r"^supervision\.\w+\.(\w+_)?pages\b", name)
        and _module(path) not in ("supervision.app", *_pages_of(name))
    ]
    assert wrong == []


def _pages_of(name: str) -> tuple[str, ...]:
    """The pages modules of one slice may share what one of them shows."""
    folder = ROOT.joinpath(*name.split(".")[:2])
    return tuple(_module(path) for path in folder.glob("*pages.py"))


def _functions() -> Iterator[tuple[str, int]]:
    for path in SOURCES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{_module(path)}.{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_seventy_lines() -> None:
    assert [(name, lines) for name, lines in _functions() if lines > LONGEST_FUNCTION] == []


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in [*SOURCES, *ROOT.glob("tests/**/*.py")]
    }
    assert {str(path): lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_module_is_named_after_nothing() -> None:
    assert [path for path in SOURCES if FORBIDDEN_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)] == []


def _catch_alls() -> Iterator[str]:
    for path in SOURCES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or _names_exception(node.type)):
                yield f"{_module(path)}:{node.lineno}"


def _names_exception(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Name) and one.id in ("Exception", "BaseException") for one in ast.walk(node))


def test_exceptions_are_caught_whole_in_four_places_at_most() -> None:
    places = list(_catch_alls())
    assert len(places) <= MAY_CATCH_ALL, places


def test_no_statement_asks_the_database_for_the_time() -> None:
    clock = re.compile(r"\b(now\(\)|current_timestamp|current_date|clock_timestamp\(\)|localtimestamp)", re.IGNORECASE)
    texts = {path: "\n".join(_strings(path)) for path in SOURCES}
    texts |= {path: path.read_text(encoding="utf-8") for path in ROOT.glob("migrations/*.sql")}
    assert [str(path) for path, text in texts.items() if clock.search(text)] == []


def _strings(path: Path) -> Iterator[str]:
    """The texts of a module that look like SQL (docstrings speak of it)."""
    for node in ast.walk(_tree(path)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(r"\b(SELECT|UPDATE|INSERT|DELETE)\b", node.value)
        ):
            yield node.value


# --- routes and roles ---


def routes() -> list[tuple[str, str, Any]]:
    """Path template, method, handler, of every page."""
    app = create_app(SETTINGS, FixedClock(NOW))
    return [
        (route.path_format, method, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"})
    ]


def permission_of(handler: Any) -> str | None:
    """The one permission that a route names."""
    named = [guard.permission for guard in handler.guards or () if isinstance(guard, Guard)]
    assert len(named) <= 1, handler
    return named[0] if named else None


def test_every_route_names_one_permission_or_is_public() -> None:
    unguarded = {path for path, _, handler in routes() if permission_of(handler) is None}
    assert {path for path in unguarded if not is_public(path)} == set()
    assert {path for path, _, handler in routes() if permission_of(handler) and is_public(path)} == set()
    assert {path for path in unguarded if not path.startswith(("/static/", "/vendor/"))} == PUBLIC


def test_only_public_routes_may_go_without_the_forms_token() -> None:
    signed = {path for path, _, handler in routes() if handler.opt.get("signed_by_sender")}
    assert signed <= PUBLIC - {"/sign-in"}


def test_the_routes_of_the_api_and_no_others_are_asked_by_token() -> None:
    by_token = {path for path, _, handler in routes() if handler.opt.get("by_token")}
    assert by_token == {path for path, _, _ in routes() if path.startswith("/api/")} != set()


def test_every_role_has_a_title_a_scope_and_something_to_do() -> None:
    assert set(ROLES) == set(ROLE_TITLES) == set(SCOPE)
    assert all(roles and roles <= set(ROLES) for roles in PERMISSIONS.values())


CASE_PERMISSIONS = PERMISSIONS.keys() - {
    "see_rules",
    "own_account",
    "manage_offices",
    "manage_staff",
    "read_audit",
    "see_system",
}


@pytest.mark.parametrize("admin", sorted(ADMINS))
def test_no_administrator_holds_a_permission_on_cases(admin: str) -> None:
    assert SCOPE[admin] == "none"
    assert [name for name in CASE_PERMISSIONS if admin in PERMISSIONS[name]] == []


def test_every_entry_of_the_navigation_has_an_icon_and_a_permission() -> None:
    for _, _, name, permission, _ in NAV:
        assert "<svg" in icon(name) and permission in PERMISSIONS


def _recorded_actions() -> set[str]:
    """The names that are written by `record(viewer, "…")`."""
    calls = [
        node
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("record", "done", "_audit")
    ]
    names = [call.args[1] for call in calls if len(call.args) > 1]
    return {name.value for name in names if isinstance(name, ast.Constant)}


def test_every_recorded_act_has_its_word_on_the_audit_page() -> None:
    assert _recorded_actions() - ACTIONS.keys() == set()


def test_everything_that_an_act_is_done_to_has_its_word_on_the_audit_page() -> None:
    kinds = {
        node.value.elts[0].value
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.keyword) and node.arg == "subject" and isinstance(node.value, ast.Tuple)
        if isinstance(node.value.elts[0], ast.Constant)
    }
    assert kinds and kinds - SUBJECTS.keys() == set()
