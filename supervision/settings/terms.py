"""The terms under which the rules are asked: the dated parameters and the calendar, as the database has them."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from supervision.days import SHANGHAI, Calendar, local_day, start_of
from supervision.db import execute, fetch, fetch_row
from supervision.language import N_
from supervision.rules.base import Parameters, Terms
from supervision.rules.parameters import DEFAULTS

HOLIDAY_FILE = Path(__file__).parent / "holidays_cn.csv"
"""The State Council's calendar of 2020–2026; each row names its source."""
DEFAULTS_FROM = datetime(2020, 1, 1, tzinfo=SHANGHAI)
TAKEN_UP = ("reception.counted",)
"""Parameters that say whether clocks are counted: an office that came by them later is asked for what begins from then on."""
SINCE_TAKEN_UP = N_("启用本功能之日")
"""Their source, as it is kept; the page of parameters says it by language."""

_known: dict[tuple[str, int, int, int, int], tuple[Calendar, Parameters]] = {}
"""What was read last, by its database and how many rows it had there; rows are only ever added."""


async def load_terms(now: datetime, until: datetime) -> Terms:
    """The terms at this moment; re-read only when a row was added. Raises RuntimeError when nothing was seeded."""
    version = await fetch_row(
        """SELECT current_database() AS database,
                  (SELECT coalesce(max(id), 0) FROM parameter) AS parameters, (SELECT count(*) FROM parameter) AS values,
                  (SELECT coalesce(max(id), 0) FROM holiday) AS holidays, (SELECT count(*) FROM holiday) AS days"""
    )
    assert version is not None
    key = tuple(version)
    if key not in _known:
        if not version["values"]:
            raise RuntimeError("the parameters of the rules have not been seeded")
        _known.clear()
        _known[key] = (await _calendar(), await _parameters())
    calendar, parameters = _known[key]
    return Terms(calendar, parameters, now, until)


async def _calendar() -> Calendar:
    rows = await fetch("SELECT day, kind FROM holiday")
    return Calendar({row["day"]: row["kind"] for row in rows})


async def _parameters() -> Parameters:
    rows = await fetch("SELECT key, valid_from, value FROM parameter")
    return Parameters((row["key"], row["valid_from"], json.loads(row["value"])) for row in rows)


async def seed(now: datetime) -> None:
    """Put in the default parameters and the official holidays where they are missing; changes nothing that is there.

    What a register that is in use was never asked for counts from today's beginning (TAKEN_UP), not from 2020.
    """
    await execute(
        """INSERT INTO parameter (key, valid_from, value, source, recorded_at)
           SELECT n.key, v.valid_from, v.value, $5, $4
             FROM unnest($1::text[]) AS n(key), (VALUES ($2::timestamptz, 'false'::jsonb), ($3, 'true')) AS v(valid_from, value)
            WHERE EXISTS (SELECT FROM orders) AND NOT EXISTS (SELECT FROM parameter p WHERE p.key = n.key)
           ON CONFLICT ON CONSTRAINT parameter_once_a_moment DO NOTHING""",
        list(TAKEN_UP),
        DEFAULTS_FROM,
        start_of(local_day(now)),
        now,
        SINCE_TAKEN_UP,
    )
    defaults = [(d.key, json.dumps(d.value, ensure_ascii=False), d.source) for d in DEFAULTS]
    await execute(
        """INSERT INTO parameter (key, valid_from, value, source, recorded_at)
           SELECT n.key, $4, n.value, n.source, $5 FROM unnest($1::text[], $2::jsonb[], $3::text[]) AS n(key, value, source)
           WHERE NOT EXISTS (SELECT FROM parameter p WHERE p.key = n.key)
           ON CONFLICT ON CONSTRAINT parameter_once_a_moment DO NOTHING""",  # by another start at the same moment
        *(list(column) for column in zip(*defaults, strict=True)),
        DEFAULTS_FROM,
        now,
    )
    await execute(
        """INSERT INTO holiday (day, kind, name, source, recorded_at)
           SELECT n.day, n.kind, n.name, n.source, $5
             FROM unnest($1::date[], $2::text[], $3::text[], $4::text[]) AS n(day, kind, name, source)
           ON CONFLICT ON CONSTRAINT holiday_day_once DO NOTHING""",
        *(list(column) for column in zip(*official_holidays(), strict=True)),
        now,
    )


def official_holidays() -> Iterator[tuple[date, str, str, str]]:
    """Day, kind (off | work), name, source: the exceptions to the plain week that this program brings along."""
    with HOLIDAY_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield date.fromisoformat(row["date"]), row["kind"], row["name"], row["source"]
