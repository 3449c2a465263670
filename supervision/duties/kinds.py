"""The kinds of subject that owe duties, each a table of one row a subject; the app lists them, the ledger knows no slice."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from supervision.db import execute, fetch

ORDER = "order"
CHUNK = 400
"""Subjects of one question: a fixed number of statements asks and writes for all of them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the subjects of a kind are, and which of them may still come to owe something new."""

    name: str
    table: str
    living: str
    """SQL over a row `s` of the table. The nightly proof looks at these, and at whatever else has an open duty or finding."""
    person: str | None = "person"
    """The column of the person; None where there is none."""
    seen_by: str | None = None
    """Of a kind that is in no office's charge: the permission without which nobody sees what is open about it."""


_kinds: dict[str, Kind] = {}


def add_kind(kind: Kind) -> None:
    """Let the subjects of a kind owe duties."""
    _kinds[kind.name] = kind


def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which the app names them: whoever locks subjects of several does it in this order."""
    return tuple(_kinds.values())


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return _kinds[name]


def by_kind(subjects: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Subjects of several kinds, kind by kind in the order of locking, each id once."""
    found = sorted(set(subjects))
    parts = {name: [id for kind, id in found if kind == name] for name in _kinds}
    return {name: ids for name, ids in parts.items() if ids}


async def lock(name: str, ids: Sequence[int]) -> None:
    """Lock subjects of one kind, as everybody locks them: by id, before their alerts; in a transaction."""
    await execute(f"SELECT id FROM {kind_of(name).table} WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids))


async def subjects_in_chunks(name: str) -> AsyncIterator[list[int]]:
    """The ids of all subjects of a kind whose ledger may still change, from the bare table, some hundreds at a time."""
    kind = kind_of(name)
    statement = f"""SELECT s.id FROM {kind.table} s
                     WHERE s.id > $1 AND ({kind.living} OR EXISTS (
                           SELECT FROM duty d WHERE d.subject_kind = $3 AND d.subject_id = s.id AND d.state = 'open')
                        OR EXISTS (
                           SELECT FROM finding f WHERE f.subject_kind = $3 AND f.subject_id = s.id AND f.state = 'open'))
                     ORDER BY s.id LIMIT $2"""
    last = 0
    while rows := await fetch(statement, last, CHUNK, name):
        ids = [row["id"] for row in rows]
        last = ids[-1]
        yield ids
