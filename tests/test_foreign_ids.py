"""Ids that come in a form or a path beside the person's: what isn't the viewer's, or isn't this person's, isn't reached."""

from typing import Any

import pytest

from supervision.db import execute, fetch_value, insert
from tests.cast import Cast, client_for
from tests.routes import SHEET, sealed_sheet, taken_in
from tests.test_matrix import _of_member, targets

AT = "2026-11-25T08:30"
HERE = "/people/{person_id}"
ALERTS = "/alerts/people/{person_id}"


async def _mixed(cast: Cast, login: str, **foreign: str) -> dict[str, Any]:
    """What belongs to the own office's person, with some ids of the other office's person instead."""
    on = await targets(cast)
    own = on["gucheng"] | _of_member(cast, cast.members[login], on)
    return own | {name: on["huifeng"][other] for name, other in foreign.items()}


@pytest.mark.parametrize(
    ("login", "path", "foreign", "form"),
    [
        ("bob", f"{HERE}/duties/{{duty_id}}/decision", "duty_id", {"outcome": "excused", "reason": "住院"}),
        ("dan", f"{HERE}/duties/{{duty_id}}/decision", "duty_id", {"outcome": "excused", "reason": "住院"}),
        ("alice", f"{HERE}/checkins/report/{{fact_id}}/withdrawal", "fact_id", {"reason": "录错"}),
        ("dan", f"{HERE}/checkins/report/{{fact_id}}/withdrawal", "fact_id", {"reason": "录错"}),
        ("dan", f"{HERE}/facts/document/{{order_fact_id}}/withdrawal", "order_fact_id", {"reason": "录错"}),
        ("dan", f"{HERE}/end/{{end_id}}/withdrawal", "end_id", {"reason": "录错"}),
        ("dan", f"{HERE}/facts/end/{{order_fact_id}}/withdrawal", "order_fact_id", {"reason": "录错"}),
        ("dan", f"{HERE}/facts/person/{{order_fact_id}}/withdrawal", "order_fact_id", {"reason": "录错"}),
        ("dan", f"{HERE}/checkins/staff/{{fact_id}}/withdrawal", "fact_id", {"reason": "录错"}),
    ],
)
async def test_a_thing_of_another_person_is_not_there(
    cast: Cast, login: str, path: str, foreign: str, form: dict[str, str]
) -> None:
    target = await _mixed(cast, login, **{foreign: foreign})
    browser = await client_for(cast, cast.members[login])
    before = await fetch_value("SELECT count(*) FROM audit_row WHERE action <> 'form_refused'")
    assert (await browser.post(path.format_map(target), data=form)).status_code == 404
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action <> 'form_refused'") == before


@pytest.mark.parametrize(
    ("act", "form"),
    [("claim", {}), ("note", {"text": "已电话"}), ("outcome", {"outcome": "not_true", "reason": "已核实"})],
)
@pytest.mark.parametrize("login", ["alice", "dan"])
async def test_an_alert_of_another_person_is_not_acted_on(
    cast: Cast, login: str, act: str, form: dict[str, str]
) -> None:
    target = await _mixed(cast, login, other_alert="alert_id")
    browser = await client_for(cast, cast.members[login])
    data = form | {"alert": [target["alert_id"], target["other_alert"]]}
    assert (await browser.post(f"{ALERTS}/{act}".format_map(target), data=data)).status_code == 422
    assert await fetch_value("SELECT count(*) FROM alert_event WHERE staff IS NOT NULL") == 0


async def test_a_file_or_an_alert_is_given_to_nobody_who_isnt_offered(cast: Cast) -> None:
    target = await _mixed(cast, "bob")
    browser = await client_for(cast, cast.bob)
    for staff in (cast.carol.id, cast.sam.id, cast.hal.id, 0, 2_000_000_000):
        given = {"alert": target["alert_id"], "staff": staff}
        assert (await browser.post(f"{ALERTS}/handover".format_map(target), data=given)).status_code == 422
        assert (await browser.post(f"{HERE}/officer".format_map(target), data={"staff": staff})).status_code == 422
        new = {**taken_in(target | {"officer_id": staff})}
        assert (await browser.post("/people/new", data=new)).status_code == 422
    assert await fetch_value("SELECT count(*) FROM person WHERE name = '甲新'") == 0


async def test_calls_of_another_office_s_order_put_nothing_down_and_show_nobody(cast: Cast) -> None:
    target = await _mixed(cast, "alice", other="order_id")
    await execute(
        "UPDATE person SET name = '上官汇丰' WHERE id = (SELECT person FROM orders WHERE id = $1)", target["other"]
    )
    browser = await client_for(cast, cast.alice)
    for answer in ("answered", "nonsense"):
        form = {"happened_at": AT, f"answer-{target['other']}": answer, f"answer-{target['order_id']}": "answered"}
        shown = await browser.post("/calls", data=form)
        assert "上官汇丰" not in shown.text
    assert (
        await fetch_value(
            "SELECT count(*) FROM report WHERE order_id = $1 AND recorded_by = $2", target["other"], cast.alice.id
        )
        == 0
    )


async def test_another_clerk_s_sheet_is_not_there(cast: Cast) -> None:
    upload = await insert("upload", SHEET | {"staff": cast.dan.id, "content_sealed": sealed_sheet()})
    browser = await client_for(cast, cast.erin)
    for method, tail in (
        ("GET", ""),
        ("GET", "/refused"),
        ("POST", "/answers"),
        ("POST", "/confirm"),
        ("POST", "/drop"),
    ):
        path = f"/import/{upload}{tail}"
        answer = await (browser.get(path) if method == "GET" else browser.post(path))
        assert answer.status_code == 404, path
    assert await fetch_value("SELECT count(*) FROM upload") == 1


async def test_another_s_session_goes_on(cast: Cast) -> None:
    await client_for(cast, cast.bob)
    session = await fetch_value("SELECT id FROM staff_session WHERE staff = $1", cast.bob.id)
    await (await client_for(cast, cast.alice)).post(f"/account/sessions/{session}/end")
    assert await fetch_value("SELECT ended_at FROM staff_session WHERE id = $1", session) is None
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'session_ended'") == 0
