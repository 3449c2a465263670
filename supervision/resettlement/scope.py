"""The gate for everything about a period of help: the one of a person whom the viewer sees, or the same 404."""

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch_row
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.people.scope import get_person

LATEST = """SELECT * FROM assistance WHERE person = $1
             ORDER BY ended_at IS NULL DESC, end_kind = 'taken_back', id DESC LIMIT 1"""


async def get_assistance(viewer: Viewer, person_id: int) -> Record:
    """The person's open period of help, else the last one. Raises NotFound for “not yours” and “not there” alike."""
    person = await get_person(viewer, person_id)
    row = await fetch_row(LATEST, person.id)
    if row is None:
        raise NotFound
    return row


async def lock_open(assistance: int) -> Record:
    """The open period of help, locked. Raises Refusal when it has ended meanwhile."""
    row = await fetch_row("SELECT * FROM assistance WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE", assistance)
    if row is None:
        raise Refusal(_("这一期帮教已经办结，不能再办理此事项。"))
    return row
