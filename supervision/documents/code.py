"""The square code of a document's number, by which a signed scan finds its document again."""

from io import BytesIO

import segno


def as_svg(number: str) -> str:
    """For a PDF."""
    return str(_code(number).svg_inline(border=1))


def as_png(number: str) -> bytes:
    """For a Word file."""
    out = BytesIO()
    _code(number).save(out, kind="png", scale=8, border=1)
    return out.getvalue()


def _code(number: str) -> segno.QRCode:
    return segno.make_qr(number, error="m")
