"""A value in every sealed column, for those who look at all of them at once."""

from typing import Any

from supervision import sealed
from supervision.access.second_factor import SECRET
from supervision.checkins.actions import CONTENT
from supervision.checkins.appointments import PLACE
from supervision.db import execute, fetch_value, insert
from supervision.discipline.cases import EVIDENCE, FACTS
from supervision.files.actions import Attached, Upload, keep
from supervision.keys import SEALED_COLUMNS, SealedColumn
from supervision.lost_contact.reading import NOTE as SEARCH_NOTE
from supervision.lost_contact.reading import PLACE as SEARCH_PLACE
from supervision.reception.actions import CONTENT as RECEPTION
from supervision.resettlement.actions import DETAILS
from supervision.resettlement.records import CONTENT as HELP
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
    step = {"order_id": order, "kind": "notified", "how": "court", "content_sealed": sealed.seal("来电", RECEPTION)}
    await insert("reception_act", at | step)
    await _a_case(order, staff)
    await _a_booking()
    await _a_search(order, staff)
    await _a_help()
    for one in SEALED_COLUMNS:
        await _seal_one(one)


async def _a_case(order: int, staff: int) -> None:
    person = await fetch_value("SELECT person FROM orders WHERE id = $1", order)
    row = {"order_id": order, "person": person, "source": "hand", "state": "clue", "opened_at": NOW}
    case = {"case_id": await insert("discipline_case", row), "recorded_at": NOW}
    told = {"kind": "other", "weight": "minor", "facts_sealed": sealed.seal("未报告", FACTS)}
    await insert("discipline_breach", case | told)
    said = {"kind": "other", "content_sealed": sealed.seal("通话记录", EVIDENCE), "happened_at": NOW}
    await insert("discipline_evidence", case | said | {"recorded_by": staff})


async def _a_help() -> None:
    """What is put down of a period of help beside the visits."""
    at = {"assistance": await fetch_value("SELECT min(id) FROM assistance"), "happened_at": NOW, "recorded_at": NOW}
    said = {"content_sealed": sealed.seal("找工作", HELP)}
    factors = {"kind": "key", "old_kind": "general", "factors_sealed": sealed.seal("homeless", HELP)}
    await insert("help_assessment", at | said | factors)
    await insert("help_appraisal", at | said | {"side": "village", "grade": "good", "assessor": "村委"})
    child = {"born_on": NOW.date(), "guardian": "parent", "hardship": "none", "name_sealed": sealed.seal("小宝", HELP)}
    await insert("help_child", at | said | child)
    place = {"name": "基地", "kind": "government", "address_sealed": sealed.seal("幸福路3号", HELP), "beds": 1}
    base = await insert("help_base", place | {"opened_on": NOW.date(), "recorded_at": NOW})
    stay = await insert("help_stay", at | {"base": base})
    await insert("help_leaving", at | {"stay": stay, "reason_sealed": sealed.seal("回家", HELP)})
    before = {"assistance": at["assistance"], "details_sealed": sealed.seal("{}", DETAILS), "replaced_at": NOW}
    await insert("assistance_details", before)


async def _a_search(order: int, staff: int) -> None:
    person = await fetch_value("SELECT person FROM orders WHERE id = $1", order)
    by = {"happened_at": NOW, "recorded_at": NOW, "recorded_by": staff}
    lost = {"order_id": order, "person": person, "last_contact_on": NOW.date()}
    lost |= {"reason_sealed": sealed.seal("联系不上", SEARCH_NOTE)}
    search = await insert("contact_search", lost | by | {"closed_at": NOW})
    said = {"place_sealed": sealed.seal("古城街1号", SEARCH_PLACE), "note_sealed": sealed.seal("无人应门", SEARCH_NOTE)}
    looked = {"search": search, "method": "info", "result": "nothing", "first_staff": staff}
    await insert("search_attempt", looked | said | by)
    word = {"search": search, "order_id": order, "since_on": NOW.date(), "basis_sealed": said["note_sealed"]}
    await insert("off_control", word | by)
    await insert("search_end", {"search": search, "kind": "found", "note_sealed": said["note_sealed"]} | by)


async def _a_booking() -> None:
    person, then = await fetch_value("SELECT min(id) FROM person"), {"recorded_at": NOW}
    prison = await insert("prison", then | {"name": "某监狱"})
    prisoner = await insert("prisoner", then | {"person": person})
    of = {"prisoner": prisoner, "person": person}
    applicant = await insert("family_member", then | of | {"kinship": "other", "state": "ok"})
    asked = {"number": "见0", "prison": prison, "applicant": applicant, "wanted_on": NOW.date(), "state": "applied"}
    await insert("booking", then | of | asked | {"happened_at": NOW})


async def _seal_one(one: SealedColumn) -> None:
    """In the first row, where no row has a value; a table without rows stays empty, and the test that asks names it."""
    if await fetch_value(f"SELECT count(*) FROM {one.table} WHERE {one.column} IS NOT NULL") == 0:
        value = sealed.seal("19900000001", one.purpose)
        await execute(f"UPDATE {one.table} SET {one.column} = $1 WHERE id = (SELECT min(id) FROM {one.table})", value)
