"""Invented people at the beginning of their correction, in whom the rules of reception speak: for docs/rules.md. Pure."""

from dataclasses import replace
from datetime import date, datetime

from supervision.days import SHANGHAI
from supervision.rules.base import Act, Facts, Order, Subject
from supervision.rules.reception_papers import COURT, DOCUMENTS, ELSEWHERE, NOTIFIED
from supervision.rules.reception_steps import JOINED, joined_as

ORDER = Order(
    kind="probation",
    effective_on=date(2026, 1, 2),
    registered_at=None,
    start_on=date(2026, 1, 2),
    end_on=date(2026, 10, 1),
    ledger_from=date(2026, 1, 2),
)
CAME_AT = datetime(2026, 1, 8, 10, tzinfo=SHANGHAI)


def _facts(order: Order, *acts: Act) -> Facts:
    return Facts(Subject("order", 1, 1), order, acts)


def _act(kind: str, mode: str) -> Act:
    return Act(kind, 1, mode, CAME_AT, CAME_AT)


_AWAITED = _facts(ORDER)
_FROM_ELSEWHERE = _facts(ORDER, _act(DOCUMENTS, ELSEWHERE))
_OUTSIDE = replace(ORDER, kind="temporary_outside")

CASES = {
    "RE-01": _AWAITED,
    "RE-02": _AWAITED,
    "RE-03": _FROM_ELSEWHERE,
    "RE-05": _FROM_ELSEWHERE,
    "RE-07": _facts(_OUTSIDE, _act(NOTIFIED, COURT)),
    "RE-08": _facts(_OUTSIDE),
    "R-08": _facts(replace(ORDER, woman=True), _act(JOINED, joined_as(woman=False, knows_minors=False))),
}
