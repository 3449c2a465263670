"""What people hand in or sign: one row a file; its bytes lie sealed in the data folder."""

from piccolo.columns import BigInt, BigSerial
from piccolo.constraints import Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, one_of, row_of, text
from supervision.files.content import DOCX, JPEG, PDF, PNG
from supervision.files.kinds import KINDS
from supervision.people.tables import Person

MEDIA_TYPES = (PDF, JPEG, PNG, DOCX)


class FileRecord(Withdrawable, Table, tablename="file_record", db=DB):
    """One file: what it belongs to, what it is, and where its sealed bytes lie."""

    id = BigSerial(primary_key=True)
    subject_kind = text()
    subject_id = BigInt(default=None)
    person = row_of(Person, null=True)
    kind = text()
    name_sealed = text(null=True)
    media_type = text()
    size = BigInt(default=None)
    """Bytes in clear."""
    place = text()
    """Its name in the data folder, which tells nothing."""
    key_sealed = text(null=True)
    """The file's own key, sealed; gone once the file was removed for good."""
    digest = text()
    """SHA-256 of the sealed bytes: what a backup is compared with."""
    happened_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = BigInt(null=True, default=None)
    removed_at = moment(null=True)
    removed_by = row_of(Staff, null=True)
    removed_reason = text(null=True)
    file_record_place_once = Unique(["place"])
    file_record_kind_known = one_of("kind", KINDS)
    file_record_media_type_known = one_of("media_type", MEDIA_TYPES)
