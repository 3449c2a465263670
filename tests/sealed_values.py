"""A value in every sealed column, for those who look at all of them at once."""

from typing import Any

from supervision import sealed
from supervision.access.second_factor import SECRET
from supervision.checkins.actions import CONTENT
from supervision.checkins.appointments import PLACE
from supervision.db import execute, fetch_value, insert
from supervision.files.actions import Attached, Upload, keep
from supervision.keys import SEALED_COLUMNS, SealedColumn
from tests.cast import NOW
from tests.files.made import pdf

OF_FILES = Attached("commission", 1, None, "received")


async def seal_something_everywhere() -> None:
    """Rows in the tables that the small district leaves empty, then a value in each column that still has none."""
    order = await fetch_value("SELECT min(id) FROM orders")
    staff = await fetch_value("SELECT min(id) FROM staff")
    at = {"happened_at": NOW, "recorded_at": NOW}
    said = {"order_id": order, "content_sealed": sealed.seal("通话", CONTENT)}
    await insert("info_check", at | said | {"channel": "call", "result": "ok"})
    place: dict[str, Any] = {"order_id": order, "kind": "field", "place_sealed": sealed.seal("幸福路3号", PLACE)}
    appointment = await insert("appointment", place | {"at": NOW, "recorded_at": NOW})
    await insert("no_show", at | said | {"appointment": appointment})
    factor = {"staff": staff, "secret_sealed": sealed.seal("SECRET", SECRET), "last_step": 0, "created_at": NOW}
    await insert("second_factor", factor)
    await keep(None, OF_FILES, Upload("委托函.pdf", pdf()), NOW)
    for one in SEALED_COLUMNS:
        await _seal_one(one)


async def _seal_one(one: SealedColumn) -> None:
    """In the first row, where no row has a value; a table without rows stays empty, and the test that asks names it."""
    if await fetch_value(f"SELECT count(*) FROM {one.table} WHERE {one.column} IS NOT NULL") == 0:
        value = sealed.seal("19900000001", one.purpose)
        await execute(f"UPDATE {one.table} SET {one.column} = $1 WHERE id = (SELECT min(id) FROM {one.table})", value)
