"""Which kinds of subject owe duties, and which slice gives the ledger which of their facts: all is listed here."""

import supervision.checkins.facts as checkins
import supervision.commissions.facts as commissions
import supervision.discipline.facts as discipline
import supervision.lost_contact.facts as lost_contact
import supervision.orders.facts as orders
import supervision.people.facts as people
import supervision.reception.facts as reception
import supervision.resettlement.facts as resettlement
import supervision.resettlement.offices as help_offices
import supervision.video_visits.facts as video_visits
import supervision.video_visits.told_family as told_family
from supervision.alerts.subjects import connect_titles
from supervision.duties.facts import decisions, pauses
from supervision.duties.kinds import Kind, add_kind
from supervision.duties.sources import check_complete, connect, without


def connect_sources() -> None:
    """Connect every source; raises RuntimeError if a field of a kind was forgotten."""
    _orders()
    _commissions()
    _assistances()
    _bookings()
    _prisoners()
    _offices()
    check_complete()


def _orders() -> None:
    add_kind(Kind("order", "orders", living="s.ended_at IS NULL"))
    connect("order", "matter", orders.orders)
    connect("order", "acts", orders.acts, reception.acts, checkins.acts, lost_contact.acts, discipline.acts)
    connect("order", "classes", orders.classes)
    connect("order", "phones", people.phones)
    of_kind("order")


def _bookings() -> None:
    # What was handed back, called off or held owes nothing new.
    living = "s.withdrawn_at IS NULL AND s.state IN ('applied', 'forwarded', 'scheduled', 'confirmed', 'arrived', 'in_session')"
    add_kind(Kind("booking", "booking", living=living, seen_by="see_visits"))
    connect("booking", "matter", video_visits.bookings)
    connect("booking", "acts", video_visits.acts)
    without("booking", "classes", "phones")
    of_kind("booking")


def _prisoners() -> None:
    add_kind(Kind("prisoner", "prisoner", living="s.intake_on IS NOT NULL", seen_by="see_visits"))
    connect("prisoner", "matter", told_family.prisoners)
    connect("prisoner", "acts", told_family.acts)
    without("prisoner", "classes", "phones")
    of_kind("prisoner")


def _offices() -> None:
    # An office has a ledger from its first count on.
    counted = "s.closed_at IS NULL AND EXISTS (SELECT FROM help_count c WHERE c.office = s.id)"
    add_kind(Kind("office", "office", living=counted, person=None))
    connect("office", "matter", help_offices.offices)
    connect("office", "acts", help_offices.acts)
    without("office", "classes", "phones")
    of_kind("office")
    connect_titles("office", help_offices.titles)


def _assistances() -> None:
    add_kind(Kind("assistance", "assistance", living="s.ended_at IS NULL"))
    connect("assistance", "matter", resettlement.assistances)
    connect("assistance", "acts", resettlement.acts)
    connect("assistance", "classes", resettlement.classes)
    of_kind("assistance")
    connect("assistance", "pauses", pauses("assistance"), resettlement.pauses)
    without("assistance", "phones")


def _commissions() -> None:
    # By law nobody but its handlers knows whom it is about: neither a duty nor an alert of it names the person.
    # A closed one still asks for whoever is expected.
    living = """(s.state NOT IN ('closed', 'withdrawn', 'void') OR EXISTS (
        SELECT FROM expected_order e WHERE e.source_kind = 'commission' AND e.source_id = s.id AND e.ended_at IS NULL))"""
    add_kind(Kind("commission", "commission", living=living, person=None))
    connect("commission", "matter", commissions.commissions)
    connect("commission", "acts", commissions.acts)
    without("commission", "classes", "phones")
    of_kind("commission")
    connect_titles("commission", commissions.titles)


def of_kind(kind: str) -> None:
    """Connect what is kept for subjects of every kind in one table."""
    connect(kind, "pauses", pauses(kind))
    connect(kind, "decisions", decisions(kind))
    connect(kind, "responsibilities", people.responsibilities(kind))
