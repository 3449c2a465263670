"""The histories in bulk: one roster and one history a moment for everybody, and what the office saw in one go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.checkins.actions import CheckIn, Entry, record_many
from supervision.clock import FixedClock
from supervision.days import SHANGHAI, add_days, local_day, start_of
from supervision.db import fetch
from supervision.exchange.actions import import_sheet
from supervision.exchange.go_live import go_live
from supervision.exchange.intake import Options, SheetFile
from supervision.orders.words import KINDS, LEVELS
from supervision.people.actions import DOC
from supervision.sealed import blind
from tests.exchange.made import workbook
from tests.histories.story import MOMENTS, Chapter, History, Report, Standing

ROSTER = (
    "姓名", "身份证号", "联系电话", "矫正类别", "罪名", "矫正开始日期", "矫正结束日期", "接收日期", "管理类别", "司法所", "责任人",
    "当前状态",
)  # fmt: skip
HISTORY = ("身份证号", "应报到时间", "实际报到时间", "方式")
WAYS = {"phone": "电话", "in_person": "当面", "written": "书面"}


async def all_at_once(viewer: Viewer, lives: Sequence[History], at: int) -> None:
    """One moment of everybody."""
    now = MOMENTS[at]
    present = [(one, chapter) for one in lives if (chapter := one.chapters[at])]
    roster = workbook(名册=[ROSTER, *(_row(one, chapter.standing, now) for one, chapter in present)])
    taken = await import_sheet(viewer, SheetFile("名册.xlsx", roster), Options(), FixedClock(now))
    assert set(taken.counts) <= {"added", "changed", "unchanged", "ended"} and not taken.missing, taken.counts
    if at == 0:
        gone = await go_live(viewer, local_day(now), now)
        assert (gone.past_alerts, gone.texts, gone.remainder) == (0, 0, 0), gone
    owed = [_owed(one, report) for one, chapter in present for report in chapter.reports]
    if owed:
        past = await import_sheet(
            viewer, SheetFile("历史.xlsx", workbook(报到=[HISTORY, *owed])), Options(), FixedClock(now)
        )
        assert past.counts == {"added": len(owed)}, [r.row.reasons for r in past.results if r.outcome != "added"]
    orders = await _orders(present)
    await record_many([entry for one, chapter in present for entry in _looks(orders[one.number], chapter, now)], now)


def _row(one: History, standing: Standing, now: datetime) -> list[Any]:
    level = LEVELS[standing.level] if standing.level else ""
    received, state = _said_of_registration(one, standing, now)
    term = [KINDS[one.kind], one.crime, standing.start_on, standing.end_on]
    return [
        one.name,
        one.number,
        standing.phone or "",
        *term,
        received,
        level,
        standing.office,
        standing.officer,
        state,
    ]


def _said_of_registration(one: History, standing: Standing, now: datetime) -> tuple[Any, str]:
    """Sheets say in three ways that somebody has come: by a day, by a word, or by nothing where it is long ago."""
    came_on = standing.registered_on
    if came_on is None:
        return "", "待报到"
    if came_on != standing.start_on or one.serial % 3 == 0:
        return came_on, "在矫"
    return "", "" if add_days(came_on, 10) < local_day(now) and one.serial % 3 == 1 else "在矫"


def _owed(one: History, report: Report) -> list[Any]:
    made_at = report.made_at
    made: Any = "" if made_at is None else f"{made_at:%Y-%m-%d %H:%M}"
    if made_at is not None and made_at == start_of(local_day(made_at)):
        made = made_at.astimezone(SHANGHAI).date()
    return [one.number, report.due_on, made, WAYS[report.mode]]


async def _orders(present: Sequence[tuple[History, Chapter]]) -> dict[str, int]:
    numbers = {blind(one.number, DOC): one.number for one, _ in present}
    rows = await fetch(
        "SELECT o.id, p.doc_key FROM orders o JOIN person p ON p.id = o.person WHERE p.doc_key = ANY($1)", list(numbers)
    )
    return {numbers[row["doc_key"]]: row["id"] for row in rows}


def _looks(order: int, chapter: Chapter, now: datetime) -> list[Entry]:
    return [Entry(order, CheckIn(look.kind, look.how, look.happened_at), now) for look in chapter.looks]
