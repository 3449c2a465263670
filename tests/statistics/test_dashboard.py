"""The dashboard: caseload, lapses, reports by day, alert ages; charts that say as text what they show."""

from datetime import date, timedelta

from supervision.alerts.watch import watch
from supervision.checkins.actions import Entry, record_many, report
from supervision.db import execute, fetch, fetch_value, insert
from supervision.resettlement.listing import lines, wanted
from supervision.statistics.alert_ages import alert_ages
from supervision.statistics.charts import Bar, Day, Part, bar, calendar, columns, key, nice_top
from supervision.statistics.daily import count_days
from supervision.statistics.dashboard import by_office, calendar_days, history
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of
from tests.cast import NOW, client_for
from tests.register import awaited
from tests.resettlement.helped import put
from tests.statistics.conftest import at, ends, joins
from tests.statistics.records import alert_about, commission_of

TODAY = date(2026, 11, 25)


async def _three_weeks(cast):
    """Two of 古城 and one of 汇丰; one of 古城 has reported by phone all the time, the others never."""
    people = [
        await joins(cast, "2026-11-02 09:00", name="甲一"),
        await joins(cast, "2026-11-02 09:00", name="甲二"),
        await joins(cast, "2026-11-02 09:00", name="乙一", officer=cast.carol),
    ]
    slots = await fetch(
        "SELECT variant, due_at FROM duty WHERE subject_id = $1 AND rule = 'SU-01' AND due_at < $2",
        people[0].order,
        NOW,
    )
    entries = [
        Entry(people[0].order, report(s["variant"], s["due_at"] - timedelta(hours=20)), s["due_at"], cast.alice.id)
        for s in slots
    ]
    await record_many(entries, NOW)
    return people, len(slots)


async def test_offices_show_people_and_who_has_a_lapse(cast, dan, bob) -> None:
    await _three_weeks(cast)
    await watch(NOW)
    shown = {one.name: (one.people, one.lapsed) for one in await by_office(dan, NOW)}
    late = await fetch_value("SELECT count(DISTINCT subject_id) FROM duty WHERE is_lapsed(state, limit_at, $1)", NOW)
    assert shown["古城司法所"][0] == 2 and shown["汇丰司法所"] == (1, 1)
    assert sum(lapsed for _, lapsed in shown.values()) == late
    assert [one.name for one in await by_office(bob, NOW)] == ["古城司法所"]


async def test_an_ended_or_awaited_order_is_neither_among_the_people_nor_among_the_lapsed(cast, dan, bob) -> None:
    """Of five who never reported three were revoked since, and somebody who is awaited let the limit pass; alerts stay open."""
    people = [await joins(cast, "2026-11-02 09:00", name=f"甲{n}") for n in range(5)]
    await awaited(cast, effective_on=date(2026, 11, 2), at=at("2026-11-02 09:00"))
    await watch(NOW)
    for one in people[:3]:
        await ends(cast, one, "2026-11-24 09:00", recorded="2026-11-25 09:00")
    await execute(
        "UPDATE alert SET closed_at = NULL, outcome = NULL, closed_by = NULL, fact_kind = NULL, fact_id = NULL"
    )
    loads = await by_office(bob, NOW)
    assert [(one.people, one.lapsed) for one in loads] == [(2, 2)]
    assert (await monthly_table(bob, month_of(TODAY), NOW)).rows[0].counts["after"] == 2
    async with await client_for(cast, cast.bob) as browser:
        assert 'width="-' not in (await browser.get("/dashboard")).text


async def test_each_day_says_what_was_due_made_and_missed(cast, dan, bob) -> None:
    _, made = await _three_weeks(cast)
    await count_days(NOW)
    mine, all_ = await history(bob, NOW), await history(dan, NOW)
    assert sum(day.made for day in mine.days) == made > 0
    assert sum(day.missed for day in mine.days) == made and sum(day.missed for day in all_.days) == 2 * made
    assert sum(week.owed for week in mine.weeks(NOW)) <= sum(day.owed for day in mine.days) == 2 * made
    assert all(day.first < TODAY for day in all_.days)


async def test_counting_again_follows_what_was_decided_since_and_doubles_nothing(cast, dan) -> None:
    await _three_weeks(cast)
    await count_days(NOW)
    before = await history(dan, NOW)
    await execute(
        "UPDATE duty SET state = 'excused', closed_at = $1 WHERE rule = 'SU-01' AND state = 'open' AND limit_at <= $1",
        NOW,
    )
    await count_days(NOW + timedelta(minutes=1))
    after = await history(dan, NOW)
    assert sum(day.due for day in before.days) == sum(day.due for day in after.days)
    assert sum(day.missed for day in after.days) == 0 and sum(day.excused for day in after.days) > 0
    await count_days(NOW + timedelta(minutes=1))
    assert await history(dan, NOW) == after


async def test_days_before_the_last_weeks_are_counted_when_a_history_came_or_nothing_was_counted_for_long(
    cast, dan
) -> None:
    await _three_weeks(cast)
    await count_days(NOW)
    old, run = {"day": date(2026, 8, 3), "office": cast.offices["gucheng"], "due": 7}, NOW + timedelta(days=1)
    await insert("report_day", old | {"counted_at": at("2026-08-04 02:00")})
    stands = "SELECT count(*) FROM report_day WHERE day = '2026-08-03'"
    await count_days(run)
    assert await fetch_value(stands) == 1
    history = {"kind": "history", "file_name": "a.csv", "file_hash": "x", "staff": cast.dan.id}
    await insert("import_run", history | {"started_at": run + timedelta(hours=7)})
    await count_days(run + timedelta(days=1))
    assert await fetch_value(stands) == 0
    await count_days(run + timedelta(days=2))  # once more, as its end may have come after the night's count
    await insert("report_day", old | {"counted_at": at("2026-08-04 02:00")})
    await count_days(run + timedelta(days=3))
    assert await fetch_value(stands) == 1
    await count_days(run + timedelta(days=40))
    assert await fetch_value(stands) == 0


