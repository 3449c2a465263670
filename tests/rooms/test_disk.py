"""A disk that is full: said in one sentence on pages and by commands; with room again all goes on, and nothing acknowledged is lost."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from supervision.local_postgres import LocalPostgres, find_programs
from tests.rooms.place import command, environment_of, folder_above, load_small_demo, running, token_of
from tests.rooms.test_rooms import free_port
from tests.test_start import postmaster, until

SMALL_DISK = "size=320m,mode=0755"
ENOUGH_FOR_SOME = 4_000_000
FULL = "磁盘空间已满"
NEXT_SEGMENT = "SELECT pg_logical_emit_message(false, 'full', 'disk'); SELECT pg_switch_wal()"
SEGMENTS = 32


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A disk of 320 MB of its own; the test is skipped where nobody lets us make one."""
    with folder_above() as above:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL_DISK, "none", above], capture_output=True, text=True)
        if made.returncode:
            pytest.skip(f"a small disk is made by root alone: {made.stderr.strip()}")
        try:
            yield above
        finally:
            subprocess.run(["umount", "-l", above], check=True)


def fill(disk: Path, *, leaving: int) -> None:
    """Take up the disk's room, or what is left of it, but for so many bytes."""
    room = os.statvfs(disk)
    size = room.f_bavail * room.f_frsize - leaving
    with (disk / "ballast").open("ab") as ballast:
        if size > 0:
            os.posix_fallocate(ballast.fileno(), os.fstat(ballast.fileno()).st_size, size)


def write_note(browser: httpx.Client, person: str, token: str) -> httpx.Response:
    """A note of some length, that no compression makes short."""
    return browser.post(f"{person}/notes", data={"_csrf_token": token, "text": os.urandom(50_000).hex()})


def notes(folder: Path) -> int:
    with LocalPostgres(folder / "postgres") as server:
        asked = [find_programs() / "psql", "-XAtqc", "SELECT count(*) FROM note", server.dsn("supervision")]
        return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)


def use_up_log(folder: Path) -> None:
    """Fill the segments of the write-ahead log that are there: for the next there's no room, and none starts without it."""
    with LocalPostgres(folder / "postgres") as server:
        asked = [find_programs() / "psql", "-XAtqc", NEXT_SEGMENT, server.dsn("supervision")]
        for _ in range(SEGMENTS):
            if subprocess.run(asked, capture_output=True).returncode:
                return
    raise AssertionError("the log found room on a full disk")


def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(disk: Path) -> None:
    folder = disk / "数据 folder"
    there = environment_of(folder, PORT=str(free_port()), SUPERVISION_NOW="2026-11-25T09:05+08:00")
    load_small_demo(there)
    before = notes(folder)
    with running(there, disk.parent / f"{disk.name}-said") as start:
        browser = start.officer()
        person = re.findall(r'href="(/people/\d+)"', browser.get("/people").text)[0]
        token = token_of(browser.get(person))
        fill(disk, leaving=ENOUGH_FOR_SOME)
        acknowledged = _write_until_refused(browser, person, token)
        assert acknowledged
        fill(disk, leaving=0)
        server = postmaster(folder)
        use_up_log(folder)
        with suppress(ProcessLookupError):  # it may have died of that
            os.kill(server, signal.SIGKILL)  # what was acknowledged must now come from the disk
        until(lambda: browser.get("/people").status_code in (503, 507), start.said)
        for words in (["alerts"], ["run"], ["import", "tests/exchange/messy_roster.xlsx", "--office", "GC"]):
            until(lambda words=words: _says_that_the_disk_is_full(there, *words), start.said)
        status, _, complaint = command(there | {"SUPERVISION_DATA_DIR": str(disk / "another")}, "init")
        assert status == 1 and complaint.count("\n") == 1 and "No space left on device" in complaint, complaint

        (disk / "ballast").unlink()
        # A command starts the server at once; the start itself may wait a minute.
        until(lambda: command(there, "rollcall")[0] == 0, start.said)
        until(lambda: browser.get("/people").status_code == 200, start.said)
        assert write_note(browser, person, token).status_code == 303
        assert notes(folder) == before + acknowledged + 1
    (disk.parent / f"{disk.name}-said").unlink()


def _says_that_the_disk_is_full(there: dict[str, str], *words: str) -> bool:
    """In one sentence; of another cause only where it met the start that was just trying too."""
    status, _, complaint = command(there, *words)
    assert status == 1 and complaint.count("\n") == 1, complaint
    return "No space left on device" in complaint


def _write_until_refused(browser: httpx.Client, person: str, token: str) -> int:
    """How many notes were acknowledged before the first that wasn't, which is refused in words."""
    for count in range(1000):
        answer = write_note(browser, person, token)
        if answer.status_code != 303:
            assert answer.status_code == 507 and FULL in answer.text and "没有保存" in answer.text, answer.text
            return count
    raise AssertionError("the disk never filled")
