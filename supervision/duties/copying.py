"""Fields in PostgreSQL's binary COPY format, and moments as it writes them out; pure.

A row is made where the rules are asked, here or in a worker, and goes to the database as it is.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any, Final

import msgspec

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MOMENT: Final = timedelta(microseconds=1)
FIRST_DAY: Final = EPOCH.toordinal()

_length = Struct(">i").pack
_small = Struct(">ii").pack
_large = Struct(">iq").pack
_count = Struct(">h").pack


def whole(rows: bytes) -> bytes:
    """What COPY reads: rows between their header and their end."""
    return HEADER + rows + END


@lru_cache(maxsize=16384)
def text(value: str | None) -> bytes:
    """A field of type text."""
    if value is None:
        return NULL
    data = value.encode()
    return _length(len(data)) + data


def small(value: int | None) -> bytes:
    """A field of type integer."""
    return NULL if value is None else _small(4, value)


def large(value: int | None) -> bytes:
    """A field of type bigint."""
    return NULL if value is None else _large(8, value)


@lru_cache(maxsize=16384)
def moment(at: datetime | None) -> bytes:
    """A field of type timestamptz: microseconds since 2000."""
    return NULL if at is None else _large(8, (at - EPOCH) // MOMENT)


@lru_cache(maxsize=16384)
def day(on: date) -> bytes:
    """A field of type date."""
    return _small(4, on.toordinal() - FIRST_DAY)


def jsonb(value: Any) -> bytes:
    """A field of type jsonb."""
    data = msgspec.json.encode(value)
    return _length(len(data) + 1) + b"\x01" + data


def json_text(value: Any) -> str:
    """The same as text."""
    return msgspec.json.encode(value).decode()


def columns(count: int) -> bytes:
    """How a row of so many fields begins."""
    return _count(count)


@lru_cache(maxsize=16384)
def written(at: datetime | None) -> str:
    """A moment as the server prints it (ISO, UTC); an empty text for none."""
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    fraction = f".{utc.microsecond:06d}".rstrip("0") if utc.microsecond else ""
    return f"{utc:%Y-%m-%d %H:%M:%S}{fraction}+00"
