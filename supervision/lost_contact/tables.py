"""Searches for whom nobody reaches any more (law a.10, b.9): attempts, whom it was told to, the word 脱管, and the end."""

from piccolo.columns import BigInt, BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, day, moment, one_of, row_of, text
from supervision.orders.tables import CorrectionOrder
from supervision.people.tables import Person

METHODS = ("contact", "info", "field")
"""通信联络, 信息化核查, 实地查访 (law LO-02)."""
RESULTS = ("nothing", "trace", "reached")
ORGANS = ("police", "procuratorate")
ENDS = ("found", "false_alarm")
FACTS = {
    "attempt": "search_attempt",
    "notice": "search_notice",
    "verification": "off_control",
    "end": "search_end",
}
"""What is put down in a search, and may be withdrawn → its table."""


class ContactSearch(Table, tablename="contact_search", db=DB):
    """A search for one person, from the moment at which the loss of contact was noticed; an order has one at a time."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id", index=True)
    person = row_of(Person)
    last_contact_on = day()
    """The last lawful contact; what the verification says of it counts more (law T-8)."""
    reason_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    closed_at = moment(null=True)


class SearchCause(Table, tablename="search_cause", db=DB):
    """An alert from which the search was opened."""

    id = BigSerial(primary_key=True)
    search = row_of(ContactSearch, index=True)
    alert = BigInt(default=None, null=False)
    search_cause_once = Unique(["search", "alert"])


class SearchAttempt(Withdrawable, Table, tablename="search_attempt", db=DB):
    """Somebody looked: when, how, where, who, and what came of it (law LO-02)."""

    id = BigSerial(primary_key=True)
    search = row_of(ContactSearch, index=True)
    method = text()
    place_sealed = text(null=True)
    result = text()
    note_sealed = text()
    first_staff = row_of(Staff)
    second_staff = row_of(Staff, null=True)
    file = BigInt(default=None, null=True)
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    search_attempt_method_known = one_of("method", METHODS)
    search_attempt_result_known = one_of("result", RESULTS)
    search_attempt_by_two = Check("first_staff <> second_staff")
    search_attempt_visit_is_whole = Check(
        "method <> 'field' OR (second_staff IS NOT NULL AND place_sealed IS NOT NULL)"
    )


class SearchNotice(Withdrawable, Table, tablename="search_notice", db=DB):
    """The police were asked to help, or the procuratorate was told of the search (law LO-03, LO-04)."""

    id = BigSerial(primary_key=True)
    search = row_of(ContactSearch, index=True)
    organ = text()
    reference = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    search_notice_organ_known = one_of("organ", ORGANS)


class OffControl(Withdrawable, Table, tablename="off_control", db=DB):
    """脱管: the word of a named person after verifying (law b.9, model §7); a wrong one is withdrawn, and counts nowhere."""

    id = BigSerial(primary_key=True)
    search = row_of(ContactSearch, index=True)
    order = row_of(CorrectionOrder, column="order_id", index=True)
    since_on = day()
    """The last lawful contact; the time out of supervision starts on the day after."""
    basis_sealed = text()
    happened_at = moment(index=True)
    recorded_at = moment()
    recorded_by = row_of(Staff)


class SearchEnd(Withdrawable, Table, tablename="search_end", db=DB):
    """The person was found or reported, or had never been lost; a wrong one is withdrawn, and the search goes on."""

    id = BigSerial(primary_key=True)
    search = row_of(ContactSearch, index=True)
    kind = text()
    note_sealed = text()
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff)
    search_end_kind_known = one_of("kind", ENDS)
