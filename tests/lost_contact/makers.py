"""Searches made by the same actions as the pages use, and what the matrix of routes needs of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from supervision.db import execute, fetch_row, insert
from supervision.lost_contact import actions
from supervision.lost_contact.actions import NewAttempt, NewSearch
from supervision.lost_contact.reading import NOTE
from supervision.sealed import seal
from tests.cast import NOW, Cast, Member
from tests.register import OnRegister, on_register, viewer_of
from tests.rules.cast import at

SEEN_ON = date(2026, 11, 12)
"""The last lawful contact, thirteen days before NOW."""


async def somebody(cast: Cast, **changes: Any) -> OnRegister:
    """Somebody of Alice's, on the register since January."""
    return await on_register(cast, **({"at": at("2026-01-05 09:00")} | changes))


async def opened(cast: Cast, on: OnRegister, *, seen_on: date = SEEN_ON, alerts: tuple[int, ...] = ()) -> int:
    """A search that Alice opened now."""
    new = NewSearch(seen_on, "电话停机，家属也不知去向。", cast.now, alerts)
    return await actions.open_search(await viewer_of(cast.alice), on.order, new, cast.now)


async def looked(cast: Cast, search: int, method: str = "contact", **more: Any) -> int:
    """An attempt of Alice's that found nobody; a visit is made with Bob, at home."""
    if method == "field":
        more = {"place": "古城街 1 号", "second": cast.bob.id} | more
    new = NewAttempt(method, cast.now, "nothing", "电话无人接听。", **more)
    return await actions.add_attempt(await viewer_of(cast.alice), search, new, cast.now)


async def verified(cast: Cast, on: OnRegister, *, seen_on: date = SEEN_ON) -> int:
    """A search in which Bob verified that it is 脱管."""
    search = await opened(cast, on, seen_on=seen_on)
    await looked(cast, search)
    await looked(cast, search, "field")
    await actions.verify(await viewer_of(cast.bob), search, seen_on, "多方查找没有结果。", cast.now)
    return search


async def ended(cast: Cast, search: int, kind: str = "found") -> None:
    """Alice put down how it ended."""
    viewer = await viewer_of(cast.alice)
    await actions.end(viewer, search, kind, "本人到所报到。", happened_at=cast.now, now=cast.now)


# -- the matrix of routes ------------------------------------------------------------------------------------------

Target = Mapping[str, Any]
BEFORE = NOW - timedelta(days=1)
AT = "2026-11-25T08:30"
SEARCH = "/people/{person_id}/searches/{search_id}"


async def for_the_matrix(person: int, order: int, officer: Member) -> dict[str, Any]:
    """A search that goes on, opened by somebody who tries no route, with one attempt."""
    by = {"happened_at": BEFORE, "recorded_at": BEFORE, "recorded_by": officer.id}
    lost = {"order_id": order, "person": person, "last_contact_on": SEEN_ON}
    lost |= {"reason_sealed": seal("联系不上", NOTE)}
    search = await insert("contact_search", lost | by)
    looked = {"search": search, "method": "contact", "result": "nothing", "note_sealed": seal("无人接听", NOTE)}
    attempt = await insert("search_attempt", looked | by | {"first_staff": officer.id})
    return {"search_id": search, "search_fact_kind": "attempt", "attempt_id": attempt}


async def over(target: Target) -> None:
    """The search is over, so that another may begin."""
    await execute("UPDATE contact_search SET closed_at = $2 WHERE id = $1", target["search_id"], NOW)


async def registered(target: Target) -> None:
    """Long enough on the register to have been lost, and looked for by somebody else than who verifies."""
    row = await fetch_row("SELECT order_id FROM contact_search WHERE id = $1", target["search_id"])
    assert row is not None
    await execute("UPDATE orders SET registered_at = $2 WHERE id = $1", row["order_id"], at("2026-01-05 09:00"))


LOST = {"last_contact_on": "2026-11-12", "happened_at": AT, "reason": "联系不上"}
LINES: tuple[tuple[Any, ...], ...] = (
    ("GET", "/searches", "see_searches"),
    ("GET", "/people/{person_id}/searches", "see_searches"),
    ("GET", "/people/{person_id}/searches/new", "handle_search"),
    ("POST", "/people/{person_id}/searches", "handle_search", LOST, over),
    ("GET", SEARCH, "see_searches"),
    (
        "POST",
        f"{SEARCH}/attempts",
        "handle_search",
        {"method": "info", "happened_at": AT, "result": "nothing", "note": "没有轨迹"},
    ),
    ("POST", f"{SEARCH}/notices", "handle_search", {"organ": "police", "happened_at": AT, "reference": "协查1号"}),
    (
        "POST",
        f"{SEARCH}/verification",
        "verify_off_control",
        {"since_on": "2026-11-12", "basis": "查找没有结果"},
        registered,
    ),
    ("POST", f"{SEARCH}/end", "handle_search", {"end_kind": "found", "happened_at": AT, "note": "本人到所"}),
    ("POST", f"{SEARCH}/withdrawals/{{search_fact_kind}}/{{attempt_id}}", "handle_search", {"reason": "录错"}),
)
"""The routes of searches as lines of the matrix: what a Line of tests/routes.py is made of, in its order."""
