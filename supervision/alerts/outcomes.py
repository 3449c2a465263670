"""What a human may say ended an alert, per kind of cause, and what it makes of the duty. Pure.

The machine proposes nothing and decides nothing here: 训诫建议 is the word of a named person, decided elsewhere by another.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from supervision.duties.kinds import ORDER
from supervision.language import N_
from supervision.language import gettext as _
from supervision.rules.assistance import SUBJECT as HELPED

LAPSE, OWN, LATE, OWN_LATE = "lapse", "own", "late", "own_late"
FINDING, STANDING = "finding", "standing"
"""A lapse of the person; one of the office's own or of another organ's; a late report; what such an organ or the office did late; a
finding; one that only a fact mends (no officer, …)."""
HELP, HELP_LATE = "help", "help_late"
"""What the office has not yet done, or did late, to help somebody who came home: no lapse of anybody's."""
TO_DECIDE = "to_decide"
"""A candidate of revocation, or a search: only a named person's decision ends it (law RV-12, LO-02, LO-05)."""

STANDING_RULES = frozenset(
    {"no_officer", "no_class", "no_phone", "no_future_duty", "discipline_stuck", "R-08", "no_helper", "RA-24"}
)
DECIDED_RULES = frozenset({"RV-12", "LO-02", "LO-05", "RA-11", "RA-17"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome as the form offers it, with the word on the duty that each kind of cause gets (None: none)."""

    code: str
    label: str
    decides: dict[str, str | None]


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("dealt_with", N_("已联系本人并督促，记为未完成"), {LAPSE: "missed", OWN: "missed"}),
    Outcome("helped", N_("已联系或上门，帮扶另行安排"), {HELP: "missed"}),
    Outcome("late_help_noted", N_("已经补办，不再处理"), {HELP_LATE: None, OWN_LATE: None}),
    Outcome("met_late_accepted", N_("接受迟到的报告，不再处理"), {LATE: None}),
    Outcome("resolved", N_("已按规定处理"), {FINDING: None}),
    Outcome(
        "excused",
        N_("有正当理由，不计未完成"),
        {LAPSE: "excused", OWN: "excused", LATE: "excused", OWN_LATE: "excused", HELP: "excused"},
    ),
    Outcome("admonition_proposed", N_("建议训诫，报区局决定"), {LAPSE: "missed", LATE: None}),
    Outcome("not_true", N_("情况不属实"), {FINDING: None, STANDING: None}),
)
DISCIPLINED = Outcome("disciplined", N_("已按训诫、警告案件作出决定"), {LAPSE: "missed", LATE: None})
"""What a decided case makes of its alerts; no form offers it."""
BY_CODE = {outcome.code: outcome for outcome in (*OUTCOMES, DISCIPLINED)}

# On a card with several kinds of cause one outcome is said for all: what it comes to for the others.
SAME_FOR_OTHERS: dict[str, tuple[str, ...]] = {
    "dealt_with": ("met_late_accepted", "late_help_noted", "resolved"),
    "met_late_accepted": ("late_help_noted", "resolved"),
    "helped": ("late_help_noted", "resolved"),
    "late_help_noted": ("resolved",),
    "excused": ("not_true",),
    "admonition_proposed": ("dealt_with", "late_help_noted", "resolved"),
}

USUAL_REASONS = {
    "called": N_("已电话联系本人，问明原因并督促。"),
    "family": N_("联系不上本人，已请家属转告。"),
    "visited": N_("已上门走访，见到本人。"),
    "made_up": N_("所缺事项已补办。"),
}
"""What is mostly said, so that nobody has to type it; a named person picks it, and may add words of their own."""
HELP_REASONS = {
    "help_visited": N_("已上门走访，了解了困难。"),
    "help_called": N_("已电话联系，约好见面。"),
    "help_family": N_("暂时联系不上，已请村居和家属帮助。"),
}
"""The same of help."""

LABELS = {outcome.code: outcome.label for outcome in OUTCOMES} | {"no_lapse": N_("事实证明没有逾期")}


def is_of_help(subject_kind: str) -> bool:
    """Whether it is about a period of help, and so no lapse of anybody's whatever it is."""
    return subject_kind == HELPED


def is_persons_own(subject_kind: str, owed_by: str | None) -> bool:
    """Whether it is the person's own in the term of an order: nobody else, a visiting family say, owes us anything."""
    return (subject_kind, owed_by) == (ORDER, "person")


def cause_kind(subject_kind: str, rule: str, owed_by: str | None, duty_state: str | None) -> str:
    """The kind of cause of an alert: of a duty by its state, by who owed it and in what, else a finding."""
    if rule in DECIDED_RULES:
        return TO_DECIDE
    if duty_state is None:
        return STANDING if rule in STANDING_RULES else FINDING
    if is_of_help(subject_kind):
        return HELP_LATE if duty_state == "met_late" else HELP
    if duty_state == "met_late":
        return LATE if is_persons_own(subject_kind, owed_by) else OWN_LATE
    return LAPSE if is_persons_own(subject_kind, owed_by) else OWN


def outcome_for(code: str, cause: str) -> Outcome | None:
    """What the outcome said comes to for this cause; None where it can't end it."""
    names = (code, *SAME_FOR_OTHERS.get(code, ()))
    return next((BY_CODE[name] for name in names if name in BY_CODE and cause in BY_CODE[name].decides), None)


def offered(causes: Collection[str]) -> list[tuple[str, str]]:
    """The outcomes of a card: those that end each of its causes (what only a fact mends may stay)."""
    open_to_all = [cause for cause in causes if cause != TO_DECIDE]
    mendable = [cause for cause in open_to_all if cause != STANDING] or open_to_all
    return [(o.code, _(o.label)) for o in OUTCOMES if _for_all(o.code, mendable) and _native(o, mendable)]


def _for_all(code: str, causes: Iterable[str]) -> bool:
    return all(outcome_for(code, cause) for cause in causes)


def _native(outcome: Outcome, causes: Iterable[str]) -> bool:
    return any(cause in outcome.decides for cause in causes)
