"""Dated parameters, holidays, the ledger of job runs and imports, and what is known of this installation."""

from piccolo.columns import JSONB, BigSerial, Boolean, Date
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff
from supervision.db import DB, moment, row_of, text


class ParameterRow(Table, tablename="parameter", db=DB):
    """A value of a rule's parameter from a moment on; the older rows stay."""

    key = text()
    valid_from = moment()
    value = JSONB(default="null")
    source = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    parameter_once_a_moment = Unique(["key", "valid_from"])


class Holiday(Table, tablename="holiday", db=DB):
    """An exception to the plain week: a day off, or a make-up working day (调休)."""

    day = Date(default=None, null=False)
    kind = text()
    name = text()
    source = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    holiday_day_once = Unique(["day"])
    holiday_kind_known = Check("kind IN ('off', 'work')")


class JobRun(Table, tablename="job_run", db=DB):
    """One slot of a scheduled job: the fence against running it twice."""

    id = BigSerial(primary_key=True)
    job = text()
    slot = moment()
    started_at = moment()
    ended_at = moment(null=True)
    ok = Boolean(null=True, default=None)
    note = text(null=True)
    job_run_slot_once = Unique(["job", "slot"])


class Heartbeat(Table, tablename="heartbeat", db=DB):
    """When a job last did its work to the end: the page shows it, the doctor judges it."""

    job = text()
    at = moment()
    note = text(null=True)
    heartbeat_job_once = Unique(["job"])


class ImportRun(Table, tablename="import_run", db=DB):
    """One sheet that was taken in: what it did, so that the day's import can be undone."""

    kind = text()
    file_name = text()
    file_hash = text()
    started_at = moment()
    staff = row_of(Staff, null=True)
    office = row_of(Office, null=True)
    counts = JSONB(default="{}")
    detail = JSONB(default="{}")
    undone_at = moment(null=True)
    undone_by = row_of(Staff, null=True)
    import_run_kind_known = Check("kind IN ('roster', 'history', 'assistance')")


class Installation(Table, tablename="installation", db=DB):
    """Facts about this database: the key's fingerprint, whether it is a demo, since when it is live."""

    key = text()
    value = text()
    installation_key_once = Unique(["key"])
