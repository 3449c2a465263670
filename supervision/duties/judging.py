"""The ledger held against the rules; pure, so that it may be done here or in a worker, with the same bytes as its answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final

from supervision import rules
from supervision.duties import copying
from supervision.duties.copying import written
from supervision.duties.reminding import remind_at
from supervision.rules.base import Decision, Duty, Facts, Finding, Subject, Terms, is_lapsed

DECISION: Final = "decision"
"""The kind of fact that a named human's word on a duty is."""
LEDGER_DIFFERENCE: Final = "ledger_difference"
"""The finding that reconcile raises against ourselves: no rule of law, so no rule may end it."""
NOT_OF_RULES: Final = frozenset({LEDGER_DIFFERENCE, "duplicate_person", "history_misses"})
"""Findings of other hands (ours, and an import's): a human ends them."""

DUTY_COLUMNS: Final = (
    "subject_kind", "subject_id", "person", "owed_by", "rule", "variant", "period", "opens_at", "due_at", "limit_at",
    "raw_due_on", "state", "closed_at", "fact_kind", "fact_id", "cause", "remind_at", "source", "rule_version", "why",
    "created_at",
)  # fmt: skip
FINDING_COLUMNS: Final = (
    "subject_kind", "subject_id", "person", "rule", "variant", "period", "since_at", "severity", "state", "ended_at",
    "fact_kind", "fact_id", "why", "created_at",
)  # fmt: skip
# What of a row is held against the rules, and what is needed of one that differs: in one text a subject, a line a row.
HELD_DUTIES: Final = """
SELECT subject_id, string_agg(concat(rule, '|', variant, '|', period, '|', state, '|', fact_kind, '|', fact_id, '|', closed_at,
           '|', opens_at, '|', due_at, '|', limit_at, '|', raw_due_on, '|', source, '|', id), E'\\n') AS held
  FROM duty WHERE subject_kind = $2 AND subject_id = ANY($1) GROUP BY subject_id
"""
# After an act also of what the explanation speaks, which may change while the days don't.
HELD_EXPLAINED: Final = HELD_DUTIES.replace(
    "id), E",
    """id, E'\\t', why ->> 'level', '|', why ->> 'every', '|', why ->> 'anchor', '|', why ->> 'step'), E""",
)
HELD_FINDINGS: Final = """
SELECT subject_id, string_agg(concat(rule, '|', variant, '|', period, '|', since_at, '|', ended_at, '|', severity, '|', state,
           '|', id), E'\\n') AS held
  FROM finding WHERE subject_kind = $2 AND subject_id = ANY($1) GROUP BY subject_id
"""
REMEMBERED: Final = 32768
"""Slots whose rows and lines are kept; as many as a register of 100,000 shares among its days and classes."""
Key = tuple[str, str, str]
"""rule, variant, period"""


@dataclass(frozen=True, slots=True)
class Question:
    """Some subjects of one kind with what the ledger holds of them, in lines.

    `made_to`: up to when the ledger of each was made; given, what differs before it is our fault, and a lapse is ended by
    nobody: that is how the nightly proof asks. None: a fact was written just now.
    """

    facts: Sequence[Facts]
    duties: Mapping[int, str] = field(default_factory=dict)
    findings: Mapping[int, str] = field(default_factory=dict)
    made_to: Mapping[int, datetime] | None = None


@dataclass(slots=True)
class Answer:
    """What is to be written: new rows as COPY reads them, changed ones as rows of an UPDATE."""

    made: bytes = b""
    found: bytes = b""
    changed: list[tuple[Any, ...]] = field(default_factory=list)
    refound: list[tuple[Any, ...]] = field(default_factory=list)
    new: int = 0
    faulty: dict[int, int] = field(default_factory=dict)
    """Subject → rows that differ although nothing but the passing of days could have changed them."""
    doubtful: list[tuple[int, int]] = field(default_factory=list)
    """Subject and duty that differ: our fault, unless its days were computed before the calendar of their year was known."""
    doubtful_findings: list[tuple[int, int]] = field(default_factory=list)
    """Subject and finding, likewise."""
    kept: list[tuple[int, int]] = field(default_factory=list)
    """Subject and duty: lapses that no rule asks for any more; only a named human may end them."""

    @property
    def count(self) -> int:
        """Rows that are made or changed."""
        return self.new + len(self.changed) + len(self.refound)

    def blame(self, subject: int) -> None:
        """One more row of the subject differs by our fault."""
        self.faulty[subject] = self.faulty.get(subject, 0) + 1


