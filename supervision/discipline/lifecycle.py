"""The life cycle of a case (law b.7) as one table of transitions, and the rule that one person takes one part. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _

STATES = (
    "clue",
    "opened",
    "investigated",
    "proposed",
    "reviewed",
    "decided",
    "served",
    "objection",
    "psb_pending",
    "filed",
    "closed_no",
    "withdrawn",
)
ENDED = frozenset({"filed", "closed_no", "withdrawn"})
WITH_EVIDENCE = frozenset({"clue", "opened", "investigated"})
"""While it is here, evidence may be added and the breach be described anew."""

PROPOSER, REVIEWER = "proposer", "reviewer"


@dataclass(frozen=True, slots=True)
class Transition:
    """One event: from which states, to which, who may, and from whom the actor must be another person."""

    event: str
    states: frozenset[str]
    to: str
    permission: str
    apart_from: tuple[str, ...] = ()


def _transition(event: str, states: str, to: str, permission: str, *apart_from: str) -> Transition:
    return Transition(event, frozenset(states.split()), to, permission, apart_from)


HANDLE, REVIEW, DECIDE = "handle_discipline", "review_discipline", "decide_discipline"
TRANSITIONS: Mapping[str, Transition] = {
    one.event: one
    for one in (
        _transition("open", "clue", "opened", HANDLE),
        _transition("dismiss", "clue opened investigated", "closed_no", HANDLE),
        _transition("investigate", "opened", "investigated", HANDLE),
        _transition("propose", "investigated", "proposed", HANDLE),
        _transition("review", "proposed", "reviewed", REVIEW, PROPOSER),
        _transition("send_back", "proposed", "investigated", REVIEW, PROPOSER),
        _transition("return", "reviewed", "investigated", DECIDE, PROPOSER, REVIEWER),
        _transition("decide", "reviewed", "decided", DECIDE, PROPOSER, REVIEWER),
        _transition("educate", "reviewed", "filed", DECIDE, PROPOSER, REVIEWER),
        _transition("ask_police", "reviewed", "psb_pending", DECIDE, PROPOSER, REVIEWER),
        _transition("police_answer", "psb_pending", "filed", HANDLE),
        _transition("serve", "decided", "served", HANDLE),
        _transition("object", "served", "objection", HANDLE),
        _transition("answer_objection", "objection", "filed", DECIDE),
        _transition("file", "served", "filed", HANDLE),
        _transition("correct", "decided served objection filed", "withdrawn", DECIDE),
    )
}
"""event → what it does. Law b.7: CLUE → OPENED → INVESTIGATED → PROPOSED → REVIEWED → DECIDED → SERVED → FILED."""

WHERE_IT_STANDS: Mapping[str, str] = {
    "clue": N_("还是线索"),
    "opened": N_("正在调查取证"),
    "investigated": N_("已经查清、等待提出建议"),
    "proposed": N_("等待法制审核"),
    "reviewed": N_("等待决定"),
    "decided": N_("等待送达"),
    "served": N_("已经送达"),
    "objection": N_("正在处理异议"),
    "psb_pending": N_("等待公安机关的结果"),
    "filed": N_("已经归档"),
    "closed_no": N_("已经不予处理"),
    "withdrawn": N_("已经撤销"),
}
PARTS: Mapping[str, str] = {PROPOSER: N_("提出建议"), REVIEWER: N_("法制审核")}


def transition(event: str, state: str) -> Transition:
    """The transition of that event in that state. Raises Refusal where the life cycle has none, KeyError for no such event."""
    found = TRANSITIONS[event]
    if state not in found.states:
        raise Refusal(_("这件案件%(where)s，不能办理这一步。") % {"where": _(WHERE_IT_STANDS[state])})
    return found


def refuse_same_person(found: Transition, actor: int, parts: Mapping[str, int | None]) -> None:
    """Raise Refusal where whoever acts had another part in the case: who proposes, reviews and decides are three persons."""
    for part in found.apart_from:
        if parts.get(part) == actor:
            told = _("您已经在这件案件里%(part)s，同一人不能再办理这一步：请由另一名工作人员办理。")
            raise Refusal(told % {"part": _(PARTS[part])})
