"""The databases of the matrix: starting states, copies of them, what is in them, and what must hold in any of them."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from tests.conftest import of_database
from tests.crash.killing import Sequences, sequences

State = dict[str, list[dict[str, Any]]]
"""Table → its rows, in order; what is sealed only as being there."""
LOOK_SECONDS = 0.002


@dataclass
class Ground:
    """A server on which databases are made, copied and dropped; `name` is what they are called after."""

    server: str
    name: str
    runner: asyncio.Runner
    admin: Any = None

    def connect(self) -> "Ground":
        """One connection for all of it."""
        self.admin = self.runner.run(asyncpg.connect(self.server))
        return self

    def copy(self, template: str, kind: str) -> str:
        """A fresh copy; its name."""
        name = f"{self.name}_{kind}"
        self.drop(name)
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Away with it, whoever is still connected."""
        self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        self.runner.run(self.admin.execute(statement))

    def dsn(self, name: str) -> str:
        """As the app's role."""
        return of_database(self.server, name, "supervision_app")

    def quiet(self, name: str) -> None:
        """Wait until the server has noticed that the process is gone."""
        self.runner.run(self._quiet(name))

    async def _quiet(self, name: str) -> None:
        while await self.admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = $1", name):
            await asyncio.sleep(LOOK_SECONDS)

    def state(self, name: str) -> State:
        """Everything in the database."""
        return self.runner.run(self._state(name))

    async def _state(self, name: str) -> State:
        connection = await asyncpg.connect(of_database(self.server, name))
        try:
            rows = await connection.fetch(await _of_each_table(connection, "jsonb_agg(to_jsonb(t))"))
            return {row["name"]: _ordered(json.loads(row["rows"] or "[]")) for row in rows}
        finally:
            await connection.close()

    def digest(self, name: str) -> str:
        """One short word for everything in the database, sealed values too."""
        return self.runner.run(self._digest(name))

    async def _digest(self, name: str) -> str:
        connection = await asyncpg.connect(of_database(self.server, name))
        try:
            each = await _of_each_table(connection, "md5(string_agg(t::text, ';' ORDER BY t::text))")
            return str(await connection.fetchval(f"SELECT md5(string_agg(rows, ';' ORDER BY name)) FROM ({each}) each"))
        finally:
            await connection.close()

    def sequences(self, name: str) -> Sequences:
        """Where its sequences stand."""
        return self.runner.run(self._sequences(name))

    async def _sequences(self, name: str) -> Sequences:
        connection = await asyncpg.connect(of_database(self.server, name))
        try:
            return await sequences(connection)
        finally:
            await connection.close()

    def close_gaps(self, name: str, where: Sequences) -> None:
        """Set the sequences back to where the last commit left them, so that ids can be compared."""
        self.runner.run(self._close_gaps(name, where))

    async def _close_gaps(self, name: str, where: Sequences) -> None:
        connection = await asyncpg.connect(of_database(self.server, name))
        try:
            rows = [(sequence, *at) for sequence, at in where.items()]
            await connection.execute(SET_SEQUENCES, *(list(column) for column in zip(*rows, strict=True)))
        finally:
            await connection.close()

    def broken(self, name: str, now: datetime, promises: Mapping[str, str]) -> list[str]:
        """The promises that don't hold there."""
        return self.runner.run(self._broken(name, now, promises))

    async def _broken(self, name: str, now: datetime, promises: Mapping[str, str]) -> list[str]:
        connection = await asyncpg.connect(of_database(self.server, name))
        try:
            counts = {said: await connection.fetchval(f"WITH at AS (SELECT $1::timestamptz AS now) {sql}", now)
                      for said, sql in promises.items()}  # fmt: skip
            return [f"{count} × {said}" for said, count in counts.items() if count]
        finally:
            await connection.close()


SET_SEQUENCES = """SELECT setval(n.name::regclass, n.last, n.called)
                     FROM unnest($1::text[], $2::bigint[], $3::bool[]) AS n(name, last, called)"""
TABLES = """SELECT tablename FROM pg_tables
             WHERE schemaname = 'public' AND tablename NOT IN ('migration', 'holiday', 'parameter') ORDER BY 1"""
"""All but those that no piece of work touches."""


