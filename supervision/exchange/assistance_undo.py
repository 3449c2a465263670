"""An import of the register of help is undone on its day: what it made is taken away, unless something was built on it since."""

import json
from datetime import datetime
from typing import Protocol

from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_value
from supervision.errors import Refusal
from supervision.exchange.built import ON_HELP, ON_PEOPLE, Touched, refuse_built
from supervision.language import gettext as _
from supervision.resettlement.actions import SUBJECT


class Importer(Protocol):
    """Whoever undoes; None is a command."""

    @property
    def id(self) -> int: ...

    @property
    def office(self) -> int: ...


async def undo_assistance(viewer: Importer | None, row: Record, now: datetime) -> None:
    """Take away what the run made; its day and its standing have been looked at. Raises Refusal where something was built on it."""
    run = row["id"]
    if changed := json.loads(row["detail"]).get("changed", 0):
        told = _(
            "这次导入更改了 %(changed)s 名在册人员的内容，不能撤销；请更正表格后重新导入。各人改了什么，见其帮教档案。"
        )
        raise Refusal(told % {"changed": changed})
    made = await fetch("SELECT id, person FROM assistance WHERE import_run = $1 ORDER BY id FOR UPDATE", run)
    ids, people = [one["id"] for one in made], [one["person"] for one in made]
    await _check_nothing_built(row, ids)
    for table in ("finding", "duty", "alert", "ledger_subject"):
        await execute(f"DELETE FROM {table} WHERE subject_kind = 'assistance' AND subject_id = ANY($1)", ids)
    for table in ("assistance_step", "assistance_class", "responsibility", "contact"):
        await execute(f"DELETE FROM {table} WHERE import_run = $1", run)
    await execute("DELETE FROM assistance WHERE import_run = $1", run)
    await execute("DELETE FROM person WHERE import_run = $1", run)
    by = viewer.id if viewer else None
    await execute("UPDATE import_run SET undone_at = $2, undone_by = $3 WHERE id = $1", run, now, by)
    await record(viewer, "import_undone", subject=("import", run), people=people, now=now)


async def _check_nothing_built(row: Record, ids: list[int]) -> None:
    run, since = row["id"], row["started_at"]
    people = [r["id"] for r in await fetch("SELECT id FROM person WHERE import_run = $1 FOR UPDATE", run)]
    await refuse_built(ON_HELP, Touched(run, since, ids, kind=SUBJECT))
    await refuse_built(ON_PEOPLE, Touched(run, since, people))
    acted = await fetch_value(
        """SELECT count(DISTINCT a.id) FROM alert a JOIN alert_event e ON e.alert = a.id
            WHERE a.subject_kind = 'assistance' AND a.subject_id = ANY($1) AND e.staff IS NOT NULL""",
        ids,
    )
    if acted:
        raise Refusal(_("导入以后已有人办理过这些人的事项，不能撤销；请在档案中更正。"))
