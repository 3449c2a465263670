"""Find people by what is typed into one box: name, pinyin, order number, phone, identity number or its last four digits."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from supervision.access.viewer import Viewer
from supervision.people.actions import CONTACT, CONTACT_TAIL, DOC, DOC_TAIL
from supervision.people.phones import PhoneFault, normalise_phone
from supervision.people.scope import visible_people
from supervision.sealed import blind

LONGEST = 40
"""Characters of a search that are looked at."""
PREFIX_ONLY = 2
"""Up to so many Chinese characters are the beginning of a name; more may lie inside it."""


def search_condition(text: str, viewer: Viewer, args: list[Any], *, each: bool = False) -> str:
    """The SQL condition on `p.id` that the person is visible to the viewer and fits the text; appends to `args`.

    `each`: asked of one person after another, for a text that many fit; else who fits is looked up first.
    """
    visible = visible_people(viewer, "p.id", args)
    wanted = wanted_text(text)
    if not wanted:
        return visible
    branches = list(_branches(wanted, args))
    if each:
        return f"{visible} AND EXISTS (SELECT FROM ({' UNION ALL '.join(branches)}) s(id) WHERE s.id = p.id OFFSET 0)"
    # Not UNION ALL: of that the planner takes 200 people for granted, however many it is.
    return f"{visible} AND p.id IN ({' UNION '.join(branches)})"


def wanted_text(text: str) -> str:
    """The text as it is searched for: full-width forms folded, blanks away."""
    return re.sub(r"[\s\0]+", "", unicodedata.normalize("NFKC", text))[:LONGEST]


def is_number(text: str) -> bool:
    """Whether an identity or phone number was typed, or the most of one: four digits and more."""
    return bool(re.fullmatch(r"[0-9]{3,17}[0-9X]", wanted_text(text).upper()))


def _branches(wanted: str, args: list[Any]) -> Iterator[str]:
    """One indexed sub-select for each way in which the text can be meant."""
    large = wanted.upper()
    if re.fullmatch(r"[0-9]{17}[0-9X]", large):
        yield f"SELECT id FROM person WHERE doc_key = {_put(args, blind(large, DOC))}"
    elif re.fullmatch(r"[0-9]{3}[0-9X]", large):
        yield f"SELECT id FROM person WHERE doc_tail_key = {_put(args, blind(large, DOC_TAIL))}"
        yield _contact("tail_key", blind(large, CONTACT_TAIL), args)
    elif phone := _phone(wanted):
        yield _contact("key", blind(phone, CONTACT), args)
    if re.fullmatch(r"[A-Z]+", large):
        yield _pinyin(wanted.lower(), args)
    if re.search(r"[0-9]", wanted):
        yield f"SELECT person FROM orders WHERE number LIKE {_put(args, _escaped(large) + '%')}"
    else:
        yield _name(wanted, args)


def _put(args: list[Any], value: str) -> str:
    args.append(value)
    return f"${len(args)}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _phone(wanted: str) -> str | None:
    try:
        return normalise_phone(wanted)
    except PhoneFault:
        return None


def _contact(column: str, key: str, args: list[Any]) -> str:
    return f"SELECT person FROM contact WHERE {column} = {_put(args, key)} AND kind = 'phone' AND withdrawn_at IS NULL"


def _pinyin(letters: str, args: list[Any]) -> str:
    """The beginning of any word of the readings: initials or the whole, by the trigram index."""
    first, later = _put(args, f"{letters}%"), _put(args, f"% {letters}%")
    return f"SELECT id FROM person WHERE pinyin LIKE {first} OR pinyin LIKE {later}"


def _name(wanted: str, args: list[Any]) -> str:
    anywhere = "%" if len(wanted) > PREFIX_ONLY else ""
    return f"SELECT id FROM person WHERE name LIKE {_put(args, f'{anywhere}{_escaped(wanted)}%')}"
