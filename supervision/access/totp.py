"""One-time codes of a telephone (TOTP, RFC 6238): the secret, its picture, and which half minute a code belongs to."""

import secrets
import unicodedata
from base64 import b32decode, b32encode
from datetime import datetime

import segno
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from markupsafe import Markup

STEP_SECONDS = 30
DIGITS = 6
NEAR = (0, -1, 1)
"""Half minutes off that a telephone's clock may be."""


def new_secret() -> str:
    """A secret of 160 bits, as people type it into their telephone."""
    return b32encode(secrets.token_bytes(20)).decode()


def plain_code(text: str) -> str:
    """A code as it was typed, without blanks and dashes; full-width signs become plain ones, letters large."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isascii() and sign.isalnum())


def step_at(now: datetime) -> int:
    """The number of the half minute."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits of a half minute."""
    # SHA-1 is what every telephone's program speaks; as an HMAC it is sound.
    return HOTP(b32decode(secret), DIGITS, SHA1()).generate(step).decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is: the present one, the last or the next; else None."""
    near = (step_at(now) + off for off in NEAR)
    return next((step for step in near if bytes_eq(code_at(secret, step).encode(), code.encode())), None)


def address_of(secret: str, login: str, issuer: str) -> str:
    """The otpauth: address that a telephone reads from the picture."""
    return TOTP(b32decode(secret), DIGITS, SHA1(), STEP_SECONDS).get_provisioning_uri(login, issuer)


def picture_of(address: str) -> Markup:
    """The address as a QR code: inline SVG without styles or scripts."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True))
