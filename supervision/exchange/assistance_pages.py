"""The register of help as a workbook: only to whoever has just proved who they are, since whole identity numbers are in it."""

import asyncio
from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from supervision.access.confirm import confirmed
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.errors import NotFound
from supervision.exchange.assistance_export import register_of, workbook
from supervision.exchange.assistance_sheet import shapes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/assistance/export/{shape:str}", guards=[guard("unseal"), confirmed])
async def export(
    shape: FromPath[str], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[bytes]:
    """The register of the viewer's scope in one of the field's shapes."""
    wanted, now = shapes().get(shape), clock.now()
    if wanted is None:
        raise NotFound
    sheet = await register_of(viewer, wanted, now)
    name = quote(f"{wanted.title}-{now:%Y%m%d}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(await asyncio.to_thread(workbook, sheet), media_type=XLSX, headers=headers)


ROUTES = [export]
