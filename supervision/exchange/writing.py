"""Write what the rows of a roster ask for: each table by one COPY, what follows facts by one UPDATE a kind."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from supervision.days import local_day
from supervision.db import execute, fetch, insert_many
from supervision.exchange.known import KnownPerson
from supervision.exchange.plan import WITHOUT_FACT, Contact, Plan, Setting
from supervision.orders.actions import ORDER
from supervision.orders.intake import last_serial, number_in
from supervision.people.actions import CONTACT, CONTACT_TAIL, DOC, DOC_TAIL
from supervision.people.pinyin import readings
from supervision.sealed import Keyring, keyring

REASON: Final = "导入名册"
Row = tuple[Any, ...]

COLUMNS: Final = {
    "person": "id name pinyin sex born_on doc_kind doc_sealed doc_key doc_tail_key created_at import_run",
    "orders": "id number person kind crime risk effective_on received_at registered_at start_on end_on state"
    " ledger_from created_at created_by import_run",
    "responsibility": "subject_kind subject_id person office staff role from_at recorded_at recorded_by reason import_run",
    "contact": "person kind value_sealed key tail_key holder rank ok_from consent recorded_at recorded_by replaces"
    " import_run",
    "registration": "order_id happened_at recorded_at recorded_by import_run",
    "class_decision": "order_id level happened_at reason recorded_at recorded_by import_run",
    "term_change": "order_id start_on end_on reason happened_at recorded_at recorded_by import_run",
    "debt": "order_id person kind opened_at import_run",
}


@dataclass
class Numbers:
    """The order numbers that are given to those whom the sheet gives none."""

    taken: frozenset[str]
    serial: int

    def next(self, setting: Setting) -> str:
        """A number that neither the register nor the sheet has."""
        while True:
            self.serial += 1
            number = number_in(setting.today, self.serial)
            if number not in self.taken:
                return number


async def numbers_for(setting: Setting) -> Numbers:
    """Where our own numbers go on."""
    taken = frozenset(row.fields["number"] for row in setting.parsed.rows if row.fields.get("number"))
    return Numbers(taken, await last_serial(setting.today))


@dataclass
class Writing:
    """The rows that a part of a sheet brings, table by table, and the orders and people whom they touch."""

    setting: Setting
    run: int
    by: int | None
    keys: Keyring = field(default_factory=keyring)
    """Looked up anew for each part: a rotation may go on meanwhile."""
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    orders: dict[int, int] = field(default_factory=dict)
    """order → its person, of everybody whom the sheet names and who is on the register now."""
    people: set[int] = field(default_factory=set)
    """Those who were on the register before."""
    touched: list[int] = field(default_factory=list)
    before: dict[int, Row] = field(default_factory=dict)
    """order → start, end, registration and state before the import, for its undoing."""
    follows: list[Row] = field(default_factory=list)
    handed: list[tuple[tuple[int, int], tuple[int, int | None]]] = field(default_factory=list)
    """(order, person) and who is to have the file, of those who change hands."""
    withdrawn: list[int] = field(default_factory=list)
    made_up: list[tuple[int, str]] = field(default_factory=list)
    duplicates: list[tuple[int, int]] = field(default_factory=list)
    places: dict[int, list[int]] = field(default_factory=dict)
    """office → the orders that the sheet names in it."""

    @property
    def now(self) -> datetime:
        return self.setting.now


async def write_plans(plans: Sequence[Plan], writing: Writing, numbers: Numbers) -> None:
    """Write one part of a sheet."""
    new = [plan for plan in plans if plan.result.outcome == "added"]
    writing.keys = keyring()
    people = iter(await _ids("person", sum(plan.person is None for plan in new)))
    orders = iter(await _ids("orders", len(new)))
    for plan in new:
        person = plan.person.id if plan.person else _add_person(writing, plan, next(people))
        _add_order(writing, plan, (next(orders), person), numbers)
    writing.people.update(plan.person.id for plan in plans if plan.person)
    for plan in plans:
        if plan.order and plan.person:
            _note_known(writing, plan, plan.person)
    await _flush(writing)


async def _ids(table: str, count: int) -> list[int]:
    """So many ids of their own, in order: what refers to them goes by COPY in the same go."""
    rows = await fetch(f"SELECT nextval('{table}_id_seq') AS id FROM generate_series(1, $1)", count)
    return [row["id"] for row in rows]


def _add_person(writing: Writing, plan: Plan, id: int) -> int:
    fields, number = plan.wanted.fields, plan.wanted.fields["id_card"]
    doc = (writing.keys.seal(number, DOC), plan.wanted.doc_key, writing.keys.blind(number[-4:], DOC_TAIL))
    name = fields["name"]
    row = (id, name, readings(name), fields["sex"], fields["born_on"], "identity_card", *doc, writing.now, writing.run)
    writing.rows["person"].append(row)
    return id


def _add_order(writing: Writing, plan: Plan, ids: tuple[int, int], numbers: Numbers) -> None:
    fields, wanted, (order, person) = plan.wanted.fields, plan.wanted, ids
    start, at, day = fields["start"], plan.registered_at, writing.setting.ledger_day
    number = fields.get("number") or numbers.next(writing.setting)
    what = (number, person, fields["kind"], fields.get("crime") or "", fields.get("risk"))
    state = "in_correction" if at else "due"
    when = (start, writing.now, at, start, fields["end"], state, day if start < day else start)
    writing.rows["orders"].append((order, *what, *when, writing.now, writing.by, writing.run))
    _assign(writing, ids, (wanted.office, wanted.staff), writing.now)
    _add_contacts(writing, person, plan.contacts)
    if at:
        _register(writing, order, at)
    if at and fields.get("level"):
        _classify(writing, order, fields["level"], at)
    for kind in _debts(plan):
        writing.rows["debt"].append((order, person, kind, writing.now, writing.run))
    _seen(writing, ids, wanted.office)
    writing.touched.append(order)


def _debts(plan: Plan) -> list[str]:
    """What the sheet doesn't say: the list to work off."""
    fields = plan.wanted.fields
    missing = {
        "officer": plan.wanted.staff is None,
        "phone": not any(contact.kind == "phone" for contact in plan.wanted.contacts),
        "end_on": fields["end"] is None,
        "class": bool(plan.registered_at) and not fields.get("level"),
        "state": fields.get("state") in WITHOUT_FACT,
    }
    return [kind for kind, lacks in missing.items() if lacks]


