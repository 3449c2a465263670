"""A form as data: its fields, its blocks in order, its layout; filled in with values, or refused by the names of what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.language import listed

BLOCK_KINDS = ("organ", "title", "number", "paragraph", "signature", "receipt")
LAYOUTS = ("decision",)
"""Pages of which forms are made; a form that needs another adds it in pdf.py and word.py."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document; the text holds fields as {name}."""

    kind: str
    text: str

    def __post_init__(self) -> None:
        assert self.kind in BLOCK_KINDS, self.kind


@dataclass(frozen=True, slots=True)
class Form:
    """One form of law d.2: what it is called, how it is numbered, and what it says."""

    code: str
    title: str
    mark: str
    """The word of its number: 训, 警."""
    layout: str
    fields: Mapping[str, str]
    """name → what users call it; all are needed."""
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        assert self.layout in LAYOUTS, self.layout


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with its values in place: what every kind of file is made of."""

    code: str
    title: str
    number: str
    layout: str
    blocks: tuple[Block, ...]


def fill(form: Form, values: Mapping[str, str | None], number: str) -> Filled:
    """The form with its values. Raises Refusal that names every element that is missing."""
    check(form, values)
    known = {name: str(values[name]).strip() for name in form.fields} | {"number": number, "title": _(form.title)}
    blocks = tuple(Block(block.kind, block.text.format_map(known)) for block in form.blocks)
    return Filled(form.code, form.title, number, form.layout, blocks)


def check(form: Form, values: Mapping[str, str | None]) -> None:
    """Raises Refusal that names every element that is missing: a paper with a blank in it is not printed."""
    missing = {
        name: _("缺少%(label)s。") % {"label": _(label)}
        for name, label in form.fields.items()
        if not (values.get(name) or "").strip()
    }
    if missing:
        labels = listed(_(form.fields[name]) for name in missing)
        raise Refusal(
            _("%(title)s还不能制作，缺少：%(labels)s。") % {"title": _(form.title), "labels": labels}, fields=missing
        )
