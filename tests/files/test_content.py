"""What may be kept: by content, never by name; pictures are made anew, and what runs or hides is refused."""

from io import BytesIO

import pytest
from PIL import Image

from supervision.errors import Refusal
from supervision.files import content
from supervision.files.content import DOCX, JPEG, LARGEST, PDF, PIXELS, PNG, checked
from tests.files.made import GPS, GPS_WORDS, docx, huge_png, jpeg, pdf, png


def refused(data: bytes) -> str:
    """The sentence with which it is refused."""
    with pytest.raises(Refusal) as refusal:
        checked(data)
    return refusal.value.sentence


@pytest.mark.parametrize(
    ("data", "media_type"), [(jpeg(), JPEG), (png(), PNG), (png(mode="RGBA"), PNG), (pdf(), PDF), (docx(), DOCX)]
)
def test_the_four_kinds_are_known_by_their_content(data: bytes, media_type: str) -> None:
    assert checked(data).media_type == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\0",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a<script>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b" " + pdf(),
        b"\0" + jpeg(),
        b"RIFF....WEBP",
    ],
)
def test_whatever_begins_otherwise_is_refused(data: bytes) -> None:
    assert refused(data).startswith("只接收 PDF、JPG、PNG")


def test_an_empty_file_and_one_byte_too_many_are_refused_and_the_largest_is_not() -> None:
    assert refused(b"") == "文件是空的。"
    filled = LARGEST - len(pdf())
    assert checked(pdf(body=b" " * filled)).media_type == PDF
    assert refused(pdf(body=b" " * (filled + 1))) == "文件不能超过 20 MB。"


# -- pictures -----------------------------------------------------------------------------------------------------


def test_a_photo_loses_its_place_and_every_word_beside_the_pixels() -> None:
    before = jpeg(place=True, comment=b"140190199003070118")
    assert GPS_WORDS in before and b"140190199003070118" in before
    after = checked(before).data
    with Image.open(BytesIO(after)) as picture:
        assert not picture.getexif().get_ifd(GPS) and not picture.getexif() and "comment" not in picture.info
    assert GPS_WORDS not in after and b"140190199003070118" not in after


def test_a_photo_that_was_taken_on_its_side_stands_upright() -> None:
    with Image.open(BytesIO(checked(jpeg((40, 20), turned=True)).data)) as picture:
        assert picture.size == (20, 40)


@pytest.mark.parametrize("tail", [b"PK\x05\x06" + b"\0" * 18, b"<script>alert(1)</script>", b"%PDF-1.7\n%%EOF"])
@pytest.mark.parametrize("make", [jpeg, png])
def test_what_hangs_on_a_picture_dies(make, tail: bytes) -> None:
    after = checked(make() + tail).data
    assert tail not in after and Image.open(BytesIO(after)).size == (40, 20)


def test_a_picture_in_name_only_is_refused() -> None:
    assert refused(b"\xff\xd8\xff<script>alert(1)</script>") == "图片已损坏，或者不是真正的图片，无法读取。"
    assert refused(jpeg()[:300]) == refused(png()[:-30]) == "图片已损坏，或者不是真正的图片，无法读取。"


@pytest.mark.filterwarnings("ignore:Image size")
@pytest.mark.parametrize("size", [(PIXELS // 1000, 1001), (2 * PIXELS, 2), (0x7FFFFFFF, 1), (1, 0x7FFFFFFF)])
def test_a_picture_with_more_pixels_than_the_limit_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    assert refused(huge_png(*size)) == "图片太大：不能超过 5000 万像素。"


def test_a_picture_of_exactly_the_limit_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "PIXELS", 800)
    assert checked(png((40, 20))).media_type == PNG
    assert refused(png((40, 21))).startswith("图片太大")


# -- PDF ----------------------------------------------------------------------------------------------------------

ACTIVE = (
    b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    b"/S /J#61vaScript",
    b"/Names << /EmbeddedFiles 3 0 R >>",
)


@pytest.mark.parametrize(
    "inside", [*ACTIVE, b"/S /Launch /F (cmd.exe)", b"/Subtype /RichMedia", b"/AcroForm << /XFA 1 >>"]
)
def test_a_pdf_that_runs_or_carries_something_is_refused(inside: bytes) -> None:
    assert "脚本、附件" in refused(pdf(body=inside))
    assert "脚本、附件" in refused(pdf(stream=b"5 0 " + inside, kind=b"/Type /ObjStm"))
    assert "脚本、附件" in refused(pdf(stream=b"5 0 " + inside, kind=b"/Type /ObjS#74m /Subtype /Image"))


@pytest.mark.parametrize(
    "kind",
    [
        b"/Type /ObjStm % obj\n /Subtype /Image",
        b"/Type /ObjStm % obj <<\n /Subtype /Image",
        b"/Type /ObjStm " + b" " * 700 + b"/Subtype /Image",
        b"/Type /ObjS#74m % obj\n /Subtype /Image /Length 4 >>\nstream\nstream\n/ObjStm << /Subtype /Image",
    ],
    ids=["comment", "comment with a dictionary", "blanks", "two streams"],
)
def test_objects_that_hide_as_a_picture_are_refused(kind: bytes) -> None:
    refused(pdf(stream=b"5 0 /S /JavaScript", kind=kind))
    assert checked(pdf(stream=b"pixels", kind=b"/Subtype /Image")).media_type == PDF
    assert checked(pdf(stream=b"5 0 << >>", kind=b"/Type /ObjStm")).media_type == PDF


@pytest.mark.parametrize("body", [b"/Title (JavaScript)", b"/JavaScripts 1", b"/OpenAction [3 0 R /Fit]"])
def test_a_pdf_that_only_speaks_of_it_is_taken(body: bytes) -> None:
    assert checked(pdf(body=body, stream=b"BT (JavaScript) Tj ET")).data.startswith(b"%PDF-")


def test_an_encrypted_pdf_and_one_that_cannot_be_looked_through_are_refused() -> None:
    assert "有密码或加密" in refused(pdf(body=b"/Encrypt 3 0 R"))
    assert "无法检查的编码" in refused(pdf(stream=b"", kind=b"/Type /ObjStm /Filter [/ASCIIHexDecode]"))


def test_a_file_that_is_made_to_keep_us_busy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "ESCAPES", 10)
    assert checked(pdf(body=b"/Title (" + b"#41" * 9 + b")")).media_type == PDF
    assert "无法检查的编码" in refused(pdf(body=b"/Title (" + b"#41" * 10 + b")"))
    monkeypatch.setattr(content, "STREAMS", 3)
    assert checked(pdf(body=b"stream\n" * 3)).media_type == PDF
    assert "无法检查的编码" in refused(pdf(body=b"stream\n" * 4))
    assert "无法读取" in refused(jpeg() + b"\xff\xda" * content.SCANS)
    assert checked(jpeg() + b"\xff\xda" * (content.SCANS - 1)).media_type == JPEG


def test_a_pdf_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "INFLATED", 1000)
    assert checked(pdf(stream=b" " * 999)).media_type == PDF
    assert "展开后太大" in refused(pdf(stream=b" " * 1000))


