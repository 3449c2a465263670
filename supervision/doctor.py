"""What is wrong with this installation, in sentences; no case content."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta

from supervision.access.apart import combined
from supervision.access.second_factor import must_have
from supervision.access.staffing import accounts
from supervision.audit.standing import SealStanding, seal_standing
from supervision.backup.make import last_backup
from supervision.clock import Clock
from supervision.config import Settings
from supervision.days import SHANGHAI, add_days
from supervision.db import fetch, fetch_row, fetch_value
from supervision.duties.kinds import Kind, kinds
from supervision.files.sweep import standing, told
from supervision.house import House, audit_key_file, is_embedded, key_file
from supervision.keys import copied, rows_by_key
from supervision.migrate import pending
from supervision.sealed import Keyring, SealError
from supervision.settings.terms import load_terms

QUIET = timedelta(seconds=60)
OLDEST_BACKUP = timedelta(days=2)
LEAST_FREE = 1_000_000_000
"""Bytes on the data's disk below which somebody should make room."""


@dataclass(frozen=True)
class Examined:
    """One thing looked at: whether it is well, and what to say of it in a terminal and (`said`) on the page."""

    name: str
    ok: bool
    sentence: str
    said: str


async def examine(house: House) -> list[Examined]:
    """Look at everything that can be looked at, also by reading whole tables; nothing is changed."""
    return [*await look_over(house.settings, house.clock), await _keys(house.settings), await _files()]


async def look_over(settings: Settings, clock: Clock) -> list[Examined]:
    """The same for a process that has its pool open: the page asks so."""
    return [
        await _schema(),
        await _jobs(clock),
        await _desk(),
        await _apart(),
        await _second_factor(settings),
        _public_url(settings),
        await _calendar(clock),
        await _messages(),
        await _ledger(clock),
        _seal(await seal_standing(audit_key_file(settings), clock.now())),
        await _key_copy(settings),
        await _backup(settings, clock),
        _disk(settings),
        await _demo(settings, clock),
    ]


async def _schema() -> Examined:
    waiting = await pending()
    if not waiting:
        return Examined("schema", True, "The schema is up to date.", "数据库结构是最新的。")
    count = len(waiting)
    return Examined("schema", False, f"{count} migrations wait to be run.", f"有 {count} 项数据库升级还没有执行。")


async def _jobs(clock: Clock) -> Examined:
    last = await fetch_value("SELECT at FROM heartbeat WHERE job = 'watch'")
    if last is None:
        return Examined(
            "jobs",
            False,
            "The watch has never run: start the jobs process.",
            "逾期发现从未运行：请启动后台任务进程。",
        )
    ok = clock.now() - last <= QUIET
    told = f"The watch last ran at {last:%Y-%m-%d %H:%M:%S}Z."
    said = f"逾期发现最近一次运行于 {last.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}。"
    if ok:
        return Examined("jobs", True, told, said)
    return Examined("jobs", False, f"{told} Is the jobs process up?", f"{said}后台任务进程可能没有运行。")


async def _desk() -> Examined:
    count = await fetch_value("SELECT count(*) FROM staff WHERE on_desk AND disabled_at IS NULL")
    if count:
        return Examined(
            "desk", True, f"The bureau's desk has {count} active members.", f"局值班台有 {count} 名在岗人员。"
        )
    return Examined(
        "desk",
        False,
        "Nobody is on the bureau's desk: alerts would end nowhere.",
        "局值班台没有在岗人员：预警最后无人处置。",
    )


async def _apart() -> Examined:
    try:
        pairs = combined(await accounts())
    except SealError as problem:
        return Examined(
            "apart", False, f"A telephone of the staff can't be read: {problem}.", "有工作人员的手机号码无法解封。"
        )
    if not pairs:
        return Examined(
            "apart", True, "Nobody combines duties that are kept apart.", "没有人兼任必须分开的岗位（三员分立）。"
        )
    named = "; ".join(f"{one.login} ({one.role}) and {two.login} ({two.role})" for one, two in pairs)
    said = "；".join(f"{one.login} 与 {two.login}" for one, two in pairs)
    return Examined(
        "apart",
        False,
        f"One person seems to hold duties that are kept apart: {named}.",
        f"同一人似乎兼任了必须分开的岗位：{said}。请停用其中一个账号，或者登记各自的手机号码。",
    )


