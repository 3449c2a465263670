"""The staff: made, given a new code, moved, disabled; whoever leaves hands over in the same transaction."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from supervision import sealed
from supervision.access.apart import Account, refuse_combination
from supervision.access.desk import head_of
from supervision.access.offices import open_office
from supervision.access.passwords import hash_password, one_time_code
from supervision.access.roles import ADMINS, DESK_ROLES, OFFICE_ROLES, ROLE_TITLES
from supervision.access.sessions import end_sessions
from supervision.access.two_persons import CODE_LASTS, refuse_code_after_factor
from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.locks import Lock

LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
STAFF_PHONE = "staff.phone"
"""The purpose under which a staff phone number is sealed."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A new member of the staff, as the form says it."""

    login: str
    name: str
    role: str
    office: int
    on_desk: bool = False
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody leaves an office: whose work passes to whom."""

    staff: int
    office: int
    receiver: int
    by: Viewer
    now: datetime


ON_LEAVING: list[Callable[[Leaving], Awaitable[None]]] = []
"""What passes to the receiver in the same transaction: files, alerts. The slices above write these; app.py lists them."""


async def all_staff() -> list[Record]:
    """All members of the staff with office and present absence, the active ones first."""
    return await fetch(
        """SELECT staff.id, staff.login, staff.name, staff.role, staff.on_desk, staff.office, staff.disabled_at,
                  staff.one_time_until, staff.locked_until, office.name AS office_name
           FROM staff JOIN office ON office.id = staff.office
           ORDER BY staff.disabled_at IS NOT NULL, office.kind, office.code, staff.id"""
    )


async def staff_member(staff: int) -> Record:
    """One member of the staff; NotFound else."""
    row = await fetch_row(
        """SELECT staff.*, office.name AS office_name
           FROM staff JOIN office ON office.id = staff.office WHERE staff.id = $1""",
        staff,
    )
    if row is None:
        raise NotFound
    return row


async def create_staff(viewer: Viewer, new: NewStaff, now: datetime) -> tuple[int, str]:
    """A new member of the staff; the id and the one-time code, which is shown once and kept nowhere in clear."""
    _check_words(new)
    async with tx():
        await _one_after_another()
        await _check_place(new)
        refuse_combination(Account(new.login, new.name, new.role, new.phone), await accounts())
        staff, code = await _insert(new, now)
        detail = {"login": new.login, "role": new.role, "office": new.office, "on_desk": new.on_desk}
        await record(viewer, "staff_created", subject=("staff", staff), detail=detail, now=now)
    return staff, code


async def create_first_administrator(login: str, bureau: str, now: datetime) -> str:
    """The bureau and its first security administrator; the one-time code. Raises Refusal where there is any staff."""
    async with tx():
        await _one_after_another()
        if await fetch_value("SELECT EXISTS (SELECT FROM staff)"):
            raise Refusal("已经有工作人员账号；新账号由安全管理员建立。")
        office = await fetch_value("SELECT id FROM office WHERE kind = 'bureau' ORDER BY id LIMIT 1")
        office = office or await insert("office", {"code": "QJ", "name": bureau, "kind": "bureau"})
        new = NewStaff(login, "安全管理员", "security_admin", office)
        _check_words(new)
        staff, code = await _insert(new, now)
        await record(None, "staff_created", subject=("staff", staff), detail={"login": login}, now=now)
    return code


async def accounts() -> list[Account]:
    """The active accounts, by what tells whose they are."""
    rows = await fetch("SELECT login, name, role, phone_sealed FROM staff WHERE disabled_at IS NULL ORDER BY id")
    return [Account(row["login"], row["name"], row["role"], _phone(row["phone_sealed"])) for row in rows]


def _phone(value: str | None) -> str:
    return sealed.open_sealed(value, STAFF_PHONE) if value else ""


def _check_words(new: NewStaff) -> None:
    wrong = {}
    if not LOGIN.fullmatch(new.login):
        wrong["login"] = _("登录名用 3 至 32 个小写字母、数字、点或横线，以字母开头。")
    if not new.name:
        wrong["name"] = _("请填写姓名。")
    if new.role not in ROLE_TITLES:
        wrong["role"] = _("请选择岗位。")
    if new.on_desk and new.role not in DESK_ROLES:
        wrong["on_desk"] = _("值班台只由区矫正机构经办或负责人担任。")
    if new.phone and not MOBILE.fullmatch(new.phone):
        wrong["phone"] = _("请填写 11 位手机号码。")
    if wrong:
        raise Refusal(next(iter(wrong.values())), fields=wrong)


async def _check_place(new: NewStaff) -> None:
    office = await open_office(new.office)
    if (new.role in OFFICE_ROLES) != (office["kind"] == "judicial_office"):
        raise Refusal(_("这个岗位不设在这个机构。"), fields={"office": _("这个岗位不设在这个机构。")})
    if new.role == "head" and await head_of(new.office):
        raise Refusal(_("该所已有负责人。"), fields={"role": _("该所已有负责人。")})
    if new.role not in ADMINS and not new.on_desk and not await _desk():
        raise Refusal(_("请先建立一名局值班台人员（区矫正机构经办或负责人）。"))


async def _insert(new: NewStaff, now: datetime) -> tuple[int, str]:
    code = one_time_code()
    row = {
        "login": new.login,
        "name": new.name,
        "role": new.role,
        "office": new.office,
        "on_desk": new.on_desk,
        "password_hash": await hash_password(code),
        "one_time_until": now + CODE_LASTS,
        "phone_sealed": sealed.seal(new.phone, STAFF_PHONE) if new.phone else None,
        "created_at": now,
    }
    try:
        async with tx():
            return await insert("staff", row), code
    except asyncpg.UniqueViolationError:
        raise Refusal(_("这个登录名已经有人用了。"), fields={"login": _("这个登录名已经有人用了。")}) from None


async def reset_code(viewer: Viewer, staff: int, now: datetime) -> str:
    """A one-time code for a forgotten password; ends the sessions and the lock of that login. Refusal for one's own."""
    if staff == viewer.id:
        raise Refusal(_("不能给自己发一次性密码：请用“更改密码”。"))
    code = one_time_code()
    hashed = await hash_password(code)
    async with tx():
        await _active(staff)
        await refuse_code_after_factor(viewer, staff)
        await execute(
            """UPDATE staff SET password_hash = $2, one_time_until = $3, failed_count = 0, locked_until = NULL
               WHERE id = $1""",
            staff,
            hashed,
            now + CODE_LASTS,
        )
        await end_sessions(staff, now)
        await record(viewer, "code_reset", subject=("staff", staff), now=now)
    return code


