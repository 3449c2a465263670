"""Documents that were issued, each stored as it was; and the counters of their numbers."""

from piccolo.columns import BigInt, BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, number, row_of, text
from supervision.people.tables import Person


class DocumentCounter(Table, tablename="document_counter", db=DB):
    """The last number given to a form in a year; its row is locked while one is given, so there are no gaps and no doubles."""

    form = text()
    year = number()
    last = number()
    document_counter_once = Unique(["form", "year"])


class IssuedDocument(Withdrawable, Table, tablename="issued_document", db=DB):
    """One document that was issued: its number, what it is about, and its files as they were made."""

    id = BigSerial(primary_key=True)
    form = text()
    year = number()
    serial = number()
    number = text()
    subject_kind = text()
    subject_id = BigInt(default=None, null=False)
    person = row_of(Person, null=True)
    pdf_file = BigInt(default=None, null=True)
    word_file = BigInt(default=None, null=True)
    """Both, or neither: a document from before this system has its number here, and is itself on paper."""
    scan_file = BigInt(default=None, null=True)
    """The signed copy that came back, found by the document's number."""
    issued_at = moment()
    issued_by = row_of(Staff)
    issued_document_serial_once = Unique(["form", "year", "serial"])
    issued_document_number_once = Unique(["number"])
    issued_document_has_both_files = Check("(pdf_file IS NULL) = (word_file IS NULL)")
