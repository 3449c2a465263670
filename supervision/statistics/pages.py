"""The pages of the statistics: monthly table, kept tables, indicators, annual report, the lists behind them, and Excel."""

import json
from asyncio import to_thread
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.forms import go, typed
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.language import gettext as _
from supervision.language import in_chinese
from supervision.statistics import asking
from supervision.statistics.annual import Annual, annual, as_json, as_markdown
from supervision.statistics.asking import address
from supervision.statistics.cells import CELLS, GROUPS
from supervision.statistics.figures import FIGURES, Figure, Sight, rows_of
from supervision.statistics.indicators import OF_LISTS, values
from supervision.statistics.keeping import corrected_since, keep, kept_months, kept_table, printed_again
from supervision.statistics.lists import PAGE, Asked, Listing, listing
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import Period, months_before, read_month, year_of
from supervision.statistics.sheets import annual_sheet, indicators_sheet, list_sheet, monthly_sheet
from supervision.statistics.word import as_docx
from supervision.statistics.words import word
from supervision.statistics.workbook import MOST_ROWS, XLSX, Sheet, workbook
from supervision.web import AnyRequest, page

MONTHS = 24
YEARS = 6
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_file(content: bytes | str, name: str, kind: str = XLSX) -> Response[Any]:
    """A file to keep, under a Chinese name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _tabs(viewer: Viewer, current: str) -> list[dict[str, Any]]:
    tabs = [("/statistics", _("月报表"), "see_statistics"), ("/statistics/indicators", _("指标"), "see_statistics")]
    tabs.append(("/statistics/annual", _("年度报告"), "see_annual"))
    return [{"href": href, "label": label, "current": href == current} for href, label, may in tabs if viewer.may(may)]


# -- the monthly table --------------------------------------------------------------------------------------------


@get("/statistics", guards=[guard("see_statistics")])
async def monthly(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """A month's table by what is known now; what is kept of it. Refused where the register doesn't close."""
    now = clock.now()
    period = asking.month_asked(request.query_params, now)
    table = await monthly_table(viewer, period, now)
    await record(viewer, "statistics_seen", detail={"month": period.code}, now=now)
    return page(
        request,
        "statistics/monthly.html",
        tabs=_tabs(viewer, "/statistics"),
        table=table,
        groups=GROUPS,
        open_list=_opener("/statistics/list", month=period.code, known=asking.known_text(now)),
        months=[(one.code, one.title) for one in months_before(now, MONTHS)],
        sheet=address("/statistics/sheet", month=period.code),
        over=period.end <= now,
        kept=await kept_months(),
    )


def _opener(path: str, **fixed: object) -> Any:
    """What a template calls for the address of a list."""
    return lambda **parts: address(path, **fixed, **parts)


@post("/statistics/keep", guards=[guard("keep_statistics")])
async def kept_now(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Keep a month's table as it is known now."""
    period = read_month((await typed(request)).get("month", ""))
    if period is None:
        raise NotFound
    kept = await keep(viewer, period, clock.now())
    return go(address("/statistics/kept", id=kept), _("%(period)s的报表已存档。") % {"period": period.title})


