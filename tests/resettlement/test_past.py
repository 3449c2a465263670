"""Many periods of help of the past at once: the same rows, ledger and lists as by the pages, and nothing owed that was done."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.access.viewer import Viewer
from supervision.alerts.watch import watch
from supervision.db import execute, fetch, fetch_value
from supervision.duties.reconcile import reconcile
from supervision.errors import Refusal
from supervision.people.actions import NewPerson
from supervision.resettlement.actions import Taken, take_step
from supervision.resettlement.intake import NewAssistance
from supervision.resettlement.past import PastHelp, record_past, regular_visits
from supervision.resettlement.records import Support, Visit, add_member, decide_class, record_support, record_visit
from supervision.rollcall.help_buckets import HELP
from supervision.rollcall.known import View
from supervision.rules.parameters import default_parameters
from supervision.statistics.figures import FIGURES, Sight, count
from supervision.statistics.period import year_of
from tests.cast import NOW, Cast, client_for
from tests.register import identity_number, on_register, viewer_of
from tests.resettlement.helped import Helped, put
from tests.rules.cast import at

PARAMETERS = default_parameters().in_force(NOW)
PAPERS = NewAssistance("prison", "key", date(2024, 6, 3), prison="太原第一监狱", crime="盗窃罪", sentence="三年")
MEMBERS = (("village", "村委 李四"),)
VISITS = tuple(regular_visits("second", date(2024, 6, 4), date(2026, 11, 25), PARAMETERS))
SUPPORTS = (Support("placement", "public", at("2024-07-01 10:00"), "保洁"),)


def steps(*told: tuple[str, str, str | None]) -> tuple[Taken, ...]:
    """(step, moment, code) as they were taken; a notice names the day of release."""
    return tuple(
        Taken(
            event,
            at(moment),
            code,
            "" if event == "known" else "已办",
            release_on=PAPERS.release_on if event == "notice" else None,
        )
        for event, moment, code in told
    )


PRISON = steps(
    ("known", "2024-03-01 09:00", None),
    ("ask", "2024-03-01 09:30", None),
    ("verified", "2024-03-12 10:00", None),
    ("notice", "2024-04-30 10:00", None),
    ("told", "2024-05-02 10:00", None),
)
HOME = steps(
    ("reported", "2024-06-04 15:00", None),
    ("agreement", "2024-06-05 09:00", None),
    ("file", "2024-06-05 10:00", None),
)
FETCHED = (*PRISON, *steps(("fetched", "2024-06-03 11:00", "office")), *HOME)
SEARCHED = (*PRISON, *steps(("missed", "2024-06-05 09:00", None), ("searched", "2024-06-06 09:00", None)))
FOUND = (
    *SEARCHED,
    *steps(
        ("found", "2024-06-20 09:00", "alone"),
        ("reported", "2024-06-20 15:00", None),
        ("agreement", "2024-06-21 09:00", None),
        ("file", "2024-06-21 10:00", None),
    ),
)


def past(cast: Cast, serial: int, lived: tuple[Taken, ...], **changes: Any) -> PastHelp:
    """Told of by a prison on 1 March 2024, of Alice's, of the second class, visited each quarter."""
    born = date(1981, 2, 3)
    usual = PastHelp(
        person=NewPerson(f"归人{serial}", "male", born, identity_number(born, serial)),
        papers=PAPERS,
        office=cast.alice.office,
        staff=cast.alice.id,
        known_at=lived[0].happened_at,
        steps=lived,
        level="second",
        members=MEMBERS,
        visits=VISITS,
        supports=SUPPORTS,
    )
    return replace(usual, **changes)


async def step_by_hand(dan: Viewer, made: Helped, one: PastHelp, taken: Taken) -> None:
    """A step; with the file the group that it needs, and the class."""
    then = taken.happened_at
    if taken.event == "file":
        for kind, name in one.members:
            await add_member(dan, made.assistance, kind, name, then)
    await take_step(dan, made.assistance, taken, then)
    if taken.event == "file" and one.level:
        await decide_class(dan, made.assistance, one.level, "建档时确定", then)


