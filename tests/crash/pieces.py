"""The pieces of work that are killed: each with its starting state and what a restarted process does."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jobs import work as jobs_work
from jobs.job import Work as JobWork
from jobs.run import run_due, run_job
from jobs.schedule import SCHEDULE
from supervision.alerts.escalate import escalate
from supervision.alerts.watch import watch
from supervision.checkins.actions import record_checkin, report, withdraw
from supervision.checkins.calls import Call, record_calls
from supervision.clock import FixedClock
from supervision.db import execute, fetch, fetch_value, insert
from supervision.errors import Refusal
from supervision.exchange.actions import import_sheet
from supervision.exchange.intake import Options, SheetFile
from supervision.exchange.undo import undo
from supervision.messages.delivery import deliver
from supervision.messages.outbox import CUT_OFF_AFTER, claim
from supervision.messages.providers import Accepted, Outgoing, Refused, Unavailable, Unclear
from supervision.messages.reminders import remind
from supervision.orders.actions import Ending, end_order
from supervision.orders.withdrawals import withdraw as withdraw_fact
from supervision.settings.slots import CUT_OFF
from tests.cast import NOW, Member, assemble
from tests.crash.killing import COUNTING, Work
from tests.exchange.made import workbook
from tests.exchange.taken import HISTORY, another, sheet
from tests.messages.texts_made import queued
from tests.register import awaited, on_register, viewer_of

SINCE = NOW - timedelta(days=23)
LATER = NOW + timedelta(days=2)
UP_AGAIN = max(CUT_OFF, CUT_OFF_AFTER) + timedelta(minutes=1)
"""How long after a death everything is done again: a slot and a text that were cut off are known to be by then."""
RESTARTED = NOW + UP_AGAIN
TICK = timedelta(minutes=1)
WIRE = Path(tempfile.gettempdir()) / f"supervision-wire-{os.getpid()}"
"""What the carrier has taken, a reference a line: it remembers whatever dies here."""


@dataclass(frozen=True)
class Piece:
    """A piece of work. `whole`: at its death all of it is there, or nothing. `alike`: a restart ends as if nobody had died.

    `planted`: its ledger has faults to begin with, which are to be found. `seldom`: its like is in the suite, and it is
    tried by `python -m tests.crash` alone.
    """

    name: str
    begin: Work
    work: Work
    again: Work
    at: datetime = NOW
    whole: bool = False
    alike: bool = True
    planted: bool = False
    seldom: bool = False
    wrong: Callable[[], list[str]] = list
    """What else is wrong in the end, beside the promises."""

    @property
    def settled_at(self) -> datetime:
        """When everything that is due is done in the end."""
        return self.at + UP_AGAIN + TICK


async def base() -> None:
    """The cast, four people with lapses and findings, one who never came."""
    cast = await assemble()
    for n, name in enumerate(("王一", "王二", "王三")):
        await on_register(cast, name=name, at=SINCE, phone=f"1990000010{n}")
    await on_register(cast, name="李四", at=SINCE, level=None, phone=None)
    await awaited(cast, effective_on=(NOW - timedelta(days=12)).date(), at=SINCE)


async def order_of(name: str) -> tuple[int, int]:
    """Person and order."""
    [row] = await fetch(
        "SELECT p.id, o.id AS order FROM person p JOIN orders o ON o.person = p.id WHERE name = $1", name
    )
    return row["id"], row["order"]


async def member(login: str) -> Member:
    """One of the cast, as in the database."""
    [row] = await fetch("SELECT id, login, name, role, office FROM staff WHERE login = $1", login)
    return Member(*row)


def job(name: str, at: datetime) -> Work:
    """A job of the schedule with its slot, as the process runs it."""

    async def run() -> None:
        [one] = [one for one in SCHEDULE if one.name == name]
        await run_job(one, JobWork(FixedClock(at), Carrier()))

    return run


def settle(at: datetime) -> Work:
    """Two ticks of everything that is due: what the first one's sender finds, the second one's watch tells."""

    async def run() -> None:
        for moment in (at, at + TICK):
            await run_due(FixedClock(moment), Carrier())

    return run


# -- watch, escalate ------------------------------------------------------------------------------------------


async def nothing() -> None:
    """The base as it is."""


async def watching() -> None:
    await watch(NOW)


async def watching_in_batches() -> None:
    """Which of several lapses of one moment are in which batch is chance: the ends can't be compared row by row."""
    await watch(NOW, limit=15)


