"""The signed-in member of the staff together with what they may see and do, and the guard of each route."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from supervision.access.roles import PERMISSIONS, SCOPE, permissions_of
from supervision.errors import NotAllowed

PUBLIC = frozenset({"/sign-in", "/language", "/health", "/receipts/twilio", "/schema/openapi.json"})
"""Paths that are answered without a sign-in, besides the static files."""
PUBLIC_FOLDERS = ("/static/", "/vendor/")


class Viewer:
    """The signed-in member of the staff; it never changes. (A plain class: Litestar would rebuild a dataclass.)"""

    __slots__ = (
        "id",
        "login",
        "must_change",
        "name",
        "office",
        "office_name",
        "permissions",
        "role",
        "session",
        "step",
    )

    id: int
    login: str
    name: str
    role: str
    office: int
    office_name: str
    permissions: frozenset[str]
    session: int
    must_change: bool
    step: str

    def __init__(self, row: Any) -> None:
        """From a row with id, login, name, role, office, office_name, session, must_change, and `step` of a session."""
        for name in ("id", "login", "name", "role", "office", "office_name", "session", "must_change"):
            object.__setattr__(self, name, row[name])
        object.__setattr__(self, "step", row.get("step", "in"))
        object.__setattr__(self, "permissions", permissions_of(row["role"]))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a viewer doesn't change: {name}")

    def __repr__(self) -> str:
        return f"<Viewer {self.id} {self.role}>"

    def may(self, permission: str) -> bool:
        """Whether the role holds this permission; a permission that isn't in the table is a mistake of ours."""
        assert permission in PERMISSIONS, permission
        return permission in self.permissions

    @property
    def owes(self) -> str:
        """What must be done before anything else: `code` (of the second factor), `password` (a new one), `enrol`; else empty."""
        if self.step == "code":
            return "code"
        return "password" if self.must_change else self.step.replace("in", "")

    @property
    def scope(self) -> str:
        """Whose files: office, own, all or none."""
        return SCOPE[self.role]


class Guard:
    """A route's guard: the viewer must hold its permission, else 403."""

    def __init__(self, permission: str) -> None:
        assert permission in PERMISSIONS, permission
        self.permission = permission

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        # Async though it awaits nothing: a plain function would be sent to a thread on each request.
        if not connection.state.viewer.may(self.permission):
            raise NotAllowed


def guard(permission: str) -> Guard:
    """For `guards=[guard("see_people")]`: each route names exactly one permission, or its path is in PUBLIC."""
    return Guard(permission)


def is_public(path: str) -> bool:
    """Whether this path is answered without a sign-in."""
    return path in PUBLIC or path.startswith(PUBLIC_FOLDERS)
