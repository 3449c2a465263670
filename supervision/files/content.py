"""What a file is, by its content: pictures are made anew, PDF and Word files are looked through, all else is refused.

A name and a browser's word for the type are never believed. Limits of the look: a PDF is searched by names, also behind
their escapes and inside deflated streams up to a bound, not parsed; what hides behind other filters is not seen (such files
are refused where they could hold objects). So PDF and Word files are only ever handed out as downloads.
"""

import contextlib
import re
import threading
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from PIL import Image, ImageOps

from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", DOCX: ".docx"}

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""
PIXELS = 50_000_000
"""Pixels of one picture: above what a telephone takes."""
QUALITY = 90
INFLATED = 100 * 1024 * 1024
"""Bytes that all parts of one file may come to when they are unpacked."""
STEP = 64 * 1024
PARTS = 2000
"""Parts of one Word file."""
SCANS = 200
"""Scans of one JPEG: each goes over the whole picture, and a camera makes a dozen at most."""
STREAMS = 50_000
ESCAPES = 50_000
"""Streams of one PDF, and escapes in one of its parts: what has more is made to keep us busy."""
HEAD = 600
"""Bytes before a stream in which its dictionary is looked for."""

Image.MAX_IMAGE_PIXELS = PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
_ONE_PICTURE = threading.Lock()
"""A picture of the largest size takes a few hundred megabytes while it is made anew."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it may be kept."""

    media_type: str
    data: bytes


