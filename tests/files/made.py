"""Files as people hand them in, and as nobody should: made here, a few bytes each."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

GPS = 0x8825
GPS_WORDS = b"SECRET PLACE"


def jpeg(size: tuple[int, int] = (40, 20), *, place: bool = False, comment: bytes = b"", turned: bool = False) -> bytes:
    """A picture, with what a camera writes beside the pixels."""
    out, exif = BytesIO(), Image.Exif()
    if place:
        exif.get_ifd(GPS)[0x1B] = GPS_WORDS
        exif.get_ifd(GPS)[1] = "N"
    if turned:
        exif[0x0112] = 6
    Image.new("RGB", size, (200, 30, 30)).save(out, "JPEG", exif=exif, comment=comment)
    return out.getvalue()


def png(size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    """A picture without loss."""
    out = BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(*, body: bytes = b"", stream: bytes | None = None, kind: bytes = b"", tail: bytes = b"\n") -> bytes:
    """A PDF of one object, and where wanted a deflated stream."""
    parts = [b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog ", body, b" >>\nendobj\n"]
    if stream is not None:
        packed = zlib.compress(stream)
        head = b"2 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\nstream\r\n" % (kind, len(packed))
        parts += [head, packed, b"\nendstream\nendobj\n"]
    return b"".join([*parts, b"trailer << /Root 1 0 R >>\n%%EOF", tail])


def docx(more: dict[str, bytes] | None = None, *, comment: bytes = b"", without: str = "") -> bytes:
    """A Word file of two parts, and what else is wanted in it."""
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"} | (more or {})
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in parts.items():
            if name != without:
                archive.writestr(name, data)
    return out.getvalue()
