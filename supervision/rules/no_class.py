"""no_class 未定管理类别: nobody has decided the class of management."""

from collections.abc import Iterator

from supervision.language import N_
from supervision.rules.absence import Cover, absences
from supervision.rules.base import Duty, Facts, Finding, Rule, Terms


def no_class(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """From the registration on the person has a class of management; until then the intervals of `normal` apply."""
    yield from absences(RULE, (Cover(c.from_at, None, ("class_decision", c.id)) for c in facts.classes), facts)


RULE = Rule(
    id="no_class",
    title=N_("未确定管理类别"),
    article=N_("《社区矫正法实施办法》第21条"),
    owed_by="organ",
    findings=no_class,
    severity="notice",
)