async def watched() -> None:
    await watch(NOW)
    alice = await member("alice")
    deputy = (await member("hal")).id
    times = {"from_at": NOW, "to_at": LATER + timedelta(days=9), "recorded_at": NOW}
    await insert("absence", {"staff": alice.id, "deputy": deputy, **times})


async def escalating() -> None:
    await escalate(LATER)


# -- texts ----------------------------------------------------------------------------------------------------

FATES = {"0": "accepted", "1": "refused", "2": "unavailable", "3": "unclear", "4": "accepted", "5": "accepted"}
"""Last digit of a number → what the carrier says to a text to it."""


class Carrier:
    """A carrier that is another machine: what it has taken stays taken when we die."""

    name = "carrier"

    async def send(self, message: Outgoing) -> Accepted:
        step = COUNTING.before("wire")
        answer = _answer(message)
        COUNTING.after(step)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is held open."""


def _answer(message: Outgoing) -> Accepted | Exception:
    """What the carrier does with a text, on its side."""
    fate, away = FATES.get(message.to[-1], "accepted"), f"{message.reference} away"
    if fate == "unavailable" and away not in wire():
        _take(away)
        return Unavailable("暂时不通。")
    if fate == "refused":
        return Refused("空号。", code="1", reason="bad_number")
    _take(message.reference)
    return Unclear("没有答复。") if fate == "unclear" else Accepted(f"ref-{message.reference}", "queued")


def _take(line: str) -> None:
    with WIRE.open("a", encoding="utf-8") as taken:
        taken.write(f"{line}\n")


def wire() -> list[str]:
    """What the carrier has taken since the piece began."""
    return WIRE.read_text(encoding="utf-8").split("\n")[:-1] if WIRE.exists() else []


def sent_twice() -> list[str]:
    """Texts that the carrier was handed more than once."""
    lines = wire()
    return [f"text {one} went out {lines.count(one)} times (G6)" for one in sorted({*lines}) if lines.count(one) > 1]


async def waiting() -> None:
    person, _ = await order_of("王一")
    for digit in FATES:
        await queued(NOW, person=person, number=f"1380000000{digit}", at_once=True)
    text = await fetch_value("SELECT min(id) FROM message")
    early = {"provider_ref": f"ref-{text}", "status": "delivered", "received_at": NOW}
    await insert("receipt", early)


async def claiming() -> None:
    await claim(NOW, 50, "one that dies")


async def delivering() -> None:
    await deliver(Carrier(), lambda: NOW, "one that dies")


async def back_at_sending() -> None:
    """The jobs of the texts, once the cut-off is known, and once the delay of a retry is over."""
    for at in (RESTARTED, RESTARTED + TICK):
        await run_due(FixedClock(at), Carrier(), jobs=[one for one in SCHEDULE if one.name in ("sweep", "send")])


async def reminding() -> None:
    await remind(NOW)


# -- what staff do --------------------------------------------------------------------------------------------


def once(work: Work) -> Work:
    """Done again by somebody who doesn't know whether it was done: a refusal tells that it was."""

    async def run() -> None:
        try:
            await work()
        except Refusal:
            return

    return run


async def calling() -> None:
    alice = await viewer_of(await member("alice"))
    call = Call((await order_of("王一"))[1], "answered", NOW - timedelta(minutes=9))
    await record_calls(alice, [call], NOW)


async def reported() -> None:
    """A report that met a duty, of somebody whose other lapses are known."""
    await watch(NOW)
    alice = await viewer_of(await member("alice"))
    for days in (5, 12):
        await record_checkin(alice, (await order_of("王一"))[1], report("phone", NOW - timedelta(days=days)), NOW)


async def withdrawing() -> None:
    bob = await viewer_of(await member("bob"))
    person, order = await order_of("王一")
    fact = await fetch_value("SELECT min(id) FROM report WHERE order_id = $1", order)
    await withdraw(bob, person, ("report", fact), reason="录错", now=LATER)


