"""What the person reported and what the staff saw: reports, field visits, information checks."""

from piccolo.columns import BigInt, BigSerial, ForeignKey
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, number, text
from supervision.orders.tables import CorrectionOrder
from supervision.settings.tables import ImportRun

MODES = ("phone", "in_person", "written")
MET = ("person", "family", "nobody")
CHANNELS = ("call", "video", "position", "message")
RESULTS = ("ok", "abnormal", "unreached")
APPOINTED = ("field", "office")
WITHDRAWN_AS = ("moved", "cancelled")
HOW = {"report": ("mode",), "visit": ("met",), "info_check": ("channel", "result"), "no_show": ("appointment",)}
"""Kind of check-in, which is its table → the columns that say in which manner it was made."""


class Report(Withdrawable, Table, tablename="report", db=DB):
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
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    report_mode_known = Check("mode IN ('phone', 'in_person', 'written')")


class Visit(Withdrawable, Table, tablename="visit", db=DB):
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
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    visit_met_known = Check("met IN ('person', 'family', 'nobody')")


class InfoCheck(Withdrawable, Table, tablename="info_check", db=DB):
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
    import_run = ForeignKey(ImportRun, null=True, default=None, on_delete=OnDelete.restrict)
    info_check_channel_known = Check("channel IN ('call', 'video', 'position', 'message')")
    info_check_result_known = Check("result IN ('ok', 'abnormal', 'unreached')")


class Appointment(Withdrawable, Table, tablename="appointment", db=DB):
    """A field visit or an office interview that was given a time and place; one that was moved is withdrawn and replaced."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    kind = text()
    at = moment()
    place_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    replaces = BigInt(null=True, default=None)
    withdrawn_as = text(null=True)
    appointment_kind_known = Check("kind IN ('field', 'office')")
    appointment_withdrawn_as_known = Check("withdrawn_as IN ('moved', 'cancelled')")


class NoShow(Withdrawable, Table, tablename="no_show", db=DB):
    """Nobody came to an appointment, or nobody was met; it happened at the appointed time."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    appointment = ForeignKey(Appointment, null=False, default=None, on_delete=OnDelete.restrict)
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    replaces = number(null=True)
