"""An invented person whom nobody reaches from 2 March 2026 on, in whose search the rules about it speak: for docs/rules.md. Pure."""

from datetime import datetime

from supervision.days import SHANGHAI
from supervision.rules.base import Act, Facts, Subject
from supervision.rules.discipline_examples import ORDER
from supervision.rules.lost_contact import OFF_CONTROL, SEARCH

LOST_AT = datetime(2026, 3, 3, 10, tzinfo=SHANGHAI)
VERIFIED_AT = datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
_SEARCH = Act(SEARCH, 1, "2026-03-02", LOST_AT, LOST_AT)
_LOST = Facts(Subject("order", 1, 1), ORDER, (_SEARCH,))
_VERIFIED = Facts(Subject("order", 1, 1), ORDER, (_SEARCH, Act(OFF_CONTROL, 1, "1", VERIFIED_AT, VERIFIED_AT)))

CASES = {"LO-01": _LOST, "LO-02": _LOST, "LO-03": _LOST, "LO-04": _LOST, "LO-05": _VERIFIED}
