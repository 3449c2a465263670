"""LO-01 to LO-05 失去联系、脱管: a search begins at once, police and procuratorate are told, and somebody says what it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from supervision.days import SHANGHAI, end_of, local_day, start_of
from supervision.language import N_
from supervision.rules.absence import within_order
from supervision.rules.base import Act, Duty, Facts, Finding, InForce, Rule, Slot, Terms, Why
from supervision.rules.late_to_register import Clock, clocks

SEARCH = "contact_search"
"""The act that opens a search; its id is the search's, its mode the day of the last lawful contact."""
ATTEMPT, POLICE, PROCURATORATE = "search_attempt", "search_police", "search_procuratorate"
OFF_CONTROL, FOUND, FALSE_ALARM = "off_control", "search_found", "search_false"
"""Acts in a search, whose mode is its id: somebody looked, the police were asked, the procuratorate was told, a named person
verified that the person is out of supervision, the person was found, or had never been lost."""
ARTICLE = N_("《社区矫正法》第30条，《社区矫正法实施办法》第38条")


@dataclass(frozen=True, slots=True)
class Search:
    """One search, with the first act of each kind in it."""

    opened: Act
    acts: dict[str, Act]

    @property
    def end(self) -> Act | None:
        """What ended it."""
        return self.acts.get(FOUND) or self.acts.get(FALSE_ALARM)

    @property
    def last_contact_on(self) -> date:
        """The day of the last lawful contact; time out of supervision counts from the day after (law T-8)."""
        return date.fromisoformat(self.opened.mode)

    def over_before(self, moment: datetime, *ends: str) -> bool:
        """Whether one of these ended it before this moment."""
        return any(end in self.acts and self.acts[end].happened_at < moment for end in ends)


def searches(facts: Facts) -> Iterator[Search]:
    """The searches for the person, in the order in which they were opened."""
    for opened in facts.acts:
        if opened.kind == SEARCH:
            mine = [act for act in facts.acts if act.mode == str(opened.id) and act.kind in KINDS]
            latest_first = sorted(mine, key=lambda act: (act.happened_at, act.id), reverse=True)
            yield Search(opened, {act.kind: act for act in latest_first})


KINDS = frozenset({ATTEMPT, POLICE, PROCURATORATE, OFF_CONTROL, FOUND, FALSE_ALARM})


# -- what is owed while somebody is looked for ---------------------------------------------------------------------


