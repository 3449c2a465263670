"""About whom or what a card is: a person with all that is open, or a subject that has no person, a commission, say."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from supervision.access.viewer import Viewer
from supervision.db import Record, fetch_value
from supervision.duties.kinds import kinds
from supervision.errors import NotFound
from supervision.people.scope import visible_people, visible_subjects

PERSON: Final = "person"


class Whom(NamedTuple):
    """Whose card it is."""

    kind: str
    """PERSON, or the kind of a subject without a person."""
    id: int

    @property
    def at(self) -> str:
        """The address of the card."""
        return f"/alerts/people/{self.id}" if self.kind == PERSON else f"/alerts/subjects/{self.kind}/{self.id}"

    @property
    def mark(self) -> str:
        """What names the card on its page."""
        return str(self.id) if self.kind == PERSON else f"{self.kind}-{self.id}"


class Shown(NamedTuple):
    """What a subject is called, and where its page is."""

    title: str
    href: str


Titles = Callable[[Sequence[int]], Awaitable[dict[int, Shown]]]
_titles: dict[str, Titles] = {}


def connect_titles(kind: str, titles: Titles) -> None:
    """Name the source of what subjects of a kind are called: ids → title and page, one query however many."""
    _titles[kind] = titles


async def shown(subjects: Iterable[Whom]) -> dict[Whom, Shown]:
    """What these subjects are called; without a source, by kind and number, and without a page."""
    wanted = list(subjects)
    found = {one: Shown(f"{one.kind} {one.id}", "") for one in wanted}
    for kind in {one.kind for one in wanted} & _titles.keys():
        titles = await _titles[kind]([one.id for one in wanted if one.kind == kind])
        found |= {Whom(kind, id): title for id, title in titles.items()}
    return found


def whom_of(alert: Record) -> Whom:
    """Whose card an alert is on."""
    if alert["person"] is not None:
        return Whom(PERSON, alert["person"])
    return Whom(alert["subject_kind"], alert["subject_id"])


def of_no_office(kind: str) -> bool:
    """Whether what is open about subjects of the kind stays with the bureau, whoever has the person's files."""
    return any(one.name == kind and one.seen_by for one in kinds())


def hidden_from(viewer: Viewer) -> list[str]:
    """The kinds of subject that aren't the viewer's to see: of no office, and without the permission or not all files in scope."""
    return [k.name for k in kinds() if k.seen_by and not (viewer.scope == "all" and viewer.may(k.seen_by))]


def not_hidden(viewer: Viewer, row: str) -> str:
    """The SQL condition that the subject of `row` is of no kind that is hidden from the viewer."""
    hidden = hidden_from(viewer)
    return f"{row}.subject_kind NOT IN ({', '.join(map(repr, hidden))})" if hidden else "TRUE"


def alerts_of_people(viewer: Viewer, args: list[Any]) -> str:
    """The SQL condition that the alert `a`, about a person, is the viewer's to see; appends to `args`.

    That an officer has the file of somebody who visits a prisoner makes the visit none of the office's.
    """
    return f"{visible_people(viewer, 'a.person', args)} AND {not_hidden(viewer, 'a')}"


def visible_alerts(viewer: Viewer, args: list[Any]) -> str:
    """The SQL condition that the alert `a` is about a person or a file in the viewer's scope; appends to `args`."""
    people = alerts_of_people(viewer, args)
    return f"CASE WHEN a.person IS NULL THEN {visible_subjects(viewer, 'a', args)} ELSE {people} END"


async def get_subject(viewer: Viewer, kind: str, subject_id: int) -> Whom:
    """A subject without a person about which there is or was an alert. Raises NotFound for “not yours” and “not there” alike."""
    args: list[Any] = [kind, subject_id]
    found = await fetch_value(
        f"""SELECT 1 FROM alert a WHERE a.subject_kind = $1 AND a.subject_id = $2 AND a.person IS NULL
               AND {visible_subjects(viewer, "a", args)} LIMIT 1""",
        *args,
    )
    if found is None:
        raise NotFound
    return Whom(kind, subject_id)
