"""RE-13, RE-14, RE-15, RE-17, RE-18, R-08: what follows once the person is enrolled, and the team (law a.2)."""

from collections.abc import Iterator

from supervision.days import local_day, start_of
from supervision.language import N_
from supervision.rules.absence import Cover, Gap, gaps, one_a_day, within_order
from supervision.rules.base import Duty, Facts, Finding, Rule, Slot, Terms
from supervision.rules.reception import FITS, SIGNED, Member, Step, any_mode, needs_of, owed_once, rule_of

TEAM, ANNOUNCED, PLAN = "team_formed", "announced", "plan_made"
EXIT_BAN, CAME = "exit_ban_reported", "came_to_office"
JOINED, LEFT = "team_joined", "team_left"
"""Acts: somebody came into the team (mode: what they are, see `joined_as`); they left it (mode: the id of the member)."""
TEAM_GAP = "R-08"
TEAM_ARTICLE = N_("《社区矫正法》第25条，《社区矫正法实施办法》第19条")
GAP_ARTICLE = N_("《社区矫正法》第25条、第52条")

TEAM_STEP = Step("RE-13", "team", "reception.team", TEAM_ARTICLE, "registered_on", any_mode(TEAM))
ANNOUNCE_STEP = Step(
    "RE-14",
    "announcement",
    "reception.announce",
    N_("《社区矫正法实施办法》第20条"),
    "registered_on",
    frozenset({(ANNOUNCED, SIGNED)}),
)
PLAN_STEP = Step(
    "RE-15",
    "plan",
    "reception.plan",
    N_("《社区矫正法》第24条，《社区矫正法实施办法》第22条"),
    "registered_on",
    any_mode(PLAN),
)
EXIT_BAN_STEP = Step(
    "RE-17",
    "exit_ban",
    "reception.exit_ban",
    N_("《出境入境管理法》第12条第2项，国移民公〔2021〕420号"),
    "registered_on",
    any_mode(EXIT_BAN),
)
CAME_STEP = Step(
    "RE-18",
    "office",
    "reception.office",
    N_("《社区矫正法实施办法》第17条，期限由本局确定"),
    "registered_on",
    any_mode(CAME),
)


def team(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office forms the team (矫正小组) and has the letter of responsibility signed within five working days of enrolment.

    The law gives no number. A woman's team without a woman, and a minor's without somebody who knows minors, can't be saved.
    """
    return _after_enrolment(TEAM_STEP, facts, terms)


def announcement(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The entry announcement (入矫宣告) is held within five working days of enrolment; unsigned it isn't done.

    The law gives no number. A minor's is not public, and the guardian is there.
    """
    return _after_enrolment(ANNOUNCE_STEP, facts, terms)


def plan(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The plan of correction (矫正方案) is made within a month of enrolment. The law gives no number."""
    return _after_enrolment(PLAN_STEP, facts, terms)


def exit_ban(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The person is reported as one who may not leave the country within five working days of enrolment (law: 及时)."""
    return _after_enrolment(EXIT_BAN_STEP, facts, terms)


def to_the_office(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Who reported at the county comes to the judicial office within three days, by local rules."""
    return _after_enrolment(CAME_STEP, facts, terms)


def _after_enrolment(step: Step, facts: Facts, terms: Terms) -> Iterator[Slot]:
    registered_at = facts.order.registered_at
    if registered_at is None:
        return iter(())
    return owed_once(step, local_day(registered_at), facts, terms)


# -- a team that lacks somebody ---------------------------------------------------------------------------------


def joined_as(*, woman: bool, knows_minors: bool) -> str:
    """The mode of an act by which somebody came into the team."""
    return f"{'woman' if woman else 'man'}|{'minors' if knows_minors else ''}"


def team_gap(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """A woman's team without a woman, or a minor's without somebody who knows minors, is put before the bureau.

    From the moment on which the team, or the last such member in it, was there no more, until such a member comes, or the
    order ends.
    """
    order = facts.order
    if not (order.woman or order.minor):
        return
    members = list(_members(facts))
    if not members:
        return
    begins_at = max(min(one.from_at for one in members), start_of(order.ledger_from))
    for need in needs_of(woman=order.woman, minor=order.minor):
        covers = (Cover(one.from_at, one.to_at, (JOINED, one.id)) for one in members if FITS[need](one))
        for gap in one_a_day(gaps(covers, begins_at)):
            yield from within_order(_missing(need, gap), facts)


def _missing(need: str, gap: Gap) -> Finding:
    kind, id = gap.fact or (None, None)
    return Finding(
        rule=TEAM_GAP,
        variant=need,
        period=local_day(gap.from_at).isoformat(),
        since_at=gap.from_at,
        severity="serious",
        why={"rule": TEAM_GAP, "article": GAP_ARTICLE, "variant": need, "since": gap.from_at.isoformat()},
        ended_at=gap.to_at,
        fact_kind=kind,
        fact_id=id,
    )


def _members(facts: Facts) -> Iterator[Member]:
    left = {act.mode: act.happened_at for act in facts.acts if act.kind == LEFT}
    for act in facts.acts:
        if act.kind == JOINED:
            sex, _, knows = act.mode.partition("|")
            yield Member(act.id, sex == "woman", bool(knows), act.happened_at, left.get(str(act.id)))


RULES = (
    rule_of(TEAM_STEP, N_("组建矫正小组"), "staff", team),
    rule_of(ANNOUNCE_STEP, N_("入矫宣告"), "staff", announcement),
    rule_of(PLAN_STEP, N_("制定矫正方案"), "staff", plan),
    rule_of(EXIT_BAN_STEP, N_("不准出境报备"), "staff", exit_ban),
    rule_of(CAME_STEP, N_("到司法所报到"), "person", to_the_office, severity="notice"),
    Rule(
        id=TEAM_GAP,
        title=N_("矫正小组缺少应有的成员"),
        article=GAP_ARTICLE,
        owed_by="organ",
        findings=team_gap,
    ),
)
