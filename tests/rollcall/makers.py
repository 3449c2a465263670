"""Small makers by plain SQL: an order at each stage, its facts, and what a watch would have raised."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from supervision.alerts.follow import follow
from supervision.alerts.watch import watch
from supervision.days import SHANGHAI, add_days, local_day
from supervision.db import execute, fetch_value, insert
from supervision.resettlement.handover import not_handed_over
from supervision.rollcall.take import Taken, roll_call
from supervision.settings.terms import seed
from tests.cast import NOW, Cast

SECOND = timedelta(seconds=1)
TODAY = local_day(NOW)


@dataclass(frozen=True)
class Made:
    """A person and the order."""

    person: int
    order: int


def at(text: str) -> datetime:
    """'2026-11-25 09:00' in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def person(name: str = "赵一", when: datetime = NOW) -> int:
    values = {"name": name, "pinyin": "zy", "sex": "male", "born_on": date(1990, 5, 1), "doc_kind": "identity_card"}
    return await insert("person", values | {"created_at": when})


async def awaited(cast: Cast, effective_on: date, *, name: str = "赵一", office: bool = True, **more: Any) -> Made:
    """An order whose judgment took effect that day, given to Alice; the person hasn't come yet."""
    when = at(f"{effective_on} 08:00")
    await seed(when)
    one = await person(name, when)
    values: dict[str, Any] = {
        "number": f"SJ-{one}",
        "person": one,
        "kind": "probation",
        "crime": "危险驾驶罪",
        "effective_on": effective_on,
        "start_on": effective_on,
        "end_on": add_days(effective_on, 720),
        "state": "due",
        "ledger_from": effective_on,
        "created_at": when,
    }
    made = Made(one, await insert("orders", values | more))
    if office:
        await give(made, cast.alice.office, cast.alice.id, when)
    await follow([made.order], when)
    return made


async def give(made: Made, office: int, staff: int | None, when: datetime) -> None:
    """The file goes to this office and member of its staff."""
    mine = "subject_kind = 'order' AND subject_id = $1 AND to_at IS NULL"
    await execute(f"UPDATE responsibility SET to_at = $2 WHERE {mine}", made.order, when)
    values = {"subject_kind": "order", "subject_id": made.order, "person": made.person, "office": office}
    await insert("responsibility", values | {"staff": staff, "role": "main", "from_at": when, "recorded_at": when})


async def enrolled(cast: Cast, registered_at: datetime, *, level: str | None = "normal", **more: Any) -> Made:
    """Somebody who reported on the day on which the judgment took effect, and got a class."""
    made = await awaited(cast, local_day(registered_at), **more)
    fact = {"order_id": made.order, "happened_at": registered_at, "recorded_at": registered_at}
    await insert("registration", fact)
    await execute(
        "UPDATE orders SET registered_at = $2, state = 'in_correction' WHERE id = $1", made.order, registered_at
    )
    if level:
        await insert("class_decision", fact | {"level": level, "reason": "入矫"})
    await follow([made.order], registered_at)
    return made


async def in_order(cast: Cast, **more: Any) -> Made:
    """Enrolled yesterday: nothing has fallen due yet, except nothing."""
    return await enrolled(cast, NOW - timedelta(days=1), **more)


async def report(
    made: Made, happened_at: datetime, *, mode: str = "in_person", recorded_at: datetime | None = None
) -> int:
    """A report as an action would record it."""
    known = recorded_at or happened_at
    fact = {"order_id": made.order, "mode": mode, "happened_at": happened_at, "recorded_at": known}
    found = await insert("report", fact)
    await follow([made.order], known)
    return found


async def detain(made: Made, from_at: datetime, *, kind: str = "custody") -> int:
    """A pause without an end, recorded at once."""
    values = {"subject_kind": "order", "subject_id": made.order, "kind": kind, "from_at": from_at}
    found = await insert("pause", values | {"evidence": "通知书", "recorded_at": from_at})
    await follow([made.order], from_at)
    return found


async def end(cast: Cast, made: Made, when: datetime, *, kind: str = "released") -> int:
    """The end fact and what the action does to the order; of whoever is released a reason says why no help follows."""
    values = {"order_id": made.order, "kind": kind, "happened_at": when, "reason": "期满", "recorded_at": when}
    found = await insert("order_end", values | {"recorded_by": cast.dan.id})
    await execute("UPDATE orders SET ended_at = $2, end_kind = $3, state = $3 WHERE id = $1", made.order, when, kind)
    if kind == "released":
        await not_handed_over(made.order, "本人已迁居外省", when, by=cast.dan.id)
    await follow([made.order], when)
    return found


async def bucket_of(made: Made, when: datetime = NOW) -> str:
    """The bucket at that moment, after nothing but a look."""
    taken = await roll_call(when, live=True)
    found = [entry.bucket for entry in taken.entries if entry.order == made.order]
    assert len(found) <= 1
    return found[0] if found else "not in the register"


async def watched(when: datetime) -> None:
    """The watch has run until then."""
    await watch(when)


async def limit_of(made: Made, rule: str, variant: str) -> datetime:
    """The first limit of a rule's slot."""
    found: datetime = await fetch_value(
        "SELECT min(limit_at) FROM duty WHERE subject_id = $1 AND rule = $2 AND variant = $3 AND state = 'open'",
        made.order,
        rule,
        variant,
    )
    return found


def codes(taken: Taken) -> dict[str, tuple[str, ...]]:
    """Person number → how the person is lost."""
    return {named.number: named.codes for named in taken.strays}


def missing(taken: Taken) -> dict[str, str]:
    """Person number → what the remainder says is missing."""
    return {named.number: named.what for named in taken.remainder}
