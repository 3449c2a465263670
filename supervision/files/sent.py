"""A file as it comes with a posted form, in the field `file`."""

from litestar.datastructures import UploadFile

from supervision.files.actions import Upload
from supervision.files.content import LARGEST
from supervision.forms import Form
from supervision.language import gettext as _
from supervision.web import AnyRequest

BODY = LARGEST + 256 * 1024
"""Bytes of a request that brings the largest file there may be."""


async def sent_file(request: AnyRequest) -> Upload | None:
    """The file; None where none was chosen."""
    sent = (await request.form()).get("file")
    return Upload(sent.filename, await sent.read()) if isinstance(sent, UploadFile) and sent.filename else None


async def needed_file(request: AnyRequest, form: Form) -> Upload:
    """The file; where none was chosen the form says so, and `form.check()` must come before it is used."""
    sent = await sent_file(request)
    if sent is None:
        form.wrong["file"] = _("请选择一个文件。")
    return sent or Upload("", b"")
