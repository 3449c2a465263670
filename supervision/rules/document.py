"""docs/rules.md and the table of `supervision rules`, made from the rules themselves; a test holds the file to it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fnmatch import fnmatch
from inspect import getdoc
from typing import Any

from supervision.days import SHANGHAI, Calendar, start_of
from supervision.rules import (
    RULES,
    assistance_examples,
    commission_examples,
    discipline_examples,
    evaluate,
    help_office_examples,
    lost_contact_examples,
    reception_examples,
    title_of,
    video_visit_examples,
)
from supervision.rules.base import Act, Duty, Facts, Finding, Order, Pause, Rule, Subject, Terms
from supervision.rules.explain import sentence
from supervision.rules.parameters import DEFAULTS, Default, default_parameters

OWERS = {"person": "the person", "staff": "the staff", "organ": "the organ"}

INTRODUCTION = """\
# The rules in force

Made by `supervision.rules.document` from the rules themselves; don't edit. `supervision rules` prints the table alone.

"In time" ends with the exclusive end of the last day in Asia/Shanghai: each example names the last second in time and the
first moment of a lapse. All numbers are dated parameters; a slot keeps those in force when it opens. The examples are those of
an invented person on probation: the judgment takes effect on Friday 2 January 2026, the registration is on Monday 5 January at
9:00, the class is *normal* (普管), the term ends on Thursday 1 October 2026, a holiday.
"""


def rules_table() -> list[dict[str, Any]]:
    """One row a rule: id, title, article, owed_by, parameters, test."""
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "article": rule.article,
            "owed_by": rule.owed_by,
            "parameters": {default.key: default.value for default in defaults_of(rule)},
            "test": tests_of(rule),
        }
        for rule in RULES
    ]


def defaults_of(rule: Rule) -> list[Default]:
    """The parameters of a rule, with their defaults."""
    return [default for default in DEFAULTS if any(fnmatch(default.key, pattern) for pattern in rule.parameters)]


def says(rule: Rule) -> Callable[..., Any]:
    """The function in which the rule is written: its slots, else its findings."""
    return rule.findings if rule.slots.__name__ == "_no_slots" else rule.slots


def tests_of(rule: Rule) -> str:
    """The file that tests the rule."""
    return f"tests/rules/test_{says(rule).__module__.rpartition('.')[2]}.py"


def markdown() -> str:
    """The whole of docs/rules.md."""
    rows = [
        [f"[{rule.id}](#{_anchor(rule)})", rule.title, OWERS[rule.owed_by], rule.article, f"`{tests_of(rule)}`"]
        for rule in RULES
    ]
    overview = _table(["rule", "title", "owed by", "article", "test"], rows)
    return "\n".join([INTRODUCTION, f"{overview}\n", *(_chapter(rule) for rule in RULES)])


def _anchor(rule: Rule) -> str:
    return f"{rule.id} {rule.title}".lower().replace(" ", "-").replace("、", "")


def _chapter(rule: Rule) -> str:
    facts = [
        f"Article: {rule.article}. Owed by {OWERS[rule.owed_by]}. A lapse ranks as *{rule.severity}*.",
        *_terms(rule),
    ]
    parts = [
        f"## {rule.id} {rule.title}",
        getdoc(says(rule)) or "",
        " ".join(facts),
        _examples(rule),
        _parameters(rule),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _terms(rule: Rule) -> Iterator[str]:
    if rule.subject != "order":
        yield f"Asked of each {rule.subject.replace('_', ' ')}."
    if rule.runs_before_ledger:
        yield "Its clock runs on when an old register goes live."
    for name, mapping in (("Met by", rule.meets), ("Rests in", rule.paused_by), ("Rests through", rule.rests_through)):
        if mapping:
            yield f"{name}: {'; '.join(f'{variant} ({_names(of)})' for variant, of in mapping.items())}."
    if rule.remind_days:
        days = ((variant, " and ".join(map(str, before))) for variant, before in rule.remind_days.items())
        yield f"Days of reminders before the due day: {'; '.join(f'{variant} ({before})' for variant, before in days)}."


def _names(of: frozenset[Any]) -> str:
    return ", ".join(sorted(one if isinstance(one, str) else " ".join(one) for one in of))


def _parameters(rule: Rule) -> str:
    rows = [[f"`{d.key}`", str(d.value), d.meaning, d.source] for d in defaults_of(rule)]
    return _table(["parameter", "default", "meaning", "source"], rows) if rows else ""


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


# -- examples ---------------------------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)
ID = 1
"""Of the example and all that belongs to it; it is seen nowhere."""
IN_FORCE_ON = date(2026, 1, 2)
REGISTERED_AT = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)
END_ON = date(2026, 10, 1)
CALENDAR = Calendar({date(2026, 2, 28): "work", END_ON: "off"})
"""Of the holidays of 2026 those that the examples meet: a Saturday that is worked, and the end day."""

EXAMPLE = Facts(
    subject=Subject("order", ID, ID),
    matter=Order(
        kind="probation",
        effective_on=IN_FORCE_ON,
        registered_at=REGISTERED_AT,
        start_on=IN_FORCE_ON,
        end_on=END_ON,
        ledger_from=REGISTERED_AT.date(),
    ),
    acts=(Act("registration", ID, "in_person", REGISTERED_AT, REGISTERED_AT),),
)
NEVER_CAME = replace(EXAMPLE, matter=replace(EXAMPLE.order, registered_at=None, ledger_from=IN_FORCE_ON), acts=())
APPOINTED_AT = datetime(2026, 3, 4, 15, 30, tzinfo=SHANGHAI)
APPOINTED = replace(EXAMPLE, acts=(Act("appointment", ID, "office", APPOINTED_AT, REGISTERED_AT),))
ARRESTED_AT = start_of(date(2026, 3, 3))
IN_CUSTODY = replace(EXAMPLE, pauses=(Pause(ID, "custody", ARRESTED_AT, None, ARRESTED_AT),))
EXAMPLES = {"order": EXAMPLE, "booking": video_visit_examples.HELD, "prisoner": video_visit_examples.COMMITTED}
"""Kind of subject → invented facts in which its rules speak; a rule that needs others has its own."""
CASES = {
    "AP-01": APPOINTED,
    "RE-06": NEVER_CAME,
    "RE-12": NEVER_CAME,
    "confirm_pause": IN_CUSTODY,
    **assistance_examples.CASES,
    **commission_examples.CASES,
    **discipline_examples.CASES,
    **help_office_examples.CASES,
    **lost_contact_examples.CASES,
    **reception_examples.CASES,
}


def _examples(rule: Rule) -> str:
    example = CASES.get(rule.id) or EXAMPLES.get(rule.subject)
    if example is None:
        return ""
    terms = Terms(CALENDAR, default_parameters(), REGISTERED_AT, start_of(date(2026, 12, 1)))
    sooner = replace(terms, until=start_of(date(2026, 3, 9)))
    duties, findings = evaluate(example, sooner if rule.id == "no_future_duty" else terms)
    owed = [duty for duty in duties if duty.rule == rule.id]
    if owed:
        head = ["example", "period", "may be done from", "due", "last second in time", "a lapse from"]
        return _table(head, [_duty_row(duty) for duty in _telling(owed)])
    return _table(["example", "since", "in words"], [_finding_row(f) for f in findings if f.rule == rule.id])


def _telling(duties: list[Duty]) -> Iterator[Duty]:
    """Of each variant the first two, the first that a holiday moved, and the last."""
    for variant in dict.fromkeys(duty.slot.variant for duty in duties):
        mine = [duty for duty in duties if duty.slot.variant == variant]
        moved = [duty for duty in mine if duty.slot.why.get("shift_days")]
        yield from {duty.key: duty for duty in [*mine[:2], *moved[:1], mine[-1]]}.values()


def _duty_row(duty: Duty) -> list[str]:
    slot = duty.slot
    moments = [slot.opens_at, slot.due_at, slot.limit_at - SECOND, slot.limit_at]
    return [title_of(duty.rule, slot.variant), slot.period, *(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments)]


def _finding_row(finding: Finding) -> list[str]:
    name = title_of(finding.rule, finding.variant)
    return [name, f"{finding.since_at:%Y-%m-%d %H:%M:%S}", sentence(finding.why)]


if __name__ == "__main__":
    print(markdown(), end="")
