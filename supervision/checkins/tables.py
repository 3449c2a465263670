"""What the person reported and what the staff saw: reports, field visits, information checks."""

from piccolo.columns import BigSerial, ForeignKey
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from supervision.access.tables import Staff
from supervision.db import DB, moment, number, text
from supervision.orders.tables import CorrectionOrder
from supervision.settings.tables import ImportRun

MODES = ("phone", "in_person", "written")
MET = ("person", "family", "nobody")
CHANNELS = ("call", "video", "position", "message")
RESULTS = ("ok", "abnormal", "unreached")
HOW = {"report": ("mode",), "visit": ("met",), "info_check": ("channel", "result")}
"""Kind of check-in, which is its table → the columns that say in which manner it was made."""


class Report(Table, tablename="report", db=DB):
    """The person's own regular report (law SU-01, IM 24)."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    mode = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    replaces = number(null=True)
    withdrawn_at = moment(null=True)
    withdrawn_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    withdrawn_reason = text(null=True)
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    report_mode_known = Check("mode IN ('phone', 'in_person', 'written')")


class Visit(Table, tablename="visit", db=DB):
    """An officer's visit to a person (law SU-04, CCL 26)."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    met = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    replaces = number(null=True)
    withdrawn_at = moment(null=True)
    withdrawn_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    withdrawn_reason = text(null=True)
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    visit_met_known = Check("met IN ('person', 'family', 'nobody')")


class InfoCheck(Table, tablename="info_check", db=DB):
    """A check by call, message or position (law SU-04, IM 23)."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    channel = text()
    result = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    replaces = number(null=True)
    withdrawn_at = moment(null=True)
    withdrawn_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    withdrawn_reason = text(null=True)
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    info_check_channel_known = Check("channel IN ('call', 'video', 'position', 'message')")
    info_check_result_known = Check("result IN ('ok', 'abnormal', 'unreached')")