async def by_hand(cast: Cast, one: PastHelp) -> Helped:
    """The same, step by step through the actions of the pages, each at its time."""
    assert isinstance(one.person, NewPerson)
    dan = await viewer_of(cast.dan)
    papers = {name: getattr(one.papers, name) for name in ("kind", "release_on", "prison", "crime", "sentence")}
    made = await put(cast, name=one.person.name, at=one.known_at, **papers)
    doings: list[Taken | Visit | Support] = [*one.steps[1:], *one.visits, *one.supports]
    for doing in sorted(doings, key=lambda doing: doing.happened_at):
        then = doing.happened_at
        if isinstance(doing, Visit):
            await record_visit(dan, made.assistance, doing, then)
        elif isinstance(doing, Support):
            await record_support(dan, made.assistance, doing, then)
        else:
            await step_by_hand(dan, made, one, doing)
    return made


@dataclass(frozen=True)
class Seen:
    """What the register, the ledger and the roll call show of a period of help, without its numbers."""

    row: dict[str, Any]
    steps: list[tuple[Any, ...]]
    duties: list[tuple[Any, ...]]
    findings: list[tuple[Any, ...]]
    bucket: str


async def seen(assistance: int) -> Seen:
    """All of it."""
    (row,) = await fetch(
        """SELECT source, kind, known_on, release_on, connected_at, from_on, to_on, state, ended_at, end_kind, prison, crime,
                  sentence, ledger_from, created_at FROM assistance WHERE id = $1""",
        assistance,
    )
    taken = await fetch(
        """SELECT event, code, old_state, new_state, happened_at, recorded_at, said_sealed IS NULL FROM assistance_step
            WHERE assistance = $1 ORDER BY id""",
        assistance,
    )
    duties = await fetch(
        """SELECT rule, variant, period, opens_at, due_at, limit_at, state, closed_at, fact_kind FROM duty
            WHERE subject_kind = 'assistance' AND subject_id = $1 AND state <> 'void' ORDER BY rule, variant, period""",
        assistance,
    )
    findings = await fetch(
        """SELECT rule, variant, since_at, state FROM finding WHERE subject_kind = 'assistance' AND subject_id = $1
            AND (state = 'open' OR ended_at > since_at) ORDER BY rule, variant""",  # not what mended itself before it was so
        assistance,
    )
    return Seen(
        dict(row),
        [tuple(one) for one in taken],
        [tuple(one) for one in duties],
        [tuple(one) for one in findings],
        await bucket_of(assistance, NOW),
    )


async def bucket_of(assistance: int, now: datetime) -> str:
    """The bucket of the roll call, without the numbers of its proofs."""
    rows = await View(now, live=True).rows(
        f"SELECT id, found FROM ({HELP.census}) c WHERE id = {assistance}", "h.person"
    )
    return str(rows[0]["found"]).partition("|")[0] if rows else "not on the register"


@pytest.mark.parametrize(
    ("lived", "changes"),
    [
        (FETCHED, {}),
        (FOUND, {"visits": VISITS[1:]}),
        (SEARCHED, {"level": None, "members": (), "visits": (), "supports": ()}),
        (PRISON[:3], {"level": None, "members": (), "visits": (), "supports": ()}),
        ((*FETCHED, *steps(("reoffended", "2025-03-01 09:00", None))), {"visits": VISITS[:3]}),
        ((*FETCHED, *steps(("deceased", "2025-03-01 09:00", None))), {"visits": VISITS[:3]}),
    ],
    ids=["fetched", "found", "looked for", "in prison", "reoffended", "deceased"],
)
async def test_it_looks_as_if_the_pages_had_taken_it(
    cast: Cast, lived: tuple[Taken, ...], changes: dict[str, Any]
) -> None:
    told = past(cast, 7, lived, **changes)
    made = await by_hand(cast, told)
    number = identity_number(date(1981, 2, 3), 8)
    (many,) = await record_past([replace(told, person=NewPerson("归人7", "male", date(1981, 2, 3), number))], NOW)
    await watch(NOW)
    one, other = await seen(made.assistance), await seen(many)
    assert other == one
    assert (await reconcile(NOW)).repaired == 0


