"""A crash at any moment loses no file and leaves at most one on the disk without a row, which is named and swept."""

import asyncio
import os
from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from types import SimpleNamespace

import pytest

from supervision.db import execute, fetch, fetch_value, tx
from supervision.errors import Refusal
from supervision.files import store
from supervision.files.actions import Attached, Upload, find, keep
from supervision.files.sweep import FEW, standing, sweep, told
from supervision.locks import Lock
from tests.cast import NOW, Cast, audit_actions
from tests.commits.conftest import committing  # noqa: F401  a database that really commits
from tests.crash.killing import COUNTING, Point, in_a_process
from tests.files.made import pdf

TO = Attached("commission", 1, None, "received")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    before = list(store._in_use)
    store.use(tmp_path / "files")
    yield tmp_path / "files"
    store._in_use[:] = before


async def kept() -> int:
    return await keep(None, TO, Upload("a.pdf", pdf()), NOW)


async def readable(file: int) -> bool:
    found = await find(file, subject=("commission", 1))
    return store.read(found.place, found.key) == pdf()


# -- crash points ---------------------------------------------------------------------------------------------------

ON_THE_DISK = ("fsync", "replace")


async def in_one_folder() -> None:
    """A file is kept where others lie already, so that each takes the same steps."""
    store.secrets = SimpleNamespace(token_hex=lambda size: "0000" + os.urandom(size - 2).hex())  # type: ignore[assignment]
    await kept()


async def dying() -> None:
    """A file is kept by a process that counts what it asks of the database and of the disk."""
    for name in ON_THE_DISK:
        setattr(os, name, _counted(name, getattr(os, name)))
    await in_one_folder()


def _counted(name, act):
    @wraps(act)
    def counted(*args, **options):
        step = COUNTING.before(name)
        answer = act(*args, **options)
        COUNTING.after(step)
        return answer

    return counted


@pytest.mark.commits
async def test_a_kill_at_any_moment_loses_no_file_and_leaves_at_most_one_without_a_row(
    committing: str,  # noqa: F811
    record_property,
) -> None:
    assert (await asyncio.to_thread(in_a_process, committing, in_one_folder)).status == 0
    whole = await asyncio.to_thread(in_a_process, committing, dying, counted=True)
    assert whole.status == 0, whole.error
    steps = len(whole.steps)
    assert {"fsync", "replace", "COMMIT;"} <= set(whole.steps) and steps >= 8, whole.steps
    ends = set()
    for point in [Point(step, side) for step in range(1, steps + 1) for side in ("before", "after")]:
        before = await fetch_value("SELECT count(*) FROM file_record")
        ended = await asyncio.to_thread(in_a_process, committing, dying, point=point)
        assert ended.status is None, point
        ends.add(await _looked_over(before, point))
    assert ends == {(0, 0), (0, 1), (1, 0)}, "nothing, a file without a row, a file with its row"
    record_property("points", ("keep a file", 2 * steps))


async def _looked_over(before: int, point: Point) -> tuple[int, int]:
    """Rows that came, and names without a row: these are swept, and all rows' files can be read."""
    async with tx():  # the server learns of the death a moment later
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.FILES)
    rows = await fetch("SELECT id FROM file_record ORDER BY id")
    found = await standing()
    assert found.lost == [] and found.kept == len(rows) and found.left is not None and len(found.left) <= 1, point
    assert await sweep(NOW) == len(found.left) and (await standing()).left == [], point
    assert all([await readable(row["id"]) for row in rows]), point
    return len(rows) - before, len(found.left)


@pytest.mark.commits
async def test_a_file_whose_row_is_not_committed_yet_is_not_swept(committing: str) -> None:  # noqa: F811
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        async with tx():
            made = await kept()
            waiting.set()
            await go_on.wait()
            return made

    task = asyncio.create_task(slow())
    await waiting.wait()
    assert (await standing()).left is None
    with pytest.raises(Refusal, match="at this moment"):
        await sweep(NOW)
    go_on.set()
    assert await readable(await task) and (await standing()).left == [] and await sweep(NOW) == 0


# -- what is named, what is swept -----------------------------------------------------------------------------------


async def test_a_transaction_that_is_rolled_back_leaves_a_file_that_is_named_and_swept(cast: Cast) -> None:
    stays = await kept()
    with pytest.raises(ZeroDivisionError):
        async with tx():
            await kept()
            raise ZeroDivisionError
    found = await standing()
    assert (found.kept, len(found.left or ()), found.well) == (1, 1, False)
    assert "have no row" in "".join(told(found))
    assert await sweep(NOW) == 1 and (await standing()).well and await readable(stays)
    assert (await audit_actions())[-1] == "files_swept"


async def test_what_was_never_finished_is_swept_too(cast: Cast, folder: Path) -> None:
    await kept()
    shard = next(folder.glob("??/??"))
    (shard / f".{shard.parent.name}{shard.name}{'0' * 28}.part").write_bytes(b"half")
    assert await sweep(NOW) == 1 and len(list(store.places())) == 1


async def test_a_lost_file_is_named_by_its_number(cast: Cast) -> None:
    stays, lost = await kept(), await kept()
    store.drop(await fetch_value("SELECT place FROM file_record WHERE id = $1", lost))
    found = await standing()
    assert (found.lost, found.left, found.kept) == ([lost], [], 2) and f"lost: {lost};" in "".join(told(found))
    assert await sweep(NOW) == 0 and await readable(stays)


async def test_the_bytes_of_a_removed_file_are_swept(cast: Cast) -> None:
    file = await kept()
    await execute(
        """UPDATE file_record SET removed_at = $2, removed_reason = '清册', key_sealed = NULL, name_sealed = NULL
            WHERE id = $1""",
        file,
        NOW,
    )
    assert await sweep(NOW) == 1 and list(store.places()) == []


@pytest.mark.parametrize(("without", "swept"), [(FEW, True), (FEW + 1, False)])
async def test_a_folder_that_does_not_belong_to_the_database_is_not_emptied(
    cast: Cast, without: int, swept: bool
) -> None:
    for _ in range(without):
        store.write(bytes(32), b"x")
    if swept:
        assert await sweep(NOW) == without
        return
    with pytest.raises(Refusal, match="don't belong together"):
        await sweep(NOW)
    assert len(list(store.places())) == without
