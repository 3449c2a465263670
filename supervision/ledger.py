"""Which slice gives the ledger which of its facts: each field of `Facts` has its sources here."""

import supervision.checkins.facts as checkins
import supervision.orders.facts as orders
import supervision.people.facts as people
from supervision.duties.sources import check_complete, connect


def connect_sources() -> None:
    """Connect every source; raises RuntimeError if a field of Facts was forgotten."""
    connect("order", orders.orders)
    connect("acts", orders.acts, checkins.acts)
    connect("classes", orders.classes)
    connect("pauses", orders.pauses)
    connect("decisions", orders.decisions)
    connect("responsibilities", people.responsibilities)
    connect("phones", people.phones)
    check_complete()