@dataclass(frozen=True, slots=True)
class Held:
    """A duty as the ledger has it."""

    key: Key
    state: str
    fact: tuple[str | None, int | None]
    closed_at: datetime | None
    times: tuple[datetime, datetime, datetime]
    raw_due_on: date
    source: str
    id: int


@dataclass(frozen=True, slots=True)
class HeldFinding:
    """A finding as the ledger has it."""

    key: Key
    since_at: datetime
    ended_at: datetime | None
    severity: str
    state: str
    id: int


class Judge:
    """Answers questions under some terms; of slots that people share, the rows and lines are made once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._shared: dict[tuple[str, int], _Shared] = {}

    def answer(self, question: Question) -> Answer:
        """The difference between what the rules say and what the ledger holds."""
        answer = Answer()
        made: list[bytes] = []
        found: list[bytes] = []
        for facts in question.facts:
            said, findings = rules.evaluate(facts, self.terms)
            one = _Subject(facts, self, question.made_to, answer)
            made += one.compare_duties(said, question.duties.get(facts.subject.id, ""))
            found += one.compare_findings(findings, question.findings.get(facts.subject.id, ""))
        answer.made, answer.found, answer.new = b"".join(made), b"".join(found), len(made) + len(found)
        return answer

    def row(self, duty: Duty) -> bytes:
        """A new duty, as `duty_row` has it."""
        return self._of(duty).row if duty.state == "open" else duty_row(duty, self.terms)

    def line(self, duty: Duty) -> str:
        """A duty as `duty_line` has it."""
        return self._of(duty).line if duty.state == "open" else duty_line(duty)

    def _of(self, duty: Duty) -> "_Shared":
        key = (duty.rule, id(duty.slot))
        found = self._shared.get(key)
        if found is None:
            if len(self._shared) >= REMEMBERED:
                self._shared.clear()
            found = self._shared[key] = _Shared(duty, self.terms)
        return found


class _Shared:
    """What an open duty of a slot looks like; it holds the slot, so that no other takes its place in memory."""

    def __init__(self, duty: Duty, terms: Terms) -> None:
        self._slot, self._duty, self._terms = duty.slot, duty, terms

    @cached_property
    def row(self) -> bytes:
        """For a new one."""
        return duty_row(self._duty, self._terms)

    @cached_property
    def line(self) -> str:
        """For one that the ledger may hold."""
        return duty_line(self._duty)


class _Subject:
    """One subject's part of an answer."""

    def __init__(self, facts: Facts, judge: Judge, made_to: Mapping[int, datetime] | None, answer: Answer) -> None:
        self.facts, self.judge, self.terms, self.answer = facts, judge, judge.terms, answer
        self.id = facts.subject.id
        self.proves = made_to is not None
        self.known_to = made_to.get(self.id) if made_to is not None else None

    # -- duties -----------------------------------------------------------------------------------------------------

    def compare_duties(self, said: Iterable[Duty], held: str) -> Iterator[bytes]:
        """The rows of new duties; lines that are alike are not looked at any closer."""
        expected = {duty.key: duty for duty in said}
        if held:
            rest = self._compare_rows(expected, held.split("\n"))
            yield from self._new_duties(rest)
        else:
            yield from self._new_duties(expected.values())

    def _new_duties(self, duties: Iterable[Duty]) -> Iterator[bytes]:
        begins = _beginning(len(DUTY_COLUMNS), self.facts.subject)
        for duty in duties:
            if self.proves and (self.known_to is None or duty.slot.opens_at <= self.known_to):
                self.answer.blame(self.id)
            yield begins + self.judge.row(duty)

    def _compare_rows(self, expected: Mapping[Key, Duty], lines: Sequence[str]) -> list[Duty]:
        """Note what changed; the duties that are new."""
        wanted = {self.judge.line(duty): duty for duty in expected.values()}
        rows = {}
        for line, _, explained in (each.partition("\t") for each in lines):
            duty = wanted.pop(line.rsplit("|", 2)[0], None)
            if duty is None:
                row = held_duty(line)
                rows[row.key] = row
            elif explained and explained != explained_by(duty.slot.why):
                self._change(held_duty(line), duty)
        new = []
        for duty in wanted.values():
            if (old := rows.pop(duty.key, None)) is None:
                new.append(duty)
            elif old.source == "rule" and _differs(old, duty):
                self._change(old, duty)
        for row in rows.values():
            if row.source == "rule" and row.state != "void" and row.times[0] <= self.terms.until:
                self._owed_no_more(row)
        return new

    def _change(self, row: Held, duty: Duty) -> None:
        self.answer.changed.append(changed_row(row, duty, self.terms))
        if self.proves and not self._comes_back(row, duty):
            self.answer.doubtful.append((self.id, row.id))

    def _comes_back(self, row: Held, duty: Duty) -> bool:
        """A slot that a change of class voided, and that opens under the new class only behind what was made so far."""
        return row.state == "void" and self.known_to is not None and duty.slot.opens_at > self.known_to

    def _owed_no_more(self, row: Held) -> None:
        """What lies behind the horizon was made by somebody whose clock is ahead of ours, and is left alone.

        A lapse that no rule asks for any more, while no fact was written, is not ended by the machine: it stays open with
        its alert until a named human decides.
        """
        decision = _last_word(row.key, self.facts.decisions)
        if self.proves and decision is None and is_lapsed(row.state, row.times[2], self.terms.now):
            self.answer.kept.append((self.id, row.id))
            return
        if decision is not None and row.fact == (DECISION, decision.id) and row.state == decision.outcome:
            return
        self.answer.changed.append(ended_row(row, decision, self.terms))
        if self.proves:
            self.answer.doubtful.append((self.id, row.id))

    # -- findings ---------------------------------------------------------------------------------------------------

    def compare_findings(self, found: Sequence[Finding], held: str) -> Iterator[bytes]:
        """The rows of new findings."""
        begins = _beginning(len(FINDING_COLUMNS), self.facts.subject)
        rows = {row.key: row for row in map(held_finding, held.split("\n"))} if held else {}
        for finding in {one.key: one for one in found}.values():
            row = rows.pop(finding.key, None)
            if row is None:
                self._blame_unless(finding.rule == "no_future_duty" and self.known_to is not None)
                yield begins + finding_row(finding, self.terms)
            elif _has_changed(row, finding):
                self._refind(row, finding)
        for row in rows.values():
            if row.state == "open" and row.key[0] not in NOT_OF_RULES:
                self._refind(row, None)

    def _refind(self, row: HeldFinding, finding: Finding | None) -> None:
        self.answer.refound.append(refound_row(row, finding, self.terms))
        if self.proves and row.key[0] not in ("no_future_duty", LEDGER_DIFFERENCE):
            self.answer.doubtful_findings.append((self.id, row.id))

    def _blame_unless(self, excused: bool) -> None:
        if self.proves and not excused:
            self.answer.blame(self.id)


