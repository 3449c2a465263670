"""The steps of a reception by the pages: what is put down meets its duty at once, and what is withdrawn opens it again."""

from datetime import date, timedelta

import pytest

from supervision.alerts.follow import follow
from supervision.alerts.outcomes import cause_kind, offered
from supervision.alerts.watch import watch
from supervision.db import execute, fetch_value, insert
from supervision.discipline.standing import lapses_of
from supervision.reception.actions import CONTENT
from supervision.reception.kinds import KINDS
from supervision.sealed import open_sealed
from tests.cast import NOW, Cast, audit_actions, client_for
from tests.files.made import pdf
from tests.reception.makers import at, duty, received, team
from tests.register import awaited

AT = "2026-11-25T08:30"
DONE = {"happened_at": AT}
SIX = {f"tick-{n}": "1" for n in range(1, 7)}
FOUR = {f"tick-{n}": "1" for n in range(1, 5)}


async def put_down(browser, person: int, kind: str, **form: str):
    return await browser.post(f"/people/{person}/reception/acts/{kind}", data=DONE | form)


@pytest.mark.parametrize(
    ("rule", "kind", "form"),
    [
        ("RE-01", "notified", {"how": "court"}),
        ("RE-02", "documents_received", {"how": "here"}),
        ("RE-04", "documents_received", {"how": "here"}),
        ("RE-14", "announced", {"how": "signed", **SIX}),
        ("RE-15", "plan_made", FOUR),
        ("RE-17", "exit_ban_reported", {"how": "held"}),
        ("RE-18", "came_to_office", {}),
    ],
)
async def test_a_step_that_is_put_down_meets_its_duty_and_withdrawn_opens_it(cast: Cast, rule, kind, form) -> None:
    one = await received(cast, at=NOW - timedelta(days=2), registered_at=NOW - timedelta(days=2))
    alice = await client_for(cast, cast.alice)
    assert (await duty(one.order, rule))["state"] == "open"
    answer = await put_down(alice, one.person, kind, **form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{one.person}/reception")
    met = await duty(one.order, rule)
    assert (met["state"], met["fact_kind"], met["closed_at"]) == ("met", kind, at(AT))
    gone = await alice.post(f"/people/{one.person}/reception/acts/{met['fact_id']}/withdrawal", data={"reason": "录错"})
    assert gone.status_code == 303
    assert (await duty(one.order, rule))["state"] == "open"
    assert (await audit_actions())[-2:] == ["reception_act", "reception_withdrawn"]


async def test_v27_who_comes_before_the_documents_is_enrolled_and_the_organ_owes_them(cast: Cast) -> None:
    one = await received(cast, at=at("2026-03-05 09:00"), effective_on=date(2026, 3, 2))
    owed = await duty(one.order, "RE-04")
    assert await fetch_value("SELECT state FROM orders WHERE id = $1", one.order) == "in_correction"
    assert (owed["raw_due_on"], owed["owed_by"], owed["state"]) == (date(2026, 3, 10), "organ", "open")


async def test_documents_open_the_receipt_and_those_from_elsewhere_are_forwarded(cast: Cast) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 23))
    alice = await client_for(cast, cast.alice)
    assert await duty(one.order, "RE-03") is None
    await put_down(alice, one.person, "documents_received", how="elsewhere")
    assert (await duty(one.order, "RE-03"))["raw_due_on"] == date(2026, 11, 30)
    assert (await duty(one.order, "RE-05"))["state"] == "open"
    await put_down(alice, one.person, "forwarded")
    await put_down(alice, one.person, "receipt_returned")
    assert [(await duty(one.order, rule))["state"] for rule in ("RE-03", "RE-05")] == ["met", "met"]


