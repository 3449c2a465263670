"""What a human's outcome makes of the duty, what it asks for, and what it can't do."""

import pytest

from supervision.access.viewer import Viewer
from supervision.alerts import actions, outcomes
from supervision.alerts.export import open_alerts
from supervision.alerts.follow import follow
from supervision.alerts.watch import watch
from supervision.db import fetch_row, fetch_value
from supervision.errors import NotFound, Refusal
from tests.alerts.makers import Made, alert_on, alerts_of, assign, events_of, regular_duty, report
from tests.cast import Cast, Member
from tests.desk.makers import visit
from tests.rules.cast import at

SEEN = at("2026-12-03 00:00:05")
NOW = at("2026-12-03 09:00")
PERIOD = "2026-12-02"


def viewer(member: Member) -> Viewer:
    row = {name: getattr(member, name) for name in ("id", "login", "name", "role", "office")}
    return Viewer(row | {"office_name": "", "session": 1, "must_change": False})


@pytest.mark.parametrize(
    ("outcome", "state"), [("dealt_with", "missed"), ("excused", "excused"), ("admonition_proposed", "missed")]
)
async def test_an_outcome_decides_the_duty_in_the_name_of_the_officer(
    zhao: Made, cast: Cast, outcome: str, state: str
) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    await actions.close_all(viewer(cast.alice), [alert["id"]], outcome, " 已电话联系 ", now=NOW)
    duty = await regular_duty(zhao.order, PERIOD)
    assert (duty["state"], duty["fact_kind"]) == (state, "decision")
    ended = await alert_on(zhao.order, PERIOD)
    assert (ended["outcome"], ended["reason"], ended["closed_by"]) == (outcome, "已电话联系", cast.alice.id)
    assert (ended["fact_kind"], ended["fact_id"]) == ("decision", duty["fact_id"])
    decision = await fetch_row("SELECT reason, recorded_by FROM duty_decision WHERE id = $1", duty["fact_id"])
    assert decision is not None and tuple(decision) == ("已电话联系", cast.alice.id)
    assert (await events_of(alert["id"]))[-1] == "closed"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("met_late_accepted", "met_late"), ("admonition_proposed", "met_late"), ("excused", "excused")],
)
async def test_a_late_report_stays_late_unless_it_is_excused(zhao: Made, cast: Cast, outcome: str, state: str) -> None:
    await watch(SEEN)
    await report(zhao.order, "in_person", SEEN, NOW)
    await actions.close_all(
        viewer(cast.alice), [(await alert_on(zhao.order, PERIOD))["id"]], outcome, "本人说明了原因", now=NOW
    )
    assert (await regular_duty(zhao.order, PERIOD))["state"] == state
    assert (await alert_on(zhao.order, PERIOD))["outcome"] == outcome


@pytest.mark.parametrize("reason", ["", "   ", "\n", "　"])
async def test_no_outcome_without_a_reason(zhao: Made, cast: Cast, reason: str) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    with pytest.raises(Refusal, match="理由"):
        await actions.close_all(viewer(cast.alice), [alert["id"]], "dealt_with", reason, now=NOW)
    assert (await alert_on(zhao.order, PERIOD))["closed_at"] is None


@pytest.mark.parametrize(("reason", "refused"), [("电话 1380013800 打不通", False), ("电话 13800138000 打不通", True)])
async def test_a_reason_with_a_telephone_number_is_refused(zhao: Made, cast: Cast, reason: str, refused: bool) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    if refused:
        with pytest.raises(Refusal, match="不要写电话号码"):
            await actions.close_all(viewer(cast.alice), [alert["id"]], "dealt_with", reason, now=NOW)
    else:
        await actions.close_all(viewer(cast.alice), [alert["id"]], "dealt_with", reason, now=NOW)


