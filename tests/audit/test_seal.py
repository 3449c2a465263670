"""The sealer: every committed row once, in a gapless chain, whoever comes late, twice or is killed."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from supervision import sealed
from supervision.audit import key, seal
from supervision.audit.record import record
from supervision.audit.seal import canonical, seal_rows
from supervision.audit.tables import AuditRow
from supervision.audit.verify import verify
from supervision.db import execute, fetch, fetch_row, fetch_value, insert_many, tx
from supervision.errors import Refusal
from tests.audit.conftest import chain, ids, written
from tests.cast import NOW, Cast
from tests.conftest import ROOT

pytestmark = pytest.mark.commits


async def sound() -> bool:
    return (await verify(key.current(), [], NOW)).fault is None


async def test_committed_rows_become_links_in_their_order_once(committing: str) -> None:
    rows = await written(3)
    assert await chain() == [(1, rows[0]), (2, rows[1]), (3, rows[2])]
    assert await seal_rows() == 0 and await fetch_value("SELECT count(*) FROM audit_unsealed") == 0
    rows = await written(1)
    assert (await chain())[3:] == [(4, rows[3])] and await sound()


async def test_a_transaction_that_commits_late_is_sealed_later(committing: str) -> None:
    late = await asyncpg.connect(committing)
    transaction = late.transaction()
    await transaction.start()
    made = await late.fetchval("INSERT INTO audit_row (at, action) VALUES ($1, 'see_person') RETURNING id", NOW)
    (first,) = await written(1)
    assert made < first and await chain() == [(1, first)]
    await transaction.commit()
    await late.close()
    assert await seal_rows() == 1 and await chain() == [(1, first), (2, made)] and await sound()


async def test_a_row_that_is_rolled_back_leaves_no_gap(committing: str) -> None:
    await written(1)
    with pytest.raises(ValueError):
        async with tx():
            await record(None, "sign_out", now=NOW)
            raise ValueError
    await written(1)
    assert [seq for seq, _ in await chain()] == [1, 2] and await sound()


async def test_sealers_at_once_seal_each_row_once(committing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 7)
    for _ in range(40):
        await record(None, "see_person", now=NOW)
    done = await asyncio.gather(*(seal_rows() for _ in range(6)))
    assert sum(done) + await seal_rows() == 40
    assert [seq for seq, _ in await chain()] == list(range(1, 41)) and await sound()


async def test_a_sealer_that_is_killed_in_the_middle_leaves_its_batch_waiting(committing: str, owner) -> None:
    await written(2)
    for _ in range(3):
        await record(None, "see_person", now=NOW)
    # Its links are written, its list is not yet cleared: there it waits for us, and is killed.
    hold = owner.transaction()
    await hold.start()
    await owner.execute("SELECT FROM audit_unsealed FOR UPDATE")
    sealer = asyncio.create_task(seal_rows())
    victim = None
    while victim is None:
        victim = await owner.fetchval(
            """SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'transactionid' AND NOT l.granted AND a.datname = current_database()"""
        )
        await asyncio.sleep(0)
    await owner.execute("SELECT pg_terminate_backend($1)", victim)
    await hold.rollback()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await sealer
    assert len(await chain()) == 2
    assert await seal_rows() == 3 and len(await chain()) == 5 and await sound()


async def test_rows_wait_in_batches_and_are_caught_up(committing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 10)
    monkeypatch.setattr(seal, "BATCHES", 3)
    await insert_many("audit_row", ("at", "action"), [(NOW, "see_person")] * 45)
    assert [await seal_rows() for _ in range(3)] == [30, 15, 0]
    assert await sound()


async def test_a_list_that_was_filled_with_nonsense_stops_no_sealer(
    committing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "BATCH", 3)
    (first,) = await written(1)
    await insert_many("audit_unsealed", ("audit_row",), [(first,), *((-n,) for n in range(1, 9))])
    await record(None, "see_person", now=NOW)
    assert await seal_rows() == 1 and len(await chain()) == 2
    assert await fetch_value("SELECT max(audit_row) FROM audit_unsealed") < 0


async def test_without_its_key_nothing_is_sealed_and_nothing_lost(committing: str) -> None:
    before = key.current()
    await record(None, "see_person", now=NOW)
    key.use(None)
    try:
        with pytest.raises(Refusal, match="审计密钥"):
            await seal_rows()
    finally:
        key.use(before)
    assert await chain() == [] and await seal_rows() == 1


async def test_the_role_of_the_app_can_neither_change_nor_remove_rows_and_links(committing: str) -> None:
    await written(1)
    for table, column in (("audit_row", "action"), ("audit_seal", "mac")):
        for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await execute(statement)
        for statement in (f"DROP TABLE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute("SET session_replication_role = replica")


@pytest.mark.parametrize("table", ["audit_row", "audit_seal"])
async def test_even_the_owner_must_switch_the_guard_off_first(committing: str, owner, table: str) -> None:
    await written(1)
    await owner.execute("SET session_replication_role = origin")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await owner.execute(f"DELETE FROM {table}")


async def test_rows_that_were_there_before_the_chain_are_sealed_too(committing: str, owner) -> None:
    await written(2)
    await owner.execute("DELETE FROM audit_seal WHERE seq = 2")
    await owner.execute((ROOT / "migrations/0008_audit_seal.sql").read_text("utf-8"))
    assert await seal_rows() == 1 and len(await chain()) == 2 and await sound()


# -- what is sealed


async def test_the_code_covers_every_column_of_a_row(cast: Cast) -> None:
    await record(cast.alice, "see_person", subject=("order", 7), people=[1, 2], detail={"a": 1.50}, now=NOW)
    (row,) = await fetch(seal.ROWS, await ids())
    assert set(row.keys()) == {column._meta.db_column_name for column in AuditRow._meta.columns}
    assert canonical(row) == (
        f'{{"action":"see_person","at":"1795568400000000","detail":"{{\\"a\\": 1.5}}","id":{row["id"]},'
        f'"office":{cast.alice.office},"people":"{{1,2}}","staff":{cast.alice.id},"subject_id":7,"subject_kind":"order"}}'
    )


async def test_the_code_hangs_on_no_setting_of_the_session(cast: Cast) -> None:
    await record(None, "see_person", people=[1], detail={"名": "值"}, now=NOW + timedelta(microseconds=1))
    told = set()
    for settings in (("UTC", "ISO"), ("America/New_York", "German")):
        await execute("SELECT set_config('timezone', $1, false), set_config('datestyle', $2, false)", *settings)
        told |= {canonical(row) for row in await fetch(seal.ROWS, await ids())}
    await execute("SELECT set_config('timezone', 'UTC', false), set_config('datestyle', 'ISO', false)")
    assert len(told) == 1 and '"名' not in told.pop().replace('\\"名', "")


# -- the key


async def test_the_key_is_made_once_and_only_its_fingerprint_is_in_the_database(cast: Cast, tmp_path) -> None:
    before = key.current()
    path = tmp_path / "audit.key"
    await key.make(path)
    made = sealed.Keyring.load(path)
    await key.make(path)
    try:
        await key.take(path)
        assert key.current().fingerprint == made.fingerprint == await key.known()
    finally:
        key.use(before)
    assert path.stat().st_mode & 0o077 == 0
    assert (await fetch_row("SELECT * FROM installation WHERE key = 'audit_fingerprint'"))["value"] == made.fingerprint


@pytest.mark.parametrize("lost", [True, False])
async def test_a_lost_or_foreign_key_is_not_made_anew_and_not_used(cast: Cast, tmp_path, lost: bool) -> None:
    before, path, other = key.current(), tmp_path / "audit.key", tmp_path / "other.key"
    await key.make(path)
    sealed.Keyring.create(other)
    (path.unlink if lost else lambda: other.replace(path))()
    await key.make(path)
    try:
        await key.take(path)
        with pytest.raises(Refusal):
            key.current()
    finally:
        key.use(before)
    assert path.exists() is not lost
