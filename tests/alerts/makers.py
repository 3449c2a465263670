"""Small makers of facts by plain SQL: an order with its officer and class, reports, decisions, absences."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from supervision.alerts.follow import follow
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert
from supervision.people.actions import NewContact, contact_row
from supervision.settings.terms import seed


@dataclass(frozen=True)
class Made:
    """A person and the order."""

    person: int
    order: int


async def make_order(office: int, staff: int | None, registered_at: datetime, *, name: str = "赵一") -> Made:
    """A person on probation, registered and of normal class, with a phone; nothing has been synced yet."""
    await seed(registered_at)
    person = await insert(
        "person",
        {
            "name": name,
            "pinyin": "zy",
            "sex": "male",
            "born_on": date(1990, 5, 1),
            "doc_kind": "id",
            "created_at": registered_at,
        },
    )
    day = registered_at.date()
    order = await insert(
        "orders",
        {
            "number": f"SJ-{person}",
            "person": person,
            "kind": "probation",
            "crime": "危险驾驶罪",
            "start_on": day,
            "end_on": date(day.year + 1, day.month, 1),
            "registered_at": registered_at,
            "state": "in_correction",
            "ledger_from": day,
            "created_at": registered_at,
        },
    )
    await _facts(person, order, registered_at)
    await assign(Made(person, order), office, staff, registered_at)
    return Made(person, order)


async def _facts(person: int, order: int, at: datetime) -> None:
    await insert("registration", {"order_id": order, "happened_at": at, "recorded_at": at})
    await insert(
        "class_decision", {"order_id": order, "level": "normal", "happened_at": at, "reason": "入矫", "recorded_at": at}
    )
    number = NewContact("phone", f"1390000{person % 10000:04d}")
    await insert("contact", contact_row(person, number, at, None))


async def assign(made: Made, office: int, staff: int | None, at: datetime) -> None:
    """Give the file to an office and one of its staff from a moment on."""
    mine = "subject_kind = 'order' AND subject_id = $1 AND to_at IS NULL"
    await execute(f"UPDATE responsibility SET to_at = $2 WHERE {mine}", made.order, at)
    await insert(
        "responsibility",
        {
            "subject_kind": "order",
            "subject_id": made.order,
            "person": made.person,
            "office": office,
            "staff": staff,
            "role": "main",
            "from_at": at,
            "recorded_at": at,
        },
    )


async def report(order: int, mode: str, happened_at: datetime, now: datetime) -> int:
    """A report of the person as an action would record it."""
    made = await insert("report", {"order_id": order, "mode": mode, "happened_at": happened_at, "recorded_at": now})
    await follow([order], now)
    return made


async def withdraw_report(report_id: int, order: int, now: datetime) -> None:
    await execute("UPDATE report SET withdrawn_at = $2 WHERE id = $1", report_id, now)
    await follow([order], now)


async def pause(order: int, from_at: datetime, to_at: datetime | None, now: datetime, *, kind: str = "custody") -> int:
    made = await insert(
        "pause",
        {
            "subject_kind": "order",
            "subject_id": order,
            "kind": kind,
            "from_at": from_at,
            "to_at": to_at,
            "evidence": "羁押通知书",
            "recorded_at": now,
        },
    )
    await follow([order], now)
    return made


async def absent(staff: int, from_at: datetime, to_at: datetime, deputy: int | None = None) -> None:
    await insert(
        "absence", {"staff": staff, "deputy": deputy, "from_at": from_at, "to_at": to_at, "recorded_at": from_at}
    )


async def regular_duty(order: int, period: str, variant: str = "in_person") -> Record:
    """The slot of a regular report."""
    row = await fetch_row(
        "SELECT * FROM duty WHERE subject_id = $1 AND rule = 'SU-01' AND variant = $3 AND period = $2",
        order,
        period,
        variant,
    )
    assert row is not None
    return row


async def alerts_of(order: int) -> list[Record]:
    """All alerts of an order, by rule, variant, period."""
    return await fetch(
        """SELECT a.*, coalesce(d.variant, f.variant) AS variant, coalesce(d.period, f.period) AS period
             FROM alert a LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
            WHERE a.subject_id = $1 ORDER BY a.kind, variant, period, a.id""",
        order,
    )


async def alert_on(order: int, period: str, variant: str = "in_person", kind: str = "SU-01") -> Record:
    """The one alert about that slot."""
    found = [a for a in await alerts_of(order) if (a["kind"], a["variant"], a["period"]) == (kind, variant, period)]
    assert len(found) == 1, found
    return found[0]


async def events_of(alert: int) -> list[str]:
    return list(await fetch_value("SELECT array_agg(kind ORDER BY id) FROM alert_event WHERE alert = $1", alert) or [])


async def alert_without_person(kind: str, subject: int, staff: int, at: datetime) -> int:
    """An alert about a subject of which no person is known, as the watch would raise it of a finding."""
    finding = {"rule": "parcel_astray", "variant": "", "period": "once", "since_at": at, "severity": "serious"}
    about = {"subject_kind": kind, "subject_id": subject}
    made = await insert("finding", about | finding | {"state": "open", "created_at": at, "alerted_at": at})
    return await insert(
        "alert",
        about
        | {
            "finding": made,
            "finding_key": f"{kind}/{subject}/parcel_astray//once",
            "kind": "parcel_astray",
            "severity": "serious",
            "since_at": at,
            "opened_at": at,
            "assigned_to": staff,
            "anchor_at": at,
            "step": "look",
            "next_step_at": at + timedelta(hours=8),
        },
    )


async def counted(sql: str, *args: Any) -> int:
    return int(await fetch_value(sql, *args))
