"""Cases of discipline (law b.7): the case, what is told of the breach, its evidence, and the word of each person."""

from piccolo.columns import JSONB, BigInt, BigSerial, Boolean
from piccolo.constraints import Check
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, day, moment, number, one_of, row_of, text
from supervision.discipline.lifecycle import STATES, TRANSITIONS
from supervision.orders.tables import CorrectionOrder
from supervision.people.tables import Person
from supervision.rules.discipline_items import BREACHES, MEASURES, WEIGHTS

SOURCES = ("alert", "hand", "procuratorate", "police", "tip")
EVIDENCE_KINDS = ("hearing", "statement", "record", "witness", "education", "other")
SERVED_HOW = ("signed", "refused")
GROUNDS = ("two_warnings", "over_a_month", "other")
CANDIDATE_ENDS = ("proposed", "not_proposed")
EVENTS = ("report", *TRANSITIONS)


class DisciplineCase(Table, tablename="discipline_case", db=DB):
    """One matter that may end in 训诫 or 警告, from the clue to the file; its state follows its events."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id", index=True)
    person = row_of(Person)
    source = text()
    state = text(index=True)
    opened_at = moment()
    opened_by = row_of(Staff, null=True)
    closed_at = moment(null=True)
    discipline_case_state_known = one_of("state", STATES)
    discipline_case_source_known = one_of("source", SOURCES)


class DisciplineEvent(Table, tablename="discipline_event", db=DB):
    """Each step of a case, by whom and when; append-only."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    event = text()
    old_state = text(null=True)
    new_state = text()
    at = moment()
    staff = row_of(Staff, null=True)
    detail = JSONB(default="{}")
    discipline_event_known = one_of("event", EVENTS)


class DisciplineCause(Table, tablename="discipline_cause", db=DB):
    """An alert that the case deals with: what is decided of the case ends it."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    alert = BigInt(default=None, null=False, index=True)


class DisciplineBreach(Table, tablename="discipline_breach", db=DB):
    """What is told of the breach; a later row takes the place of an earlier one."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    kind = text()
    weight = text()
    since_on = day(null=True)
    """The last lawful contact, or the missed duty's last day, shifted as law T-3 does."""
    until_on = day(null=True)
    """When the person reported or was found; empty while still missing."""
    hides = Boolean(default=False, null=False)
    facts_sealed = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = BigInt(null=True, default=None)
    discipline_breach_kind_known = one_of("kind", BREACHES)
    discipline_breach_weight_known = one_of("weight", WEIGHTS)
    discipline_breach_days = Check("until_on IS NULL OR (since_on IS NOT NULL AND since_on <= until_on)")


class DisciplineEvidence(Withdrawable, Table, tablename="discipline_evidence", db=DB):
    """A piece of evidence, the hearing of the person among them (law a.8)."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    kind = text()
    content_sealed = text()
    file = number(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    discipline_evidence_kind_known = one_of("kind", EVIDENCE_KINDS)


class DisciplineProposal(Table, tablename="discipline_proposal", db=DB):
    """What somebody proposed, under which item, and what the machine had shown them."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    item = text()
    reason = text()
    shown = JSONB(default="{}")
    happened_at = moment()
    recorded_by = row_of(Staff)


class DisciplineReview(Table, tablename="discipline_review", db=DB):
    """The legal review (法制审核) of a proposal."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    proposal = row_of(DisciplineProposal)
    passed = Boolean(default=None, null=False)
    opinion = text()
    happened_at = moment()
    recorded_by = row_of(Staff)


class DisciplineDecision(Withdrawable, Table, tablename="discipline_decision", db=DB):
    """The bureau's decision; a wrong one is withdrawn by a correcting act with its reason, and counts no more."""

    id = BigSerial(primary_key=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    order = row_of(CorrectionOrder, column="order_id", index=True)
    measure = text()
    item = text()
    reason = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    discipline_decision_measure_known = one_of("measure", MEASURES)
    discipline_decision_withdrawn_whole = Check(
        "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND "
        "(withdrawn_at IS NULL OR coalesce(btrim(withdrawn_reason), '') <> '')"
    )


class DisciplineService(Table, tablename="discipline_service", db=DB):
    """The decision was handed over in person; refused to sign counts with a witness and a note (law V-26, CPL 107)."""

    id = BigSerial(primary_key=True)
    decision = row_of(DisciplineDecision)
    how = text()
    witness = text(null=True)
    note = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    discipline_service_how_known = one_of("how", SERVED_HOW)
    discipline_service_refused_is_witnessed = Check(
        "how <> 'refused' OR (coalesce(btrim(witness), '') <> '' AND coalesce(btrim(note), '') <> '')"
    )


class RevocationCandidate(Table, tablename="revocation_candidate", db=DB):
    """Somebody put a case down as a candidate of revocation; two warnings and a month's lateness open one by themselves."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id", index=True)
    case = row_of(DisciplineCase, column="case_id", index=True)
    item = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)


class RevocationDecision(Table, tablename="revocation_decision", db=DB):
    """The reasoned decision that closes a candidate: to propose revocation, or not to (law RV-12)."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id", index=True)
    ground = text()
    period = text()
    """Which candidate of this ground: the finding's period."""
    outcome = text()
    item = text(null=True)
    reason = text()
    further_breach = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    revocation_decision_ground_known = one_of("ground", GROUNDS)
    revocation_decision_outcome_known = one_of("outcome", CANDIDATE_ENDS)
