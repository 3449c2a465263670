"""The gate for everything that belongs to a person: which people a viewer sees, and one person or the same 404."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from supervision.access.roles import DESK_ROLES
from supervision.access.viewer import Viewer
from supervision.db import fetch_row
from supervision.errors import NotFound

INVESTIGATED = """SELECT c.person FROM commission c
                  WHERE c.person IS NOT NULL
                    AND NOT EXISTS (SELECT FROM responsibility r WHERE r.person = c.person)"""
"""Whom nobody knows but the handlers of a commission about them (law CI-10): they are on no register."""


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person whom the viewer may see, and the latest order."""

    id: int
    name: str
    sex: str
    born_on: date | None
    order_id: int | None


def visible_people(viewer: Viewer, column: str, args: list[Any]) -> str:
    """The SQL condition that `column` holds a person in the viewer's scope; appends what it needs to `args`."""
    if viewer.scope == "all":
        return "TRUE" if viewer.role in DESK_ROLES else f"{column} NOT IN ({INVESTIGATED})"
    if viewer.scope == "office":
        args.append(viewer.office)
        return f"{column} IN (SELECT person FROM responsibility WHERE office = ${len(args)} AND to_at IS NULL)"
    if viewer.scope == "own":
        args.append(viewer.id)
        return f"{column} IN (SELECT person FROM responsibility WHERE staff = ${len(args)} AND to_at IS NULL)"
    assert viewer.scope == "none", viewer.scope
    return "FALSE"


def visible_subjects(viewer: Viewer, row: str, args: list[Any]) -> str:
    """The SQL condition that the subject of `row` is a file in the viewer's scope, whether or not it has a person."""
    if viewer.scope == "all":
        return "TRUE"
    if viewer.scope == "none":
        return "FALSE"
    column, value = ("office", viewer.office) if viewer.scope == "office" else ("staff", viewer.id)
    args.append(value)
    return f"""EXISTS (SELECT FROM responsibility r WHERE r.subject_kind = {row}.subject_kind AND r.to_at IS NULL
                       AND r.subject_id = {row}.subject_id AND r.{column} = ${len(args)})"""


async def get_person(viewer: Viewer, person_id: int) -> PersonRef:
    """The person, if the viewer may see them. Raises NotFound for “not yours” and “not there” alike."""
    args: list[Any] = [person_id]
    condition = visible_people(viewer, "p.id", args)
    row = await fetch_row(
        f"""SELECT p.id, p.name, p.sex, p.born_on,
                   (SELECT o.id FROM orders o WHERE o.person = p.id ORDER BY o.ended_at IS NULL DESC, o.id DESC LIMIT 1)
                     AS order_id
              FROM person p WHERE p.id = $1 AND p.merged_into IS NULL AND {condition}""",
        *args,
    )
    if row is None:
        raise NotFound
    return PersonRef(row["id"], row["name"], row["sex"], row["born_on"], row["order_id"])


async def get_order_id(viewer: Viewer, person_id: int) -> int:
    """The person's open order. Raises NotFound if the person isn't visible or has no open order."""
    person = await get_person(viewer, person_id)
    row = await fetch_row("SELECT id FROM orders WHERE person = $1 AND ended_at IS NULL", person.id)
    if row is None:
        raise NotFound
    return int(row["id"])


async def get_order_to_record(viewer: Viewer, person_id: int) -> int:
    """The person's open order; for the bureau else the one that ended last: what happened before its end is put down there.

    Raises NotFound if the person isn't visible or has no such order.
    """
    person = await get_person(viewer, person_id)
    if viewer.scope == "all" and person.order_id is not None:
        return person.order_id
    return await get_order_id(viewer, person_id)
