"""Candidates of revocation: opened by two warnings, closed by a reasoned decision and by nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from supervision.alerts.actions import close_all
from supervision.db import fetch_row, fetch_value
from supervision.discipline import actions, decisions
from supervision.discipline.candidates import Word, decide_candidate, open_candidates
from supervision.errors import NotAllowed, NotFound, Refusal
from tests.alerts.makers import alerts_of
from tests.cast import Cast, audit_actions, client_for
from tests.discipline.makers import RULES, filed, late, opened, proposed
from tests.lost_contact.makers import somebody, verified
from tests.register import OnRegister, on_register, viewer_of

HEAVIER = RULES.__class__("rules", "heavier", "再次未经批准外出。")


async def warned_twice(cast: Cast, kind: str = "probation") -> OnRegister:
    """A person with two warnings in force."""
    on = await on_register(cast, kind=kind)
    for _ in range(2):
        await filed(cast, on, "W3", HEAVIER)
    return on


async def test_two_warnings_open_a_candidate_with_an_owner_until_it_is_decided(cast: Cast) -> None:
    on = await warned_twice(cast)
    erin = await viewer_of(cast.erin)
    found = await open_candidates(erin, cast.now)
    assert [(one.person, one.ground, one.item, one.owner) for one in found] == [
        (on.person, "two_warnings", "R46-4", cast.alice.name)
    ]
    word = Word("not_proposed", "本人家庭变故，已加强教育，表现好转。")
    await decide_candidate(erin, found[0].id, word, cast.now)
    assert await open_candidates(erin, cast.now) == []
    alert = next(a for a in await alerts_of(on.order) if a["kind"] == "RV-12")
    assert (alert["outcome"], alert["fact_kind"]) == ("resolved", "revocation_decision")
    with pytest.raises(NotFound):
        await decide_candidate(erin, found[0].id, word, cast.now)


async def test_no_outcome_of_an_alert_ends_a_candidate(cast: Cast) -> None:
    on = await warned_twice(cast)
    alert = next(a["id"] for a in await alerts_of(on.order) if a["kind"] == "RV-12")
    alice = await viewer_of(cast.alice)
    for outcome in ("resolved", "not_true", "dealt_with", "excused", "admonition_proposed", "disciplined"):
        with pytest.raises(Refusal):
            await close_all(alice, [alert], outcome, "已处理", now=cast.now)
    assert await fetch_value("SELECT closed_at FROM alert WHERE id = $1", alert) is None


@pytest.mark.parametrize(("kind", "needs_proof"), [("probation", True), ("parole", True), ("temporary_outside", False)])
async def test_v14_still_not_corrected_is_to_be_proved_before_probation_or_parole_is_proposed_for_revocation(
    cast: Cast, kind: str, needs_proof: bool
) -> None:
    await warned_twice(cast, kind)
    erin = await viewer_of(cast.erin)
    candidate = (await open_candidates(erin, cast.now))[0]
    assert candidate.needs_further_breach is needs_proof
    if needs_proof:
        with pytest.raises(Refusal) as refused:
            await decide_candidate(erin, candidate.id, Word("proposed", "符合条件。"), cast.now)
        assert "further_breach" in refused.value.fields
    await decide_candidate(erin, candidate.id, Word("proposed", "符合条件。", "11月24日又擅自外出。"), cast.now)
    row = await fetch_row("SELECT outcome, item, recorded_by FROM revocation_decision")
    assert (row["outcome"], row["item"], row["recorded_by"]) == ("proposed", candidate.item, cast.erin.id)


async def test_public_surveillance_has_no_candidate(cast: Cast) -> None:
    await warned_twice(cast, "public_surveillance")
    assert await open_candidates(await viewer_of(cast.erin), cast.now) == []


async def test_a_candidate_is_decided_with_reasons_by_the_head_of_the_section(cast: Cast) -> None:
    await warned_twice(cast)
    erin = await viewer_of(cast.erin)
    candidate = (await open_candidates(erin, cast.now))[0]
    for word in (Word("not_proposed", " "), Word("", "理由")):
        with pytest.raises(Refusal):
            await decide_candidate(erin, candidate.id, word, cast.now)
    for member in (cast.dan, cast.lena, cast.leo):
        with pytest.raises(NotAllowed):
            await decide_candidate(await viewer_of(member), candidate.id, Word("not_proposed", "理由"), cast.now)
    assert await open_candidates(await viewer_of(cast.carol), cast.now) == []


async def test_a_warning_that_is_withdrawn_takes_its_candidate_with_it(cast: Cast) -> None:
    on = await warned_twice(cast)
    case = await fetch_value("SELECT max(id) FROM discipline_case WHERE order_id = $1", on.order)
    await decisions.correct(await viewer_of(cast.erin), case, "事实有误。", cast.now)
    assert await open_candidates(await viewer_of(cast.erin), cast.now) == []


async def test_a_month_out_of_supervision_is_one_candidate_also_where_a_case_is_about_it(cast: Cast) -> None:
    on = await somebody(cast)
    search = await verified(cast, on, seen_on=cast.now.date() - timedelta(days=40))
    alice = await viewer_of(cast.alice)
    found = await open_candidates(alice, cast.now)
    assert [(one.ground, one.period, one.item) for one in found] == [("over_a_month", f"search-{search}", "R46-2")]
    case = await proposed(
        cast, on, "W2", late(36, cast.now)
    )  # filled from a missed report: four days after the last contact
    with pytest.raises(Refusal, match="已列为候选") as refused:
        await actions.open_candidate(alice, case, "R46-2", cast.now)
    assert "item" in refused.value.fields and "discipline_candidate" not in await audit_actions()
    assert [one.id for one in await open_candidates(alice, cast.now)] == [found[0].id]
    today = cast.now.date()
    earlier = replace(late(40, cast.now), since_on=today - timedelta(days=100), until_on=today - timedelta(days=40))
    await proposed(cast, on, "W2", earlier)
    assert [one.ground for one in await open_candidates(alice, cast.now)] == ["over_a_month", "other"]


async def test_a_month_that_a_case_was_about_first_is_no_second_candidate_once_verified(cast: Cast) -> None:
    on = await somebody(cast)
    await proposed(cast, on, "W2", late(36, cast.now))
    await verified(cast, on, seen_on=cast.now.date() - timedelta(days=40))
    alice = await viewer_of(cast.alice)
    assert [(one.ground, one.item) for one in await open_candidates(alice, cast.now)] == [("other", "R46-2")]


async def test_two_cases_about_one_absence_are_one_candidate(cast: Cast) -> None:
    on = await somebody(cast)
    first = await proposed(cast, on, "W2", late(36, cast.now))
    second = await proposed(cast, on, "W2", late(38, cast.now))
    alice = await viewer_of(cast.alice)
    assert [one.period for one in await open_candidates(alice, cast.now)] == [f"case-{first}-R46-2"]
    with pytest.raises(Refusal, match="已列为候选"):
        await actions.open_candidate(alice, second, "R46-2", cast.now)


async def test_a_candidate_that_was_decided_is_not_put_down_again(cast: Cast) -> None:
    on = await somebody(cast)
    await verified(cast, on, seen_on=cast.now.date() - timedelta(days=40))
    alice = await viewer_of(cast.alice)
    candidate = (await open_candidates(alice, cast.now))[0]
    await decide_candidate(await viewer_of(cast.erin), candidate.id, Word("not_proposed", "本人住院。"), cast.now)
    case = await proposed(cast, on, "W2", late(36, cast.now))
    path = f"/people/{on.person}/discipline/{case}/candidate"
    answer = await (await client_for(cast, cast.alice)).post(path, data={"item": "R46-2"})
    assert (answer.status_code, "或者已经作出决定" in answer.text) == (422, True)
    assert await open_candidates(alice, cast.now) == []


async def test_a_case_is_put_down_as_a_candidate_only_under_an_item_of_its_facts(cast: Cast) -> None:
    on = await on_register(cast, at=cast.now - timedelta(days=60))
    case = await opened(cast, on, late(32, cast.now))
    alice = await viewer_of(cast.alice)
    for item in ("R46-1", "R47-1", "W2", "E"):
        with pytest.raises(Refusal):
            await actions.open_candidate(alice, case, item, cast.now)
    await actions.open_candidate(alice, case, "R46-2", cast.now)
    with pytest.raises(Refusal, match="已列为候选"):
        await actions.open_candidate(alice, case, "R46-2", cast.now)
    found = await open_candidates(alice, cast.now)
    assert [(one.ground, one.item) for one in found] == [("other", "R46-2")]
