"""Where a text to somebody goes: the first number that is theirs, can take texts, isn't bad and isn't refused."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from supervision.db import Record, fetch
from supervision.people.actions import CONTACT
from supervision.people.phones import is_mobile
from supervision.sealed import SealError, blind, open_sealed

RECIPIENT = "message.recipient"
COUNTRY = "+86"

_log = logging.getLogger(__name__)

WhyNot = Literal["no_phone", "refused", "no_mobile"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A number that may be texted: `contact` is its row, `number` in E.164, `holder` self or family."""

    contact: int
    number: str
    holder: str

    @property
    def key(self) -> str:
        """The blind index of the number: the same for every message to it."""
        return blind(self.number, RECIPIENT)


async def recipients(people: Iterable[int], now: datetime, *, kind: str = "phone") -> dict[int, Recipient | WhyNot]:
    """Person → where a text to them goes, or why nowhere; one query however many people. `kind`: of the contacts asked."""
    ids = sorted(set(people))
    rows = await fetch(
        """SELECT person, id, value_sealed, holder, consent FROM contact
            WHERE person = ANY($1) AND kind = $3 AND withdrawn_at IS NULL AND bad_since IS NULL AND ok_from <= $2
            ORDER BY person, holder <> 'self', rank, id DESC""",
        ids,
        now,
        kind,
    )
    numbers: dict[int, list[Record]] = {}
    for row in rows:
        numbers.setdefault(row["person"], []).append(row)
    return {person: choose(numbers.get(person, ())) for person in ids}


def choose(numbers: Sequence[Record]) -> Recipient | WhyNot:
    """The first usable number; whoever refuses texts on all own numbers isn't texted through the family either."""
    if not numbers:
        return "no_phone"
    own = [row for row in numbers if row["holder"] == "self"]
    if own and all(row["consent"] == "no" for row in own):
        return "refused"
    willing = [row for row in numbers if row["consent"] == "yes"]
    if not willing:
        return "refused"
    for row in willing:
        number = readable(row["value_sealed"], CONTACT)
        if number and is_mobile(number):
            return Recipient(row["id"], international(number), row["holder"])
    return "no_mobile"


def readable(sealed: str, purpose: str) -> str | None:
    """The number in clear; None for one that this key can't open, so that it costs nobody else their text."""
    try:
        return open_sealed(sealed, purpose)
    except SealError as fault:
        _log.error("a number can't be read (%s): %s", purpose, fault)
        return None


def international(number: str) -> str:
    """A mobile number of the mainland in E.164."""
    return number if number.startswith("+") else COUNTRY + number
