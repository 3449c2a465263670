"""What one good row of a roster asks for, held against what the register knows. Pure: decides, writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from supervision.days import start_of
from supervision.exchange.known import Known, KnownContact, KnownOrder, KnownPerson
from supervision.exchange.outcome import Change, Result, refused, warned
from supervision.exchange.parsed import ParsedRow, ParsedSheet
from supervision.exchange.places import Places
from supervision.exchange.values import WORDS, squeezed
from supervision.language import N_
from supervision.language import gettext as _
from supervision.orders.actions import EARLIEST_DAYS
from supervision.people.actions import CONTACT
from supervision.resettlement.handover import still_helped
from supervision.sealed import Keyring

AWAITED: Final = frozenset(["expected", "due", "not_reported"])
ENDED: Final = frozenset(["released", "revoked", "imprisoned", "deceased", "moved_out"])
WITHOUT_FACT: Final = frozenset(
    ["leave", "handover_out", "off_control", "detained", "proposed", "arrested", "suspended", "expired_hold"]
)
"""States that need evidence which a sheet doesn't bring: in correction, and debt (model §6)."""
ADDRESSES: Final = ("address_now", "address_household")


@dataclass(frozen=True)
class Setting:
    """Under which terms a roster is taken in. `own_office`: the importer sees this office alone; None: all."""

    parsed: ParsedSheet
    places: Places
    answers: Mapping[str, str]
    now: datetime
    today: date
    ledger_day: date
    first_report_days: int
    default_office: int | None
    own_office: int | None
    keys: Keyring


@dataclass(frozen=True, slots=True)
class Contact:
    """A number or an address that a row names; `replaces`: the one in use that it stands for."""

    kind: str
    value: str
    key: str
    rank: int
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A good row whose office is known."""

    row: ParsedRow
    doc_key: str
    office: int
    staff: int | None
    contacts: tuple[Contact, ...]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written for one row: a new order (`order` is None), or facts about one that is there."""

    result: Result
    wanted: Wanted
    person: KnownPerson | None = None
    order: KnownOrder | None = None
    registered_at: datetime | None = None
    start_on: date | None = None
    end_on: date | None = None
    level: str | None = None
    place: tuple[int, int | None] | None = None
    contacts: tuple[Contact, ...] = ()
    needs_bureau: bool = False


def place_row(row: ParsedRow, doc_key: str, setting: Setting) -> Wanted | Result:
    """The row with its office, officer and contacts; or refused, for a row without an office."""
    fields = dict(row.fields)
    text = fields["office"]
    office = setting.places.office(text, setting.answers) if text else setting.default_office
    if office is None:
        return refused(setting.parsed, row, "office", "office_missing", _("没有写司法所，导入时也没有指定，请补填"))
    if setting.own_office not in (None, office):
        return refused(setting.parsed, row, "office", "other_office", _("不是本所的人员，请由区局导入"))
    name = fields["officer"]
    staff = setting.places.officer(office, name) if name else None
    if name and staff is None:
        said = _("责任人“%(name)s”不是%(office)s的在岗人员，没有指定责任人") % {
            "name": name,
            "office": setting.places.names[office],
        }
        row = warned(setting.parsed, row, "officer", "officer_unknown", said)
    return Wanted(row, doc_key, office, staff, tuple(_contacts(fields, setting.keys)), fields)


def _contacts(fields: Mapping[str, Any], keys: Keyring) -> list[Contact]:
    phones = [fields["phone"], *fields["other_phones"]] if fields.get("phone") else []
    named = [("phone", phone, rank) for rank, phone in enumerate(dict.fromkeys(phones), start=1)]
    named += [(kind, fields[kind], 1) for kind in ADDRESSES if fields.get(kind)]
    return [Contact(kind, value, keys.blind(value, CONTACT), rank) for kind, value, rank in named]


def plan(wanted: Wanted, known: Known, setting: Setting) -> Plan:
    """What follows from the row: added, changed, unchanged, refused, or ended and so not taken."""
    person = known.people.get(wanted.doc_key)
    order = person.open_order if person else None
    if said := _contradiction(wanted, known, setting):
        return Plan(said, wanted)
    if wanted.fields.get("state") in ENDED:
        return Plan(_ended_in_sheet(wanted, order), wanted, person, order)
    if order is None:
        return _long_before(wanted, setting) or _newcomer(wanted, person, setting)
    if setting.own_office not in (None, order.office):
        told = _("该人员已在其他司法所登记，需由区局处理")
        return Plan(_refused(wanted, setting, "office", "needs_bureau", told), wanted, person, order, needs_bureau=True)
    awaited = order.registered_at is None
    differs = _differing_order(wanted, order, setting) or (_long_before(wanted, setting) if awaited else None)
    return differs or _facts(wanted, person, order, setting)


