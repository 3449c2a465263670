"""What a rule sees (facts) and what it says (slots and findings). Pure: imports days and nothing else of ours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from json import JSONEncoder
from typing import Any, NamedTuple

from supervision.days import SHANGHAI, Calendar, local_day, start_of

NEVER = datetime.max.replace(tzinfo=SHANGHAI)
MOMENT = timedelta(microseconds=1)


# -- facts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """What owes: an order, an assistance, a commission, a leave, an office."""

    kind: str
    id: int
    person: int | None = None


class Start(NamedTuple):
    """The days on which supervision and its ledger began."""

    enrolled_on: date
    ledger_from: date


@dataclass(frozen=True, slots=True)
class Order:
    """One period of community correction: public_surveillance 管制, probation 缓刑, parole 假释, temporary_outside 暂予监外执行."""

    kind: str
    effective_on: date | None
    registered_at: datetime | None
    start_on: date
    end_on: date | None
    ledger_from: date
    ended_at: datetime | None = None
    end_kind: str | None = None
    imported: bool = True
    """Whether it may have come with an old register; one that was put down by hand never did."""
    woman: bool = False
    minor: bool = False
    """Under eighteen at entry; it stays so (law T-10, CCL 58)."""

    @property
    def enrolled_on(self) -> date:
        """The day from which the grids of regular duties count (law T-11)."""
        return local_day(self.registered_at) if self.registered_at else self.start_on

    @property
    def start(self) -> Start:
        return Start(self.enrolled_on, self.ledger_from)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done: a report (phone, in_person, written), a visit, an info check, a summary, a certificate…"""

    kind: str
    id: int
    mode: str
    happened_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ClassDecision:
    """A class of management in force from a moment: strict 严管, normal 普管, loose 宽管."""

    id: int
    level: str
    from_at: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which some duties rest: custody, hospital, leave, own_outage, decision (model §4)."""

    id: int
    kind: str
    from_at: datetime
    to_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """A named human's word on one slot: missed (dealt with), excused or void, with a reason kept in the fact."""

    id: int
    rule: str
    variant: str
    period: str
    outcome: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Who has the file: an office and, when assigned, a member of its staff."""

    id: int
    office: int | None
    staff: int | None
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class Phone:
    """A number by which the person can be reached, until it is known to be bad or another takes its place."""

    id: int
    ok_from: datetime
    bad_since: datetime | None
    holder: str = "self"
    """self, or family."""
    consent: str = "yes"
    """yes | no: its holder refuses texts."""
    mobile: bool = True
    """A landline takes no texts."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules may know of one subject; each field has a source that the app lists."""

    subject: Subject
    matter: Any
    """What the subject is: an Order, or the frozen dataclass of another kind (MATTERS), with its `ended_at`."""
    acts: tuple[Act, ...] = ()
    classes: tuple[ClassDecision, ...] = ()
    pauses: tuple[Pause, ...] = ()
    decisions: tuple[Decision, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    phones: tuple[Phone, ...] = ()

    @property
    def order(self) -> Order:
        """The matter, for the rules about orders: they are asked of no other kind."""
        order: Order = self.matter
        return order

    def levels(self) -> list[tuple[datetime, str]]:
        """From when which class is in force, in order; one of the day of registration counts from that day's start."""
        day = self.matter.enrolled_on
        decided = sorted((c.from_at, c.id, c.level) for c in self.classes)
        return [(start_of(day) if local_day(from_at) == day else from_at, level) for from_at, _, level in decided]


def level_in(levels: list[tuple[datetime, str]], moment: datetime) -> str:
    """The last class that began at or before the moment; without any decision the parameters of `normal` apply (model §6)."""
    return next((level for from_at, level in reversed(levels) if from_at <= moment), "normal")


# -- parameters -------------------------------------------------------------------------------------------------


class InForce:
    """The values of all parameters from one change to the next; one object as long as nothing changes.

    Equal to itself only, so what follows from it can be remembered by it.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def among(self, keys: Iterable[str]) -> dict[str, Any]:
        """The values of several keys, in the order of the keys: what a slot keeps in `why`."""
        return {key: self._values[key] for key in keys}


class Parameters:
    """Dated values: what was in force at a moment, and the version of the whole set then."""

    def __init__(self, rows: Iterable[tuple[str, datetime, Any]]) -> None:
        self._values: dict[str, tuple[list[datetime], list[Any]]] = {}
        ordered = sorted(rows, key=lambda row: row[1])
        for key, valid_from, value in ordered:
            starts, values = self._values.setdefault(key, ([], []))
            starts.append(valid_from)
            values.append(value)
        self._changes = tuple(sorted({valid_from for _, valid_from, _ in ordered}))
        self._sets = [InForce({key: self.at(key, moment) for key in self._values}) for moment in self._changes]

    @property
    def changes(self) -> tuple[datetime, ...]:
        """The moments at which any value changes, in order."""
        return self._changes

    def at(self, key: str, moment: datetime) -> Any:
        """The value in force at the moment; before the first one, the first. Raises KeyError for an unknown key."""
        starts, values = self._values[key]
        return values[max(bisect_right(starts, moment) - 1, 0)]

    def in_force(self, moment: datetime) -> InForce:
        """All values in force at the moment. Raises IndexError where there are no values at all."""
        return self._sets[self.version_at(moment) - 1]

    def version_at(self, moment: datetime) -> int:
        """The number of the set of parameters in force: 1, 2, …"""
        return max(bisect_right(self._changes, moment), 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms under which rules are asked: calendar, parameters, the moment, and how far ahead slots are made."""

    calendar: Calendar
    parameters: Parameters
    now: datetime
    until: datetime


# -- what a rule says -------------------------------------------------------------------------------------------


class Why(dict[str, Any]):
    """An explanation as plain JSON; slots that share it share its text too."""

    __slots__ = ("_text",)
    _text: str

    @property
    def text(self) -> str:
        """It as JSON, written down once."""
        try:
            return self._text
        except AttributeError:
            self._text = _as_json(self)
            return self._text


_as_json = JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing owed: may be done from `opens_at`, reminders aim at `due_at`, from `limit_at` it is a lapse."""

    variant: str
    period: str
    opens_at: datetime
    due_at: datetime
    limit_at: datetime
    raw_due_on: date
    why: Mapping[str, Any]
    late_until: datetime | None = None
    """Until when a late act still meets it: one period after the limit; None: for ever."""
    met_by: frozenset[tuple[str, str]] | None = None
    """The (kind, mode) of acts that meet it, where a dated parameter says so; None: what the rule says."""

    def __post_init__(self) -> None:
        assert self.opens_at <= self.due_at <= self.limit_at, (self.variant, self.period)


class Duty(NamedTuple):
    """A slot with what became of it. *Lapsed* is derived: open and `limit_at <= now`."""

    rule: str
    slot: Slot
    state: str = "open"
    closed_at: datetime | None = None
    fact_kind: str | None = None
    fact_id: int | None = None
    cause: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.rule, self.slot.variant, self.slot.period)

    def ended(self, state: str, at: datetime, fact: tuple[str, int], cause: str | None = None) -> Duty:
        return Duty(self.rule, self.slot, state, at, fact[0], fact[1], cause)

    def lapsed(self, now: datetime) -> bool:
        """The one definition of a lapse (its twin in SQL is `is_lapsed`)."""
        return is_lapsed(self.state, self.slot.limit_at, now)


def is_lapsed(state: str, limit_at: datetime, now: datetime) -> bool:
    """A lapse: open and at or past its limit."""
    return state == "open" and limit_at <= now


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong since a moment (also one to come), until a fact mends it."""

    rule: str
    variant: str
    period: str
    since_at: datetime
    severity: str
    why: Mapping[str, Any]
    ended_at: datetime | None = None
    fact_kind: str | None = None
    fact_id: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.rule, self.variant, self.period)


