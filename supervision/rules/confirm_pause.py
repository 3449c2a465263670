"""confirm_pause 核实羁押、住院: while a person owes nothing, the office makes sure every week that this is still so."""

from collections.abc import Iterator
from itertools import count

from supervision.days import DAY, every, local_day, remember
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Pause, Rule, Slot, Terms
from supervision.rules.timing import Ask, Timing, first_of_each_period, slot

ID = "confirm_pause"
ARTICLE = N_("《社区矫正法》第32条，《社区矫正法实施办法》第41条")
KINDS = ("custody", "hospital")


def confirm_pause(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office confirms every seven days that the person is still in custody or in hospital.

    Counted from the day on which the pause began, also before registration and after the end day of the term, until the
    pause or the order has ended. It rests on no numbered rule of the law: a pause must never leave a person with nothing
    owed by anybody.
    """
    for kind in KINDS:
        pauses = sorted((p for p in facts.pauses if p.kind == kind), key=lambda p: (p.from_at, p.id))
        yield from first_of_each_period(check for pause in pauses for check in _checks(pause, facts, terms))


def _checks(pause: Pause, facts: Facts, terms: Terms) -> Iterator[Slot]:
    ask = _asked(pause.kind, terms.parameters.in_force(pause.from_at))
    step_size, anchor = every(ask.late), local_day(pause.from_at)
    first = step_size.first_step(anchor, facts.order.ledger_from)
    for step in count(first):
        back = (step_size.after(anchor, step) - step_size.after(anchor, step - 1) - DAY).days
        check = slot(ask, Timing(anchor, ask.late, step, opens_before=f"{back}d"), terms.calendar)
        if check.opens_at > terms.until or _is_over(check, pause, facts):
            return
        yield check


@remember
def _asked(kind: str, parameters: InForce) -> Ask:
    used = parameters.among(["pause.confirm"])
    why = {"rule": ID, "article": ARTICLE, "variant": kind, "anchor_is": "paused_on", "parameters": used}
    return Ask(kind, why, late=used["pause.confirm"])


def _is_over(check: Slot, pause: Pause, facts: Facts) -> bool:
    ended_at = facts.order.ended_at
    return (pause.to_at is not None and check.limit_at > pause.to_at) or (
        ended_at is not None and check.opens_at >= ended_at
    )


RULE = Rule(
    id=ID,
    title=N_("核实羁押、住院情况"),
    article=ARTICLE,
    owed_by="staff",
    slots=confirm_pause,
    meets={kind: frozenset({("pause_check", "*")}) for kind in KINDS},
    parameters=("pause.confirm",),
)
