"""What a page of statistics is asked for, read from its address; anything that isn't ours is as good as nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from supervision.access.forms import as_id
from supervision.days import local_day
from supervision.statistics.period import Period, last_month, read_month, read_period, read_year, year_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 17


def month_asked(query: Mapping[str, str], now: datetime) -> Period:
    """The month, else the last one that is over."""
    found = read_month(query.get("month", ""))
    return found if found and found.begin <= now else last_month(now)


def year_asked(query: Mapping[str, str], now: datetime) -> Period:
    """The year, else the last one that is over."""
    found = read_year(query.get("year", ""))
    return found if found and found.begin <= now else year_of(local_day(now).year - 1)


def period_asked(query: Mapping[str, str], now: datetime) -> Period:
    """A month or a year, else the last month that is over."""
    found = read_period(query.get("period", ""))
    return found if found and found.begin <= now else last_month(now)


def known_text(moment: datetime) -> str:
    """A moment as it stands in an address: microseconds, so that a list shows exactly what its count counted."""
    return str((moment - EPOCH) // timedelta(microseconds=1))


def known_asked(query: Mapping[str, str], now: datetime) -> datetime:
    """What is to be known: at the moment in the address, never later than now."""
    text = query.get("known", "")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        return now
    return min(EPOCH + timedelta(microseconds=int(text)), now)


def number_asked(query: Mapping[str, str], name: str) -> int | None:
    """An id, or None."""
    return as_id(query.get(name, "")) if query.get(name) else None


def address(path: str, **parts: object) -> str:
    """A path with its query; parts that are None are left out."""
    given = {name: value for name, value in parts.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path
