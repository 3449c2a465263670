"""Who sees a commission (law CI-10): the two who investigate, the head of their office, and the bureau's desk."""

from typing import Any

from supervision.access.roles import DESK_ROLES
from supervision.access.viewer import Viewer
from supervision.db import Record, fetch_row
from supervision.errors import NotFound

INVESTIGATES = ("officer", "head", *sorted(DESK_ROLES))
"""The roles that may be chosen to investigate: each sees what it investigates, and may handle it."""
OWN = """SELECT FROM commission_assignment x WHERE x.commission = c.id AND x.ended_at IS NULL AND x.withdrawn_at IS NULL"""


def visible_commissions(viewer: Viewer, args: list[Any]) -> str:
    """The SQL condition that the commission `c` is in the viewer's scope; appends what it needs to `args`."""
    if viewer.role in DESK_ROLES:
        return "TRUE"
    if viewer.role == "head":
        args += [viewer.office, viewer.id]
        return f"EXISTS ({OWN} AND (x.office = ${len(args) - 1} OR ${len(args)} IN (x.lead, x.second)))"
    if viewer.role == "officer":
        args.append(viewer.id)
        return f"EXISTS ({OWN} AND ${len(args)} IN (x.lead, x.second))"
    return "FALSE"


async def get_commission(viewer: Viewer, commission: int) -> Record:
    """The commission, if the viewer may see it. Raises NotFound for “not yours” and “not there” alike."""
    args: list[Any] = [commission]
    condition = visible_commissions(viewer, args)
    row = await fetch_row(
        f"""SELECT c.*, p.name, p.sex, p.born_on FROM commission c JOIN person p ON p.id = c.person
             WHERE c.id = $1 AND {condition}""",
        *args,
    )
    if row is None:
        raise NotFound
    return row