async def test_whoever_comes_from_correction_comes_at_the_moment_of_its_end(cast: Cast) -> None:
    one = await on_register(cast, at=at("2024-01-10 09:00"), end_on=date(2024, 9, 30))
    ended_at = at("2024-09-30 09:00")
    await execute(
        "UPDATE orders SET state = 'released', ended_at = $2, end_kind = 'released' WHERE id = $1", one.order, ended_at
    )
    papers = NewAssistance("correction", "general", date(2024, 9, 30), crime="盗窃罪")
    home = (
        Taken("came", ended_at),
        Taken("agreement", ended_at),
        Taken("file", ended_at + timedelta(hours=2), said="谈话"),
    )
    entry = past(cast, 1, home, person=one.person, papers=papers, order=one.order, supports=(), visits=VISITS[2:])
    for wrong in (
        replace(entry, steps=(replace(home[0], happened_at=ended_at - timedelta(minutes=1)), *home[1:])),
        replace(entry, order=None),
        replace(entry, person=one.person + 1),
    ):
        with pytest.raises(ValueError, match="order"):
            await record_past([wrong], NOW)
    (made,) = await record_past([entry], NOW)
    row = (await fetch("SELECT person, from_on, to_on, connected_at FROM assistance WHERE id = $1", made))[0]
    assert tuple(row) == (one.person, date(2024, 9, 30), date(2027, 9, 29), ended_at)
    assert await bucket_of(made, NOW) == "help_in_help"


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": (*PRISON, HOME[-1])},
        {"steps": (*PRISON[:3], replace(PRISON[3], said="", release_on=None))},
        {"steps": (*PRISON, *steps(("fetched", "2024-06-02 11:00", "office")))},
        {"steps": (*PRISON, *steps(("fetched", "2024-06-03 11:00", None)))},
        {"steps": (*FETCHED, *steps(("expired", "2026-06-02 11:00", None)))},
        {"steps": PRISON[1:]},
        {"steps": (PRISON[1], PRISON[0])},
        {"steps": FETCHED, "members": ()},
        {"steps": FETCHED, "visits": (Visit("home", "person", at("2024-05-01 09:00")),)},
        {"steps": (*FETCHED, *steps(("lost", "2026-12-01 11:00", None)))},
        {"steps": (*FETCHED, *steps(("dual", "2026-06-01 11:00", None)))},
    ],
)
async def test_what_a_page_refuses_is_refused_and_nothing_is_put_down(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises((Refusal, ValueError)):
        await record_past([past(cast, 1, FETCHED), replace(past(cast, 2, FETCHED), **wrong)], NOW)
    assert await fetch_value("SELECT count(*) FROM assistance") == await fetch_value("SELECT count(*) FROM person") == 0


async def test_the_year_counts_them_and_the_pages_show_them(cast: Cast) -> None:
    ids = await record_past(
        [
            past(cast, 1, FETCHED),
            past(cast, 2, FOUND, papers=replace(PAPERS, kind="general"), visits=VISITS[1:]),
            past(cast, 3, SEARCHED, visits=(), supports=()),
            past(cast, 4, (*FETCHED, *steps(("deceased", "2024-12-01 09:00", None))), visits=VISITS[:2]),
            past(cast, 5, PRISON[:3], papers=replace(PAPERS, release_on=date(2027, 1, 4)), visits=(), supports=()),
        ],
        NOW,
    )
    sight = Sight(year_of(2024), NOW)
    counted = {code: await count(FIGURES[code], sight) for code in ("handover_done", "handover_due", "register")}
    assert counted == {"handover_done": 3, "handover_due": 4, "register": 3}
    lapsed = await fetch("SELECT subject_id, rule FROM duty WHERE is_lapsed(state, limit_at, $1)", NOW)
    assert {row["subject_id"] for row in lapsed} <= {ids[2]}
    assert (await reconcile(NOW)).repaired == 0
    dan = await client_for(cast, cast.dan)
    person = await fetch_value("SELECT person FROM assistance WHERE id = $1", ids[0])
    shown = (await dan.get(f"/people/{person}/assistance")).text
    assert "接回：司法所及基层组织接回" in shown and "公益性岗位" in shown and "二类" in shown
