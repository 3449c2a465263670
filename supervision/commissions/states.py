"""The life of a commission as one table of transitions (law b.1). Pure; every page, action and test reads it from here.

Beyond b.1: the organ may call its commission off (organ_withdrew), and what was put down by mistake is void.
"""

from dataclasses import dataclass

RUNNING = ("received", "assigned", "investigating", "extension_pending", "drafted", "reviewed", "signed")
"""The opinion is still owed."""
ENDED = ("withdrawn", "closed", "void")
STATES = (*RUNNING, "sent", "returned", "unable", *ENDED)


@dataclass(frozen=True, slots=True)
class Transition:
    """An event that leads from some states to one; `permission`: who may bring it about."""

    event: str
    of: tuple[str, ...]
    to: str
    permission: str


HANDLE, DECIDE, SIGN = "handle_commission", "decide_commission", "sign_commission"

TRANSITIONS: tuple[Transition, ...] = (
    Transition("assigned", ("received",), "assigned", DECIDE),
    Transition("returned", ("received",), "returned", DECIDE),
    Transition("unable", ("received", "investigating"), "unable", HANDLE),
    Transition("accepted", ("assigned",), "investigating", HANDLE),
    Transition("refused", ("assigned",), "received", HANDLE),
    Transition("drafted", ("investigating",), "drafted", HANDLE),
    Transition("extension_asked", ("investigating",), "extension_pending", HANDLE),
    Transition("extension_agreed", ("extension_pending",), "investigating", DECIDE),
    Transition("extension_refused", ("extension_pending",), "investigating", DECIDE),
    Transition("approved", ("drafted",), "reviewed", DECIDE),
    Transition("rejected", ("drafted",), "investigating", DECIDE),
    Transition("decided", ("reviewed",), "signed", SIGN),
    Transition("sent", ("signed",), "sent", DECIDE),
    Transition("concluded", ("sent",), "closed", DECIDE),
    Transition("resent", ("returned", "unable"), "received", DECIDE),
    Transition("closed", ("returned", "unable"), "closed", DECIDE),
    Transition("organ_withdrew", (*RUNNING, "returned", "unable"), "withdrawn", DECIDE),
    Transition("voided", tuple(state for state in STATES if state != "void"), "void", DECIDE),
)
_BY_EVENT = {one.event: one for one in TRANSITIONS}
RECEIVED = "received"
"""The event with which every commission begins."""


def transition(event: str) -> Transition | None:
    """The transition of that event."""
    return _BY_EVENT.get(event)


def events_of(state: str) -> tuple[str, ...]:
    """What may happen next, in the order of the table."""
    return tuple(one.event for one in TRANSITIONS if state in one.of)