async def test_alerts_are_parted_by_their_age(cast, dan, bob) -> None:
    await _three_weeks(cast)
    await watch(NOW)
    open_alerts = await fetch_value("SELECT count(*) FROM alert WHERE closed_at IS NULL")
    ages = await alert_ages(dan, NOW)
    assert sum(one.alerts for one in ages) == open_alerts > sum(one.alerts for one in await alert_ages(bob, NOW)) > 0
    for age, place in ((timedelta(days=1), 1), (timedelta(days=1) - timedelta(seconds=1), 0), (timedelta(days=30), 4)):
        await execute("UPDATE alert SET since_at = $1", NOW - age)
        assert [one.alerts for one in await alert_ages(dan, NOW)][place] == open_alerts


async def test_the_page_shows_every_chart_with_its_numbers_beside(cast) -> None:
    await _three_weeks(cast)
    await watch(NOW)
    await count_days(NOW)
    for login, path in (("bob", "/dashboard"), ("dan", f"/dashboard?office={cast.offices['gucheng']}")):
        text = (await (await client_for(cast, getattr(cast, login))).get(path)).text
        assert text.count('role="img"') == 2 and text.count("url(#hatch)") > 0 and 'id="hatch"' in text
        assert 'id="dots"' in text
        assert "近 16 周的报告" in text and "古城司法所的工作量" in text and " style=" not in text


def test_a_chart_says_what_it_shows_and_marks_what_is_missed() -> None:
    drawn = columns([Bar("11-02", (Part(3, "done"), Part(1, "missed")), "11-02：<4>"), Bar("11-09", ())], "报告 & 数字")
    assert drawn.count("<rect") == 3 and drawn.count("url(#hatch)") == 1
    late = columns([Bar("11-02", (Part(3, "done"), Part(2, "due")))], "x")
    assert late.count("url(#dots)") == key("due").count("url(#dots)") == 1
    assert "<title>11-02：&lt;4&gt;</title>" in drawn and 'aria-label="报告 &amp; 数字"' in drawn
    assert bar((Part(0, "missed"), Part(5, "plain")), 10).count("<rect") == 1
    days = [Day(0, 0, "l4", late=True, told="周一"), Day(0, 1, "none", late=False, told="周二")]
    assert calendar(days, [(0, "11月")], "日历", "一二三四五六日").count("<circle") == 1


def test_an_axis_ends_at_a_round_number() -> None:
    assert [nice_top(n) for n in (1, 3, 5, 6, 10, 11, 41, 399, 500)] == [1, 4, 5, 10, 10, 20, 50, 400, 500]


def test_a_calendar_has_every_day_of_half_a_year_and_no_other() -> None:
    days, months = calendar_days([], NOW)
    assert (
        len(days) == days[-1].week * 7 + days[-1].weekday + 1
        and days[0].weekday == 0
        and days[-1].told.startswith("11-24")
    )
    assert [word for _, word in months] == ["6月", "7月", "8月", "9月", "10月", "11月"]


async def test_only_who_is_on_the_register_of_help_is_counted_as_the_list_shows_them(cast, dan) -> None:
    here = {"release_on": date(2026, 11, 20), "connected_on": date(2026, 11, 21)}
    for papers in ({"release_on": date(2027, 6, 1)}, {"release_on": date(2026, 12, 20), "announced": True}, here):
        await put(cast, **papers)
    shown = {one.name: one.helped for one in await by_office(dan, NOW)}
    assert shown["古城司法所"] == sum(shown.values()) == len(await lines(dan, wanted({}), NOW)) == 1


async def test_a_head_is_not_told_of_alerts_that_the_queue_hides(cast, dan, bob) -> None:
    one = await joins(cast, "2026-11-25 09:00")
    before = [sum(age.alerts for age in await alert_ages(who, NOW)) for who in (dan, bob)]
    await alert_about(cast, "VV-08", ("booking", 1), person=one.person)
    after = [sum(age.alerts for age in await alert_ages(who, NOW)) for who in (dan, bob)]
    assert after == [before[0] + 1, before[1]]


async def test_a_late_report_is_owed_no_longer_though_its_alert_stands(cast, bob) -> None:
    one = await joins(cast, "2026-11-02 09:00")
    await watch(NOW)
    assert [load.lapsed for load in await by_office(bob, NOW)] == [1]
    late = "UPDATE duty SET state = 'met_late', closed_at = $2 WHERE subject_kind = 'order' AND subject_id = $1 AND limit_at <= $2"
    await execute(late, one.order, NOW)
    assert await fetch_value("SELECT count(*) FROM alert WHERE closed_at IS NULL AND duty IS NOT NULL") > 0
    assert [load.lapsed for load in await by_office(bob, NOW)] == [0]


async def test_an_office_that_closed_is_shown_as_long_as_it_helps_somebody(cast, dan) -> None:
    await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21))
    await execute("UPDATE office SET closed_at = $2 WHERE id = $1", cast.offices["gucheng"], NOW)
    assert ("古城司法所", 1) in [(one.name, one.helped) for one in await by_office(dan, NOW)]


async def test_a_head_is_told_of_the_alerts_about_a_file_of_nobody(cast, bob) -> None:
    await alert_about(cast, "CI-03", ("commission", await commission_of(cast, "gucheng")), assigned_to=cast.bob.id)
    assert [age.alerts for age in await alert_ages(bob, NOW)] == [1, 0, 0, 0, 0]
