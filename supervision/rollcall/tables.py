"""The daily proof that every registration is in exactly one bucket."""

from piccolo.columns import JSONB, BigSerial, Date, ForeignKey, Integer
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from supervision.db import DB, moment, number, text


class RollCall(Table, tablename="roll_call", db=DB):
    """One day's roll call as it was taken, with the hash of its list."""

    day = Date(default=None, null=False)
    taken_at = moment()
    total = Integer(default=0)
    remainder = Integer(default=0)
    buckets = JSONB(default="{}")
    headline = JSONB(default="{}")
    list_hash = text()
    audit_head = text(null=True)
    roll_call_day_once = Unique(["day"])


class RollCallEntry(Table, tablename="roll_call_entry", db=DB):
    """Which bucket each registration was in that day, so that yesterday + in − out = today can be held as sets."""

    id = BigSerial(primary_key=True)
    roll_call = ForeignKey(RollCall, null=False, default=None, on_delete=OnDelete.cascade)
    register = text()
    subject_id = number()
    person = number()
    bucket = text()
    proof = text()
    roll_call_entry_once = Unique(["roll_call", "register", "subject_id"])
