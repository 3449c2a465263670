"""The jobs: what is due runs once, a failure stops no other, an outage changes nothing that lasts."""

import json
import logging
from datetime import datetime, time, timedelta

import pytest

from jobs import run, work
from jobs.job import Job, Work
from jobs.run import attempt, run_due, run_until, steps, tick_until
from jobs.schedule import SCHEDULE
from supervision.clock import FixedClock
from supervision.config import Settings
from supervision.days import SHANGHAI
from supervision.db import DB, execute, fetch, fetch_row, fetch_value
from supervision.duties.reconcile import reconcile as compare_all
from supervision.errors import Refusal
from tests.messages.texts_made import Told
from tests.register import on_register

SECOND = timedelta(seconds=1)


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


NOW = at("11-25 10:00")


def counted(name="counted", *, fault=None, **when):
    """A job that counts its runs in `.ran`."""
    ran = []

    async def does(work: Work) -> int:
        ran.append(work.now())
        if fault:
            raise fault
        return len(ran)

    return Job(name, does, "测试", **(when or {"every": timedelta(seconds=10)})), ran


# -- whose turn


async def test_a_job_of_an_interval_runs_each_time_and_a_daily_one_once_a_slot(db):
    often, often_ran = counted("often")
    daily, daily_ran = counted("daily", at=time(7, 30))
    clock = FixedClock(at("11-25 07:29:59"))
    for moment in ("11-25 07:29:59", "11-25 07:30:00", "11-25 07:30:10", "11-26 07:29:59", "11-26 07:30:00"):
        clock.at = at(moment)
        await run_due(clock, Told(), jobs=(often, daily))
    assert len(often_ran) == 5
    assert daily_ran == [at("11-25 07:29:59"), at("11-25 07:30:00"), at("11-26 07:30:00")]


async def test_after_nine_days_a_daily_job_runs_once(db):
    daily, ran = counted("daily", at=time(7, 30))
    clock = FixedClock(at("11-16 08:00"))
    for moment in ("11-16 08:00", "11-25 10:00", "11-25 10:00:30"):
        clock.at = at(moment)
        await run_due(clock, Told(), jobs=(daily,))
    assert ran == [at("11-16 08:00"), at("11-25 10:00")]


async def test_a_daily_job_that_failed_is_tried_again_after_ten_minutes(db):
    daily, ran = counted("daily", fault=ValueError(), at=time(2))
    clock = FixedClock(NOW)
    for wait in (0, 599, 600):
        clock.at = NOW + wait * SECOND
        await run_due(clock, Told(), jobs=(daily,))
    assert ran == [NOW, NOW + 600 * SECOND]


async def test_a_roll_call_missed_yesterday_is_not_made_up_in_the_night(town):
    clock = FixedClock(at("11-25 01:00"))
    roll_call = tuple(job for job in SCHEDULE if job.name == "roll_call")
    days = []
    for moment in ("11-25 01:00", "11-25 07:29:59", "11-25 07:30:00"):
        clock.at = at(moment)
        await run_due(clock, Told(), jobs=roll_call)
        days.append(await fetch_value("SELECT count(*) FROM roll_call"))
    assert days == [0, 0, 1]


# -- failure


async def test_a_job_that_fails_stops_no_other_and_is_logged_by_name_and_counted(db, caplog):
    good, good_ran = counted("good")
    bad, bad_ran = counted("bad")
    await run_due(FixedClock(NOW), Told(), jobs=(bad, good))
    bad, _ = counted("bad", fault=ValueError("13800000001"))
    for n in (1, 2):
        await run_due(FixedClock(NOW + n * SECOND), Told(), jobs=(bad, good))
    assert len(good_ran) == 3
    assert tuple(await fetch_row("SELECT at, note FROM heartbeat WHERE job = 'bad'")) == (
        NOW,
        "连续失败 2 次：ValueError",
    )
    assert await fetch_value("SELECT at FROM heartbeat WHERE job = 'good'") == NOW + 2 * SECOND
    assert "bad: ValueError at " in caplog.text
    assert "13800000001" not in caplog.text


async def test_a_success_ends_the_count_of_failures(db):
    bad, _ = counted("job", fault=ValueError())
    good, _ = counted("job")
    for job in (good, bad, good, bad):
        await run_due(FixedClock(NOW), Told(), jobs=(job,))
    assert await fetch_value("SELECT note FROM heartbeat WHERE job = 'job'") == "连续失败 1 次：ValueError"


async def test_while_the_database_is_away_jobs_are_quiet_and_heal_by_themselves(db, caplog, monkeypatch):
    job, ran = counted("quiet")
    run._failures.clear()
    with monkeypatch.context() as away:
        away.setattr(DB, "pool", None)
        token = DB.current_transaction.set(None)
        for _ in range(5):
            assert await attempt(job, Work(FixedClock(NOW), Told())) is None
        DB.current_transaction.reset(token)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert await attempt(job, Work(FixedClock(NOW), Told())) == len(ran)


# -- simulated time


def test_a_day_is_looked_at_after_its_limits_at_its_slots_and_by_day():
    found = [moment.astimezone(SHANGHAI) for moment in steps(at("11-25 07:45"), at("11-26 02:00:01"))]
    assert found[:2] == [at("11-25 08:00"), at("11-25 09:00")]
    assert found[-2:] == [at("11-26 00:00:10"), at("11-26 02:00")]


