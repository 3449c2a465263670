"""Where the ledger's facts come from: the app lists a source for each field of `Facts`; the ledger knows no slice."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields
from typing import Any

from supervision.rules.base import Facts, Subject

Ids = Sequence[int]
Source = Callable[[Ids], Awaitable[dict[int, Any]]]
"""Subject ids → what is known of each: one query however many ids; an id without facts may be left out."""

ORDER = "order"
_sources: dict[str, list[Source]] = {}


def connect(field: str, *sources: Source) -> None:
    """Name the sources of one field; several are put one after another. Raises ValueError for an unknown field."""
    if field not in known_fields():
        raise ValueError(f"Facts has no field {field!r}")
    _sources[field] = list(sources)


def known_fields() -> set[str]:
    """The fields of Facts that need a source."""
    return {field.name for field in fields(Facts)} - {"subject"}


def check_complete() -> None:
    """Raises RuntimeError if a field has no source: forgotten, it would look like “no leave, no plan”."""
    if missing := sorted(known_fields() - _sources.keys()):
        raise RuntimeError(f"no source is connected for: {', '.join(missing)}")


async def load_facts(ids: Ids) -> list[Facts]:
    """The facts of some orders, in a fixed number of queries; ids that don't exist are left out."""
    found = await _sources["order"][0](ids)
    parts = {name: await _gather(sources, ids) for name, sources in _sources.items() if name != "order"}
    return [_facts(subject_id, order, parts) for subject_id, order in found.items()]


def _facts(subject_id: int, order: tuple[int, Any], parts: dict[str, dict[int, tuple[Any, ...]]]) -> Facts:
    person, row = order
    known = {name: values.get(subject_id, ()) for name, values in parts.items()}
    return Facts(Subject(ORDER, subject_id, person), row, **known)


async def _gather(sources: list[Source], ids: Ids) -> dict[int, tuple[Any, ...]]:
    gathered: dict[int, tuple[Any, ...]] = {}
    for source in sources:
        for subject_id, values in (await source(ids)).items():
            gathered[subject_id] = gathered.get(subject_id, ()) + tuple(values)
    return gathered
