"""What people hand in or sign: one row a file; its bytes lie sealed in the data folder."""

from piccolo.columns import BigInt, BigSerial, ForeignKey
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, text
from supervision.files.content import DOCX, JPEG, PDF, PNG
from supervision.files.kinds import KINDS
from supervision.people.tables import Person

MEDIA_TYPES = (PDF, JPEG, PNG, DOCX)


def _one_of(column: str, values: tuple[str, ...]) -> Check:
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


class FileRecord(Withdrawable, Table, tablename="file_record", db=DB):
    """One file: what it belongs to, what it is, and where its sealed bytes lie."""

    id = BigSerial(primary_key=True)
    subject_kind = text()
    subject_id = BigInt(default=None)
    person = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
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
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    replaces = BigInt(null=True, default=None)
    removed_at = moment(null=True)
    removed_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    removed_reason = text(null=True)
    file_record_place_once = Unique(["place"])
    file_record_kind_known = _one_of("kind", tuple(KINDS))
    file_record_media_type_known = _one_of("media_type", MEDIA_TYPES)