def test_every_daily_job_has_a_step_at_its_slot():
    assert {job.at for job in SCHEDULE if job.at} <= set(run.STEPS)


def test_each_job_has_a_name_of_its_own():
    assert len({job.name for job in SCHEDULE}) == len(SCHEDULE)


async def kept(order):
    """What lasts: the alerts with what they are of and since when, and the texts that were sent."""
    alerts = await fetch(
        """SELECT a.subject_id, a.kind, d.variant, d.period, a.since_at, a.step
             FROM alert a LEFT JOIN duty d ON d.id = a.duty WHERE a.closed_at IS NULL ORDER BY 2, 3, 4, 5"""
    )
    return [tuple(row)[1:] for row in alerts if row["subject_id"] == order]


async def test_a_month_by_steps_reminds_tells_and_raises(town):
    zhao = await on_register(town, at=at("11-02 10:00"))
    provider = Told()
    clock = FixedClock(at("11-02 10:00"))
    done = await run_until(clock, at("12-02 10:00"), provider)
    assert clock.now() == at("12-02 10:00")
    to_zhao = [row["kind"] for row in await fetch("SELECT kind FROM message WHERE person = $1", zhao.person)]
    assert to_zhao.count("reminder") >= 4
    assert done["remind"] == to_zhao.count("reminder")
    assert done["send"] == len(provider.sent)
    assert await kept(zhao.order)
    per_day = await fetch_value(
        """SELECT max(n) FROM (SELECT count(*) AS n FROM message WHERE kind = 'reminder'
                                GROUP BY person, (claimed_at AT TIME ZONE 'Asia/Shanghai')::date) x"""
    )
    assert per_day == 1


async def test_an_outage_of_nine_days_leaves_the_same_alerts_and_one_text_a_day(town):
    """A weekend lies inside; the uninterrupted run is made in the same transaction, and rolled back."""
    zhao = await on_register(town, at=at("11-02 10:00"))
    transaction = DB.current_transaction.get().connection.transaction()
    await transaction.start()
    await run_until(FixedClock(at("11-02 10:00")), at("11-22 09:00"), Told())
    steady = await kept(zhao.order)
    await transaction.rollback()

    await run_until(FixedClock(at("11-02 10:00")), at("11-13 08:00"), Told())
    provider = Told()
    await run_due(FixedClock(at("11-22 09:00")), provider)
    assert await kept(zhao.order) == steady != []
    assert ["还没有完成" in one.text for one in provider.sent] == [True]
    assert (
        await fetch_value("SELECT count(*) FROM duty WHERE state = 'open' AND remind_at <= $1", at("11-22 09:00")) == 0
    )
    await run_due(FixedClock(at("11-23 09:00")), provider)
    assert ["请按约办理" in one.text for one in provider.sent] == [False, True]


# -- tick


async def test_tick_is_refused_in_production(db):
    with pytest.raises(Refusal):
        await tick_until(Settings(mode="production"), NOW)


async def test_tick_runs_on_from_where_the_jobs_were_and_never_back(town):
    settings = Settings(mode="training", now=at("11-25 09:00"))
    await tick_until(settings, at("11-26 09:00"))
    assert await fetch_value("SELECT at FROM heartbeat WHERE job = 'watch'") == at("11-26 09:00")
    with pytest.raises(Refusal):
        await tick_until(settings, at("11-26 08:59:59"))


async def test_a_roll_call_after_an_outage_finds_nobody_lost_whom_the_watch_only_hasnt_seen_yet(town):
    """All jobs start at once: which of them looks first must not be kept as the day's list."""
    await on_register(town, at=at("11-02 10:00"))
    roll_call = next(job for job in SCHEDULE if job.name == "roll_call")
    done = await run_due(FixedClock(at("11-10 08:00")), Told(), jobs=(roll_call,))
    assert done == {"roll_call": 0}
    assert json.loads(await fetch_value("SELECT headline FROM roll_call"))["lost"] == []


async def test_a_roll_call_asks_the_clock_once(town):
    """A limit that passed between the look of the watch and the list would name somebody as lost for the whole day."""
    zhao = await on_register(town, at=at("11-02 10:00"))
    limit = await fetch_value("SELECT min(limit_at) FROM duty WHERE subject_id = $1 AND state = 'open'", zhao.order)
    await execute("UPDATE duty SET limit_at = $2 WHERE subject_id = $1 AND limit_at = $3", zhao.order, NOW, limit)
    moments = iter((NOW - 2 * SECOND, NOW - SECOND, NOW))

    class Runs:
        def now(self):
            return next(moments)

    await work.roll_call(Work(Runs(), Told()))
    assert json.loads(await fetch_value("SELECT headline FROM roll_call"))["lost"] == []


async def test_an_office_that_cannot_be_counted_stops_nobodys_proof(town, monkeypatch):
    zhao = await on_register(town, at=at("11-02 10:00"))
    await execute("UPDATE duty SET limit_at = limit_at + interval '1 day' WHERE subject_id = $1", zhao.order)

    async def fails(now):
        raise ValueError

    monkeypatch.setattr(work, "count_helped", fails)
    with pytest.raises(ValueError):
        await work.reconcile(Work(FixedClock(NOW), Told()))
    assert (await compare_all(NOW)).repaired == 0
