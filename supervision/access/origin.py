"""Where a sign-in comes from: the browser and its network address, and how many of an address's sign-ins may fail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from litestar.connection import ASGIConnection

from supervision.audit.record import record
from supervision.db import execute, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.locks import Lock

MOST = 20
"""Failures of one address: an office behind one address has a dozen people with their own slips."""
WINDOW = timedelta(minutes=10)
IPV6_HOME = 64
"""Bits of an IPv6 address that tell whose line it is; the rest its owner changes at will."""
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The browser as it names itself, and the address from which it asks."""

    agent: str
    address: str


def origin_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Origin:
    """Who is at the other end; behind a trusted proxy the server has put the browser's own address there."""
    client = connection.client
    return Origin(connection.headers.get("user-agent", ""), client.host if client else "")


def short_agent(agent: str) -> str:
    """`Chrome 120 · Windows`; the beginning of what isn't known; empty for nothing."""
    browser = next((f"{name} {_version(agent, mark)}" for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:40]


def _version(agent: str, mark: str) -> str:
    return agent.partition(mark)[2].partition(".")[0][:4]


def source_of(address: str) -> str | None:
    """The address as failures are counted; None for this machine itself (or a proxy that doesn't say for whom it asks)."""
    try:
        known: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    known = getattr(known, "ipv4_mapped", None) or known
    if known.is_loopback:
        return None
    return str(known) if known.version == 4 else str(ip_network((known, IPV6_HOME), strict=False))


async def claim_attempt(origin: Origin, now: datetime) -> int | None:
    """Count an attempt of this address before it is looked at; its row. Raises Refusal when too many have failed lately."""
    source = source_of(origin.address)
    if source is None:
        return None
    async with tx():
        await fetch_value("SELECT pg_advisory_xact_lock($1, hashtext($2))", Lock.SIGN_IN, source)
        failed = await fetch_value(
            "SELECT count(*) FROM sign_in_attempt WHERE source = $1 AND at > $2", source, now - WINDOW
        )
        if failed < MOST:
            return await insert("sign_in_attempt", {"source": source, "at": now})
        await _note_held(source, now)
    raise Refusal(too_many())


def too_many() -> str:
    """The refusal of whoever comes from an address where too many sign-ins have failed."""
    return _("这个网络地址上登录失败的次数太多，请过 %(n)s 分钟再试。") % {"n": WINDOW.seconds // 60}


async def _note_held(source: str, now: datetime) -> None:
    """Once a window: rows that are never taken away aren't a stranger's to write by the thousand."""
    noted = await fetch_value(
        "SELECT EXISTS (SELECT FROM audit_row WHERE at > $2 AND action = 'sign_in_held' AND detail->>'from' = $1)",
        source,
        now - WINDOW,
    )
    if not noted:
        await record(None, "sign_in_held", detail={"from": source}, now=now)


async def forget_attempt(attempt: int | None) -> None:
    """It succeeded: no failure of its address."""
    if attempt is not None:
        await execute("DELETE FROM sign_in_attempt WHERE id = $1", attempt)


async def forget_old_attempts(now: datetime) -> int:
    """Throw away what no longer counts; how many."""
    return await execute("DELETE FROM sign_in_attempt WHERE at <= $1", now - WINDOW)
