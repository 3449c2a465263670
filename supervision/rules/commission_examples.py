"""Invented commissions in which the rules about them speak: for docs/rules.md. Pure."""

from datetime import datetime, timedelta

from supervision.days import SHANGHAI
from supervision.rules.base import Act, Facts, Subject
from supervision.rules.commission import Commission, Run

RECEIVED_AT = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
SENT_AT = datetime(2026, 3, 12, 16, tzinfo=SHANGHAI)
RUN = Run(1, RECEIVED_AT)
UNABLE = Run(1, RECEIVED_AT, RECEIVED_AT + timedelta(days=2), "unable")


def _facts(run: Run, *acts: Act, fast_track: bool = False) -> Facts:
    return Facts(Subject("commission", 1), Commission(fast_track, (run,)), acts)


def _sent() -> Act:
    return Act("sent", 1, "letter", SENT_AT, SENT_AT)


CASES = {
    "CI-02": _facts(RUN),
    "CI-03": _facts(RUN),
    "CI-04": _facts(RUN, fast_track=True),
    "CI-07": _facts(RUN, _sent()),
    "CI-08": _facts(UNABLE),
    "CI-09": _facts(RUN, _sent()),
    "expected_late": _facts(RUN, _sent(), Act("expected", 1, "", SENT_AT, SENT_AT)),
}
