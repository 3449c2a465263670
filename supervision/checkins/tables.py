"""What the person reported and what the staff saw: reports, field visits, information checks."""

from piccolo.columns import BigInt, BigSerial
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, number, one_of, row_of, text
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
    order = row_of(CorrectionOrder, column="order_id")
    mode = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)
    report_mode_known = one_of("mode", MODES)


class Visit(Withdrawable, Table, tablename="visit", db=DB):
    """An officer's visit to a person (law SU-04, CCL 26)."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    met = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)
    visit_met_known = one_of("met", MET)


class InfoCheck(Withdrawable, Table, tablename="info_check", db=DB):
    """A check by call, message or position (law SU-04, IM 23)."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    channel = text()
    result = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
    import_run = row_of(ImportRun, null=True)
    info_check_channel_known = one_of("channel", CHANNELS)
    info_check_result_known = one_of("result", RESULTS)


class Appointment(Withdrawable, Table, tablename="appointment", db=DB):
    """A field visit or an office interview that was given a time and place; one that was moved is withdrawn and replaced."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    kind = text()
    at = moment()
    place_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = BigInt(null=True, default=None)
    withdrawn_as = text(null=True)
    appointment_kind_known = one_of("kind", APPOINTED)
    appointment_withdrawn_as_known = one_of("withdrawn_as", WITHDRAWN_AS)


class NoShow(Withdrawable, Table, tablename="no_show", db=DB):
    """Nobody came to an appointment, or nobody was met; it happened at the appointed time."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    appointment = row_of(Appointment)
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    replaces = number(null=True)
