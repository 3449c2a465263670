"""A file that is given to somebody else while a large sheet is being written: the sheet's word stands, and nothing overlaps."""

from datetime import date, timedelta
from typing import Any

import pytest

from supervision.db import fetch, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.exchange import assistance_intake, intake
from supervision.orders.actions import assign_officer
from supervision.people.actions import Assignment
from supervision.resettlement.records import assign_helper
from supervision.sealed import open_sealed
from tests.cast import Cast
from tests.exchange import test_assistance as help_sheets
from tests.exchange.taken import dan, order_of, outcomes, person, taken
from tests.resettlement.helped import put


async def spans(kind: str) -> list[tuple[Any, ...]]:
    rows = await fetch("SELECT staff, from_at, to_at FROM responsibility WHERE subject_kind = $1 ORDER BY id", kind)
    return [tuple(row) for row in rows]


async def test_of_a_roster(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await taken(cast, person())
    order, before = await order_of(), cast.now
    cast.clock.at += timedelta(hours=1)
    viewer, later, begun = await dan(cast), cast.now + timedelta(seconds=5), intake.numbers_for

    async def slowly(*given: Any) -> Any:
        await assign_officer(viewer, order["id"], Assignment(cast.alice.office, cast.bob.id, "轮岗"), later)
        return await begun(*given)

    monkeypatch.setattr(intake, "numbers_for", slowly)
    assert outcomes(await taken(cast, person())) == ["changed"]
    expected = [(cast.alice.id, before, later), (cast.bob.id, later, later), (cast.alice.id, later, None)]
    assert await spans("order") == expected
    assert (await reconcile(later)).repaired == 0


async def test_of_a_sheet_of_help(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await put(cast, release_on=date(2026, 11, 20), connected_on=date(2026, 11, 21))
    number, before = await fetch_value("SELECT doc_sealed FROM person WHERE id = $1", one.person), cast.now
    cast.clock.at += timedelta(hours=1)
    viewer, later, begun = await dan(cast), cast.now + timedelta(seconds=5), assistance_intake.begin_run

    async def slowly(*given: Any, **more: Any) -> int:
        await assign_helper(viewer, one.assistance, Assignment(cast.alice.office, cast.bob.id, "轮岗"), later)
        return await begun(*given, **more)

    monkeypatch.setattr(assistance_intake, "begin_run", slowly)
    row = {"name": "钱归", "id_card": open_sealed(number, "person.doc"), "release_on": "2026-11-20"}
    sheet = help_sheets.sheet("azbj_import_24", row | {"officer": "安丽", "office": "古城司法所"})
    assert (await help_sheets.taken(cast, sheet)).counts == {"changed": 1}
    expected = [(cast.alice.id, before, later), (cast.bob.id, later, later), (cast.alice.id, later, None)]
    assert await spans("assistance") == expected
    assert (await reconcile(later)).repaired == 0
