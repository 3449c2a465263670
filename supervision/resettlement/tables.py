"""The register of resettlement help (安置帮教): periods of help, the steps of each, and what was done to help."""

from typing import Any

from piccolo.columns import JSONB, Array, BigSerial, ForeignKey, Integer
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff, Withdrawable
from supervision.db import DB, day, moment, number, text
from supervision.people.tables import Person
from supervision.resettlement.states import END_KINDS, EVENTS, STATES
from supervision.settings.tables import ImportRun

SOURCES = ("prison", "detention", "correction", "survey", "moved_in", "other")
KINDS = ("key", "general")
LEVELS = ("first", "second", "third")
PLACES = ("home", "office", "work", "phone", "other")
MET = ("person", "family", "nobody")
SIDES = ("village", "township")
GRADES = ("good", "steady", "needs")
GUARDIANS = ("parent", "grandparent", "relative", "welfare", "nobody")
HARDSHIPS = ("none", "poor", "no_school", "wandering", "ill", "other")
BASE_KINDS = ("enterprise", "government")
GROUP_KINDS = ("office", "police", "village", "warden", "family")
SUPPORT_KINDS = ("placement", "job_service", "social_aid", "legal_aid", "mediation", "training", "relief")


def _one_of(column: str, values: tuple[str, ...]) -> Check:
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


def _staff() -> ForeignKey[Any]:
    return ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)


class Assistance(Table, tablename="assistance", db=DB):
    """One period of resettlement help (law RA-01). Its columns follow the steps below."""

    person = ForeignKey(Person, null=False, default=None, on_delete=OnDelete.restrict)
    source = text()
    kind = text()
    known_on = day()
    release_on = day(null=True)
    connected_at = moment(null=True)
    from_on = day(null=True)
    to_on = day(null=True)
    state = text(index=True)
    ended_at = moment(null=True)
    end_kind = text(null=True)
    prison = text(null=True)
    crime = text(null=True)
    sentence = text(null=True)
    details_sealed = text(null=True)
    """What else the registration form says (c.6), as sealed JSON: code of the field → what is written."""
    order_id = number(null=True)
    """The period of correction from which it came (law RA-22)."""
    report_by = day(null=True)
    """Until when the certificate of release tells the person to report to the police station (law RA-10)."""
    ledger_from = day()
    created_at = moment()
    created_by = _staff()
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    assistance_source_known = _one_of("source", SOURCES)
    assistance_kind_known = _one_of("kind", KINDS)
    assistance_state_known = _one_of("state", STATES)
    assistance_end_known = _one_of("end_kind", END_KINDS)
    assistance_end_is_whole = Check("(ended_at IS NULL) = (end_kind IS NULL)")
    assistance_end_is_its_state = Check(
        f"(ended_at IS NULL AND state NOT IN ({', '.join(map(repr, END_KINDS))}))"
        " OR (ended_at IS NOT NULL AND state = end_kind)"
    )


class AssistanceStep(Withdrawable, Table, tablename="assistance_step", db=DB):
    """One step of a period of help (law b.12): a fact, and the state that it led to."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    event = text()
    code = text(null=True)
    """What kind of it: the reason of a failed verification, in which way the person came home, …"""
    old_state = text(null=True)
    new_state = text()
    happened_at = moment()
    said_sealed = text(null=True)
    office = ForeignKey(Office, null=True, default=None, on_delete=OnDelete.restrict)
    """Of a dual listing or a move: the other office."""
    before = JSONB(null=True, default=None)
    """The columns of the period that the step changed, as they were."""
    recorded_at = moment()
    recorded_by = _staff()
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    assistance_step_event_known = _one_of("event", EVENTS)
    assistance_step_state_known = _one_of("new_state", STATES)


class AssistanceClass(Withdrawable, Table, tablename="assistance_class", db=DB):
    """How closely somebody is helped: 一类, 二类, 三类 (law RA-14)."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    level = text()
    reason = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    assistance_class_level_known = _one_of("level", LEVELS)


class HelpVisit(Withdrawable, Table, tablename="help_visit", db=DB):
    """A visit or talk, with what was found and what is needed (law RA-14)."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    place = text()
    met = text()
    happened_at = moment()
    content_sealed = text(null=True)
    needs_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = _staff()
    replaces = number(null=True)
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    help_visit_place_known = _one_of("place", PLACES)
    help_visit_met_known = _one_of("met", MET)


class HelpMember(Withdrawable, Table, tablename="help_member", db=DB):
    """A member of the group that helps somebody (帮教小组, law RA-13)."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    kind = text()
    name = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    help_member_kind_known = _one_of("kind", GROUP_KINDS)


