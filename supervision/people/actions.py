"""Write people, their contacts and responsibilities. Called inside the transaction of whoever acts on a register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.db import execute, fetch_row, fetch_value, insert, insert_rows, take_ids
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.people.phones import PhoneFault, normalise_phone
from supervision.people.pinyin import readings
from supervision.sealed import blind, open_sealed, seal

DOC = "person.doc"
DOC_TAIL = "person.doc.tail"
CONTACT = "contact"
CONTACT_TAIL = "contact.tail"
VISIT_PHONE = "visit_phone"
"""A number that a family gave to the window of video visits: no register shows it or rests on it."""
ON_FILE = f"kind <> '{VISIT_PHONE}'"
"""The condition for a contact that belongs to somebody's file."""
NOTE = "note"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is needed to put a person down; `number` is the checked identity number."""

    name: str
    sex: str
    born_on: date | None
    number: str


async def find_by_number(number: str) -> int | None:
    """The person with this identity number, whoever's they are."""
    found = await fetch_value("SELECT id FROM person WHERE doc_key = $1", blind(number, DOC))
    return None if found is None else int(found)


async def add_person(new: NewPerson, now: datetime, import_run: int | None = None) -> int:
    """Put a person down; their id."""
    return await insert("person", person_row(new, now, import_run))


async def add_people(new: Sequence[NewPerson], now: datetime) -> list[int]:
    """Put many people down by one COPY; their ids. Nobody of them may be known already."""
    ids = await take_ids("person", len(new))
    await insert_rows("person", [{"id": id} | person_row(one, now) for id, one in zip(ids, new, strict=True)])
    return ids


async def add_unidentified(new: NewPerson, now: datetime) -> int:
    """Put down a person whose identity number isn't known; their id."""
    values = {"name": new.name, "pinyin": readings(new.name), "sex": new.sex, "born_on": new.born_on}
    return await insert("person", values | {"doc_kind": "unknown", "created_at": now})


def person_row(new: NewPerson, now: datetime, import_run: int | None = None) -> dict[str, object]:
    """The columns of a new person, sealed and searchable."""
    return {
        "name": new.name,
        "pinyin": readings(new.name),
        "sex": new.sex,
        "born_on": new.born_on,
        "doc_kind": "identity_card",
        "doc_sealed": seal(new.number, DOC),
        "doc_key": blind(new.number, DOC),
        "doc_tail_key": blind(new.number[-4:], DOC_TAIL),
        "created_at": now,
        "import_run": import_run,
    }


@dataclass(frozen=True, slots=True)
class NewContact:
    """A phone number or an address, and who answers it."""

    kind: str
    value: str
    holder: str = "self"
    consent: str = "yes"
    rank: int = 1


async def add_contact(person: int, new: NewContact, now: datetime, by: int | None, replaces: int | None = None) -> int:
    """Put a contact down as a new fact; the one it replaces is withdrawn."""
    if replaces is not None:
        await execute("UPDATE contact SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL", replaces, now)
    return await insert("contact", contact_row(person, new, now, by) | {"replaces": replaces})


def contact_row(person: int, new: NewContact, now: datetime, by: int | None) -> dict[str, object]:
    """The columns of a new contact. Raises Refusal for a number that can't be one."""
    value = checked_phone(new.value) if new.kind in ("phone", VISIT_PHONE) else new.value.strip()
    return {
        "person": person,
        "kind": new.kind,
        "value_sealed": seal(value, CONTACT),
        "key": blind(value, CONTACT),
        "tail_key": blind(value[-4:], CONTACT_TAIL) if new.kind == "phone" else None,
        "holder": new.holder,
        "rank": new.rank,
        "ok_from": now,
        "consent": new.consent,
        "recorded_at": now,
        "recorded_by": by,
    }


def checked_phone(text: str) -> str:
    """The number as it is stored. Raises Refusal with the field's name."""
    try:
        return normalise_phone(text)
    except PhoneFault as fault:
        raise Refusal(str(fault), fields={"phone": str(fault)}) from None


async def phone_of(person: int) -> str | None:
    """The person's first number that isn't known to be bad, in clear."""
    sealed = await fetch_value(
        """SELECT value_sealed FROM contact WHERE person = $1 AND kind = 'phone' AND withdrawn_at IS NULL
              AND bad_since IS NULL ORDER BY rank, id DESC LIMIT 1""",
        person,
    )
    return open_sealed(sealed, CONTACT) if sealed else None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who shall have a file: an office and, or not yet, a member of its staff."""

    office: int
    staff: int | None
    reason: str


async def assign(subject: tuple[str, int], person: int | None, to: Assignment, now: datetime, by: int | None) -> int:
    """Close the file's present responsibility and open the next at the same moment; its id.

    Whoever was given the file after `now`, while a sheet was being taken in, say, had it for no time at all: nothing overlaps.

    Raises Refusal when the member of staff isn't an active one of that office.
    """
    if to.staff is not None:
        await _check_staff(to)
    closed_at = await fetch_value(
        """UPDATE responsibility SET to_at = greatest(from_at, $3)
            WHERE subject_kind = $1 AND subject_id = $2 AND role = 'main' AND to_at IS NULL RETURNING to_at""",
        *subject,
        now,
    )
    return await insert(
        "responsibility",
        {
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "person": person,
            "office": to.office,
            "staff": to.staff,
            "role": "main",
            "from_at": closed_at or now,
            "recorded_at": now,
            "recorded_by": by,
            "reason": to.reason,
        },
    )


async def _check_staff(to: Assignment) -> None:
    # Shared: whoever ends this account at the same moment waits, and then hands this file over too.
    row = await fetch_row("SELECT office, disabled_at, role FROM staff WHERE id = $1 FOR SHARE", to.staff)
    if row is None or row["office"] != to.office or row["disabled_at"]:
        raise Refusal(_("责任人必须是该司法所的在岗人员。"), fields={"staff": _("请选择该司法所的在岗人员。")})
    if row["role"] not in ("officer", "head"):
        raise Refusal(_("责任人必须是司法所工作人员或负责人。"), fields={"staff": _("请选择司法所工作人员或负责人。")})


async def add_note(viewer: Viewer, person: int, text: str, now: datetime) -> int:
    """A remark on the file; sealed. Raises Refusal when it is empty."""
    if not text.strip():
        raise Refusal(_("备注不能为空。"), fields={"text": _("请填写备注。")})
    values = {"person": person, "text_sealed": seal(text.strip(), NOTE), "recorded_at": now, "recorded_by": viewer.id}
    return await insert("note", values)
