"""What the forms about a period of help share: whom they are about, their words, and the way back to the page."""

from typing import Any

from litestar import Response

from supervision.access.viewer import Viewer
from supervision.db import Record
from supervision.errors import NotFound
from supervision.forms import Form, read_form
from supervision.people.answers import back_to
from supervision.people.scope import get_person
from supervision.resettlement import words
from supervision.resettlement.scope import get_assistance
from supervision.web import AnyRequest

TABLES = (
    "SOURCES",
    "KINDS",
    "STATES",
    "BADGES",
    "LEVELS",
    "PLACES",
    "MET",
    "GROUP",
    "DEPARTMENTS",
    "GROUNDS",
    "FACTORS",
    "SIDES",
    "GRADES",
    "GUARDIANS",
    "HARDSHIPS",
)


def page_words() -> dict[str, Any]:
    """The tables of words, by their names in small letters."""
    return {name.lower(): getattr(words, name) for name in TABLES} | {"support_options": support_options()}


def support_options() -> list[tuple[str, str]]:
    """Every kind of support with its codes, as one list of choices."""
    return [
        (f"{kind}.{code}" if code else kind, words.support_title(kind, code))
        for kind in words.SUPPORT
        for code in words.SUPPORT_CODES.get(kind, {None: ""})
    ]


async def form_about(
    request: AnyRequest, viewer: Viewer, person_id: int, template: str, **context: Any
) -> tuple[Record, Form]:
    """The period of help and the posted form about it. Raises NotFound before anything is read."""
    row, person = await get_assistance(viewer, person_id), await get_person(viewer, person_id)
    form = await read_form(request, f"resettlement/_{template}.html", person=person, words=page_words(), **context)
    return row, form


def back(request: AnyRequest, person_id: int, said: str) -> Response[Any]:
    """To the page of the period of help, with what was done."""
    return back_to(request, f"/people/{person_id}/assistance", said)


async def back_or_away(request: AnyRequest, viewer: Viewer, person_id: int, said: str) -> Response[Any]:
    """The same; to the register where the file went to another office, so that the person is the viewer's no longer."""
    try:
        await get_person(viewer, person_id)
    except NotFound:
        return back_to(request, "/assistance", said)
    return back(request, person_id, said)
