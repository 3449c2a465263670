"""A roster and the register of help: whoever is helped isn't put under correction beside it, whoever is awaited makes way."""

from datetime import date

from supervision.db import fetch, fetch_row, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.exchange.undo import undo
from supervision.people.actions import Assignment, NewPerson
from supervision.resettlement.intake import Intake, NewAssistance, take_in
from tests.cast import Cast
from tests.exchange.made import number_of
from tests.exchange.taken import another, codes, dan, outcomes, taken
from tests.register import viewer_of


async def helped(cast: Cast, order: int, papers: NewAssistance) -> int:
    """Somebody of the sheet's on the register of help; the person's id."""
    person = NewPerson(f"测试{order}", "male", date(1990, 3, 7), number_of(order=order))
    intake = Intake(person, None, papers, Assignment(cast.alice.office, cast.alice.id, "登记"))
    return await take_in(await viewer_of(cast.dan), intake, cast.now)


HOME = NewAssistance("prison", "general", date(2026, 11, 2), connected_on=date(2026, 11, 2))
INSIDE = NewAssistance("prison", "general", date(2026, 12, 20))


async def test_whoever_is_helped_is_refused_like_on_the_page_and_the_rest_is_taken(cast: Cast) -> None:
    person = await helped(cast, 2, HOME)
    for dry_run in (True, False):
        imported = await taken(cast, another(1), another(2), dry_run=dry_run)
        assert outcomes(imported) == ["added", "refused"] and codes(imported)[1] == ["in_help"]
    (reason,) = [reason for reason in imported.results[1].row.reasons if reason.code == "in_help"]
    assert "请先办结帮教" in reason.text
    assert await fetch_value("SELECT count(*) FROM orders WHERE person = $1", person) == 0
    assert await fetch_value("SELECT ended_at FROM assistance WHERE person = $1", person) is None


async def test_whoever_is_awaited_from_prison_makes_way_and_an_undo_puts_them_back(cast: Cast) -> None:
    person = await helped(cast, 2, INSIDE)
    duties = "SELECT rule, state FROM duty WHERE subject_kind = 'assistance' AND person = $1 ORDER BY id"
    before = [tuple(row) for row in await fetch(duties, person)]
    await taken(cast, another(2), dry_run=True)
    assert await fetch_value("SELECT state FROM assistance WHERE person = $1", person) == "in_prison"
    imported = await taken(cast, another(2))
    assert outcomes(imported) == ["added"]
    row = await fetch_row("SELECT state, ended_at FROM assistance WHERE person = $1", person)
    assert row is not None and tuple(row) == ("taken_back", cast.now)
    assert {row["state"] for row in await fetch(duties, person)} == {"void"}
    assert imported.run is not None
    await undo(await dan(cast), imported.run, cast.now)
    row = await fetch_row("SELECT state, ended_at FROM assistance WHERE person = $1", person)
    assert row is not None and tuple(row) == ("in_prison", None)
    assert [tuple(row) for row in await fetch(duties, person)] == before
    assert (await reconcile(cast.now)).repaired == 0
