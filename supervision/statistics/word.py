"""The annual report as a Word document, in the form of official papers (GB/T 9704): A4, 三号仿宋, 28 points a line."""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from supervision.language import in_chinese
from supervision.statistics.annual import Annual, plain

MARGINS_MM = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
BODY_PT, TITLE_PT, LINE_PT = 16, 22, 28
LATIN = "Times New Roman"


@in_chinese()
def as_docx(report: Annual) -> bytes:
    """The .docx: title, then a heading and a paragraph for each part."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS_MM.items():
        setattr(section, name, Mm(size))
    _paragraph(document, report.title, font="方正小标宋简体", size=TITLE_PT, centred=True)
    for number, (title, parts) in zip("一二三四", report.paragraphs, strict=False):
        _paragraph(document, f"{number}、{title}", font="黑体", size=BODY_PT)
        _paragraph(document, plain(parts), font="仿宋", size=BODY_PT)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _paragraph(document: Any, text: str, *, font: str, size: int, centred: bool = False) -> None:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.line_spacing, form.space_after = Pt(LINE_PT), Pt(0)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        form.first_line_indent = Pt(2 * size)
    run = paragraph.add_run(text)
    run.font.name, run.font.size = LATIN, Pt(size)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    # Word takes the Latin font for Chinese too where this isn't said, and traditional punctuation where the language isn't.
    fonts.set(qn("w:eastAsia"), font)
    language = run._element.rPr.makeelement(qn("w:lang"), {qn("w:eastAsia"): "zh-CN"})
    run._element.rPr.append(language)
