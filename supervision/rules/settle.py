"""Which slot does a fact meet (model §2), and what a pause or a human's decision does to a slot (model §4)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from supervision.days import add_days, end_of, local_day
from supervision.rules.base import Act, Decision, Duty, Facts, Pause, Rule, Slot


def settle(rule: Rule, slots: Sequence[Slot], facts: Facts) -> tuple[Duty, ...]:
    """What became of each slot of one rule: by acts, else by a human's decision, else by a pause."""
    by_variant: dict[str, list[Slot]] = {}
    for slot in slots:
        by_variant.setdefault(slot.variant, []).append(move_by_outage(slot, facts.pauses))
    return tuple(duty for variant, part in by_variant.items() for duty in _settle_variant(rule, variant, part, facts))


def _settle_variant(rule: Rule, variant: str, slots: list[Slot], facts: Facts) -> list[Duty]:
    ordered = sorted(slots, key=lambda slot: (slot.opens_at, slot.limit_at))
    met = assign(ordered, counting(facts.acts, rule.meets.get(variant, frozenset())))
    pauses = [p for p in facts.pauses if p.kind in rule.paused_by.get(variant, frozenset())]
    decided = {(d.rule, d.variant, d.period): d for d in sorted(facts.decisions, key=lambda d: d.id)}
    return [
        _outcome(Duty(rule.id, slot), met.get(at), decided.get((rule.id, variant, slot.period)), pauses)
        for at, slot in enumerate(ordered)
    ]


def _outcome(duty: Duty, act: Act | None, decision: Decision | None, pauses: list[Pause]) -> Duty:
    """In time, then paused, then decided by a human, then late: what proves most decides."""
    slot = duty.slot
    if act and act.happened_at < slot.limit_at:
        return duty.ended("met", act.happened_at, (act.kind, act.id))
    if pause := next((p for p in pauses if covers_limit(p, slot)), None):
        state = "void" if pause.from_at <= slot.opens_at else "excused"
        return duty.ended(state, pause.recorded_at, ("pause", pause.id), pause.kind)
    if decision:
        return duty.ended(decision.outcome, decision.happened_at, ("decision", decision.id))
    if act:
        return duty.ended("met_late", act.happened_at, (act.kind, act.id))
    return duty


def counting(acts: Iterable[Act], wanted: frozenset[tuple[str, str]]) -> list[Act]:
    """The acts that count for a variant, in the order in which they happened."""
    chosen = [a for a in acts if (a.kind, a.mode) in wanted or (a.kind, "*") in wanted]
    return sorted(chosen, key=lambda act: (act.happened_at, act.id))


def assign(slots: Sequence[Slot], acts: Iterable[Act]) -> dict[int, Act]:
    """Slot index → the act that meets it: the earliest open window, else the latest lapsed one within one period."""
    met: dict[int, Act] = {}
    first_free = 0
    late: list[Act] = []
    for act in acts:
        at = _window_for(slots, act, met, first_free)
        if at is None:
            late.append(act)
        else:
            met[at] = act
            while first_free in met:
                first_free += 1
    for act in late:
        at = _lapsed_for(slots, act, met)
        if at is not None:
            met[at] = act
    return met


def _window_for(slots: Sequence[Slot], act: Act, met: dict[int, Act], first: int) -> int | None:
    for at in range(first, len(slots)):
        if slots[at].opens_at > act.happened_at:
            return None
        if at not in met and act.happened_at < slots[at].limit_at:
            return at
    return None


def _lapsed_for(slots: Sequence[Slot], act: Act, met: dict[int, Act]) -> int | None:
    for at in range(len(slots) - 1, -1, -1):
        slot = slots[at]
        if at in met or slot.limit_at > act.happened_at:
            continue
        return at if slot.late_until is None or act.happened_at < slot.late_until else None
    return None


def covers_limit(pause: Pause, slot: Slot) -> bool:
    """The slot's limit lies inside the pause; its end, when known, is exclusive."""
    last_moment = slot.limit_at - timedelta(microseconds=1)
    return pause.from_at <= last_moment and (pause.to_at is None or last_moment < pause.to_at)


def move_by_outage(slot: Slot, pauses: Iterable[Pause]) -> Slot:
    """Our own outage moves a limit that fell inside it to the end of the day after it; the old one stays in `why`."""
    for pause in sorted((p for p in pauses if p.kind == "own_outage" and p.to_at), key=lambda p: p.from_at):
        if pause.to_at and covers_limit(pause, slot):
            moved = end_of(add_days(local_day(pause.to_at), 1))
            slot = replace(slot, limit_at=moved, why={**slot.why, "limit_before_outage": slot.limit_at.isoformat()})
    return slot
