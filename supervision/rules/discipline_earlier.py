"""DI-W5 两次训诫, RV-12 撤销、收监的候选: what earlier measures, or a month late or away, put before a named human."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from supervision.days import SHANGHAI, add_days, add_months, local_day, start_of
from supervision.language import N_
from supervision.rules.absence import within_order
from supervision.rules.base import MOMENT, Act, Duty, Facts, Finding, Rule, Terms
from supervision.rules.discipline_items import (
    ADMONITION,
    AFTER_TWO_WARNINGS,
    ITEMS,
    NEEDS_FURTHER_BREACH,
    OVER_A_MONTH,
    WARNING,
)
from supervision.rules.lost_contact import OFF_CONTROL, searches

EARLIER, CANDIDATE = "DI-W5", "RV-12"
MEASURE, OPENED, DECIDED = "discipline_measure", "revocation_candidate", "revocation_decision"
"""Acts: a measure took effect (mode: which); a candidate was put down by hand (mode: ground|period|item, then the days of the
absence), or decided (mode: ground|period)."""
CANDIDATE_ARTICLE = N_("《社区矫正法》第46条、第49条，《人民检察院刑事诉讼规则》第644条")
TWO_WARNINGS, A_MONTH = "two_warnings", "over_a_month"


def measures(facts: Facts, kind: str) -> list[Act]:
    """The measures of a kind in force, in the order in which they took effect."""
    found = [act for act in facts.acts if act.kind == MEASURE and act.mode == kind]
    return sorted(found, key=lambda act: (act.happened_at, act.id))


# -- two admonitions ----------------------------------------------------------------------------------------------


def two_admonitions(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Whoever was admonished twice is named, and again when a third breach comes: that may be a warning (IM 35(5)).

    Both end when a warning takes effect after the second admonition, or with the order. The third breach is the first duty of
    the person's own that lapses after the second admonition; what is excused or no longer owed is none.
    """
    admonitions = measures(facts, ADMONITION)
    if len(admonitions) < 2:
        return
    second = admonitions[1]
    ends = next((act for act in measures(facts, WARNING) if act.happened_at >= second.happened_at), None)
    yield from _earlier("two_admonitions", second, second.happened_at, ends, facts)
    third = _third_breach(second.happened_at, duties)
    if third and (ends is None or third < ends.happened_at):
        yield from _earlier("third_breach", second, third, ends, facts)


def _third_breach(after: datetime, duties: tuple[Duty, ...]) -> datetime | None:
    """When the first duty of the person's own lapses, or would if nothing is done."""
    owed = (d.slot.limit_at for d in duties if d.rule in OWN_DUTIES and d.state in ("open", "met_late", "missed"))
    return min((limit_at for limit_at in owed if limit_at > after), default=None)


OWN_DUTIES = frozenset({"RE-06", "SU-01"})
"""Duties of the person's own whose lapse is a breach of the rules on reporting (IM 34(1), (2))."""


def _earlier(variant: str, second: Act, since_at: datetime, ends: Act | None, facts: Facts) -> Iterator[Finding]:
    severity = "serious" if variant == "third_breach" else "notice"
    why = {"rule": EARLIER, "article": ITEMS["W5"].article, "variant": variant, "since": since_at.isoformat()}
    found = Finding(EARLIER, variant, local_day(second.happened_at).isoformat(), since_at, severity, why)
    ended = (
        replace(found, ended_at=ends.happened_at, fact_kind="discipline_service", fact_id=ends.id) if ends else found
    )
    yield from within_order(ended, facts)


# -- candidates of revocation -------------------------------------------------------------------------------------


