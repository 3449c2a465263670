"""From a `why` alone: the same dates again, and the sentence in which a user reads them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.days import DAY, add_days, end_of, every
from supervision.rules.timing import Timing

Why = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The calendar as the explanation remembers it: every day it doesn't name was a working day."""

    days_off: frozenset[date]

    def next_working_day(self, day: date) -> date:
        while day in self.days_off:
            day += DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        step = DAY if count > 0 else -DAY
        for _ in range(abs(count)):
            day += step
            while day in self.days_off:
                day += step
        return day


def recompute(why: Why) -> tuple[datetime, datetime, datetime]:
    """When the slot opens, is due and lapses, by its explanation alone. Raises KeyError where it explains no slot."""
    if "moments" in why:  # moments of the clock, which no grid of days gives
        opens_at, due_at, limit_at = map(datetime.fromisoformat, why["moments"])
        return opens_at, due_at, limit_at
    timing = timing_of(why)
    opens_at, due_at, limit_at = timing.moments(timing.days(_Recorded(_dates(why.get("days_off", ())))))
    if "outage_ended_on" in why:
        limit_at = end_of(add_days(date.fromisoformat(why["outage_ended_on"]), 1))
    return opens_at, due_at, limit_at


def timing_of(why: Why) -> Timing:
    """The timing that an explanation keeps."""
    not_before = why.get("not_before")
    return Timing(
        anchor=date.fromisoformat(why["anchor"]),
        every=why["every"],
        step=why["step"],
        opens_before=why["opens_before"],
        limit_after=why["limit_after"],
        not_before=date.fromisoformat(not_before) if not_before else None,
        due_hour=why.get("due_hour"),
        shifts=why.get("shifts", False),
    )


def _dates(texts: Any) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


# -- in words ---------------------------------------------------------------------------------------------------

LEVELS = {"strict": "严管", "normal": "普管", "loose": "宽管"}
HELP_LEVELS = {"first": "一类", "second": "二类", "third": "三类", "none": "尚未分类"}
UNITS = {"week": "每周", "month": "每月", "quarter": "每季度", "half_year": "每半年"}
ANCHORS = {
    "effective_on": "裁判生效日",
    "start_on": "矫正期起始日",
    "end_on": "矫正期满日",
    "paused_on": "暂停起始日",
    "custody_ended_on": "羁押结束日",
    "step_entered_on": "案件进入这一环节之日",
    "verification_asked_on": "开始核查之日",
    "release_on": "释放日",
    "noticed_on": "收到释放通知书之日",
    "connected_on": "衔接之日",
    "requested_on": "申请之日",
    "help_to_on": "帮教期满日",
    "received_on": "收到委托和全部材料之日",
    "sent_on": "意见书发出之日",
    "unable_on": "发现无法评估之日",
    "applied_on": "申请之日",
    "forwarded_on": "转送监狱之日",
}
PROPOSALS = {
    "admonition": "可提出训诫建议",
    "warning": "可提出警告建议",
    "police_penalty": "可提请公安机关给予治安管理处罚",
    "revoke_probation": "可提请撤销缓刑",
    "revoke_parole": "可提请撤销假释",
}
ABSENT = {
    "no_officer": "没有确定责任工作人员",
    "TE-09": "矫正期已满而仍在羁押，须由人明确如何处理，不自动解除",
    "no_class": "没有确定管理类别，暂按普管的频次执行",
    "RA-11": "还没有衔接上本人，需要查找；满二十日请公安机关协助",
    "RA-17": "联系不上本人，需要查找",
    "no_helper": "没有确定帮教责任人",
    "no_phone": "没有可以联系到本人的有效电话",
    "reach_otherwise": "短信不能送达本人（不接收短信，或者没有可以收短信的号码），须以其他方式通知应办的事项",
    "CI-03": "办理期限将满",
    "CI-04": "办理期限将满",
    "CI-09": "还不知道评估意见是否被采信",
    "no_future_duty": "此后没有任何应由本人办理的事项，而矫正期未满",
    "discipline_stuck": "案件停在同一环节，没有任何进展",
    "DI-W5": "已受两次训诫，再有违反规定的，可以提出警告建议",
    "RV-12": "列为提请撤销、收监执行的候选，须由负责人说明理由作出决定",
}


