"""What a way of sending texts promises: one call, three errors, statuses that only move forward."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

# No call of a provider lasts longer; whoever sweeps interrupted sends must wait longer than this.
WIRE_TIMEOUT = timedelta(seconds=10)

# The phones of demo people are this and four digits; every real provider refuses them before the wire.
DEMO_PREFIX = "+861990000"

Reason = Literal["bad_number", "opted_out", "rejected"]

_DEMO_NUMBER = re.compile(r"(?:\+?86|0086)?" + re.escape(DEMO_PREFIX.removeprefix("+86")) + r"\d{4}")
_SEPARATORS = re.compile(r"[\s\-()]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class Outgoing:
    """One text to hand over: `to` in E.164, `reference` is our message's id, useless once `valid_for` is over."""

    to: str
    text: str
    reference: str
    valid_for: timedelta


@dataclass(frozen=True)
class Accepted:
    """The provider took the text; what became of it comes later, by receipts for `provider_ref`."""

    provider_ref: str
    status: str


@dataclass(frozen=True)
class Receipt:
    """What a provider tells later about a text; `error_code` only where delivery failed."""

    provider_ref: str
    status: str
    error_code: int | None


class ProviderError(Exception):
    """One sentence for staff; it never holds a number or a text."""


class Refused(ProviderError):
    """Final: this text will never go to this number. `code` is the provider's, or a word of ours."""

    def __init__(self, sentence: str, *, code: str, reason: Reason) -> None:
        super().__init__(sentence)
        self.code = code
        self.reason: Reason = reason


class Unavailable(ProviderError):
    """Nothing was sent: try later. `ours`: our settings are at fault, so a person must look."""

    def __init__(self, sentence: str, *, retry_after: timedelta | None = None, ours: bool = False) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
        self.ours = ours


class Unclear(ProviderError):
    """The text may have been sent: a person decides, nothing sends it again by itself."""


class Provider(Protocol):
    """A way of sending texts; `send` raises `Refused`, `Unavailable` or `Unclear` and nothing else."""

    name: str

    async def send(self, message: Outgoing) -> Accepted: ...

    async def close(self) -> None: ...


# Rank by how far a text has come. Of `receiving` and `received` (texts to us) only the names are known here.
STATUS_RANK = {
    "accepted": 0,
    "scheduled": 1,
    "queued": 2,
    "receiving": 3,
    "sending": 3,
    "sent": 4,
    "partially_delivered": 5,
    "delivered": 6,
    "undelivered": 6,
    "failed": 6,
    "canceled": 6,
    "received": 6,
    "read": 6,
}
_FINAL_RANK = 6


def is_final(status: str) -> bool:
    """Nothing later can change this status."""
    return STATUS_RANK.get(status, -1) == _FINAL_RANK


def later(old: str | None, new: str) -> bool:
    """`new` moves the text forward from `old` (None: nothing is known yet); never from a final or to an unknown one."""
    return STATUS_RANK.get(new, -1) > (-1 if old is None else STATUS_RANK.get(old, -1))


def is_demo_number(number: str) -> bool:
    """The number belongs to a demo person, however it is written."""
    return _DEMO_NUMBER.fullmatch(_SEPARATORS.sub("", number)) is not None


def guard_number(number: str) -> None:
    """Keep from the wire what no real provider may get; raises `Refused`."""
    if is_demo_number(number):
        raise Refused("这是演示人员的号码，真实通道不发送。", code="demo_number", reason="rejected")
    if not _E164.fullmatch(number):
        raise Refused("号码不是国际格式（+国家码开头），没有发送。", code="not_e164", reason="bad_number")


def guard_region(number: str, region: str, mode: str, assessment_document: str | None) -> None:
    """Keep mainland numbers in the mainland unless the cross-border assessment is named; raises `Refused`."""
    abroad_is_closed = mode == "production" and region.lower() == "cn" and not (assessment_document or "").strip()
    if abroad_is_closed and number.startswith("+86"):
        raise Refused(
            "没有发送：此通道的服务器在境外，国家机关处理的个人信息未经安全评估不得出境；请在设置中写明评估文件的名称和文号，或改用境内通道。",
            code="cross_border",
            reason="rejected",
        )
