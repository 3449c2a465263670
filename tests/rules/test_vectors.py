"""The vectors of law a.17 that this card must meet, by their names: what is given, what is expected, and the program's answer.

One line a case. Those of the database go through the acts and the pages of the staff.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from supervision.days import local_day, start_of
from supervision.db import fetch_value
from supervision.discipline import decisions
from supervision.discipline.decisions import Served
from supervision.discipline.proposal import PAROLE_CAUTION, SURVEILLANCE_CAUTION, Breach, Standing, propose
from supervision.discipline.standing import standing_of
from supervision.errors import Refusal
from supervision.rules.assistance import help_ends_on
from supervision.rules.base import Facts, Order, Subject
from supervision.rules.commission import Commission, Run
from supervision.rules.parameters import default_parameters
from supervision.rules.reception_steps import joined_as
from tests.cast import Cast, client_for
from tests.discipline.makers import decided
from tests.reception.makers import MEN as THREE
from tests.reception.makers import count_from_the_beginning, duty, received, team
from tests.register import on_register, viewer_of
from tests.rules.cast import SECOND, act, at, duties_of, facts, findings_of, order, terms, unregistered
from tests.video_visits.makers import WANTED, a_family
from tests.video_visits.test_pages import book

NAMES = "V-01 V-02 V-07 V-08 V-09 V-10 V-11 V-12 V-13 V-14 V-17 V-26 V-27 V-29 V-30".split()
SINCE = date(2026, 3, 1)
TWICE = (date(2026, 1, 8), date(2026, 2, 9))


@dataclass(frozen=True)
class Vector:
    """A case of a vector: its name and what is given, what must come out, and how the program is asked."""

    given: str
    expected: Any
    ask: Callable[[], Any]

    @property
    def name(self) -> str:
        return self.given.split(":")[0]


# -- how the program is asked ---------------------------------------------------------------------------------


def opinion_due(*, fast: bool) -> Callable[[], Any]:
    """The last day of the opinion on a commission whose full material came on Monday 2026-03-02."""

    def ask() -> date:
        given = Facts(Subject("commission", 1), Commission(fast, (Run(1, at("2026-03-02 09:00")),), None))
        (duty,) = duties_of("CI-04" if fast else "CI-03", "opinion", given)
        return duty.slot.raw_due_on

    return ask


def proposed(kind: str, breach: Breach, *, admonitions: int = 0, warnings: int = 0) -> Callable[[], Any]:
    """The days and items that are proposed for a breach, the machine's own first."""

    def ask() -> tuple[int | None, list[str]]:
        found = propose(breach, Standing(kind, TWICE[:admonitions], TWICE[:warnings]))
        return found.days, [item.code for item in found.items]

    return ask


def off_control(until: date, **more: Any) -> Breach:
    """The last lawful contact, or the duty that was missed, on 2026-03-01."""
    return Breach("off_control", since=SINCE, until=until, **more)


def cautions(kind: str, breach: Breach) -> Callable[[], Any]:
    """What the proposal warns of."""
    return lambda: propose(breach, Standing(kind)).cautions


def candidates(kind: str, warnings: int) -> Callable[[], Any]:
    """Item and whether a further breach is to be proved, of the candidates that so many warnings in force open."""

    def ask() -> list[tuple[str, bool]]:
        served = [act("discipline_measure", "warning", f"2026-0{n + 2}-02 10:00", id=n) for n in range(warnings)]
        found = findings_of("RV-12", facts(order(kind=kind), acts=served), terms(date(2026, 6, 30)))
        return [(one.why["item"], one.why["needs_further_breach"]) for one in found]

    return ask


AWAITED = replace(unregistered(effective_on=date(2026, 3, 2)), ledger_from=date(2026, 3, 2))
CAME_FIRST = replace(AWAITED, registered_at=at("2026-03-05 09:00"))
MEN = tuple(act("team_joined", joined_as(woman=False, knows_minors=False), "2026-01-06 09:00", id=n) for n in (1, 2, 3))


def due(rule: str, variant: str, given: Order) -> Callable[[], Any]:
    """The last day in time of what is owed once, and where it is shown another one, that day too."""

    def ask() -> list[str]:
        (duty,) = duties_of(rule, variant, facts(given))
        shown = [duty.slot.why["shifted_on"]] if "shifted_on" in duty.slot.why else []
        return [local_day(duty.slot.limit_at - SECOND).isoformat(), *shown]

    return ask


