"""The register of resettlement help (安置帮教): periods of help, the steps of each, and what was done to help."""

from piccolo.columns import JSONB, Array, BigSerial, Integer
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff, Withdrawable
from supervision.db import DB, day, moment, number, one_of, row_of, text
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


class Assistance(Table, tablename="assistance", db=DB):
    """One period of resettlement help (law RA-01). Its columns follow the steps below."""

    person = row_of(Person)
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
    created_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)
    assistance_source_known = one_of("source", SOURCES)
    assistance_kind_known = one_of("kind", KINDS)
    assistance_state_known = one_of("state", STATES)
    assistance_end_known = one_of("end_kind", END_KINDS)
    assistance_end_is_whole = Check("(ended_at IS NULL) = (end_kind IS NULL)")
    assistance_end_is_its_state = Check(
        f"(ended_at IS NULL AND state NOT IN ({', '.join(map(repr, END_KINDS))}))"
        " OR (ended_at IS NOT NULL AND state = end_kind)"
    )


class AssistanceStep(Withdrawable, Table, tablename="assistance_step", db=DB):
    """One step of a period of help (law b.12): a fact, and the state that it led to."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    event = text()
    code = text(null=True)
    """What kind of it: the reason of a failed verification, in which way the person came home, …"""
    old_state = text(null=True)
    new_state = text()
    happened_at = moment()
    said_sealed = text(null=True)
    office = row_of(Office, null=True)
    """Of a dual listing or a move: the other office."""
    before = JSONB(null=True, default=None)
    """The columns of the period that the step changed, as they were."""
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)
    assistance_step_event_known = one_of("event", EVENTS)
    assistance_step_state_known = one_of("new_state", STATES)


class AssistanceClass(Withdrawable, Table, tablename="assistance_class", db=DB):
    """How closely somebody is helped: 一类, 二类, 三类 (law RA-14)."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    level = text()
    reason = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)
    assistance_class_level_known = one_of("level", LEVELS)


class HelpVisit(Withdrawable, Table, tablename="help_visit", db=DB):
    """A visit or talk, with what was found and what is needed (law RA-14)."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    place = text()
    met = text()
    happened_at = moment()
    content_sealed = text(null=True)
    needs_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)
    help_visit_place_known = one_of("place", PLACES)
    help_visit_met_known = one_of("met", MET)


class HelpMember(Withdrawable, Table, tablename="help_member", db=DB):
    """A member of the group that helps somebody (帮教小组, law RA-13)."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    kind = text()
    name = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    help_member_kind_known = one_of("kind", GROUP_KINDS)


class Support(Withdrawable, Table, tablename="support", db=DB):
    """Something that was arranged for somebody: work, a benefit, legal aid, mediation, training, relief (law RA-18)."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    kind = text()
    code = text(null=True)
    department = text(null=True)
    """Which department or group helped with it (law RA-02)."""
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)
    support_kind_known = one_of("kind", SUPPORT_KINDS)


class NotHandedOver(Table, tablename="not_handed_over", db=DB):
    """Why somebody whose correction ended isn't helped on (law RA-22): a reason of a named human."""

    order_id = number()
    reason = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    withdrawn_at = moment(null=True)


class HelpAssessment(Withdrawable, Table, tablename="help_assessment", db=DB):
    """Whether somebody is a key person, and by which factors (law RA-09)."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    kind = text()
    old_kind = text()
    factors_sealed = text(null=True)
    """The codes of the factors that apply, separated by blanks."""
    content_sealed = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    help_assessment_kind_known = one_of("kind", KINDS)
    help_assessment_old_kind_known = one_of("old_kind", KINDS)


class HelpAppraisal(Withdrawable, Table, tablename="help_appraisal", db=DB):
    """What the village or the township says of a year of help (law RA-20)."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    side = text()
    grade = text()
    assessor = text()
    content_sealed = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    help_appraisal_side_known = one_of("side", SIDES)
    help_appraisal_grade_known = one_of("grade", GRADES)


class HelpChild(Withdrawable, Table, tablename="help_child", db=DB):
    """A minor child of somebody who is helped, as it was found (law RA-19); looked at anew each year."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    name_sealed = text()
    born_on = day()
    guardian = text()
    hardship = text()
    content_sealed = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    help_child_guardian_known = one_of("guardian", GUARDIANS)
    help_child_hardship_known = one_of("hardship", HARDSHIPS)


class AssistanceDetails(Table, tablename="assistance_details", db=DB):
    """What the registration form of a period of help said before a later sheet said something else."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    details_sealed = text()
    replaced_at = moment()
    replaced_by = row_of(Staff, null=True)
    import_run = row_of(ImportRun, null=True)


class HelpCount(Table, tablename="help_count", db=DB):
    """How many people an office helped when a month began (law RA-24)."""

    id = BigSerial(primary_key=True)
    office = row_of(Office)
    month = day()
    helped = number()
    recorded_at = moment()
    help_count_once = Unique(["office", "month"])


class HelpWorker(Table, tablename="help_worker", db=DB):
    """Somebody who does nothing but help at an office (law RA-24); not always a member of our staff."""

    id = BigSerial(primary_key=True)
    office = row_of(Office)
    name = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    ended_at = moment(null=True)
    ended_by = row_of(Staff, null=True)


class HelpList(Table, tablename="help_list", db=DB):
    """A monthly list as it was sent: of whom (law RA-25)."""

    id = BigSerial(primary_key=True)
    office = row_of(Office)
    kind = text()
    people = Array(base_column=Integer(), default=list)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    help_list_kind_known = one_of("kind", ("release", "unconnected"))


class HelpBase(Table, tablename="help_base", db=DB):
    """A transitional base (过渡性安置基地, law RA-23): a place with beds for those who have nowhere to go yet."""

    name = text()
    kind = text()
    address_sealed = text()
    beds = number()
    contact = text(null=True)
    opened_on = day()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    closed_at = moment(null=True)
    closed_by = row_of(Staff, null=True)
    closed_reason = text(null=True)
    help_base_kind_known = one_of("kind", BASE_KINDS)
    help_base_has_beds = Check("beds >= 1")
    help_base_closing_is_whole = Check("(closed_at IS NULL) = (closed_reason IS NULL)")


class HelpStay(Withdrawable, Table, tablename="help_stay", db=DB):
    """Somebody is placed in a base. It ends by a leaving, or with the period of help: `beds.STAYS` says when."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    base = row_of(HelpBase)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)


class HelpLeaving(Withdrawable, Table, tablename="help_leaving", db=DB):
    """Somebody leaves the base in which they stayed."""

    id = BigSerial(primary_key=True)
    assistance = row_of(Assistance)
    stay = row_of(HelpStay)
    reason_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
