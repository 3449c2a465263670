"""An invented person with cases of discipline, in which the rules about them speak: for docs/rules.md. Pure."""

from datetime import date, datetime

from supervision.days import SHANGHAI
from supervision.rules.base import Act, Facts, Order, Subject
from supervision.rules.discipline_earlier import MEASURE
from supervision.rules.discipline_steps import ENTERED

REGISTERED_AT = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)
DECIDED_AT = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
ORDER = Order(
    kind="probation",
    effective_on=date(2026, 1, 2),
    registered_at=REGISTERED_AT,
    start_on=date(2026, 1, 2),
    end_on=date(2026, 10, 1),
    ledger_from=REGISTERED_AT.date(),
)


def _facts(*acts: Act) -> Facts:
    return Facts(Subject("order", 1, 1), ORDER, acts)


def _measure(kind: str, month: int, id: int) -> Act:
    at = datetime(2026, month, 2, 10, tzinfo=SHANGHAI)
    return Act(MEASURE, id, kind, at, at)


_DECIDED = _facts(Act(ENTERED, 1, "decided", DECIDED_AT, DECIDED_AT))

CASES = {
    "discipline_step": _DECIDED,
    "discipline_stuck": _DECIDED,
    "DI-W5": _facts(_measure("admonition", 2, 1), _measure("admonition", 3, 2)),
    "RV-12": _facts(_measure("warning", 2, 1), _measure("warning", 3, 2)),
}
