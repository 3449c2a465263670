"""The whole chain is walked and recomputed; the first row that doesn't fit is named, with what was done to it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from supervision.audit import key
from supervision.audit.heads import Head, KeptHead
from supervision.audit.seal import BATCH, ROWS, mac_of
from supervision.db import Record, fetch, fetch_row, fetch_value
from supervision.sealed import Keyring

TICKS = timedelta(seconds=60)
"""How long a row may wait for the sealer, which comes every ten seconds."""
LOOK_ON = 20
"""Links after a bad one that are tried, to tell one changed row from a chain made anew."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link with the code before it and its row (None: the row is gone)."""

    seq: int
    audit_row: int
    mac: str
    before: str
    row: Record | None

    def fits(self, keyring: Keyring) -> bool:
        return self.row is not None and mac_of(keyring, self.before, self.seq, self.row) == self.mac


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that is wrong: its number in the chain, its id, what was done (a code that stays) and a sentence."""

    kind: str
    seq: int | None
    audit_row: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found; `links` were looked at, `waiting` rows have no link yet, `heads` were compared."""

    links: int
    waiting: int
    head: Head | None
    heads: int
    fault: Fault | None


async def verify(keyring: Keyring, kept: Iterable[KeptHead], now: datetime) -> Verdict:
    """Walk the chain from its first link and hold it against heads that were kept; reads only, a batch at a time."""
    wanted = _by_seq(kept)
    last, fault = Link(0, 0, "", "", None), None
    async for link in _links(0, ""):
        fault = await _of_link(keyring, last.seq + 1, link) or _of_head(link, wanted)
        if fault:
            break
        last = link
    fault = fault or _cut(last, wanted) or await _outside_the_chain(now) or await _of_key(keyring)
    return Verdict(
        links=last.seq,
        waiting=await fetch_value("SELECT count(*) FROM audit_unsealed"),
        head=Head.of(last.seq, last.mac) if last.seq else None,
        heads=sum(len(heads) for heads in wanted.values()),
        fault=fault,
    )


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as other programs read it (docs/json.md)."""
    return {
        "ok": verdict.fault is None,
        "links": verdict.links,
        "waiting": verdict.waiting,
        "head": str(verdict.head) if verdict.head else None,
        "heads": verdict.heads,
        "fault": asdict(verdict.fault) if verdict.fault else None,
    }


def told(verdict: Verdict) -> list[str]:
    """The verdict in a sentence."""
    if verdict.fault:
        return [verdict.fault.sentence]
    held = f"与 {verdict.heads} 个链头一致" if verdict.heads else "没有链头可以比对（尾部被截去时看不出来）"
    return [f"{verdict.links} 条审计记录逐条相符，{held}；现在的链头：{verdict.head or '无'}。"]


def _by_seq(kept: Iterable[KeptHead]) -> dict[int, list[KeptHead]]:
    found: dict[int, list[KeptHead]] = {}
    for one in kept:
        found.setdefault(one.head.seq, []).append(one)
    return found


async def _links(after: int, before: str) -> AsyncIterator[Link]:
    """The links after a number, in order, each with its row."""
    while seals := await fetch("SELECT * FROM audit_seal WHERE seq > $1 ORDER BY seq LIMIT $2", after, BATCH):
        rows = {row["id"]: row for row in await fetch(ROWS, [seal["audit_row"] for seal in seals])}
        for seal in seals:
            yield Link(seal["seq"], seal["audit_row"], seal["mac"], before, rows.get(seal["audit_row"]))
            before = seal["mac"]
        after = seals[-1]["seq"]


async def _of_link(keyring: Keyring, expected: int, link: Link) -> Fault | None:
    if link.seq != expected:
        return Fault(
            "removed",
            expected,
            None,
            f"审计链第 {expected} 号被删除：第 {expected - 1} 号之后紧接着第 {link.seq} 号（审计记录 #{link.audit_row}）。",
        )
    if link.row is None:
        return _at(link, "removed", "被删除：封印还在，记录已不在")
    return None if link.fits(keyring) else await _misfit(keyring, link)


async def _misfit(keyring: Keyring, link: Link) -> Fault:
    """What was done to a row that doesn't fit its code: exchanged, inserted, made anew with all after it, or changed."""
    following = await _following(link)
    if following and _fits_instead(keyring, link, following[0]):
        return _at(link, "inserted", "是插入的：原来这一号的记录被挤到了下一号")
    if (other := await _exchanged_with(keyring, link)) is not None:
        return _at(link, "swapped", f"与第 {other.seq} 号（审计记录 #{other.audit_row}）被对调")
    if following and not any(one.fits(keyring) for one in following):
        return _at(link, "resealed", "及其后各号都不是用本机的审计密钥封印的：整条链从这一号起被重新封印")
    return _at(link, "changed", "被改动：内容与封印不符")


