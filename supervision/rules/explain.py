"""From a `why` alone: the same dates again, and the sentence in which a user reads them, in the language of the reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime

from supervision.days import DAY, add_days, end_of, every
from supervision.language import LANGUAGE, N_, ngettext
from supervision.language import gettext as _
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
        for _each in range(abs(count)):
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

SEPARATOR = N_("；")

LEVELS = {"strict": N_("严管"), "normal": N_("普管"), "loose": N_("宽管")}
HELP_LEVELS = {"first": N_("一类"), "second": N_("二类"), "third": N_("三类"), "none": N_("尚未分类")}
UNITS = {"week": N_("每周"), "month": N_("每月"), "quarter": N_("每季度"), "half_year": N_("每半年")}
ANCHORS = {
    "effective_on": N_("裁判生效日"),
    "start_on": N_("矫正期起始日"),
    "end_on": N_("矫正期满日"),
    "registered_on": N_("登记接收之日"),
    "documents_on": N_("收到法律文书之日"),
    "paused_on": N_("暂停起始日"),
    "custody_ended_on": N_("羁押结束日"),
    "step_entered_on": N_("案件进入这一环节之日"),
    "verification_asked_on": N_("开始核查之日"),
    "release_on": N_("释放日"),
    "noticed_on": N_("收到释放通知书之日"),
    "connected_on": N_("衔接之日"),
    "requested_on": N_("申请之日"),
    "help_to_on": N_("帮教期满日"),
    "month_begins": N_("当月首日"),
    "month_ends": N_("当月末日"),
    "intake_on": N_("收监之日"),
    "year_end": N_("年度末"),
    "received_on": N_("收到委托和全部材料之日"),
    "sent_on": N_("意见书发出之日"),
    "unable_on": N_("发现无法评估之日"),
    "applied_on": N_("申请之日"),
    "forwarded_on": N_("转送监狱之日"),
}
PROPOSALS = {
    "admonition": N_("可提出训诫建议"),
    "warning": N_("可提出警告建议"),
    "police_penalty": N_("可提请公安机关给予治安管理处罚"),
    "revoke_probation": N_("可提请撤销缓刑"),
    "revoke_parole": N_("可提请撤销假释"),
}
ABSENT = {
    "no_officer": N_("没有确定责任工作人员"),
    "TE-09": N_("矫正期已满而仍在羁押，须由人明确如何处理，不自动解除"),
    "no_class": N_("没有确定管理类别，暂按普管的频次执行"),
    "RA-11": N_("还没有衔接上本人，需要查找；久未找到的，请公安机关协助"),
    "RA-24": N_("帮教的人数较多，还没有专职帮教人员"),
    "RA-17": N_("联系不上本人，需要查找"),
    "no_helper": N_("没有确定帮教责任人"),
    "no_phone": N_("没有可以联系到本人的有效电话"),
    "reach_otherwise": N_("短信不能送达本人（不接收短信，或者没有可以收短信的号码），须以其他方式通知应办的事项"),
    "CI-03": N_("办理期限将满"),
    "CI-04": N_("办理期限将满"),
    "expected_late": N_("判决、决定在本区矫正的人员还没有登记在册，须向委托机关询问"),
    "CI-09": N_("还不知道评估意见是否被采信"),
    "no_future_duty": N_("此后没有任何应由本人办理的事项，而矫正期未满"),
    "R-08": N_("矫正小组缺少法律要求的成员"),
    "LO-02": N_("查找没有结果，也没有人核实是否脱管"),
    "discipline_stuck": N_("案件停在同一环节，没有任何进展"),
    "DI-W5": N_("已受两次训诫，再有违反规定的，可以提出警告建议"),
    "RV-12": N_("列为提请撤销、收监执行的候选，须由负责人说明理由作出决定"),
}


def sentence(why: Why) -> str:
    """The explanation in the language of the reader, for the screen."""
    if "said" in why:
        said = _(SEPARATOR).join([_(why["said"]), _last_day(why)])
    else:
        said = _slot_sentence(why) if "anchor" in why else _finding_sentence(why)
    return _("依据%(article)s：%(said)s。") % {"article": _(why["article"]), "said": said}


def _slot_sentence(why: Why) -> str:
    timing = timing_of(why)
    parts = [_BEGINNINGS.get(why["rule"], _counted)(why, timing), *_shift(why), _last_day(why)]
    return _(SEPARATOR).join(part for part in parts if part)


def _anchor(name: str, timing: Timing) -> dict[str, Any]:
    return {"anchor": _(ANCHORS[name]), "day": day_text(timing.anchor)}


def _counted(why: Why, timing: Timing) -> str:
    """Once, so many days from (or before) its anchor."""
    said = _anchor(why["anchor_is"], timing)
    if timing.every.endswith("wd"):
        return _("自%(anchor)s%(day)s起第%(n)s个工作日（当日不计）") % (said | {"n": timing.every.removesuffix("wd")})
    step = every(timing.every)
    days = step.count * timing.step
    if step.unit == "m":
        return ngettext("自%(anchor)s%(day)s起%(n)d个月内", "自%(anchor)s%(day)s起%(n)d个月内", days) % (
            said | {"n": days}
        )
    if days > 0:
        return _("自%(anchor)s%(day)s起第%(n)d日") % (said | {"n": days})
    if days < 0:
        return ngettext("%(anchor)s%(day)s前%(n)d日", "%(anchor)s%(day)s前%(n)d日", -days) % (said | {"n": -days})
    return _("%(anchor)s%(day)s当日办理") % said


def _regular(why: Why, timing: Timing) -> str:
    said = {"day": day_text(timing.anchor), "level": _(LEVELS[why["level"]])}
    if why.get("anchor_is") == "end_on":
        return _("矫正期满日%(day)s的最后一次报告（%(level)s）") % said
    said |= {"interval": interval_text(timing.every), "n": str(timing.step)}
    return _("自登记接收日%(day)s起%(interval)s一次（%(level)s），第%(n)s次") % said


def _in_period(why: Why, timing: Timing) -> str:
    said = {"unit": _(UNITS[why["unit"]]), "level": _(LEVELS[why["level"]]), "day": day_text(timing.anchor)}
    return _("%(unit)s一次（%(level)s），本期至%(day)s") % said


def _confirmed(why: Why, timing: Timing) -> str:
    said = _anchor("paused_on", timing) | {"interval": interval_text(timing.every), "n": timing.step}
    return _("自%(anchor)s%(day)s起%(interval)s核实一次，第%(n)d次") % said


def _helped(why: Why, timing: Timing) -> str:
    said = {"unit": _(UNITS[why["unit"]]), "level": _(HELP_LEVELS[why["level"]]), "day": day_text(timing.anchor)}
    return _("%(unit)s走访一次（%(level)s），本期至%(day)s") % said


_BEGINNINGS: dict[str, Callable[[Why, Timing], str]] = {
    "SU-01": _regular,
    "SU-04": _in_period,
    "RA-14": _helped,
    "confirm_pause": _confirmed,
}


def _shift(why: Why) -> list[str]:
    said = []
    if why.get("shift_days"):
        days = why["shift_days"]
        said.append(ngettext("原定日为休息日，顺延%(n)d日", "原定日为休息日，顺延%(n)d日", days) % {"n": days})
    if "shifted_on" in why:
        day = day_text(date.fromisoformat(why["shifted_on"]))
        said.append(_("最后一日为休息日，依法可以顺延至%(day)s，预警仍按原定日") % {"day": day})
    if why.get("provisional"):
        said.append(_("该年度放假安排尚未公布，暂按周末推算，公布后重新计算"))
    if "outage_ended_on" in why:
        day = day_text(date.fromisoformat(why["outage_ended_on"]))
        said.append(_("系统故障至%(day)s，期限已顺延") % {"day": day})
    return said


def _last_day(why: Why) -> str:
    opens_at, due_at, limit_at = recompute(why)
    said = {"opens": day_text(opens_at.date()), "due": moment_text(due_at), "limit": moment_text(limit_at)}
    if due_at == limit_at:
        return _("%(opens)s起可以办理，最迟%(limit)s") % said
    return _("%(opens)s起可以办理，应于%(due)s前办理，最迟%(limit)s") % said


def _finding_sentence(why: Why) -> str:
    said = {"since": moment_text(datetime.fromisoformat(why["since"]))}
    if why["rule"] == "RE-12":
        said |= {"article": _(why["proposed_under"]), "proposal": _(PROPOSALS[why["proposes"]])}
        return _("自%(since)s起逾期未报到，按%(article)s%(proposal)s，由工作人员决定") % said
    if why["rule"] == "LO-05":
        said |= {"article": _(why["proposed_under"]), "proposal": _(PROPOSALS[why["proposes"]])}
        return _("自%(since)s起脱离监管，按%(article)s%(proposal)s，由工作人员决定") % said
    return _("自%(since)s起%(what)s") % (said | {"what": _(ABSENT[why["rule"]])})


def day_text(day: date) -> str:
    """2026年3月2日, 2 March 2026."""
    return format_date(day, _("y年M月d日"), LANGUAGE.get())


def moment_text(moment: datetime) -> str:
    """The end of a day is read as 24时 of that day, not as 0时 of the next."""
    if (moment.hour, moment.minute) == (0, 0):
        return _("%(day)s24时") % {"day": day_text(moment.date() - DAY)}
    pattern = _("y年M月d日H时m分") if moment.minute else _("y年M月d日H时")
    return format_datetime(moment.replace(tzinfo=None), pattern, locale=LANGUAGE.get())


def interval_text(text: str) -> str:
    """每周, 每2周, 每月, 每3个月, 每10日."""
    step = every(text)
    if step.unit == "m":
        return _("每月") if step.count == 1 else _("每%(n)d个月") % {"n": step.count}
    if step.count % 7 == 0:
        return _("每周") if step.count == 7 else _("每%(n)d周") % {"n": step.count // 7}
    return ngettext("每%(n)d日", "每%(n)d日", step.count) % {"n": step.count}
