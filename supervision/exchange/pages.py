"""Import by page: a sheet is brought, tried, asked about, confirmed; the day's import can be undone."""

import json
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.confirm import confirmed
from supervision.access.forms import chosen_id, go, typed
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.days import local_day
from supervision.db import Record, fetch, fetch_value
from supervision.errors import Refusal
from supervision.exchange import uploads
from supervision.exchange.actions import import_sheet
from supervision.exchange.answers import answer_workbook
from supervision.exchange.go_live import go_live as go_live_on
from supervision.exchange.intake import KINDS, Options, SheetFile, read_sheet
from supervision.exchange.outcome import OUTCOMES, Imported
from supervision.exchange.places import load_places
from supervision.exchange.sheets import SIZE_LIMIT
from supervision.exchange.undo import run_of, undo
from supervision.forms import Form
from supervision.language import N_, in_chinese
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

MAY = [guard("import_people")]
BODY: Final = SIZE_LIMIT + 256 * 1024
"""Bytes of a request that brings the largest sheet there may be."""
SHOWN: Final = 200
"""Rows of one outcome on the page of a dry run; all of them are in the answer of the command."""
RUNS: Final = 30
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWER_NAME: Final = "{name}-有误的行.xlsx"
LABELS: Final = {
    "refused": N_("有误"),
    "waiting": N_("待说明"),
    "changed": N_("有变化"),
    "added": N_("新增"),
    "ended": N_("已结束，未导入"),
    "unchanged": N_("无变化"),
}


