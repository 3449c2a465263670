"""The invented person by whom docs/rules.md shows the rules of resettlement help: released on Monday 2 March 2026."""

from dataclasses import replace
from datetime import date, datetime

from supervision.days import SHANGHAI, start_of
from supervision.rules.assistance import SUBJECT, Assistance
from supervision.rules.base import Act, Facts, Subject

ID = 1
KNOWN_ON, RELEASE_ON = date(2026, 1, 5), date(2026, 3, 2)
CAME_AT = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)


def _act(kind: str, mode: str, moment: datetime) -> Act:
    return Act(kind, ID, mode, moment, moment)


AWAITED = Facts(
    subject=Subject(SUBJECT, ID, ID),
    matter=Assistance(
        source="prison",
        kind="key",
        known_on=KNOWN_ON,
        release_on=RELEASE_ON,
        connected_at=None,
        to_on=None,
        ledger_from=KNOWN_ON,
    ),
    acts=(
        _act("verification_asked", "", start_of(KNOWN_ON)),
        _act("notice", "", start_of(date(2026, 1, 30))),
    ),
)
HELPED = replace(
    AWAITED,
    matter=replace(AWAITED.matter, connected_at=CAME_AT, to_on=date(2026, 11, 20)),
    acts=(
        *AWAITED.acts,
        _act("connection", "fetched", CAME_AT),
        _act("dual_asked", "", start_of(date(2026, 4, 7))),
        _act("move_asked", "", start_of(date(2026, 6, 1))),
    ),
)
NOT_THERE = replace(AWAITED, acts=(*AWAITED.acts, _act("missed", "", start_of(date(2026, 3, 3)))))
LOST = replace(HELPED, acts=(*HELPED.acts, _act("lost", "", start_of(date(2026, 7, 1)))))
FATHER = replace(HELPED, matter=replace(HELPED.matter, to_on=date(2031, 3, 1), minor_until=date(2030, 5, 1)))
A_YEAR_LATER = replace(
    FATHER,
    matter=replace(FATHER.matter, connected_at=CAME_AT.replace(year=2025), ledger_from=date(2025, 1, 5)),
    acts=(_act("child", "", start_of(date(2025, 4, 1))),),
)
CASES = {
    **dict.fromkeys(("RA-05", "RA-06", "RA-07", "RA-08"), AWAITED),
    "RA-10": HELPED,
    **dict.fromkeys(("RA-12", "RA-14", "RA-15", "RA-16", "RA-21", "no_helper"), HELPED),
    "RA-11": NOT_THERE,
    "RA-17": LOST,
    "RA-19": A_YEAR_LATER,
    "RA-20": FATHER,
}
