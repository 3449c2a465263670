"""Promise G9: a changed, removed, moved or cut-off audit row is found and named, whoever did it, given the last head."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from supervision.audit import key, seal, verify
from supervision.audit.heads import Head, KeptHead, append_heads, read_heads
from supervision.audit.record import record
from supervision.audit.seal import ROWS, latest_head, mac_of, seal_rows
from supervision.audit.verify import Fault, Verdict
from supervision.db import execute, fetch_value
from supervision.errors import Refusal
from supervision.sealed import Keyring
from tests.audit.conftest import chain, ids, written
from tests.cast import NOW

pytestmark = pytest.mark.commits
OTHER = Keyring({"k": bytes(32)}, bytes(31) + b"x")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the edges of batches are among the rows."""
    monkeypatch.setattr(seal, "BATCH", 4)
    monkeypatch.setattr(verify, "BATCH", 4)


async def walked(*heads: Head, now=NOW) -> Verdict:
    return await verify.verify(key.current(), [KeptHead(head, "打印件") for head in heads], now)


async def found(*heads: Head) -> tuple[str, int | None, int | None]:
    """What the walk says: the kind of the fault, the number of the link and the row."""
    fault = (await walked(*heads)).fault
    assert isinstance(fault, Fault) and fault.sentence.endswith("。"), "nothing was found"
    if fault.audit_row is not None:
        assert f"#{fault.audit_row}" in fault.sentence
    return fault.kind, fault.seq, fault.audit_row


async def head() -> Head:
    made = await latest_head()
    assert made is not None
    return made


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 8, 9])
async def test_a_whole_chain_is_told_with_its_length_and_its_head(committing: str, count: int) -> None:
    await written(count)
    verdict = await walked(*([await head()] if count else []))
    assert (verdict.links, verdict.waiting, verdict.heads, verdict.fault) == (count, 0, min(count, 1), None)
    assert verdict.head == (await latest_head())


async def test_without_a_head_it_says_that_a_cut_tail_is_not_seen(committing: str) -> None:
    await written(3)
    (bare,) = verify.told(await walked())
    (held,) = verify.told(await walked(await head()))
    assert "没有链头可以比对" in bare and "与 1 个链头一致" in held


CHANGES = (
    "action = 'see_alerts'",
    "at = at + interval '1 microsecond'",
    "at = 'infinity'",
    "at = '0044-03-15 BC'",
    "people = people || 9",
    "people = '{}'",
    """detail = '{"n": 77}'""",
    "detail = detail || '{\"more\": null}'",
    "staff = 1",
    "office = 1",
    "subject_kind = 'order'",
    "subject_id = 5",
)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_row_is_named(committing: str, owner, change: str) -> None:
    rows = await written(6)
    await owner.execute(f"UPDATE audit_row SET {change} WHERE id = $1", rows[2])
    assert await found() == ("changed", 3, rows[2])


@pytest.mark.parametrize("place", [0, 3, 4, 5])
async def test_the_first_of_the_bad_rows_is_named_wherever_it_stands(committing: str, owner, place: int) -> None:
    rows = await written(6)
    await owner.execute("UPDATE audit_row SET action = 'x' WHERE id = $1", rows[place])
    assert await found() == ("changed", place + 1, rows[place])


async def test_a_changed_code_is_found(committing: str, owner) -> None:
    rows = await written(6)
    await owner.execute("UPDATE audit_seal SET mac = repeat('0', 64) WHERE seq = 2")
    assert await found() == ("changed", 2, rows[1])


async def test_a_changed_row_is_not_taken_for_exchanged_where_another_says_the_same(committing: str, owner) -> None:
    for _ in range(3):
        await record(None, "sign_in_failed", now=NOW)
    rows = await written(3)
    await owner.execute("UPDATE audit_row SET action = 'sign_in' WHERE id = $1", rows[0])
    assert await found() == ("changed", 1, rows[0])


async def test_a_link_that_is_made_without_the_key_is_named(committing: str) -> None:
    await written(2)
    await record(None, "see_person", now=NOW)
    row = (await ids())[-1]
    await execute("INSERT INTO audit_seal (seq, audit_row, mac) VALUES (3, $1, repeat('ab', 32))", row)
    rows = await written(2)
    assert await found() == ("changed", 3, row) and [one for _, one in await chain()] == rows


@pytest.mark.parametrize("place", [0, 3, 5])
async def test_a_removed_row_is_named(committing: str, owner, place: int) -> None:
    rows = await written(6)
    await owner.execute("DELETE FROM audit_row WHERE id = $1", rows[place])
    assert await found() == ("removed", place + 1, rows[place])


