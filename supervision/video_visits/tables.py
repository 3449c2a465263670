"""Remote video visits (law a.15, b.13): prisons, prisoners, their families, rooms, and the bookings with all that became of them.

A booking's `state` is the only column that changes; what happened is in `booking_event`, one row a transition.
"""

from piccolo.columns import JSONB, BigInt, BigSerial, Boolean
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, day, moment, number, one_of, row_of, text
from supervision.people.tables import Person

CLASSES = ("strict", "normal", "loose")
KINSHIPS = ("spouse", "parent", "child", "sibling", "grandparent", "grandchild", "in_law", "guardian", "other")
PROOFS = ("household_book", "marriage", "birth", "village", "other")
FAMILY_STATES = ("new", "ok", "refused")
STATES = (
    "applied",
    "returned",
    "forwarded",
    "prison_refused",
    "scheduled",
    "released",
    "cancelled",
    "confirmed",
    "no_show",
    "arrived",
    "in_session",
    "done",
    "terminated",
    "failed",
)
"""In the order of life: `released` is a slot that the family didn't confirm in time, `failed` a technical failure."""


class Prison(Table, tablename="prison", db=DB):
    """A prison that takes video visits; only those inside the province do (law VV-12)."""

    name = text()
    in_province = Boolean(default=True)
    contact_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    closed_at = moment(null=True)
    prison_name_once = Unique(["name"])


class VisitRoom(Table, tablename="visit_room", db=DB):
    """A room of ours in which a family sits before the screen."""

    name = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    closed_at = moment(null=True)
    visit_room_name_once = Unique(["name"])


class Prisoner(Table, tablename="prisoner", db=DB):
    """Somebody in prison whose family visits: a person who is not under supervision."""

    person = row_of(Person)
    intake_on = day(null=True)
    """The day on which they came to prison, where it is known (law VV-01)."""
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    prisoner_person_once = Unique(["person"])


class PrisonerNotice(Withdrawable, Table, tablename="prisoner_notice", db=DB):
    """The prison told the family where the prisoner is (law VV-01)."""

    id = BigSerial(primary_key=True)
    prisoner = row_of(Prisoner)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)


class PrisonerStatus(Table, tablename="prisoner_status", db=DB):
    """Where a prisoner is, in which class, and whether they may be visited, as the prison said it; the last one counts."""

    id = BigSerial(primary_key=True)
    prisoner = row_of(Prisoner)
    prison = row_of(Prison)
    prison_number = text(null=True)
    level = text()
    may_visit = Boolean(default=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = BigInt(null=True, default=None)
    withdrawn_at = moment(null=True)
    prisoner_status_level_known = one_of("level", CLASSES)


class FamilyMember(Table, tablename="family_member", db=DB):
    """A relative or guardian of a prisoner (law VV-02): new until verified once, then ok or refused."""

    prisoner = row_of(Prisoner)
    person = row_of(Person)
    kinship = text()
    state = text()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    family_member_once = Unique(["prisoner", "person"])
    family_member_kinship_known = one_of("kinship", KINSHIPS)
    family_member_state_known = one_of("state", FAMILY_STATES)


class FamilyCheck(Table, tablename="family_check", db=DB):
    """Who verified kinship and person, by which paper, and with which result (law VV-03, VV-15)."""

    id = BigSerial(primary_key=True)
    family = row_of(FamilyMember)
    result = text()
    proof = text(null=True)
    reason = text(null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    withdrawn_at = moment(null=True)
    family_check_result_known = Check("result IN ('ok', 'refused')")


class BookingRow(Withdrawable, Table, tablename="booking", db=DB):
    """A family's application for one session."""

    id = BigSerial(primary_key=True)
    number = text()
    prisoner = row_of(Prisoner)
    prison = row_of(Prison)
    applicant = row_of(FamilyMember)
    person = row_of(Person)
    """Who applies: whoever is reminded, and asked for where nobody comes."""
    wanted_on = day()
    wanted_second = day(null=True)
    wanted_third = day(null=True)
    purpose_sealed = text(null=True)
    instead_of = BigInt(null=True, default=None)
    """The session that failed, which this one makes up for: it isn't counted anew."""
    state = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    booking_number_once = Unique(["number"])
    booking_state_known = one_of("state", STATES)


class BookingVisitor(Table, tablename="booking_visitor", db=DB):
    """Who is to come."""

    id = BigSerial(primary_key=True)
    booking = row_of(BookingRow)
    family = row_of(FamilyMember)
    booking_visitor_once = Unique(["booking", "family"])


class BookingMonth(Table, tablename="booking_month", db=DB):
    """What a booking uses up of the prisoner's visits of a month, until it is given back; `turn`: the first, the second, …"""

    id = BigSerial(primary_key=True)
    booking = row_of(BookingRow)
    prisoner = row_of(Prisoner)
    month = day()
    """Its first day."""
    turn = number()
    taken_at = moment()
    freed_at = moment(null=True)


class BookingSlot(Table, tablename="booking_slot", db=DB):
    """A room during a time; two of one room, or of one prisoner, never overlap (exclusion constraints) until one is freed."""

    id = BigSerial(primary_key=True)
    booking = row_of(BookingRow)
    prisoner = row_of(Prisoner)
    room = row_of(VisitRoom)
    prison_room = text(null=True)
    from_at = moment()
    to_at = moment()
    taken_at = moment()
    taken_by = row_of(Staff, null=True)
    freed_at = moment(null=True)
    booking_slot_has_length = Check("from_at < to_at")


class BookingEvent(Table, tablename="booking_event", db=DB):
    """A transition of a booking, append-only; `step` names it, and meets the duties of the ledger."""

    id = BigSerial(primary_key=True)
    booking = row_of(BookingRow)
    step = text()
    old_state = text(null=True)
    new_state = text()
    reason = text(null=True)
    detail = JSONB(default="{}")
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    booking_event_state_known = one_of("new_state", STATES)


class BookingArrival(Table, tablename="booking_arrival", db=DB):
    """Who came, and how they were checked (law VV-13: face and identity card)."""

    id = BigSerial(primary_key=True)
    booking = row_of(BookingRow)
    family = row_of(FamilyMember)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    booking_arrival_once = Unique(["booking", "family"])


class VisitSuspension(Table, tablename="visit_suspension", db=DB):
    """No visits to a prisoner during some days after a breach of discipline (law VV-11)."""

    id = BigSerial(primary_key=True)
    prisoner = row_of(Prisoner)
    booking = row_of(BookingRow, null=True)
    from_on = day()
    to_on = day()
    """The last day."""
    reason = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    withdrawn_at = moment(null=True)
    visit_suspension_in_order = Check("from_on <= to_on")