def candidates(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Two warnings, or a month late or away, are decided upon by a named human: revocation is proposed, or with reasons not.

    After the second warning (and each later one) in force, of 缓刑, 假释 and 暂予监外执行; over a month after the last day of the
    first report, as law T-3 shifts it, or after the last lawful contact of a verified 脱管, of 缓刑 and 假释; and whatever
    somebody put down in a case, instead of the month that the case is about. Never of 管制. Being registered or found meanwhile
    doesn't end it: only the decision does, or the end of the order.
    """
    decided = {act.mode: act for act in facts.acts if act.kind == DECIDED}
    for ground, period, since_at, item in _grounds(facts, terms, duties):
        found = _candidate(ground, period, since_at, item)
        decision = decided.get(f"{ground}|{period}")
        if decision:
            ended_at = max(decision.happened_at, since_at)
            found = replace(found, ended_at=ended_at, fact_kind=DECIDED, fact_id=decision.id)
        yield from within_order(found, facts)


Ground = tuple[str, str, datetime, str]
"""Which ground, which of that ground, since when, under which item."""


def _grounds(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Ground]:
    again = AFTER_TWO_WARNINGS.get(facts.order.kind)
    if again:
        for act in measures(facts, WARNING)[1:]:
            yield TWO_WARNINGS, local_day(act.happened_at).isoformat(), act.happened_at, again
    yield from _over_a_month(facts, terms, duties)
    yield from _away_over_a_month(facts)
    for act in facts.acts:
        if act.kind == OPENED:
            ground, period, item, *_days = act.mode.split("|")
            yield ground, period, act.happened_at, item


def _over_a_month(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Ground]:
    """The first report, over a month late: also of who came after that."""
    item = OVER_A_MONTH.get(facts.order.kind)
    report = next((duty for duty in reversed(duties) if duty.rule == "RE-06"), None)
    if item is None or report is None or report.state in ("excused", "void", "met"):
        return
    last_day = local_day(report.slot.limit_at - MOMENT)
    month_ends_on = last_day_of_month(last_day, terms)
    since_at = start_of(add_days(month_ends_on, 1))
    registered_at = facts.order.registered_at
    lasted = registered_at is None or since_at < registered_at
    if lasted and not _in_a_case(facts, item, last_day, registered_at):
        yield A_MONTH, "once", since_at, item


def _away_over_a_month(facts: Facts) -> Iterator[Ground]:
    """A verified 脱管 of over a month, from its verification at the earliest: also of who was found after that."""
    item = OVER_A_MONTH.get(facts.order.kind)
    for search in searches(facts) if item else ():
        verified, month_ends_on = search.acts.get(OFF_CONTROL), add_months(search.last_contact_on, 1)
        over_at = search.end.happened_at if search.end else None
        lasted = over_at is None or local_day(over_at) > month_ends_on
        if item and verified and lasted and not _in_a_case(facts, item, search.last_contact_on, over_at):
            since_at = max(start_of(add_days(month_ends_on, 1)), verified.happened_at.astimezone(SHANGHAI))
            yield A_MONTH, f"search-{search.opened.id}", since_at, item


def _in_a_case(facts: Facts, item: str, from_on: date, over_at: datetime | None) -> bool:
    """Whether somebody put the same absence down in a case: one whose days, from the last contact on, overlap these."""
    to_on = local_day(over_at) if over_at else date.max
    opened = (act for act in facts.acts if act.kind == OPENED and act.mode.split("|")[2] == item)
    return any(since < to_on and from_on < until for since, until in filter(None, map(_absence, opened)))


def _absence(opened: Act) -> tuple[date, date] | None:
    """The days that a case is about, where it is about any: until the person came or, of one still missing, it was put down."""
    days = [date.fromisoformat(day) for day in opened.mode.split("|")[3:]]
    return (days[0], days[1] if len(days) > 1 else local_day(opened.happened_at)) if days else None


def last_day_of_month(last_day_in_time: date, terms: Terms) -> date:
    """A month after the last day in time, which moves to the next working day (law T-3): up to here it isn't over a month."""
    return add_months(terms.calendar.next_working_day(last_day_in_time), 1)


def _candidate(ground: str, period: str, since_at: datetime, code: str) -> Finding:
    why = {
        "rule": CANDIDATE,
        "article": ITEMS[code].article,
        "variant": ground,
        "since": since_at.isoformat(),
        "item": code,
        "needs_further_breach": code in FURTHER,
    }
    return Finding(CANDIDATE, ground, period, since_at, "grave", why)


FURTHER = frozenset(AFTER_TWO_WARNINGS[kind] for kind in NEEDS_FURTHER_BREACH)

EARLIER_RULE = Rule(
    id=EARLIER,
    title=N_("两次训诫"),
    article=ITEMS["W5"].article,
    owed_by="organ",
    findings=two_admonitions,
    severity="notice",
)
CANDIDATE_RULE = Rule(
    id=CANDIDATE,
    title=N_("撤销、收监候选"),
    article=CANDIDATE_ARTICLE,
    owed_by="organ",
    findings=candidates,
    severity="grave",
    runs_before_ledger=True,
)
RULES = (EARLIER_RULE, CANDIDATE_RULE)
