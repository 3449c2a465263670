"""Every table of the statistics as an Excel sheet, in Chinese whoever takes it: a file for the records."""

from collections.abc import Sequence

from supervision.language import in_chinese
from supervision.statistics.alert_ages import AlertAge
from supervision.statistics.annual import Annual
from supervision.statistics.cells import CELLS
from supervision.statistics.dashboard import OfficeLoad, Reports
from supervision.statistics.figures import FIGURES
from supervision.statistics.indicators import Value
from supervision.statistics.lists import Listing
from supervision.statistics.monthly import Table
from supervision.statistics.period import Period
from supervision.statistics.words import word
from supervision.statistics.workbook import Cell, Sheet
from supervision.statistics.workload import Workload


@in_chinese()
def monthly_sheet(table: Table) -> Sheet:
    """A row an office, and the sum."""
    counted = [(row.name, row.counts) for row in table.rows] + [("合计", table.total)]
    rows: list[list[Cell]] = [[name, *(counts[code] for code in CELLS)] for name, counts in counted]
    title = f"{table.period.title}社区矫正对象情况统计表"
    headings = ("单位", *(cell.title for cell in CELLS.values()))
    return Sheet(table.period.code, title, headings, rows, (22,))


@in_chinese()
def list_sheet(title: str, listing: Listing) -> Sheet:
    """The people behind a count."""
    rows = [(one.name, one.number, one.office, word(one.what), one.at, one.until) for one in listing.rows]
    return Sheet("名单", title, ("姓名", "编号", "司法所", "说明", "时间", "至"), rows, (14, 22, 18, 30, 18, 18))


@in_chinese()
def indicators_sheet(period: Period, values: Sequence[Value]) -> Sheet:
    """A row an indicator: numerator, denominator, rate, and the value that is wanted."""
    rows = [
        (
            v.indicator.title,
            v.indicator.numerator.title,
            v.numerator,
            v.indicator.denominator.title,
            v.denominator,
            v.rate,
            v.indicator.wanted,
        )
        for v in values
    ]
    title = f"{period.title}工作指标"
    return Sheet(
        "指标", title, ("指标", "分子", "分子数", "分母", "分母数", "比率", "目标"), rows, (28, 18, 10, 18, 10, 10, 8)
    )


@in_chinese()
def annual_sheet(report: Annual) -> Sheet:
    """A row a figure."""
    rows = [(FIGURES[code].title, value, FIGURES[code].unit) for code, value in report.figures.items()]
    return Sheet(report.period.code, report.title, ("项目", "数量", "单位"), rows, (30, 10, 8))


@in_chinese()
def dashboard_sheets(
    offices: Sequence[OfficeLoad], weeks: Sequence[Reports], ages: Sequence[AlertAge], work: Workload | None
) -> list[Sheet]:
    """The tables beside the charts."""
    sheets = [
        Sheet(
            "各所人数",
            "各司法所人数和逾期",
            ("司法所", "在矫", "其中逾期", "安置帮教", "工作人员"),
            [(one.name, one.people, one.lapsed, one.helped, one.officers) for one in offices],
            (22,),
        ),
        Sheet(
            "每周报告",
            "每周报告情况",
            ("周一", "应报告", "按时", "迟到", "未报告", "准予免除"),
            [(one.first, one.owed, one.made, one.late, one.missed, one.excused) for one in weeks],
        ),
        Sheet(
            "预警时长",
            "未了结预警的时长",
            ("时长", "预警", "其中无人认领"),
            [(one.title, one.alerts, one.untaken) for one in ages],
        ),
    ]
    return sheets + ([_workload_sheet(work)] if work else [])


def _workload_sheet(work: Workload) -> Sheet:
    rows = [(one.name, one.weight, one.people, one.helped, one.awaited, one.lapsed, one.alerts) for one in work.loads]
    headings = ("责任人", "工作量", "在矫", "安置帮教", "待接收", "逾期", "预警")
    return Sheet("工作量", f"{work.name}工作量", headings, rows, (16,))
