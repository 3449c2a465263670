"""Lists handed out as workbooks: only to whoever has just proved who they are, since whole identity numbers are in them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency

from supervision.access.confirm import confirmed
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.exchange.export_lists import Sheet, history_of, roster_of, workbook

MAY: Final[list[Any]] = [guard("unseal"), confirmed]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/people/export", guards=MAY)
async def roster(viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[bytes]:
    """The roster of the viewer's scope, in the headings of the import."""
    return await _file(roster_of, viewer, clock.now())


@get("/people/export/reports", guards=MAY)
async def reports(viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[bytes]:
    """The history of regular reports of the viewer's scope, in the headings of the import."""
    return await _file(history_of, viewer, clock.now())


async def _file(read: Callable[[Viewer, datetime], Awaitable[Sheet]], viewer: Viewer, now: datetime) -> Response[bytes]:
    sheet = await read(viewer, now)
    name = quote(f"{sheet.name}-{now:%Y%m%d}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(await asyncio.to_thread(workbook, sheet), media_type=XLSX, headers=headers)


ROUTES = [roster, reports]
