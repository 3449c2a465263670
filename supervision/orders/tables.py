"""The register of community correction: orders, and the facts that change them."""

from piccolo.columns import BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, day, moment, number, one_of, row_of, text
from supervision.people.tables import Person
from supervision.settings.tables import ImportRun

KINDS = ("public_surveillance", "probation", "parole", "temporary_outside")
STATES = (
    "due",
    "in_correction",
    "expired_hold",
    "released",
    "revoked",
    "imprisoned",
    "deceased",
    "moved_out",
    "other_end",
)
END_KINDS = ("released", "revoked", "imprisoned", "deceased", "moved_out", "other_end")
LEVELS = ("strict", "normal", "loose")
PAUSE_KINDS = ("custody", "hospital", "leave", "own_outage", "decision")
DOCUMENT_KINDS = ("summary", "appraisal", "certificate")


class CorrectionOrder(Table, tablename="orders", db=DB):
    """One period of community correction: 管制, 缓刑, 假释, 暂予监外执行. Its columns follow the facts below."""

    number = text()
    person = row_of(Person)
    kind = text()
    crime = text()
    risk = text(null=True)
    effective_on = day(null=True)
    received_at = moment(null=True)
    registered_at = moment(null=True)
    start_on = day()
    end_on = day(null=True)
    state = text(index=True)
    ended_at = moment(null=True)
    end_kind = text(null=True)
    ledger_from = day()
    created_at = moment()
    created_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)
    orders_number_once = Unique(["number"])
    orders_kind_known = one_of("kind", KINDS)
    orders_state_known = one_of("state", STATES)
    orders_end_is_whole = Check("(ended_at IS NULL) = (end_kind IS NULL)")


class Registration(Withdrawable, Table, tablename="registration", db=DB):
    """The person reported and was enrolled (law RE-06, RE-09)."""

    order = row_of(CorrectionOrder, column="order_id")
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)


class ClassDecision(Withdrawable, Table, tablename="class_decision", db=DB):
    """A class of management decided by the bureau (law SU-07, IM 21)."""

    order = row_of(CorrectionOrder, column="order_id")
    level = text()
    happened_at = moment()
    reason = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)
    class_decision_level_known = one_of("level", LEVELS)


class TermChange(Table, tablename="term_change", db=DB):
    """A new start or end of the term, by a document of the deciding organ (law T-4)."""

    order = row_of(CorrectionOrder, column="order_id")
    start_on = day(null=True)
    end_on = day(null=True)
    reason = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)


class Pause(Withdrawable, Table, tablename="pause", db=DB):
    """A time in which some duties rest (model §4); its end is told by a later fact."""

    subject_kind = text()
    subject_id = number(index=True)
    kind = text()
    from_at = moment()
    to_at = moment(null=True)
    evidence = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    ended_recorded_at = moment(null=True)
    ended_by = row_of(Staff, null=True)
    pause_kind_known = one_of("kind", PAUSE_KINDS)
    pause_has_length = Check("to_at IS NULL OR from_at < to_at")


class PauseCheck(Withdrawable, Table, tablename="pause_check", db=DB):
    """Somebody asked whether a pause still stands (model §4)."""

    order = row_of(CorrectionOrder, column="order_id")
    happened_at = moment()
    source = text()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    replaces = number(null=True)


class DocumentRecord(Withdrawable, Table, tablename="document_record", db=DB):
    """A document of the end of the term that was written: summary, appraisal, certificate (law TE-01..03)."""

    order = row_of(CorrectionOrder, column="order_id")
    kind = text()
    happened_at = moment()
    reference = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    document_record_kind_known = one_of("kind", DOCUMENT_KINDS)


class OrderEnd(Withdrawable, Table, tablename="order_end", db=DB):
    """The fact that ended an order: released, revoked, imprisoned, deceased, moved out."""

    order = row_of(CorrectionOrder, column="order_id")
    kind = text()
    happened_at = moment()
    reason = text()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    order_end_kind_known = one_of("kind", END_KINDS)


class Debt(Table, tablename="debt", db=DB):
    """What an old register didn't say (待补录): a list to work off, never an alert (model §6)."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    person = row_of(Person)
    kind = text()
    opened_at = moment()
    closed_at = moment(null=True)
    closed_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)
    debt_once = Unique(["order_id", "kind"])


EXPECTED_STATES = ("expected", "due", "dropped")


class ExpectedOrder(Table, tablename="expected_order", db=DB):
    """Who will come by a judgment that isn't effective yet (law b.2 EXPECTED): not on the register. Only its state changes."""

    person = row_of(Person)
    kind = text()
    crime = text()
    source_kind = text()
    source_id = number()
    state = text()
    expected_at = moment()
    ended_at = moment(null=True)
    ended_by = row_of(Staff, null=True)
    ended_reason = text(null=True)
    order = row_of(CorrectionOrder, null=True, column="order_id")
    created_at = moment()
    created_by = row_of(Staff, null=True)
    expected_order_kind_known = one_of("kind", KINDS)
    expected_order_state_known = one_of("state", EXPECTED_STATES)
    expected_order_end_is_whole = Check("(state = 'expected') = (ended_at IS NULL)")
    expected_order_due_has_its_order = Check("(state = 'due') = (order_id IS NOT NULL)")
