"""The engine, `tx()` and plain SQL. Never use the engine's own transaction(): see docs/decisions.md."""

import contextlib
import errno
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg
from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.table import Table

os.environ.setdefault("PICCOLO_CONF", "supervision.piccolo_conf")
logging.getLogger("asyncpg.pool").setLevel(
    logging.CRITICAL
)  # it prints a traceback at each retry while the server is away

logger = logging.getLogger(__name__)
Made = TypeVar("Made")
Connection = Any
Record = Any
COPY_PIECE = 512 * 1024
SNAPSHOT: dict[str, Any] = {"isolation": "repeatable_read", "readonly": True}
DATABASE_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that is just being cut: its farewell has been read, its end hasn't
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # no room: the disk is full, or the memory, or all connections are taken
)


def is_disk_full(error: BaseException) -> bool:
    """Whether this is said of a full disk, the server's or our own."""
    return isinstance(error, asyncpg.DiskFullError) or getattr(error, "errno", None) == errno.ENOSPC


class Engine(PostgresEngine):
    """Piccolo's engine without a connection at import."""

    async def check_version(self) -> None:
        return None

    async def prep_database(self) -> None:
        return None


DB = Engine(config={"dsn": os.environ.get("SUPERVISION_DATABASE_URL", "postgresql://")})


async def open_pool(dsn: str, *, size: int = 10) -> None:
    """Point the engine at a server and open its pool; a server that is away is an OSError."""
    DB.config["dsn"] = dsn
    await DB.start_connection_pool(
        min_size=1, max_size=size, server_settings={"timezone": "UTC", "datestyle": "ISO"}, reset=_leave_as_it_is
    )


async def _leave_as_it_is(connection: Connection) -> None:
    """What was open is rolled back before; nothing of ours outlives its transaction, so no statement need say so again."""


async def close_pool() -> None:
    """Give all connections back."""
    if DB.pool:
        await DB.close_connection_pool()


@contextlib.asynccontextmanager
async def tx(*, snapshot: bool = False) -> AsyncIterator[Connection]:
    """A transaction; inside another one a real savepoint. Yields the asyncpg connection.

    `snapshot`: it only reads, and all of its statements see the register of one moment (inside another one: what that one sees).
    """
    if (outer := DB.current_transaction.get()) is not None:
        async with outer.connection.transaction():
            yield outer.connection
        return
    async with _acquired() as connection:
        transaction = PostgresTransaction(DB)
        transaction.connection = connection
        token = DB.current_transaction.set(transaction)
        try:
            async with connection.transaction(**(SNAPSHOT if snapshot else {})):
                yield connection
        finally:
            DB.current_transaction.reset(token)


def in_tx() -> bool:
    """Whether a transaction is running, and with it the one connection that all of its work goes through."""
    return DB.current_transaction.get() is not None


def _pool() -> Any:
    if DB.pool is None:
        raise OSError("the database's pool is not open")
    return DB.pool


@contextlib.asynccontextmanager
async def _acquired() -> AsyncIterator[Connection]:
    """A connection of the pool. A server without its socket is just being started anew: away, and no file of ours is missing."""
    pool = _pool()
    try:
        connection = await pool.acquire()
    except FileNotFoundError as gone:
        raise ConnectionRefusedError(gone.errno, "the database's socket is not there") from gone
    try:
        yield connection
    finally:
        await pool.release(connection)


@contextlib.asynccontextmanager
async def _connection() -> AsyncIterator[Connection]:
    if (outer := DB.current_transaction.get()) is not None:
        yield outer.connection
    else:
        async with _acquired() as connection:
            yield connection


async def alone(work: Callable[[], Awaitable[Made]]) -> Made | None:
    """One of a batch, in a transaction of its own (or a savepoint): where it fails it is undone and named, the others go on.

    None where it failed. A database that is away fails the whole batch: that is nobody's own fault.
    """
    try:
        async with tx():
            return await work()
    except DATABASE_AWAY:
        raise
    except Exception as fault:  # noqa: BLE001  one of a batch
        # By its kind only: the message of an error may hold what is sealed.
        logger.error("one of a batch failed: %s", type(fault).__name__)
        return None


async def fetch(sql: str, *args: Any) -> list[Record]:
    """All rows, in the running transaction if there is one."""
    async with _connection() as connection:
        rows: list[Record] = await connection.fetch(sql, *args)
        return rows


async def fetch_row(sql: str, *args: Any) -> Record | None:
    """The first row, or None."""
    async with _connection() as connection:
        return await connection.fetchrow(sql, *args)


async def fetch_value(sql: str, *args: Any) -> Any:
    """The first column of the first row, or None."""
    async with _connection() as connection:
        return await connection.fetchval(sql, *args)


async def execute(sql: str, *args: Any) -> int:
    """Run a statement; how many rows it touched."""
    async with _connection() as connection:
        status: str = await connection.execute(sql, *args)
        tail = status.rsplit(" ", 1)[-1]
        return int(tail) if tail.isdigit() else 0


async def insert(table: str, values: dict[str, Any]) -> int:
    """Insert one row; its id. Column names are the code's, never the user's."""
    marks = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    columns = ", ".join(values)
    made = await fetch_value(f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id", *values.values())
    return int(made)


async def insert_many(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """COPY many rows in the running transaction; a conflict fails the whole."""
    async with _connection() as connection:
        await connection.copy_records_to_table(table, records=rows, columns=columns)


async def insert_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """COPY many rows that all have the columns of the first; none is nothing."""
    if rows:
        await insert_many(table, tuple(rows[0]), [tuple(row.values()) for row in rows])


async def take_ids(table: str, count: int) -> list[int]:
    """So many new ids of a table, in order: for rows that name each other before any is there."""
    sequence = "nextval(pg_get_serial_sequence($1, 'id')) AS id"
    return [int(row["id"]) for row in await fetch(f"SELECT {sequence} FROM generate_series(1, $2)", table, count)]


async def copy_in(table: str, columns: Sequence[str], data: bytes) -> None:
    """COPY rows that are in the binary format already."""
    # Not as a file: asyncpg would read it in a thread, through a class that keeps the whole of it until cycles are looked for.
    async with _connection() as connection:
        await connection.copy_to_table(table, source=_pieces(data), columns=columns, format="binary")


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), COPY_PIECE):
        yield data[start : start + COPY_PIECE]


def moment(*, null: bool = False, index: bool = False) -> Timestamptz:
    """A column for an instant that is never filled in by the database's own clock."""
    return Timestamptz(default=None, null=null, index=index)


def day(*, null: bool = False, index: bool = False) -> Date:
    """A column for a local day without a default."""
    return Date(default=None, null=null, index=index)


def text(*, null: bool = False, index: bool = False, unique: bool = False) -> Text:
    """A column for text of any length."""
    return Text(default=None, null=null, index=index, unique=unique)


def number(*, null: bool = False, index: bool = False) -> Integer:
    """A column for a whole number without a default."""
    return Integer(default=None, null=null, index=index)


def row_of(
    table: type[Table], *, null: bool = False, index: bool = False, column: str | None = None
) -> ForeignKey[Any]:
    """A column for a row of another table, which can't go while it is named; `column`: its name, if not the attribute's."""
    return ForeignKey(table, null=null, default=None, on_delete=OnDelete.restrict, index=index, db_column_name=column)


def one_of(column: str, codes: Iterable[str]) -> Check:
    """A constraint: the column holds one of the codes, or nothing where it may."""
    return Check(f"{column} IN ({', '.join(map(repr, codes))})")
