"""CI-02, CI-07..CI-09, expected_late: who is told of a commission and when, whether the opinion was followed, and who comes."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from supervision.days import add_days, local_day, remember, start_of
from supervision.language import N_
from supervision.rules.base import Act, Duty, Facts, Finding, InForce, Rule, Slot, Terms
from supervision.rules.commission_clock import ARTICLE, SENT
from supervision.rules.timing import ONCE, Ask, Timing, slot

INFORMED, COPIED, EXPLAINED, RESULT = "informed", "copied", "explained", "result"
EXPECTED, CAME = "expected", "expected_end"
ADOPTION, LATE = "CI-09", "expected_late"
LATE_ARTICLE = N_("《社区矫正法》第20条、第21条；期限由本局确定")
INFORM_ARTICLE = N_("《社区矫正法实施办法》第13条")


def inform(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The county procuratorate is told of a commission within one working day of its receipt.

    The law says 及时 (at once); the number is the house's. It is owed once a commission, however often the material comes.
    """
    for run in facts.matter.runs[:1]:
        yield _after(("CI-02", INFORMED, "received_on", ONCE), local_day(run.from_at), "commission.inform_days", terms)


def copy(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The county procuratorate gets a copy of the opinion on the day on which it is sent (同时)."""
    for act in _first_a_day(act for act in facts.acts if act.kind == SENT):
        sent_on = local_day(act.happened_at)
        parameters = terms.parameters.in_force(start_of(sent_on))
        yield slot(
            _asked("CI-07", COPIED, "sent_on", sent_on.isoformat(), (), parameters),
            Timing(sent_on, "0d"),
            terms.calendar,
        )


def explain(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Where name or address are untrue, or the identity is unclear, the organ is told why within two working days."""
    for run in facts.matter.runs:
        if run.ended_by == "unable" and run.to_at is not None:
            found_on = local_day(run.to_at)
            about = ("CI-08", EXPLAINED, "unable_on", found_on.isoformat())
            yield _after(about, found_on, "commission.explain_days", terms)


def _first_a_day(acts: Iterable[Act]) -> Iterator[Act]:
    by_day = {local_day(act.happened_at): act for act in acts}
    yield from by_day.values()


def _after(about: tuple[str, str, str, str], anchor: date, key: str, terms: Terms) -> Slot:
    """So many working days after a day that isn't counted."""
    rule, variant, anchor_is, period = about
    parameters = terms.parameters.in_force(start_of(anchor))
    every = f"{parameters[key]}wd"
    ask = _asked(rule, variant, anchor_is, period, (key,), parameters)
    return slot(ask, Timing(anchor, every, opens_before=every, not_before=anchor), terms.calendar)


@remember
def _asked(rule: str, variant: str, anchor_is: str, period: str, keys: tuple[str, ...], parameters: InForce) -> Ask:
    article = ARTICLE if rule != "CI-02" else INFORM_ARTICLE
    used = parameters.among(keys)
    why = {"rule": rule, "article": article, "variant": variant, "anchor_is": anchor_is, "parameters": used}
    return Ask(variant, why, period=period)


def adoption(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Sixty days after the opinion was sent, somebody asks the organ whether it was followed, if nobody knows."""
    sent = [act for act in facts.acts if act.kind == SENT]
    if not sent:
        return
    first = min(sent, key=lambda act: (act.happened_at, act.id))
    days = terms.parameters.in_force(first.happened_at)["commission.adoption_days"]
    since_at = start_of(add_days(local_day(first.happened_at), days))
    yield from _until((ADOPTION, ARTICLE, ONCE), since_at, _first(facts, RESULT))


def expected_late(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Sixty days after a judgment of correction in this district somebody asks where the person is, if nobody has come.

    It ends when the person is put on the register, or is expected no more.
    """
    for act in sorted((act for act in facts.acts if act.kind == EXPECTED), key=lambda act: (act.happened_at, act.id)):
        days = terms.parameters.in_force(act.happened_at)["commission.expected_days"]
        since_at = start_of(add_days(local_day(act.happened_at), days))
        ended = _first(facts, CAME, from_at=act.happened_at)
        yield from _until((LATE, LATE_ARTICLE, local_day(act.happened_at).isoformat()), since_at, ended)


def _first(facts: Facts, kind: str, *, from_at: datetime | None = None) -> Act | None:
    acts = (act for act in facts.acts if act.kind == kind and (from_at is None or act.happened_at >= from_at))
    return min(acts, key=lambda act: (act.happened_at, act.id), default=None)


def _until(about: tuple[str, str, str], since_at: datetime, ended: Act | None) -> Iterator[Finding]:
    """The finding of a rule, its article and period, from a moment until an act; none where the act came before."""
    if ended is not None and ended.happened_at <= since_at:
        return
    rule, article, period = about
    yield Finding(
        rule=rule,
        variant="",
        period=period,
        since_at=since_at,
        severity="notice",
        why={"rule": rule, "article": article, "since": since_at.isoformat()},
        ended_at=ended.happened_at if ended else None,
        fact_kind=ended.kind if ended else None,
        fact_id=ended.id if ended else None,
    )


RULES = (
    Rule(
        id="CI-02",
        title=N_("向检察院通报接受委托"),
        article=INFORM_ARTICLE,
        owed_by="staff",
        slots=inform,
        meets={INFORMED: frozenset({(INFORMED, "*")})},
        severity="notice",
        parameters=("commission.inform_days",),
        subject="commission",
    ),
    Rule(
        id="CI-07",
        title=N_("向检察院抄送评估意见"),
        article=ARTICLE,
        owed_by="staff",
        slots=copy,
        meets={COPIED: frozenset({(COPIED, "*")})},
        severity="notice",
        subject="commission",
    ),
    Rule(
        id="CI-08",
        title=N_("向委托机关说明无法评估"),
        article=ARTICLE,
        owed_by="staff",
        slots=explain,
        meets={EXPLAINED: frozenset({(EXPLAINED, "*")})},
        severity="notice",
        parameters=("commission.explain_days",),
        subject="commission",
    ),
    Rule(
        id=ADOPTION,
        title=N_("评估意见是否采信未登记"),
        article=ARTICLE,
        owed_by="organ",
        findings=adoption,
        severity="notice",
        parameters=("commission.adoption_days",),
        subject="commission",
    ),
    Rule(
        id=LATE,
        title=N_("应来报到的人员尚未登记在册"),
        article=LATE_ARTICLE,
        owed_by="organ",
        findings=expected_late,
        severity="notice",
        parameters=("commission.expected_days",),
        subject="commission",
    ),
)
