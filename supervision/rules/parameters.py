"""Every number that a rule uses, with its default and where it comes from; the office's dated rows replace them.

Reminders are no parameters but a column of the rule (`Rule.remind_days`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.days import start_of
from supervision.language import N_
from supervision.rules.base import Parameters

VALID_FROM = start_of(date(2020, 1, 1))


@dataclass(frozen=True, slots=True)
class Default:
    """One parameter: steps are written 6d, 5wd (working days), 1w, 1m; plain numbers are days unless named otherwise."""

    key: str
    value: Any
    meaning: str
    source: str


CCL_20 = N_("《社区矫正法》第20条")
CCL_21 = N_("《社区矫正法》第21条")
IM_24 = N_("《社区矫正法实施办法》第24条：频次由省级规定和分类管理确定")
IM_38 = N_("《社区矫正法实施办法》第38条；小时数由本局确定")
IM_14 = N_("《社区矫正法实施办法》第14条")
IM_16 = N_("《社区矫正法实施办法》第16条")
IM_53 = N_("《社区矫正法实施办法》第53条")
PRACTICE = N_("各地分类管理办法的通行做法，由本局确定")
VISITS = N_("各地远程视频会见办法的通行做法，由本局确定")
HOUSE = N_("本系统的默认值，由本局确定")

DEFAULTS: tuple[Default, ...] = (
    Default("first_report.due_days", 8, N_("首次报到：提醒所指日（生效后第几日）"), HOUSE),
    Default("first_report.limit_days", 10, N_("首次报到：最后期限（生效后第几日）"), CCL_21),
    Default(
        "reception.counted",
        True,
        N_("入矫各环节：是否计算期限"),
        N_("启用以前接收的，不追溯"),
    ),
    Default("reception.notice", "5d", N_("决定机关通知：裁判生效后几日内"), CCL_20),
    Default("reception.documents", "10d", N_("决定机关送达文书：裁判生效后几日内"), CCL_20),
    Default("reception.receipt", "5d", N_("送回回执：收到文书后几日内"), IM_16),
    Default("reception.missing", "5d", N_("人到文书未到：决定机关几日内补齐"), IM_16),
    Default("reception.forward", "5d", N_("转送文书：收到后几日内（法条为“及时”）"), HOUSE),
    Default("reception.hand_over", "10d", N_("暂予监外执行的移送交接：几日内"), CCL_21),
    Default("reception.team", "5wd", N_("组建矫正小组：接收后几个工作日内"), HOUSE),
    Default("reception.announce", "5wd", N_("入矫宣告：接收后几个工作日内"), HOUSE),
    Default("reception.plan", "1m", N_("制定矫正方案：接收后多久"), HOUSE),
    Default("reception.exit_ban", "5wd", N_("不准出境报备：接收后几个工作日内（法条为“及时”）"), HOUSE),
    Default("reception.office", "3d", N_("到司法所报到：接收后几日内"), N_("本地规定，由本局确定")),
    Default("report.phone.strict", "1w", N_("电话报告间隔：严管"), IM_24),
    Default("report.phone.normal", "1w", N_("电话报告间隔：普管"), IM_24),
    Default("report.phone.loose", "2w", N_("电话报告间隔：宽管"), IM_24),
    Default("report.in_person.strict", "1w", N_("当面报到间隔：严管"), IM_24),
    Default("report.in_person.normal", "1m", N_("当面报到间隔：普管"), IM_24),
    Default("report.in_person.loose", "1m", N_("当面报到间隔：宽管"), IM_24),
    Default("report.written.strict", "2w", N_("书面报告间隔：严管"), IM_24),
    Default("report.written.normal", "1m", N_("书面报告间隔：普管"), IM_24),
    Default("report.written.loose", "3m", N_("书面报告间隔：宽管"), IM_24),
    Default("report.counts.phone", ["phone", "in_person"], N_("哪些方式可抵电话报告"), PRACTICE),
    Default("report.counts.in_person", ["in_person"], N_("哪些方式可抵当面报到"), PRACTICE),
    Default("report.counts.written", ["written"], N_("哪些方式可抵书面报告"), PRACTICE),
    Default("opens.phone", "6d", N_("电话报告：应报告日前多久可以办理"), HOUSE),
    Default(
        "opens.in_person", "5wd", N_("当面报到：应报到日前多久可以办理"), N_("各地系统提前5个工作日提示“近期需报到”")
    ),
    Default("opens.in_person.weekly", "2d", N_("每周当面报到：应报到日前多久可以办理"), HOUSE),
    Default("opens.written", "10d", N_("书面报告：应交日前多久可以办理"), HOUSE),
    Default("grace.phone", 0, N_("电话报告：宽限日数"), HOUSE),
    Default("grace.in_person", 0, N_("当面报到：宽限日数"), HOUSE),
    Default("grace.written", 0, N_("书面报告：宽限日数（常见3日）"), HOUSE),
    Default("cadence.phone", "fixed", N_("电话报告：从应报告日起算（fixed）"), HOUSE),
    Default("cadence.in_person", "fixed", N_("当面报到：从应报到日起算（fixed）"), HOUSE),
    Default("cadence.written", "fixed", N_("书面报告：从应交日起算（fixed）"), HOUSE),
    Default("visit.field.strict", "month", N_("实地走访周期：严管"), PRACTICE),
    Default("visit.field.normal", "quarter", N_("实地走访周期：普管"), PRACTICE),
    Default("visit.field.loose", "half_year", N_("实地走访周期：宽管"), PRACTICE),
    Default("visit.field.due_days", 3, N_("实地走访：周期结束前几日应当完成"), HOUSE),
    Default("check.info", "week", N_("信息化核查周期（严管亦同：比例原则）"), N_("《社区矫正法》第34条")),
    Default("check.info.due_days", 2, N_("信息化核查：周期结束前几日应当完成（周五）"), HOUSE),
    Default("ending.summary.opens_days", 40, N_("个人总结：期满前几日可以提交"), HOUSE),
    Default("ending.summary.due_days", 30, N_("个人总结：期满前几日应当提交"), IM_53),
    Default("ending.summary.limit_days", 20, N_("个人总结：期满前几日为最后期限"), HOUSE),
    Default("ending.appraisal.opens_days", 30, N_("期满鉴定：期满前几日可以办理"), IM_53),
    Default("ending.appraisal.due_days", 15, N_("期满鉴定：期满前几日应当完成"), HOUSE),
    Default("ending.appraisal.limit_days", 7, N_("期满鉴定：期满前几日为最后期限"), HOUSE),
    Default("ending.certificate.due_hour", 17, N_("解除证明：期满当日几时前应当发放"), HOUSE),
    Default("files.kept_years", 30, N_("文件：所有矫正和帮教结束后保管几年"), HOUSE),
    Default("pause.confirm", "1w", N_("羁押、住院期间多久核实一次"), HOUSE),
    Default("discipline.days.clue", 3, N_("训诫、警告：线索几日内研判"), HOUSE),
    Default("discipline.days.opened", 7, N_("训诫、警告：立案后几日内查清"), N_("各地办案流程的通行做法，由本局确定")),
    Default("discipline.days.investigated", 3, N_("训诫、警告：查清后几日内提出建议"), HOUSE),
    Default("discipline.days.proposed", 3, N_("训诫、警告：几日内完成法制审核"), HOUSE),
    Default("discipline.days.reviewed", 3, N_("训诫、警告：审核后几日内决定"), HOUSE),
    Default("discipline.days.decided", 3, N_("训诫、警告：决定后几日内送达"), N_("各地办案流程的通行做法，由本局确定")),
    Default("discipline.days.served", 5, N_("训诫、警告：送达后几日内抄送并归档"), HOUSE),
    Default("discipline.days.objection", 7, N_("训诫、警告：几日内处理异议"), HOUSE),
    Default("discipline.days.psb_pending", 15, N_("提请治安管理处罚：几日内询问结果"), HOUSE),
    Default("discipline.stuck_days", 15, N_("训诫、警告：停在同一环节几日视为停滞"), HOUSE),
    Default("lost.start_hours", 2, N_("失去联系：几小时内开始查找并登记（法条为“立即”）"), IM_38),
    Default("lost.verify_hours", 24, N_("失去联系：查找几小时没有结果须核实是否脱管"), HOUSE),
    Default("lost.police_hours", 24, N_("失去联系：几小时内通知公安机关协助查找（法条为“及时”）"), IM_38),
    Default("lost.procuratorate_hours", 72, N_("失去联系：几小时内通报检察院（法条为“及时”）"), IM_38),
    Default("commission.days.normal", 10, N_("调查评估：办理期限（收到全部材料后第几个工作日）"), IM_14),
    Default("commission.days.fast", 5, N_("调查评估：速裁程序的办理期限（工作日）"), IM_14),
    Default("commission.amber.normal", 8, N_("调查评估：从第几个工作日起提示期限将满"), HOUSE),
    Default("commission.amber.fast", 4, N_("调查评估：速裁程序从第几个工作日起提示"), HOUSE),
    Default("commission.inform_days", 1, N_("调查评估：接受委托后几个工作日内通报检察院（法条为“及时”）"), HOUSE),
    Default("commission.explain_days", 2, N_("调查评估：无法评估的，几个工作日内说明情况（法条为“及时”）"), HOUSE),
    Default("commission.adoption_days", 60, N_("调查评估：意见书发出后几日仍不知是否采信的，提示询问"), HOUSE),
    Default("commission.expected_days", 60, N_("调查评估：判处在本区矫正的，几日后仍未登记在册的，提示询问"), HOUSE),
    Default("vv.max_visitors", 3, N_("视频会见：一次最多几名亲属"), VISITS),
    Default("vv.minutes", 30, N_("视频会见：一次几分钟"), VISITS),
    Default("vv.per_month.strict", 0, N_("视频会见：严管级每月几次"), VISITS),
    Default("vv.per_month.normal", 1, N_("视频会见：普管级每月几次"), VISITS),
    Default("vv.per_month.loose", 2, N_("视频会见：宽管级每月几次"), VISITS),
    Default("vv.book_ahead_wd", 5, N_("视频会见：至少提前几个工作日预约"), VISITS),
    Default("vv.forward_wd", 2, N_("视频会见：几个工作日内转送监狱"), VISITS),
    Default("vv.family_wd", 5, N_("监狱收监后几个工作日内告知家属"), N_("罪犯会见通信规定（司发通〔2016〕118号）")),
    Default("vv.prison_wd", 3, N_("视频会见：监狱几个工作日内答复"), VISITS),
    Default("vv.confirm_hours", 24, N_("视频会见：会见前几小时为家属确认期限"), VISITS),
    Default("vv.checkin_minutes", 15, N_("视频会见：会见前几分钟开始核验"), VISITS),
    Default("vv.late_minutes", 10, N_("视频会见：开始后几分钟未到视为放弃"), VISITS),
    Default("vv.noshow_block_days", 30, N_("视频会见：爽约后几日内不得再约"), VISITS),
    Default("vv.suspend_months", [1, 3], N_("视频会见：违反会见规定暂停几个月（最短、最长）"), VISITS),
    Default("vv.slots", ["08:30-11:30", "14:30-17:00"], N_("视频会见：工作日的会见时间"), VISITS),
    Default("ra.period.prison", 5, N_("帮教期限：监狱、看守所释放（年）"), N_("国家规定的期限；年数由本局确定")),
    Default("ra.period.correction", 3, N_("帮教期限：社区矫正期满转入（年）"), N_("国家规定的期限；年数由本局确定")),
    Default("ra.verify.working_days", 15, N_("服刑人员信息核查：几个工作日内答复"), HOUSE),
    Default("ra.notice.days", 30, N_("释放通知书：释放前几日应当收到"), N_("综治委〔1999〕5号：释放前一个月")),
    Default("ra.notice.late_days", 7, N_("释放通知书：得知较晚的，几日内取得"), HOUSE),
    Default("ra.tell.due_days", 3, N_("通知村居和家属：收到通知书后几日内"), N_("安置帮教工作的通行做法")),
    Default("ra.tell.limit_days", 7, N_("通知村居和家属：最迟几日"), N_("安置帮教工作的通行做法")),
    Default("ra.connect.absent_days", 7, N_("一般帮教对象：释放后几日内衔接"), N_("安置帮教工作的通行做法")),
    Default(
        "ra.search.police_days", 20, N_("未衔接：释放后几日仍未找到的，请公安机关协查"), N_("安置帮教工作的通行做法")
    ),
    Default("ra.file.due_days", 3, N_("建立帮教档案：衔接后几日内"), N_("安置帮教工作的通行做法")),
    Default("ra.file.limit_days", 7, N_("建立帮教档案：最迟几日"), N_("安置帮教工作的通行做法")),
    Default("ra.visit.first", "month", N_("帮教走访周期：一类"), N_("安置帮教工作的通行做法")),
    Default("ra.visit.second", "quarter", N_("帮教走访周期：二类"), N_("安置帮教工作的通行做法")),
    Default("ra.visit.third", "half_year", N_("帮教走访周期：三类"), N_("安置帮教工作的通行做法")),
    Default("ra.visit.none", "quarter", N_("帮教走访周期：尚未分类"), N_("安置帮教工作的通行做法")),
    Default("ra.visit.due_days", 7, N_("帮教走访：周期结束前几日应当完成"), HOUSE),
    Default(
        "ra.report.days", 7, N_("到派出所报到落户：证明书没有写明日期的，衔接后几日内"), N_("安置帮教工作的通行做法")
    ),
    Default("ra.appraisal.first_year", 2026, N_("年度鉴定：从哪一年度起由本系统登记"), HOUSE),
    Default("ra.appraisal.least_days", 90, N_("年度鉴定：当年帮教至少几日的才鉴定"), HOUSE),
    Default("ra.appraisal.opens_days", 60, N_("年度鉴定：年底前几日开始办理"), HOUSE),
    Default("ra.appraisal.limit_days", 31, N_("年度鉴定：年底后几日为最后期限"), HOUSE),
    Default("ra.children.due_days", 30, N_("未成年子女情况：年底前几日应当了解"), HOUSE),
    Default("ra.assess.key_factors", 10, N_("危险性评估：几项因素需要帮助时建议列为重点"), HOUSE),
    Default("ra.staff.most", 50, N_("司法所帮教人数超过几人应有专职人员"), HOUSE),
    Default("ra.lists.first_month", "2026-12", N_("安置帮教名单：从哪个月起由本系统登记"), HOUSE),
    Default("ra.lists.release_day", 13, N_("预释放名单：每月几日前印发（次日为最后期限）"), HOUSE),
    Default("ra.lists.unconnected_days", 6, N_("未衔接人员名单：月底前几日开始办理"), HOUSE),
    Default("ra.dual.days", 7, N_("双列管：申请后几日内审批"), HOUSE),
    Default("ra.move.days", 10, N_("迁居移交：申请后几日内办结"), HOUSE),
    Default("ra.end.opens_days", 30, N_("办结帮教：期满前几日可以办理"), HOUSE),
    Default("ra.end.limit_days", 10, N_("办结帮教：期满后几日为最后期限"), HOUSE),
    Default(
        "ladder.notice", [48, 48, 24], N_("一般预警：承办人、所长、区局各停留几小时后上报（末级为重复间隔）"), HOUSE
    ),
    Default(
        "ladder.serious", [24, 24, 24], N_("较重预警：承办人、所长、区局各停留几小时后上报（末级为重复间隔）"), HOUSE
    ),
    Default("ladder.grave", [4, 4, 8], N_("严重预警：承办人、所长、区局各停留几小时后上报（末级为重复间隔）"), HOUSE),
)


def default_parameters() -> Parameters:
    """The defaults alone, in force since 2020-01-01."""
    return parameters_of(())


def parameters_of(rows: Iterable[tuple[str, datetime, Any]]) -> Parameters:
    """The defaults with dated rows over them."""
    return Parameters([*((default.key, VALID_FROM, default.value) for default in DEFAULTS), *rows])