def _no_slots(facts: Facts, terms: Terms) -> Iterator[Slot]:
    return iter(())


def _no_findings(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force: its name in the law, and the pure functions that say what it asks for."""

    id: str
    title: str
    article: str
    owed_by: str
    """person | staff | organ"""
    slots: Callable[[Facts, Terms], Iterator[Slot]] = _no_slots
    findings: Callable[[Facts, Terms, tuple[Duty, ...]], Iterator[Finding]] = _no_findings
    meets: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """variant → the (kind, mode) of acts that meet it; '*' stands for any mode."""
    paused_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """variant → the kinds of pause in which it rests."""
    rests_through: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """variant → the kinds of pause in which it rests only if they hold its whole window."""
    remind_days: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """variant → days before the due day on which the person is reminded."""
    tells_of_miss: frozenset[str] = frozenset()
    """variants whose lapse is also told to the person by text."""
    severity: str = "serious"
    """notice | serious | grave: how a lapse of it is ranked in the queue."""
    runs_before_ledger: bool = False
    """A clock that still runs when an old register goes live (model §6)."""
    parameters: tuple[str, ...] = ()
    subject: str = "order"
    """The kind of subject of which it is asked."""
    of_reception: bool = False
    """Asked of no order that was old when its ledger began: its clocks ran out long ago."""
    owes: bool = field(init=False)
    finds: bool = field(init=False)
    """Whether it has slots, findings at all: most have one of the two, and the rules are asked of everybody each night."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "owes", self.slots is not _no_slots)
        object.__setattr__(self, "finds", self.findings is not _no_findings)
