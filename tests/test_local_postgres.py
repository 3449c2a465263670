"""The embedded server: started, shared and stopped, also after the bad moments (kill -9, stale files, long paths)."""

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from supervision.local_postgres import LARGEST_LOG, LocalPostgres, LocalPostgresError, find_programs

AS_ROOT = os.geteuid() == 0
USER = """
import sys
from pathlib import Path
from supervision.local_postgres import LocalPostgres
server = LocalPostgres(Path(sys.argv[1])).start()
print((server.data / "postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.read()
print(server.release(), flush=True)
"""


def passable_folder() -> Path:
    """A folder that the server's user may pass, which root's own temporary folder isn't."""
    folder = Path(tempfile.mkdtemp(prefix="supervision-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def place() -> Iterator[Path]:
    folder = passable_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """The folder of a server that was started once and stopped; each test leaves it stopped and whole."""
    folder = passable_folder()
    with LocalPostgres(folder / "postgres"):
        pass
    yield folder / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def server(used: Path) -> Iterator[LocalPostgres]:
    with LocalPostgres(used) as server:
        yield server


@contextmanager
def moved(folder: Path, to: Path) -> Iterator[Path]:
    folder.rename(to)
    yield to
    to.rename(folder)


def ask(server: LocalPostgres, sql: str, database: str = "postgres") -> str:
    command = [str(find_programs() / "psql"), "-XAtq", "-c", sql, server.dsn(database)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def postmaster(server: LocalPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def is_up(server: LocalPostgres) -> bool:
    return subprocess.run([find_programs() / "pg_isready", "-q", "-h", server.socket_folder]).returncode == 0


def another_user(folder: Path) -> subprocess.Popen[str]:
    """A process that uses the server until its input is closed."""
    command = [sys.executable, "-c", USER, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def first_line(user: subprocess.Popen[str]) -> str:
    assert user.stdout
    return user.stdout.readline().strip()


def test_a_fresh_folder_becomes_a_server_that_the_last_user_stops(place: Path) -> None:
    server = LocalPostgres(place / "postgres").start()
    assert ask(server, "SELECT 'answer'") == "answer"
    assert server.release() is True
    assert not is_up(server)
    assert server.release() is False


def test_what_was_written_is_there_after_a_second_start(used: Path) -> None:
    with LocalPostgres(used) as server:
        ask(server, "CREATE TABLE twice AS SELECT 7 AS n")
    with server:
        assert ask(server, "SELECT n FROM twice") == "7"


def test_a_second_user_joins_and_only_the_last_one_stops_the_server(server: LocalPostgres) -> None:
    second = LocalPostgres(server.folder).start()
    assert postmaster(second) == postmaster(server)
    assert second.release() is False
    assert is_up(server)
    assert server.release() is True


def test_a_killed_user_no_longer_counts(used: Path) -> None:
    user = another_user(used)
    pid = int(first_line(user))
    user.kill()
    user.communicate()
    server = LocalPostgres(used).start()
    assert postmaster(server) == pid
    assert server.release() is True


def test_three_processes_that_start_at_once_share_one_server(place: Path) -> None:
    users = [another_user(place / "postgres") for _ in range(3)]
    assert len({first_line(user) for user in users}) == 1
    answers = [user.communicate()[0].strip() for user in users]
    assert answers == ["False", "False", "True"]


def test_a_killed_server_starts_again_with_its_rows(server: LocalPostgres) -> None:
    ask(server, "CREATE TABLE kept AS SELECT 7 AS n")
    killed = postmaster(server)
    os.kill(killed, signal.SIGKILL)
    server.start()
    assert postmaster(server) != killed
    assert ask(server, "SELECT n FROM kept") == "7"


def test_a_stale_pid_file_whose_pid_now_is_another_process_does_not_stop_the_start(used: Path) -> None:
    with LocalPostgres(used) as server:
        pid_file = (server.data / "postmaster.pid").read_text()
        number = pid_file.split()[0]
    owner = server.folder.stat().st_uid
    with subprocess.Popen(["sleep", "60"], cwd="/", user=owner if AS_ROOT else None) as other:
        stale = pid_file.replace(number, str(other.pid), 1)
        for path in (server.data / "postmaster.pid", server.socket_folder / ".s.PGSQL.5432.lock"):
            path.write_text(stale)
        with server:
            assert ask(server, "SELECT 1") == "1"
        assert other.poll() is None
        other.kill()


def test_what_a_killed_initdb_left_is_made_anew(place: Path) -> None:
    left = place / "postgres" / "data.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    with LocalPostgres(place / "postgres") as server:
        assert ask(server, "SELECT 1") == "1"
    assert not left.exists()


def test_a_damaged_data_folder_is_named_and_left_alone(place: Path) -> None:
    table = place / "postgres" / "data" / "base" / "1"
    table.mkdir(parents=True)
    with pytest.raises(LocalPostgresError, match="not a whole database"):
        LocalPostgres(place / "postgres").start()
    assert table.exists()


def test_data_of_another_major_version_are_named_and_left_alone(place: Path) -> None:
    version = place / "postgres" / "data" / "PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("9\n")
    with pytest.raises(LocalPostgresError, match=r"PostgreSQL 9 but the programs are \d+"):
        LocalPostgres(place / "postgres").start()
    assert os.listdir(version.parent) == ["PG_VERSION"]


@pytest.mark.parametrize("name", ["long" * 30, "资料 库, 'a'"])
def test_a_path_too_long_or_too_odd_for_a_socket_works(used: Path, name: str) -> None:
    with moved(used, used.with_name(name)) as folder, LocalPostgres(folder) as server:
        assert ask(server, "SELECT 1") == "1"
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert not server.socket_folder.exists()


@pytest.mark.parametrize(("length", "inside"), [(84, True), (85, True), (86, False)])
def test_the_socket_leaves_the_folder_beyond_85_bytes(length: int, inside: bool) -> None:
    server = LocalPostgres(Path("/" + "a" * (length - 1)))
    assert (server.socket_folder == server.folder) is inside


def test_a_socket_folder_that_somebody_planted_is_refused(used: Path, place: Path) -> None:
    with moved(used, used.with_name("long" * 30)) as folder:
        server = LocalPostgres(folder)
        server.socket_folder.symlink_to(place)
        with pytest.raises(LocalPostgresError, match="belongs to somebody else"):
            server.start()
        server.socket_folder.unlink()


@pytest.mark.parametrize("sign", ['"', "$", "`", "\\"])
def test_a_path_that_a_shell_would_change_is_refused(place: Path, sign: str) -> None:
    with pytest.raises(LocalPostgresError, match="sign"):
        LocalPostgres(place / f"a{sign}b").start()
    assert os.listdir(place) == []


def test_a_server_that_cannot_start_says_why_and_starts_once_mended(used: Path) -> None:
    with pytest.raises(LocalPostgresError, match="did not start: .*shared_buffers"):
        LocalPostgres(used, settings={"shared_buffers": "1"}).start()
    with LocalPostgres(used, settings={"shared_buffers": "1MB"}) as server:
        assert ask(server, "SHOW shared_buffers") == "1MB"
        assert server.release() is True


@pytest.mark.parametrize(("lock", "sentence"), [(".start.lock", "too long"), (".alive.lock", "neither answers nor")])
def test_waiting_for_another_process_ends(server: LocalPostgres, lock: str, sentence: str) -> None:
    server.release()
    with (server.folder / lock).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LocalPostgresError, match=sentence):
            server.start(timeout=0)


def test_neither_statements_nor_values_reach_the_log(server: LocalPostgres) -> None:
    ask(server, "CREATE TABLE texts (n text PRIMARY KEY); INSERT INTO texts VALUES ('13900000001')")
    for sql in ("INSERT INTO texts VALUES ('13900000001')", "SELECT '13900000001x'::int", "SELEC 13900000001"):
        with pytest.raises(subprocess.CalledProcessError):
            ask(server, sql)
    log = server.log.read_text()
    assert "ready to accept connections" in log
    assert "139000" not in log


def test_the_server_is_private_and_thinks_in_utc(server: LocalPostgres) -> None:
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert ask(server, "SELECT current_setting('listen_addresses') || current_setting('TimeZone')") == "UTC"


def test_an_address_names_its_database_and_user(server: LocalPostgres) -> None:
    ask(server, 'CREATE DATABASE "a b/c"')
    assert ask(server, "SELECT current_database()", "a b/c") == "a b/c"
    assert server.dsn("app", "owner") == f"postgresql://owner@/app?host={server.folder}"


def test_secrets_in_our_environment_do_not_reach_the_server(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER_TOKEN", "token")
    monkeypatch.setenv("PGPORT", "1")
    with LocalPostgres(used) as server:
        environment = Path(f"/proc/{postmaster(server)}/environ").read_bytes()
    assert b"TZ=UTC" in environment
    assert b"PROVIDER_TOKEN" not in environment


def test_a_setting_without_programs_is_refused_and_a_right_one_is_taken(place: Path) -> None:
    with pytest.raises(LocalPostgresError, match="doesn't hold the PostgreSQL programs"):
        find_programs(place)
    assert find_programs(find_programs()) == find_programs()


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the folder over")
def test_root_gives_away_the_folder_and_nothing_above(server: LocalPostgres) -> None:
    assert server.folder.stat().st_uid != 0
    above = server.folder.parent.stat()
    assert (above.st_uid, stat.S_IMODE(above.st_mode)) == (0, 0o755)


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as somebody else")
def test_a_closed_folder_above_is_named_and_not_opened(place: Path) -> None:
    place.chmod(0o700)
    with pytest.raises(LocalPostgresError, match="can't pass the folders above"):
        LocalPostgres(place / "postgres").start()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as somebody else")
def test_programs_that_only_root_reaches_are_copied_once(place: Path, used: Path) -> None:
    package = find_programs().parent.parent
    if find_programs().parent.name != "pginstall":
        pytest.skip("only a wheel's programs may be moved")
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    for source in (package, package.with_name(f"{package.name}.libs")):
        (closed / source.name).symlink_to(source)
    programs = closed / package.name / "pginstall" / "bin"
    with LocalPostgres(used, programs=programs) as server:
        assert ask(server, "SELECT 1") == "1"
    (copy,) = server.folder.glob("programs*")
    made = copy.stat().st_ctime_ns
    with LocalPostgres(used, programs=programs):
        assert copy.stat().st_ctime_ns == made


@pytest.mark.skipif(AS_ROOT, reason="root may enter any folder")
def test_a_folder_of_another_user_is_refused() -> None:
    with pytest.raises(LocalPostgresError, match="belongs to another user"):
        LocalPostgres(Path("/usr")).start()


# -- what grows -------------------------------------------------------------------------------------------------


def test_a_log_that_has_grown_large_is_put_aside_at_the_start_and_while_the_server_runs(used: Path) -> None:
    aside = used / "server.log.old"
    with LocalPostgres(used) as server:
        os.truncate(server.log, LARGEST_LOG)
        server.bound_log()
        assert not aside.exists()
        for filling in (b"a", b"b"):
            with server.log.open("ab") as log:
                log.write(filling * (LARGEST_LOG + 1))
            server.bound_log()
            assert server.log.stat().st_size == 0 and aside.read_bytes().endswith(filling)
        assert ask(server, "SELECT 1") == "1"
    with (used / "server.log").open("ab") as log:
        log.write(b"c" * (LARGEST_LOG + 1))
    with LocalPostgres(used) as server:
        assert server.log.stat().st_size < LARGEST_LOG < aside.stat().st_size
    aside.unlink()


def test_copies_of_older_programs_are_removed_when_no_server_lives(used: Path) -> None:
    old = used / "programs-1.2"
    old.mkdir()
    with LocalPostgres(used) as server:
        assert not old.exists()
        old.mkdir()
        LocalPostgres(used).start().release()
        assert old.exists(), "somebody's server may still run from it"
        assert ask(server, "SELECT 1") == "1"
    old.rmdir()
