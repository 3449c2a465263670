"""RA-19, RA-20: what comes round once a year: how minor children fare, and what village and township say of the year."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count

from supervision.days import add_days, local_day
from supervision.language import N_
from supervision.rules.assistance import SUBJECT, Owed, acts_of, ask_of, mine, stretches
from supervision.rules.base import Facts, InForce, Rule, Slot, Terms
from supervision.rules.timing import Spell, Timing, first_of_each_period, opening_in

APPRAISAL_ARTICLE = N_("安置帮教年度鉴定的要求；期限由本局确定")
CHILDREN_ARTICLE = N_("安置帮教对象未成年子女帮扶的要求；期限由本局确定")
KEYS = ("ra.appraisal.first_year", "ra.appraisal.least_days", "ra.appraisal.opens_days", "ra.appraisal.limit_days")
VILLAGE = Owed("RA-20", "village", APPRAISAL_ARTICLE, "year_end", KEYS)
TOWNSHIP = Owed("RA-20", "township", APPRAISAL_ARTICLE, "year_end", KEYS)
CHILDREN = Owed("RA-19", "children", CHILDREN_ARTICLE, "year_end", ("ra.children.due_days",))
Timings = Callable[[date, date, InForce], Iterator[Timing]]
"""From the first day of help, and that of its ledger: one timing a year, without end."""


def appraisals(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """At the end of each year of help village and township say how it went: asked for in the last two months, for a month after.

    Not of a year in which somebody was helped for less than ninety days, nor of one before the office began to keep them here.
    """
    for owed in (VILLAGE, TOWNSHIP):
        yield from _yearly(owed, facts, terms, _appraised)


def _appraised(helped_from: date, begun_on: date, parameters: InForce) -> Iterator[Timing]:
    opens, limit = parameters["ra.appraisal.opens_days"], parameters["ra.appraisal.limit_days"]
    for year in count(max(begun_on.year, parameters["ra.appraisal.first_year"])):
        end = date(year, 12, 31)
        if (end - helped_from).days + 1 >= parameters["ra.appraisal.least_days"]:
            not_before = begun_on if begun_on > add_days(end, -opens) else None
            yield Timing(end, "0d", opens_before=f"{opens}d", limit_after=limit, not_before=not_before)


def children(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """In each year after the one in which minor children were put down somebody looks how they fare, until the last is of age."""
    known = acts_of(facts, "child")
    until = mine(facts).minor_until
    if known and until is not None:
        found = _yearly(CHILDREN, facts, terms, _looked_after)
        first = local_day(known[0].happened_at).year
        yield from (one for one in found if first < one.raw_due_on.year and one.raw_due_on < until)


def _looked_after(helped_from: date, begun_on: date, parameters: InForce) -> Iterator[Timing]:
    due = parameters["ra.children.due_days"]
    for year in count(begun_on.year):
        first, end = date(year, 1, 1), date(year, 12, 31)
        yield Timing(end, f"-{due}d", opens_before=f"{(end - first).days - due}d", limit_after=due)


def _yearly(owed: Owed, facts: Facts, terms: Terms, timings: Timings) -> Iterator[Slot]:
    """One slot a year, in the form of the stretch in which it opens, as long as the help lasts to its due day."""
    matter = mine(facts)
    if matter.connected_at is None:
        return
    begun_on = max(matter.enrolled_on, matter.ledger_from)
    spells = stretches(facts, terms, begun_on)
    offers = (
        one
        for spell in spells
        for one in _opening(owed, spell, timings(matter.enrolled_on, begun_on, spell.parameters), terms)
    )
    yield from (one for one in first_of_each_period(offers) if matter.to_on is None or one.raw_due_on <= matter.to_on)


def _opening(owed: Owed, spell: Spell, timings: Iterator[Timing], terms: Terms) -> Iterator[Slot]:
    """The slots that open in the stretch; a late act still meets one for a year."""
    return opening_in(spell, ask_of(owed, spell.parameters, "", "12m"), timings, terms.calendar)


APPRAISALS = Rule(
    id="RA-20",
    title=N_("年度鉴定"),
    article=APPRAISAL_ARTICLE,
    owed_by="staff",
    subject=SUBJECT,
    slots=appraisals,
    meets={"village": frozenset({("appraisal", "village")}), "township": frozenset({("appraisal", "township")})},
    paused_by={"village": frozenset({"off"}), "township": frozenset({"off"})},
    severity="notice",
    parameters=("ra.appraisal.*",),
)
CHILDREN_RULE = Rule(
    id="RA-19",
    title=N_("了解未成年子女情况"),
    article=CHILDREN_ARTICLE,
    owed_by="staff",
    subject=SUBJECT,
    slots=children,
    meets={"children": frozenset({("child", "*")})},
    paused_by={"children": frozenset({"off"})},
    severity="notice",
    parameters=("ra.children.*",),
)
RULES = (CHILDREN_RULE, APPRAISALS)
