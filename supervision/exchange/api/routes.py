"""The routes of `/api/v1`: another system with a token asks, and is answered in JSON."""

from typing import Any, cast

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from supervision.access.tokens import TokenViewer
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.db import tx
from supervision.exchange.api.changes import changes_after
from supervision.exchange.api.document import BASE, document
from supervision.exchange.api.posting import Answer, asked, once, put_report, read_json, read_report
from supervision.exchange.api.reading import check_names, one_of, page_of
from supervision.exchange.api.resources import REPORTS, RESOURCES, Resource
from supervision.rollcall.export import people_named, rollcall_data
from supervision.rollcall.take import roll_call
from supervision.web import AnyRequest

OPT = {"by_token": True}
NOT_KEPT = {"Cache-Control": "no-store"}


def _answer(content: Any, status: int = 200, **headers: str) -> Response[Any]:
    return Response(content, status_code=status, media_type="application/json", headers=NOT_KEPT | headers)


def _asker(viewer: Viewer) -> TokenViewer:
    return cast(TokenViewer, viewer)


def _routes_of(resource: Resource) -> list[HTTPRouteHandler]:
    """The list of a resource, and one of it."""
    may = [guard(resource.permission)]

    @get(f"{BASE}/{resource.name}", guards=may, opt=OPT, name=f"api_{resource.name}")
    async def listed(
        request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
    ) -> Response[Any]:
        return _answer(await page_of(resource, _asker(viewer), request.query_params, clock.now()))

    path = f"{BASE}/{resource.name}/{{{resource.path_id}:int}}"

    @get(path, guards=may, opt=OPT, name=f"api_{resource.name}_one")
    async def shown(
        request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
    ) -> Response[Any]:
        check_names(request.query_params, {})
        found = await one_of(resource, _asker(viewer), request.path_params[resource.path_id], clock.now())
        return _answer(found)

    return [listed, shown]


@post(f"{BASE}/{REPORTS.name}", guards=[guard("record")], opt=OPT)
async def post_report(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Put a report down, once for each idempotency key."""
    now, asker = clock.now(), _asker(viewer)
    given = read_json(request.headers.get("content-type", ""), await request.body())
    wanted = asked(asker, request.headers.get("idempotency-key"), given, now)
    new = read_report(given, now)

    async def act() -> Answer:
        return await put_report(asker, new, now)

    async with tx():
        made = await once(wanted, act)
        detail = {"list": REPORTS.name, "token": asker.token}
        await record(asker, "api_read", people=[made["person"]], detail=detail, now=now)
    return _answer(made, 201, Location=f"{BASE}/{REPORTS.name}/{made['id']}")


@get(f"{BASE}/rollcall", guards=[guard("see_rollcall")], opt=OPT)
async def rollcall(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """The roll call now, of the token's scope."""
    check_names(request.query_params, {})
    now, asker = clock.now(), _asker(viewer)
    taken = await roll_call(now, live=True, viewer=asker)
    detail = {"list": "rollcall", "token": asker.token}
    await record(asker, "api_read", people=people_named(taken), detail=detail, now=now)
    return _answer(rollcall_data(taken))


@get(f"{BASE}/changes", guards=[guard("see_people")], opt=OPT)
async def changes(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """What changed, each change once."""
    return _answer(await changes_after(_asker(viewer), request.query_params, clock.now()))


@get("/schema/openapi.json")
async def openapi() -> Response[Any]:
    """What all of this is, for programs that read OpenAPI."""
    return Response(document(), media_type="application/json")


ROUTES: list[Any] = [
    *(one for resource in RESOURCES for one in _routes_of(resource)),
    post_report,
    rollcall,
    changes,
    openapi,
]
