"""RA-11, RA-17 and no_helper: somebody whom the help hasn't reached, or has lost, or who has nobody to help them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from supervision.days import add_days, end_of, local_day, start_of
from supervision.language import N_
from supervision.rules.absence import Cover, gaps, one_a_day
from supervision.rules.assistance import (
    CORRECTION,
    PRACTICE,
    SUBJECT,
    Stretch,
    acts_of,
    found,
    mine,
    within,
)
from supervision.rules.base import Act, Duty, Facts, Finding, Rule, Terms
from supervision.rules.timing import ONCE


def not_connected(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Whoever didn't arrive is looked for, with village and family; after twenty days the police are asked to help.

    It begins when the office puts down that the person didn't come, and ends when they are found. The twenty days count
    from the day of release.
    """
    yield from within((found(RULE, stretch) for stretch in _not_connected(facts, terms)), facts)


def _not_connected(facts: Facts, terms: Terms) -> Iterator[Stretch]:
    matter = mine(facts)
    came = next(iter(acts_of(facts, "connection", "moved")), None)
    for missed in acts_of(facts, "missed"):
        yield Stretch("search", missed.happened_at, local_day(missed.happened_at).isoformat(), came)
    if matter.release_on is None or matter.source == CORRECTION:
        return
    day = max(matter.release_on, matter.known_on)
    days = terms.parameters.at("ra.search.police_days", start_of(day))
    since_at = end_of(day + timedelta(days=days))
    asked = next(iter(acts_of(facts, "police")), None)
    helped = min((act for act in (came, asked) if act), key=lambda act: act.happened_at, default=None)
    if day >= matter.ledger_from and (helped is None or helped.happened_at >= since_at):
        yield Stretch("police", since_at, ONCE, helped)


def lost(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Whoever the office has lost sight of is looked for until somebody finds them; other counties are asked to help."""
    stretches = (
        Stretch("lost", act.happened_at, local_day(act.happened_at).isoformat(), _found_after(act, facts))
        for act in acts_of(facts, "lost")
    )
    yield from within((found(LOST, stretch) for stretch in stretches), facts)


def _found_after(act: Act, facts: Facts) -> Act | None:
    return next((one for one in acts_of(facts, "found") if one.happened_at >= act.happened_at), None)


def no_helper(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """At every moment a member of the staff is there for the person; an old register that names nobody is debt."""
    matter = mine(facts)
    begins_at = start_of(max(matter.known_on, matter.ledger_from))
    having = (r for r in facts.responsibilities if r.staff is not None)
    covers = (Cover(_on_that_day(r.from_at, begins_at), r.to_at, ("responsibility", r.id)) for r in having)
    is_debt = matter.imported and matter.ledger_from > add_days(matter.enrolled_on, 1)
    for gap in one_a_day(gaps(covers, begins_at)):
        if is_debt and gap.from_at == begins_at:
            continue
        why = {"rule": NO_HELPER.id, "article": NO_HELPER.article, "since": gap.from_at.isoformat()}
        kind, id = gap.fact or (None, None)
        period = local_day(gap.from_at).isoformat()
        one = Finding(NO_HELPER.id, "", period, gap.from_at, NO_HELPER.severity, why, gap.to_at, kind, id)
        yield from within([one], facts)


def _on_that_day(moment: datetime, begins_at: datetime) -> datetime:
    """Whoever was named on the first day was there from its beginning."""
    return begins_at if local_day(moment) == local_day(begins_at) else moment


RULE = Rule(
    id="RA-11",
    title=N_("未衔接，需要查找"),
    article=PRACTICE,
    owed_by="staff",
    subject=SUBJECT,
    findings=not_connected,
    runs_before_ledger=True,
    parameters=("ra.search.*",),
)
LOST = Rule(
    id="RA-17",
    title=N_("失去联系，需要查找"),
    article=PRACTICE,
    owed_by="staff",
    subject=SUBJECT,
    findings=lost,
    severity="grave",
    runs_before_ledger=True,
)
NO_HELPER = Rule(
    id="no_helper",
    title=N_("无帮教责任人"),
    article=PRACTICE,
    owed_by="organ",
    subject=SUBJECT,
    findings=no_helper,
)
RULES = (RULE, LOST, NO_HELPER)
