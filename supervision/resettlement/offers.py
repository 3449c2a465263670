"""The choices of the forms of resettlement help: who may be given a file, and the other offices of the district."""

from dataclasses import dataclass

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch
from supervision.people.actions import Assignment
from supervision.resettlement import states
from supervision.resettlement.steps import BY_EVENT, Step


@dataclass(frozen=True, slots=True)
class Helper:
    """A member of the staff to whom a file can be given."""

    id: int
    office: int
    name: str
    office_name: str

    def assignment(self, reason: str) -> Assignment:
        """The file goes to this one."""
        return Assignment(self.office, self.id, reason)


async def helpers_for(viewer: Viewer) -> dict[int, Helper]:
    """The officers and heads to whom this viewer may give a file: of the own office, or of all."""
    rows = await fetch(
        """SELECT s.id, s.office, s.name, o.name AS office_name FROM staff s JOIN office o ON o.id = s.office
            WHERE s.disabled_at IS NULL AND s.role IN ('officer', 'head') AND o.kind = 'judicial_office'
              AND o.closed_at IS NULL AND ($1::int IS NULL OR o.id = $1)
            ORDER BY o.code, s.role DESC, s.id""",
        None if viewer.scope == "all" else viewer.office,
    )
    return {row["id"]: Helper(**row) for row in rows}


def options_of(helpers: dict[int, Helper]) -> list[tuple[int, str]]:
    """For a list of choices; with the office's name where there is more than one."""
    many = len({one.office for one in helpers.values()}) > 1
    return [(one.id, f"{one.office_name} · {one.name}" if many else one.name) for one in helpers.values()]


async def other_offices() -> list[tuple[int, str]]:
    """The judicial offices of the district, for a person who lives or moves there."""
    rows = await fetch("SELECT id, name FROM office WHERE kind = 'judicial_office' AND closed_at IS NULL ORDER BY code")
    return [(row["id"], row["name"]) for row in rows]


def steps_for(viewer: Viewer, row: Record) -> list[Step]:
    """The steps that this viewer may take now, in the order of the table; a closed period has none."""
    if row["ended_at"] is not None:
        return []
    found = (BY_EVENT[event] for event in states.possible(row["state"]) if event in BY_EVENT)
    return [step for step in found if viewer.may("decide_help" if step.decided else "record_help")]