@get("/statistics/kept", guards=[guard("see_statistics")])
async def kept(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """A kept table as it was printed; whether it comes out the same today, and what was corrected since."""
    now, id = clock.now(), asking.number_asked(request.query_params, "id")
    if id is None:
        return page(request, "statistics/kept.html", tabs=_tabs(viewer, ""), one=None, kept=await kept_months(MONTHS))
    one = await kept_table(viewer, id)
    await record(viewer, "statistics_seen", subject=("kept_table", id), now=now)
    return page(
        request,
        "statistics/kept.html",
        tabs=_tabs(viewer, ""),
        one=one,
        table=one.table,
        groups=GROUPS,
        cells=CELLS,
        again=await printed_again(viewer, one),
        since=await corrected_since(viewer, one, now),
        kept=await kept_months(MONTHS),
        sheet=address("/statistics/sheet", kept=id),
        open_list=_opener("/statistics/list", month=one.table.period.code, known=asking.known_text(one.table.known_at)),
    )


# -- indicators and the annual report -----------------------------------------------------------------------------


@get("/statistics/indicators", guards=[guard("see_statistics")])
async def indicators(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The indicators of a month or a year, of the viewer's people."""
    now = clock.now()
    period = asking.period_asked(request.query_params, now)
    found = await values(Sight(period, now, viewer))
    await record(viewer, "statistics_seen", detail={"indicators": period.code}, now=now)
    return page(
        request,
        "statistics/indicators.html",
        tabs=_tabs(viewer, "/statistics/indicators"),
        period=period,
        values=found,
        periods=[(one.code, one.title) for one in [*_years(now), *months_before(now, MONTHS)]],
        open_list=_opener("/statistics/list", period=period.code, known=asking.known_text(now)),
        sheet=address("/statistics/sheet", indicators=period.code),
    )


def _years(now: datetime) -> list[Period]:
    this = asking.year_asked({}, now).first.year + 1
    return [year_of(this - n) for n in range(YEARS)]


@get("/statistics/annual", guards=[guard("see_annual")])
async def annual_report(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The two paragraphs, each figure of which opens its list."""
    now = clock.now()
    period = asking.year_asked(request.query_params, now)
    await record(viewer, "statistics_seen", detail={"annual": period.code}, now=now)
    return page(
        request,
        "statistics/annual.html",
        tabs=_tabs(viewer, "/statistics/annual"),
        report=await annual(period, now),
        figures=FIGURES,
        years=[(one.code, one.title) for one in _years(now)],
        open_list=_opener("/statistics/list", year=period.code, known=asking.known_text(now)),
        open_file=_opener("/statistics/annual/file", year=period.code),
        sheet=address("/statistics/sheet", annual=period.code),
    )


@get("/statistics/annual/file", guards=[guard("see_annual")])
async def annual_file(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The annual report as Word, as text, or as JSON."""
    now, kind = clock.now(), request.query_params.get("format", "docx")
    if kind not in WRITERS:
        raise NotFound
    report = await annual(asking.year_asked(request.query_params, now), now)
    await record(viewer, "statistics_exported", detail={"annual": report.period.code, "format": kind}, now=now)
    with in_chinese():
        return as_file(*WRITERS[kind](report))


WRITERS: Mapping[str, Any] = {
    "docx": lambda report: (as_docx(report), f"{report.title}.docx", DOCX),
    "md": lambda report: (as_markdown(report), f"{report.title}.md", "text/markdown; charset=utf-8"),
    "json": lambda report: (
        json.dumps(as_json(report), ensure_ascii=False),
        f"{report.title}.json",
        "application/json",
    ),
}


# -- lists and sheets ---------------------------------------------------------------------------------------------


class ListAsked:
    """Which list a page opens: a column of a monthly table, or a figure of a report or an indicator."""

    def __init__(self, query: Mapping[str, str], viewer: Viewer, now: datetime) -> None:
        self.viewer, self.known_at = viewer, asking.known_asked(query, now)
        self.figure: Figure | None = None
        self.cell, self.office = query.get("cell", "after"), asking.number_asked(query, "office")
        if code := query.get("figure"):
            self.figure, self.period = self._figure(code, query, now)
        else:
            self.period = asking.month_asked(query, now)
            if self.cell not in CELLS:
                raise NotFound
        self.skip = (asking.number_asked(query, "page") or 0) * PAGE

    def _figure(self, code: str, query: Mapping[str, str], now: datetime) -> tuple[Figure, Period]:
        if code in OF_LISTS:
            return OF_LISTS[code], asking.period_asked(query, now)
        if code not in FIGURES:
            raise NotFound
        # The report's figures are the whole district's.
        if not self.viewer.may("see_annual"):
            raise NotAllowed
        return FIGURES[code], asking.year_asked(query, now)

    @property
    def title(self) -> str:
        """What is listed."""
        what = self.figure.title if self.figure else CELLS[self.cell].title
        return f"{self.period.title} {_(what)}"

    @property
    def table(self) -> str:
        """The address of the page whose number it is."""
        if self.figure is None:
            return address("/statistics", month=self.period.code)
        if self.figure.code in OF_LISTS:
            return address("/statistics/indicators", period=self.period.code)
        return address("/statistics/annual", year=self.period.code)

    async def rows(self) -> Listing:
        """The rows of the page."""
        return await self._rows(self.skip, PAGE)

    async def all_rows(self) -> Listing:
        """The whole list. Raises Refusal where it is too long for a sheet."""
        found = await self._rows(0, MOST_ROWS)
        if found.total > MOST_ROWS:
            raise Refusal(_("名单超过 %(n)d 行，不能导出；请改选较短的时间或单个司法所。") % {"n": MOST_ROWS})
        return found

    async def _rows(self, skip: int, limit: int) -> Listing:
        if self.figure:
            return await rows_of(self.figure, Sight(self.period, self.known_at, self.viewer), skip=skip, limit=limit)
        asked = Asked(self.period, self.known_at, self.cell, self.office)
        return await listing(self.viewer, asked, skip=skip, limit=limit)


@get("/statistics/list", guards=[guard("see_statistics")])
async def listed(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The rows behind one number; one audit row with their people."""
    now, query = clock.now(), dict(request.query_params)
    asked = ListAsked(query, viewer, now)
    found = await asked.rows()
    await _note(viewer, "statistics_listed", found, asked, now=now)
    more = found.total > asked.skip + len(found.rows)
    return page(
        request,
        "statistics/list.html",
        fragment="statistics/_rows.html",
        title=asked.title,
        found=found,
        word=word,
        next_url=address("/statistics/list", **query | {"page": asked.skip // PAGE + 1}) if more else None,
        sheet=address("/statistics/sheet", **query, list=1),
        back=(_("返回统计"), asked.table),
    )


async def _note(viewer: Viewer, action: str, found: Listing, asked: ListAsked, *, now: datetime) -> None:
    people = [one.person for one in found.rows if one.person]
    detail = {"list": asked.figure.code if asked.figure else asked.cell, "period": asked.period.code}
    await record(viewer, action, people=people, detail=detail, now=now)


@get("/statistics/sheet", guards=[guard("see_statistics")])
async def sheet(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """A table as an Excel workbook: a list, a kept table, the indicators, the annual figures, else a month's table."""
    now, query = clock.now(), dict(request.query_params)
    if "list" in query:
        asked = ListAsked(query, viewer, now)
        found = await asked.all_rows()
        await _note(viewer, "statistics_exported", found, asked, now=now)
        with in_chinese():
            made = list_sheet(asked.title, found)
    else:
        made = await _sheet(viewer, query, now)
        await record(viewer, "statistics_exported", detail={"sheet": made.title}, now=now)
    return as_file(await to_thread(workbook, [made]), f"{made.title}.xlsx")


async def _sheet(viewer: Viewer, query: Mapping[str, str], now: datetime) -> Sheet:
    if "kept" in query:
        return monthly_sheet((await kept_table(viewer, asking.number_asked(query, "kept") or 0)).table)
    if "indicators" in query:
        period = asking.period_asked({"period": query["indicators"]}, now)
        return indicators_sheet(period, await values(Sight(period, now, viewer)))
    if "annual" in query:
        return annual_sheet(await _annual_for(viewer, query["annual"], now))
    return monthly_sheet(await monthly_table(viewer, asking.month_asked(query, now), now))


async def _annual_for(viewer: Viewer, year: str, now: datetime) -> Annual:
    if not viewer.may("see_annual"):
        raise NotAllowed
    return await annual(asking.year_asked({"year": year}, now), now)


assert not OF_LISTS.keys() & FIGURES.keys(), "one name, one list"
ROUTES = [monthly, kept_now, kept, indicators, annual_report, annual_file, listed, sheet]
