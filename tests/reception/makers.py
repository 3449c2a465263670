"""Whose reception is counted in the tests of this slice, and the people in it."""

from datetime import date, datetime
from typing import Any

from supervision.days import SHANGHAI
from supervision.db import execute, fetch_row, insert
from tests.cast import NOW, Cast
from tests.register import OnRegister, on_register

MEN = ("李建国", "王保民", "张德胜")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def count_from_the_beginning() -> None:
    """The clocks of the reception are counted, whenever they began."""
    await insert(
        "parameter",
        {
            "key": "reception.counted",
            "valid_from": at("2020-01-02 00:00"),
            "value": "true",
            "source": "测试",
            "recorded_at": NOW,
        },
    )


async def received(cast: Cast, *, woman: bool = False, born_on: date | None = None, **more: Any) -> OnRegister:
    """Somebody of Alice's who was enrolled just now."""
    one = await on_register(cast, **more)
    if woman:
        await execute("UPDATE person SET sex = 'female' WHERE id = $1", one.person)
    if born_on:
        await execute("UPDATE person SET born_on = $2 WHERE id = $1", one.person, born_on)
    return one


def team(*names: str, sex: str = "male", **more: str) -> dict[str, str]:
    """The form of a team of these members."""
    form = {"happened_at": "2026-11-25T08:30"}
    for n, name in enumerate(names, start=1):
        form |= {f"name-{n}": name, f"role-{n}": "village", f"sex-{n}": sex}
    return form | more


async def duty(order: int, rule: str) -> Any:
    """The duty of the rule that isn't void."""
    return await fetch_row(
        "SELECT * FROM duty WHERE subject_kind = 'order' AND subject_id = $1 AND rule = $2 AND state <> 'void'",
        order,
        rule,
    )
