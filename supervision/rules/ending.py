"""TE-01 个人总结, TE-02 期满鉴定, TE-03 解除证明: what the end of the term asks for, three rules of one shape."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from supervision.rules.base import Facts, Order, Rule, Slot, Terms
from supervision.rules.settle import custody_ended_on
from supervision.rules.timing import ONCE, Spell, Timing, first_to_open, slot, spells

TERM_ARTICLE = "《社区矫正法实施办法》第53条"
CERTIFICATE_ARTICLE = "《社区矫正法》第44条，《社区矫正法实施办法》第53条"


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
    for usual in first_to_open((spell, _certificate(order.end_on, spell, terms)) for spell in stretches):
        owed: Slot | None = usual
        while owed:
            yield owed
            owed = _after_custody(owed, facts, terms)


def _after_custody(rested: Slot, facts: Facts, terms: Terms) -> Slot | None:
    day = custody_ended_on(rested, facts.pauses)
    if day is None:
        return None
    timing = Timing(day, "0d", due_hour=rested.why["due_hour"])
    why = {**rested.why, "anchor_is": "custody_ended_on"}
    return slot("certificate", timing, terms, period=f"after-{day.isoformat()}", why=why)


def _certificate(end_on: date, spell: Spell, terms: Terms) -> Slot:
    used = terms.parameters.among(["ending.certificate.due_hour"], spell.from_at)
    timing = Timing(end_on, "0d", due_hour=used["ending.certificate.due_hour"])
    why = _why("TE-03", "certificate", CERTIFICATE_ARTICLE, used)
    return slot("certificate", timing, terms, period=ONCE, why=why)


def _before_the_end(rule: str, document: str, facts: Facts, terms: Terms) -> Iterator[Slot]:
    order = facts.order
    if order.registered_at is not None and order.end_on is not None:
        stretches = spells(facts, terms, order.enrolled_on)
        yield from first_to_open((spell, _document(rule, document, order, spell, terms)) for spell in stretches)


def _document(rule: str, document: str, order: Order, spell: Spell, terms: Terms) -> Slot | None:
    assert order.end_on is not None
    keys = [f"ending.{document}.{name}_days" for name in ("opens", "due", "limit")]
    used = terms.parameters.among(keys, spell.from_at)
    opens, due, limit = used.values()
    if order.end_on - timedelta(days=limit) < max(order.enrolled_on, order.ledger_from):
        return None
    timing = Timing(
        anchor=order.end_on,
        every=f"-{due}d",
        opens_before=f"{opens - due}d",
        limit_after=due - limit,
        not_before=order.enrolled_on,
    )
    return slot(document, timing, terms, period=ONCE, why=_why(rule, document, TERM_ARTICLE, used))


def _why(rule: str, document: str, article: str, used: dict[str, int]) -> dict[str, Any]:
    return {"rule": rule, "article": article, "variant": document, "anchor_is": "end_on", "parameters": used}


SUMMARY = Rule(
    id="TE-01",
    title="个人总结",
    article=TERM_ARTICLE,
    owed_by="person",
    slots=summary,
    meets={"summary": frozenset({("document", "summary")})},
    remind_days={"summary": (4, 1)},
    parameters=("ending.summary.*",),
)
APPRAISAL = Rule(
    id="TE-02",
    title="期满鉴定",
    article=TERM_ARTICLE,
    owed_by="organ",
    slots=appraisal,
    meets={"appraisal": frozenset({("document", "appraisal")})},
    parameters=("ending.appraisal.*",),
)
CERTIFICATE = Rule(
    id="TE-03",
    title="解除证明",
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