def sentence(why: Why) -> str:
    """The explanation in plain Chinese, for the screen."""
    if "said" in why:
        said = f"{why['said']}；{_last_day(why)}"
    else:
        said = _slot_sentence(why) if "anchor" in why else _finding_sentence(why)
    return f"依据{why['article']}：{said}。"


def _slot_sentence(why: Why) -> str:
    timing = timing_of(why)
    parts = [_BEGINNINGS.get(why["rule"], _counted)(why, timing), *_shift(why), _last_day(why)]
    return "；".join(part for part in parts if part)


def _counted(why: Why, timing: Timing) -> str:
    """Once, so many days from (or before) its anchor."""
    if timing.every.endswith("wd"):
        return f"自{ANCHORS[why['anchor_is']]}{day_text(timing.anchor)}起第{timing.every.removesuffix('wd')}个工作日（当日不计）"
    step = every(timing.every)
    days = step.count * timing.step
    anchor = f"{ANCHORS[why['anchor_is']]}{day_text(timing.anchor)}"
    if days > 0:
        return f"自{anchor}起第{days}日"
    return f"{anchor}前{-days}日" if days else f"{anchor}当日办理"


def _regular(why: Why, timing: Timing) -> str:
    if why.get("anchor_is") == "end_on":
        return f"矫正期满日{day_text(timing.anchor)}的最后一次报告（{LEVELS[why['level']]}）"
    interval = f"{interval_text(timing.every)}一次（{LEVELS[why['level']]}）"
    return f"自登记接收日{day_text(timing.anchor)}起{interval}，第{timing.step}次"


def _in_period(why: Why, timing: Timing) -> str:
    return f"{UNITS[why['unit']]}一次（{LEVELS[why['level']]}），本期至{day_text(timing.anchor)}"


def _confirmed(why: Why, timing: Timing) -> str:
    return (
        f"自{ANCHORS['paused_on']}{day_text(timing.anchor)}起{interval_text(timing.every)}核实一次，第{timing.step}次"
    )


def _helped(why: Why, timing: Timing) -> str:
    return f"{UNITS[why['unit']]}走访一次（{HELP_LEVELS[why['level']]}），本期至{day_text(timing.anchor)}"


_BEGINNINGS: dict[str, Callable[[Why, Timing], str]] = {
    "SU-01": _regular,
    "SU-04": _in_period,
    "RA-14": _helped,
    "confirm_pause": _confirmed,
}


def _shift(why: Why) -> list[str]:
    said = []
    if why.get("shift_days"):
        said.append(f"原定日为休息日，顺延{why['shift_days']}日")
    if why.get("provisional"):
        said.append("该年度放假安排尚未公布，暂按周末推算，公布后重新计算")
    if "outage_ended_on" in why:
        said.append(f"系统故障至{day_text(date.fromisoformat(why['outage_ended_on']))}，期限已顺延")
    return said


def _last_day(why: Why) -> str:
    opens_at, due_at, limit_at = recompute(why)
    last = f"最迟{moment_text(limit_at)}"
    due = "" if due_at == limit_at else f"应于{moment_text(due_at)}前办理，"
    return f"{day_text(opens_at.date())}起可以办理，{due}{last}"


def _finding_sentence(why: Why) -> str:
    since = moment_text(datetime.fromisoformat(why["since"]))
    if why["rule"] == "RE-12":
        return f"自{since}起逾期未报到，按{why['proposed_under']}{PROPOSALS[why['proposes']]}，由工作人员决定"
    return f"自{since}起{ABSENT[why['rule']]}"


def day_text(day: date) -> str:
    """2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(moment: datetime) -> str:
    """The end of a day is read as 24时 of that day, not as 0时 of the next."""
    if (moment.hour, moment.minute) == (0, 0):
        return f"{day_text(moment.date() - DAY)}24时"
    return f"{day_text(moment.date())}{moment.hour}时" + (f"{moment.minute}分" if moment.minute else "")


def interval_text(text: str) -> str:
    """每周, 每2周, 每月, 每3个月, 每10日."""
    step = every(text)
    if step.unit == "m":
        return "每月" if step.count == 1 else f"每{step.count}个月"
    if step.count % 7 == 0:
        return "每周" if step.count == 7 else f"每{step.count // 7}周"
    return f"每{step.count}日"