class Support(Withdrawable, Table, tablename="support", db=DB):
    """Something that was arranged for somebody: work, a benefit, legal aid, mediation, training, relief (law RA-18)."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    kind = text()
    code = text(null=True)
    department = text(null=True)
    """Which department or group helped with it (law RA-02)."""
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = _staff()
    replaces = number(null=True)
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    support_kind_known = _one_of("kind", SUPPORT_KINDS)


class NotHandedOver(Table, tablename="not_handed_over", db=DB):
    """Why somebody whose correction ended isn't helped on (law RA-22): a reason of a named human."""

    order_id = number()
    reason = text()
    recorded_at = moment()
    recorded_by = _staff()
    withdrawn_at = moment(null=True)


class HelpAssessment(Withdrawable, Table, tablename="help_assessment", db=DB):
    """Whether somebody is a key person, and by which factors (law RA-09)."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    kind = text()
    old_kind = text()
    factors_sealed = text(null=True)
    """The codes of the factors that apply, separated by blanks."""
    content_sealed = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    help_assessment_kind_known = _one_of("kind", KINDS)
    help_assessment_old_kind_known = _one_of("old_kind", KINDS)


class HelpAppraisal(Withdrawable, Table, tablename="help_appraisal", db=DB):
    """What the village or the township says of a year of help (law RA-20)."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    side = text()
    grade = text()
    assessor = text()
    content_sealed = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    help_appraisal_side_known = _one_of("side", SIDES)
    help_appraisal_grade_known = _one_of("grade", GRADES)


class HelpChild(Withdrawable, Table, tablename="help_child", db=DB):
    """A minor child of somebody who is helped, as it was found (law RA-19); looked at anew each year."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    name_sealed = text()
    born_on = day()
    guardian = text()
    hardship = text()
    content_sealed = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    help_child_guardian_known = _one_of("guardian", GUARDIANS)
    help_child_hardship_known = _one_of("hardship", HARDSHIPS)


class AssistanceDetails(Table, tablename="assistance_details", db=DB):
    """What the registration form of a period of help said before a later sheet said something else."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    details_sealed = text()
    replaced_at = moment()
    replaced_by = _staff()
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)


class HelpCount(Table, tablename="help_count", db=DB):
    """How many people an office helped when a month began (law RA-24)."""

    id = BigSerial(primary_key=True)
    office = ForeignKey(Office, null=False, default=None, on_delete=OnDelete.restrict)
    month = day()
    helped = number()
    recorded_at = moment()
    help_count_once = Unique(["office", "month"])


class HelpWorker(Table, tablename="help_worker", db=DB):
    """Somebody who does nothing but help at an office (law RA-24); not always a member of our staff."""

    id = BigSerial(primary_key=True)
    office = ForeignKey(Office, null=False, default=None, on_delete=OnDelete.restrict)
    name = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    ended_at = moment(null=True)
    ended_by = _staff()


class HelpList(Table, tablename="help_list", db=DB):
    """A monthly list as it was sent: of whom (law RA-25)."""

    id = BigSerial(primary_key=True)
    office = ForeignKey(Office, null=False, default=None, on_delete=OnDelete.restrict)
    kind = text()
    people = Array(base_column=Integer(), default=list)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    help_list_kind_known = _one_of("kind", ("release", "unconnected"))


class HelpBase(Table, tablename="help_base", db=DB):
    """A transitional base (过渡性安置基地, law RA-23): a place with beds for those who have nowhere to go yet."""

    name = text()
    kind = text()
    address_sealed = text()
    beds = number()
    contact = text(null=True)
    opened_on = day()
    recorded_at = moment()
    recorded_by = _staff()
    closed_at = moment(null=True)
    closed_by = _staff()
    closed_reason = text(null=True)
    help_base_kind_known = _one_of("kind", BASE_KINDS)
    help_base_has_beds = Check("beds >= 1")
    help_base_closing_is_whole = Check("(closed_at IS NULL) = (closed_reason IS NULL)")


class HelpStay(Withdrawable, Table, tablename="help_stay", db=DB):
    """Somebody is placed in a base. It ends by a leaving, or with the period of help: `beds.STAYS` says when."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    base = ForeignKey(HelpBase, null=False, default=None, on_delete=OnDelete.restrict)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()


class HelpLeaving(Withdrawable, Table, tablename="help_leaving", db=DB):
    """Somebody leaves the base in which they stayed."""

    id = BigSerial(primary_key=True)
    assistance = ForeignKey(Assistance, null=False, default=None, on_delete=OnDelete.restrict)
    stay = ForeignKey(HelpStay, null=False, default=None, on_delete=OnDelete.restrict)
    reason_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
