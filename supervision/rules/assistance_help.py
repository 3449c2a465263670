"""RA-12, RA-14..RA-16, RA-21: the file, the visits, two places, a move, and the end of the period of help."""

from collections.abc import Iterator
from datetime import date

from supervision.days import DAY, Calendar, local_day, remember, span_of
from supervision.language import N_
from supervision.rules.assistance import PRACTICE, SUBJECT, Owed, acts_of, ask_of, from_day, mine, stretches
from supervision.rules.base import Facts, InForce, Rule, Slot, Terms
from supervision.rules.office_checks import STEP_OF, is_owed
from supervision.rules.timing import Ask, Spell, Timing, first_of_each_period, first_to_open, opening_in, slot

FILE_ARTICLE = N_("安置帮教一人一档的要求；期限由本局确定")
END_ARTICLE = N_("《山西省安置帮教工作办法》第2条；期限由国家规定")
FILE = Owed("RA-12", "file", FILE_ARTICLE, "connected_on", ("ra.file.due_days", "ra.file.limit_days"))
DUAL = Owed("RA-15", "answer", PRACTICE, "requested_on", ("ra.dual.days",))
MOVE = Owed("RA-16", "answer", PRACTICE, "requested_on", ("ra.move.days",))
END = Owed("RA-21", "end", END_ARTICLE, "help_to_on", ("ra.end.opens_days", "ra.end.limit_days"))


