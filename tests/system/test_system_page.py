"""The page of the system: what is wrong, in sentences for its administrator; nothing of any case."""

import re
from datetime import timedelta

import pytest

from jobs.schedule import SCHEDULE
from supervision.clock import FixedClock
from supervision.db import execute, fetch_value, insert
from supervision.doctor import look_over
from supervision.migrate import in_order
from supervision.system.words import JOBS, PARTS
from tests.cast import NOW, SETTINGS, Cast, audit_actions, client_for
from tests.register import on_register

SECOND = timedelta(seconds=1)


async def shown(cast: Cast) -> str:
    answer = await (await client_for(cast, cast.sam)).get("/system")
    assert answer.status_code == 200
    return answer.text


def result_of(text: str, part: str) -> str:
    """正常 or 有问题, and the sentence, of one part."""
    row = re.search(rf"<tr><td[^>]*>{part}</td>(.*?)</tr>", text, re.DOTALL)
    assert row is not None, part
    return re.sub(r"<[^>]+>", " ", row[1])


def test_every_job_and_every_part_has_its_word() -> None:
    assert {job.name: job.title for job in SCHEDULE} == JOBS


async def test_every_part_that_the_doctor_looks_at_is_on_the_page(cast: Cast) -> None:
    looked = await look_over(SETTINGS, FixedClock(NOW))
    assert [one.name for one in looked] == list(PARTS)
    text = await shown(cast)
    assert all(one.said in text for one in looked if one.name != "disk")  # others write while we look
    assert "正常" in result_of(text, "数据库结构") and (await audit_actions())[-1] == "system_seen"


@pytest.mark.parametrize(("since", "well"), [(timedelta(seconds=60), True), (timedelta(seconds=61), False)])
async def test_jobs_that_have_been_silent_for_a_minute_are_shown(cast: Cast, since: timedelta, well: bool) -> None:
    cast.clock.at += since
    said = result_of(await shown(cast), "后台任务")
    assert ("正常" in said) is well and ("可能没有运行" in said) is not well


async def test_jobs_that_never_ran_are_shown(cast: Cast) -> None:
    await execute("DELETE FROM heartbeat")
    assert "从未运行" in result_of(await shown(cast), "后台任务")


async def test_an_empty_desk_an_unclear_text_and_a_missing_ledger_are_shown(cast: Cast) -> None:
    one = await on_register(cast)
    text = {
        "person": one.person,
        "kind": "reminder",
        "body": "提醒",
        "once_key": "a",
        "attempts": 1,
        "state": "unknown",
    }
    times = dict.fromkeys(("created_at", "not_before", "not_after", "next_try_at", "claimed_at"), NOW)
    await insert("message", text | times | {"recipient_sealed": "x", "recipient_key": "x"})
    await execute("UPDATE staff SET on_desk = false")
    await execute("DELETE FROM ledger_subject")
    shown_now = await shown(cast)
    assert "没有在岗人员" in result_of(shown_now, "局值班台")
    assert "1 条短信不知是否已发出" in result_of(shown_now, "短信")
    assert "1 件在办事项没有台账" in result_of(shown_now, "台账")


@pytest.mark.parametrize(("age", "well"), [(59, True), (60, False), (61, False)])
async def test_a_lapse_that_waits_a_minute_for_its_alert_is_shown(cast: Cast, age: int, well: bool) -> None:
    one = await on_register(cast)
    limit_at = NOW - age * SECOND
    await execute(
        """UPDATE duty SET opens_at = $2, due_at = $2, limit_at = $2
            WHERE id = (SELECT min(id) FROM duty WHERE subject_id = $1 AND state = 'open')""",
        one.order,
        limit_at,
    )
    assert ("正常" in result_of(await shown(cast), "台账")) is well


async def test_the_migrations_are_listed(cast: Cast) -> None:
    last = await fetch_value("SELECT max(name) FROM migration WHERE app_name = 'supervision'")
    text = await shown(cast)
    assert last in text and "还没有执行" not in text


def test_a_migration_that_waits_is_among_them_without_a_time() -> None:
    assert in_order(["b", "c"], {"a": NOW, "b": NOW}) == [("a", NOW), ("b", NOW), ("c", None)]


async def test_the_runs_and_the_beats_are_told_with_their_failures(cast: Cast) -> None:
    await insert("heartbeat", {"job": "send", "at": NOW, "note": "连续失败 3 次：ConnectionError"})
    ended = {"job": "roll_call", "slot": NOW - timedelta(days=1), "started_at": NOW - timedelta(days=1)}
    await insert("job_run", ended | {"ended_at": NOW - timedelta(days=1), "ok": True, "note": "0"})
    await insert("job_run", {"job": "reconcile", "slot": NOW, "started_at": NOW, "ended_at": NOW, "ok": False})
    await insert("job_run", {"job": "digest", "slot": NOW, "started_at": NOW})
    text = await shown(cast)
    assert "连续失败 3 次" in text
    assert "完成" in result_of(text, "每日点名")
    runs = text[text.index("每日任务") :]
    assert "失败" in result_of(runs, "台账核对") and "未结束" in result_of(runs, "工作摘要")


async def test_nothing_of_any_case_is_on_the_page(cast: Cast) -> None:
    one = await on_register(cast, name="杜玉林")
    text = await shown(cast)
    assert "杜玉林" not in text and one.number not in text and "古城" not in text