@get("/import", guards=MAY)
async def import_page(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """Bring a sheet; those that wait; what was imported lately."""
    await uploads.purge(clock.now())
    return await _front(request, viewer, clock.today())


async def _front(request: AnyRequest, viewer: Viewer, today: date, *, status: int = 200, **typed_in: Any) -> Template:
    places = await load_places()
    live = await fetch_value("SELECT value FROM installation WHERE key = 'live_from'")
    shown: dict[str, Any] = {
        "offices": [("", _("请选择")), *places.names.items()],
        "waiting": await uploads.waiting(viewer),
        "runs": await _runs(date.fromisoformat(live) if live else None, today),
        "live": live,
        "form": {},
        "refusal": None,
    }
    return page(request, "exchange/import.html", status=status, **(shown | typed_in))


async def _runs(live: date | None, today: date) -> list[dict[str, Any]]:
    """The last runs; what was taken in while the register was live is live."""
    rows = await fetch(
        """SELECT r.*, s.name AS by FROM import_run r LEFT JOIN staff s ON s.id = r.staff
            ORDER BY r.id DESC LIMIT $1""",
        RUNS,
    )
    begun = live is not None and live <= today
    return [
        {**(run := _run(row)), "live_from": run["live_from"] or (begun and row["kind"] == "roster")} for row in rows
    ]


def _run(row: Record) -> dict[str, Any]:
    counts, detail = json.loads(row["counts"]), json.loads(row["detail"])
    return {**row, "counts": counts, "detail": detail, "live_from": detail.get("live_from")}


@post("/import", guards=MAY, request_max_body_size=BODY)
async def upload(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """Read a sheet and put it aside for its dry run; a file that can't be read gets its sentence here."""
    form = await typed(request)
    try:
        file = await _file(request)
        kind = form.get("kind") if form.get("kind") in KINDS else None
        options = Options(office=await _office(form), kind=kind)
        await read_sheet(file, options, clock.today())
    except Refusal as refusal:
        return await _front(request, viewer, clock.today(), status=422, form=form, refusal=refusal)
    kept = await uploads.keep(viewer, file, options, clock.now())
    return go(f"/import/{kept}")


async def _file(request: AnyRequest) -> SheetFile:
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Refusal(_("请选择一个文件。"), fields={"file": _("请选择一个文件。")})
    return SheetFile(sent.filename, await sent.read())


async def _office(form: dict[str, str]) -> int | None:
    office = chosen_id(form, "office")
    if office is not None and office not in (await load_places()).names:
        raise Refusal(_("请从列表中选择司法所。"), fields={"office": _("请从列表中选择司法所。")})
    return office


@get("/import/{upload_id:int}", guards=MAY)
async def tried(
    request: AnyRequest,
    upload_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Template:
    """What the sheet would do: counts, rows by outcome, questions; nothing is written."""
    now = clock.now()
    kept = await uploads.find_upload(viewer, upload_id, now)
    seen = await import_sheet(viewer, kept.file, kept.options(dry_run=True), clock)
    await record(viewer, "import_tried", people=seen.people, detail={"counts": dict(seen.counts)}, now=now)
    chosen = request.query_params.get("show", "")
    show = chosen if chosen in LABELS else next((one for one in LABELS if seen.counts[one]), "added")
    return page(
        request,
        "exchange/tried.html",
        upload=kept,
        seen=seen,
        rows=[result for result in seen.results if result.outcome == show][:SHOWN],
        show=show,
        most=SHOWN,
        tabs=[_tab(kept.id, one, seen, show) for one in LABELS if seen.counts[one] or one == show],
        to_write=seen.counts["added"] + seen.counts["changed"],
        given=kept.answers,
    )


def _tab(upload: int, outcome: str, seen: Imported, show: str) -> dict[str, Any]:
    return {
        "href": f"/import/{upload}?show={outcome}",
        "label": _(LABELS[outcome]),
        "count": seen.counts[outcome],
        "current": outcome == show,
        "urgent": outcome in ("refused", "waiting") and seen.counts[outcome] > 0,
    }


@post("/import/{upload_id:int}/answers", guards=MAY)
async def answers(
    request: AnyRequest,
    upload_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Say what the sheet's unknown values mean, and see it tried again."""
    kept = await uploads.find_upload(viewer, upload_id, clock.now())
    await uploads.answer(kept, {key: code for key, code in (await typed(request)).items() if ":" in key and code})
    return go(f"/import/{upload_id}")


@post("/import/{upload_id:int}/confirm", guards=MAY)
async def confirm(
    upload_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Take the sheet in, as it was shown."""
    kept = await uploads.find_upload(viewer, upload_id, clock.now())
    if kept.run is not None:
        return go(f"/import/runs/{kept.run}")
    done = await import_sheet(viewer, kept.file, kept.options(dry_run=False), clock)
    await uploads.imported(kept, done.run, refused=done.counts["refused"])
    return go(f"/import/runs/{done.run}", _("已导入。"))


@post("/import/{upload_id:int}/drop", guards=MAY)
async def drop(
    upload_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Throw the sheet away without importing it."""
    kept = await uploads.find_upload(viewer, upload_id, clock.now())
    await uploads.drop(kept.id)
    return go("/import", _("已放弃，没有导入。"))


@get("/import/{upload_id:int}/refused", guards=[*MAY, confirmed])
async def refused_rows(
    upload_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[bytes]:
    """The answer workbook: the refused rows with red cells and a sentence each, to be mended and brought again."""
    now = clock.now()
    kept = await uploads.find_upload(viewer, upload_id, now)
    with in_chinese():  # a file for the records
        seen = await import_sheet(viewer, kept.file, kept.options(dry_run=True), clock)
    await record(viewer, "import_answered", people=seen.people, detail={"counts": dict(seen.counts)}, now=now)
    name = quote(ANSWER_NAME.format(name=kept.file.name.rpartition(".")[0]))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(answer_workbook(seen.with_reasons), media_type=XLSX, headers=headers)


@get("/import/runs/{run_id:int}", guards=MAY)
async def run_page(
    request: AnyRequest,
    run_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Template:
    """What an import did, and its undoing while it is still its day."""
    return await _run_page(request, run_id, viewer, clock.now())


async def _run_page(
    request: AnyRequest,
    run_id: int,
    viewer: Viewer,
    now: datetime,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
) -> Template:
    row = await run_of(run_id)
    run = _run(row)
    missing = await fetch("SELECT person FROM orders WHERE number = ANY($1)", run["detail"].get("missing", []))
    people = [one["person"] for one in missing]
    await record(viewer, "import_seen", subject=("import", run_id), people=people, now=now)
    may_undo = row["undone_at"] is None and local_day(row["started_at"]) == local_day(now)
    return page(
        request,
        "exchange/run.html",
        status=status,
        run=run,
        outcomes=[(outcome, LABELS[outcome]) for outcome in OUTCOMES if outcome != "waiting"],
        upload=await uploads.of_run(viewer, run_id),
        may_undo=may_undo,
        refusal=refusal,
    )


@post("/import/runs/{run_id:int}/undo", guards=MAY)
async def undo_run(
    request: AnyRequest,
    run_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Take away what the import made; refused where something was built on it."""
    try:
        await undo(viewer, run_id, clock.now())
    except Refusal as refusal:
        if type(refusal) is not Refusal:
            raise
        return await _run_page(request, run_id, viewer, clock.now(), status=422, refusal=refusal)
    return go("/import", _("导入已撤销。"))


@post("/import/live", guards=MAY)
async def live(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """Let the ledger of the imported register begin on a day."""
    form = await typed(request)
    try:
        wanted = Form(form)
        day = wanted.day("date", _("上线日期"))
        wanted.check()
        gone = await go_live_on(viewer, day, clock.now())
    except Refusal as refusal:
        return await _front(request, viewer, clock.today(), status=422, form=form, refusal=refusal)
    return go(
        "/import",
        _("%(n)s 人自 %(day)s 起由系统记账，待补录 %(debts)s 项。")
        % {"n": gone.people, "day": day, "debts": sum(gone.debts.values())},
    )


ROUTES = [import_page, upload, tried, answers, confirm, drop, refused_rows, run_page, undo_run, live]
