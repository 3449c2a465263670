"""A kind of subject that exists in tests only: parcels, each to be signed for within three days, some from nobody we know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from supervision import rules
from supervision.alerts import subjects
from supervision.alerts.follow import follow
from supervision.days import local_day
from supervision.db import execute, fetch, insert
from supervision.duties import kinds, sources
from supervision.duties.facts import decisions, pauses
from supervision.people.facts import responsibilities
from supervision.rules.base import Act, Facts, Rule, Slot, Terms
from supervision.rules.timing import ONCE, Ask, Timing, slot

TABLES = """
CREATE TEMP TABLE parcel (id SERIAL PRIMARY KEY, person INTEGER, come_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ);
CREATE TEMP TABLE signature (id SERIAL PRIMARY KEY, parcel INTEGER NOT NULL, happened_at TIMESTAMPTZ NOT NULL,
                             recorded_at TIMESTAMPTZ NOT NULL, withdrawn_at TIMESTAMPTZ)
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the rule sees of a parcel."""

    come_at: datetime
    ended_at: datetime | None


def to_be_signed_for(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Somebody signs for it within three days; whoever sent it is thanked in the same time."""
    for variant in ("signature", "thanks"):
        ask = Ask(variant, {"rule": "PA-01", "article": "收发规定", "variant": variant}, period=ONCE)
        yield slot(ask, Timing(local_day(facts.matter.come_at), "3d", opens_before="3d"), terms.calendar)


RULE = Rule(
    id="PA-01",
    title="签收",
    article="收发规定",
    owed_by="staff",
    slots=to_be_signed_for,
    meets={"signature": frozenset({("signature", "by_hand")}), "thanks": frozenset({("signature", "by_hand")})},
    remind_days={"thanks": (1,)},
    tells_of_miss=frozenset({"thanks"}),
    subject="parcel",
)


async def parcels(ids: Sequence[int]) -> dict[int, tuple[int | None, Parcel]]:
    rows = await fetch("SELECT * FROM parcel WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids))
    return {row["id"]: (row["person"], Parcel(row["come_at"], row["ended_at"])) for row in rows}


async def signatures(ids: Sequence[int]) -> dict[int, list[Act]]:
    rows = await fetch("SELECT * FROM signature WHERE parcel = ANY($1) AND withdrawn_at IS NULL ORDER BY id", list(ids))
    return {
        id: [
            Act("signature", r["id"], "by_hand", r["happened_at"], r["recorded_at"]) for r in rows if r["parcel"] == id
        ]
        for id in ids
    }


async def titles(ids: Sequence[int]) -> dict[int, subjects.Shown]:
    return {id: subjects.Shown(f"包裹{id}", f"/parcels/{id}") for id in ids}


async def add_parcels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind, its rule and its sources, until the test ends."""
    for statement in TABLES.strip().split(";\n"):
        await execute(statement)
    monkeypatch.setitem(rules.RULES_OF, "parcel", (RULE,))
    monkeypatch.setitem(rules._BY_ID, "PA-01", RULE)
    monkeypatch.setitem(subjects._titles, "parcel", titles)
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(sources, "_sources", dict(sources._sources))
    monkeypatch.setattr(sources, "_without", dict(sources._without))
    kinds.add_kind(kinds.Kind("parcel", "parcel", living="s.ended_at IS NULL"))
    sources.connect("parcel", "matter", parcels)
    sources.connect("parcel", "acts", signatures)
    sources.connect("parcel", "pauses", pauses("parcel"))
    sources.connect("parcel", "decisions", decisions("parcel"))
    sources.connect("parcel", "responsibilities", responsibilities("parcel"))
    sources.without("parcel", "classes", "phones")
    sources.check_complete()


async def parcel(come_at: datetime, *, staff: Any = None, person: int | None = None) -> int:
    """A parcel that came, in the hands of a member of the staff, or of nobody."""
    made = await insert("parcel", {"come_at": come_at, "person": person})
    if staff:
        file = {"subject_kind": "parcel", "subject_id": made, "person": person, "office": staff.office, "role": "main"}
        await insert("responsibility", file | {"staff": staff.id, "from_at": come_at, "recorded_at": come_at})
    await follow([made], come_at, kind="parcel")
    return made


async def sign(of: int, at: datetime, now: datetime) -> int:
    made = await insert("signature", {"parcel": of, "happened_at": at, "recorded_at": now})
    await follow([of], now, kind="parcel")
    return made


async def take_back(signature: int, of: int, now: datetime) -> None:
    await execute("UPDATE signature SET withdrawn_at = $2 WHERE id = $1", signature, now)
    await follow([of], now, kind="parcel")