def checked(data: bytes) -> Checked:
    """The file as it may be kept; takes up to seconds: not for the event loop. Raises Refusal with one sentence."""
    if not data:
        raise _refused(_("文件是空的。"))
    if len(data) > LARGEST:
        raise _refused(_("文件不能超过 %(mb)s MB。") % {"mb": LARGEST // 1024 // 1024})
    for mark, take in _BY_MARK.items():
        if data.startswith(mark):
            return take(data)
    raise _refused(_("只接收 PDF、JPG、PNG 和 Word（docx）文件；文件内容不属于这几种。"))


def _refused(sentence: str) -> Refusal:
    return Refusal(sentence, fields={"file": sentence})


# -- pictures -----------------------------------------------------------------------------------------------------


def _jpeg(data: bytes) -> Checked:
    if data.count(b"\xff\xda") > SCANS:
        raise _refused(_("图片已损坏，或者不是真正的图片，无法读取。"))
    return Checked(JPEG, _anew(data, "JPEG", ("L", "RGB"), "RGB"))


def _png(data: bytes) -> Checked:
    return Checked(PNG, _anew(data, "PNG", ("1", "L", "RGB", "RGBA"), "RGBA"))


def _anew(data: bytes, form: str, modes: tuple[str, ...], otherwise: str) -> bytes:
    """The pixels alone, upright: no place, no comment, nothing behind the picture's end."""
    with _ONE_PICTURE:
        try:
            with Image.open(BytesIO(data), formats=(form,)) as picture:
                if picture.width * picture.height > PIXELS:
                    raise Image.DecompressionBombError
                upright = ImageOps.exif_transpose(picture)
            plain = upright if upright.mode in modes else upright.convert(otherwise)
            plain.info = {}
            out = BytesIO()
            plain.save(out, form, quality=QUALITY)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _refused(_("图片太大：不能超过 %(tens)s0 万像素。") % {"tens": PIXELS // 100_000}) from None
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, zlib.error):
            raise _refused(_("图片已损坏，或者不是真正的图片，无法读取。")) from None
    return out.getvalue()


# -- PDF ----------------------------------------------------------------------------------------------------------

ACTIVE = re.compile(
    rb"/(JavaScript|EmbeddedFiles?|Launch|RichMedia|Rendition|SubmitForm|ImportData|XFA)(?![A-Za-z0-9])"
)
"""Names of what runs, hides or sends; every script's action carries /JavaScript or /Rendition."""
OTHER_FILTERS = re.compile(
    rb"/(ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|Crypt|AHx|A85|LZW|RL)(?![A-Za-z0-9])"
)
NOT_TO_BE_CHECKED = N_("PDF 文件用了无法检查的编码；请重新打印或扫描成 PDF 后再上传。")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n")
OBJECTS = b"/ObjStm"
"""The name of a stream that holds objects; each is looked into, or the file is refused."""
ZIP_END = b"PK\x05\x06"


def _pdf(data: bytes) -> Checked:
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n\t \0") or ZIP_END in data[-66_000:]:
        raise _refused(_("PDF 文件不完整，或者后面附有别的内容。"))
    plain = _without_escapes(data)
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", plain):
        raise _refused(_("PDF 文件有密码或加密，无法检查；请去掉密码后再上传。"))
    if OBJECTS in plain and OTHER_FILTERS.search(plain):
        raise _refused(_(NOT_TO_BE_CHECKED))
    if any(ACTIVE.search(_without_escapes(part)) for part in (data, *_inflated(data, plain.count(OBJECTS)))):
        raise _refused(_("PDF 文件里有脚本、附件或会自动执行的动作，不能接收；请重新打印或扫描成 PDF 后再上传。"))
    return Checked(PDF, data)


def _without_escapes(data: bytes) -> bytes:
    """`/J#61vaScript` is `/JavaScript`."""
    plain, count = ESCAPE.subn(lambda found: bytes([int(found[1], 16)]), data, ESCAPES)
    if count == ESCAPES:
        raise _refused(_(NOT_TO_BE_CHECKED))
    return plain


def _inflated(data: bytes, named: int) -> Iterator[bytes]:
    """What its deflated streams hold that may hold objects: pictures aren't looked through.

    Raises Refusal where streams of objects are `named` more often than before the streams that were looked through: one
    may be hidden as a picture, behind a comment or many blanks.
    """
    room, whole, seen_to = INFLATED, memoryview(data), 0
    for number, found in enumerate(STREAM.finditer(data)):
        if number == STREAMS:
            raise _refused(_(NOT_TO_BE_CHECKED))
        head = data[max(seen_to, found.start() - HEAD) : found.start()].rpartition(b"obj")[2]
        seen_to, objects = found.start(), _without_escapes(head).count(OBJECTS)
        if not objects and re.search(rb"/Subtype\s*/Image", head):
            continue
        named -= objects
        part = _inflate(whole, found.end(), room)
        room -= len(part)
        if room <= 0:
            raise _refused(_("PDF 文件展开后太大，无法检查。"))
        yield part
    if named > 0:
        raise _refused(_(NOT_TO_BE_CHECKED))


def _inflate(data: memoryview, start: int, most: int) -> bytes:
    """What a stream comes to, piece by piece to its own end; nothing for one that isn't deflated."""
    unpacker, out = zlib.decompressobj(), bytearray()
    with contextlib.suppress(zlib.error):
        for at in range(start, len(data), STEP):
            out += unpacker.decompress(data[at : at + STEP], most - len(out))
            if unpacker.eof or len(out) >= most:
                break
    return bytes(out)


# -- Word ---------------------------------------------------------------------------------------------------------

NOT_IN_WORD = re.compile(r"vbaProject|activeX|embeddings/|\.bin$|\.\.|^/|\\", re.IGNORECASE)
NEEDED_IN_WORD = {"[Content_Types].xml", "word/document.xml"}


def _docx(data: bytes) -> Checked:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _look_through(archive, data)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
        OSError,
    ):
        raise _refused(_("Word 文件已损坏，无法读取。")) from None
    return Checked(DOCX, data)


def _look_through(archive: zipfile.ZipFile, data: bytes) -> None:
    parts = archive.infolist()
    if not {part.filename for part in parts} >= NEEDED_IN_WORD:
        raise _refused(_("压缩文件不能接收；如果是 Word 文件，请另存为 docx 格式。"))
    if archive.comment or data[-22:-18] != ZIP_END:
        raise _refused(_("Word 文件后面附有别的内容，不能接收。"))
    if len(parts) > PARTS or sum(part.file_size for part in parts) > INFLATED:
        raise _refused(_("Word 文件展开后太大。"))
    if any(NOT_IN_WORD.search(part.filename) for part in parts):
        raise _refused(_("Word 文件里有宏、控件或嵌入的文件，不能接收；请另存为不含宏的 docx 或 PDF。"))
    for part in parts:
        if part.filename.lower().endswith(".rels") and _fetches(archive.read(part)):
            raise _refused(_("Word 文件会从别处读取内容，不能接收；请另存为 PDF。"))


def _fetches(relations: bytes) -> bool:
    """Whether something else than a hyperlink points outside: such a thing is fetched when the file is opened.

    Raises ExpatError where it isn't XML, ValueError for a document type: nothing of Word's needs one.
    """
    outside: list[str] = []

    def element(name: str, values: dict[str, str]) -> None:
        mode = values.get("TargetMode", "").strip().lower()
        if name.rpartition(" ")[2] == "Relationship" and mode == "external":
            outside.append(values.get("Type", ""))

    def document_type(*_given: object) -> None:
        raise ValueError("a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = element, document_type
    parser.Parse(relations, True)
    return not all(kind.endswith("/hyperlink") for kind in outside)


_BY_MARK: dict[bytes, Callable[[bytes], Checked]] = {
    b"\xff\xd8\xff": _jpeg,
    b"\x89PNG\r\n\x1a\n": _png,
    b"%PDF-": _pdf,
    b"PK\x03\x04": _docx,
}
