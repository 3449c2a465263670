"""Duties, alerts and bare people by plain SQL: where a test needs a limit to the second."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from supervision.days import local_day
from supervision.db import insert
from supervision.people.pinyin import readings
from tests.cast import Cast, Member

WHY = {
    "rule": "SU-01",
    "article": "《社区矫正法实施办法》第24条",
    "variant": "phone",
    "level": "normal",
    "parameters": {"report.phone.normal": "1w"},
    "anchor": "2026-10-12",
    "every": "1w",
    "step": 6,
    "opens_before": "6d",
    "limit_after": 0,
}


async def bare_person(cast: Cast, name: str, *, officer: Member | None = None, **order: Any) -> tuple[int, int]:
    """A person with an open order and an officer, and nothing owed; (person, order)."""
    whose = officer or cast.alice
    person = await insert(
        "person",
        {
            "name": name,
            "pinyin": readings(name),
            "sex": "male",
            "born_on": date(1990, 3, 7),
            "doc_kind": "identity_card",
        }
        | {"created_at": cast.now},
    )
    values = {
        "number": f"B{person:05d}",
        "person": person,
        "kind": "probation",
        "crime": "盗窃罪",
        "start_on": date(2026, 1, 1),
        "end_on": date(2027, 12, 31),
        "registered_at": cast.now - timedelta(days=300),
        "state": "in_correction",
        "ledger_from": date(2026, 1, 1),
        "created_at": cast.now,
    }
    made = await insert("orders", values | order)
    await insert(
        "responsibility",
        {
            "subject_kind": "order",
            "subject_id": made,
            "person": person,
            "office": whose.office,
            "staff": whose.id,
            "role": "main",
            "from_at": cast.now - timedelta(days=300),
            "recorded_at": cast.now,
        },
    )
    return person, made


async def owe(cast: Cast, who: tuple[int, int], limit_at: datetime, **values: Any) -> int:
    """A duty of the person, open until the limit; its id."""
    row = {
        "subject_kind": "order",
        "subject_id": who[1],
        "person": who[0],
        "owed_by": "person",
        "rule": "SU-01",
        "variant": "phone",
        "period": limit_at.isoformat(),
        "opens_at": limit_at - timedelta(days=6),
        "due_at": limit_at,
        "limit_at": limit_at,
        "raw_due_on": local_day(limit_at),
        "state": "open",
        "source": "rule",
        "rule_version": 1,
        "why": json.dumps(WHY, ensure_ascii=False),
        "created_at": cast.now - timedelta(days=30),
    }
    return await insert("duty", row | values)


async def warn(cast: Cast, who: tuple[int, int], since_at: datetime, **values: Any) -> int:
    """An open alert about the person, with Alice; its id."""
    row = {
        "finding_key": f"{who[0]}:{since_at.isoformat()}",
        "subject_kind": "order",
        "subject_id": who[1],
        "person": who[0],
        "kind": "no_class",
        "severity": "serious",
        "since_at": since_at,
        "opened_at": since_at,
        "assigned_to": cast.alice.id,
        "anchor_at": since_at,
        "step": "look",
        "next_step_at": since_at + timedelta(days=1),
    }
    return await insert("alert", row | values)


async def visit(cast: Cast, who: tuple[int, int], limit_at: datetime) -> tuple[int, int]:
    """What the person owes as a prisoner's family, with its alert, which is with Dan; ids of the duty and of the alert."""
    of = {"subject_kind": "booking", "subject_id": who[1]}
    duty = await owe(cast, who, limit_at, rule="VV-13", variant="attend", **of)
    more = {"kind": "VV-13", "duty": duty, "finding_key": None, "assigned_to": cast.dan.id}
    return duty, await warn(cast, who, limit_at, **of, **more)