def _seen(writing: Writing, ids: tuple[int, int], office: int | None) -> None:
    writing.orders[ids[0]] = ids[1]
    if office is not None:
        writing.places.setdefault(office, []).append(ids[0])


def _note_known(writing: Writing, plan: Plan, person: KnownPerson) -> None:
    order = plan.order
    assert order is not None
    if plan.needs_bureau:
        writing.duplicates.append((order.id, person.id))
        return
    _seen(writing, (order.id, person.id), plan.place[0] if plan.place else order.office)
    if plan.result.outcome == "changed":
        _change(writing, plan, (order.id, person.id))


def _change(writing: Writing, plan: Plan, ids: tuple[int, int]) -> None:
    """The facts that the row brings, and the order's columns that follow them."""
    order, (id, person) = plan.order, ids
    assert order is not None
    start, end, at = plan.start_on, plan.end_on, plan.registered_at
    if start or end:
        stamp = (REASON, writing.now, writing.now, writing.by, writing.run)
        writing.rows["term_change"].append((id, start, end, *stamp))
    if start or end or at:
        writing.follows.append((id, start, end, at))
        writing.before[id] = (order.start_on, order.end_on, order.registered_at)
    if at:
        _register(writing, id, at)
    if plan.level:
        _classify(writing, id, plan.level, writing.now if order.level else at or order.registered_at)
    if plan.place:
        writing.handed.append((ids, plan.place))
    _add_contacts(writing, person, plan.contacts)
    writing.made_up += [(id, kind) for kind in _settled_debts(plan)]
    writing.touched.append(id)


def _settled_debts(plan: Plan) -> list[str]:
    said = {
        "end_on": plan.end_on,
        "class": plan.level,
        "officer": plan.place and plan.place[1],
        "phone": any(contact.kind == "phone" for contact in plan.contacts),
    }
    return [kind for kind, is_said in said.items() if is_said]


def _assign(writing: Writing, ids: tuple[int, int], place: tuple[int, int | None], at: datetime) -> None:
    stamp = ("main", at, writing.now, writing.by, REASON, writing.run)
    writing.rows["responsibility"].append((ORDER, *ids, *place, *stamp))


def _register(writing: Writing, order: int, at: datetime) -> None:
    writing.rows["registration"].append((order, at, writing.now, writing.by, writing.run))


def _classify(writing: Writing, order: int, level: str, at: datetime | None) -> None:
    stamp = (at or writing.now, REASON, writing.now, writing.by, writing.run)
    writing.rows["class_decision"].append((order, level, *stamp))


