"""START HERE: the web application. Lists the pages, connects the slices, and says who is asked before each request."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from litestar import Litestar, Response, get
from litestar.config.compression import CompressionConfig
from litestar.di import NamedDependency, Provide
from litestar.template import TemplateConfig

from supervision import failures, web
from supervision.access import admin_pages, factor_pages, language_pages, offices, staffing
from supervision.access import pages as access_pages
from supervision.access.desk import refuse_without_desk
from supervision.access.gate import Gate, check_request
from supervision.access.viewer import Viewer
from supervision.alerts import pages as alerts_pages
from supervision.alerts.follow import follow_all
from supervision.alerts.owners import reassign_all
from supervision.audit import pages as audit_pages
from supervision.checkins import appointment_pages
from supervision.checkins import pages as checkins_pages
from supervision.clock import Clock
from supervision.commissions import act_pages as commission_act_pages
from supervision.commissions import file_pages as commission_file_pages
from supervision.commissions import pages as commission_pages
from supervision.config import Settings
from supervision.db import DATABASE_AWAY, close_pool, fetch_value, open_pool
from supervision.desk import pages as desk_pages
from supervision.discipline import pages as discipline_pages
from supervision.discipline import scan_pages
from supervision.discipline import step_pages as discipline_step_pages
from supervision.exchange import assistance_pages, export_pages
from supervision.exchange import pages as exchange_pages
from supervision.exchange.api import routes as api_routes
from supervision.files import pages as files_pages
from supervision.language import N_
from supervision.language import gettext as _
from supervision.ledger import connect_sources
from supervision.lost_contact import pages as search_pages
from supervision.messages import pages as messages_pages
from supervision.orders import intake_pages
from supervision.orders import pages as orders_pages
from supervision.people import staffing as files
from supervision.reception import pages as reception_pages
from supervision.resettlement import base_pages as help_base_pages
from supervision.resettlement import list_pages as help_list_pages
from supervision.resettlement import pages as resettlement_pages
from supervision.resettlement import record_pages as help_record_pages
from supervision.rollcall import pages as rollcall_pages
from supervision.settings import pages as settings_pages
from supervision.statistics import dashboard_pages, ledger_pages
from supervision.statistics import pages as statistics_pages
from supervision.system import pages as system_pages
from supervision.video_visits import family_pages
from supervision.video_visits import pages as visits_pages
from supervision.web import AnyRequest

RETRY_SECONDS = 2
COMPRESSION = CompressionConfig(backend="gzip", gzip_compress_level=3)
"""By measuring: level 5 takes twice the time to make a page of people a fifth smaller."""
LARGEST_BODY = 256 * 1024
"""Bytes of a request; a route that takes files names its own `request_max_body_size`."""

# The navigation: where, what, icon, who, group. An entry is shown once its page is in ROUTES.
NAV = (
    ("/", N_("工作台"), "layout-dashboard", "own_account", ""),
    ("/people", N_("在矫人员"), "users", "see_people", ""),
    ("/alerts", N_("预警处置"), "bell", "see_alerts", ""),
    ("/calls", N_("集中通话"), "phone", "record", ""),
    ("/visits", N_("视频会见"), "video", "see_visits", N_("工作")),
    ("/commissions", N_("调查评估"), "file-search", "see_commissions", N_("工作")),
    ("/assistance", N_("安置帮教"), "heart-handshake", "see_people", N_("工作")),
    ("/debts", N_("待补录"), "clipboard-list", "see_people", N_("工作")),
    ("/searches", N_("脱管查找"), "user-search", "see_searches", N_("工作")),
    ("/discipline", N_("训诫警告"), "gavel", "see_discipline", N_("工作")),
    ("/rollcall", N_("点名"), "list-checks", "see_rollcall", N_("监督")),
    ("/dashboard", N_("看板"), "chart-column", "see_statistics", N_("监督")),
    ("/statistics", N_("统计"), "table-2", "see_statistics", N_("监督")),
    ("/messages", N_("短信"), "message-square", "see_messages", N_("监督")),
    ("/ledgers", N_("台账"), "file-down", "export_ledgers", N_("监督")),
    ("/import", N_("导入"), "file-up", "import_people", N_("监督")),
    ("/files/past", N_("保管期满"), "archive", "remove_files", N_("监督")),
    ("/offices", N_("机构"), "building-2", "manage_offices", N_("管理")),
    ("/staff", N_("工作人员"), "id-card", "manage_staff", N_("管理")),
    ("/audit", N_("审计"), "scroll-text", "read_audit", N_("管理")),
    ("/system", N_("系统状态"), "activity", "see_system", N_("管理")),
    ("/rules", N_("规则"), "book-open", "see_rules", N_("设置")),
    ("/parameters", N_("参数"), "sliders-horizontal", "see_rules", N_("设置")),
    ("/holidays", N_("节假日"), "calendar-days", "see_rules", N_("设置")),
)
OF_A_PERSON = re.compile(r"/people/\d+/(assistance|discipline)(?:/|$)")
"""Pages of one person that belong to another entry than the people under correction."""


@get("/health")
async def health() -> Response[str]:
    """Whether the web and its database are up; no data."""
    try:
        await fetch_value("SELECT 1")
    except DATABASE_AWAY:
        return Response("database away\n", status_code=503, media_type="text/plain")
    return Response("ok\n", media_type="text/plain")


ROUTES: list[Any] = [
    health,
    *alerts_pages.ROUTES,
    *messages_pages.ROUTES,
    *access_pages.ROUTES,
    *factor_pages.ROUTES,
    *language_pages.ROUTES,
    *desk_pages.ROUTES,
    *settings_pages.ROUTES,
    *admin_pages.ROUTES,
    *audit_pages.ROUTES,
    *checkins_pages.ROUTES,
    *appointment_pages.ROUTES,
    *commission_pages.ROUTES,
    *commission_act_pages.ROUTES,
    *commission_file_pages.ROUTES,
    *files_pages.ROUTES,
    *orders_pages.ROUTES,
    *intake_pages.ROUTES,
    *reception_pages.ROUTES,
    *resettlement_pages.ROUTES,
    *help_record_pages.ROUTES,
    *help_list_pages.ROUTES,
    *help_base_pages.ROUTES,
    *assistance_pages.ROUTES,
    *visits_pages.ROUTES,
    *family_pages.ROUTES,
    *search_pages.ROUTES,
    *discipline_pages.ROUTES,
    *discipline_step_pages.ROUTES,
    *scan_pages.ROUTES,
    *rollcall_pages.ROUTES,
    *statistics_pages.ROUTES,
    *ledger_pages.ROUTES,
    *dashboard_pages.ROUTES,
    *exchange_pages.ROUTES,
    *api_routes.ROUTES,
    *export_pages.ROUTES,
    *system_pages.ROUTES,
]


def connect_staffing() -> None:
    """Tell the offices and the staff what hangs on them: files, and what follows when they pass to somebody else."""
    offices.OPEN_FILES[:] = [files.open_files]
    offices.ON_CLOSING[:] = [_end_ledger]
    staffing.ON_LEAVING[:] = [_hand_over_files]


async def _end_ledger(office: int, viewer: Viewer, now: datetime) -> None:
    await follow_all([("office", office)], now, by=viewer.id)


async def _hand_over_files(leaving: staffing.Leaving) -> None:
    await follow_all(await files.hand_over(leaving), leaving.now, by=leaving.by.id)
    await reassign_all(leaving.now)


def navigation(viewer: Viewer | None, path: str, paths: frozenset[str]) -> list[dict[str, Any]]:
    """The entries that this viewer may open, of the pages that are there; the current one is marked."""
    if viewer is None:
        return []
    if found := OF_A_PERSON.match(path):
        path = f"/{found[1]}"
    return [
        {
            "href": href,
            "label": _(label),
            "icon": icon,
            "group": _(group),
            "current": path == href or path.startswith(href + "/"),
        }
        for href, label, icon, permission, group in NAV
        if href in paths and viewer.may(permission)
    ]


def _viewer(request: AnyRequest, clock: NamedDependency[Clock]) -> Viewer:
    # After the clock: what a handler needs at once is asked for in tasks of its own, one after another in none.
    viewer = request.state.viewer
    assert isinstance(viewer, Viewer), "a public page has no viewer"
    return viewer


async def _open_pool_when_there(dsn: str) -> None:
    while True:
        try:
            await open_pool(dsn)
            return
        except DATABASE_AWAY:
            await asyncio.sleep(RETRY_SECONDS)


def _lifespan(settings: Settings) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        opening = asyncio.create_task(_open_pool_when_there(settings.database_url or ""))
        try:
            # A server that is up answers at once; one that is away must not keep the 503 page from being shown.
            await asyncio.wait([opening], timeout=RETRY_SECONDS)
            if opening.done():
                opening.result()
                await refuse_without_desk()
            yield
        finally:
            opening.cancel()
            await close_pool()

    return lifespan


def create_app(settings: Settings, clock: Clock) -> Litestar:
    """The application; `settings.database_url` says which server. The process's keyring must be in use."""
    connect_sources()
    connect_staffing()
    web.keep_uploads_in_memory()
    paths: set[str] = set()
    app = Litestar(
        route_handlers=[*ROUTES, web.static_router()],
        dependencies={
            "viewer": Provide(_viewer, sync_to_thread=False),
            "clock": Provide(lambda: clock, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
        },
        middleware=[Gate(settings, clock, lambda viewer, path: navigation(viewer, path, frozenset(paths)))],
        guards=[check_request],
        exception_handlers=failures.HANDLERS,
        after_exception=[failures.note_shown],
        before_send=[web.security_headers],
        lifespan=[_lifespan(settings)],
        template_config=TemplateConfig(instance=web.template_engine()),
        compression_config=COMPRESSION,
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = web.speaking(app.asgi_handler)
    paths.update(route.path for route in app.routes)
    return app
