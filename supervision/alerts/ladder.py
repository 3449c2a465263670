"""Whom an alert is with, and when it goes up: officer, head of the office, bureau desk. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from supervision.language import N_
from supervision.rules.base import Parameters

OFFICER, HEAD, DESK = 0, 1, 2
RUNGS = {OFFICER: "", HEAD: N_("已上报至所"), DESK: N_("已上报至区局")}
SEVERITIES = ("grave", "serious", "notice")


class Position(NamedTuple):
    """Where an alert is on the ladder, and when it moves next."""

    rung: int
    next_step_at: datetime


def position(anchor_at: datetime, anchor_rung: int, now: datetime, hours: Sequence[float]) -> Position:
    """Where an alert is that was last acted on at the anchor; never depends on when anybody looked.

    `hours[r]` is how long it stays on rung r; on the last rung the next step comes again every `hours[-1]` hours.
    """
    rung = anchor_rung
    step_at = anchor_at + timedelta(hours=hours[rung])
    while step_at <= now and rung < len(hours) - 1:
        rung += 1
        step_at += timedelta(hours=hours[rung])
    if step_at <= now:
        again = timedelta(hours=hours[-1])
        step_at += again * ((now - step_at) // again + 1)
    return Position(rung, step_at)


def hours_of(parameters: Parameters, severity: str, anchor_at: datetime) -> tuple[float, ...]:
    """Hours on each rung, by the parameter that was in force at the anchor."""
    return tuple(parameters.at(f"ladder.{severity}", anchor_at))
