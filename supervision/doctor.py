"""What is wrong with this installation, in sentences; no case content."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta

from supervision.clock import Clock
from supervision.config import Settings
from supervision.days import SHANGHAI, add_days
from supervision.db import fetch_row, fetch_value
from supervision.house import House
from supervision.migrate import pending
from supervision.settings.terms import load_terms

QUIET = timedelta(seconds=60)
LEAST_FREE = 1_000_000_000
"""Bytes on the data's disk below which somebody should make room."""


@dataclass(frozen=True)
class Examined:
    """One thing looked at: whether it is well, and what to say of it in a terminal and (`said`) on the page."""

    name: str
    ok: bool
    sentence: str
    said: str


async def examine(house: House) -> list[Examined]:
    """Look at everything that can be looked at; nothing is changed."""
    return await look_over(house.settings, house.clock)


async def look_over(settings: Settings, clock: Clock) -> list[Examined]:
    """The same for a process that has its pool open: the page asks so."""
    return [
        await _schema(),
        await _jobs(clock),
        await _desk(),
        await _calendar(clock),
        await _messages(),
        await _ledger(clock),
        _disk(settings),
        await _demo(settings, clock),
    ]


async def _schema() -> Examined:
    waiting = await pending()
    if not waiting:
        return Examined("schema", True, "The schema is up to date.", "数据库结构是最新的。")
    count = len(waiting)
    return Examined("schema", False, f"{count} migrations wait to be run.", f"有 {count} 项数据库升级还没有执行。")


async def _jobs(clock: Clock) -> Examined:
    last = await fetch_value("SELECT at FROM heartbeat WHERE job = 'watch'")
    if last is None:
        return Examined(
            "jobs",
            False,
            "The watch has never run: start the jobs process.",
            "逾期发现从未运行：请启动后台任务进程。",
        )
    ok = clock.now() - last <= QUIET
    told = f"The watch last ran at {last:%Y-%m-%d %H:%M:%S}Z."
    said = f"逾期发现最近一次运行于 {last.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}。"
    if ok:
        return Examined("jobs", True, told, said)
    return Examined("jobs", False, f"{told} Is the jobs process up?", f"{said}后台任务进程可能没有运行。")


async def _desk() -> Examined:
    count = await fetch_value("SELECT count(*) FROM staff WHERE on_desk AND disabled_at IS NULL")
    if count:
        return Examined(
            "desk", True, f"The bureau's desk has {count} active members.", f"局值班台有 {count} 名在岗人员。"
        )
    return Examined(
        "desk",
        False,
        "Nobody is on the bureau's desk: alerts would end nowhere.",
        "局值班台没有在岗人员：预警最后无人处置。",
    )


async def _calendar(clock: Clock) -> Examined:
    today = clock.today()
    terms = await load_terms(clock.now(), clock.now())
    years = sorted({today.year, add_days(today, 60).year} | ({today.year + 1} if today.month == 12 else set()))
    missing = [year for year in years if terms.calendar.is_provisional(date(year, 1, 1))]
    if not missing:
        return Examined(
            "calendar", True, "The calendar of the coming weeks is official.", "今后数周的节假日安排已经录入。"
        )
    return Examined(
        "calendar",
        False,
        f"No official calendar for {', '.join(map(str, missing))}: working days there are provisional.",
        f"{'、'.join(map(str, missing))} 年的节假日安排还没有录入：其中的工作日按周末暂算。",
    )


async def _messages() -> Examined:
    row = await fetch_row(
        """SELECT count(*) FILTER (WHERE state = 'unknown' AND looked_at IS NULL) AS unknown,
                  count(*) FILTER (WHERE state = 'sending') AS sending FROM message WHERE state IN ('unknown', 'sending')"""
    )
    assert row is not None
    unknown, sending = row["unknown"], row["sending"]
    told = f"{unknown} texts with an unclear answer wait for a human; {sending} are on the wire."
    return Examined(
        "messages", not unknown, told, f"{unknown} 条短信不知是否已发出，等待人工核实；{sending} 条正在发送。"
    )


async def _ledger(clock: Clock) -> Examined:
    missing = await fetch_value(
        """SELECT count(*) FROM orders o WHERE ended_at IS NULL AND NOT EXISTS (
               SELECT FROM ledger_subject l WHERE l.subject_kind = 'order' AND l.subject_id = o.id)"""
    )
    late = await fetch_value(
        "SELECT count(*) FROM duty WHERE is_lapsed(state, limit_at, $1) AND alerted_at IS NULL", clock.now() - QUIET
    )
    told = f"{missing} orders have no ledger, {late} lapses have waited over a minute for their alert."
    said = f"{missing} 件在矫案件没有台账；{late} 项逾期超过一分钟还没有预警。"
    return Examined("ledger", not missing and not late, told, said)


def _disk(settings: Settings) -> Examined:
    free = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else "/").free
    room = f"{free // 1_000_000:,} MB"
    return Examined("disk", free > LEAST_FREE, f"{room} are free where the data is.", f"数据所在磁盘剩余 {room}。")


async def _demo(settings: Settings, clock: Clock) -> Examined:
    since = await fetch_value("SELECT value FROM installation WHERE key = 'demo'")
    if since is None:
        return Examined("demo", True, "This is no demo database.", "这不是演示数据库。")
    age = (clock.today() - date.fromisoformat(since[:10])).days
    return Examined(
        "demo",
        settings.training,
        f"This is a demo database, made {age} days ago.",
        f"这是演示数据库，{age} 天前建立。",
    )
