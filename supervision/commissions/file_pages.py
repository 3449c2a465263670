"""The files of a commission: the letter, signed records, the opinion as it was sent. Seen by its handlers alone (law CI-10)."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from supervision.access.confirm import confirmed
from supervision.access.forms import go
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.commissions.moves import KIND
from supervision.commissions.scope import get_commission
from supervision.commissions.states import HANDLE
from supervision.files.actions import Attached, find, keep, open_file, withdraw
from supervision.files.past import remove
from supervision.files.sent import BODY, needed_file
from supervision.files.serving import answer
from supervision.forms import read_form, show_again
from supervision.language import N_
from supervision.language import gettext as _
from supervision.web import AnyRequest

KINDS = {
    "received": N_("委托函和材料"),
    "record": N_("调查笔录"),
    "signed": N_("意见书签章件"),
    "issued": N_("制发的文书"),
    "other": N_("其他"),
}


@post("/commissions/{commission_id:int}/files", guards=[guard(HANDLE)], request_max_body_size=BODY)
async def bring(
    request: AnyRequest, commission_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Keep a file with the commission; it hangs on no person, so no other page shows it."""
    one = await get_commission(viewer, commission_id)
    show_again(request, [one["person"]])
    shown = {"one": one, "act": "commissions/_upload.html", "heading": _("存入文件"), "file_kinds": KINDS}
    form = await read_form(request, "commissions/act.html", **shown)
    kind = form.choice("kind", _("文件类别"), KINDS)
    sent = await needed_file(request, form)
    form.check()
    await keep(viewer, Attached(KIND, one["id"], None, kind), sent, clock.now())
    return go(f"/commissions/{one['id']}", _("已存入%(kind)s。") % {"kind": _(KINDS[kind])})


@get("/commissions/{commission_id:int}/files/{file_id:int}", guards=[guard("see_commissions")])
async def open_one(
    commission_id: FromPath[int],
    file_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """One file: a picture is shown, all else is handed out to be saved."""
    one = await get_commission(viewer, commission_id)
    file = await find(file_id, subject=(KIND, one["id"]))
    return answer(file, await open_file(viewer, file, clock.now()))


@post("/commissions/{commission_id:int}/files/{file_id:int}/withdrawal", guards=[guard(HANDLE)])
async def withdraw_one(
    request: AnyRequest,
    commission_id: FromPath[int],
    file_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """A file that was put in by mistake no longer counts; it can still be seen."""
    one = await get_commission(viewer, commission_id)
    file = await find(file_id, subject=(KIND, one["id"]))
    show_again(request, [one["person"]])
    shown = {"one": one, "act": "commissions/_reason.html", "heading": _("作废一份文件")}
    form = await read_form(request, "commissions/act.html", **shown, action=f"/files/{file.id}/withdrawal")
    await withdraw(viewer, file, form.text("reason", _("原因"), required=False), clock.now())
    return go(f"/commissions/{one['id']}", _("已作废。文件仍可查看。"))


@post("/commissions/{commission_id:int}/files/{file_id:int}/removal", guards=[guard("remove_files"), confirmed])
async def remove_one(
    request: AnyRequest,
    commission_id: FromPath[int],
    file_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """A file whose time is over is removed for good, by a named human with a reason."""
    one = await get_commission(viewer, commission_id)
    file = await find(file_id, subject=(KIND, one["id"]))
    show_again(request, [one["person"]])
    shown = {"one": one, "act": "files/_remove.html", "heading": _("销毁一份文件")}
    form = await read_form(request, "commissions/act.html", **shown, file=file, place=f"/commissions/{one['id']}")
    await remove(viewer, file, form.text("reason", _("依据"), required=False), clock.now())
    return go("/files/past", _("已销毁，不能恢复。"))


ROUTES = [bring, open_one, withdraw_one, remove_one]
