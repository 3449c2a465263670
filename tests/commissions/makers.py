"""Invented commissions, put there and moved on by the same actions as the pages use."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from supervision.access.viewer import Viewer
from supervision.commissions.deciding import NewOpinion, NewResult, decide, record_result
from supervision.commissions.investigating import (
    Investigators,
    NewDraft,
    NewRecord,
    add_record,
    assign_investigators,
    submit_draft,
)
from supervision.commissions.moves import CONTENT as PURPOSE
from supervision.commissions.receiving import Asked, Letter, receive
from supervision.commissions.steps import Step, take_step
from supervision.commissions.tables import CONTENTS, REQUIRED_SOURCES
from supervision.db import fetch_value, insert
from supervision.files.actions import Attached, Upload, keep
from supervision.people.actions import NewPerson
from supervision.sealed import seal
from tests.cast import NOW, Cast, Member
from tests.files.made import pdf
from tests.register import identity_number, viewer_of

_serial = count(1)
CONTENT = dict.fromkeys(CONTENTS, "经调查，情况属实。")


@dataclass(frozen=True)
class Hands:
    """Who does what: the desk, the head who signs, and the two who investigate."""

    desk: Viewer
    head: Viewer
    lead: Viewer
    second: int

    @classmethod
    async def of(cls, cast: Cast, lead: Member | None = None, second: Member | None = None) -> "Hands":
        lead, second = lead or cast.alice, second or cast.bob
        return cls(await viewer_of(cast.dan), await viewer_of(cast.erin), await viewer_of(lead), second.id)

    def pair(self, at: datetime) -> Investigators:
        return Investigators(self.lead.office, self.lead.id, self.second, at)


def letter(
    organ: str = "court", *, fast: bool = False, number: str | None = None, on: date = date(2025, 1, 2)
) -> Letter:
    return Letter(organ, "某区人民法院", number or f"委{next(_serial)}号", on, "probation", "盗窃罪", fast)


def about(name: str = "被调查人") -> Asked:
    """Somebody born on a day of their own, so that no other maker's people have their number."""
    serial = next(_serial)
    born = date(1955, 1, 1) + timedelta(days=serial)
    return Asked(NewPerson(name, "male", born, identity_number(born, serial)), "defendant", address="兴华街七号")


async def received(
    hands: Hands, at: datetime, *, fast: bool = False, organ: str = "court", now: datetime | None = None
) -> int:
    """A commission whose full material came at `at`."""
    return await receive(hands.desk, letter(organ, fast=fast), about(), at, now or at)


async def records(hands: Hands, commission: int, now: datetime) -> None:
    """One record of each source that must be heard."""
    for source in REQUIRED_SOURCES:
        new = NewRecord(source, "村民某，邻居", "村委会", "愿意接纳", now, (hands.lead.id, hands.second))
        await add_record(hands.lead, commission, new, now)


async def bring_to(hands: Hands, commission: int, state: str, now: datetime) -> None:
    """Take a received commission on to a state of the straight way."""
    ways = ("assigned", "investigating", "drafted", "reviewed", "signed", "sent", "closed")
    for at in ways[: ways.index(state) + 1]:
        await _to(hands, commission, at, now)


async def _to(hands: Hands, commission: int, state: str, now: datetime) -> None:
    match state:
        case "assigned":
            await assign_investigators(hands.desk, commission, hands.pair(now), now)
        case "investigating":
            await take_step(hands.lead, commission, Step("accepted", now), now)
        case "drafted":
            await records(hands, commission, now)
            await submit_draft(hands.lead, commission, NewDraft(CONTENT, now), now)
        case "reviewed":
            await take_step(hands.desk, commission, Step("approved", now), now)
        case "signed":
            await decide(hands.head, commission, opinion(now), now)
        case "sent":
            await take_step(hands.desk, commission, Step("sent", now, copied=True), now)
        case "closed":
            await record_result(hands.desk, commission, NewResult("adopted", "probation", now, in_district=True), now)


def opinion(now: datetime) -> NewOpinion:
    return NewOpinion("suitable", f"评字{next(_serial)}号", now, "丁丹、尔林", "符合条件", now)


async def state_of(commission: int) -> str:
    return str(await fetch_value("SELECT state FROM commission WHERE id = $1", commission))


async def for_the_matrix(person: int, officer: Member) -> dict[str, Any]:
    """A commission that is being investigated by this officer, with what hangs on it, as the tables have it."""
    second = await fetch_value("SELECT id FROM staff WHERE login = 'dan'")
    told = {"organ": "court", "organ_name": "某区人民法院", "subject_kind": "defendant", "crime": "盗窃罪"}
    row = told | {"number": f"PG-{person}", "letter_number": f"委{person}", "commissioned_on": NOW.date()}
    made = {"person": person, "intended_kind": "probation", "state": "investigating", "created_at": NOW}
    commission = await insert("commission", row | made)
    then = {"commission": commission, "happened_at": NOW - timedelta(hours=1), "recorded_at": NOW}
    await insert("commission_act", then | {"kind": "received"})
    accepted = await insert("commission_act", then | {"kind": "accepted"})
    await insert("commission_assignment", then | {"office": officer.office, "lead": officer.id, "second": second})
    event = {"commission": commission, "at": NOW, "event": "accepted", "old_state": "assigned"}
    await insert("commission_event", event | {"new_state": "investigating", "fact_kind": "act", "fact_id": accepted})
    sealed = {"heard_sealed": seal("村民", PURPOSE), "content_sealed": seal("愿意接纳", PURPOSE)}
    sealed["place_sealed"] = seal("村委会", PURPOSE)
    two = {"first_investigator": officer.id, "second_investigator": second, "source": "other"}
    return {
        "commission_id": commission,
        "lead_id": officer.id,
        "second_id": second,
        "step_event": "accepted",
        "decision_event": "approved",
        "notice_event": "informed",
        "commission_kind": "record",
        "commission_file_id": await keep(
            None, Attached("commission", commission, None, "received"), Upload("委托函", pdf()), NOW
        ),
        "commission_fact_id": await insert("investigation_record", then | sealed | two),
    }


async def for_the_browser(cast: Cast) -> dict[str, int]:
    """One that Alice investigates, in its amber days, and one whose opinion was sent."""
    hands = await Hands.of(cast)
    running = await received(hands, NOW - timedelta(days=13))
    await bring_to(hands, running, "investigating", NOW - timedelta(days=12))
    await records(hands, running, NOW - timedelta(days=5))
    sent = await received(hands, NOW - timedelta(days=30), fast=True, organ="procuratorate")
    await bring_to(hands, sent, "closed", NOW - timedelta(days=20))
    late = await received(hands, NOW - timedelta(days=40), organ="prison")
    await bring_to(hands, late, "assigned", NOW - timedelta(days=39))
    return {"commission_id": running, "sent_commission_id": sent}
