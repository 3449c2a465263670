"""Where the ledger's facts come from: for each kind of subject the app lists a source for each field of `Facts`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields
from typing import Any

from supervision.duties.kinds import ORDER, kinds
from supervision.rules import RULES_OF
from supervision.rules.base import Facts, Subject

Ids = Sequence[int]
Source = Callable[[Ids], Awaitable[dict[int, Any]]]
"""Subject ids → what is known of each: one query however many ids; an id without facts may be left out.

The source of `matter` gives its person (or None) and the matter, and locks the rows in the order of their ids.
"""
MATTER = "matter"
_sources: dict[str, dict[str, list[Source]]] = {}
_without: dict[str, set[str]] = {}


def connect(kind: str, field: str, *sources: Source) -> None:
    """Name the sources of one field for a kind; several are put one after another. Raises ValueError for an unknown field."""
    _check_known(field)
    _sources.setdefault(kind, {})[field] = list(sources)


def without(kind: str, *names: str) -> None:
    """Say of which fields a kind knows nothing. Raises ValueError for an unknown field."""
    for name in names:
        _check_known(name)
    _without[kind] = set(names)


def known_fields() -> set[str]:
    """The fields of Facts that need a source."""
    return {field.name for field in fields(Facts)} - {"subject"}


def _check_known(field: str) -> None:
    if field not in known_fields():
        raise ValueError(f"Facts has no field {field!r}")


def check_complete() -> None:
    """Raises RuntimeError if a field of a kind has no source: forgotten, it would look like “no leave, no plan”.

    The same for a kind that has rules or sources and is not among the kinds: no nightly proof would look at it.
    """
    named = {kind.name for kind in kinds()}
    for kind in sorted(named | RULES_OF.keys() | _sources.keys()):
        if kind not in named:
            raise RuntimeError(f"no kind of subject is named {kind}")
        if missing := sorted(known_fields() - _sources.get(kind, {}).keys() - _without.get(kind, set())):
            raise RuntimeError(f"no source is connected for {kind}: {', '.join(missing)}")


async def load_facts(ids: Ids, kind: str = ORDER) -> list[Facts]:
    """The facts of some subjects of one kind, in a fixed number of queries; ids that don't exist are left out."""
    connected = _sources[kind]
    found = await connected[MATTER][0](ids)
    parts = {name: await _gather(sources, ids) for name, sources in connected.items() if name != MATTER}
    return [_facts(Subject(kind, id, person), matter, parts) for id, (person, matter) in found.items()]


def _facts(subject: Subject, matter: Any, parts: dict[str, dict[int, tuple[Any, ...]]]) -> Facts:
    known = {name: values.get(subject.id, ()) for name, values in parts.items()}
    return Facts(subject, matter, **known)


async def _gather(sources: list[Source], ids: Ids) -> dict[int, tuple[Any, ...]]:
    gathered: dict[int, tuple[Any, ...]] = {}
    for source in sources:
        for subject_id, values in (await source(ids)).items():
            gathered[subject_id] = gathered.get(subject_id, ()) + tuple(values)
    return gathered
