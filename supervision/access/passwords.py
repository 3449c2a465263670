"""Passwords: argon2 in a thread, what a new one must be, one-time codes."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from supervision.errors import Refusal
from supervision.language import gettext as _

SHORTEST = 10
TOO_COMMON = frozenset(
    "1234567890 0123456789 12345678910 1111111111 password123 password1234 qwertyuiop 1q2w3e4r5t qwerty12345 "
    "admin12345 administrator sqjz123456 woaini1314 iloveyou123 abcd123456 abc1234567 a123456789 aa12345678 "
    "zxcvbnm123 shequjiaozheng sifaju123456".split()
)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

_hasher = [PasswordHasher()]
_unknown = "$argon2id$v=19$m=65536,t=3,p=4$c29tZS1zYWx0LWhlcmU$YHPPd8LUQlAhVKTmSGrQYMNAWmHNkmAJ5jkxXkxbQ1Y"


def use_hasher(hasher: PasswordHasher) -> None:
    """Set the cost of this process; tests take the cheapest."""
    global _unknown
    _hasher[:] = [hasher]
    _unknown = hasher.hash(secrets.token_urlsafe())


async def hash_password(password: str) -> str:
    """The argon2id hash; in a thread, since it takes a good part of a second."""
    return await asyncio.to_thread(_hasher[0].hash, password)


async def verify(password: str, hashed: str | None) -> bool:
    """Whether the password is the hash's; without a hash the same work is done for nothing."""
    matches = await asyncio.to_thread(_matches, password, hashed or _unknown)
    return matches and hashed is not None


def _matches(password: str, hashed: str) -> bool:
    try:
        return _hasher[0].verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def check_new_password(password: str, login: str, old: str) -> None:
    """Raise Refusal for a password that is too short, too common, the login or the old one."""
    if len(password) < SHORTEST:
        raise Refusal(
            _("新密码至少 %(n)s 个字符。") % {"n": SHORTEST},
            fields={"new": _("至少 %(n)s 个字符。") % {"n": SHORTEST}},
        )
    plain = password.casefold()
    if plain in TOO_COMMON or len(set(plain)) < 4:
        raise Refusal(_("新密码太常见，请换一个。"), fields={"new": _("太常见，请换一个。")})
    if plain == login.casefold():
        raise Refusal(_("新密码不能与登录名相同。"), fields={"new": _("不能与登录名相同。")})
    if password == old:
        raise Refusal(_("新密码不能与原密码相同。"), fields={"new": _("不能与原密码相同。")})


def one_time_code() -> str:
    """Twelve letters and digits that can't be mistaken for one another, as XXXX-XXXX-XXXX."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
