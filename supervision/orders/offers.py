"""What the forms of an order need to know before they are shown: where it stands, and the choices of their lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from supervision.access.viewer import Viewer
from supervision.orders import words
from supervision.people.actions import Assignment, phone_of
from supervision.reads import Read, Row, read_alone, read_together


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of the staff to whom a file can be given."""

    id: int
    office: int
    name: str
    office_name: str

    def assignment(self, reason: str) -> Assignment:
        """The file goes to this officer."""
        return Assignment(self.office, self.id, reason)


async def officers_for(viewer: Viewer) -> list[Officer]:
    """The officers and heads to whom this viewer may give a file: of the own office, or of all."""
    officers: list[Officer] = await read_alone(_officers_read(viewer))
    return officers


def _officers_read(viewer: Viewer) -> Read:
    return Read(
        """SELECT s.id, s.office, s.name, o.name AS office_name FROM staff s JOIN office o ON o.id = s.office
            WHERE s.disabled_at IS NULL AND s.role IN ('officer', 'head') AND o.kind = 'judicial_office'
              AND o.closed_at IS NULL AND ($1::int IS NULL OR o.id = $1)
            ORDER BY o.code, s.role DESC, s.id""",
        (None if viewer.scope == "all" else viewer.office,),
        lambda rows: [Officer(**row) for row in rows],
    )


def officer_options(officers: list[Officer]) -> list[tuple[int, str]]:
    """For a list of choices; with the office's name where there is more than one."""
    many = len({officer.office for officer in officers}) > 1
    return [(one.id, f"{one.office_name} · {one.name}" if many else one.name) for one in officers]


@dataclass(frozen=True, slots=True)
class Offers:
    """Where an open order stands, for its forms."""

    registered: bool
    end_on: date | None
    level: str | None
    pause: str | None
    staff: int | None
    officers: list[tuple[int, str]]
    phone: str

    LEVELS: ClassVar[Mapping[str, str]] = words.LEVELS
    DOCUMENTS: ClassVar[Mapping[str, str]] = words.DOCUMENTS
    PAUSES: ClassVar[Mapping[str, str]] = words.PAUSES
    ENDS: ClassVar[Mapping[str, str]] = words.ENDS


async def offers_for(viewer: Viewer, person: int) -> Offers | None:
    """What the forms of the person's open order need; None without one. The person must be in the viewer's scope."""
    found = await read_together(**offers_reads(viewer, person))
    return offers_of(found["standing"], found["officers"], await phone_of(person) or "")


def offers_reads(viewer: Viewer, person: int) -> dict[str, Read]:
    """What the forms of the person's open order ask for, for `offers_of`. The person must be in the viewer's scope."""
    standing = Read(STANDING, (person,), lambda rows: rows[0] if rows else None)
    return {"standing": standing, "officers": _officers_read(viewer)}


def offers_of(standing: Row | None, officers: list[Officer], phone: str) -> Offers | None:
    """What the forms of the open order need; None without one."""
    return _offers(standing, phone, officer_options(officers)) if standing else None


STANDING = """
SELECT o.registered_at, o.end_on,
       (SELECT level FROM class_decision WHERE order_id = o.id AND withdrawn_at IS NULL
         ORDER BY happened_at DESC, id DESC LIMIT 1) AS level,
       (SELECT kind FROM pause WHERE subject_kind = 'order' AND subject_id = o.id AND to_at IS NULL
           AND withdrawn_at IS NULL LIMIT 1) AS pause,
       (SELECT staff FROM responsibility WHERE subject_kind = 'order' AND subject_id = o.id AND role = 'main'
           AND to_at IS NULL) AS staff
  FROM orders o WHERE o.person = $1 AND o.ended_at IS NULL
"""


def _offers(row: Row, phone: str, officers: list[tuple[int, str]]) -> Offers:
    return Offers(
        registered=row["registered_at"] is not None,
        end_on=row["end_on"],
        level=row["level"],
        pause=row["pause"],
        staff=row["staff"],
        officers=officers,
        phone=phone,
    )
