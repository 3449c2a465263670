"""Sheets between their dry run and their import; what other systems posted; the feed of changes."""

from piccolo.columns import JSONB, BigInt, BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import ApiToken, Office, Staff
from supervision.db import DB, moment, row_of, text
from supervision.settings.tables import ImportRun


class Upload(Table, tablename="upload", db=DB):
    """A sheet between its dry run and its import, whole and sealed; it is thrown away after a day."""

    staff = row_of(Staff)
    at = moment(index=True)
    name = text()
    kind = text(null=True)
    office = row_of(Office, null=True)
    answers = JSONB(default="{}")
    content_sealed = text()
    run = row_of(ImportRun, null=True)


class ApiRequest(Table, tablename="api_request", db=DB):
    """What was posted under an idempotency key, as a keyed hash, and what was answered; a refused one leaves no row."""

    id = BigSerial(primary_key=True)
    token = row_of(ApiToken)
    key = text()
    body_mac = text()
    answer = JSONB(null=True, default=None)
    at = moment()
    api_request_once = Unique(["token", "key"])


class ChangeWaiting(Table, tablename="change_waiting", db=DB):
    """A change that has no place in the feed yet: noted by a trigger in its own transaction."""

    id = BigSerial(primary_key=True)
    source = text()
    source_id = BigInt(default=None, null=False)


class ChangeLog(Table, tablename="change_log", db=DB):
    """The feed: which audit row or event of an alert is the n-th change; append-only, visible in its order."""

    seq = BigInt(primary_key=True, default=None)
    source = text()
    source_id = BigInt(default=None, null=False)
    change_log_source_once = Unique(["source", "source_id"])
    change_log_source_known = Check("source IN ('act', 'alert')")