def team_alarms() -> list[str]:
    """What is put before the bureau of a woman's team of three men."""
    return [one.variant for one in findings_of("R-08", facts(order(woman=True), acts=MEN))]


def help_ends(source: str) -> Callable[[], Any]:
    """The last day of help that begins on 2026-05-20."""
    begins = date(2026, 5, 20)
    return lambda: help_ends_on(source, begins, default_parameters().in_force(start_of(begins)))


VECTORS = (
    Vector(
        "V-01: effective on Monday 2026-03-02: the notice, on Saturday, shown on Monday",
        ["2026-03-07", "2026-03-09"],
        due("RE-01", "notice", AWAITED),
    ),
    Vector("V-01: the documents", ["2026-03-12"], due("RE-02", "documents", AWAITED)),
    Vector("V-01: the person's first report", ["2026-03-12"], due("RE-06", "in_person", AWAITED)),
    Vector("V-02: full material on Monday 2026-03-02, normal", date(2026, 3, 16), opinion_due(fast=False)),
    Vector("V-02: the same, fast-track", date(2026, 3, 9), opinion_due(fast=True)),
    Vector(
        "V-07: found on 03-11: 训诫",
        (10, ["X1", "E"]),
        proposed("probation", off_control(date(2026, 3, 11))),
    ),
    Vector(
        "V-08: found on 03-12: 警告",
        (11, ["W2", "E"]),
        proposed("probation", off_control(date(2026, 3, 12))),
    ),
    Vector(
        "V-09: missing on 04-01, exactly one month: 警告",
        (31, ["W2", "E"]),
        proposed("probation", off_control(date(2026, 4, 1))),
    ),
    Vector(
        "V-09: missing on 04-02, 缓刑: candidate",
        (32, ["R46-2", "W2", "E"]),
        proposed("probation", off_control(date(2026, 4, 2))),
    ),
    Vector(
        "V-09: missing on 04-02, 假释: candidate",
        (32, ["R47-1", "W2", "E"]),
        proposed("parole", off_control(date(2026, 4, 2))),
    ),
    Vector(
        "V-10: 管制, missing on 04-01: 警告",
        (31, ["W2", "E"]),
        proposed("public_surveillance", off_control(date(2026, 4, 1))),
    ),
    Vector(
        "V-10: 管制, missing on 04-02: no candidate, 治安管理处罚",
        (32, ["P1", "W2", "E"]),
        proposed("public_surveillance", off_control(date(2026, 4, 2))),
    ),
    Vector(
        "V-10: 管制 is told never to be revoked",
        (SURVEILLANCE_CAUTION,),
        cautions("public_surveillance", off_control(date(2026, 4, 2))),
    ),
    Vector("V-10: 管制, two 警告: no candidate", [], candidates("public_surveillance", 2)),
    Vector(
        "V-11: 暂予监外执行, says not where, day 3: candidate without a count of days",
        (3, ["X1", "R49-2", "E"]),
        proposed("temporary_outside", off_control(date(2026, 3, 4), hides=True)),
    ),
    Vector(
        "V-12: 假释, deserves a penalty: 警告, or candidate",
        (None, ["W3", "R47-3", "E"]),
        proposed("parole", Breach("rules", "grave")),
    ),
    Vector(
        "V-12: 假释 is told not to be named in the penalty article",
        (PAROLE_CAUTION,),
        cautions("parole", Breach("rules", "grave")),
    ),
    Vector(
        "V-13: two 训诫 in force, third breach: 警告 item (5)",
        (None, ["W5", "X2", "E"]),
        proposed("probation", Breach("rules"), admonitions=2),
    ),
    Vector(
        "V-14: two 警告, 缓刑, a further breach: candidate",
        (None, ["R46-4", "W3", "E"]),
        proposed("probation", Breach("rules", "heavier"), warnings=2),
    ),
    Vector(
        "V-14: two 警告, 暂予监外执行: candidate",
        (None, ["R49-4", "W3", "E"]),
        proposed("temporary_outside", Breach("rules", "heavier"), warnings=2),
    ),
    Vector("V-14: two 警告, 缓刑: needs the proof of “仍不改正”", [("R46-4", True)], candidates("probation", 2)),
    Vector("V-14: two 警告, 暂予监外执行: at once", [("R49-4", False)], candidates("temporary_outside", 2)),
    Vector("V-14: one 警告, 暂予监外执行: nothing yet", [], candidates("temporary_outside", 1)),
    Vector("V-17: a woman, a team of three men: R-08", ["woman"], team_alarms),
    Vector("V-27: reports on 03-05 before the documents", ["2026-03-10"], due("RE-04", "documents", CAME_FIRST)),
    Vector("V-30: released from prison on 2026-05-20", date(2031, 5, 19), help_ends("prison")),
    Vector("V-30: released from a detention house on 2026-05-20", date(2031, 5, 19), help_ends("detention")),
    Vector("V-30: end of correction on 2026-05-20", date(2029, 5, 19), help_ends("correction")),
)


