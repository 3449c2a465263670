"""The files of a person: their list, one brought in, one opened, one withdrawn; those whose time is over, and their removal."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.confirm import confirmed
from supervision.access.forms import go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.files.actions import Attached, Upload, find, keep, may_see, of_person, open_file, withdraw
from supervision.files.kinds import KINDS
from supervision.files.past import SHOWN, past, remove
from supervision.files.sent import BODY, needed_file
from supervision.files.serving import answer
from supervision.forms import read_form
from supervision.language import gettext as _
from supervision.people.scope import get_person
from supervision.web import AnyRequest, page


def _kinds(viewer: Viewer) -> list[tuple[str, str]]:
    """The kinds that the viewer may bring in: those that they may open."""
    return [(code, _(kind.title)) for code, kind in KINDS.items() if may_see(viewer, code)]


@get("/people/{person_id:int}/files", guards=[guard("see_files")])
async def files(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """All files about the person that the viewer may see, the newest first, withdrawn ones too."""
    person = await get_person(viewer, person_id)
    found = await of_person(viewer, person.id)
    detail = {"files": [one.id for one in found]}
    await record(
        viewer, "files_listed", subject=("person", person.id), people=[person.id], detail=detail, now=clock.now()
    )
    return page(request, "files/list.html", person=person, files=found, kinds=_kinds(viewer))


@post("/people/{person_id:int}/files", guards=[guard("keep_files")], request_max_body_size=BODY)
async def bring(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Keep a file that the person handed in or signed."""
    person = await get_person(viewer, person_id)
    kinds = _kinds(viewer)
    form = await read_form(request, "files/_upload.html", heading=_("存入文件"), person=person, kinds=kinds)
    kind = form.choice("kind", _("文件类别"), dict(kinds))
    happened_at = form.moment("happened_at", _("形成或收到的时间"))
    sent = await needed_file(request, form)
    form.check()
    name = form.text("name", _("名称"), required=False) or sent.name
    brought = Upload(name, sent.data, happened_at)
    await keep(viewer, Attached("person", person.id, person.id, kind), brought, clock.now())
    return go(f"/people/{person.id}/files", _("已存入%(title)s。") % {"title": _(KINDS[kind].title)})


@get("/people/{person_id:int}/files/{file_id:int}", guards=[guard("see_files")])
async def open_one(
    person_id: FromPath[int],
    file_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """One file: a picture is shown, all else is handed out to be saved."""
    person = await get_person(viewer, person_id)
    file = await find(file_id, person=person.id)
    return answer(file, await open_file(viewer, file, clock.now()))


@post("/people/{person_id:int}/files/{file_id:int}/withdrawal", guards=[guard("withdraw")])
async def withdraw_one(
    request: AnyRequest,
    person_id: FromPath[int],
    file_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """A file that was put in by mistake no longer counts."""
    person = await get_person(viewer, person_id)
    file = await find(file_id, person=person.id)
    form = await read_form(request, "files/_withdraw.html", heading=_("作废一份文件"), person=person, file=file)
    await withdraw(viewer, file, form.text("reason", _("原因"), required=False), clock.now())
    return go(f"/people/{person.id}/files", _("已作废。文件仍可查看。"))


# -- those whose time is over ---------------------------------------------------------------------------------------


@get("/files/past", guards=[guard("remove_files")])
async def past_files(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The files that need be kept no longer: of people and commissions that ended years ago."""
    now = clock.now()
    found = await past(viewer, now)
    people = {one.file.person for one in found.files if one.file.person is not None}
    await record(viewer, "files_past_listed", people=people, detail={"count": len(found.files)}, now=now)
    return page(request, "files/past.html", found=found, most=SHOWN)


@post("/people/{person_id:int}/files/{file_id:int}/removal", guards=[guard("remove_files"), confirmed])
async def remove_one(
    request: AnyRequest,
    person_id: FromPath[int],
    file_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """A file whose time is over is removed for good, by a named human with a reason."""
    person = await get_person(viewer, person_id)
    file = await find(file_id, person=person.id)
    form = await read_form(
        request,
        "files/_remove.html",
        heading=_("销毁一份文件"),
        person=person,
        file=file,
        place=f"/people/{person.id}",
    )
    await remove(viewer, file, form.text("reason", _("依据"), required=False), clock.now())
    return go("/files/past", _("已销毁，不能恢复。"))


ROUTES = [files, bring, open_one, withdraw_one, past_files, remove_one]