async def _second_factor(settings: Settings) -> Examined:
    rows = await fetch(
        """SELECT login, role FROM staff WHERE disabled_at IS NULL AND NOT EXISTS (
               SELECT FROM second_factor WHERE staff = staff.id AND ended_at IS NULL) ORDER BY id"""
    )
    without = [row["login"] for row in rows if must_have(settings, row["role"])]
    if settings.second_factor == "nobody":
        return Examined(
            "second_factor",
            settings.training,
            "Nobody must have a second factor at the sign-in (SUPERVISION_SECOND_FACTOR).",
            "登录不要求动态验证码（SUPERVISION_SECOND_FACTOR）。",
        )
    return Examined(
        "second_factor",
        True,
        f"{len(without)} accounts that must have a second factor will be led to it at their next sign-in.",
        f"{len(without)} 个必须使用动态验证码的账号还没有启用，下次登录时会先要求启用。",
    )


def _public_url(settings: Settings) -> Examined:
    if settings.training or settings.public_url:
        return Examined(
            "public_url", True, "The public address is known or not needed.", "对外地址已设置，或者不需要。"
        )
    return Examined(
        "public_url",
        False,
        "SUPERVISION_PUBLIC_URL is missing: cookies may go without TLS, and the provider can't report deliveries.",
        "没有设置 SUPERVISION_PUBLIC_URL：登录凭证可能不经加密传送，短信平台也无法回报送达。",
    )


async def _calendar(clock: Clock) -> Examined:
    today = clock.today()
    terms = await load_terms(clock.now(), clock.now())
    years = sorted({today.year, add_days(today, 60).year} | ({today.year + 1} if today.month == 12 else set()))
    missing = [year for year in years if terms.calendar.is_provisional(date(year, 1, 1))]
    if not missing:
        return Examined(
            "calendar", True, "The calendar of the coming weeks is official.", "今后数周的节假日安排已经录入。"
        )
    return Examined(
        "calendar",
        False,
        f"No official calendar for {', '.join(map(str, missing))}: working days there are provisional.",
        f"{'、'.join(map(str, missing))} 年的节假日安排还没有录入：其中的工作日按周末暂算。",
    )


async def _messages() -> Examined:
    row = await fetch_row(
        """SELECT count(*) FILTER (WHERE state = 'unknown' AND looked_at IS NULL) AS unknown,
                  count(*) FILTER (WHERE state = 'sending') AS sending FROM message WHERE state IN ('unknown', 'sending')"""
    )
    assert row is not None
    unknown, sending = row["unknown"], row["sending"]
    told = f"{unknown} texts with an unclear answer wait for a human; {sending} are on the wire."
    return Examined(
        "messages", not unknown, told, f"{unknown} 条短信不知是否已发出，等待人工核实；{sending} 条正在发送。"
    )


async def _ledger(clock: Clock) -> Examined:
    missing = sum([await _without_ledger(kind) for kind in kinds()])
    late = await fetch_value(
        "SELECT count(*) FROM duty WHERE is_lapsed(state, limit_at, $1) AND alerted_at IS NULL", clock.now() - QUIET
    )
    told = f"{missing} subjects have no ledger, {late} lapses have waited over a minute for their alert."
    said = f"{missing} 件在办事项没有台账；{late} 项逾期超过一分钟还没有预警。"
    return Examined("ledger", not missing and not late, told, said)


async def _without_ledger(kind: Kind) -> int:
    """Subjects that may owe something and have never been looked at."""
    return int(
        await fetch_value(
            f"""SELECT count(*) FROM {kind.table} s WHERE {kind.living} AND NOT EXISTS (
                    SELECT FROM ledger_subject l WHERE l.subject_kind = $1 AND l.subject_id = s.id)""",
            kind.name,
        )
    )


def _seal(seen: SealStanding) -> Examined:
    if seen.key_lost:
        return Examined(
            "seal",
            False,
            f"The audit key is missing or isn't this database's (fingerprint {seen.known}): {seen.waiting} rows wait: put audit.key back from where keys are kept, restart the jobs.",
            f"审计密钥不在原处，或者不是本数据库的（指纹 {seen.known}）：{seen.waiting} 条审计记录等待封印；请从存放密钥的地方放回 audit.key，再重启后台任务。",
        )
    last = f"{seen.last_at:%Y-%m-%d %H:%M:%S}Z" if seen.last_at else "never"
    seen_at = f"{seen.last_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if seen.last_at else "从未"
    told = f"{seen.waiting} audit rows wait for their seal; last sealed: {last}; head {seen.head}; key {seen.key}."
    said = f"{seen.waiting} 条审计记录等待封印；最近封印：{seen_at}；链头：{seen.head or '无'}；密钥指纹：{seen.key or '无'}。"
    return Examined("seal", not seen.late, told, said)


