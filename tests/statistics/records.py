"""Rows of the other slices as plain facts, for what is counted of them."""

from datetime import datetime
from typing import Any

from supervision.db import fetch_value, insert
from tests.cast import NOW, Cast
from tests.register import OnRegister
from tests.statistics.conftest import at


async def stranger(name: str) -> int:
    """A person on no register."""
    values = {"name": name, "pinyin": "x", "sex": "male", "doc_kind": "none", "created_at": at("2024-01-01 09:00")}
    return await insert("person", values)


async def commission(cast: Cast, organ: str, when: str, *, state: str = "received", number: int = 0) -> int:
    """An investigation that was asked for; the act by which it was received. A void one's is withdrawn (as `void` does)."""
    moment = at(when)
    made = await insert(
        "commission",
        {
            "number": f"委{number}-{organ}-{when}",
            "organ": organ,
            "organ_name": "某机关",
            "letter_number": f"{organ} {when} {state}",
            "commissioned_on": moment.date(),
            "subject_kind": "defendant",
            "person": await stranger("委甲"),
            "minor": False,
            "fast_track": False,
            "crime": "盗窃罪",
            "intended_kind": "probation",
            "state": state,
            "created_at": moment,
        },
    )
    act = {"commission": made, "kind": "received", "happened_at": moment, "recorded_at": moment}
    return await insert("commission_act", act | ({"withdrawn_at": moment} if state == "void" else {}))


async def decision(cast: Cast, one: OnRegister, measure: str, when: str) -> int:
    """A decision of discipline in a case of its own."""
    moment, of = at(when), {"order_id": one.order}
    item = "admonition_1" if measure == "admonition" else "warning_1"
    case = {"person": one.person, "source": "hand", "state": await _closed_state(), "opened_at": moment}
    case_id = await insert("discipline_case", of | case)
    values = {"case_id": case_id, "measure": measure, "item": item, "reason": "违反报告规定"}
    return await insert("discipline_decision", of | values | {"happened_at": moment, "recorded_at": moment})


async def _closed_state() -> str:
    from supervision.discipline.tables import STATES

    return STATES[-1]


STEPS = {
    "to_connect": "announced",
    "connected": "arrived",
    "in_help": "file",
    "not_connected": "missed",
    "off": "lost",
    "taken_back": "taken_back",
}


async def assistance(release_on: str | None, **more: Any) -> int:
    """A period of help of somebody released from prison, with its steps; connected unless said otherwise."""
    day = datetime.fromisoformat(release_on).date() if release_on else None
    connected = at(f"{release_on} 10:00") if release_on else None
    values = {
        "person": await stranger("帮甲"),
        "source": "prison",
        "kind": "general",
        "known_on": day,
        "release_on": day,
        "connected_at": connected,
        "from_on": day,
        "state": "in_help",
        "ledger_from": day,
        "created_at": connected or at("2024-01-01 09:00"),
    } | more
    made = await insert("assistance", values)
    passed = ["to_connect"] + ["connected"] * (values["connected_at"] is not None) + [values["state"]]
    for state in dict.fromkeys(passed):
        moment = values["connected_at"] if state == "connected" else values.get("ended_at") or values["created_at"]
        step = {"assistance": made, "event": STEPS[state], "new_state": state, "happened_at": moment}
        await insert("assistance_step", step | {"recorded_at": values["created_at"]})
    return made


async def booking(cast: Cast, when: str, *, state: str, visitors: int, number: str) -> int:
    """A booking whose visitors came, and what became of the session."""
    moment = at(when)
    stamp = {"recorded_at": moment}
    prison = await fetch_value("SELECT max(id) FROM prison") or await insert(
        "prison", stamp | {"name": "某监狱", "in_province": True}
    )
    inside = await stranger("服刑甲")
    prisoner = await insert("prisoner", stamp | {"person": inside})
    family = [
        await insert(
            "family_member",
            stamp | {"prisoner": prisoner, "person": await stranger("家属"), "kinship": "parent", "state": "ok"},
        )
        for _ in range(visitors)
    ]
    made = await insert(
        "booking",
        stamp
        | {
            "number": number,
            "prisoner": prisoner,
            "person": inside,
            "prison": prison,
            "applicant": family[0],
            "wanted_on": moment.date(),
            "state": state,
            "happened_at": moment,
        },
    )
    for one in family:
        await insert("booking_arrival", stamp | {"booking": made, "family": one, "happened_at": moment})
    step = {"done": "end", "terminated": "breach", "failed": "fail", "no_show": "miss"}[state]
    event = {"booking": made, "step": step, "new_state": state, "happened_at": moment}
    await insert("booking_event", stamp | event)
    return made


async def alert_about(cast: Cast, kind: str, about: tuple[str, int], **values: Any) -> int:
    """An open alert of a finding about a subject, with Dan."""
    row = {
        "finding_key": f"{about[0]}/{about[1]}/{kind}",
        "subject_kind": about[0],
        "subject_id": about[1],
        "kind": kind,
    }
    row |= {"severity": "notice", "since_at": NOW, "opened_at": NOW, "anchor_at": NOW, "step": "look"}
    return await insert("alert", row | {"next_step_at": NOW, "assigned_to": cast.dan.id} | values)


async def commission_of(cast: Cast, office: str) -> int:
    """An investigation that an office has, of nobody in it."""
    await commission(cast, "court", "2026-11-20 09:00")
    made: int = await fetch_value("SELECT max(id) FROM commission")
    file = {"subject_kind": "commission", "subject_id": made, "office": cast.offices[office], "role": "main"}
    await insert("responsibility", file | {"from_at": NOW, "recorded_at": NOW})
    return made