async def test_the_second_of_two_is_told_that_it_is_done(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    await actions.close_all(viewer(cast.alice), [alert["id"]], "excused", "住院", now=NOW)
    for act in (
        actions.close_all(viewer(cast.bob), [alert["id"]], "dealt_with", "已联系", now=NOW),
        actions.claim_all(viewer(cast.bob), [alert["id"]], NOW),
        actions.note_all(viewer(cast.bob), [alert["id"]], "已联系", NOW),
    ):
        with pytest.raises(Refusal, match="已被他人处置"):
            await act
    assert (await alert_on(zhao.order, PERIOD))["outcome"] == "excused"


async def test_an_alert_elsewhere_is_not_there(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    for alert_id in (alert["id"], 2**31 - 1):
        with pytest.raises(NotFound):
            await actions.close_all(viewer(cast.carol), [alert_id], "dealt_with", "已联系", now=NOW)


async def test_a_whole_card_is_closed_in_one_act_but_for_what_only_a_fact_mends(zhao: Made, cast: Cast) -> None:
    await assign(zhao, cast.offices["gucheng"], None, at("2026-12-01 09:00"))
    await follow([zhao.order], at("2026-12-01 09:00"))
    await watch(SEEN)
    await report(zhao.order, "in_person", SEEN, NOW)
    card = [alert["id"] for alert in await alerts_of(zhao.order)]
    kept = await actions.close_all(viewer(cast.bob), card, "dealt_with", "已约谈本人", now=NOW)
    alerts = await alerts_of(zhao.order)
    left = [alert for alert in alerts if alert["closed_at"] is None]
    assert [alert["id"] for alert in left] == kept and [alert["kind"] for alert in left] == ["no_officer"]
    assert {alert["outcome"] for alert in alerts if alert["closed_at"]} == {"dealt_with", "met_late_accepted"}
    assert await fetch_value("SELECT count(*) FROM audit_row WHERE action = 'alert_closed'") == 1
    with pytest.raises(Refusal, match="补上事实"):
        await actions.close_all(viewer(cast.bob), [kept[0]], "dealt_with", "已约谈本人", now=NOW)
    await actions.close_all(viewer(cast.bob), [kept[0]], "not_true", "本所正在指定", now=NOW)


async def test_a_note_gives_the_hours_of_the_rung_again(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    await actions.note_all(viewer(cast.bob), [alert["id"]], "电话无人接听", at("2026-12-04 10:00"))
    noted = await alert_on(zhao.order, PERIOD)
    assert (noted["rung"], noted["anchor_rung"], noted["next_step_at"], noted["step"]) == (
        1,
        1,
        at("2026-12-05 10:00"),
        "act",
    )


async def test_only_a_colleague_on_duty_who_may_act_is_handed_an_alert(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    alert = await alert_on(zhao.order, PERIOD)
    for other in (cast.carol, cast.hal, cast.leo, cast.sam):
        with pytest.raises(Refusal, match="在岗"):
            await actions.hand_over_all(viewer(cast.alice), [alert["id"]], other.id, NOW)
    await actions.hand_over_all(viewer(cast.alice), [alert["id"]], cast.erin.id, NOW)
    assert (await alert_on(zhao.order, PERIOD))["assigned_to"] == cast.erin.id


def test_each_kind_of_cause_has_an_outcome_and_every_offer_holds() -> None:
    for cause in (outcomes.LAPSE, outcomes.OWN, outcomes.LATE, outcomes.FINDING, outcomes.STANDING):
        offers = outcomes.offered({cause})
        assert offers
        assert all(outcomes.outcome_for(code, cause) for code, _ in offers)
    assert [code for code, _ in outcomes.offered({outcomes.LAPSE, outcomes.STANDING})] == [
        "dealt_with",
        "excused",
        "admonition_proposed",
    ]


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        (("order", "SU-01", "person", "open"), outcomes.LAPSE),
        (("order", "SU-01", "person", "met_late"), outcomes.LATE),
        (("booking", "VV-13", "person", "open"), outcomes.OWN),
        (("booking", "VV-13", "person", "met_late"), outcomes.OWN_LATE),
        (("office", "RA-25", "organ", "open"), outcomes.OWN),
        (("assistance", "RA-14", "staff", "open"), outcomes.HELP),
        (("assistance", "RA-14", "staff", "met_late"), outcomes.HELP_LATE),
        (("assistance", "RA-17", None, None), outcomes.TO_DECIDE),
        (("assistance", "no_helper", None, None), outcomes.STANDING),
    ],
)
def test_only_the_person_of_an_order_lapses(about: tuple[str, str, str | None, str | None], kind: str) -> None:
    assert outcomes.cause_kind(*about) == kind
    harsh = "admonition_proposed" in [code for code, _ in outcomes.offered({kind})]
    assert harsh == (kind in (outcomes.LAPSE, outcomes.LATE))


async def test_a_familys_visit_is_none_of_the_office_that_has_their_file(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    _, visited = await visit(cast, (zhao.person, zhao.order), NOW)
    with pytest.raises(NotFound):
        await actions.claim_all(viewer(cast.alice), [visited], NOW)
    with pytest.raises(Refusal, match="在岗"):
        await actions.hand_over_all(viewer(cast.dan), [visited], cast.alice.id, NOW)
    await actions.hand_over_all(viewer(cast.dan), [visited], cast.erin.id, NOW)
    await actions.hand_over_all(viewer(cast.dan), [(await alert_on(zhao.order, PERIOD))["id"]], cast.alice.id, NOW)


async def test_the_export_tells_who_has_what_at_a_moment(zhao: Made, cast: Cast) -> None:
    await watch(SEEN)
    await actions.close_all(
        viewer(cast.alice), [(await alert_on(zhao.order, PERIOD))["id"]], "excused", "住院", now=NOW
    )
    found = {(a["kind"], a["causes"][0]["variant"], a["causes"][0]["period"]): a for a in await open_alerts(SEEN)}
    told = found["SU-01", "in_person", PERIOD]
    assert (told["rung"], told["owner"], told["number"]) == (0, "alice", f"SJ-{zhao.person}")
    assert told["since"] == "2026-12-02T16:00:00+00:00"
    later = {(a["kind"], a["causes"][0]["variant"], a["causes"][0]["period"]) for a in await open_alerts(NOW)}
    assert later == found.keys() - {("SU-01", "in_person", PERIOD)}
    assert found["SU-01", "phone", "2026-11-09"]["owner"] == "dan"
