"""The terms of one database are never another one's, however alike the two are."""

import pytest

from supervision.db import DB, close_pool, execute, open_pool
from supervision.settings.terms import load_terms
from tests.cast import NOW
from tests.conftest import drop_database, make_database, of_database

KEY = "reception.team"


async def _taught(value: str) -> object:
    """What this database says of the parameter, once it has been told so."""
    await execute(
        "INSERT INTO parameter (key, valid_from, value, source, recorded_at) VALUES ($1, $2, to_jsonb($3::text), '测试', $2)",
        KEY,
        NOW,
        value,
    )
    return (await load_terms(NOW, NOW)).parameters.at(KEY, NOW)


@pytest.mark.commits
async def test_two_databases_with_as_many_parameters_have_each_its_own(committing: str, server: str) -> None:
    assert await _taught("7wd") == "7wd"
    name = "supervision_commits_terms"
    await make_database(server, name)
    before, DB.pool = DB.pool, None
    try:
        await open_pool(of_database(server, name, "supervision_app"), size=2)
        assert await _taught("9wd") == "9wd"
    finally:
        await close_pool()
        DB.pool = before
        await drop_database(server, name)
