"""Who read or wrote what: append-only, one row an action however many people it shows."""

from piccolo.columns import JSONB, Array, BigInt, BigSerial, Integer
from piccolo.constraints import Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff
from supervision.db import DB, moment, number, row_of, text


class AuditRow(Table, tablename="audit_row", db=DB):
    """One act of one member of the staff (none: a job or a command) on people's files or on the settings."""

    id = BigSerial(primary_key=True)
    at = moment(index=True)
    staff = row_of(Staff, null=True)
    office = row_of(Office, null=True)
    action = text()
    subject_kind = text(null=True)
    subject_id = number(null=True)
    people = Array(base_column=Integer(), default=list)
    detail = JSONB(default="{}")


class AuditSeal(Table, tablename="audit_seal", db=DB):
    """One link of the chain over the audit rows: append-only, made by the sealer with a key outside the database."""

    seq = BigInt(primary_key=True, default=None)
    audit_row = BigInt(null=False, default=None)
    mac = text()
    audit_seal_row_once = Unique(["audit_row"])


class AuditUnsealed(Table, tablename="audit_unsealed", db=DB):
    """An audit row that waits for its link: noted by a trigger in the row's own transaction."""

    audit_row = BigInt(primary_key=True, default=None)
