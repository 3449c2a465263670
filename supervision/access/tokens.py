"""Tokens of other systems: made and revoked by command, shown once, kept as a hash; each acts in a staff member's name."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from supervision.access.roles import PERMISSIONS, SCOPE, permissions_of
from supervision.access.sessions import hash_of
from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.errors import Refusal

PREFIX = "slg_"
"""So that a token which got into a text is recognised as one."""
TOUCH_EVERY = timedelta(minutes=1)
LONGEST_DAYS = 366
OFFERED = ("see_people", "see_alerts", "see_rollcall", "record")
"""The permissions that routes of the API name."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to make: in whose name, with which of their permissions, for one office only, for how many days."""

    name: str
    login: str
    permissions: Sequence[str] = ()
    office: str | None = None
    days: int = 90


class TokenViewer(Viewer):
    """A system with a token: sees and does what its owner may, as far as the token goes; `token` is its id."""

    __slots__ = ("_scope", "token")

    token: int
    _scope: str

    def __init__(self, row: Any) -> None:
        """From a row as `find_token` gives it."""
        super().__init__(row)
        object.__setattr__(self, "token", row["token"])
        object.__setattr__(self, "permissions", self.permissions & frozenset(row["permissions"]))
        object.__setattr__(self, "_scope", _narrowed(SCOPE[self.role], row["office"], row["token_office"]))
        object.__setattr__(self, "office", row["token_office"] or row["office"])

    @property
    def scope(self) -> str:
        """Whose files: the owner's scope, or one office of it."""
        return self._scope


def _narrowed(scope: str, office: int, wanted: int | None) -> str:
    if wanted is None:
        return scope
    if scope == "all":
        return "office"
    return scope if wanted == office else "none"


async def find_token(token: str, now: datetime) -> Record | None:
    """The token and its owner while both may act; None for any other text."""
    return await fetch_row(
        """SELECT t.id AS token, t.permissions, t.office AS token_office, t.seen_at, s.id, s.login, s.name, s.role,
                  0 AS session, false AS must_change, o.id AS office, o.name AS office_name
             FROM api_token t JOIN staff s ON s.id = t.staff JOIN office o ON o.id = s.office
            WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND s.disabled_at IS NULL""",
        hash_of(token),
        now,
    )


async def touch_token(found: Record, now: datetime) -> None:
    """Note that the token was used, at most once a minute."""
    if found["seen_at"] is None or found["seen_at"] <= now - TOUCH_EVERY:
        await execute("UPDATE api_token SET seen_at = $2 WHERE id = $1", found["token"], now)


async def create_token(new: NewToken, now: datetime) -> str:
    """Make a token; its text, which is nowhere kept. Raises Refusal for what the owner may not do."""
    async with tx():
        owner = await fetch_row("SELECT * FROM staff WHERE login = $1 AND disabled_at IS NULL", new.login)
        if owner is None:
            raise Refusal(f"没有登录名为“{new.login}”的在岗人员。")
        permissions = _allowed(new, owner["role"])
        office = await _office(new, owner)
        _check(new)
        if await fetch_value("SELECT 1 FROM api_token WHERE name = $1", new.name.strip()):
            raise Refusal(f"已有名为“{new.name.strip()}”的令牌（作废的也算），请换一个名称。")
        token = PREFIX + secrets.token_urlsafe(32)
        row = {"name": new.name.strip(), "token_hash": hash_of(token), "staff": owner["id"], "office": office}
        times = {"created_at": now, "expires_at": now + timedelta(days=new.days)}
        made = await insert("api_token", row | times | {"permissions": permissions})
        detail = {"name": new.name.strip(), "login": new.login, "permissions": permissions, "office": new.office}
        await record(None, "token_created", subject=("api_token", made), detail=detail, now=now)
    return token


def _check(new: NewToken) -> None:
    if not new.name.strip():
        raise Refusal("请写明令牌的名称。")
    if not 1 <= new.days <= LONGEST_DAYS:
        raise Refusal(f"令牌的有效期为 1 至 {LONGEST_DAYS} 天。")


def _allowed(new: NewToken, role: str) -> list[str]:
    """What the token may do; without a wish all that the API offers and the owner holds."""
    held = permissions_of(role)
    wanted = list(dict.fromkeys(new.permissions)) or [one for one in OFFERED if one in held]
    for permission in wanted:
        if permission not in PERMISSIONS or permission not in OFFERED:
            raise Refusal(f"接口没有“{permission}”这项权限，可用的是：{'、'.join(OFFERED)}。")
        if permission not in held:
            raise Refusal(f"“{new.login}”的岗位没有“{permission}”这项权限。")
    if not wanted:
        raise Refusal(f"“{new.login}”的岗位没有接口可用的权限。")
    return wanted


async def _office(new: NewToken, owner: Record) -> int | None:
    if new.office is None:
        return None
    found = await fetch_value("SELECT id FROM office WHERE code = $1 AND closed_at IS NULL", new.office)
    if found is None:
        raise Refusal(f"没有代码为“{new.office}”的机构。")
    if SCOPE[owner["role"]] != "all" and found != owner["office"]:
        raise Refusal(f"“{new.login}”看不到这个机构的档案。")
    return int(found)


async def list_tokens() -> list[dict[str, Any]]:
    """All tokens that were ever made, without what opens anything."""
    rows = await fetch(
        """SELECT t.name, s.login, o.code AS office, t.permissions, t.created_at, t.expires_at, t.revoked_at, t.seen_at
             FROM api_token t JOIN staff s ON s.id = t.staff LEFT JOIN office o ON o.id = t.office ORDER BY t.id"""
    )
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def revoke_token(name: str, now: datetime) -> None:
    """The token counts no more, from now on. Raises Refusal for one that isn't there or was revoked before."""
    async with tx():
        revoked = await fetch_value(
            "UPDATE api_token SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL RETURNING id", name, now
        )
        if revoked is None:
            raise Refusal(f"没有名为“{name}”的有效令牌。")
        await record(None, "token_revoked", subject=("api_token", revoked), detail={"name": name}, now=now)