@pytest.mark.parametrize("place", [0, 3])
async def test_a_row_that_is_removed_with_its_link_is_named_by_its_number(committing: str, owner, place: int) -> None:
    rows = await written(6)
    await owner.execute("DELETE FROM audit_row WHERE id = $1", rows[place])
    await owner.execute("DELETE FROM audit_seal WHERE seq = $1", place + 1)
    assert await found() == ("removed", place + 1, None)


async def test_a_row_that_is_removed_with_its_link_and_a_gap_closed_is_found(committing: str, owner) -> None:
    rows = await written(6)
    await owner.execute("DELETE FROM audit_row WHERE id = $1", rows[2])
    await owner.execute("DELETE FROM audit_seal WHERE seq = 3")
    await owner.execute("UPDATE audit_seal SET seq = -seq + 1 WHERE seq > 3")
    await owner.execute("UPDATE audit_seal SET seq = -seq WHERE seq < 0")
    assert await found() == ("resealed", 3, rows[3])


@pytest.mark.parametrize(("one", "other"), [(1, 2), (0, 5), (4, 5)])
async def test_rows_whose_contents_are_exchanged_are_named(committing: str, owner, one: int, other: int) -> None:
    rows = await written(6)
    for column in ("people", "detail"):
        await owner.execute(
            f"""UPDATE audit_row a SET {column} = b.{column} FROM audit_row b
                 WHERE a.id = ANY($1) AND b.id = ANY($1) AND a.id <> b.id""",
            [rows[one], rows[other]],
        )
    assert await found() == ("swapped", one + 1, rows[one])
    assert f"#{rows[other]}" in (await walked()).fault.sentence


@pytest.mark.parametrize(("one", "other"), [(1, 2), (0, 5), (4, 5)])
async def test_links_that_are_exchanged_are_named(committing: str, owner, one: int, other: int) -> None:
    rows = await written(6)
    await owner.execute("UPDATE audit_seal SET audit_row = -audit_row WHERE seq = ANY($1)", [one + 1, other + 1])
    await owner.execute("UPDATE audit_seal SET audit_row = $1 WHERE seq = $2", rows[other], one + 1)
    await owner.execute("UPDATE audit_seal SET audit_row = $1 WHERE seq = $2", rows[one], other + 1)
    assert await found() == ("swapped", one + 1, rows[other])
    assert f"#{rows[one]}" in (await walked()).fault.sentence


async def test_a_row_that_is_inserted_into_the_chain_is_named(committing: str, owner) -> None:
    await written(6)
    made = await owner.fetchval("INSERT INTO audit_row (at, action) VALUES ($1, 'forged') RETURNING id", NOW)
    await owner.execute("UPDATE audit_seal SET seq = -seq - 1 WHERE seq > 2")
    await owner.execute("UPDATE audit_seal SET seq = -seq WHERE seq < 0")
    await owner.execute("INSERT INTO audit_seal (seq, audit_row, mac) VALUES (3, $1, repeat('ab', 32))", made)
    assert await found() == ("inserted", 3, made)


async def test_a_row_that_is_inserted_beside_the_chain_is_named(committing: str, owner) -> None:
    await written(2)
    made = await owner.fetchval("INSERT INTO audit_row (at, action) VALUES ($1, 'forged') RETURNING id", NOW)
    assert await found() == ("unsealed", None, made)


async def test_a_row_that_is_removed_before_its_link_is_named(committing: str, owner) -> None:
    await written(2)
    await record(None, "see_person", now=NOW)
    row = (await ids())[-1]
    await owner.execute("DELETE FROM audit_row WHERE id = $1", row)
    await seal_rows()
    assert await found() == ("removed", None, row)


@pytest.mark.parametrize("rows_too", [True, False])
async def test_a_tail_that_is_cut_off_is_found_by_the_head(committing: str, owner, rows_too: bool) -> None:
    rows = await written(9)
    printed = await head()
    await owner.execute("DELETE FROM audit_seal WHERE seq > 6")
    if rows_too:
        await owner.execute("DELETE FROM audit_row WHERE id > $1", rows[5])
        assert (await walked()).fault is None, "without a head a shorter chain is a chain"
    assert await found(printed) == ("cut", 7, None)
    await written(9)
    assert await found(printed) == ("resealed", 9, (await chain())[8][1])


async def test_everything_is_cut_off(committing: str, owner) -> None:
    await written(2)
    printed = await head()
    await owner.execute("DELETE FROM audit_seal")
    await owner.execute("DELETE FROM audit_row")
    assert await found(printed) == ("cut", 1, None)


async def reseal(owner, keyring: Keyring, first: int = 1) -> None:
    """The owner makes the chain anew from a number on, as the sealer would."""
    mac = await owner.fetchval("SELECT mac FROM audit_seal WHERE seq = $1", first - 1) or ""
    for seq, audit_row in await owner.fetch("SELECT seq, audit_row FROM audit_seal WHERE seq >= $1 ORDER BY 1", first):
        (row,) = await owner.fetch(ROWS, [audit_row])
        mac = mac_of(keyring, mac, seq, row)
        await owner.execute("UPDATE audit_seal SET mac = $2 WHERE seq = $1", seq, mac)


