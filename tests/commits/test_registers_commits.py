"""Both intakes ask who is on which register: an end that is taken back at the same moment waits for them (law RA-22)."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import Context
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.commissions.correcting import undo
from supervision.commissions.moves import lock as lock_commission
from supervision.db import execute, fetch_row, fetch_value, tx
from supervision.errors import NotFound, Refusal
from supervision.locks import Lock
from supervision.orders.actions import Ending, end_order
from supervision.orders.expected import become_due
from supervision.orders.intake import Intake, NewOrder
from supervision.orders.intake import take_in as take_in_correction
from supervision.orders.withdrawals import withdraw as withdraw_of_order
from supervision.people.actions import DOC, Assignment, NewPerson
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.intake import Intake as HelpIntake
from supervision.resettlement.intake import NewAssistance
from supervision.resettlement.intake import take_in as take_in_help
from supervision.resettlement.records import add_member
from supervision.resettlement.records import withdraw as withdraw_of_help
from supervision.sealed import open_sealed
from supervision.settings.terms import seed
from tests.cast import NOW, Cast, assemble
from tests.commissions.makers import Hands, bring_to, received
from tests.commits.waiting import until_it_waits
from tests.register import on_register, viewer_of
from tests.resettlement.helped import put

pytestmark = pytest.mark.commits
ON_A_REGISTER = """SELECT (SELECT count(*) FROM orders WHERE person = $1 AND ended_at IS NULL)
                        + (SELECT count(*) FROM assistance WHERE person = $1 AND ended_at IS NULL)"""


async def who(person: int) -> NewPerson:
    """The person as their papers tell of them again."""
    row = await fetch_row("SELECT name, sex, born_on, doc_sealed FROM person WHERE id = $1", person)
    assert row is not None
    return NewPerson(row["name"], row["sex"], row["born_on"], open_sealed(row["doc_sealed"], DOC))


async def beside(intake: Coroutine[Any, Any, int], other: Coroutine[Any, Any, None], person: int) -> None:
    """The other act begins while the intake is at work, and waits for it: in the end the person is on one register."""
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        late = asyncio.create_task(other, context=Context())
        await until_it_waits(late)
        await intake
    with suppress(Refusal):
        await late
    assert await fetch_value(ON_A_REGISTER, person) == 1


def to(cast: Cast) -> Assignment:
    return Assignment(cast.alice.office, cast.alice.id, "登记")


async def test_an_end_of_correction_is_withdrawn_after_the_intake_of_help_that_is_at_work(committing: str) -> None:
    await seed(NOW - timedelta(days=60))
    cast = await assemble()
    dan, one = await viewer_of(cast.dan), await on_register(cast, at=NOW - timedelta(days=30))
    await end_order(dan, one.order, Ending("moved_out", NOW, "迁出"), NOW)
    fact = await fetch_value("SELECT id FROM order_end WHERE order_id = $1", one.order)
    papers = NewAssistance("survey", "general", None, connected_on=date(2026, 11, 25))
    intake = take_in_help(dan, HelpIntake(await who(one.person), None, papers, to(cast)), NOW)
    await beside(intake, withdraw_of_order(dan, one.person, ("end", fact), reason="录错", now=NOW), one.person)


async def test_whoever_arrives_while_the_result_is_taken_back_is_expected_no_more(committing: str) -> None:
    await seed(NOW - timedelta(days=60))
    cast = await assemble()
    hands = await Hands.of(cast)
    commission = await received(hands, NOW)
    await bring_to(hands, commission, "closed", NOW)
    order = NewOrder("", "probation", "盗窃罪", None, date(2026, 11, 25), date(2027, 11, 24))
    arrival = become_due(hands.desk, ("commission", commission), order, to(cast), now=NOW)
    async with tx():
        await lock_commission(commission)
        late = asyncio.create_task(arrival, context=Context())
        await until_it_waits(late)
        await undo(hands.desk, commission, reason="录错", now=NOW)
    with pytest.raises(NotFound):
        await late
    assert await fetch_value("SELECT count(*) FROM orders") == 0


async def test_an_end_of_help_is_withdrawn_after_the_intake_of_correction_that_is_at_work(committing: str) -> None:
    await seed(NOW - timedelta(days=60))
    cast = await assemble()
    dan, one = await viewer_of(cast.dan), await put(cast, release_on=None, connected_on=date(2026, 11, 25))
    await take_step(dan, one.assistance, Taken("reoffended", NOW, said="判决书"), NOW)
    step = await fetch_value("SELECT max(id) FROM assistance_step WHERE assistance = $1", one.assistance)
    order = NewOrder("", "probation", "盗窃罪", None, date(2026, 11, 25), date(2027, 11, 24))
    intake = take_in_correction(dan, Intake(await who(one.person), None, order, to(cast)), NOW)
    await beside(intake, withdraw_of_help(dan, one.person, ("step", step), reason="录错", now=NOW), one.person)


async def test_an_end_of_correction_is_withdrawn_after_the_move_of_the_help_that_is_at_work(committing: str) -> None:
    await seed(NOW - timedelta(days=60))
    cast = await assemble()
    last_day, dan = date(2026, 11, 20), await viewer_of(cast.dan)
    one = await on_register(cast, at=NOW - timedelta(days=30), end_on=last_day)
    await end_order(dan, one.order, Ending("released", NOW, "期满解除第1号"), NOW)
    helped = await fetch_value("SELECT id FROM assistance WHERE person = $1", one.person)
    await add_member(dan, helped, "family", "父", NOW)
    for event in ("agreement", "file", "move_asked"):
        await take_step(dan, helped, Taken(event, NOW, said="情况", office=cast.offices["huifeng"]), NOW)
    fact = await fetch_value("SELECT id FROM order_end WHERE order_id = $1", one.order)
    moved = Taken("move_accepted", NOW, said="回执", office=cast.offices["huifeng"])
    async with tx():
        await take_step(dan, helped, moved, NOW)
        late = asyncio.create_task(
            withdraw_of_order(dan, one.person, ("end", fact), reason="录错", now=NOW), context=Context()
        )
        await until_it_waits(late)
    await late
    assert await fetch_value(ON_A_REGISTER, one.person) == 1
