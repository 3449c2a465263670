"""no_phone 无有效电话: there is no number by which the person can be reached."""

from collections.abc import Iterator

from supervision.language import N_
from supervision.rules.absence import Cover, absences
from supervision.rules.base import Duty, Facts, Finding, Rule, Terms


def no_phone(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """At every moment from registration to the end there is a number of the person that isn't known to be bad."""
    yield from absences(RULE, (Cover(p.ok_from, p.bad_since, ("contact", p.id)) for p in facts.phones), facts)


RULE = Rule(
    id="no_phone",
    title=N_("无有效联系电话"),
    article=N_("《社区矫正法实施办法》第23条"),
    owed_by="organ",
    findings=no_phone,
)
