"""Which slot does a fact meet (model §2), and what a pause or a human's decision does to a slot (model §4). Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from itertools import accumulate
from operator import attrgetter

from supervision.days import SHANGHAI, add_days, end_of, local_day
from supervision.rules.base import MOMENT, NEVER, Act, Decision, Duty, Facts, Pause, Rule, Slot, Why


def settle(rule: Rule, slots: Sequence[Slot], facts: Facts) -> tuple[Duty, ...]:
    """What became of each slot of one rule: by acts, else by a human's decision, else by a pause."""
    if not slots:
        return ()
    outages = sorted((p for p in facts.pauses if p.kind == "own_outage" and p.to_at), key=lambda p: p.from_at)
    by_variant: dict[str, list[Slot]] = {}
    for slot in slots:
        by_variant.setdefault(slot.variant, []).append(move_by_outage(slot, outages) if outages else slot)
    return tuple(duty for variant, part in by_variant.items() for duty in _settle_variant(rule, variant, part, facts))


def _settle_variant(rule: Rule, variant: str, slots: list[Slot], facts: Facts) -> list[Duty]:
    ordered = sorted(slots, key=attrgetter("limit_at", "opens_at", "period"))
    met = assign(ordered, facts.acts, rule.meets.get(variant, frozenset()))
    pauses = [p for p in facts.pauses if p.kind != "own_outage"]
    decided = _decisions(rule, variant, facts.decisions)
    return [
        _outcome(
            Duty(rule.id, slot), met.get(at), decided.get(slot.period), resting(rule, slot, pauses) if pauses else None
        )
        for at, slot in enumerate(ordered)
    ]


def _decisions(rule: Rule, variant: str, decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The last word on each slot of a variant."""
    mine = (d for d in decisions if d.rule == rule.id and d.variant == variant)
    return {d.period: d for d in sorted(mine, key=lambda d: d.id)}


def _outcome(duty: Duty, act: Act | None, decision: Decision | None, pause: Pause | None) -> Duty:
    """In time, then paused, then decided by a human, then late: what proves most decides."""
    if act and act.happened_at < duty.slot.limit_at:
        return duty.ended("met", act.happened_at, (act.kind, act.id))
    if pause:
        state = "void" if pause.from_at <= duty.slot.opens_at else "excused"
        return duty.ended(state, pause.recorded_at, ("pause", pause.id), pause.kind)
    if decision:
        return duty.ended(decision.outcome, decision.happened_at, ("decision", decision.id))
    if act:
        return duty.ended("met_late", act.happened_at, (act.kind, act.id))
    return duty


# -- acts -------------------------------------------------------------------------------------------------------

Modes = frozenset[tuple[str, str]]


def assign(slots: Sequence[Slot], acts: Iterable[Act], wanted: Modes) -> dict[int, Act]:
    """Slot index → the act that meets it, for slots in the order of their limits.

    An act meets the open window that closes first; if there is none, the latest lapsed slot within one period.
    """
    met_by = [wanted if slot.met_by is None else slot.met_by for slot in slots]
    counting = _in_order(acts, {kind for modes in set(met_by) for kind, _ in modes})
    if not counting:
        return {}
    windows = _Windows(slots, met_by)
    for moment, act in [one for one in counting if not windows.meet_in_time(*one)]:
        windows.meet_late(moment, act)
    return windows.met


def _in_order(acts: Iterable[Act], kinds: Set[str]) -> list[tuple[datetime, Act]]:
    """The acts of kinds that can count, by local moment: comparing within one time zone is several times faster."""
    found = [(act.happened_at.astimezone(SHANGHAI), act) for act in acts if act.kind in kinds]
    return sorted(found, key=lambda pair: (pair[0], pair[1].kind, pair[1].id))


def counts(act: Act, wanted: Modes) -> bool:
    """The act is of a wanted kind and mode; '*' stands for any mode."""
    return (act.kind, act.mode) in wanted or (act.kind, "*") in wanted


class _Windows:
    """The slots of one variant in the order of their limits, searched by bisection.

    Limits of different classes may interleave, so two running bounds say where a search may stop.
    """

    def __init__(self, slots: Sequence[Slot], met_by: Sequence[Modes]) -> None:
        self.met: dict[int, Act] = {}
        self._slots = slots
        self._met_by = met_by
        self._limits = [slot.limit_at for slot in slots]
        self._opens_from = list(accumulate((slot.opens_at for slot in reversed(slots)), min))[::-1]
        self._late_until = list(accumulate((slot.late_until or NEVER for slot in slots), max))

    def meet_in_time(self, moment: datetime, act: Act) -> bool:
        for at in range(bisect_right(self._limits, moment), bisect_right(self._opens_from, moment)):
            if self._slots[at].opens_at <= moment and self._takes(at, act):
                self.met[at] = act
                return True
        return False

    def meet_late(self, moment: datetime, act: Act) -> None:
        for at in reversed(range(bisect_right(self._late_until, moment), bisect_right(self._limits, moment))):
            if moment < (self._slots[at].late_until or NEVER) and self._takes(at, act):
                self.met[at] = act
                return

    def _takes(self, at: int, act: Act) -> bool:
        return at not in self.met and counts(act, self._met_by[at])


# -- pauses -----------------------------------------------------------------------------------------------------


def resting(rule: Rule, slot: Slot, pauses: Sequence[Pause]) -> Pause | None:
    """The first pause in which the slot rests."""
    by_limit = rule.paused_by.get(slot.variant, frozenset())
    by_whole = rule.rests_through.get(slot.variant, frozenset())
    found = (
        p
        for p in pauses
        if covers_limit(p, slot) and (p.kind in by_limit or (p.kind in by_whole and p.from_at <= slot.opens_at))
    )
    return min(found, key=lambda pause: (pause.from_at, pause.id), default=None)


def covers_limit(pause: Pause, slot: Slot) -> bool:
    """The slot's limit lies inside the pause; its end, when known, is exclusive."""
    last_moment = slot.limit_at - MOMENT
    return pause.from_at <= last_moment and (pause.to_at is None or last_moment < pause.to_at)


def custody_ended_on(slot: Slot, pauses: Iterable[Pause]) -> date | None:
    """The day on which the custody that covers the slot's limit ended; None where there is none, or it still runs."""
    ended = [p.to_at for p in pauses if p.kind == "custody" and p.to_at and covers_limit(p, slot)]
    return local_day(max(ended)) if ended else None


def move_by_outage(slot: Slot, outages: Iterable[Pause]) -> Slot:
    """Our own outage moves a limit that fell inside it to the end of the day after it; the old one stays in `why`."""
    for pause in outages:
        if pause.to_at and covers_limit(pause, slot):
            slot = _moved(slot, local_day(pause.to_at))
    return slot


def _moved(slot: Slot, ended_on: date) -> Slot:
    limit_at = end_of(add_days(ended_on, 1))
    before = {"limit_before_outage": slot.limit_at.isoformat()}
    why = Why({**before, **slot.why, "outage_ended_on": ended_on.isoformat()})
    late_until = slot.late_until and slot.late_until + (limit_at - slot.limit_at)
    return replace(slot, limit_at=limit_at, late_until=late_until, why=why)
