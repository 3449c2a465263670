"""Strange rooms: in each the product works, or says in one sentence why it can't; through real processes."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from supervision.local_postgres import LocalPostgres, find_programs
from tests.rooms.place import STRANGE, command, environment_of, folder_above, load_small_demo, running
from tests.test_start import until

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the rooms are made by means of Linux")
CALENDAR = "年的放假安排尚未录入"
PAGES = ("/", "/people", "/alerts", "/calls", "/rules", "/parameters", "/holidays", "/account")
OLD_SERVER = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def above() -> Iterator[Path]:
    with folder_above() as above:
        yield above


@pytest.fixture(scope="module")
def house(above: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation that was loaded in the strangest room of all; its server stays up."""
    environment = environment_of(above / "数据 folder", **STRANGE)
    load_small_demo(environment)
    with LocalPostgres(above / "数据 folder/postgres"):
        yield environment


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def warnings(browser: httpx.Client) -> dict[str, list[str]]:
    """What each page says of a year without holidays."""
    files = re.findall(r'href="(/people/\d+)"', browser.get("/people").text)
    found = {}
    for path in (*PAGES, files[0]):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        found[path] = re.findall(rf"([\d、]+){CALENDAR}", answer.text)
    return found


def test_another_zone_no_chinese_no_home_an_odd_path_a_taken_port_and_a_second_copy(
    house: dict[str, str], above: Path
) -> None:
    at_night = house | {"SUPERVISION_NOW": "2026-11-26T00:30+08:00"}  # in New York it is still the 25th
    with socket.create_server(("127.0.0.1", 0)) as taken:
        at_night["PORT"] = str(taken.getsockname()[1])
        with running(at_night, above / "one") as one, running(at_night, above / "other") as other:
            assert one.address() != other.address()
            for start in (one, other):
                page = start.officer().get("/")
                assert page.status_code == 200 and "2026年11月26日 星期四" in page.text
                assert f"Port {at_night['PORT']} is taken; using " in start.said()
            status, _, complaint = command(house, "demo", "--reset")
            assert (status, complaint.count("\n")) == (1, 1) and "stop it before you start its demo over" in complaint
            assert set(map(tuple, warnings(one.officer()).values())) == {()}


@pytest.mark.parametrize(("day", "year"), [("2027-01-01", "2027"), ("2028-02-29", "2028")])
def test_a_year_without_holidays_is_said_once_on_each_page_and_nowhere_guessed_in_silence(
    house: dict[str, str], above: Path, port: int, day: str, year: str
) -> None:
    then = house | {"SUPERVISION_NOW": f"{day}T09:00+08:00", "PORT": str(port)}
    with running(then, above / year) as start:
        assert all(said == [year] for said in warnings(start.officer()).values())
        until(lambda: made_by_the_calendar(above, day), start.said)  # the night's reconcile, which the jobs make up for
        status, said, complaint = command(then, "doctor")
    assert (status, complaint) == (1, "") and f"No official calendar for {year}: working days there are prov" in said
    assert made_by_the_calendar(above, day) == {"true"}


def made_by_the_calendar(above: Path, day: str) -> set[str]:
    """What the duties from this day on, in whose dates working days were counted, say of their calendar."""
    with LocalPostgres(above / "数据 folder/postgres") as server:
        of_days = f"period BETWEEN '{day}' AND '9'"  # not those that are owed once, whose days may lie before
        sql = f"SELECT coalesce(why ->> 'provisional', '') FROM duty WHERE {of_days} AND why ? 'days_off'"
        asked = [find_programs() / "psql", "-XAtqc", sql, server.dsn("supervision")]
        return set(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines())


def old_programs() -> Path:
    """The folder of PostgreSQL 15's programs; the test is skipped where there are none."""
    asked = [OLD_SERVER, *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    for folder in asked:
        if (folder / "initdb").exists():
            version = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
            if " 15." in version:
                return folder
    pytest.skip("no programs of PostgreSQL 15 here (Debian: apt-get install postgresql-15)")


def test_the_office_s_own_postgresql_15_works_and_one_that_can_t_hold_chinese_is_refused(
    above: Path, port: int
) -> None:
    with LocalPostgres(above / "old", programs=old_programs(), settings={"fsync": "off"}) as server:
        for sql in (
            "CREATE DATABASE office",
            "CREATE DATABASE plain ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'",
        ):
            subprocess.run([old_programs() / "psql", "-Xqc", sql, server.dsn()], check=True)
        there = environment_of(above / "15", SUPERVISION_DATABASE_URL=server.dsn("office"), PORT=str(port), **STRANGE)
        load_small_demo(there)
        with running(there | {"SUPERVISION_NOW": "2026-11-25T09:05+08:00"}, above / "said 15") as start:
            assert "在矫" in start.officer().get("/people").text
        status, said, complaint = command(there | {"SUPERVISION_DATABASE_URL": server.dsn("plain")}, "alerts")
        assert (status, said) == (
            1,
            "",
        ) and "has the encoding SQL_ASCII; make it anew with ENCODING 'UTF8'" in complaint


REFUSED = {
    "an administrator's command on a port that is taken": (["serve", "--port", "{taken}"], {}, "Port {taken} on 127.0.0.1 is taken."),
    "an address of another machine": (["run"], {"SUPERVISION_HOST": "192.0.2.1"}, "on 192.0.2.1 can't be used"),
    "a port that isn't one": (["run"], {"PORT": "70000"}, "PORT must lie between 1 and 65535"),
    "a data folder that can't be written": (["run"], {"SUPERVISION_DATA_DIR": "/proc/漏 管"}, "The data folder /proc/漏 管 can't be"),
    "a data folder that is a file": (["run"], {"SUPERVISION_DATA_DIR": "/etc/passwd"}, "The data folder /etc/passwd can't be used"),
    "a day that isn't one": (["run"], {"SUPERVISION_NOW": "2027-02-29T09:00+08:00"}, "is not a moment"),
    "the demo on a register in use": (["demo"], {"SUPERVISION_MODE": "production"}, "The demo is for training"),
}  # fmt: skip


@pytest.mark.parametrize("room", REFUSED)
def test_a_room_in_which_it_can_t_work_gets_one_sentence(house: dict[str, str], room: str) -> None:
    words, settings, told = REFUSED[room]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        there = {key: value for key, value in (house | settings).items() if key != "SUPERVISION_NOW" or key in settings}
        status, said, complaint = command(there, *[word.format(taken=number) for word in words])
    assert status == 1 and complaint.count("\n") == 1 and told.format(taken=number) in complaint, (said, complaint)


@pytest.mark.skipif(os.geteuid() == 0, reason="root's data are in /var/lib/supervision, wherever its home is")
def test_a_home_in_which_nothing_can_be_written_is_named_where_the_data_would_lie_there() -> None:
    there = environment_of(Path("/"), HOME="/proc")
    del there["SUPERVISION_DATA_DIR"]
    there.pop("XDG_DATA_HOME", None)
    status, said, complaint = command(there, "alerts")
    assert (status, said, complaint.count("\n")) == (1, "", 1) and "Set SUPERVISION_DATA_DIR" in complaint
