"""Searches for whom nobody reaches any more (law a.10, b.9): attempts, whom it was told to, the word 脱管, and the end."""

from typing import Any

from piccolo.columns import BigInt, BigSerial, ForeignKey
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, day, moment, text
from supervision.orders.tables import CorrectionOrder
from supervision.people.tables import Person

METHODS = ("contact", "info", "field")
"""通信联络, 信息化核查, 实地查访 (law LO-02)."""
RESULTS = ("nothing", "trace", "reached")
ORGANS = ("police", "procuratorate")
ENDS = ("found", "false_alarm")


def _one_of(column: str, values: tuple[str, ...]) -> Check:
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


def _search() -> ForeignKey[Any]:
    return ForeignKey("ContactSearch", null=False, default=None, on_delete=OnDelete.restrict, index=True)


def _order() -> ForeignKey[Any]:
    return ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id", index=True
    )


def _staff(*, null: bool = False) -> ForeignKey[Any]:
    return ForeignKey(Staff, null=null, default=None, on_delete=OnDelete.restrict)


class ContactSearch(Table, tablename="contact_search", db=DB):
    """A search for one person, from the moment at which the loss of contact was noticed; an order has one at a time."""

    id = BigSerial(primary_key=True)
    order = _order()
    person = ForeignKey(Person, null=False, default=None, on_delete=OnDelete.restrict)
    last_contact_on = day()
    """The last lawful contact; what the verification says of it counts more (law T-8)."""
    reason_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    closed_at = moment(null=True)


class SearchCause(Table, tablename="search_cause", db=DB):
    """An alert from which the search was opened."""

    id = BigSerial(primary_key=True)
    search = _search()
    alert = BigInt(default=None, null=False)
    search_cause_once = Unique(["search", "alert"])


class SearchAttempt(Withdrawable, Table, tablename="search_attempt", db=DB):
    """Somebody looked: when, how, where, who, and what came of it (law LO-02)."""

    id = BigSerial(primary_key=True)
    search = _search()
    method = text()
    place_sealed = text(null=True)
    result = text()
    note_sealed = text()
    first_staff = _staff()
    second_staff = _staff(null=True)
    file = BigInt(default=None, null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    search_attempt_method_known = _one_of("method", METHODS)
    search_attempt_result_known = _one_of("result", RESULTS)
    search_attempt_by_two = Check("first_staff <> second_staff")
    search_attempt_visit_is_whole = Check(
        "method <> 'field' OR (second_staff IS NOT NULL AND place_sealed IS NOT NULL)"
    )


class SearchNotice(Withdrawable, Table, tablename="search_notice", db=DB):
    """The police were asked to help, or the procuratorate was told of the search (law LO-03, LO-04)."""

    id = BigSerial(primary_key=True)
    search = _search()
    organ = text()
    reference = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    search_notice_organ_known = _one_of("organ", ORGANS)


class OffControl(Withdrawable, Table, tablename="off_control", db=DB):
    """脱管: the word of a named person after verifying (law b.9, model §7); a wrong one is withdrawn, and counts nowhere."""

    id = BigSerial(primary_key=True)
    search = _search()
    order = _order()
    since_on = day()
    """The last lawful contact; the time out of supervision starts on the day after."""
    basis_sealed = text()
    happened_at = moment(index=True)
    recorded_at = moment()
    recorded_by = _staff()


class SearchEnd(Withdrawable, Table, tablename="search_end", db=DB):
    """The person was found or reported, or had never been lost; a wrong one is withdrawn, and the search goes on."""

    id = BigSerial(primary_key=True)
    search = _search()
    kind = text()
    note_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = _staff()
    search_end_kind_known = _one_of("kind", ENDS)
