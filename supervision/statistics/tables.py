"""Monthly tables that were printed, as they were printed; and what each day brought, counted once for the charts."""

from piccolo.columns import JSONB, BigSerial, Date, Integer
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff
from supervision.db import DB, moment, row_of, text


class KeptTable(Table, tablename="kept_table", db=DB):
    """A monthly table that was printed: append-only; a later correction is a new edition, never a change."""

    month = Date(default=None, null=False)
    """The first day of the month."""
    edition = Integer(default=1)
    known_at = moment()
    """It shows what was known at this moment."""
    kept_by = row_of(Staff, null=True)
    rows = JSONB(default="[]")
    """[[office or null, name, {cell: count}]…], as printed."""
    rows_hash = text()
    """SHA-256 of the rows; it also stands in the audit row of the print, which the seal covers."""
    kept_table_edition_once = Unique(["month", "edition"])
    kept_table_of_a_month = Check("extract(day from month) = 1")


class ReportDay(Table, tablename="report_day", db=DB):
    """How many reports of one office were due on a day, and what became of them: derived, made anew each night."""

    id = BigSerial(primary_key=True)
    day = Date(default=None, null=False)
    office = row_of(Office)
    due = Integer(default=0)
    made = Integer(default=0)
    """In time."""
    late = Integer(default=0)
    missed = Integer(default=0)
    """Dealt with as missed, or past the limit with no outcome yet."""
    excused = Integer(default=0)
    counted_at = moment()
    report_day_once = Unique(["day", "office"])