def _add_contacts(writing: Writing, person: int, contacts: Sequence[Contact]) -> None:
    for new in contacts:
        tail = writing.keys.blind(new.value[-4:], CONTACT_TAIL) if new.kind == "phone" else None
        what = (person, new.kind, writing.keys.seal(new.value, CONTACT), new.key, tail, "self", new.rank)
        stamp = (writing.now, "yes", writing.now, writing.by, new.replaces, writing.run)
        writing.rows["contact"].append((*what, *stamp))
        if new.replaces is not None:
            writing.withdrawn.append(new.replaces)


async def _flush(writing: Writing) -> None:
    """What is closed goes first, so that nothing overlaps what is opened."""
    await _close_what_is_replaced(writing)
    for table, columns in COLUMNS.items():
        if writing.rows[table]:
            await insert_many(table, columns.split(), writing.rows[table])
        writing.rows[table] = []
    await _let_columns_follow(writing)
    await _close_debts(writing)
    await _find_duplicates(writing)
    writing.handed, writing.withdrawn, writing.follows, writing.made_up, writing.duplicates = [], [], [], [], []


async def _close_what_is_replaced(writing: Writing) -> None:
    if writing.handed:
        await _hand_over(writing)
    if writing.withdrawn:
        await execute("UPDATE contact SET withdrawn_at = $2 WHERE id = ANY($1)", writing.withdrawn, writing.now)


async def _hand_over(writing: Writing) -> None:
    """As `people.actions.assign` does it: whoever was given a file while the sheet was being taken in had it for no time at all."""
    rows = await fetch(
        """UPDATE responsibility SET to_at = greatest(from_at, $2) WHERE subject_kind = 'order' AND role = 'main'
              AND to_at IS NULL AND subject_id = ANY($1) RETURNING subject_id, to_at""",
        [order for (order, _), _ in writing.handed],
        writing.now,
    )
    closed_at = {row["subject_id"]: row["to_at"] for row in rows}
    for ids, place in writing.handed:
        _assign(writing, ids, place, closed_at.get(ids[0], writing.now))


async def _let_columns_follow(writing: Writing) -> None:
    if writing.follows:
        await execute(
            """UPDATE orders o SET start_on = coalesce(n.start_on, o.start_on), end_on = coalesce(n.end_on, o.end_on),
                      registered_at = coalesce(n.at, o.registered_at),
                      state = CASE WHEN n.at IS NULL THEN o.state ELSE 'in_correction' END
                 FROM unnest($1::int[], $2::date[], $3::date[], $4::timestamptz[]) AS n(id, start_on, end_on, at)
                WHERE o.id = n.id AND o.ended_at IS NULL""",
            *(list(column) for column in zip(*writing.follows, strict=True)),
        )


async def _close_debts(writing: Writing) -> None:
    if writing.made_up:
        await execute(
            """UPDATE debt d SET closed_at = $3, closed_by = $4
                 FROM unnest($1::int[], $2::text[]) AS n(order_id, kind)
                WHERE d.order_id = n.order_id AND d.kind = n.kind AND d.closed_at IS NULL""",
            *(list(column) for column in zip(*writing.made_up, strict=True)),
            writing.now,
            writing.by,
        )


async def _find_duplicates(writing: Writing) -> None:
    """The bureau learns of somebody whom two offices claim."""
    if writing.duplicates:
        why = {"rule": "duplicate_person", "import_run": writing.run, "claimed_by": writing.setting.own_office}
        await find(writing.duplicates, "duplicate_person", [why] * len(writing.duplicates), writing.now)


async def find(whose: Sequence[tuple[int, int]], rule: str, why: Sequence[dict[str, Any]], now: datetime) -> None:
    """Raise a finding of severity notice about each (order, person), one a day; the watch makes it an alert."""
    await execute(
        """INSERT INTO finding (subject_kind, subject_id, person, rule, variant, period, since_at, severity, state, why,
                                created_at)
           SELECT 'order', n.id, n.person, $3, '', $4, $6, 'notice', 'open', n.why, $6
             FROM unnest($1::int[], $2::int[], $5::jsonb[]) AS n(id, person, why)
           ON CONFLICT ON CONSTRAINT finding_once DO NOTHING""",
        [order for order, _ in whose],
        [person for _, person in whose],
        rule,
        local_day(now).isoformat(),
        [json.dumps(one, ensure_ascii=False, default=str) for one in why],
        now,
    )
