"""The ledger: one row for each thing owed, one for each thing found wrong, and their transitions."""

from piccolo.columns import JSONB, BigInt, BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff
from supervision.db import DB, day, moment, number, one_of, row_of, text
from supervision.people.tables import Person

DUTY_STATES = ("open", "met", "met_late", "missed", "excused", "void")


class DutyRow(Table, tablename="duty", db=DB):
    """Something owed by a time under a rule. *Lapsed* is derived (`is_lapsed`), never stored."""

    id = BigSerial(primary_key=True)
    subject_kind = text()
    subject_id = number()
    person = row_of(Person, null=True)
    owed_by = text()
    rule = text()
    variant = text()
    period = text()
    opens_at = moment()
    due_at = moment()
    limit_at = moment()
    raw_due_on = day()
    state = text()
    closed_at = moment(null=True)
    fact_kind = text(null=True)
    fact_id = BigInt(null=True, default=None)
    closed_by = row_of(Staff, null=True)
    cause = text(null=True)
    alerted_at = moment(null=True)
    remind_at = moment(null=True)
    source = text()
    rule_version = number()
    why = JSONB(default="{}")
    created_at = moment()
    duty_slot_once = Unique(["subject_kind", "subject_id", "rule", "variant", "period"])
    duty_state_known = one_of("state", DUTY_STATES)
    duty_owed_by_known = Check("owed_by IN ('person', 'staff', 'organ')")
    duty_source_known = Check("source IN ('rule', 'import')")
    duty_times_in_order = Check("opens_at <= due_at AND due_at <= limit_at")
    duty_end_is_whole = Check("(state = 'open') = (closed_at IS NULL)")


class DutyEvent(Table, tablename="duty_event", db=DB):
    """A transition of a duty, append-only: so any past moment can be shown as it was known then."""

    id = BigSerial(primary_key=True)
    duty = BigInt(default=None, null=False, index=True)
    at = moment()
    old_state = text()
    new_state = text()
    fact_kind = text(null=True)
    fact_id = BigInt(null=True, default=None)
    staff = number(null=True)
    cause = text(null=True)


class DutyDecision(Table, tablename="duty_decision", db=DB):
    """A named human's word on one duty: missed (dealt with), excused, void."""

    subject_kind = text()
    subject_id = number(index=True)
    rule = text()
    variant = text()
    period = text()
    outcome = text()
    reason = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    withdrawn_at = moment(null=True)
    duty_decision_outcome_known = Check("outcome IN ('missed', 'excused', 'void')")


class FindingRow(Table, tablename="finding", db=DB):
    """Something wrong since a moment (also one to come), until a fact mends it."""

    id = BigSerial(primary_key=True)
    subject_kind = text()
    subject_id = number()
    person = row_of(Person, null=True)
    rule = text()
    variant = text()
    period = text()
    since_at = moment()
    severity = text()
    state = text()
    ended_at = moment(null=True)
    fact_kind = text(null=True)
    fact_id = BigInt(null=True, default=None)
    alerted_at = moment(null=True)
    why = JSONB(default="{}")
    created_at = moment()
    finding_once = Unique(["subject_kind", "subject_id", "rule", "variant", "period"])
    finding_state_known = Check("state IN ('open', 'ended')")
    finding_severity_known = Check("severity IN ('notice', 'serious', 'grave')")


class LedgerSubject(Table, tablename="ledger_subject", db=DB):
    """Up to when a subject's slots have been made: what reconcile must find again."""

    subject_kind = text()
    subject_id = number()
    synced_to = moment()
    synced_at = moment()
    ledger_subject_once = Unique(["subject_kind", "subject_id"])
