"""A signed letter is photographed or scanned, and finds its case by the square code on it."""

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from supervision.db import fetch_value
from supervision.discipline.letters import letter
from supervision.documents.code import as_png
from supervision.documents.reading import codes_on
from supervision.files.actions import find, open_file
from supervision.orders.actions import assign_officer
from supervision.people.actions import Assignment
from tests.cast import Cast, client_for
from tests.discipline.makers import decided
from tests.discipline.test_letters import BUREAU
from tests.files.made import pdf
from tests.register import on_register, viewer_of


async def _letter_of(cast: Cast, who) -> tuple[int, int, str, bytes]:
    """Somebody with a letter: the person, the case, the number, the PDF as it was printed."""
    on = await on_register(cast)
    case = await decided(cast, on)
    viewer = await viewer_of(who)
    made = await letter(viewer, case, BUREAU, cast.now)
    kept = await find(made.pdf_file, person=on.person)
    return on.person, case, made.number, await open_file(viewer, kept, cast.now)


def _photographed(printed: bytes, *, turned: float) -> bytes:
    """The first page as a telephone sees it: a bit askew, as a JPEG."""
    picture = pypdfium2.PdfDocument(printed)[0].render(scale=150 / 72).to_pil()
    out = BytesIO()
    picture.rotate(turned, expand=True, fillcolor="white").convert("RGB").save(out, "JPEG", quality=60)
    return out.getvalue()


async def _handed_in(cast: Cast, who: object, *files: tuple[str, bytes]):
    browser = await client_for(cast, who)
    return await browser.post("/discipline/scans", files=[("file", one) for one in files])


async def test_scans_and_photographs_file_themselves_and_what_cannot_be_read_costs_none_of_them(cast: Cast) -> None:
    first, case, number, printed = await _letter_of(cast, cast.alice)
    second, _, other, photographed = await _letter_of(cast, cast.alice)
    answer = await _handed_in(
        cast,
        cast.alice,
        ("一.pdf", printed),
        ("二.jpg", _photographed(photographed, turned=4)),
        ("三.pdf", pdf()),
    )
    assert answer.status_code == 200, answer.text
    assert answer.text.count("已存入") == 2 and answer.text.count("没有存入") == 1
    assert f"/people/{first}/discipline/{case}" in answer.text and number in answer.text and other in answer.text
    assert "没有读出决定书上的二维码" in answer.text
    assert number in (await (await client_for(cast, cast.alice)).get(f"/people/{first}/discipline/{case}")).text
    again = await _handed_in(cast, cast.alice, ("一.pdf", printed))
    assert "签字件已经存入" in again.text
    assert second != first


def _in_one(*letters: bytes, blank: int = 0) -> bytes:
    """A stack of letters as one PDF, with empty pages between them."""
    stack = pypdfium2.PdfDocument.new()
    for printed in letters:
        stack.import_pages(pypdfium2.PdfDocument(printed))
        for _ in range(blank):
            stack.new_page(595, 842)
    out = BytesIO()
    stack.save(out)
    return out.getvalue()


@pytest.mark.parametrize("blank", [0, 8])
async def test_a_stack_of_letters_in_one_file_is_refused_wherever_it_is_handed_in(cast: Cast, blank: int) -> None:
    first, case, number, printed = await _letter_of(cast, cast.alice)
    *_, other = await _letter_of(cast, cast.alice)
    stack = _in_one(printed, other, blank=blank)
    assert "请每份单独扫描" in (await _handed_in(cast, cast.alice, ("一叠.pdf", stack))).text
    browser = await client_for(cast, cast.alice)
    path = f"/people/{first}/discipline/{case}/scan"
    answer = await browser.post(path, data={"number": number}, files=[("file", ("一叠.pdf", stack))])
    assert answer.status_code == 422 and "请每份单独扫描" in answer.text
    assert await fetch_value("SELECT count(scan_file) FROM issued_document") == 0
    twice = await _handed_in(cast, cast.alice, ("一份.pdf", _in_one(printed, printed)))
    assert twice.text.count("已存入") == 1


async def test_the_letter_of_somebody_else_is_not_filed_under_the_number_that_was_typed(cast: Cast) -> None:
    first, case, number, printed = await _letter_of(cast, cast.alice)
    *_, foreign = await _letter_of(cast, cast.alice)
    browser = await client_for(cast, cast.alice)
    path = f"/people/{first}/discipline/{case}/scan"
    answer = await browser.post(path, data={"number": number}, files=[("file", ("二.pdf", foreign))])
    assert answer.status_code == 422 and "扫描件上的文号不是填写的文号" in answer.text
    assert await fetch_value("SELECT count(scan_file) FROM issued_document") == 0
    typed = number.replace("（", "(").replace("）", ") ")
    answer = await browser.post(path, data={"number": typed}, files=[("file", ("一.pdf", printed))])
    assert answer.status_code == 303
    assert await fetch_value("SELECT count(scan_file) FROM issued_document") == 1


async def test_a_letter_of_another_office_is_as_unknown_as_none(cast: Cast) -> None:
    *_, printed = await _letter_of(cast, cast.alice)
    order = await fetch_value("SELECT id FROM orders")
    moved = Assignment(cast.carol.office, cast.carol.id, "迁居")
    await assign_officer(await viewer_of(cast.dan), order, moved, cast.now)
    answer = await _handed_in(cast, cast.alice, ("一.pdf", printed))
    assert "没有找到，或者不在您的管理范围内" in answer.text and "已存入" not in answer.text


async def test_nothing_chosen_and_too_much_are_refused(cast: Cast) -> None:
    browser = await client_for(cast, cast.alice)
    assert "请选择 1 至 10 个文件" in (await browser.post("/discipline/scans", data={})).text
    many = await _handed_in(cast, cast.alice, *(((f"{n}.pdf"), pdf()) for n in range(11)))
    assert many.status_code == 422 and "请选择 1 至 10 个文件" in many.text


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"\xff\xd8\xff broken", b"a text"])
async def test_what_is_no_picture_has_no_code(data: bytes) -> None:
    assert await codes_on(data) == []


async def test_every_code_on_a_page_is_told() -> None:
    page = Image.new("L", (1200, 600), 255)
    for place, said in enumerate(("甲", "乙")):
        page.paste(Image.open(BytesIO(as_png(said))).convert("L"), (100 + 600 * place, 100))
    out = BytesIO()
    page.save(out, "PNG")
    assert sorted(await codes_on(out.getvalue())) == sorted(["甲", "乙"])
