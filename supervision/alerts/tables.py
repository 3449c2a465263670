"""Alerts: what a lapse or a finding raises; each has an owner and a next step and ends only by an outcome."""

from piccolo.columns import JSONB, BigInt, BigSerial, Integer
from piccolo.constraints import Check
from piccolo.table import Table

from supervision.access.tables import Staff
from supervision.db import DB, moment, number, row_of, text
from supervision.people.tables import Person

EVENTS = (
    "opened",
    "assigned",
    "stepped",
    "repeated",
    "claimed",
    "noted",
    "handed_over",
    "late_report",
    "restated",
    "closed",
    "reopened",
)


class Alert(Table, tablename="alert", db=DB):
    """One cause of worry about one subject; a person's open alerts are shown as one card."""

    id = BigSerial(primary_key=True)
    duty = BigInt(null=True, default=None)
    finding = BigInt(null=True, default=None)
    finding_key = text(null=True)
    subject_kind = text()
    subject_id = number()
    person = row_of(Person, null=True)
    kind = text()
    """The rule that raised it, e.g. SU-01, no_officer."""
    severity = text()
    since_at = moment()
    opened_at = moment()
    assigned_to = row_of(Staff)
    taken_by = row_of(Staff, null=True)
    """Who took it in hand or was handed it: theirs until the ladder goes up."""
    rung = Integer(default=0)
    """0 officer, 1 head of the office, 2 bureau desk."""
    anchor_at = moment()
    """The ladder counts from here: the lapse, or the last act of a human."""
    anchor_rung = Integer(default=0)
    step = text()
    """look (nobody has), act (claimed), decide (a late report came: decide what follows)."""
    next_step_at = moment()
    closed_at = moment(null=True)
    outcome = text(null=True)
    reason = text(null=True)
    closed_by = row_of(Staff, null=True)
    fact_kind = text(null=True)
    fact_id = BigInt(null=True, default=None)
    alert_step_known = Check("step IN ('look', 'act', 'decide')")
    alert_severity_known = Check("severity IN ('notice', 'serious', 'grave')")
    alert_has_one_cause = Check("(duty IS NULL) <> (finding_key IS NULL)")
    alert_ends_by_someone_or_fact = Check(
        "closed_at IS NULL OR (outcome IS NOT NULL AND "
        "((closed_by IS NOT NULL AND coalesce(btrim(reason), '') <> '') OR (fact_kind IS NOT NULL AND fact_id IS NOT NULL)))"
    )


class AlertEvent(Table, tablename="alert_event", db=DB):
    """What happened to an alert (EVENTS); append-only."""

    id = BigSerial(primary_key=True)
    alert = BigInt(default=None, null=False, index=True)
    at = moment()
    kind = text()
    staff = number(null=True)
    detail = JSONB(default="{}")
