"""no_officer 无责任人: nobody of the staff has the file."""

from collections.abc import Iterator

from supervision.language import N_
from supervision.rules.absence import Cover, absences
from supervision.rules.base import Duty, Facts, Finding, Rule, Terms


def no_officer(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """At every moment from registration to the end a member of the staff is responsible for the person."""
    having = (r for r in facts.responsibilities if r.staff is not None)
    yield from absences(RULE, (Cover(r.from_at, r.to_at, ("responsibility", r.id)) for r in having), facts)


RULE = Rule(
    id="no_officer",
    title=N_("无责任工作人员"),
    article=N_("《社区矫正法》第24条、第25条"),
    owed_by="organ",
    findings=no_officer,
    severity="grave",
)
