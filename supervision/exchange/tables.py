"""Sheets that wait between their dry run and their import."""

from piccolo.columns import JSONB, ForeignKey
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from supervision.access.tables import Office, Staff
from supervision.db import DB, moment, text
from supervision.settings.tables import ImportRun


class Upload(Table, tablename="upload", db=DB):
    """A sheet between its dry run and its import, whole and sealed; it is thrown away after a day."""

    staff = ForeignKey(Staff, null=False, default=None, on_delete=OnDelete.restrict)
    at = moment(index=True)
    name = text()
    kind = text(null=True)
    office = ForeignKey(Office, null=True, default=None, on_delete=OnDelete.restrict)
    answers = JSONB(default="{}")
    content_sealed = text()
    run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
