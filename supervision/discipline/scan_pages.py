"""Signed letters come back as scans: each finds its case by the square code on it."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.discipline.letters import Filed, file_itself
from supervision.errors import Refusal
from supervision.files.content import LARGEST
from supervision.forms import read_form, show_again
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

AT_ONCE = 10
"""Scans in one go."""
BODY = 3 * LARGEST


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one scan: where it was filed, or why not."""

    name: str
    filed: Filed | None
    refused: str = ""


@get("/discipline/scans", guards=[guard("handle_discipline")])
async def scans(request: AnyRequest) -> Template:
    """Where signed letters are handed in."""
    return page(request, "discipline/scans.html", answers=[])


@post("/discipline/scans", guards=[guard("handle_discipline")], request_max_body_size=BODY)
async def file_scans(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Each is filed by itself: one that can't be read costs none of the others."""
    form = await read_form(request, "discipline/scans.html", answers=[])
    sent = [one for one in (await request.form()).getall("file", []) if isinstance(one, UploadFile) and one.filename]
    if not 0 < len(sent) <= AT_ONCE:
        form.wrong["file"] = _("请选择 1 至 %(n)d 个文件。") % {"n": AT_ONCE}
    form.check()
    answers = [await _filed(viewer, one, clock) for one in sent]
    show_again(request, [one.filed.person for one in answers if one.filed])
    return page(request, "discipline/scans.html", answers=answers)


async def _filed(viewer: Viewer, sent: UploadFile, clock: Clock) -> Answered:
    try:
        return Answered(sent.filename, await file_itself(viewer, await sent.read(), clock.now()))
    except Refusal as refusal:
        return Answered(sent.filename, None, refusal.sentence)


ROUTES = [scans, file_scans]