def _refused(wanted: Wanted, setting: Setting, name: str, code: str, text: str) -> Result:
    return refused(setting.parsed, wanted.row, name, code, text)


def _contradiction(wanted: Wanted, known: Known, setting: Setting) -> Result | None:
    """What can't be true together with the register, or with today."""
    fields = wanted.fields
    person = known.people.get(wanted.doc_key)
    numbered = known.orders.get(fields.get("number") or "")
    if numbered and (person is None or numbered.person != person.id):
        return _refused(wanted, setting, "number", "number_taken", _("这个人员编号在系统里是另一个人的，请核对"))
    if person and squeezed(person.name) != squeezed(fields["name"]):
        told = _("该身份证号在系统里登记的姓名是“%(name)s”，请核对；确需更名的，报区局处理") % {"name": person.name}
        if setting.own_office is not None:
            told = _("该身份证号已用另一姓名登记过，请核对；确需更名的，报区局处理")
        return _refused(wanted, setting, "name", "name_differs", told)
    if fields.get("received") and fields["received"] > setting.today:
        return _refused(wanted, setting, "received", "date_in_future", _("接收日期晚于今天，请核对"))
    return None


def _long_before(wanted: Wanted, setting: Setting) -> Plan | None:
    """Nobody is enrolled long before the term: a mistyped year would move every later due day."""
    fields = wanted.fields
    if not fields.get("received") or fields["received"] >= fields["start"] - timedelta(days=EARLIEST_DAYS):
        return None
    told = _("接收日期早于矫正开始日期 %(n)s 天以上，请核对年份") % {"n": EARLIEST_DAYS}
    return Plan(_refused(wanted, setting, "received", "received_long_before", told), wanted)


def _ended_in_sheet(wanted: Wanted, order: KnownOrder | None) -> Result:
    label = _(WORDS["state"][wanted.fields["state"]][0])
    if order is None:
        return Result(wanted.row, "ended", note=_("表中状态为“%(label)s”，已经结束，没有导入") % {"label": label})
    return Result(
        wanted.row,
        "ended",
        note=_("表中状态为“%(label)s”，系统内仍在册：请在档案中办理结束，没有改动") % {"label": label},
    )


def _newcomer(wanted: Wanted, person: KnownPerson | None, setting: Setting) -> Plan:
    fields = wanted.fields
    for order in person.orders if person else ():
        same_number = fields.get("number") == order.number
        if same_number or (not fields.get("number") and order.start_on == fields["start"]):
            told = _("这一期矫正（%(number)s）在系统里已经结束，没有再导入") % {"number": order.number}
            return Plan(Result(wanted.row, "ended", note=told), wanted, person)
    if person and person.helped:
        return Plan(_refused(wanted, setting, "id_card", "in_help", still_helped(person.helped)), wanted, person)
    at = registered_at(fields, setting)
    known = {contact.key for contact in person.contacts} if person else set()
    contacts = tuple(contact for contact in wanted.contacts if contact.key not in known)
    return Plan(Result(wanted.row, "added"), wanted, person, registered_at=at, contacts=contacts)


def registered_at(fields: Mapping[str, Any], setting: Setting) -> datetime | None:
    """When the person was enrolled, as far as the sheet says; None for one who is still awaited.

    Where it says neither a state nor a day of reception, the first report isn't taken for done while it is still in time.
    """
    state, received = fields.get("state"), fields.get("received")
    enrolled_on: date = received or fields["start"]
    if state in AWAITED or enrolled_on > setting.today:
        return None
    in_time_until = fields["start"] + timedelta(days=setting.first_report_days)
    if state is None and received is None and in_time_until >= setting.today:
        return None
    return start_of(enrolled_on)


def _differing_order(wanted: Wanted, order: KnownOrder, setting: Setting) -> Plan | None:
    """Another period of correction, or another kind of it, is nothing that a fact could change."""
    fields = wanted.fields
    number = fields.get("number")
    if number and number != order.number and fields["start"] != order.start_on:
        told = _("该人员另有一期没有结束的矫正（%(number)s），请先在档案中核对") % {"number": order.number}
        return Plan(_refused(wanted, setting, "number", "other_order_open", told), wanted)
    if fields["kind"] != order.kind:
        told = _("系统里登记的矫正类别是“%(kind)s”，请核对") % {"kind": _(WORDS["kind"][order.kind][0])}
        return Plan(_refused(wanted, setting, "kind", "kind_differs", told), wanted)
    return None


# -- facts about somebody who is on the register -----------------------------------------------------------------


