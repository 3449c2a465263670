"""The ledgers (台账) to take along: which there are, and one as a workbook."""

from asyncio import to_thread
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.days import local_day
from supervision.errors import NotAllowed, NotFound
from supervision.language import in_chinese
from supervision.statistics.ledgers import LEDGERS, ledger_sheet, offered
from supervision.statistics.pages import as_file
from supervision.statistics.period import Period, month_of, months_before, read_period, year_of
from supervision.statistics.workbook import workbook
from supervision.web import AnyRequest, page

YEARS, MONTHS = 5, 12


def _period(request: AnyRequest, clock: Clock) -> Period:
    """The month or year that was asked for, else this year."""
    now = clock.now()
    found = read_period(request.query_params.get("period", ""))
    return found if found and found.begin <= now else year_of(local_day(now).year)


@get("/ledgers", guards=[guard("export_ledgers")])
async def ledgers(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """Which ledgers there are, of a month or a year."""
    now = clock.now()
    years = [year_of(local_day(now).year - n) for n in range(YEARS)]
    periods = [*years, month_of(local_day(now)), *months_before(now, MONTHS)]
    return page(
        request,
        "statistics/ledgers.html",
        ledgers=offered(viewer),
        period=_period(request, clock),
        periods=[(one.code, one.title) for one in periods],
    )


@get("/ledgers/{ledger_code:str}", guards=[guard("export_ledgers")])
async def ledger(
    request: AnyRequest, ledger_code: FromPath[str], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """One ledger of the viewer's scope; one audit row with everybody who is on it."""
    if ledger_code not in LEDGERS:
        raise NotFound
    if not viewer.may(LEDGERS[ledger_code].permission):
        raise NotAllowed
    period = _period(request, clock)
    with in_chinese():
        sheet, people = await ledger_sheet(LEDGERS[ledger_code], viewer, period)
        made = await to_thread(workbook, [sheet])
        name = f"{sheet.title}.xlsx"
    await record(
        viewer, "ledger_exported", people=people, detail={"ledger": ledger_code, "period": period.code}, now=clock.now()
    )
    return as_file(made, name)


ROUTES = [ledgers, ledger]
