"""训诫、警告案件的办理: each step of a case is owed within some days; a case that stands still is seen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from supervision.days import end_of, local_day, remember, start_of
from supervision.language import N_
from supervision.rules.absence import within_order
from supervision.rules.base import Act, Duty, Facts, Finding, InForce, Rule, Slot, Terms
from supervision.rules.timing import Ask, Timing, slot

ID, STUCK = "discipline_step", "discipline_stuck"
ARTICLE = N_("《社区矫正法》第28条，《社区矫正法实施办法》第34条、第35条")
ENTERED, LEFT = "discipline_entered", "discipline_left"
"""Acts: a case came into a state (mode: the state); it left it again (mode: the id of the act by which it had come)."""
STEPS = ("clue", "opened", "investigated", "proposed", "reviewed", "decided", "served", "objection", "psb_pending")
"""States in which somebody owes the next step (law b.7)."""


def step(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whoever has the case takes its next step within the days of that step; a decision is served within three.

    Counted from the day on which the case came to the step, that day itself not counted, never moved by holidays. A case that
    is sent back owes its step anew. What had run out before the ledger began is not asked for.
    """
    ledger_from = start_of(facts.order.ledger_from)
    for act in entered(facts):
        owed = _slot(act, terms)
        if owed.limit_at > ledger_from:
            yield owed


def entered(facts: Facts) -> list[Act]:
    """The comings of cases to states in which a step is owed."""
    return [act for act in facts.acts if act.kind == ENTERED and act.mode in STEPS]


def _slot(act: Act, terms: Terms) -> Slot:
    asked = _asked(act.mode, terms.parameters.in_force(act.happened_at))
    days = asked.why["parameters"][f"discipline.days.{act.mode}"]
    anchor = local_day(act.happened_at)
    made = slot(asked, Timing(anchor, f"{days}d", opens_before=f"{days}d"), terms.calendar)
    # Several cases of one person may come to the same step on the same day.
    return replace(made, period=f"{anchor.isoformat()}-{act.id}", met_by=frozenset({(LEFT, str(act.id))}))


@remember
def _asked(state: str, parameters: InForce) -> Ask:
    used = parameters.among([f"discipline.days.{state}"])
    why = {"rule": ID, "article": ARTICLE, "variant": state, "anchor_is": "step_entered_on", "parameters": used}
    return Ask(state, why)


def stuck(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """A case that stands still for many days after it came to a step is put before the bureau, until it moves.

    Only the next step of the case ends it, or the end of the order.
    """
    left = {act.mode: act for act in facts.acts if act.kind == LEFT}
    for act in entered(facts):
        found = _stuck(act, left.get(str(act.id)), terms)
        if found.since_at >= start_of(facts.order.ledger_from):
            yield from within_order(found, facts)


def _stuck(act: Act, left: Act | None, terms: Terms) -> Finding:
    days = terms.parameters.in_force(act.happened_at)["discipline.stuck_days"]
    since_at = end_of(local_day(act.happened_at) + timedelta(days=days))
    why = {"rule": STUCK, "article": ARTICLE, "since": since_at.isoformat(), "state": act.mode, "days": days}
    found = Finding(STUCK, act.mode, f"{local_day(act.happened_at).isoformat()}-{act.id}", since_at, "serious", why)
    return replace(found, ended_at=left.happened_at, fact_kind=LEFT, fact_id=left.id) if left else found


STEP_RULE = Rule(
    id=ID,
    title=N_("训诫、警告案件办理"),
    article=ARTICLE,
    owed_by="staff",
    slots=step,
    meets={state: frozenset({(LEFT, "*")}) for state in STEPS},
    parameters=("discipline.days.*",),
)
STUCK_RULE = Rule(
    id=STUCK,
    title=N_("训诫、警告案件停滞"),
    article=ARTICLE,
    owed_by="organ",
    findings=stuck,
    parameters=("discipline.stuck_days",),
)
RULES = (STEP_RULE, STUCK_RULE)
