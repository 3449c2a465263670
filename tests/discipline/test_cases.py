"""A case from the clue to the file: who may, what is asked for, what follows from the decision."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from supervision.alerts.follow import follow
from supervision.db import execute, fetch, fetch_row, fetch_value
from supervision.discipline import actions, decisions
from supervision.discipline.cases import get_case
from supervision.discipline.decisions import Served
from supervision.discipline.standing import lapses_of, standing_of
from supervision.errors import NotAllowed, NotFound, Refusal
from tests.alerts.makers import alerts_of, pause, report
from tests.cast import Cast, audit_actions
from tests.discipline.makers import RULES, clue, decided, evidence, filed, late, opened, proposed, reviewed, served
from tests.register import OnRegister, awaited, on_register, viewer_of


async def state_of(case: int) -> str:
    return str(await fetch_value("SELECT state FROM discipline_case WHERE id = $1", case))


async def late_on_register(cast: Cast, name: str = "杜玉林") -> OnRegister:
    """A person of Alice's who hasn't reported for forty days; the watch has noticed."""
    on = await on_register(cast, name=name, at=cast.now - timedelta(days=40))
    await follow([on.order], cast.now)
    return on


async def duty_of(order: int, variant: str) -> str:
    return str(
        await fetch_value(
            "SELECT state FROM duty WHERE subject_id = $1 AND rule = 'discipline_step' AND variant = $2 ORDER BY id DESC",
            order,
            variant,
        )
    )


async def test_a_case_goes_from_the_clue_to_the_file_each_step_with_its_person(cast: Cast) -> None:
    on = await on_register(cast)
    case = await filed(cast, on)
    events = await fetch("SELECT event, new_state, staff FROM discipline_event WHERE case_id = $1 ORDER BY id", case)
    assert [(e["event"], e["new_state"], e["staff"]) for e in events] == [
        ("report", "clue", cast.alice.id),
        ("open", "opened", cast.alice.id),
        ("investigate", "investigated", cast.alice.id),
        ("propose", "proposed", cast.bob.id),
        ("review", "reviewed", cast.lena.id),
        ("decide", "decided", cast.erin.id),
        ("serve", "served", cast.alice.id),
        ("file", "filed", cast.alice.id),
    ]
    assert [action for action in await audit_actions() if action.startswith("discipline_")] == [
        "discipline_report",
        "discipline_open",
        "discipline_evidence",
        "discipline_evidence",
        "discipline_investigate",
        "discipline_propose",
        "discipline_review",
        "discipline_decide",
        "discipline_serve",
        "discipline_file",
    ]


async def test_each_state_owes_its_step_and_the_next_step_meets_it(cast: Cast) -> None:
    on = await on_register(cast)
    case = await clue(cast, on)
    assert await duty_of(on.order, "clue") == "open"
    await actions.open_case(await viewer_of(cast.alice), case, cast.now)
    assert (await duty_of(on.order, "clue"), await duty_of(on.order, "opened")) == ("met", "open")


async def test_a_decision_that_is_not_served_within_three_days_raises_an_alert_of_the_officer(cast: Cast) -> None:
    on = await on_register(cast)
    case = await decided(cast, on)
    cast.clock.at += timedelta(days=4)
    viewer = await viewer_of(cast.alice)
    await decisions.serve(viewer, case, Served("signed", cast.now), cast.now)
    found = [a for a in await alerts_of(on.order) if a["kind"] == "discipline_step"]
    assert [(a["variant"], a["step"], a["assigned_to"]) for a in found] == [("decided", "decide", cast.alice.id)]


async def test_who_proposes_reviews_and_decides_are_three_persons(cast: Cast) -> None:
    on = await on_register(cast)
    case = await proposed(cast, on)
    await execute("UPDATE discipline_proposal SET recorded_by = $1", cast.lena.id)
    with pytest.raises(Refusal, match="您已经在这件案件里提出建议"):
        await actions.review(await viewer_of(cast.lena), case, True, "同意。", cast.now)
    await execute("UPDATE discipline_proposal SET recorded_by = $1", cast.erin.id)
    await actions.review(await viewer_of(cast.lena), case, True, "同意。", cast.now)
    with pytest.raises(Refusal, match="您已经在这件案件里提出建议"):
        await decisions.decide(await viewer_of(cast.erin), case, "X2", "决定。", cast.now)
    await execute("UPDATE discipline_proposal SET recorded_by = $1", cast.bob.id)
    await execute("UPDATE discipline_review SET recorded_by = $1", cast.erin.id)
    with pytest.raises(Refusal, match="您已经在这件案件里法制审核"):
        await decisions.decide(await viewer_of(cast.erin), case, "X2", "决定。", cast.now)
    assert await state_of(case) == "reviewed"


async def test_a_role_does_only_its_own_part(cast: Cast) -> None:
    on = await on_register(cast)
    case = await proposed(cast, on)
    with pytest.raises(NotAllowed):
        await actions.review(await viewer_of(cast.bob), case, True, "同意。", cast.now)
    await actions.review(await viewer_of(cast.lena), case, True, "同意。", cast.now)
    for member in (cast.lena, cast.dan, cast.bob):
        with pytest.raises(NotAllowed):
            await decisions.decide(await viewer_of(member), case, "X2", "决定。", cast.now)
    assert await fetch_value("SELECT count(*) FROM discipline_decision") == 0


async def test_another_office_finds_no_case(cast: Cast) -> None:
    case = await clue(cast, await on_register(cast))
    with pytest.raises(NotFound):
        await get_case(await viewer_of(cast.carol), case)
    with pytest.raises(NotFound):
        await actions.open_case(await viewer_of(cast.carol), case, cast.now)


async def test_the_facts_are_clear_only_with_the_hearing_and_other_evidence(cast: Cast) -> None:
    on = await on_register(cast)
    case = await clue(cast, on)
    alice = await viewer_of(cast.alice)
    await actions.open_case(alice, case, cast.now)
    with pytest.raises(Refusal, match="询问"):
        await actions.investigate(alice, case, cast.now)
    await evidence(cast, case, "hearing")
    with pytest.raises(Refusal, match="至少一项证据"):
        await actions.investigate(alice, case, cast.now)
    await evidence(cast, case, "record")
    await actions.investigate(alice, case, cast.now)
    assert await state_of(case) == "investigated"


@pytest.mark.parametrize(("kind", "asked"), [("hearing", "询问"), ("record", "至少一项证据")])
async def test_nothing_is_proposed_once_the_evidence_was_withdrawn(cast: Cast, kind: str, asked: str) -> None:
    on = await on_register(cast)
    case = await opened(cast, on)
    alice = await viewer_of(cast.alice)
    await actions.investigate(alice, case, cast.now)
    of_kind = await fetch_value("SELECT id FROM discipline_evidence WHERE case_id = $1 AND kind = $2", case, kind)
    await actions.withdraw_evidence(alice, case, of_kind, "录错", cast.now)
    bob = await viewer_of(cast.bob)
    with pytest.raises(Refusal, match=asked):
        await actions.propose_item(bob, case, "X2", "建议。", cast.now)
    await evidence(cast, case, kind)
    await actions.propose_item(bob, case, "X2", "建议。", cast.now)


async def test_an_item_that_the_facts_do_not_allow_is_refused_with_the_field(cast: Cast) -> None:
    on = await on_register(cast)
    case = await opened(cast, on, late(10, cast.now))
    await actions.investigate(await viewer_of(cast.alice), case, cast.now)
    bob = await viewer_of(cast.bob)
    for item in ("W2", "W5", "X2", "R46-2"):
        with pytest.raises(Refusal) as refused:
            await actions.propose_item(bob, case, item, "建议。", cast.now)
        assert "item" in refused.value.fields
    await actions.propose_item(bob, case, "X1", "建议。", cast.now)
    shown = await fetch_row("SELECT item, shown->>'days' AS days FROM discipline_proposal")
    assert (shown["item"], shown["days"]) == ("X1", "10")


async def test_once_proposed_the_facts_stand_until_it_is_sent_back(cast: Cast) -> None:
    on = await on_register(cast)
    case = await proposed(cast, on)
    alice = await viewer_of(cast.alice)
    with pytest.raises(Refusal, match="已经提出建议"):
        await actions.amend(alice, case, replace(RULES, weight="heavier"), cast.now)
    await actions.review(await viewer_of(cast.lena), case, False, "补充证据。", cast.now)
    await actions.amend(alice, case, replace(RULES, weight="heavier"), cast.now)
    await actions.propose_item(await viewer_of(cast.bob), case, "W3", "建议。", cast.now)
    assert await fetch_value("SELECT count(*) FROM discipline_breach WHERE case_id = $1", case) == 2
    assert await fetch_value("SELECT count(*) FROM discipline_proposal WHERE case_id = $1", case) == 2


async def test_the_decision_ends_the_alerts_of_the_case_and_is_their_outcome(cast: Cast) -> None:
    on = await late_on_register(cast)
    lapses = await lapses_of(on.order, cast.now)
    one = next(lapse for lapse in lapses if lapse.kind == "rules")
    case = await reviewed(cast, on, alerts=[one.alert])
    before = await fetch_row("SELECT * FROM alert WHERE id = $1", one.alert)
    assert before["closed_at"] is None and before["anchor_at"] == cast.now  # each step is an act on it
    made = await decisions.decide(await viewer_of(cast.erin), case, "X2", "决定。", cast.now)
    after = await fetch_row("SELECT * FROM alert WHERE id = $1", one.alert)
    assert (after["outcome"], after["fact_kind"], after["fact_id"]) == ("disciplined", "discipline_decision", made)
    assert (after["closed_by"], "第34条第2项" in after["reason"]) == (cast.erin.id, True)
    duty = await fetch_row("SELECT state, fact_kind FROM duty WHERE id = $1", after["duty"])
    assert (duty["state"], duty["fact_kind"]) == ("missed", "decision")
    assert [lapse.alert for lapse in await lapses_of(on.order, cast.now)] == [
        lapse.alert for lapse in lapses if lapse != one
    ]


async def test_a_correcting_act_opens_the_lapses_again_with_their_history(cast: Cast) -> None:
    on = await late_on_register(cast)
    await late_report(cast, on)
    of_state = """SELECT a.id FROM alert a JOIN duty d ON d.id = a.duty
                   WHERE a.subject_id = $1 AND d.variant = 'phone' AND d.state = $2 ORDER BY a.id"""
    of_both = [await fetch_value(of_state, on.order, state) for state in ("open", "met_late")]
    told = """SELECT d.state, a.step, a.closed_at IS NULL AS open FROM alert a JOIN duty d ON d.id = a.duty
               WHERE a.id = ANY($1) ORDER BY array_position($1, a.id)"""
    case = await reviewed(cast, on, alerts=of_both)
    erin = await viewer_of(cast.erin)
    await decisions.decide(erin, case, "X2", "决定。", cast.now)
    assert [(row["state"], row["open"]) for row in await fetch(told, of_both)] == [
        ("missed", False),
        ("met_late", False),
    ]
    await decisions.correct(erin, case, "认定有误。", cast.now)
    assert [tuple(row) for row in await fetch(told, of_both)] == [("open", "look", True), ("met_late", "decide", True)]
    events = "SELECT kind FROM alert_event WHERE alert = $1 AND kind IN ('closed', 'reopened') ORDER BY id"
    for alert in of_both:
        assert [row["kind"] for row in await fetch(events, alert)] == ["closed", "reopened"]
    assert set(of_both) <= {lapse.alert for lapse in await lapses_of(on.order, cast.now)}


async def last_lapse(order: int) -> tuple[int, datetime]:
    """The alert of the last report by phone that was missed, and its limit."""
    row = await fetch_row(
        """SELECT a.id, d.limit_at FROM alert a JOIN duty d ON d.id = a.duty
            WHERE a.subject_id = $1 AND d.variant = 'phone' ORDER BY d.limit_at DESC LIMIT 1""",
        order,
    )
    return row["id"], row["limit_at"]


async def told_of(alert: int) -> tuple[str, str, bool]:
    """The duty's state, the alert's step, and whether it is open."""
    row = await fetch_row(
        """SELECT d.state, a.step, a.closed_at IS NULL AS open FROM alert a JOIN duty d ON d.id = a.duty WHERE a.id = $1""",
        alert,
    )
    return row["state"], row["step"], row["open"]


async def late_report(cast: Cast, on: OnRegister) -> None:
    """Two reports: the first meets the window that is open, the second the last lapse, late."""
    for minute in (2, 1):
        await report(on.order, "phone", cast.now - timedelta(minutes=minute), cast.now)


async def test_a_late_report_between_the_decision_and_its_correction_waits_for_a_decision(cast: Cast) -> None:
    on = await late_on_register(cast)
    alert, _ = await last_lapse(on.order)
    case = await decided(cast, on, alerts=[alert])
    await late_report(cast, on)
    assert await told_of(alert) == ("missed", "act", False)
    await decisions.correct(await viewer_of(cast.erin), case, "认定有误。", cast.now)
    assert await told_of(alert) == ("met_late", "decide", True)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ("never", ("open", "look", True)),
        ("before", ("met_late", "decide", True)),
        ("after", ("met_late", "decide", True)),
    ],
)
async def test_a_decision_that_is_corrected_during_a_pause_counts_no_more_once_the_pause_is_withdrawn(
    cast: Cast, reports: str, expected: tuple[str, str, bool]
) -> None:
    on = await late_on_register(cast)
    alert, limit_at = await last_lapse(on.order)
    if reports == "before":
        await late_report(cast, on)
    case = await decided(cast, on, alerts=[alert])
    resting = await pause(on.order, limit_at - timedelta(hours=1), limit_at, cast.now, kind="hospital")
    assert (await told_of(alert))[::2] == ("excused", False)
    await decisions.correct(await viewer_of(cast.erin), case, "认定有误。", cast.now)
    assert (await told_of(alert))[::2] == ("excused", False)
    if reports == "after":
        await late_report(cast, on)
    await execute("UPDATE pause SET withdrawn_at = $2 WHERE id = $1", resting, cast.now)
    await follow([on.order], cast.now)
    assert await told_of(alert) == expected


async def test_an_alert_is_dealt_with_by_one_open_case_at_a_time(cast: Cast) -> None:
    on = await late_on_register(cast)
    alert = (await lapses_of(on.order, cast.now))[0].alert
    case = await clue(cast, on, alerts=[alert])
    assert alert not in [lapse.alert for lapse in await lapses_of(on.order, cast.now)]
    with pytest.raises(Refusal, match="已有案件在办"):
        await clue(cast, on, alerts=[alert])
    await actions.dismiss(await viewer_of(cast.alice), case, "本人住院。", cast.now)
    assert alert in [lapse.alert for lapse in await lapses_of(on.order, cast.now)]
    other = await late_on_register(cast, "钱二")
    with pytest.raises(Refusal, match="已有案件在办"):
        await clue(cast, other, alerts=[alert])


async def test_a_measure_counts_from_its_service_and_no_longer_after_a_correcting_act(cast: Cast) -> None:
    on = await on_register(cast)
    case = await decided(cast, on)
    assert (await standing_of(on.order)).admonitions == ()
    await decisions.serve(await viewer_of(cast.alice), case, Served("signed", cast.now), cast.now)
    assert (await standing_of(on.order)).admonitions == (date(2026, 11, 25),)
    await decisions.correct(await viewer_of(cast.erin), case, "送错了人。", cast.now)
    assert (await standing_of(on.order)).admonitions == ()
    assert await state_of(case) == "withdrawn"


async def test_two_filed_admonitions_make_the_third_breach_a_warning(cast: Cast) -> None:
    on = await on_register(cast)
    for _ in range(2):
        await filed(cast, on)
    case = await opened(cast, on)
    await actions.investigate(await viewer_of(cast.alice), case, cast.now)
    await actions.propose_item(await viewer_of(cast.bob), case, "W5", "两次训诫仍不改正。", cast.now)
    found = await fetch("SELECT variant FROM finding WHERE rule = 'DI-W5' AND subject_id = $1 ORDER BY 1", on.order)
    assert [row["variant"] for row in found] == ["third_breach", "two_admonitions"]


async def test_off_control_for_over_a_month_opens_a_candidate_with_the_proposal(cast: Cast) -> None:
    on = await on_register(cast, at=cast.now - timedelta(days=60))
    await proposed(cast, on, "W2", late(32, cast.now))
    found = await fetch("SELECT variant, why->>'item' AS item FROM finding WHERE rule = 'RV-12'")
    assert [(row["variant"], row["item"]) for row in found] == [("other", "R46-2")]


async def test_after_the_end_of_the_order_nothing_new_is_decided(cast: Cast) -> None:
    on = await on_register(cast)
    case = await reviewed(cast, on)
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'revoked', state = 'revoked' WHERE id = $1", on.order, cast.now
    )
    with pytest.raises(Refusal, match="已经结束"):
        await decisions.decide(await viewer_of(cast.erin), case, "X2", "决定。", cast.now)
    with pytest.raises(Refusal, match="已经结束"):
        await clue(cast, on)
    await actions.send_back(await viewer_of(cast.erin), case, "矫正已经结束。", cast.now)
    await actions.dismiss(await viewer_of(cast.alice), case, "矫正已经结束。", cast.now)
    assert await state_of(case) == "closed_no"


async def test_a_case_goes_to_the_file_by_any_way_only_with_the_copy_for_the_procuratorate(cast: Cast) -> None:
    on = await on_register(cast)
    alice, erin = await viewer_of(cast.alice), await viewer_of(cast.erin)
    case = await served(cast, on)
    await decisions.object_to(alice, case, "不服。", cast.now)
    asked = await reviewed(cast, on, "P1", replace(RULES, weight="grave"))
    await decisions.decide(erin, asked, "P1", "决定。", cast.now)
    for copied, state in ((False, ("objection", "psb_pending")), (True, ("filed", "filed"))):
        for act, viewer, one in ((decisions.answer_objection, erin, case), (decisions.police_answer, alice, asked)):
            try:
                await act(viewer, one, "理由。", copied=copied, now=cast.now)
            except Refusal as refusal:
                assert "copied" in refusal.fields
        assert (await state_of(case), await state_of(asked)) == state


async def test_who_never_came_is_off_control_from_the_shifted_last_day(cast: Cast) -> None:
    # effective on Wednesday 2026-10-21: the tenth day is Saturday 10-31, counted from Monday 11-02
    on = await awaited(cast, effective_on=date(2026, 10, 21))
    await follow([on.order], cast.now)
    found = await lapses_of(on.order, cast.now)
    assert [(f.kind, f.raw_on, f.since_on, f.days(cast.now.date())) for f in found] == [
        ("off_control", date(2026, 10, 31), date(2026, 11, 2), 23)
    ]


async def test_no_number_is_written_where_reasons_are_kept_in_clear(cast: Cast) -> None:
    on = await on_register(cast)
    case = await clue(cast, on)
    with pytest.raises(Refusal, match="不要写电话号码"):
        await actions.dismiss(await viewer_of(cast.alice), case, "本人电话19900000001说明了情况", cast.now)
    assert await state_of(case) == "clue"
