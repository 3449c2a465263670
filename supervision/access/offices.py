"""Offices: made, closed, listed."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import asyncpg

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_row, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _

OPEN_FILES: list[Callable[[int], Awaitable[int]]] = []
"""How many files an office has open, as the registers above tell; app.py connects them."""
ON_CLOSING: list[Callable[[int, Viewer, datetime], Awaitable[None]]] = []
"""What follows when an office is closed, in the same transaction; app.py connects it."""


async def offices(*, open_only: bool = False) -> list[Record]:
    """All offices with the number of their active staff, the bureau first."""
    return await fetch(
        """SELECT office.*, (SELECT count(*) FROM staff WHERE office = office.id AND disabled_at IS NULL) AS staff,
                  (SELECT name FROM staff WHERE office = office.id AND role = 'head' AND disabled_at IS NULL
                   ORDER BY id LIMIT 1) AS head
           FROM office WHERE NOT $1 OR closed_at IS NULL ORDER BY kind, code, id""",
        open_only,
    )


async def open_office(office: int) -> Record:
    """An office that isn't closed; Refusal else."""
    row = await fetch_row("SELECT * FROM office WHERE id = $1 AND closed_at IS NULL", office)
    if row is None:
        raise Refusal(_("请选择一个在用的机构。"), fields={"office": _("请选择一个在用的机构。")})
    return row


async def create_office(viewer: Viewer, *, code: str, name: str, now: datetime) -> int:
    """A new judicial office; its id. Raises Refusal for a missing name or a code that is taken."""
    if not name:
        raise Refusal(_("请填写机构名称。"), fields={"name": _("请填写机构名称。")})
    if not code:
        raise Refusal(_("请填写机构代码。"), fields={"code": _("请填写机构代码。")})
    async with tx():
        try:
            async with tx():
                office = await insert("office", {"code": code, "name": name, "kind": "judicial_office"})
        except asyncpg.UniqueViolationError:
            raise Refusal(_("这个机构代码已经有了。"), fields={"code": _("这个机构代码已经有了。")}) from None
        await record(viewer, "office_created", subject=("office", office), detail={"code": code}, now=now)
    return office


async def close_office(viewer: Viewer, office: int, now: datetime) -> None:
    """Close an office. Raises Refusal while people work there or files are open there."""
    async with tx():
        row = await fetch_row("SELECT kind, closed_at FROM office WHERE id = $1 FOR UPDATE", office)
        if row is None or row["closed_at"]:
            raise NotFound
        if row["kind"] == "bureau":
            raise Refusal(_("区局不能停用。"))
        if await fetch("SELECT 1 FROM staff WHERE office = $1 AND disabled_at IS NULL LIMIT 1", office):
            raise Refusal(_("该所还有在岗人员，请先调动或停用。"))
        if files := sum([await count(office) for count in OPEN_FILES]):
            raise Refusal(_("该所还有 %(n)s 份在管档案，请先移交。") % {"n": files})
        await execute("UPDATE office SET closed_at = $2 WHERE id = $1", office, now)
        await record(viewer, "office_closed", subject=("office", office), now=now)
        for follows in ON_CLOSING:
            await follows(office, viewer, now)
