"""The lawyer's what-if box: facts in, duties and findings with their why out; no database."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from supervision import rules
from supervision.days import Calendar
from supervision.duties.sync import horizon
from supervision.errors import Refusal
from supervision.rules.base import Duty, Facts, Finding, Terms
from supervision.rules.explain import sentence
from supervision.rules.parameters import VALID_FROM, parameters_of
from supervision.settings.terms import official_holidays

TO_THE_MINUTE: Final = re.compile(r'("\d{4}-\d\d-\d\dT\d\d:\d\d)(?=[Z+-])')
"""Moments without seconds, as everywhere else on the command line; the decoder wants them whole."""


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One line of the file: the moment of asking, the facts, and parameters that differ from the defaults."""

    now: datetime
    facts: dict[str, Any]
    parameters: dict[str, Any] = {}
    until: datetime | None = None


def try_file(path: Path) -> list[dict[str, Any]]:
    """The answers to a file of JSON lines (docs/json.md). Raises Refusal that names the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise Refusal(f"The file {path} can't be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise Refusal(f"The file {path} isn't UTF-8 text.") from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return [{"line": number, **_try(number, line)} for number, line in lines]


def _try(number: int, line: str) -> dict[str, Any]:
    try:
        case = msgspec.json.decode(TO_THE_MINUTE.sub(r"\1:00", line), type=Case)
        return answer(case, _facts(number, case.facts))
    except (msgspec.MsgspecError, ValueError, AssertionError) as problem:
        raise Refusal(f"Line {number}: {problem}") from None


def _facts(number: int, given: dict[str, Any]) -> Facts:
    """The facts under the name of their kind of subject; each subject is known by the number of its line."""
    kind = next((kind for kind in rules.MATTERS if kind in given), "order")
    matter = msgspec.convert(given, type=msgspec.defstruct("Given", [(kind, rules.MATTERS[kind])]), strict=False)
    subject = {"subject": {"kind": kind, "id": number}, "matter": None}
    facts = msgspec.convert({**subject, **given}, type=Facts, strict=False)
    return replace(facts, matter=getattr(matter, kind))


def answer(case: Case, facts: Facts) -> dict[str, Any]:
    """The duties and findings of one case. Raises ValueError for a moment without a zone."""
    if case.now.tzinfo is None:
        raise ValueError("`now` must say its zone")
    terms = terms_of(case)
    duties, findings = rules.evaluate(facts, terms)
    return {"duties": [_duty(d, case.now) for d in duties], "findings": [_finding(f) for f in findings]}


def terms_of(case: Case) -> Terms:
    """The official calendar and the default parameters with the case's own over them, from the beginning."""
    calendar = Calendar({day: kind for day, kind, _, _ in official_holidays()})
    parameters = parameters_of([(key, VALID_FROM, value) for key, value in case.parameters.items()])
    until = case.until or horizon(case.now)
    return Terms(calendar, parameters, case.now, until)


def _duty(duty: Duty, now: datetime) -> dict[str, Any]:
    slot = duty.slot
    return {
        "rule": duty.rule,
        "title": rules.title_of(duty.rule, slot.variant),
        "variant": slot.variant,
        "period": slot.period,
        "owed_by": rules.by_id(duty.rule).owed_by,
        "opens_at": slot.opens_at.isoformat(),
        "due_at": slot.due_at.isoformat(),
        "limit_at": slot.limit_at.isoformat(),
        "state": duty.state,
        "lapsed": duty.lapsed(now),
        "fact": [duty.fact_kind, duty.fact_id] if duty.fact_kind else None,
        "why": dict(slot.why),
        "because": sentence(slot.why),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": rules.title_of(finding.rule, finding.variant),
        "variant": finding.variant,
        "period": finding.period,
        "since_at": finding.since_at.isoformat(),
        "severity": finding.severity,
        "ended_at": finding.ended_at.isoformat() if finding.ended_at else None,
        "why": dict(finding.why),
    }
