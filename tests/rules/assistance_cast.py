"""Invented people of the resettlement register, for the tables of its rules."""

from dataclasses import replace
from datetime import date
from typing import Any

from supervision.rules.assistance import SUBJECT, Assistance
from supervision.rules.base import Facts, Responsibility, Subject
from tests.rules.cast import at

KNOWN_ON, RELEASE_ON = date(2026, 1, 5), date(2026, 5, 20)


def awaited(**changes: Any) -> Assistance:
    """Qian, a general case: told of on Monday 5 January 2026, to be released on Wednesday 20 May."""
    usual = Assistance("prison", "general", KNOWN_ON, RELEASE_ON, None, None, ledger_from=KNOWN_ON)
    return replace(usual, **changes)


def helped(**changes: Any) -> Assistance:
    """The same, at home since the day of release, to be helped for five years."""
    home: dict[str, Any] = {"connected_at": at("2026-05-20 10:00"), "to_on": date(2031, 5, 19)}
    return awaited(**home | changes)


def facts(of: Assistance, **more: Any) -> Facts:
    """The facts of somebody with an officer."""
    having = (Responsibility(1, 1, 7, at("2026-01-05 09:00"), None),)
    return Facts(Subject(SUBJECT, 1, 1), of, **{"responsibilities": having, **more})
