"""The dashboard (看板): what the heads and the bureau look at together, and the fairer distribution that they may accept."""

from asyncio import to_thread
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from markupsafe import Markup

from supervision.access.forms import as_id, go, typed
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import NotFound
from supervision.language import gettext as _
from supervision.language import ngettext
from supervision.orders.offers import officers_for
from supervision.statistics import asking
from supervision.statistics.alert_ages import AGES, AlertAge, alert_ages, alerts_of_age
from supervision.statistics.charts import Part, bar, calendar, columns, key
from supervision.statistics.dashboard import History, OfficeLoad, by_office, calendar_days, history, week_bars
from supervision.statistics.fairness import HELP_WEIGHTS, WEIGHTS
from supervision.statistics.lists import PAGE
from supervision.statistics.pages import as_file
from supervision.statistics.sheets import dashboard_sheets
from supervision.statistics.standing import NOBODY, STANDING, Whose, people_of
from supervision.statistics.words import word
from supervision.statistics.workbook import workbook
from supervision.statistics.workload import Load, Workload, accept, workload
from supervision.web import AnyRequest, page

FILE_NAME = "看板.xlsx"


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the dashboard shows."""

    offices: list[OfficeLoad]
    history: History
    ages: list[AlertAge]
    work: Workload | None


async def _look(request: AnyRequest, viewer: Viewer, now: datetime) -> Seen:
    office = asking.number_asked(request.query_params, "office")
    return Seen(
        await by_office(viewer, now),
        await history(viewer, now),
        await alert_ages(viewer, now),
        await workload(viewer, office, now),
    )


@get("/dashboard", guards=[guard("see_statistics")])
async def dashboard(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """Caseload and lapses by office, reports over time, the age of alerts, each officer's work."""
    now = clock.now()
    seen = await _look(request, viewer, now)
    await record(viewer, "dashboard_seen", people=seen.work.named if seen.work else [], now=now)
    weeks = seen.history.weeks(now)
    return page(
        request,
        "statistics/dashboard.html",
        seen=seen,
        weeks=weeks,
        people=sum(one.people for one in seen.offices),
        lapsed=sum(one.lapsed for one in seen.offices),
        helped=sum(one.helped for one in seen.offices),
        alerts=sum(one.alerts for one in seen.ages),
        week_chart=columns(week_bars(weeks), _("近 16 周的报告"), every=4) if weeks else None,
        calendar_chart=_calendar(seen.history, now),
        office_bar=_office_bar(seen.offices),
        age_bar=_age_bar(seen.ages),
        load_bar=_load_bar(seen.work),
        weights={**WEIGHTS, **HELP_WEIGHTS},
        sheet=asking.address("/dashboard/sheet", office=seen.work.office if seen.work else None),
        open_list=partial(asking.address, "/dashboard/list"),
        open_alerts=partial(asking.address, "/dashboard/alerts"),
        nobody=NOBODY,
        key=key,
    )


def _calendar(seen: History, now: datetime) -> Markup | None:
    days, months = calendar_days(seen.days, now)
    return calendar(days, months, _("近半年每日报告"), _("一二三四五六日")) if seen.days else None


def _office_bar(offices: list[OfficeLoad]) -> Any:
    most = max((one.people for one in offices), default=0)
    return lambda one: bar((Part(one.lapsed, "missed"), Part(one.people - one.lapsed, "plain")), most)


def _age_bar(ages: list[AlertAge]) -> Any:
    most = max((one.alerts for one in ages), default=0)
    return lambda one: bar((Part(one.untaken, "missed"), Part(one.alerts - one.untaken, "plain")), most)


def _load_bar(work: Workload | None) -> Any:
    loads: list[Load] = work.loads if work else []
    most = max((one.weight for one in loads), default=0)
    return lambda one: bar((Part(one.weight, "plain"),), most)


@get("/dashboard/list", guards=[guard("see_statistics")])
async def dashboard_list(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The people behind a number of the dashboard, as they stand now; one audit row with them."""
    now, query = clock.now(), dict(request.query_params)
    code = query.get("of", "in_correction")
    if code not in STANDING:
        raise NotFound
    whose = Whose(asking.number_asked(query, "office"), asking.number_asked(query, "staff"))
    skip = (asking.number_asked(query, "page") or 0) * PAGE
    found = await people_of(viewer, code, whose, now, skip=skip)
    people = [one.person for one in found.rows if one.person]
    await record(viewer, "statistics_listed", people=people, detail={"list": code}, now=now)
    more = found.total > skip + len(found.rows)
    return page(
        request,
        "statistics/list.html",
        fragment="statistics/_rows.html",
        title=_(STANDING[code].title),
        found=found,
        word=word,
        next_url=asking.address("/dashboard/list", **query | {"page": skip // PAGE + 1}) if more else None,
        sheet=None,
        back=(_("返回看板"), asking.address("/dashboard", office=whose.office)),
    )


@get("/dashboard/alerts", guards=[guard("see_statistics")])
async def dashboard_alerts(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The open alerts behind a number of the dashboard, the oldest first; one audit row with the people they are about."""
    now, query = clock.now(), dict(request.query_params)
    age, untaken = asking.number_asked(query, "age"), query.get("untaken") == "1"
    if age and age > len(AGES):
        raise NotFound
    skip = (asking.number_asked(query, "page") or 0) * PAGE
    found = await alerts_of_age(viewer, age - 1 if age else None, now, untaken=untaken, skip=skip)
    people = [one.person for one in found.rows if one.person]
    await record(viewer, "statistics_listed", people=people, detail={"list": "alerts"}, now=now)
    more = found.total > skip + len(found.rows)
    return page(
        request,
        "statistics/alerts.html",
        fragment="statistics/_alert_rows.html",
        age=_(AGES[age - 1]) if age else None,
        untaken=untaken,
        found=found,
        next_url=asking.address("/dashboard/alerts", **query | {"page": skip // PAGE + 1}) if more else None,
    )


@get("/dashboard/sheet", guards=[guard("see_statistics")])
async def dashboard_sheet(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The tables of the dashboard as one workbook."""
    now = clock.now()
    seen = await _look(request, viewer, now)
    await record(viewer, "statistics_exported", detail={"sheet": "dashboard"}, now=now)
    sheets = dashboard_sheets(seen.offices, seen.history.weeks(now), seen.ages, seen.work)
    return as_file(await to_thread(workbook, sheets), FILE_NAME)


@post("/dashboard/moves", guards=[guard("assign_officer")])
async def accept_move(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Do one of the proposed moves: all of its files, or none."""
    form = await typed(request)
    people = [as_id(text) for text in form.get("people", "").split(",")]
    officer = next((one for one in await officers_for(viewer) if str(one.id) == form.get("staff")), None)
    if None in people or officer is None:
        raise NotFound
    moved = await accept(viewer, [one for one in people if one], officer, clock.now())
    back = officer.office if viewer.scope == "all" else None
    told = ngettext("已移交 %(n)d 人，责任人改为%(name)s。", "已移交 %(n)d 人，责任人改为%(name)s。", moved)
    return go(asking.address("/dashboard", office=back), told % {"n": moved, "name": officer.name})


ROUTES = [dashboard, dashboard_list, dashboard_alerts, dashboard_sheet, accept_move]