async def test_an_unsigned_announcement_is_not_done_and_one_without_its_six_items_is_refused(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    refused = await put_down(alice, one.person, "announced", how="signed", **{**SIX, "tick-5": ""})
    assert refused.status_code == 422 and "矫正小组的组成和职责" in refused.text
    await put_down(alice, one.person, "announced", how="unsigned", **SIX)
    assert (await duty(one.order, "RE-14"))["state"] == "open"
    await put_down(alice, one.person, "announced", how="signed", **SIX)
    assert (await duty(one.order, "RE-14"))["state"] == "met"


async def test_a_minors_announcement_waits_for_the_guardian(cast: Cast) -> None:
    one = await received(cast, born_on=date(2009, 1, 9))
    alice = await client_for(cast, cast.alice)
    refused = await put_down(alice, one.person, "announced", how="signed", **SIX)
    assert refused.status_code == 422 and "监护人" in refused.text
    await put_down(alice, one.person, "guardian_called", content="杜福来，父亲")
    assert (await put_down(alice, one.person, "announced", how="signed", **SIX)).status_code == 303


@pytest.mark.parametrize("kind", ["guardian_called", "handed_over", "file_kept_by", "team_formed", "nonsense"])
async def test_a_step_that_is_not_there_for_this_person_is_not_found(cast: Cast, kind: str) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    assert (await put_down(alice, one.person, kind, content="甲")).status_code == 404


async def test_who_keeps_the_file_of_somebody_outside_is_written_down_sealed(cast: Cast) -> None:
    one = await received(cast, kind="temporary_outside")
    alice = await client_for(cast, cast.alice)
    assert (await put_down(alice, one.person, "file_kept_by")).status_code == 422
    await put_down(alice, one.person, "file_kept_by", content="晋中监狱")
    stored = await fetch_value("SELECT content_sealed FROM reception_act WHERE order_id = $1", one.order)
    assert "晋中" not in stored and open_sealed(stored, CONTENT) == "晋中监狱"
    assert "晋中监狱" in (await alice.get(f"/people/{one.person}/reception")).text


async def test_what_needs_somebody_enrolled_waits_for_the_registration(cast: Cast) -> None:
    one = await awaited(cast, effective_on=date(2026, 11, 23))
    alice = await client_for(cast, cast.alice)
    answer = await put_down(alice, one.person, "came_to_office")
    assert answer.status_code == 422 and "尚未登记接收" in answer.text
    assert "登记接收后办理" in (await alice.get(f"/people/{one.person}/reception")).text


@pytest.mark.parametrize(("moment", "said"), [("2026-11-25T09:01", "不能晚于现在"), ("2020-11-25T09:00", "请核对年份")])
async def test_the_future_and_a_mistyped_year_are_refused(cast: Cast, moment: str, said: str) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    answer = await put_down(alice, one.person, "came_to_office", happened_at=moment)
    assert answer.status_code == 422 and said in answer.text
    assert await fetch_value("SELECT count(*) FROM reception_act") == 0


async def test_a_step_sent_twice_is_kept_once_and_withdrawn_needs_a_reason(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    assert (await put_down(alice, one.person, "came_to_office")).status_code == 303
    again = await put_down(alice, one.person, "came_to_office")
    assert again.status_code == 422 and "刚才已经记录过" in again.text
    act = await fetch_value("SELECT id FROM reception_act")
    there = f"/people/{one.person}/reception/acts/{act}/withdrawal"
    assert (await alice.post(there, data={"reason": " "})).status_code == 422
    assert (await alice.post(there, data={"reason": "录错"})).status_code == 303
    assert (await alice.post(there, data={"reason": "录错"})).status_code == 422


async def test_a_file_belongs_to_its_step_and_is_opened_from_it(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    answer = await alice.post(
        f"/people/{one.person}/reception/acts/documents_received",
        data=DONE | {"how": "here"},
        files={"file": ("判决书.pdf", pdf(), "application/pdf")},
    )
    assert answer.status_code == 303
    page = (await alice.get(f"/people/{one.person}/reception")).text
    file = await fetch_value("SELECT id FROM file_record WHERE subject_kind = 'reception' AND kind = 'received'")
    assert f"/people/{one.person}/files/{file}" in page and "判决书.pdf" in page
    hal = await client_for(cast, cast.hal)
    row = {"subject_kind": "order", "subject_id": one.order, "person": one.person, "office": cast.alice.office}
    await insert("responsibility", row | {"staff": cast.hal.id, "role": "dual", "from_at": NOW, "recorded_at": NOW})
    assert "判决书.pdf" not in (await hal.get(f"/people/{one.person}/reception")).text


async def test_a_lapse_of_the_deciding_organ_is_told_and_blames_nobody_here(cast: Cast) -> None:
    one = await received(cast, at=NOW - timedelta(days=6), registered_at=NOW - timedelta(days=6))
    acted = {"kind": "came_to_office", "how": "", "happened_at": NOW - timedelta(days=5), "recorded_at": NOW}
    await insert("reception_act", {"order_id": one.order} | acted)
    await follow([one.order], NOW)
    await watch(NOW)
    told = await fetch_value(
        "SELECT count(*) FROM alert a JOIN duty d ON d.id = a.duty WHERE d.rule = 'RE-01' AND a.closed_at IS NULL"
    )
    assert told == 1 and (await duty(one.order, "RE-01"))["owed_by"] == "organ"
    assert [lapse.title for lapse in await lapses_of(one.order, NOW)] == []
    assert await fetch_value("SELECT count(*) FROM message WHERE kind <> 'digest'") == 0


async def test_a_registration_on_which_steps_were_built_is_not_withdrawn_before_them(cast: Cast) -> None:
    one = await received(cast, level=None, at=NOW - timedelta(days=1))
    alice = await client_for(cast, cast.alice)
    await put_down(alice, one.person, "plan_made", **FOUR)
    fact = await fetch_value("SELECT id FROM registration WHERE order_id = $1", one.order)
    there = f"/people/{one.person}/facts/registration/{fact}/withdrawal"
    refused = await alice.post(there, data={"reason": "录错"})
    assert refused.status_code == 422 and "入矫环节" in refused.text
    act = await fetch_value("SELECT id FROM reception_act")
    await alice.post(f"/people/{one.person}/reception/acts/{act}/withdrawal", data={"reason": "录错"})
    assert (await alice.post(there, data={"reason": "录错"})).status_code == 303


def test_what_an_organ_did_late_is_noted_and_proposes_nothing_against_the_person() -> None:
    late = cause_kind("order", "RE-02", "organ", "met_late")
    codes = [code for code, _ in offered([late])]
    assert codes == ["late_help_noted", "excused"]
    assert cause_kind("order", "SU-01", "person", "met_late") != late
    assert "admonition_proposed" not in [code for code, _ in offered([cause_kind("order", "RE-02", "organ", "open")])]


async def test_the_page_shows_every_step_with_its_article_and_who_did_it(cast: Cast) -> None:
    one = await received(cast)
    alice = await client_for(cast, cast.alice)
    await put_down(alice, one.person, "notified", how="court")
    page = (await alice.get(f"/people/{one.person}/reception")).text
    shown = [kind for kind in KINDS.values() if not kind.only]
    assert all(kind.title in page and kind.article in page for kind in shown)
    assert "人民法院" in page and cast.alice.name in page
    assert "决定机关通知（人民法院）" in (await alice.get(f"/people/{one.person}")).text


async def test_an_order_that_was_there_before_is_not_asked(cast: Cast) -> None:
    await execute("DELETE FROM parameter WHERE key = 'reception.counted' AND value = 'true'")
    one = await received(cast)
    assert await duty(one.order, "RE-13") is None
    alice = await client_for(cast, cast.alice)
    assert (await alice.post(f"/people/{one.person}/reception/team", data=team("李建国"))).status_code == 303
