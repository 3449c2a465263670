"""A file as an answer of the web: what it is by our own look, never sniffed, never a part of our pages."""

from urllib.parse import quote

from litestar import Response

from supervision.files.actions import Kept
from supervision.files.content import JPEG, PNG

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""The Content-Security-Policy of a file: whatever it holds runs nothing and reaches nothing."""


def answer(file: Kept, data: bytes) -> Response[bytes]:
    """Pictures are shown, all else is handed out to be saved; neither is kept by the browser."""
    shown = "inline" if file.media_type in (JPEG, PNG) else "attachment"
    headers = {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=file.media_type, headers=headers)
