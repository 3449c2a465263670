"""What the register knows of the people on a sheet: a fixed number of queries however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from supervision.db import Record, fetch
from supervision.resettlement.handover import helped


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """One period of correction that is on the register, with what has been decided of it."""

    id: int
    number: str
    person: int
    kind: str
    crime: str
    start_on: date
    end_on: date | None
    registered_at: datetime | None
    ended_at: datetime | None
    ledger_from: date
    office: int | None = None
    staff: int | None = None
    level: str | None = None


@dataclass(slots=True)
class KnownContact:
    """A number or an address of somebody, also one that was replaced."""

    id: int
    kind: str
    key: str
    holder: str
    rank: int
    in_use: bool


@dataclass(slots=True)
class KnownPerson:
    """Somebody on the register, with all orders and contacts."""

    id: int
    name: str
    helped: str | None = None
    """The state of the help that the person is given at present; who is helped isn't put under correction beside it."""
    orders: list[KnownOrder] = field(default_factory=list)
    contacts: list[KnownContact] = field(default_factory=list)

    @property
    def open_order(self) -> KnownOrder | None:
        """The one that hasn't ended; there is never a second."""
        return next((order for order in self.orders if order.ended_at is None), None)


@dataclass(frozen=True)
class Known:
    """People by the blind of their identity number, orders by their number."""

    people: Mapping[str, KnownPerson]
    orders: Mapping[str, KnownOrder]


async def load_known(doc_keys: Sequence[str], numbers: Iterable[str]) -> Known:
    """Everybody with one of these identity numbers or orders, in six queries."""
    people = {
        row["doc_key"]: KnownPerson(row["id"], row["name"])
        for row in await fetch("SELECT id, name, doc_key FROM person WHERE doc_key = ANY($1)", list(doc_keys))
    }
    by_id = {person.id: person for person in people.values()}
    for id, state in (await helped(by_id)).items():
        by_id[id].helped = state
    orders = await _orders(list(by_id), list(numbers))
    for order in orders:
        if order.person in by_id:
            by_id[order.person].orders.append(order)
    for row in await fetch(
        """SELECT id, person, kind, key, holder, rank, withdrawn_at IS NULL AS in_use FROM contact
            WHERE person = ANY($1) ORDER BY id""",
        list(by_id),
    ):
        contact = KnownContact(row["id"], row["kind"], row["key"], row["holder"], row["rank"], row["in_use"])
        by_id[row["person"]].contacts.append(contact)
    return Known(people, {order.number: order for order in orders})


async def _orders(people: list[int], numbers: list[str]) -> list[KnownOrder]:
    rows = await fetch("SELECT * FROM orders WHERE person = ANY($1) OR number = ANY($2) ORDER BY id", people, numbers)
    ids = [row["id"] for row in rows]
    having = await fetch(
        """SELECT r.* FROM unnest($1::int[]) AS n(id)
            CROSS JOIN LATERAL (SELECT subject_id, office, staff FROM responsibility
                                 WHERE subject_kind = 'order' AND role = 'main' AND to_at IS NULL AND subject_id = n.id
                                OFFSET 0) r""",
        ids,
    )
    levels = await fetch(
        """SELECT DISTINCT ON (order_id) order_id, level FROM class_decision
            WHERE order_id = ANY($1) AND withdrawn_at IS NULL ORDER BY order_id, happened_at DESC, id DESC""",
        ids,
    )
    places = {row["subject_id"]: (row["office"], row["staff"]) for row in having}
    classes = {row["order_id"]: row["level"] for row in levels}
    return [_order(row, places.get(row["id"], (None, None)), classes.get(row["id"])) for row in rows]


def _order(row: Record, place: tuple[int | None, int | None], level: str | None) -> KnownOrder:
    names = ("id", "number", "person", "kind", "crime", "start_on", "end_on", "registered_at", "ended_at")
    facts = {name: row[name] for name in names}
    return KnownOrder(**facts, ledger_from=row["ledger_from"], office=place[0], staff=place[1], level=level)