async def disable_staff(viewer: Viewer, staff: int, *, successor: int | None = None, now: datetime) -> None:
    """End an account; its work passes to the head of its office, or of the bureau to the desk.

    Raises Refusal for oneself, for the last security administrator, and for a head or the last member of the desk
    without a successor.
    """
    if staff == viewer.id:
        raise Refusal(_("不能停用自己的账号。"))
    async with tx():
        await _one_after_another()
        row = await _active(staff)
        receiver = await _receiver(row, successor)
        await execute("UPDATE staff SET disabled_at = $2, on_desk = false WHERE id = $1", staff, now)
        await end_sessions(staff, now)
        await _hand_over(viewer, row, receiver, now)
        await record(viewer, "staff_disabled", subject=("staff", staff), detail={"successor": successor}, now=now)


async def move_staff(viewer: Viewer, staff: int, office: int, *, successor: int | None, now: datetime) -> None:
    """Move somebody to another office; the files stay and pass to the head of the old one."""
    async with tx():
        await _one_after_another()
        row = await _active(staff)
        if row["office"] == office:
            raise Refusal(_("已经在这个机构。"), fields={"office": _("已经在这个机构。")})
        await open_office(office)
        receiver = await _receiver(row, successor)
        await execute("UPDATE staff SET office = $2 WHERE id = $1", staff, office)
        await _check_moved(row, office)
        await _hand_over(viewer, row, receiver, now)
        detail = {"from": row["office"], "to": office, "successor": successor}
        await record(viewer, "staff_moved", subject=("staff", staff), detail=detail, now=now)


