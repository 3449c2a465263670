"""What holds of both registers at any moment, whatever is done in matters beside them."""

from datetime import datetime

from supervision.alerts.watch import watch
from supervision.days import local_day, start_of
from supervision.db import fetch, fetch_value
from supervision.duties.sync import sync
from supervision.rollcall.take import roll_call
from supervision.statistics.monthly import monthly_table
from supervision.statistics.period import month_of
from tests.cast import Cast
from tests.register import on_register
from tests.resettlement.helped import put


async def people_of_both(cast: Cast) -> None:
    """Somebody under correction, somebody in help, somebody awaited: who must be found at each step."""
    await on_register(cast, name="乙在矫", at=cast.now)
    await put(cast, name="乙帮教", release_on=local_day(cast.now), connected_on=local_day(cast.now), at=cast.now)
    await put(cast, name="乙服刑", at=cast.now)


async def registers_hold(now: datetime) -> None:
    """The roll call's remainder is 0, on both registers and beside them, and the register equation of the month holds."""
    await _the_night(now)
    taken = await roll_call(now, live=True)
    assert (taken.total, taken.help.total) == (1, 2)
    assert taken.lost == ()
    table = await monthly_table(None, month_of(local_day(now).replace(day=1)), now)  # refuses where it doesn't hold
    assert table.total["after"] == 1


async def _the_night(now: datetime) -> None:
    """Where a day has begun: the ledgers of these people go on, and what lapsed is noticed."""
    kept = "subject_kind IN ('order', 'assistance')"
    if await fetch_value(f"SELECT min(synced_at) FROM ledger_subject WHERE {kept}") >= start_of(local_day(now)):
        return
    for kind in ("order", "assistance"):
        rows = await fetch("SELECT subject_id FROM ledger_subject WHERE subject_kind = $1 ORDER BY subject_id", kind)
        await sync([row["subject_id"] for row in rows], now, kind=kind)
    await watch(now)
