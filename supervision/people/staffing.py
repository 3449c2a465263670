"""What happens to the files of somebody who leaves, and how many an office has."""

from supervision.access.staffing import Leaving
from supervision.audit.record import record
from supervision.db import Record, fetch, fetch_value, insert_many

REASON = "原责任人离岗，移交接任人"
COLUMNS = (
    "subject_kind",
    "subject_id",
    "person",
    "office",
    "role",
    "staff",
    "from_at",
    "recorded_at",
    "recorded_by",
    "reason",
)


async def hand_over(leaving: Leaving) -> list[tuple[str, int]]:
    """Close the files' responsibility and open the receiver's at the same moment; whose files they are.

    Called inside the transaction of whoever disables or moves a member of the staff.
    """
    closed = await fetch(
        """UPDATE responsibility SET to_at = $2 WHERE staff = $1 AND to_at IS NULL
           RETURNING subject_kind, subject_id, person, office, role""",
        leaving.staff,
        leaving.now,
    )
    if not closed:
        return []
    await insert_many("responsibility", COLUMNS, [_opened(row, leaving) for row in closed])
    detail = {"from": leaving.staff, "to": leaving.receiver}
    people = [row["person"] for row in closed if row["person"]]
    await record(
        leaving.by, "files_handed_over", subject=("staff", leaving.staff), people=people, detail=detail, now=leaving.now
    )
    return [(row["subject_kind"], row["subject_id"]) for row in closed]


def _opened(row: Record, leaving: Leaving) -> tuple[object, ...]:
    file = (row["subject_kind"], row["subject_id"], row["person"], row["office"], row["role"])
    return (*file, leaving.receiver, leaving.now, leaving.now, leaving.by.id, REASON)


async def open_files(office: int) -> int:
    """How many files an office has now."""
    return int(await fetch_value("SELECT count(*) FROM responsibility WHERE office = $1 AND to_at IS NULL", office))