async def _check_moved(row: Record, office: int) -> None:
    place = await open_office(office)
    if (row["role"] in OFFICE_ROLES) != (place["kind"] == "judicial_office"):
        raise Refusal(_("这个岗位不设在这个机构。"), fields={"office": _("这个岗位不设在这个机构。")})
    heads = await fetch_value(
        "SELECT count(*) FROM staff WHERE office = $1 AND role = 'head' AND disabled_at IS NULL", office
    )
    if heads > 1:
        raise Refusal(_("该所已有负责人。"), fields={"office": _("该所已有负责人。")})


async def set_desk(viewer: Viewer, staff: int, on_desk: bool, now: datetime) -> None:
    """Put somebody on the bureau's desk or take them off it. Raises Refusal for the last one."""
    async with tx():
        await _one_after_another()
        row = await _active(staff)
        if on_desk and row["role"] not in DESK_ROLES:
            raise Refusal(_("值班台只由区矫正机构经办或负责人担任。"))
        if not on_desk and await _desk() == [staff]:
            raise Refusal(_("这是值班台最后一人，请先指定另一人。"))
        await execute("UPDATE staff SET on_desk = $2 WHERE id = $1", staff, on_desk)
        await record(viewer, "desk_changed", subject=("staff", staff), detail={"on_desk": on_desk}, now=now)


async def _hand_over(viewer: Viewer, row: Record, receiver: int | None, now: datetime) -> None:
    if receiver is None:
        return
    for hand_over in ON_LEAVING:
        await hand_over(Leaving(row["id"], row["office"], receiver, viewer, now))


async def _succeed(row: Record, successor: int | None) -> None:
    """The next head, or the next member of the desk, before the last one goes."""
    if row["role"] == "head":
        await _make_head(row, successor)
    elif row["on_desk"] and await _desk() == [row["id"]]:
        await _make_desk(successor)
    elif row["role"] == "security_admin" and await _count_of("security_admin") == 1:
        raise Refusal(_("这是最后一名安全管理员，请先建立另一名。"))


async def _make_head(row: Record, successor: int | None) -> None:
    sentence = _("停用或调走负责人之前，请指定本所一名在岗人员接任负责人。")
    changed = await execute(
        """UPDATE staff SET role = 'head'
           WHERE id = $1 AND office = $2 AND role = 'officer' AND disabled_at IS NULL AND id <> $3""",
        successor or 0,
        row["office"],
        row["id"],
    )
    if not changed:
        raise Refusal(sentence, fields={"successor": sentence})


async def _make_desk(successor: int | None) -> None:
    sentence = _("这是值班台最后一人，请指定接任的区矫正机构经办或负责人。")
    changed = await execute(
        "UPDATE staff SET on_desk = true WHERE id = $1 AND role = ANY($2) AND disabled_at IS NULL AND NOT on_desk",
        successor or 0,
        sorted(DESK_ROLES),
    )
    if not changed:
        raise Refusal(sentence, fields={"successor": sentence})


async def _receiver(row: Record, successor: int | None) -> int | None:
    """Who takes over: of a judicial office its head, of the bureau the desk; an administrator has nothing to hand over."""
    await _succeed(row, successor)
    if row["role"] in ADMINS:
        return None
    if row["role"] not in OFFICE_ROLES:
        return next((one for one in await _desk() if one != row["id"]), None)
    head = await head_of(row["office"], but=row["id"])
    if head is None:
        raise Refusal(_("该所没有负责人，在管对象无人接手；请先为该所指定负责人。"))
    return head


async def _desk() -> list[int]:
    rows = await fetch("SELECT id FROM staff WHERE on_desk AND disabled_at IS NULL ORDER BY id")
    return [row["id"] for row in rows]


async def _count_of(role: str) -> int:
    return int(await fetch_value("SELECT count(*) FROM staff WHERE role = $1 AND disabled_at IS NULL", role))


async def _active(staff: int) -> Record:
    row = await fetch_row("SELECT * FROM staff WHERE id = $1 AND disabled_at IS NULL FOR UPDATE", staff)
    if row is None:
        raise NotFound
    return row


async def _one_after_another() -> None:
    await fetch_value("SELECT pg_advisory_xact_lock($1)", Lock.STAFFING)
