"""RE-01..RE-05, RE-07, RE-08: notice, documents, receipt and hand-over between the organs (law a.2).

What other organs owe is watched and told to the bureau's desk; it is nobody's lapse but theirs.
"""

from collections.abc import Iterator

from supervision.days import local_day
from supervision.language import N_
from supervision.rules.base import Act, Facts, Slot, Terms
from supervision.rules.reception import Step, any_mode, effective_on, owed_once, rule_of

NOTIFIED, DOCUMENTS = "notified", "documents_received"
RECEIPT, FORWARDED, HANDED_OVER = "receipt_returned", "forwarded", "handed_over"
COURT, PRISON, POLICE = "court", "prison", "police"
ELSEWHERE = "elsewhere"
"""The mode of documents whose deciding organ isn't of the place in which the correction is carried out."""
CCL_20 = N_("《社区矫正法》第20条")
IM_16 = N_("《社区矫正法实施办法》第16条")

NOTICE_STEP = Step(
    "RE-01",
    "notice",
    "reception.notice",
    N_("《社区矫正法》第20条，《社区矫正法实施办法》第16条"),
    "effective_on",
    any_mode(NOTIFIED, DOCUMENTS),
    shown_shifted=True,
)
DOCUMENTS_STEP = Step(
    "RE-02", "documents", "reception.documents", CCL_20, "effective_on", any_mode(DOCUMENTS), shown_shifted=True
)
RECEIPT_STEP = Step(
    "RE-03", "receipt", "reception.receipt", IM_16, "documents_on", any_mode(RECEIPT), shown_shifted=True
)
MISSING_STEP = Step("RE-04", "documents", "reception.missing", IM_16, "registered_on", any_mode(DOCUMENTS))
FORWARD_STEP = Step(
    "RE-05", "forward", "reception.forward", CCL_20, "documents_on", any_mode(FORWARDED), shown_shifted=True
)
COURT_STEP = Step(
    "RE-07",
    "hand_over",
    "reception.hand_over",
    N_("《社区矫正法》第21条，《最高人民法院关于适用〈中华人民共和国刑事诉讼法〉的解释》第515条"),
    "effective_on",
    any_mode(HANDED_OVER, "registration"),
    shown_shifted=True,
    awaits=True,
)
PRISON_STEP = Step(
    "RE-08",
    "hand_over",
    "reception.hand_over",
    N_("《社区矫正法》第21条"),
    "effective_on",
    any_mode(HANDED_OVER, "registration"),
    shown_shifted=True,
    awaits=True,
)


def notice(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The organ that decided notifies the county's organ within five days of the day on which its decision takes effect.

    Calendar days, the effective day itself not counted. It is watched by the unshifted last day; where that is a day off the
    shifted one is shown (law T-3). Documents that arrive notify too.
    """
    day, called = effective_on(facts.order)
    return owed_once(NOTICE_STEP, day, facts, terms, called=called)


def documents(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The organ that decided delivers its documents within ten days of the day on which its decision takes effect."""
    day, called = effective_on(facts.order)
    return owed_once(DOCUMENTS_STEP, day, facts, terms, called=called)


def receipt(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The county's organ returns the receipt within five days of the day on which the documents came."""
    if came := _came(facts):
        yield from owed_once(RECEIPT_STEP, local_day(came.happened_at), facts, terms)


def missing(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Who comes before the documents is enrolled anyway; the organ is asked for them and delivers within five days.

    Counted from the day of registration. It stays open, with its alert and its reminders, until the documents are complete.
    """
    if facts.order.registered_at is None:
        return
    day = local_day(facts.order.registered_at)
    for owed in owed_once(MISSING_STEP, day, facts, terms):
        came = _came(facts)
        if came is None or local_day(came.happened_at) > day:
            yield owed


def forward(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Where the deciding organ is of another place, the documents are forwarded to the local procuratorate and police.

    The law says 及时 (at once); the five days are the house's, counted from the day on which the documents came.
    """
    came = _came(facts)
    if came and came.mode == ELSEWHERE:
        yield from owed_once(FORWARD_STEP, local_day(came.happened_at), facts, terms)


def by_court(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whose 暂予监外执行 a court decided is handed over by the detention house or the police within ten days.

    Counted from the day on which the decision takes effect. Who has been enrolled was handed over. It stands in the place
    of the first report, which nobody owes who is handed over (law RE-06): it is asked whatever the office counts.
    """
    if facts.order.kind == "temporary_outside" and _decided_by(facts) == COURT:
        yield from _handed_over(COURT_STEP, facts, terms)


def by_prison(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whose 暂予监外执行 a prison administration or the police approved is handed over by the prison within ten days.

    Counted as in RE-07; where nobody has put down who decided, this rule asks.
    """
    if facts.order.kind == "temporary_outside" and _decided_by(facts) != COURT:
        yield from _handed_over(PRISON_STEP, facts, terms)


def _handed_over(step: Step, facts: Facts, terms: Terms) -> Iterator[Slot]:
    day, called = effective_on(facts.order)
    return owed_once(step, day, facts, terms, called=called)


def _came(facts: Facts) -> Act | None:
    """The first time that the documents came."""
    came = (act for act in facts.acts if act.kind == DOCUMENTS)
    return min(came, key=lambda act: (act.happened_at, act.id), default=None)


def _decided_by(facts: Facts) -> str:
    """The organ that decided, as the last notice names it; empty where nobody put it down."""
    told = [act for act in facts.acts if act.kind == NOTIFIED]
    return max(told, key=lambda act: (act.happened_at, act.id)).mode if told else ""


RULES = (
    rule_of(NOTICE_STEP, N_("决定机关通知"), "organ", notice, severity="notice"),
    rule_of(DOCUMENTS_STEP, N_("决定机关送达法律文书"), "organ", documents, severity="notice"),
    rule_of(RECEIPT_STEP, N_("送回法律文书回执"), "staff", receipt),
    rule_of(MISSING_STEP, N_("人到文书未到"), "organ", missing),
    rule_of(FORWARD_STEP, N_("向检察院、公安机关转送文书"), "staff", forward, severity="notice"),
    rule_of(COURT_STEP, N_("移送交接（法院决定暂予监外执行）"), "organ", by_court, severity="grave"),
    rule_of(PRISON_STEP, N_("移送交接（监狱、公安机关批准暂予监外执行）"), "organ", by_prison, severity="grave"),
)
