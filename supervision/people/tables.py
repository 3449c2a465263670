"""People, how they can be reached, who is responsible for them, and notes."""

from piccolo.columns import BigSerial, Integer
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Office, Staff
from supervision.db import DB, day, moment, number, row_of, text
from supervision.settings.tables import ImportRun


class Person(Table, tablename="person", db=DB):
    """Anyone on a register: one row however many cases."""

    name = text()
    pinyin = text()
    """All readings of the name, initials and full, separated by blanks: 'dyl duyulin'."""
    sex = text()
    born_on = day(null=True)
    doc_kind = text()
    doc_sealed = text(null=True)
    doc_key = text(null=True)
    doc_tail_key = text(null=True)
    merged_into = number(null=True)
    created_at = moment()
    import_run = row_of(ImportRun, null=True)
    person_doc_once = Unique(["doc_key"])
    person_sex_known = Check("sex IN ('male', 'female', 'unknown')")


class Contact(Table, tablename="contact", db=DB):
    """A phone number or an address, as a fact: a correction is a new row."""

    id = BigSerial(primary_key=True)
    person = row_of(Person)
    kind = text()
    value_sealed = text()
    key = text(index=True)
    tail_key = text(null=True, index=True)
    holder = text()
    """self, or family: then no text may tell why."""
    rank = Integer(default=1)
    ok_from = moment()
    bad_since = moment(null=True)
    consent = text()
    """yes | no (refuses texts: reach otherwise)."""
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    withdrawn_at = moment(null=True)
    import_run = row_of(ImportRun, null=True)
    contact_kind_known = Check("kind IN ('phone', 'address_now', 'address_household', 'visit_phone')")
    contact_holder_known = Check("holder IN ('self', 'family')")
    contact_consent_known = Check("consent IN ('yes', 'no')")


class Responsibility(Table, tablename="responsibility", db=DB):
    """Which office, and who in it, has a file during a time; two of one role never overlap (an exclusion constraint)."""

    id = BigSerial(primary_key=True)
    subject_kind = text()
    subject_id = number()
    person = row_of(Person, null=True)
    office = row_of(Office)
    staff = row_of(Staff, null=True)
    role = text()
    from_at = moment()
    to_at = moment(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    reason = text(null=True)
    import_run = row_of(ImportRun, null=True)
    responsibility_role_known = Check("role IN ('main', 'dual')")


class Note(Table, tablename="note", db=DB):
    """A remark on a person's file; sealed, since anything may be written in it."""

    person = row_of(Person)
    text_sealed = text()
    recorded_at = moment()
    recorded_by = row_of(Staff)