def first_file(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Within three days of the connection (seven at the latest) the office talks with the person and opens a file.

    Of somebody who was here before the office knew, from the day on which it did. An old register has its files, and
    whoever was found living elsewhere is helped there.
    """
    matter = mine(facts)
    elsewhere = any(act.mode == "elsewhere" for act in acts_of(facts, "connection"))
    if matter.connected_at is None or elsewhere:
        return
    day = max(local_day(matter.connected_at), matter.known_on)
    if matter.imported and local_day(matter.connected_at) < matter.ledger_from:
        return
    parameters = terms.parameters.in_force(matter.connected_at)
    timing = from_day(day, parameters["ra.file.due_days"], parameters["ra.file.limit_days"])
    yield slot(ask_of(FILE, parameters), timing, terms.calendar)


def visits(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office visits or talks with the person once in each period of the class: month, quarter or half-year.

    Periods are those of the calendar; a first, partial one isn't owed where less than a third of its days remain, and less
    than forty-five. While the office looks for somebody whom it has lost, visits rest. A visit that met nobody counts for
    nothing.
    """
    matter = mine(facts)
    if matter.connected_at is None:
        return
    begun_on = max(matter.enrolled_on, matter.ledger_from)
    each = (visits_in(spell, begun_on, terms.calendar) for spell in stretches(facts, terms, begun_on))
    last = matter.to_on
    slots = first_of_each_period(one for part in each for one in part)
    yield from (one for one in slots if last is None or _falls_within(one, last))


def _falls_within(visit: Slot, last: date) -> bool:
    """It is due before the help ends, or enough of its period lies before: until the end is owed nobody is without a visit."""
    return visit.raw_due_on <= last or (last - local_day(visit.opens_at)).days >= ENOUGH_DAYS


def visits_in(spell: Spell, begun_on: date, calendar: Calendar) -> tuple[Slot, ...]:
    """The slots that open in the stretch."""
    ask = asked(spell.level, spell.parameters)
    unit, due_days = ask.why["parameters"].values()
    return tuple(opening_in(spell, ask, _timings(unit, due_days, begun_on, spell), calendar))


ENOUGH_DAYS = 45
"""So many days are enough for a visit, however long the period: nobody is without one to come for two months."""


def _timings(unit: str, due_days: int, begun_on: date, spell: Spell) -> Iterator[Timing]:
    """One timing a period, without end: from the first in which it can be owed."""
    first, last = span_of(unit, max(begun_on, local_day(spell.from_at)))
    while True:
        if is_owed(begun_on, first, last) or (last - begun_on).days >= ENOUGH_DAYS:
            yield Timing(
                anchor=last,
                every=f"-{due_days}d",
                opens_before=f"{(last - first).days - due_days}d",
                limit_after=due_days,
                not_before=begun_on if begun_on > first else None,
            )
        first, last = span_of(unit, last + DAY)


@remember
def asked(level: str, parameters: InForce) -> Ask:
    """What the parameters ask for in a class, as long as nothing changes. Raises ValueError for an unknown period."""
    used = parameters.among((f"ra.visit.{level}", "ra.visit.due_days"))
    unit = used[f"ra.visit.{level}"]
    if unit not in STEP_OF:
        raise ValueError(f"{unit!r} is not one of {', '.join(STEP_OF)}")
    why = {"rule": "RA-14", "article": PRACTICE, "variant": "visit", "level": level, "parameters": used, "unit": unit}
    return Ask("visit", why, late=STEP_OF[unit])


def dual_listing(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whether somebody is listed in two places, home and residence, is decided within seven days of the request."""
    yield from _answers(DUAL, "dual_asked", facts, terms)


def moving(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """A move out of the office's area is settled, and the file handed over, within ten days of the request."""
    yield from _answers(MOVE, "move_asked", facts, terms)


def _answers(owed: Owed, kind: str, facts: Facts, terms: Terms) -> Iterator[Slot]:
    for request in acts_of(facts, kind):
        day = local_day(request.happened_at)
        if day >= mine(facts).ledger_from:
            parameters = terms.parameters.in_force(request.happened_at)
            timing = from_day(day, parameters[owed.keys[0]])
            yield slot(ask_of(owed, parameters, day.isoformat()), timing, terms.calendar)


def ending(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The period of help ends on its last day: the office sums it up from thirty days before, and ten days after at most."""
    matter = mine(facts)
    if matter.to_on is None or matter.connected_at is None:
        return
    begun_on = max(matter.enrolled_on, min(matter.ledger_from, matter.to_on))
    offers = (_end_offer(spell, matter.to_on) for spell in stretches(facts, terms, begun_on))
    yield from first_to_open(offers, terms.calendar)


def _end_offer(spell: Spell, to_on: date) -> tuple[Spell, Ask, Timing]:
    opens, limit = spell.parameters["ra.end.opens_days"], spell.parameters["ra.end.limit_days"]
    timing = Timing(to_on, "0d", opens_before=f"{opens}d", limit_after=limit)
    return spell, ask_of(END, spell.parameters), timing


FIRST_FILE = Rule(
    id="RA-12",
    title=N_("建立帮教档案"),
    article=FILE_ARTICLE,
    owed_by="staff",
    subject=SUBJECT,
    slots=first_file,
    meets={"file": frozenset({("file", "*")})},
    severity="notice",
    parameters=("ra.file.*",),
)
VISITS = Rule(
    id="RA-14",
    title=N_("帮教走访"),
    article=PRACTICE,
    owed_by="staff",
    subject=SUBJECT,
    slots=visits,
    meets={"visit": frozenset({("help_visit", "met")})},
    paused_by={"visit": frozenset({"off"})},
    severity="notice",
    parameters=("ra.visit.*",),
)
DUAL_LISTING = Rule(
    id="RA-15",
    title=N_("双列管审批"),
    article=PRACTICE,
    owed_by="organ",
    subject=SUBJECT,
    slots=dual_listing,
    meets={"answer": frozenset({("dual_answer", "*")})},
    severity="notice",
    parameters=("ra.dual.*",),
)
MOVING = Rule(
    id="RA-16",
    title=N_("迁居移交"),
    article=PRACTICE,
    owed_by="organ",
    subject=SUBJECT,
    slots=moving,
    meets={"answer": frozenset({("move_answer", "*")})},
    severity="notice",
    parameters=("ra.move.*",),
)
ENDING = Rule(
    id="RA-21",
    title=N_("办结帮教"),
    article=END_ARTICLE,
    owed_by="staff",
    subject=SUBJECT,
    slots=ending,
    meets={"end": frozenset({("end", "*")})},
    severity="notice",
    runs_before_ledger=True,
    parameters=("ra.end.*", "ra.period.*"),
)
RULES = (FIRST_FILE, VISITS, DUAL_LISTING, MOVING, ENDING)
