"""An import of the register of help is undone on its day: what it made is taken away, unless something was built on it since."""

import json
from datetime import datetime
from typing import Final, Protocol

from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_value
from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _

ON_HELP: Final = {
    "assistance_step": N_("办理"),
    "assistance_class": N_("分类"),
    "help_visit": N_("走访"),
    "support": N_("帮扶"),
}
"""What may be built on a period of help, with the words for it."""
BY_HAND: Final = ("help_member", "help_assessment", "help_appraisal", "help_child")
"""What no sheet brings."""


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
        raise Refusal(
            _("这次导入更改了 %(changed)s 名在册人员的内容，不能撤销；请在各人的档案中更正。") % {"changed": changed}
        )
    made = await fetch("SELECT id, person FROM assistance WHERE import_run = $1 ORDER BY id FOR UPDATE", run)
    ids, people = [one["id"] for one in made], [one["person"] for one in made]
    await _check_nothing_built(run, ids)
    for table in ("finding", "duty", "alert", "ledger_subject"):
        await execute(f"DELETE FROM {table} WHERE subject_kind = 'assistance' AND subject_id = ANY($1)", ids)
    for table in ("assistance_step", "assistance_class", "responsibility", "contact"):
        await execute(f"DELETE FROM {table} WHERE import_run = $1", run)
    await execute("DELETE FROM assistance WHERE import_run = $1", run)
    await execute("DELETE FROM person WHERE import_run = $1", run)
    by = viewer.id if viewer else None
    await execute("UPDATE import_run SET undone_at = $2, undone_by = $3 WHERE id = $1", run, now, by)
    await record(viewer, "import_undone", subject=("import", run), people=people, now=now)


async def _check_nothing_built(run: int, ids: list[int]) -> None:
    for table, words in ON_HELP.items():
        built = await fetch_value(
            f"SELECT count(*) FROM {table} WHERE assistance = ANY($1) AND import_run IS DISTINCT FROM $2", ids, run
        )
        if built:
            raise Refusal(
                _("导入以后已有 %(n)s 条新的%(words)s记录与这些人有关，不能撤销；请在档案中更正。")
                % {"n": built, "words": _(words)}
            )
    by_hand = " UNION ALL ".join(f"SELECT assistance FROM {table}" for table in BY_HAND)
    written = await fetch_value(f"SELECT count(*) FROM ({by_hand}) w WHERE w.assistance = ANY($1)", ids)
    others = await fetch_value(
        """SELECT count(*) FROM person p WHERE p.import_run = $1
              AND (EXISTS (SELECT FROM orders o WHERE o.person = p.id) OR EXISTS (SELECT FROM note n WHERE n.person = p.id)
                   OR EXISTS (SELECT FROM contact c WHERE c.person = p.id AND c.import_run IS DISTINCT FROM $1)
                   OR EXISTS (SELECT FROM message m WHERE m.person = p.id)
                   OR EXISTS (SELECT FROM assistance a WHERE a.person = p.id AND a.import_run IS DISTINCT FROM $1))""",
        run,
    )
    acted = await fetch_value(
        """SELECT count(DISTINCT a.id) FROM alert a JOIN alert_event e ON e.alert = a.id
            WHERE a.subject_kind = 'assistance' AND a.subject_id = ANY($1) AND e.staff IS NOT NULL""",
        ids,
    )
    given = await fetch_value(
        """SELECT count(*) FROM responsibility WHERE subject_kind = 'assistance' AND subject_id = ANY($1)
              AND import_run IS DISTINCT FROM $2""",
        ids,
        run,
    )
    if written or others or acted or given:
        raise Refusal(_("导入以后已有人办理过这些人的事项，不能撤销；请在档案中更正。"))
