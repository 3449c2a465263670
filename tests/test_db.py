"""tx() gives real savepoints; the migrated schema is what the table classes say."""

import re

import pytest

from supervision.db import execute, fetch, fetch_value, insert, tx
from supervision.piccolo_app import APP_CONFIG
from tests.conftest import ROOT


async def test_an_inner_transaction_that_fails_leaves_no_ghost_row(db: None) -> None:
    await insert("installation", {"key": "outer", "value": "1"})
    with pytest.raises(ValueError):
        async with tx():
            await insert("installation", {"key": "inner", "value": "2"})
            raise ValueError
    assert await fetch_value("SELECT array_agg(key) FROM installation WHERE value IN ('1', '2')") == ["outer"]


async def test_the_schema_has_the_columns_of_the_table_classes(db: None) -> None:
    rows = await fetch(
        "SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"
    )
    schema = {(row["table_name"], row["column_name"], row["is_nullable"] == "YES") for row in rows}
    declared = {
        (table._meta.tablename, column._meta.db_column_name, column._meta.null)
        for table in APP_CONFIG.table_classes
        for column in table._meta.columns
    }
    tables = {table for table, _, _ in declared}
    assert {row for row in schema if row[0] in tables} == declared
    assert {row[0] for row in schema} - tables == {"migration"}


async def test_every_constraint_of_the_table_classes_is_in_the_schema(db: None) -> None:
    rows = await fetch("SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace")
    named = {constraint._meta.name for table in APP_CONFIG.table_classes for constraint in table._meta.constraints}
    assert named and named <= {row["conname"] for row in rows}


@pytest.mark.parametrize("table", ["audit_row", "duty_event", "alert_event", "receipt"])
async def test_append_only_tables_refuse_the_app(db: None, table: str) -> None:
    import asyncpg

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with tx():
            await execute(f"DELETE FROM {table}")


def test_the_names_of_the_migrations_are_in_the_order_in_which_they_run() -> None:
    files = sorted((ROOT / "migrations").glob("0*.py"))
    ids = [re.search(r'^ID = "(.+)"$', file.read_text("utf-8"), re.MULTILINE) for file in files]
    numbers = [int(file.name[:4]) for file in files]
    assert numbers == sorted(set(numbers))
    found = [one[1] for one in ids if one]
    assert len(found) == len(files) and found == sorted(found)
