"""Texts as rows, and a provider that answers as told: what the tests of the outbox stand on."""

from collections import deque
from datetime import datetime, timedelta
from itertools import count

from supervision.db import Record, execute, fetch, fetch_row, insert
from supervision.messages.outbox import Draft, enqueue
from supervision.messages.providers import Accepted, Outgoing
from supervision.people.actions import NewContact, add_contact

_serial = count(1)
MOBILE = "13800000001"


async def contact_of(person: int, now: datetime, number: str = MOBILE, **more) -> int:
    """One more number of a person."""
    return await add_contact(person, NewContact("phone", number, **more), now, None)


async def somebody(now: datetime) -> int:
    """A person without anything."""
    return await insert(
        "person",
        {"name": "某人", "pinyin": "mr", "sex": "unknown", "doc_kind": "identity_card", "created_at": now},
    )


async def queued(now: datetime, *, person: int | None = None, number: str = MOBILE, **changes) -> int:
    """One waiting text to a person; its id."""
    person = person or await somebody(now)
    contact = await contact_of(person, now, number)
    usual = {
        "kind": "reminder",
        "body": "提醒：11月27日来电，请按约办理。",
        "once_key": f"test/{next(_serial)}",
        "number": f"+86{number}",
        "not_before": now,
        "not_after": now + timedelta(days=2),
        "person": person,
        "contact": contact,
    }
    draft = Draft(**{**usual, **changes})
    return (await enqueue([draft], now))[draft.once_key]


async def text_row(message: int) -> Record:
    """A text as it is in the database."""
    row = await fetch_row("SELECT * FROM message WHERE id = $1", message)
    assert row is not None
    return row


async def state_of(message: int) -> str:
    return str((await text_row(message))["state"])


async def texts_of(person: int) -> list[Record]:
    """The texts to a person, oldest first."""
    return await fetch("SELECT * FROM message WHERE person = $1 ORDER BY id", person)


async def change(message: int, **values) -> None:
    """Put a text into another state, as an earlier run would have left it."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 2))
    await execute(f"UPDATE message SET {sets} WHERE id = $1", message, *values.values())


class Told:
    """A provider that answers each text as it was told, and keeps what it was handed."""

    name = "told"

    def __init__(self, *answers: Exception | str) -> None:
        self.answers = deque(answers)
        self.sent: list[Outgoing] = []

    async def send(self, message: Outgoing) -> Accepted:
        self.sent.append(message)
        answer = self.answers.popleft() if self.answers else "queued"
        if isinstance(answer, Exception):
            raise answer
        return Accepted(f"ref-{message.reference}", answer)

    async def close(self) -> None:
        return None
