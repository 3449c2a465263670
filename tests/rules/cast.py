"""Invented people and a small hand-made table of 2026's holidays: what the tables of days stand on."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from supervision.days import SHANGHAI, Calendar, at_hour, start_of
from supervision.rules import evaluate
from supervision.rules.base import (
    Act,
    ClassDecision,
    Duty,
    Facts,
    Finding,
    Order,
    Parameters,
    Pause,
    Phone,
    Responsibility,
    Slot,
    Subject,
    Terms,
)
from supervision.rules.parameters import default_parameters

OFF_2026 = (
    *(date(2026, 1, day) for day in (1, 2, 3)),
    *(date(2026, 2, day) for day in range(15, 24)),
    *(date(2026, 5, day) for day in range(1, 6)),
    *(date(2026, 10, day) for day in range(1, 8)),
)
WORK_2026 = (date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 10, 10))
CALENDAR = Calendar(dict.fromkeys(OFF_2026, "off") | dict.fromkeys(WORK_2026, "work"), {2026})

SECOND = timedelta(seconds=1)
REGISTERED = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    """'2026-01-05 09:00' in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def order(**changes: Any) -> Order:
    """Zhao, on probation: in force from Friday 2 January 2026, registered on Monday the 5th, for a year."""
    usual = Order(
        kind="probation",
        effective_on=date(2026, 1, 2),
        registered_at=REGISTERED,
        start_on=date(2026, 1, 2),
        end_on=date(2027, 1, 1),
        ledger_from=date(2026, 1, 5),
    )
    return replace(usual, **changes)


def unregistered(**changes: Any) -> Order:
    """The same before the first report."""
    return order(registered_at=None, ledger_from=date(2026, 1, 2), **changes)


def facts(of: Order | None = None, *, level: str | None = "normal", **more: Any) -> Facts:
    """The facts of an order in good shape: registered, with a class, an officer and a phone."""
    of = of or order()
    since = of.registered_at or start_of(of.start_on)
    usual: dict[str, Any] = {
        "acts": (registration(since),) if of.registered_at else (),
        "classes": (ClassDecision(1, level, since),) if level else (),
        "responsibilities": (Responsibility(1, 1, 7, since, None),),
        "phones": (Phone(1, since, None),),
    }
    acts = usual["acts"] + tuple(more.pop("acts", ()))
    return Facts(Subject("order", 1, 1), of, **{**usual, **more, "acts": acts})


def terms(until: date = date(2026, 12, 31), *, now: datetime = REGISTERED, **more: Any) -> Terms:
    return Terms(more.get("calendar", CALENDAR), more.get("parameters", default_parameters()), now, at_hour(until, 9))


def changed_parameters(*rows: tuple[str, datetime, Any]) -> Parameters:
    from supervision.rules.parameters import parameters_of

    return parameters_of(rows)


def registration(moment: datetime) -> Act:
    return Act("registration", 1, "in_person", moment, moment)


def act(kind: str, mode: str, moment: datetime | str, *, id: int = 100) -> Act:
    happened = at(moment) if isinstance(moment, str) else moment
    return Act(kind, id, mode, happened, happened)


def report(mode: str, moment: datetime | str, *, id: int = 100) -> Act:
    return act("report", mode, moment, id=id)


def pause(kind: str, start: str, end: str | None = None, *, id: int = 50) -> Pause:
    return Pause(id, kind, at(start), at(end) if end else None, at(start))


def duties_of(rule: str, variant: str, given: Facts, asked: Terms | None = None) -> list[Duty]:
    found, _ = evaluate(given, asked or terms())
    return [duty for duty in found if duty.rule == rule and duty.slot.variant == variant]


def findings_of(rule: str, given: Facts, asked: Terms | None = None) -> list[Finding]:
    return [finding for finding in evaluate(given, asked or terms())[1] if finding.rule == rule]


def days(slot: Slot) -> tuple[str, str, str]:
    """The three moments as they are read: opens, due, limit."""
    return tuple(f"{moment:%Y-%m-%d %H:%M}" for moment in (slot.opens_at, slot.due_at, slot.limit_at))  # type: ignore[return-value]
