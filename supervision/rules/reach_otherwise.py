"""reach_otherwise 另行通知: no text reaches the person, so that the staff tell them in another way."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from supervision.language import N_
from supervision.rules.absence import Cover, absences
from supervision.rules.base import Duty, Facts, Finding, Phone, Rule, Terms


def reach_otherwise(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Whoever refuses texts, or has no number that takes them, is told in another way of what is due.

    It holds from the refusal (or the registration) until an own number takes texts again. What is owed stays owed.
    """
    yield from absences(RULE, covers(facts.phones), facts)


def covers(phones: Sequence[Phone]) -> Iterator[Cover]:
    """The stretches in which a text reaches the person, each with the number to which it goes."""
    moments = {moment for phone in phones for moment in (phone.ok_from, phone.bad_since) if moment}
    for from_at, to_at in pairwise([*sorted(moments), None]):
        if from_at and (phone := texted(phones, from_at)):
            yield Cover(from_at, to_at, ("contact", phone.id))


def texted(phones: Sequence[Phone], at: datetime) -> Phone | None:
    """A number that takes texts at that moment; whoever refuses them on all own numbers isn't texted through the family."""
    known = [phone for phone in phones if phone.ok_from <= at and (phone.bad_since is None or at < phone.bad_since)]
    own = [phone for phone in known if phone.holder == "self"]
    if own and all(phone.consent == "no" for phone in own):
        return None
    return next((phone for phone in known if phone.consent == "yes" and phone.mobile), None)


RULE = Rule(
    id="reach_otherwise",
    title=N_("短信不能送达，须另行通知"),
    article=N_("《社区矫正法实施办法》第23条"),
    owed_by="staff",
    findings=reach_otherwise,
    severity="notice",
)
