"""Commissioned investigations: the case, its facts and its transitions. Only `state` and `ended_at` ever change."""

from piccolo.columns import BigSerial, Boolean
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff, Withdrawable
from supervision.commissions.states import STATES
from supervision.db import DB, day, moment, number, one_of, row_of, text
from supervision.orders.tables import KINDS
from supervision.people.tables import Person

ORGANS = ("court", "procuratorate", "police", "prison")
SUBJECT_KINDS = ("suspect", "defendant", "offender", "other")
SOURCES = ("residence", "family", "village", "victim", "subject", "police", "workplace", "other")
REQUIRED_SOURCES = ("residence", "family", "village", "victim")
"""Of each of these there must be a record before the draft is submitted (law CI-06)."""
CONTENTS = ("residence", "family", "consequences", "opinions", "prohibitions", "danger", "community")
"""The seven contents that the opinion must cover (IM 14)."""
CONCLUSIONS = ("suitable", "unsuitable", "other")
ADOPTIONS = ("adopted", "not_adopted", "unknown")
SENTENCES = (*KINDS, "other", "unknown")
OCCASIONS = {"informed": ("received",), "copied": ("sent",), "explained": ("returned", "unable")}
"""Whom it was told to → the acts that it tells of."""
NOTICES = tuple(OCCASIONS)
ACT_KINDS = (
    "received",
    "resent",
    "returned",
    "unable",
    "accepted",
    "refused",
    "extension_asked",
    "extension_agreed",
    "extension_refused",
    "approved",
    "rejected",
    "sent",
    "closed",
    "organ_withdrew",
    *NOTICES,
)


class CommissionRow(Table, tablename="commission", db=DB):
    """An investigation asked for by a court, a procuratorate, the police or a prison."""

    number = text()
    organ = text()
    organ_name = text()
    letter_number = text()
    commissioned_on = day()
    subject_kind = text()
    person = row_of(Person)
    minor = Boolean(default=False)
    fast_track = Boolean(default=False)
    crime = text()
    intended_kind = text()
    address_sealed = text(null=True)
    state = text()
    created_at = moment()
    created_by = row_of(Staff, null=True)
    commission_number_once = Unique(["number"])
    commission_organ_known = one_of("organ", ORGANS)
    commission_subject_kind_known = one_of("subject_kind", SUBJECT_KINDS)
    commission_intended_kind_known = one_of("intended_kind", KINDS)
    commission_state_known = one_of("state", STATES)


class CommissionAct(Withdrawable, Table, tablename="commission_act", db=DB):
    """A plain act: taken up, handed back, extended, sent, and who was told."""

    commission = row_of(CommissionRow)
    kind = text()
    happened_at = moment()
    document_number = text(null=True)
    note_sealed = text(null=True)
    until_on = day(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    commission_act_kind_known = one_of("kind", ACT_KINDS)
    commission_act_extension_has_its_day = Check("(kind = 'extension_agreed') = (until_on IS NOT NULL)")


class CommissionAssignment(Withdrawable, Table, tablename="commission_assignment", db=DB):
    """The office that investigates, and the two who do (law CI-11)."""

    commission = row_of(CommissionRow)
    office = row_of(Office)
    lead = row_of(Staff)
    second = row_of(Staff)
    happened_at = moment()
    ended_at = moment(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    commission_assignment_of_two = Check("lead <> second")


class InvestigationRecord(Withdrawable, Table, tablename="investigation_record", db=DB):
    """What somebody was asked, by two investigators (law CI-06, CI-11)."""

    commission = row_of(CommissionRow)
    source = text()
    heard_sealed = text()
    place_sealed = text()
    content_sealed = text()
    first_investigator = row_of(Staff)
    second_investigator = row_of(Staff)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    investigation_record_source_known = one_of("source", SOURCES)
    investigation_record_by_two = Check("first_investigator <> second_investigator")


class CommissionDraft(Withdrawable, Table, tablename="commission_draft", db=DB):
    """The office's draft with the seven contents of IM 14; each submission is a row."""

    commission = row_of(CommissionRow)
    residence_sealed = text()
    family_sealed = text()
    consequences_sealed = text()
    opinions_sealed = text()
    prohibitions_sealed = text()
    danger_sealed = text()
    community_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)


class CommissionOpinion(Withdrawable, Table, tablename="commission_opinion", db=DB):
    """What was decided after the collective assessment (law CI-11)."""

    commission = row_of(CommissionRow)
    conclusion = text()
    document_number = text()
    met_at = moment()
    attended = text()
    reason_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    commission_opinion_conclusion_known = one_of("conclusion", CONCLUSIONS)


class CommissionResult(Withdrawable, Table, tablename="commission_result", db=DB):
    """What the deciding organ made of it (law CI-09)."""

    commission = row_of(CommissionRow)
    adoption = text()
    sentence = text()
    in_district = Boolean(default=False)
    document_number = text(null=True)
    decided_on = day(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    commission_result_adoption_known = one_of("adoption", ADOPTIONS)
    commission_result_sentence_known = one_of("sentence", SENTENCES)


class CommissionEvent(Table, tablename="commission_event", db=DB):
    """A transition, append-only: when, what, by whom in which role, and the fact on which it rests."""

    id = BigSerial(primary_key=True)
    commission = row_of(CommissionRow)
    at = moment()
    event = text()
    old_state = text(null=True)
    new_state = text()
    fact_kind = text(null=True)
    fact_id = number(null=True)
    staff = row_of(Staff, null=True)
    role = text(null=True)