# -- rows ---------------------------------------------------------------------------------------------------------


def _beginning(count: int, subject: Subject) -> bytes:
    who = copying.small(subject.id) + copying.small(subject.person)
    return copying.columns(count) + copying.text(subject.kind) + who


def duty_row(duty: Duty, terms: Terms) -> bytes:
    """A new duty, from `owed_by` on."""
    slot, moment = duty.slot, copying.moment
    return b"".join(
        (
            _kind_of_duty(duty.rule, slot.variant),
            copying.text(slot.period),
            moment(slot.opens_at),
            moment(slot.due_at),
            moment(slot.limit_at),
            copying.day(slot.raw_due_on),
            _OPEN if duty.state == "open" else _ended(duty),
            moment(remind_at(duty, terms.now)),
            _BY_RULE,
            copying.small(terms.parameters.version_at(slot.opens_at)),
            copying.jsonb(dict(slot.why)),
            moment(terms.now),
        )
    )


@lru_cache(maxsize=256)
def _kind_of_duty(rule: str, variant: str) -> bytes:
    return copying.text(rules.by_id(rule).owed_by) + copying.text(rule) + copying.text(variant)


def _ended(duty: Duty) -> bytes:
    fact = copying.text(duty.fact_kind) + copying.large(duty.fact_id)
    return copying.text(duty.state) + copying.moment(duty.closed_at) + fact + copying.text(duty.cause)


_OPEN: Final = copying.text("open") + copying.NULL * 4
_BY_RULE: Final = copying.text("rule")


