"""TE-01 个人总结, TE-02 期满鉴定, TE-03 解除证明: what the end of the term asks for, three rules of one shape."""

from collections.abc import Iterator
from datetime import date, timedelta

from supervision.days import remember
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Order, Rule, Slot, Terms
from supervision.rules.settle import custody_ended_on
from supervision.rules.timing import ONCE, Ask, Spell, Timing, first_to_open, slot, spells

TERM_ARTICLE = N_("《社区矫正法实施办法》第53条")
CERTIFICATE_ARTICLE = N_("《社区矫正法》第44条，《社区矫正法实施办法》第53条")


def summary(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The person hands in a written summary of the term thirty days before it ends.

    Counted back from the end day and never moved by holidays (law T-4). It opens no earlier than the day of registration;
    where its limit lies before the ledger begins, it is debt.
    """
    return _before_the_end("TE-01", "summary", facts, terms)


def appraisal(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office writes its appraisal in the last thirty days of the term and hands over to the resettlement office.

    Counted back from the end day and never moved by holidays (law T-4); where its limit lies before the ledger begins, it
    is debt.
    """
    return _before_the_end("TE-02", "appraisal", facts, terms)


def certificate(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office issues the certificate of release on the end day itself: not earlier, not later, holiday or not.

    It rests where the term ends in custody: that is put before a named human (law TE-09), and the certificate is owed on
    the day on which that custody ends, or the one that follows it on that day. The clock runs on in an old register that
    goes live.
    """
    order = facts.order
    if order.registered_at is None or order.end_on is None:
        return
    stretches = spells(facts, terms, order.enrolled_on)
    offers = ((spell, *_certificate(order.end_on, spell.parameters)) for spell in stretches)
    for usual in first_to_open(offers, terms.calendar):
        owed: Slot | None = usual
        while owed:
            yield owed
            owed = _after_custody(owed, facts, terms)


def _after_custody(rested: Slot, facts: Facts, terms: Terms) -> Slot | None:
    day = custody_ended_on(rested, facts.pauses)
    if day is None:
        return None
    timing = Timing(day, "0d", due_hour=rested.why["due_hour"])
    ask = Ask("certificate", {**rested.why, "anchor_is": "custody_ended_on"}, period=f"after-{day.isoformat()}")
    return slot(ask, timing, terms.calendar)


def _certificate(end_on: date, parameters: InForce) -> tuple[Ask, Timing]:
    timing = Timing(end_on, "0d", due_hour=parameters["ending.certificate.due_hour"])
    return _asked("TE-03", "certificate", ("due_hour",), parameters), timing


def _before_the_end(rule: str, document: str, facts: Facts, terms: Terms) -> Iterator[Slot]:
    order = facts.order
    if order.registered_at is not None and order.end_on is not None:
        stretches = spells(facts, terms, order.enrolled_on)
        offers = (offer for spell in stretches for offer in _document(rule, document, order, spell))
        yield from first_to_open(offers, terms.calendar)


def _document(rule: str, document: str, order: Order, spell: Spell) -> Iterator[tuple[Spell, Ask, Timing]]:
    assert order.end_on is not None
    ask = _asked(rule, document, ("opens_days", "due_days", "limit_days"), spell.parameters)
    opens, due, limit = ask.why["parameters"].values()
    if order.end_on - timedelta(days=limit) < max(order.enrolled_on, order.ledger_from):
        return
    timing = Timing(
        anchor=order.end_on,
        every=f"-{due}d",
        opens_before=f"{opens - due}d",
        limit_after=due - limit,
        not_before=order.enrolled_on,
    )
    yield spell, ask, timing


@remember
def _asked(rule: str, document: str, names: tuple[str, ...], parameters: InForce) -> Ask:
    article = CERTIFICATE_ARTICLE if rule == "TE-03" else TERM_ARTICLE
    used = parameters.among(f"ending.{document}.{name}" for name in names)
    why = {"rule": rule, "article": article, "variant": document, "anchor_is": "end_on", "parameters": used}
    return Ask(document, why, period=ONCE)


SUMMARY = Rule(
    id="TE-01",
    title=N_("个人总结"),
    article=TERM_ARTICLE,
    owed_by="person",
    slots=summary,
    meets={"summary": frozenset({("document", "summary")})},
    remind_days={"summary": (4, 1)},
    parameters=("ending.summary.*",),
)
APPRAISAL = Rule(
    id="TE-02",
    title=N_("期满鉴定"),
    article=TERM_ARTICLE,
    owed_by="organ",
    slots=appraisal,
    meets={"appraisal": frozenset({("document", "appraisal")})},
    parameters=("ending.appraisal.*",),
)
CERTIFICATE = Rule(
    id="TE-03",
    title=N_("解除证明"),
    article=CERTIFICATE_ARTICLE,
    owed_by="organ",
    slots=certificate,
    meets={"certificate": frozenset({("document", "certificate")})},
    paused_by={"certificate": frozenset({"custody"})},
    severity="grave",
    runs_before_ledger=True,
    parameters=("ending.certificate.*",),
)
RULES = (SUMMARY, APPRAISAL, CERTIFICATE)