async def _of_each_table(connection: Any, what: str) -> str:
    tables = [row["tablename"] for row in await connection.fetch(TABLES)]
    return " UNION ALL ".join(f"SELECT '{one}' AS name, {what} AS rows FROM {one} t" for one in tables)


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = [{key: _shown(key, value) for key, value in row.items()} for row in rows]
    return sorted(seen, key=lambda row: (row.get("id", 0), json.dumps(row, sort_keys=True)))


def _shown(key: str, value: Any) -> Any:
    """What is sealed, and where a sealed file lies, is another one each time."""
    random = key.endswith("_sealed") or (key in OF_A_FILE and DRAWN.fullmatch(str(value)))
    return value is not None if random else value


def difference(one: State, other: State) -> str:
    """Where two states differ, in one line."""
    return "; ".join(
        f"{table}: {len(rows)} rows and {len(other[table])}, first {_first(rows, other[table])}"
        for table, rows in one.items()
        if rows != other[table]
    )


def _first(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> Any:
    for row, other in zip(rows, others, strict=False):
        if row != other:
            return {key: (value, other.get(key)) for key, value in row.items() if value != other.get(key)}
    return "one more"


OF_A_FILE, DRAWN = ("place", "digest"), re.compile("[0-9a-f]{32}(?:[0-9a-f]{32})?")
AT_ANY_MOMENT = {
    "a lapse that was noticed and has no alert (G2)": """
        SELECT count(*) FROM duty d WHERE alerted_at IS NOT NULL AND NOT EXISTS (SELECT FROM alert WHERE duty = d.id)""",
    "an alert without the event of its opening (G2)": """
        SELECT count(*) FROM alert a WHERE NOT EXISTS (
               SELECT FROM alert_event e WHERE e.alert = a.id AND e.kind = 'opened')""",
    "an alert of a duty that isn't marked as noticed (G2)": """
        SELECT count(*) FROM at, alert a JOIN duty d ON d.id = a.duty
         WHERE a.closed_at IS NULL AND d.alerted_at IS NULL AND is_lapsed(d.state, d.limit_at, at.now)""",
    "two open alerts of one duty or finding": """
        SELECT count(*) FROM (SELECT FROM alert WHERE closed_at IS NULL GROUP BY duty, finding HAVING count(*) > 1) two""",
    "two texts for one recipient, duty, kind, version (G6)": """
        SELECT count(*) FROM (SELECT FROM message_about GROUP BY recipient_key, duty, kind, version
                              HAVING count(*) > 1) two""",
    "an act of a person's file without its audit row (G9)": """
        SELECT count(*) FROM report r WHERE r.withdrawn_at IS NOT NULL AND NOT EXISTS (
               SELECT FROM audit_row a WHERE a.action = 'withdraw' AND a.at = r.withdrawn_at)""",
    "an ended order without its end fact": """
        SELECT count(*) FROM orders o WHERE o.ended_at IS NOT NULL AND NOT EXISTS (
               SELECT FROM order_end e WHERE e.order_id = o.id AND e.withdrawn_at IS NULL)""",
}
"""What must hold at every moment, also while nobody works: sentence → how many break it, at the moment `at.now`."""
IN_THE_END = AT_ANY_MOMENT | {
    "a lapse without an open alert (G1)": """
        SELECT count(*) FROM duty d, at WHERE is_lapsed(d.state, d.limit_at, at.now) AND NOT EXISTS (
               SELECT FROM alert a WHERE a.duty = d.id AND a.closed_at IS NULL)""",
    "a finding without an open alert": """
        SELECT count(*) FROM finding f, at WHERE f.state = 'open' AND f.since_at <= at.now AND NOT EXISTS (
               SELECT FROM alert a WHERE a.finding = f.id AND a.closed_at IS NULL)""",
    "an alert past its next step (G4)": """
        SELECT count(*) FROM alert, at WHERE closed_at IS NULL AND next_step_at <= at.now""",
    "a text that is being sent by nobody": "SELECT count(*) FROM message WHERE state = 'sending'",
    "a roll call with a remainder (G5)": "SELECT count(*) FROM roll_call WHERE remainder > 0",
}
"""What must hold once a restarted process has done its work."""
UNLESS_PLANTED = {
    "a difference that the nightly proof found": """
        SELECT count(*) FROM finding WHERE rule = 'ledger_difference' AND state = 'open'""",
}
"""What must hold in the end where the ledger had no faults before."""
