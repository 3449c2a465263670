"""A filled form as a Word file, to be edited and stamped: one template a layout, written here so that it can be compared."""

from functools import cache
from io import BytesIO

from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from supervision.documents.code import as_png
from supervision.documents.form import Filled

# block kind → font (named only: it comes from the office's computer), size, alignment, indent of the first line in signs
LOOKS = {
    "organ": ("方正小标宋简体", 18, "center", 0),
    "title": ("方正小标宋简体", 22, "center", 0),
    "number": ("仿宋", 16, "right", 0),
    "paragraph": ("仿宋", 16, "justify", 2),
    "signature": ("仿宋", 16, "right", 0),
    "receipt": ("仿宋", 12, "left", 0),
}
ALIGNED = {
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


def as_word(filled: Filled) -> bytes:
    """The Word file. A value that the template asks for and isn't there is an error. Not for the event loop."""
    template = DocxTemplate(BytesIO(_template(filled.layout)))
    code = InlineImage(template, BytesIO(as_png(filled.number)), width=Mm(20))
    blocks = [{"kind": block.kind, "text": block.text} for block in filled.blocks]
    # In a sandbox: a template is code, also where it is one's own.
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    template.render({"blocks": blocks, "code": code}, jinja_env=environment)
    out = BytesIO()
    template.save(out)
    return out.getvalue()


@cache
def _template(layout: str) -> bytes:
    assert layout == "decision", layout
    document = Document()
    _page(document)
    _line(document, "{{ code }}", "number")
    document.add_paragraph("{%p for one in blocks %}")
    for kind in LOOKS:
        document.add_paragraph(f"{{%p if one.kind == '{kind}' %}}")
        _line(document, "{{ one.text }}", kind)
        document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: WordFile) -> None:
    """GB/T 9704: A4 with its margins; Chinese as the language of all text, or its signs sit in the middle."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    run = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = run.find(qn("w:lang"))
    language.set(qn("w:eastAsia"), "zh-CN")


def _line(document: WordFile, text: str, kind: str) -> None:
    font, size, alignment, indent = LOOKS[kind]
    paragraph = document.add_paragraph()
    paragraph.alignment = ALIGNED[alignment]
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    form.space_after = Pt(0)
    form.first_line_indent = Pt(size * indent)
    if "code" in text:
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
