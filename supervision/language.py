"""The language of what people read: the Chinese sentence is the message id, so the first language needs no catalogue.

`_("…")` says a sentence in the language of the request; `N_("…")` only marks one that stands in a table and is said later,
by `_(TABLE[code])`. What is kept in the database, sent by text or printed as an official letter stays Chinese.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

CHINESE, ENGLISH = "zh", "en"
LANGUAGES: Final = {CHINESE: "中文", ENGLISH: "English"}
"""Each by its own name, whatever the language of the page."""
LANGUAGE: ContextVar[str] = ContextVar("language", default=CHINESE)


class _English(NullTranslations):
    """The catalogue as it is read; a sentence that it lacks stays Chinese."""

    def __init__(self, catalogue: Catalog) -> None:
        super().__init__()
        self.messages = {message.id: message.string for message in catalogue if message.id}

    def gettext(self, message: str) -> str:
        return str(self.messages.get(message) or message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self.messages.get((msgid1, msgid2)) or (msgid1, msgid2)
        return forms[0] if n == 1 else forms[1]


def english_file() -> Path:
    """The one catalogue there is."""
    return Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "messages.po"


@cache
def _translations(language: str) -> NullTranslations:
    if language == CHINESE:
        return NullTranslations()
    with english_file().open("rb") as file:
        return _English(read_po(file, locale=language))


def gettext(message: str) -> str:
    """The sentence in the language of the request."""
    return _translations(LANGUAGE.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence in the language of the request, by number."""
    return _translations(LANGUAGE.get()).ngettext(one, many, count)


def said(table: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each code of a table of marked words with its word in the language of the request: the choices of a form."""
    return [(code, gettext(word)) for code, word in table.items()]


def listed(words: Iterable[str]) -> str:
    """Words that were said already, as a list in the language of the request: `甲、乙`, `a, b`."""
    return gettext("、").join(words)


def run_on(sentences: Iterable[str]) -> str:
    """Whole sentences one after the other; English wants a blank between them."""
    return ("" if LANGUAGE.get() == CHINESE else " ").join(sentences)


@contextmanager
def in_chinese() -> Iterator[None]:
    """What is said inside is Chinese whatever the language of the request: a file for the records."""
    token = LANGUAGE.set(CHINESE)
    try:
        yield
    finally:
        LANGUAGE.reset(token)


def N_(message: str) -> str:
    """The sentence itself, marked for the catalogue: it is said later."""
    return message


_ = gettext