async def _key_copy(settings: Settings) -> Examined:
    """A lost key is told of before it is lost."""
    seen = await copied(settings)
    lost = "without it nobody can read the identity numbers, phones and addresses, nor any backup"
    if seen.at is None:
        return Examined(
            "key_copy",
            settings.training,
            f"The key {key_file(settings)} was never copied out: {lost}. Run `supervision key copy --to FOLDER`.",
            f"密钥 {key_file(settings)} 从未复制到别处：一旦丢失，身份证号、电话、住址和所有备份都无法读取。"
            "请运行 supervision key copy --to 目录。",
        )
    day = f"{seen.at.astimezone(SHANGHAI):%Y-%m-%d}"
    if not seen.whole:
        return Examined(
            "key_copy",
            settings.training,
            f"The key files have changed since they were copied out on {day}: run `supervision key copy --to FOLDER`.",
            f"密钥在 {day} 复制之后又有变化：请再运行 supervision key copy --to 目录。",
        )
    return Examined(
        "key_copy",
        True,
        f"The keys were copied out on {day}; losing both copies would lose what is sealed.",
        f"密钥已于 {day} 复制到别处。",
    )


async def _backup(settings: Settings, clock: Clock) -> Examined:
    if not is_embedded(settings):
        return Examined(
            "backup", True, "The office's own tools back this database up.", "本数据库由单位自己的工具备份。"
        )
    last = await last_backup(settings)
    if last is None:
        return Examined(
            "backup",
            settings.training,
            "There is no backup: the jobs make one each night, `supervision backup` makes one now.",
            "还没有备份：后台任务每夜备份一次，也可以运行 supervision backup。",
        )
    at = last.at.astimezone(SHANGHAI)
    near = (" It lies on the data's own disk.", "备份与数据在同一块磁盘上。") if last.same_disk else ("", "")
    there = last.file.exists()
    return Examined(
        "backup",
        settings.training or (there and clock.now() - last.at <= OLDEST_BACKUP),
        f"The last backup is of {at:%Y-%m-%d %H:%M}: {last.file}{'' if there else ', which is gone'}.{near[0]}",
        f"最近一次备份：{at:%Y-%m-%d %H:%M}，{last.file}{'' if there else '（文件已不在）'}。{near[1]}",
    )


async def _keys(settings: Settings) -> Examined:
    """Which rows are under which key."""
    held = list(Keyring.load(key_file(settings)).keys)
    rows = await rows_by_key()
    lost = sorted(rows.keys() - set(held))
    told = ", ".join(f"{key}{' (missing)' if key in lost else ''}: {rows.get(key, 0)}" for key in [*held, *lost])
    old = sum(rows.get(key, 0) for key in held[:-1])
    also = f" {old} values wait: run `supervision key rotate`." if old else ""
    return Examined("keys", not lost and not old, f"Sealed values by key: {told}.{also}", f"各密钥封存的数据：{told}。")


async def _files() -> Examined:
    """Which files are lost, and what has no row."""
    seen = await standing()
    said = f"存有 {seen.kept} 份文件；{len(seen.lost)} 份找不到；{len(seen.left or ())} 份没有登记。"
    return Examined("files", seen.well, " ".join(told(seen)), said)


def _disk(settings: Settings) -> Examined:
    free = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else "/").free
    room = f"{free // 1_000_000:,} MB"
    return Examined("disk", free > LEAST_FREE, f"{room} are free where the data is.", f"数据所在磁盘剩余 {room}。")


async def _demo(settings: Settings, clock: Clock) -> Examined:
    since = await fetch_value("SELECT value FROM installation WHERE key = 'demo'")
    if since is None:
        return Examined("demo", True, "This is no demo database.", "这不是演示数据库。")
    age = (clock.today() - date.fromisoformat(since[:10])).days
    return Examined(
        "demo",
        settings.training,
        f"This is a demo database, made {age} days ago.",
        f"这是演示数据库，{age} 天前建立。",
    )
