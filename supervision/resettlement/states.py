"""The life of a period of help (law b.12) as one table: in which state which step leads where. Pure."""

from collections.abc import Mapping

IN_PRISON, VERIFYING, VERIFIED, VERIFY_FAILED = "in_prison", "verifying", "verified", "verify_failed"
TO_CONNECT, NOT_CONNECTED, CONNECTED = "to_connect", "not_connected", "connected"
IN_HELP, OFF, DUAL, TRANSFER = "in_help", "off", "dual", "transfer"
MOVED, EXPIRED, DECEASED, REOFFENDED, TAKEN_BACK = "moved", "expired", "deceased", "reoffended", "taken_back"

INSIDE = (IN_PRISON, VERIFYING, VERIFIED, VERIFY_FAILED)
"""Still in prison: known, no notice of release yet."""
AWAITED = (*INSIDE, TO_CONNECT)
"""Told of by a prison, not yet on the register of help."""
OUTSIDE = (NOT_CONNECTED, CONNECTED, IN_HELP, OFF, DUAL, TRANSFER)
"""On the register of help."""
OPEN = (*AWAITED, *OUTSIDE)
END_KINDS = (MOVED, EXPIRED, DECEASED, REOFFENDED, TAKEN_BACK)
STATES = (*OPEN, *END_KINDS)

# Step → (the states in which it may be taken, the state to which it leads; "" stays).
_STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "ask": ((IN_PRISON,), VERIFYING),
    "verified": ((VERIFYING,), VERIFIED),
    "waiting": ((VERIFYING,), ""),
    "failed": ((VERIFYING,), VERIFY_FAILED),
    "returned": ((VERIFY_FAILED,), ""),
    "readdressed": ((VERIFY_FAILED,), VERIFYING),
    "prison_changed": (INSIDE, ""),
    "escaped": (INSIDE, ""),
    "notice": ((VERIFIED,), TO_CONNECT),
    "told": ((TO_CONNECT,), ""),
    "fetched": ((TO_CONNECT,), CONNECTED),
    "arrived": ((TO_CONNECT,), CONNECTED),
    "missed": ((TO_CONNECT,), NOT_CONNECTED),
    "searched": ((NOT_CONNECTED, OFF), ""),
    "police": ((NOT_CONNECTED, OFF), ""),
    "found": ((NOT_CONNECTED,), CONNECTED),
    "found_elsewhere": ((NOT_CONNECTED,), DUAL),
    "lives_elsewhere": ((NOT_CONNECTED,), MOVED),
    "reported": ((CONNECTED, IN_HELP, DUAL), ""),
    "agreement": ((CONNECTED, IN_HELP, DUAL), ""),
    "file": ((CONNECTED,), IN_HELP),
    "lost": ((IN_HELP,), OFF),
    "found_again": ((OFF,), IN_HELP),
    "dual_asked": ((IN_HELP,), ""),
    "dual": ((IN_HELP,), DUAL),
    "dual_refused": ((IN_HELP,), ""),
    "dual_ended": ((DUAL,), IN_HELP),
    "move_asked": ((IN_HELP,), TRANSFER),
    "move_accepted": ((TRANSFER,), MOVED),
    "move_refused": ((TRANSFER,), IN_HELP),
    "expired": (OUTSIDE, EXPIRED),
    "deceased": (OPEN, DECEASED),
    "reoffended": (OUTSIDE, REOFFENDED),
    "taken_back": (OPEN, TAKEN_BACK),
}
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (state, event): new or state for event, (states, new) in _STEPS.items() for state in states
}
"""(state, step) → the next state. What isn't here is refused."""
BEGINNINGS: Mapping[str, str] = {
    "known": IN_PRISON,
    "announced": TO_CONNECT,
    "came": CONNECTED,
    "carried_over": IN_HELP,
}
"""How a period of help begins: told by a prison, announced for release, already here, or from an old register."""
EVENTS = (*_STEPS, *BEGINNINGS)


def next_state(state: str, event: str) -> str | None:
    """Where the step leads; None where it can't be taken."""
    return TRANSITIONS.get((state, event))


def possible(state: str) -> tuple[str, ...]:
    """The steps that may be taken in a state, in the order of the table."""
    return tuple(event for event, (states, _) in _STEPS.items() if state in states)