def _facts(wanted: Wanted, person: KnownPerson | None, order: KnownOrder, setting: Setting) -> Plan:
    assert person is not None
    fields = wanted.fields
    start_on = fields["start"] if fields["start"] != order.start_on else None
    end_on = fields["end"] if fields["end"] not in (None, order.end_on) else None
    last_day = end_on or order.end_on
    if last_day and last_day < fields["start"]:
        told = _("开始日期晚于系统里的矫正结束日期 %(day)s，请一并填写结束日期") % {"day": order.end_on}
        return Plan(_refused(wanted, setting, "start", "end_before_start", told), wanted)
    at = _late_registration(fields, order, setting)
    level = _new_level(fields, order, at)
    place = _new_place(wanted, order)
    contacts = _new_contacts(wanted, person)
    changes = (
        *_told((_("开始日期"), order.start_on, start_on), (_("结束日期"), order.end_on, end_on)),
        *_told((_("入矫登记"), None, at and at.date()), (_("管理类别"), _level(order.level), _level(level))),
        *_told_place(order, place, setting.places),
        *(Change(_(LABELS_OF_CONTACTS[contact.kind]), "", contact.value) for contact in contacts),
    )
    row = _remarked(wanted.row, person, order, wanted, setting)
    result = Result(row, "changed" if changes else "unchanged", changes)
    return Plan(result, wanted, person, order, at, start_on, end_on, level, place, contacts)


LABELS_OF_CONTACTS: Final = {
    "phone": N_("联系电话"),
    "address_now": N_("居住地址"),
    "address_household": N_("户籍地址"),
}


def _late_registration(fields: Mapping[str, Any], order: KnownOrder, setting: Setting) -> datetime | None:
    """Somebody who was awaited is enrolled now, where the sheet says so in words."""
    told = fields.get("received") or (fields.get("state") and fields["state"] not in AWAITED)
    return registered_at(fields, setting) if told and order.registered_at is None else None


def _new_level(fields: Mapping[str, Any], order: KnownOrder, registered: datetime | None) -> str | None:
    level: str | None = fields.get("level")
    return level if level != order.level and (order.registered_at or registered) else None


def _new_place(wanted: Wanted, order: KnownOrder) -> tuple[int, int | None] | None:
    """Another office, or another officer; a sheet without an officer takes nobody's away, unless the office changes."""
    if wanted.office != order.office and wanted.fields.get("office"):
        return wanted.office, wanted.staff
    if wanted.staff not in (None, order.staff) and wanted.office == order.office:
        return wanted.office, wanted.staff
    return None


def _new_contacts(wanted: Wanted, person: KnownPerson) -> tuple[Contact, ...]:
    """What was never known: a number that was replaced meanwhile doesn't come back by an old sheet."""
    keys = {(contact.kind, contact.key) for contact in person.contacts}
    fresh = [contact for contact in wanted.contacts if (contact.kind, contact.key) not in keys]
    return tuple(_in_place(contact, person.contacts) for contact in fresh)


def _in_place(new: Contact, contacts: list[KnownContact]) -> Contact:
    in_use = [c for c in contacts if c.in_use and c.kind == new.kind and c.holder == "self" and c.rank == new.rank]
    return Contact(new.kind, new.value, new.key, new.rank, in_use[-1].id if in_use else None)


def _told(*facts: tuple[str, object, object]) -> list[Change]:
    return [Change(label, str(old or ""), str(new)) for label, old, new in facts if new]


def _told_place(order: KnownOrder, place: tuple[int, int | None] | None, places: Places) -> list[Change]:
    if place is None:
        return []
    office, staff = place
    old_staff = places.staff_names.get(order.staff or 0, "")
    told = (
        [Change(_("责任人"), old_staff, places.staff_names.get(staff or 0, _("未指定")))]
        if staff != order.staff
        else []
    )
    if office != order.office:
        told.append(Change(_("司法所"), places.names.get(order.office or 0, ""), places.names[office]))
    return told


def _level(code: str | None) -> str | None:
    return _(WORDS["level"][code][0]) if code else None


def _remarked(row: ParsedRow, person: KnownPerson, order: KnownOrder, wanted: Wanted, setting: Setting) -> ParsedRow:
    """What the sheet says otherwise and no fact can tell: shown, not taken."""
    fields = row.fields
    replaced = {contact.key for contact in person.contacts if not contact.in_use}
    if fields.get("number") and fields["number"] != order.number:
        row = warned(
            setting.parsed,
            row,
            "number",
            "number_differs",
            _("系统里的人员编号是 %(number)s，没有改动") % {"number": order.number},
        )
    if fields.get("state") in WITHOUT_FACT:
        label = _(WORDS["state"][fields["state"]][0])
        row = warned(
            setting.parsed,
            row,
            "state",
            "state_not_taken",
            _("“%(label)s”需要依据，没有导入，请在档案中登记") % {"label": label},
        )
    if any(contact.key in replaced for contact in wanted.contacts):
        row = warned(setting.parsed, row, "phone", "contact_replaced", _("表中的电话或住址已被更新过，没有改回"))
    return row
