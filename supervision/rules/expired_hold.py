"""TE-09 期满待决: the term has ended while the person is in custody; nobody is released by a clock."""

from collections.abc import Iterable, Iterator
from datetime import date

from supervision.days import end_of, local_day
from supervision.language import N_
from supervision.rules.absence import within_order
from supervision.rules.base import NEVER, Duty, Facts, Finding, Pause, Rule, Terms
from supervision.rules.timing import ONCE

ID = "TE-09"
ARTICLE = N_("《社区矫正法》第44条、第45条，司办通〔2021〕94号")


def expired_hold(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """A term that ends while the person is in custody is put before a named human, who asks the superior and the procurator.

    From the end of the term's last day, until the custody or the order ends. Custody that begins again on the day on which
    it ended goes on.
    """
    held = _custody_over_the_end(facts)
    if held is not None and facts.order.end_on is not None:
        yield from within_order(_finding(held, facts), facts)


def _custody_over_the_end(facts: Facts) -> Pause | None:
    """The custody over the end of the term; of several that follow one another the last."""
    order = facts.order
    if order.registered_at is None or order.end_on is None:
        return None
    found, held = None, _custody_over(order.end_on, facts.pauses)
    while held:
        found, held = held, _custody_over(local_day(held.to_at), facts.pauses) if held.to_at else None
    return found


def _custody_over(day: date, pauses: Iterable[Pause]) -> Pause | None:
    """The custody in force at the end of the day; of several the one that lasts longest."""
    ends_at = end_of(day)
    over = [p for p in pauses if p.kind == "custody" and p.from_at < ends_at and (not p.to_at or p.to_at > ends_at)]
    return max(over, key=lambda pause: pause.to_at or NEVER, default=None)


def _finding(held: Pause, facts: Facts) -> Finding:
    assert facts.order.end_on is not None
    since_at = end_of(facts.order.end_on)
    why = {"rule": ID, "article": ARTICLE, "since": since_at.isoformat(), "end_on": facts.order.end_on.isoformat()}
    ended = (held.to_at, "pause", held.id) if held.to_at else (None, None, None)
    return Finding(ID, "", ONCE, since_at, RULE.severity, why, *ended)


RULE = Rule(id=ID, title=N_("期满待决"), article=ARTICLE, owed_by="organ", findings=expired_hold, severity="grave")
