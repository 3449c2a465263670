"""A filled form as PDF, with the fonts of a package: the page is the same on every machine."""

import json
from functools import cache
from importlib.resources import files

import pylopdf_fonts_zh_cn
import typst

from supervision.documents.code import as_svg
from supervision.documents.form import Filled


def as_pdf(filled: Filled) -> bytes:
    """The PDF. The values reach the page as data, never as its source. Takes some tens of milliseconds: not for the event loop."""
    blocks = [{"kind": block.kind, "text": block.text} for block in filled.blocks]
    data = {"title": filled.title, "blocks": blocks, "code": as_svg(filled.number), "number": filled.number}
    inputs = {"d": json.dumps(data, ensure_ascii=False)}
    made = typst.compile(PAGES[filled.layout].encode(), font_paths=_fonts(), sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """The package's fonts alone, read once."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files(pylopdf_fonts_zh_cn))])


# GB/T 9704: A4, margins of 37, 35, 28 and 26 mm, 16 pt on lines of 28 pt, the title in 22 pt.
DECISION = """
#let d = json(bytes(sys.inputs.d))
#set document(title: d.title)
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm),
  footer: context align(center, text(size: 12pt)[— #counter(page).display() —]))
#set text(font: "Noto Serif SC", size: 16pt, lang: "zh", region: "cn")
#set par(justify: true, leading: 12pt, spacing: 12pt)
#place(top + right, dy: -22mm, image(bytes(d.code), format: "svg", width: 20mm))
#let shown(b) = {
  if b.kind == "organ" { align(center, text(size: 18pt, b.text)) }
  else if b.kind == "title" { align(center, text(size: 22pt, stroke: 0.4pt, b.text)) }
  else if b.kind == "number" { align(right, b.text); v(6pt) }
  else if b.kind == "paragraph" { par(first-line-indent: (amount: 2em, all: true), b.text) }
  else if b.kind == "signature" { align(right, b.text) }
  else if b.kind == "receipt" { block(above: 20pt, par(justify: false, text(size: 12pt, b.text))) }
  else { par(b.text) }
}
#for b in d.blocks { shown(b) }
"""
PAGES = {"decision": DECISION}