def _fits_instead(keyring: Keyring, link: Link, other: Link) -> bool:
    return Link(link.seq, other.audit_row, other.mac, link.before, other.row).fits(keyring)


async def _following(link: Link) -> Sequence[Link]:
    found = []
    async for one in _links(link.seq, link.mac):
        found.append(one)
        if len(found) == LOOK_ON:
            break
    return found


async def _exchanged_with(keyring: Keyring, link: Link) -> Link | None:
    """The later link whose row, or whose row's content, the code of this one was made of (and which fits as little)."""
    async for other in _links(link.seq, link.mac):
        if other.row is None:
            continue
        made_of = (other.row, {**other.row, "id": link.audit_row})
        if link.mac in [mac_of(keyring, link.before, link.seq, one) for one in made_of] and not other.fits(keyring):
            return other
    return None


def _of_head(link: Link, wanted: Mapping[int, Sequence[KeptHead]]) -> Fault | None:
    for kept in wanted.get(link.seq, ()):
        if kept.head != Head.of(link.seq, link.mac):
            sound = max((seq for seq in wanted if seq < link.seq), default=0)
            reason = f"与{kept.place}的链头 {kept.head} 不符：第 {sound + 1} 号至第 {link.seq} 号之间有记录被改动，链被重新封印"
            return _at(link, "resealed", reason)
    return None


def _cut(last: Link, wanted: Mapping[int, Sequence[KeptHead]]) -> Fault | None:
    beyond = [one for seq, heads in sorted(wanted.items()) if seq > last.seq for one in heads]
    if not beyond:
        return None
    kept = beyond[-1]
    return Fault(
        "cut",
        last.seq + 1,
        None,
        f"审计链到第 {last.seq} 号为止，而{kept.place}的链头是第 {kept.head.seq} 号：从第 {last.seq + 1} 号起的记录被截去。",
    )


async def _outside_the_chain(now: datetime) -> Fault | None:
    """A row without a link that nobody waits to link, one that went before it was linked, one that waits too long."""
    if (row := await fetch_value(NEVER_LISTED)) is not None:
        return Fault("unsealed", None, row, f"审计记录 #{row} 不在审计链中：它绕过了封印，或者它的封印被删除。")
    if (row := await fetch_value(GONE)) is not None:
        return Fault("removed", None, row, f"审计记录 #{row} 在封印之前被删除。")
    late = await fetch_row(LATE, now - TICKS)
    if late and late["waiting"]:
        row, waiting = late["first"], late["waiting"]
        return Fault(
            "waiting",
            None,
            row,
            f"有 {waiting} 条审计记录等待封印超过一分钟（第一条是 #{row}）：后台任务可能没有运行。",
        )
    return None


NEVER_LISTED = """
SELECT min(a.id) FROM audit_row a WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.audit_row = a.id)
   AND NOT EXISTS (SELECT FROM audit_unsealed w WHERE w.audit_row = a.id)"""
GONE = """
SELECT min(w.audit_row) FROM audit_unsealed w WHERE NOT EXISTS (SELECT FROM audit_row a WHERE a.id = w.audit_row)"""
LATE = """
SELECT min(a.id) AS first, count(*) AS waiting FROM audit_unsealed w JOIN audit_row a ON a.id = w.audit_row WHERE a.at < $1"""


async def _of_key(keyring: Keyring) -> Fault | None:
    known = await key.known()
    if known in (None, keyring.fingerprint):
        return None
    return Fault(
        "key", None, None, f"数据库记下的审计密钥指纹是 {known}，本机的是 {keyring.fingerprint}：其中一个被换过。"
    )


def _at(link: Link, kind: str, what: str) -> Fault:
    return Fault(kind, link.seq, link.audit_row, f"审计链第 {link.seq} 号（审计记录 #{link.audit_row}）{what}。")