@pytest.mark.parametrize(
    "tail", [b"<script>", b"PK\x05\x06" + b"\0" * 18, b"PK\x05\x06" + b"\0" * 16 + b"\x06\0%%EOF\n"]
)
def test_a_pdf_that_is_something_else_as_well_is_refused(tail: bytes) -> None:
    assert "附有别的内容" in refused(pdf(tail=tail))
    assert "不完整" in refused(pdf().replace(b"%%EOF", b""))


# -- Word ---------------------------------------------------------------------------------------------------------

TEMPLATE = b'<Relationship Id="1" Type="x/attachedTemplate" Target="http://a.example/t.dotm" TargetMode="External"/>'
LINK = b'<Relationship Id="1" Type="x/hyperlink" Target="http://a.example/" TargetMode="External"/>'


@pytest.mark.parametrize(
    "name", ["word/vbaProject.bin", "word/embeddings/a.xlsx", "../../a", "word/activeX/activeX1.xml"]
)
def test_a_word_file_with_macros_controls_or_other_files_is_refused(name: str) -> None:
    assert "宏、控件或嵌入的文件" in refused(docx({name: b"x"}))


def test_a_word_file_that_fetches_something_is_refused_and_one_with_a_link_is_not() -> None:
    assert "从别处读取" in refused(docx({"word/_rels/settings.xml.rels": TEMPLATE}))
    assert checked(docx({"word/_rels/document.xml.rels": LINK})).media_type == DOCX


OTHER_TEMPLATES = (
    TEMPLATE.replace(b"http://a.example/t.dotm", b"http://a.example/hyperlink/t.dotm"),
    TEMPLATE.replace(b"<Relationship", b'<r:Relationship xmlns:r="http://a.example/r"'),
    TEMPLATE.replace(b"External", b"&#69;xternal"),
    TEMPLATE.decode().encode("utf-16"),
)


@pytest.mark.parametrize("relations", OTHER_TEMPLATES, ids=["a link's name", "a prefix", "an entity", "utf-16"])
def test_what_is_fetched_is_known_however_it_is_written(relations: bytes) -> None:
    assert "从别处读取" in refused(docx({"word/_rels/settings.xml.RELS": relations}))


@pytest.mark.parametrize("relations", [b"no XML", b"<!DOCTYPE a [<!ENTITY b 'External'>]>" + LINK])
def test_relations_that_cannot_be_read_are_refused(relations: bytes) -> None:
    assert refused(docx({"word/_rels/settings.xml.rels": relations})) == "Word 文件已损坏，无法读取。"


@pytest.mark.parametrize("without", ["word/document.xml", "[Content_Types].xml"])
def test_another_archive_is_no_word_file(without: str) -> None:
    assert "压缩文件不能接收" in refused(docx(without=without))


def test_a_word_file_with_something_behind_it_or_too_large_within_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "附有别的内容" in refused(docx(comment=b"%PDF-"))
    assert "附有别的内容" in refused(docx() + b"<script>")
    assert refused(docx()[:60]) == "Word 文件已损坏，无法读取。"
    monkeypatch.setattr(content, "INFLATED", 10_000)
    assert refused(docx({"word/media/a.xml": b"0" * 10_000})) == "Word 文件展开后太大。"
