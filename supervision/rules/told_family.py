"""VV-01: soon after somebody has come to prison their family knows where they are, and how they may visit. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from supervision.language import N_
from supervision.rules.assistance import Owed, ask_of
from supervision.rules.base import Facts, Rule, Slot, Terms
from supervision.rules.timing import Timing, slot

SUBJECT = "prisoner"
TOLD = "family_told"
ARTICLE = N_("罪犯会见通信规定（司发通〔2016〕118号）")
TELL = Owed("VV-01", TOLD, ARTICLE, "intake_on", ("vv.family_wd",))


@dataclass(frozen=True, slots=True)
class Prisoner:
    """Somebody in prison: since when, and since when we know of it."""

    intake_on: date | None
    known_at: datetime
    ended_at: datetime | None = None


def told(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The prison tells the family within five working days of the intake; the window puts down that it did, or asks the prison.

    The day of the intake isn't counted. Of somebody whose days had passed before the window knew them nothing is asked.
    """
    prisoner: Prisoner = facts.matter
    if prisoner.intake_on is None:
        return
    parameters = terms.parameters.in_force(prisoner.known_at)
    days = f"{parameters['vv.family_wd']}wd"
    timing = Timing(prisoner.intake_on, days, opens_before=days, not_before=prisoner.intake_on)
    one = slot(ask_of(TELL, parameters), timing, terms.calendar)
    if one.limit_at > prisoner.known_at:
        yield one


RULE = Rule(
    id="VV-01",
    title=N_("监狱告知家属"),
    article=ARTICLE,
    owed_by="organ",
    subject=SUBJECT,
    slots=told,
    meets={TOLD: frozenset({(TOLD, "*")})},
    severity="notice",
    parameters=("vv.family_wd",),
)