async def test_a_chain_that_is_made_anew_with_the_stolen_key_is_found_by_the_heads(committing: str, owner) -> None:
    heads = []
    for _ in range(3):
        rows = await written(3)
        heads.append(await head())
    await owner.execute("UPDATE audit_row SET action = 'x' WHERE id = $1", rows[4])
    await reseal(owner, key.current())
    assert (await walked()).fault is None, "whoever has the key makes a whole chain"
    assert await found(heads[2]) == ("resealed", 9, rows[8])
    assert await found(*heads) == ("resealed", 6, rows[5])
    assert "第 4 号至第 6 号" in (await walked(*heads)).fault.sentence
    assert (await walked(heads[0])).fault is None


@pytest.mark.parametrize("first", [1, 3, 5])
async def test_a_chain_that_is_made_anew_with_another_key_is_found(committing: str, owner, first: int) -> None:
    rows = await written(6)
    await reseal(owner, OTHER, first)
    assert await found() == ("resealed", first, rows[first - 1])


async def test_another_fingerprint_in_the_database_is_found(committing: str, owner) -> None:
    await written(2)
    await owner.execute("INSERT INTO installation (key, value) VALUES ('audit_fingerprint', 'beef')")
    assert await found() == ("key", None, None)


@pytest.mark.parametrize(("age", "late"), [(59, False), (60, False), (61, True)])
async def test_a_row_that_waits_more_than_a_minute_is_named(committing: str, age: int, late: bool) -> None:
    await written(2)
    await record(None, "see_person", now=NOW)
    verdict = await walked(now=NOW + timedelta(seconds=age))
    assert verdict.waiting == 1 and (verdict.fault is not None) is late
    if verdict.fault:
        assert (verdict.fault.kind, verdict.fault.audit_row) == ("waiting", (await ids())[-1])


async def test_a_list_that_is_emptied_by_the_app_hides_no_row(committing: str) -> None:
    await written(2)
    await record(None, "see_person", now=NOW)
    await execute("DELETE FROM audit_unsealed")
    assert await seal_rows() == 0
    assert await found() == ("unsealed", None, (await ids())[-1])


async def test_a_walk_writes_nothing(committing: str) -> None:
    await written(2)
    await record(None, "see_person", now=NOW)
    await walked()
    assert await fetch_value("SELECT count(*) FROM audit_unsealed") == 1 and len(await chain()) == 2


# -- heads


HEAD = Head(12345, "9f3a22bc01de77aa90ff")


@pytest.mark.parametrize(
    "typed",
    [
        "12345-9f3a-22bc-01de-77aa-90ff",
        " 12345 9F3A 22BC 01DE 77AA 90FF\n",
        "12345-9f3a22bc01de77aa90ff",
    ],
)
def test_a_head_is_read_as_it_is_typed(typed: str) -> None:
    assert Head.parse(typed) == HEAD and str(HEAD) == "12345-9f3a-22bc-01de-77aa-90ff"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "0-9f3a-22bc-01de-77aa-90ff",
        "12345-9f3a-22bc-01de-77aa-90f",
        "12345-9f3a-22bc-01de-77aa-90ff0",
        "12345-9f3a-22bc-01de-77aa-90fg",
        "９-9f3a-22bc-01de-77aa-90ff",
    ],
)
def test_what_is_no_head_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="不是链头"):
        Head.parse(typed)


def days(path) -> Sequence[tuple[str, Head]]:
    return [(day.isoformat(), head) for day, head in read_heads(path)]


def test_the_file_of_heads_grows_and_is_its_owners_alone(tmp_path) -> None:
    path = tmp_path / "heads"
    assert days(path) == []
    append_heads(path, [(NOW.date(), str(HEAD))])
    append_heads(path, [(NOW.date() + timedelta(days=1), str(Head(20000, HEAD.code)))])
    assert days(path) == [("2026-11-25", HEAD), ("2026-11-26", Head(20000, HEAD.code))]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("line", ["2026-11-25", "2026-11-25 12345", "x 12345-9f3a-22bc-01de-77aa-90ff"])
def test_a_line_of_the_file_that_is_no_head_is_named(tmp_path, line: str) -> None:
    path = tmp_path / "heads"
    path.write_text(f"2026-11-24 {HEAD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(Refusal, match="第 3 行"):
        read_heads(path)


@pytest.mark.parametrize("act", [read_heads, lambda path: append_heads(path, [(NOW.date(), str(HEAD))])])
def test_a_file_that_cannot_be_used_is_named(tmp_path, act) -> None:
    (tmp_path / "heads").mkdir()
    with pytest.raises(Refusal, match="链头文件"):
        act(tmp_path / "heads")