@pytest.mark.parametrize("vector", VECTORS, ids=[one.given for one in VECTORS])
def test_vector(vector: Vector) -> None:
    assert vector.ask() == vector.expected


# -- on the database ------------------------------------------------------------------------------------------


async def refused_to_sign(cast: Cast, witness: str, note: str) -> tuple[bool, list[date]]:
    """Whether it is served though the person doesn't sign, and the days of the admonitions that count."""
    on = await on_register(cast)
    case, alice = await decided(cast, on), await viewer_of(cast.alice)
    try:
        await decisions.serve(alice, case, Served("refused", cast.now, witness, note), cast.now)
        served = True
    except Refusal:
        served = False
    return served, list((await standing_of(on.order)).admonitions)


TODAY = date(2026, 11, 25)
SIGNED_BY_NOBODY = {
    "V-26: refuses to sign, with a witness and a note: counts as served": ("王村主任", "拒绝签字，留置。", True),
    "V-26: without a witness": ("", "拒绝签字，留置。", False),
    "V-26: without a note": ("王村主任", "", False),
}


@pytest.mark.parametrize(("witness", "note", "counts"), SIGNED_BY_NOBODY.values(), ids=SIGNED_BY_NOBODY)
async def test_vector_of_a_service(cast: Cast, witness: str, note: str, counts: bool) -> None:
    assert await refused_to_sign(cast, witness, note) == (counts, [TODAY] if counts else [])


# Wednesday 2026-11-25; the first day that may be booked is five working days later, 12-02.
BOOKINGS = {
    "V-29: three visitors, six working days ahead": ((3, str(WANTED), False), ""),
    "V-29: four visitors": ((4, str(WANTED), False), "一次会见最多 3 人，现选了 4 人。"),
    "V-29: the second booking in the same month": (
        (1, "2026-12-09", True),
        "普管级每月会见 1 次，这个月已经约满 1 次。",
    ),
    "V-29: three working days ahead": (
        (1, "2026-11-30", False),
        "须至少提前 5 个工作日预约，最早可约 2026-12-02。",
    ),
}


@pytest.mark.parametrize(("asked", "refused"), BOOKINGS.values(), ids=BOOKINGS)
async def test_vector_of_the_window(cast: Cast, asked: tuple[int, str, bool], refused: str) -> None:
    size, day, booked_before = asked
    browser, family = await client_for(cast, cast.wanda), await a_family(size=size)
    if booked_before:
        assert (await book(browser, family)).status_code == 303
    ticks = {f"visitor-{one}": "1" for one in family.members}
    answer = await book(browser, family, day=day, **ticks)
    assert (answer.status_code, refused in answer.text) == (422 if refused else 303, True)
    made = await fetch_value("SELECT count(*) FROM booking")
    assert made == (not refused) + booked_before


async def test_v17_the_team_of_three_men_is_blocked_on_the_page(cast: Cast) -> None:
    one = await received(cast, woman=True)
    answer = await (await client_for(cast, cast.alice)).post(f"/people/{one.person}/reception/team", data=team(*THREE))
    assert answer.status_code == 422 and "应有女性成员" in answer.text
    assert await fetch_value("SELECT count(*) FROM team_member") == 0


async def test_v27_who_reports_before_the_documents_is_registered_and_the_organ_is_asked(cast: Cast) -> None:
    """REGISTERED, and a request to the deciding organ can be put down."""
    await count_from_the_beginning()
    one = await received(cast, effective_on=cast.now.date() - timedelta(days=3))
    assert await fetch_value("SELECT state FROM orders WHERE id = $1", one.order) == "in_correction"
    owed = await duty(one.order, "RE-04")
    assert (owed["state"], owed["owed_by"], owed["raw_due_on"]) == ("open", "organ", TODAY + timedelta(days=5))


# -- none is left out -----------------------------------------------------------------------------------------


def test_every_vector_of_the_card_is_there() -> None:
    told = {one.name for one in VECTORS} | {given.split(":")[0] for given in (*SIGNED_BY_NOBODY, *BOOKINGS)}
    assert told == set(NAMES)
