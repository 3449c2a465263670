"""One import of a sheet of resettlement help while it goes on, and what it writes of anybody: file, class, contacts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from supervision.db import Record, execute, fetch, insert
from supervision.exchange.intake import Options
from supervision.exchange.outcome import warned
from supervision.exchange.parsed import ParsedRow, ParsedSheet
from supervision.exchange.places import Places
from supervision.language import gettext as _
from supervision.people.actions import CONTACT, Assignment, NewContact, assign, contact_row
from supervision.resettlement.actions import SUBJECT
from supervision.sealed import blind

REASON: Final = "导入安置帮教名册"
CONTACTS: Final = {
    "phone": ("phone", "self"),
    "family_phone": ("phone", "family"),
    "address_now": ("address_now", "self"),
    "address_household": ("address_household", "self"),
}


@dataclass
class Taking:
    """One import of a sheet of help, with what it did so far."""

    parsed: ParsedSheet
    places: Places
    options: Options
    now: datetime
    office: int | None
    own: int | None
    run: int
    by: int | None
    touched: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    changed: int = 0


def find_officer(row: ParsedRow, office: int, taking: Taking) -> tuple[ParsedRow, int | None]:
    """The officer whom the row names; a name that the office doesn't have is remarked."""
    name = row.fields["officer"]
    staff = taking.places.officer(office, name) if name else None
    if name and staff is None:
        said = _("责任人“%(name)s”不是%(office)s的在岗人员，没有指定责任人") % {
            "name": name,
            "office": taking.places.names.get(office, ""),
        }
        row = warned(taking.parsed, row, "officer", "officer_unknown", said)
    return row, staff


async def give(assistance: int, person: int, place: tuple[int, int | None], taking: Taking) -> None:
    """Give the file to an office, and to an officer where one is known."""
    made = await assign((SUBJECT, assistance), person, Assignment(*place, REASON), taking.now, taking.by)
    await execute("UPDATE responsibility SET import_run = $2 WHERE id = $1", made, taking.run)


async def decide(assistance: int, level: str | None, taking: Taking) -> None:
    """Put down the class that the sheet says."""
    if level:
        values = {"assistance": assistance, "level": level, "reason": REASON, "happened_at": taking.now}
        await insert(
            "assistance_class", values | {"recorded_at": taking.now, "recorded_by": taking.by, "import_run": taking.run}
        )


async def contacts_ever(person: int) -> list[Record]:
    """All numbers and addresses that were ever put down, the first in use first."""
    return await fetch(
        """SELECT id, kind, holder, key, withdrawn_at, bad_since FROM contact WHERE person = $1
            ORDER BY withdrawn_at IS NOT NULL, bad_since IS NOT NULL, rank, id DESC""",
        person,
    )


def without_known(
    row: ParsedRow, said: Mapping[str, Any], known: list[Record], taking: Taking
) -> tuple[ParsedRow, set[str]]:
    """Which numbers and addresses of `said` were never known; one that was replaced doesn't come back by an old sheet."""
    fresh = set()
    for name in CONTACTS.keys() & said.keys():
        key = blind(said[name].strip(), CONTACT)
        same = [one for one in known if (one["kind"], one["holder"], one["key"]) == (*CONTACTS[name], key)]
        if not same:
            fresh.add(name)
        elif all(one["withdrawn_at"] for one in same):
            told = _("表中的电话或住址已被更新过，没有改回")
            row = warned(taking.parsed, row, name, "contact_replaced", told)
    return row, fresh


async def reach(person: int, name: str, value: str, taking: Taking, replaces: int | None = None) -> None:
    """Put a number or an address down, in the place of the one that it replaces."""
    if replaces is not None:
        await execute("UPDATE contact SET withdrawn_at = $2 WHERE id = $1", replaces, taking.now)
    kind, holder = CONTACTS[name]
    values = contact_row(person, NewContact(kind, value, holder), taking.now, taking.by)
    await insert("contact", values | {"replaces": replaces, "import_run": taking.run})
