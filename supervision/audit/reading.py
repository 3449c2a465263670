"""The audit rows as the audit administrator reads them: who, when, what, whose file by number; never what is in it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from supervision.days import end_of, start_of
from supervision.db import Record, fetch

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; None is everything."""

    staff: int | None = None
    action: str | None = None
    person: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    before: int | None = None

    def conditions(self) -> tuple[str, list[Any]]:
        """The SQL condition and its arguments."""
        parts: list[tuple[str, Any]] = [
            ("a.staff = {}", self.staff),
            ("a.action = {}", self.action),
            ("a.people @> ARRAY[{}::int]", self.person),
            ("a.at >= {}", self.first_day and start_of(self.first_day)),
            ("a.at < {}", self.last_day and end_of(self.last_day)),
            ("a.id < {}", self.before),
        ]
        wanted = [(sql, value) for sql, value in parts if value is not None]
        sql = " AND ".join(part.format(f"${n}") for n, (part, _) in enumerate(wanted, 1))
        return sql or "TRUE", [value for _, value in wanted]


async def audit_rows(filters: Filters) -> tuple[list[Record], int | None]:
    """A page of rows, the newest first, and the id before which the next page goes on; None at the end."""
    condition, values = filters.conditions()
    rows = await fetch(
        f"""SELECT a.id, a.at, a.action, a.subject_kind, a.subject_id, a.people, staff.name AS staff_name, staff.login,
                   office.name AS office_name
            FROM audit_row a LEFT JOIN staff ON staff.id = a.staff LEFT JOIN office ON office.id = a.office
            WHERE {condition} ORDER BY a.id DESC LIMIT {PAGE + 1}""",
        *values,
    )
    shown = rows[:PAGE]
    return shown, shown[-1]["id"] if len(rows) > PAGE else None


async def staff_choices() -> list[tuple[str, str]]:
    """Who can be chosen in the filter."""
    rows = await fetch("SELECT id, name, login FROM staff ORDER BY name, id")
    return [(str(row["id"]), f"{row['name']} · {row['login']}") for row in rows]
