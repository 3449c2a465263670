"""The English catalogue: a missing, empty, unused or fuzzy entry fails, so do placeholders that differ and unmarked Chinese."""

import re

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from supervision.language import english_file
from tests.conftest import ROOT
from tests.language.literals import (
    CHINESE,
    EXEMPT,
    FOLDERS,
    SUPERVISION,
    asked_for,
    folder_of,
    unmarked,
    unmarked_in_template,
)

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[#0 +-]*\d*(?:\.\d+)?([diouxXeEfFgGcrsa%])")

TERM = re.compile(r"^\| (?!term)(\S+) \| (.+?)( ~)? \| .+ \|$", re.MULTILINE)
TERMS = [
    (term, names.split(", "), not free)
    for term, names, free in TERM.findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
]
"""Each term of the glossary, its English names, and whether every entry with the term says one of them."""


def _catalogue() -> list[Message]:
    with english_file().open("rb") as file:
        return [message for message in read_po(file, locale="en", abort_invalid=True) if message.id]


def _words(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _placeholders(text: str) -> set[tuple[str, str]]:
    return {(name, "" if kind == "%" else kind) for name, kind in PLACEHOLDER.findall(text) if kind != "%"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_marked_sentence_has_its_english(folder: str) -> None:
    there = {message.id for message in _catalogue()}
    missing = {
        message: places
        for message, places in asked_for().items()
        if message not in there and any(folder_of(place) == folder for place in places)
    }
    assert missing == {}


def test_no_entry_is_empty_unused_fuzzy_or_still_chinese() -> None:
    entries = _catalogue()
    assert len(entries) > 1000
    assert [one.id for one in entries if one.id not in asked_for()] == []
    assert [one.id for one in entries if one.fuzzy or not all(_words(one))] == []
    assert [one.id for one in entries if any(CHINESE.search(word) for word in _words(one))] == []


def test_every_entry_keeps_its_placeholders() -> None:
    """All that English uses is given; what is given is said, but a number may be missing where it is one."""
    for message in _catalogue():
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        given = _placeholders(ids[-1])
        said = [_placeholders(word) for word in _words(message)]
        assert said[-1] == given, message.id
        assert said[0] <= given, message.id


def test_no_entry_holds_a_percent_sign_that_a_page_would_stumble_over() -> None:
    """Templates always format: a sign on its own is written twice, in both languages."""
    texts = [text for one in _catalogue() for text in (str(one.id), *_words(one))]
    assert [text for text in texts if "%" in PLACEHOLDER.sub("", text)] == []


def test_no_two_terms_of_the_glossary_share_a_name() -> None:
    names = [name for _term, said, _held in TERMS for name in said]
    assert len(names) == len(set(names)) > len(TERMS) > 20


@pytest.mark.parametrize(("term", "names"), [(term, names) for term, names, held in TERMS if held])
def test_a_term_of_the_glossary_has_one_english_name(term: str, names: list[str]) -> None:
    said = [(one.id, word.lower()) for one in _catalogue() if term in str(one.id) for word in _words(one)]
    assert said
    assert [(entry, word) for entry, word in said if not any(name in word for name in names)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_chinese_of_the_sources_is_marked_or_has_a_reason(folder: str) -> None:
    paths = [path for path in SUPERVISION.rglob("*.py") if folder_of(str(path.relative_to(SUPERVISION))) == folder]
    assert [found for path in sorted(paths) for found in unmarked(path)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_chinese_of_the_templates_is_marked(folder: str) -> None:
    paths = [path for path in SUPERVISION.rglob("*.html") if folder_of(str(path.relative_to(SUPERVISION))) == folder]
    assert [found for path in sorted(paths) for found in unmarked_in_template(path)] == []


def test_what_is_exempt_is_there() -> None:
    assert [name for name in EXEMPT if not (SUPERVISION / name.partition(":")[0]).exists()] == []