def begin(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whoever is lost is looked for at once (立即): the first attempt is put down within two hours.

    Counted in hours from the moment at which the loss of contact was noticed. Not owed if the person was there again before.
    """
    yield from _slots("LO-01", BEGIN, facts, terms)


def ask_police(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Where the person isn't found, the police are asked to help, within twenty-four hours.

    Counted in hours from the moment at which the loss of contact was noticed. Not owed if the person was there again before.
    """
    yield from _slots("LO-03", ASK_POLICE, facts, terms)


def tell_procuratorate(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The procuratorate is told of the search (及时), within seventy-two hours, also where the person was found meanwhile.

    Counted in hours from the moment at which the loss of contact was noticed. Not owed where nobody had been lost.
    """
    yield from _slots("LO-04", TELL_PROCURATORATE, facts, terms)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a search owes: which act meets it, within how many hours, what ends it before, and how it is said."""

    variant: str
    met_by: str
    hours: str
    ends: tuple[str, ...]
    said: str


BEGIN = Owed("begin", ATTEMPT, "lost.start_hours", (FOUND, FALSE_ALARM), N_("失去联系的，立即组织查找并登记第一次查找"))
ASK_POLICE = Owed(
    "police", POLICE, "lost.police_hours", (FOUND, FALSE_ALARM), N_("查找不到的，及时通知公安机关协助查找")
)
TELL_PROCURATORATE = Owed(
    "procuratorate", PROCURATORATE, "lost.procuratorate_hours", (FALSE_ALARM,), N_("组织查找的情况及时通报检察院")
)


def _slots(rule: str, owed: Owed, facts: Facts, terms: Terms) -> Iterator[Slot]:
    ledger_from = start_of(facts.order.ledger_from)
    for search in searches(facts):
        slot = _slot(rule, owed, search.opened, terms.parameters.in_force(search.opened.happened_at))
        is_over = search.over_before(slot.limit_at, *owed.ends) and owed.met_by not in search.acts
        if slot.limit_at > ledger_from and not is_over:
            yield slot


def _slot(rule: str, owed: Owed, opened: Act, parameters: InForce) -> Slot:
    opens_at = opened.happened_at.astimezone(SHANGHAI)
    limit_at = opens_at + timedelta(hours=parameters[owed.hours])
    moments = (opens_at, limit_at, limit_at)
    used = {"rule": rule, "article": ARTICLE, "variant": owed.variant, "parameters": parameters.among([owed.hours])}
    why = Why({**used, "said": owed.said, "moments": [moment.isoformat() for moment in moments]})
    period = f"{local_day(opens_at).isoformat()}-{opened.id}"
    return Slot(
        owed.variant, period, *moments, local_day(limit_at), why, met_by=frozenset({(owed.met_by, str(opened.id))})
    )


# -- what is wrong until a human has said what it is ---------------------------------------------------------------


def unverified(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """A search that found nobody within a day isn't left to itself: a named person says whether it is 脱管, or goes on.

    Twenty-four hours after the loss of contact was noticed; ends when it is verified, when the person is found, or when
    nobody had been lost.
    """
    for search in searches(facts):
        hours = terms.parameters.in_force(search.opened.happened_at)["lost.verify_hours"]
        since_at = search.opened.happened_at.astimezone(SHANGHAI) + timedelta(hours=hours)
        word = min(
            (act for kind, act in search.acts.items() if kind in (OFF_CONTROL, FOUND, FALSE_ALARM)),
            key=lambda act: act.happened_at,
            default=None,
        )
        if word is None or word.happened_at > since_at:
            why = {"rule": "LO-02", "article": ARTICLE, "since": since_at.isoformat(), "hours": hours}
            period = f"{local_day(search.opened.happened_at).isoformat()}-{search.opened.id}"
            yield from within_order(_until(Finding("LO-02", "", period, since_at, "serious", why), word), facts)


def off_control(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Whoever was verified to be out of supervision (脱管) is looked for until found; what the law proposes grows with the days.

    Days count from the day after the last lawful contact: up to ten an admonition (训诫), over ten a warning (警告), over a
    month the revocation of probation or parole (of those only; under public surveillance a penalty by the police). Begins when
    a named person verified it; ends when the person is found, or with the order. Proposed, never decided.
    """
    for search in searches(facts):
        verified = search.acts.get(OFF_CONTROL)
        if verified is not None:
            for clock in clocks(facts.order, end_of(search.last_contact_on)):
                yield from _stage(clock, search, verified, facts)


VARIANTS = {"not_reported": "off_control"}
"""The first stage has a name of its own; those that follow are called as those of a person who never came."""


def _stage(clock: Clock, search: Search, verified: Act, facts: Facts) -> Iterator[Finding]:
    since_at = max(start_of(clock.from_on), verified.happened_at.astimezone(SHANGHAI))
    if search.end is not None and search.end.happened_at <= since_at:
        return
    variant = VARIANTS.get(clock.variant, clock.variant)
    why = {
        "rule": "LO-05",
        "article": ARTICLE,
        "variant": variant,
        "since": start_of(clock.from_on).isoformat(),
        "order_kind": facts.order.kind,
        "proposes": clock.proposes,
        "proposed_under": clock.article,
    }
    found = Finding("LO-05", variant, str(search.opened.id), since_at, clock.severity, why)
    yield from within_order(_until(found, search.end), facts)


def _until(finding: Finding, act: Act | None) -> Finding:
    return replace(finding, ended_at=act.happened_at, fact_kind=act.kind, fact_id=act.id) if act else finding


RULES = (
    Rule(
        id="LO-01",
        title=N_("组织查找"),
        article=ARTICLE,
        owed_by="staff",
        slots=begin,
        meets={BEGIN.variant: frozenset({(ATTEMPT, "*")})},
        parameters=(BEGIN.hours,),
    ),
    Rule(
        id="LO-02",
        title=N_("查找没有结果，须核实是否脱管"),
        article=ARTICLE,
        owed_by="staff",
        findings=unverified,
        parameters=("lost.verify_hours",),
    ),
    Rule(
        id="LO-03",
        title=N_("通知公安机关协助查找"),
        article=ARTICLE,
        owed_by="staff",
        slots=ask_police,
        meets={ASK_POLICE.variant: frozenset({(POLICE, "*")})},
        parameters=(ASK_POLICE.hours,),
    ),
    Rule(
        id="LO-04",
        title=N_("向检察院通报查找情况"),
        article=ARTICLE,
        owed_by="staff",
        slots=tell_procuratorate,
        meets={TELL_PROCURATORATE.variant: frozenset({(PROCURATORATE, "*")})},
        parameters=(TELL_PROCURATORATE.hours,),
    ),
    Rule(
        id="LO-05",
        title=N_("脱管"),
        article=ARTICLE,
        owed_by="organ",
        findings=off_control,
        severity="grave",
        runs_before_ledger=True,
    ),
)
