"""A period of resettlement help (安置帮教) as the rules see it, its term, and what its rules share. Help, never a penalty. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from supervision.days import add_days, end_of, local_day, remember, start_of, term_end
from supervision.language import N_
from supervision.rules.base import MOMENT, NEVER, Act, Facts, Finding, InForce, Rule, Terms
from supervision.rules.timing import ONCE, Ask, Spell, Timing

SUBJECT = "assistance"
NO_CLASS = "none"
"""As long as nobody has decided a class, visits go by their own parameter."""
CORRECTION = "correction"
MOVED_IN = "moved_in"
"""Helped elsewhere before: whoever moves here was received and reported there."""
PRACTICE = N_("安置帮教工作的通行做法，由本局确定")


@dataclass(frozen=True, slots=True)
class Assistance:
    """One period of resettlement help: somebody who is or was in prison, or whose correction ended."""

    source: str
    """prison, detention, correction, survey, moved_in, other (law RA-01, c.6)."""
    kind: str
    """key 重点 | general 一般 (law RA-09)."""
    known_on: date
    """The day on which the office learned of the person."""
    release_on: date | None
    connected_at: datetime | None
    to_on: date | None
    """The last day of the period of help."""
    ledger_from: date
    ended_at: datetime | None = None
    end_kind: str | None = None
    imported: bool = False
    """Whether it came with an old register."""
    report_by: date | None = None
    """The last day for reporting to the police station, as the certificate of release names it (law RA-10)."""
    minor_until: date | None = None
    """The day on which the youngest child on record comes of age (law RA-19)."""

    @property
    def enrolled_on(self) -> date:
        """The day from which the office's help counts."""
        return local_day(self.connected_at) if self.connected_at else self.known_on


def help_ends_on(source: str, from_on: date, parameters: InForce) -> date:
    """The last day of the period of help that begins on a day (law RA-01): five years from prison, three from correction."""
    years = parameters["ra.period.correction" if source == CORRECTION else "ra.period.prison"]
    return term_end(from_on, years * 12)


def mine(facts: Facts) -> Assistance:
    """The matter, which is a period of help."""
    matter = facts.matter
    assert isinstance(matter, Assistance)
    return matter


def acts_of(facts: Facts, *kinds: str) -> list[Act]:
    """What was done of these kinds, in order."""
    return sorted((act for act in facts.acts if act.kind in kinds), key=lambda act: (act.happened_at, act.id))


def stretches(facts: Facts, terms: Terms, begins_on: date) -> list[Spell]:
    """The stretches of time from a day on in which neither the class of help nor any parameter changes."""
    begins_at = start_of(begins_on)
    stop = max(begins_at, min(closes_at(mine(facts)), terms.until + MOMENT))
    levels = levels_of(facts, terms)
    changes = (*(from_at for from_at, _ in levels), *terms.parameters.changes)
    bounds = [begins_at, *sorted({moment for moment in changes if begins_at < moment < stop}), stop]
    return [Spell(a, b, _level(levels, a), terms.parameters.in_force(a)) for a, b in pairwise(bounds)]


def levels_of(facts: Facts, terms: Terms) -> list[tuple[datetime, str]]:
    """From when which class is in force; a first one that was decided while the file was opened counts from the connection."""
    levels = [(c.from_at, c.level) for c in sorted(facts.classes, key=lambda c: (c.from_at, c.id))]
    connected_at = mine(facts).connected_at
    if not levels or connected_at is None:
        return levels
    begins_at = start_of(local_day(connected_at))
    days = terms.parameters.at("ra.file.limit_days", connected_at)
    if begins_at <= levels[0][0] < end_of(add_days(local_day(connected_at), days)):
        levels[0] = (begins_at, levels[0][1])
    return levels


def _level(levels: list[tuple[datetime, str]], moment: datetime) -> str:
    return next((level for from_at, level in reversed(levels) if from_at <= moment), NO_CLASS)


def closes_at(matter: Assistance) -> datetime:
    """From here nothing opens any more: the end of the last day of help, or of the day on which it ended."""
    days = [day for day in (matter.to_on, matter.ended_at and local_day(matter.ended_at)) if day]
    return end_of(min(days)) if days else NEVER


def within(findings: Iterable[Finding], facts: Facts) -> Iterator[Finding]:
    """No finding begins when the help has ended, or outlives it."""
    ended_at = mine(facts).ended_at
    for finding in findings:
        if ended_at is None or (finding.ended_at is not None and finding.ended_at <= ended_at):
            yield finding
        elif finding.since_at < ended_at:
            yield replace(finding, ended_at=ended_at, fact_kind=SUBJECT, fact_id=facts.subject.id)


class Owed(NamedTuple):
    """What all slots of one duty of help share: its rule and article, from which day it counts, and by which parameters."""

    rule: str
    variant: str
    article: str
    anchor_is: str
    keys: tuple[str, ...]


@remember
def ask_of(owed: Owed, parameters: InForce, period: str = ONCE, late: str = "") -> Ask:
    """What a slot of the duty says of itself, as long as no parameter changes."""
    why = {"rule": owed.rule, "article": owed.article, "variant": owed.variant, "anchor_is": owed.anchor_is}
    return Ask(owed.variant, why | {"parameters": parameters.among(owed.keys)}, late=late, period=period)


def from_day(day: date, due: int, limit: int | None = None) -> Timing:
    """From a day on: due so many days after it, and at the limit too where none is given."""
    return Timing(day, f"{due}d", opens_before=f"{due}d", limit_after=(due if limit is None else limit) - due)


@dataclass(frozen=True, slots=True)
class Stretch:
    """When something is wrong, and the act that ended it."""

    variant: str
    since_at: datetime
    period: str
    ended: Act | None = None


def found(rule: Rule, stretch: Stretch) -> Finding:
    """The finding of a stretch."""
    return Finding(
        rule=rule.id,
        variant=stretch.variant,
        period=stretch.period,
        since_at=stretch.since_at,
        severity=rule.severity,
        why={
            "rule": rule.id,
            "article": rule.article,
            "variant": stretch.variant,
            "since": stretch.since_at.isoformat(),
        },
        ended_at=stretch.ended.happened_at if stretch.ended else None,
        fact_kind=stretch.ended.kind if stretch.ended else None,
        fact_id=stretch.ended.id if stretch.ended else None,
    )
