"""The beds of the bases of help (law RA-23): who stays where from when to when, and that nobody has a bed that isn't there."""

from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate

from supervision.db import Record, execute, fetch, fetch_row, fetch_value
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.locks import Lock

Span = tuple[datetime, datetime | None]
"""From when, and until when; None: nobody knows yet."""
STAYS = """
SELECT t.id, t.base, t.assistance, a.person, t.happened_at AS from_at, e.until
  FROM help_stay t JOIN assistance a ON a.id = t.assistance
  LEFT JOIN help_leaving l ON l.stay = t.id AND l.withdrawn_at IS NULL
  CROSS JOIN LATERAL (SELECT least(l.happened_at, a.ended_at) AS until) e
 WHERE t.withdrawn_at IS NULL AND (e.until IS NULL OR e.until > t.happened_at)"""
"""Every stay. It ends when somebody left, or with the period of help, whichever is first."""
MEANWHILE = "s.id <> $4 AND (s.until IS NULL OR s.until > $2) AND ($3::timestamptz IS NULL OR s.from_at < $3)"
"""Of a stay `s`: it is another one than $4, and some of it lies between $2 and $3."""


def most_at_once(spans: Iterable[Span]) -> int:
    """How many of these there are at one time at most; whoever leaves at a moment has made room by then."""
    changes: list[tuple[datetime, int]] = []
    for from_at, until in spans:
        changes.append((from_at, 1))
        if until is not None:
            changes.append((until, -1))
    return max(accumulate(change for _at, change in sorted(changes)), default=0)


async def lock_base(base: int) -> Record:
    """The row, so that whoever places somebody there waits. Raises NotFound."""
    row = await fetch_row("SELECT * FROM help_base WHERE id = $1 FOR NO KEY UPDATE", base)
    if row is None:
        raise NotFound
    return row


async def check_stay(person: int, base: Record, span: Span, *, but: int = 0) -> None:
    """Whether somebody can be in a locked base all that time; `but`: the stay itself, where it is put down already.

    Raises Refusal for a base that was closed by then, for one without a free bed, and for somebody who is in another one.
    """
    from_at, until = span
    if base["closed_at"] is not None and (until is None or until > base["closed_at"]):
        raise Refusal(_("“%(base)s”已停用，不能再安排入住。") % {"base": base["name"]})
    held = await fetch(
        f"""SELECT greatest(s.from_at, $2) AS from_at, least(s.until, $3) AS until FROM ({STAYS}) s
             WHERE s.base = $1 AND {MEANWHILE}""",
        base["id"],
        from_at,
        until,
        but,
    )
    if most_at_once((row["from_at"], row["until"]) for row in held) >= base["beds"]:
        told = _("“%(base)s”共有 %(n)d 张床位，这段时间已经住满。") % {"base": base["name"], "n": base["beds"]}
        raise Refusal(told, fields={"base": told})
    other = await fetch_value(
        f"""SELECT b.name FROM ({STAYS}) s JOIN help_base b ON b.id = s.base WHERE s.person = $1 AND {MEANWHILE} LIMIT 1""",
        person,
        from_at,
        until,
        but,
    )
    if other is not None:
        told = _("本人这段时间住在“%(base)s”，请先登记离开。") % {"base": other}
        raise Refusal(told, fields={"base": told})


async def one_at_a_time(person: int) -> None:
    """Whoever places the same person, in whichever period of help, waits. Comes after the period's row, before a base's."""
    await execute("SELECT pg_advisory_xact_lock($1, $2)", Lock.STAYS, person)


async def check_longer(assistance: int, since: datetime) -> None:
    """After an end was taken back: whether those who were in a base until `since` can be there longer. Raises Refusal."""
    stays = await fetch(
        f"SELECT * FROM ({STAYS}) s WHERE s.assistance = $1 AND (s.until IS NULL OR s.until > $2) ORDER BY s.base",
        assistance,
        since,
    )
    for stay in stays:
        await one_at_a_time(stay["person"])
        span = max(stay["from_at"], since), stay["until"]
        await check_stay(stay["person"], await lock_base(stay["base"]), span, but=stay["id"])