async def ended() -> None:
    await watch(NOW)
    _, order = await order_of("王一")
    dan = await viewer_of(await member("dan"))
    await end_order(dan, order, Ending("revoked", NOW - timedelta(days=1), "裁定书"), NOW)


async def withdrawing_the_end() -> None:
    dan = await viewer_of(await member("dan"))
    person, order = await order_of("王一")
    fact = await fetch_value("SELECT id FROM order_end WHERE order_id = $1", order)
    await withdraw_fact(dan, person, ("end", fact), reason="录错", now=LATER)


async def unregistering() -> None:
    dan = await viewer_of(await member("dan"))
    person, order = await order_of("李四")
    fact = await fetch_value("SELECT id FROM registration WHERE order_id = $1", order)
    await withdraw_fact(dan, person, ("registration", fact), reason="录错", now=NOW)


# -- sheets ---------------------------------------------------------------------------------------------------


ROSTER = sheet(*(another(n) for n in (301, 302, 303)), another(304, 身份证号="140190"))
"""Four people; one of them can't be read. Made once: each making has another hash."""
PAST = SheetFile(
    "历史.xlsx",
    workbook(
        报到=[HISTORY, ["SQ0301", "", "2026-11-02", "2026-11-02", "电话"], ["SQ0302", "", "2026-11-02", "", "电话"]]
    ),
)
"""What two of them did before."""


async def importing() -> None:
    await import_sheet(None, ROSTER, Options(), FixedClock(NOW))


async def importing_the_history() -> None:
    await import_sheet(None, PAST, Options(), FixedClock(NOW + timedelta(minutes=1)))


async def undoing() -> None:
    run = await fetch_value("SELECT max(id) FROM import_run")
    await undo(None, run, NOW + timedelta(minutes=2))


# -- the night ------------------------------------------------------------------------------------------------


async def damaged() -> None:
    """A watched ledger with two faults: a slot that was moved, one that nobody closed."""
    await watch(NOW)
    _, order = await order_of("王二")
    slots = await fetch("SELECT id FROM duty WHERE subject_id = $1 AND opens_at > $2 ORDER BY opens_at, id", order, NOW)
    moved, closed = (row["id"] for row in slots[:2])
    await execute("UPDATE duty SET due_at = due_at - interval '1 day' WHERE id = $1", moved)
    await execute("UPDATE duty SET state = 'void', closed_at = $2, cause = '误' WHERE id = $1", closed, NOW)


async def reconciling() -> None:
    await jobs_work.reconcile(JobWork(FixedClock(LATER), Carrier()))


async def sealing() -> None:
    await jobs_work.seal(JobWork(FixedClock(NOW), Carrier()))


PIECES = (
    Piece("watch", nothing, watching, watching),
    Piece("watch in batches", nothing, watching_in_batches, watching_in_batches, alike=False),
    Piece("escalate", watched, escalating, escalating, at=LATER),
    Piece("remind", watched, reminding, reminding),
    Piece("claim", waiting, claiming, back_at_sending, alike=False, wrong=sent_twice),
    Piece("deliver", waiting, delivering, back_at_sending, alike=False, wrong=sent_twice),
    Piece("record calls", nothing, calling, once(calling), whole=True),
    Piece("withdraw report", reported, withdrawing, once(withdrawing), at=LATER, whole=True),
    Piece("withdraw end", ended, withdrawing_the_end, once(withdrawing_the_end), at=LATER, whole=True, seldom=True),
    Piece("withdraw registration", nothing, unregistering, once(unregistering), whole=True, seldom=True),
    Piece("import roster", nothing, importing, importing, whole=True),
    Piece("import history", importing, importing_the_history, importing_the_history, whole=True, seldom=True),
    Piece("undo import", importing, undoing, once(undoing), whole=True, seldom=True),
    Piece("reconcile", damaged, reconciling, reconciling, at=LATER, planted=True),
    Piece("seal", watched, sealing, sealing),
    Piece("roll call", nothing, job("roll_call", NOW), job("roll_call", RESTARTED), alike=False),
)