def finding_row(finding: Finding, terms: Terms) -> bytes:
    """A new finding, from `rule` on."""
    text, moment = copying.text, copying.moment
    return b"".join(
        (
            text(finding.rule),
            text(finding.variant),
            text(finding.period),
            moment(finding.since_at),
            text(finding.severity),
            text(_state(finding)),
            moment(finding.ended_at),
            text(finding.fact_kind),
            copying.large(finding.fact_id),
            copying.jsonb(dict(finding.why)),
            moment(terms.now),
        )
    )


def _state(finding: Finding) -> str:
    return "ended" if finding.ended_at else "open"


def changed_row(row: Held, duty: Duty, terms: Terms) -> tuple[Any, ...]:
    """What a duty becomes, for the UPDATE."""
    slot = duty.slot
    return (
        row.id,
        row.state,
        slot.opens_at,
        slot.due_at,
        slot.limit_at,
        slot.raw_due_on,
        duty.state,
        duty.closed_at,
        duty.fact_kind,
        duty.fact_id,
        duty.cause,
        remind_at(duty, terms.now),
        copying.json_text(dict(slot.why)),
    )


def ended_row(row: Held, decision: Decision | None, terms: Terms) -> tuple[Any, ...]:
    """A duty that no rule asks for any more: ended as a named human decided, else void with its cause."""
    end: tuple[Any, ...] = ("void", terms.now, None, None, "no_longer_owed")
    if decision is not None:
        end = (decision.outcome, decision.happened_at, DECISION, decision.id, None)
    return (row.id, row.state, *row.times, row.raw_due_on, *end, None, None)


def refound_row(row: HeldFinding, finding: Finding | None, terms: Terms) -> tuple[Any, ...]:
    """What a finding becomes, for the UPDATE; ended where no rule finds it any more."""
    if finding is None:
        return (row.id, row.since_at, row.severity, "ended", terms.now, None, None, None)
    fact = (finding.fact_kind, finding.fact_id, copying.json_text(dict(finding.why)))
    return (row.id, finding.since_at, finding.severity, _state(finding), finding.ended_at, *fact)


def _last_word(key: Key, decisions: Iterable[Decision]) -> Decision | None:
    mine = (one for one in decisions if (one.rule, one.variant, one.period) == key)
    return max(mine, key=lambda one: one.id, default=None)


# -- lines --------------------------------------------------------------------------------------------------------


def duty_line(duty: Duty) -> str:
    """A duty as its line in HELD_DUTIES must read, without source and id."""
    slot = duty.slot
    fact = "" if duty.fact_id is None else duty.fact_id
    return (
        f"{duty.rule}|{slot.variant}|{slot.period}|{duty.state}|{duty.fact_kind or ''}|{fact}|{written(duty.closed_at)}|"
        f"{written(slot.opens_at)}|{written(slot.due_at)}|{written(slot.limit_at)}|{slot.raw_due_on}"
    )


def explained_by(why: Mapping[str, Any]) -> str:
    """Of what an explanation speaks, as HELD_EXPLAINED has it: the class, and where the grid begins."""
    return "|".join(str(why.get(name, "")) for name in ("level", "every", "anchor", "step"))


def held_duty(line: str) -> Held:
    """A line of HELD_DUTIES."""
    rule, variant, period, state, kind, fact, closed, opens, due, limit, raw, source, id = line.split("|")
    return Held(
        key=(rule, variant, period),
        state=state,
        fact=(kind or None, int(fact) if fact else None),
        closed_at=_moment(closed),
        times=(_sure(opens), _sure(due), _sure(limit)),
        raw_due_on=date.fromisoformat(raw),
        source=source,
        id=int(id),
    )


def held_finding(line: str) -> HeldFinding:
    """A line of HELD_FINDINGS."""
    rule, variant, period, since, ended, severity, state, id = line.split("|")
    return HeldFinding((rule, variant, period), _sure(since), _moment(ended), severity, state, int(id))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _sure(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _differs(row: Held, duty: Duty) -> bool:
    """By value: a line may only be written otherwise."""
    slot = duty.slot
    now = (duty.state, (duty.fact_kind, duty.fact_id), duty.closed_at, (slot.opens_at, slot.due_at, slot.limit_at))
    return (row.state, row.fact, row.closed_at, row.times) != now or row.raw_due_on != slot.raw_due_on


def _has_changed(row: HeldFinding, finding: Finding) -> bool:
    now = (finding.since_at, finding.ended_at, finding.severity, _state(finding))
    return (row.since_at, row.ended_at, row.severity, row.state) != now
