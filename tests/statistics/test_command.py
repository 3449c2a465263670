"""`supervision report`: what was asked for is answered or refused, never something else."""

import argparse
from typing import Any

import pytest

from supervision.errors import Refusal
from supervision.statistics.command import report
from tests.cast import NOW, Cast
from tests.statistics.conftest import at


async def asked(what: str, **more: Any) -> list[str]:
    """The lines that it prints."""
    given = {"year": None, "month": None, "at": None, "format": "md", "to": None}
    _found, lines = await report(argparse.Namespace(what=what, **given | more), NOW)
    return lines


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("annual", {"year": "2030"}),
        ("annual", {"year": "2026", "at": at("2025-12-31 23:59")}),
        ("monthly", {"month": "2026-12"}),
        ("monthly", {"month": "2026-10", "at": at("2026-09-15 09:00")}),
    ],
)
async def test_a_time_that_had_not_begun_is_refused(cast: Cast, what: str, more: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="had not begun by"):
        await asked(what, **more)


@pytest.mark.parametrize(
    ("what", "more", "title"),
    [
        ("annual", {}, "2025年"),
        ("annual", {"at": at("2025-03-01 09:00")}, "2024年"),
        ("annual", {"year": "2026"}, "2026年"),
        ("annual", {"year": "2026", "at": at("2026-01-01 00:00")}, "2026年"),
        ("monthly", {"at": at("2026-09-15 09:00")}, "2026年8月"),
        ("monthly", {"month": "2026-10", "at": at("2026-10-01 00:00")}, "2026年10月"),
    ],
)
async def test_without_a_time_it_is_the_last_one_that_was_over_then(
    cast: Cast, what: str, more: dict[str, Any], title: str
) -> None:
    assert title in (await asked(what, **more))[0]
