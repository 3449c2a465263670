"""How video visits are spoken of on pages."""

from datetime import datetime

from babel.dates import format_datetime

from supervision.days import SHANGHAI
from supervision.language import LANGUAGE, N_
from supervision.language import gettext as _

STATES = {
    "applied": N_("待审核"),
    "returned": N_("已退回"),
    "forwarded": N_("待监狱答复"),
    "prison_refused": N_("监狱不同意"),
    "scheduled": N_("待家属确认"),
    "released": N_("未确认，时段已收回"),
    "cancelled": N_("已取消"),
    "confirmed": N_("已确认"),
    "no_show": N_("爽约"),
    "arrived": N_("已到场"),
    "in_session": N_("会见中"),
    "done": N_("已完成"),
    "terminated": N_("违规中止"),
    "failed": N_("技术故障"),
    "withdrawn": N_("已作废"),
}
BADGES = {
    "applied": "due",
    "forwarded": "due",
    "scheduled": "due",
    "confirmed": "ok",
    "arrived": "ok",
    "in_session": "ok",
    "done": "ok",
    "no_show": "lapse",
    "terminated": "lapse",
    "failed": "paused",
}
STEPS = {
    "apply": N_("登记预约"),
    "forward": N_("转送监狱"),
    "return": N_("退回"),
    "schedule": N_("监狱同意，安排时间"),
    "prison_refuse": N_("监狱不同意"),
    "confirm": N_("家属确认"),
    "release": N_("到期未确认，时段收回"),
    "cancel": N_("取消"),
    "miss": N_("未到场，记为爽约"),
    "arrive": N_("到场核验"),
    "start": N_("开始会见"),
    "end": N_("会见结束"),
    "breach": N_("违规中止"),
    "fail": N_("技术故障"),
}
CLASSES = {"strict": N_("严管级"), "normal": N_("普管级"), "loose": N_("宽管级")}
CANCELLED_BY = {"prison": N_("监狱"), "bureau": N_("本局"), "family": N_("家属")}
"""Who may call a session off; one that a suspension stops is called off by nobody of these."""
SATISFIED = {"yes": N_("满意"), "fairly": N_("基本满意"), "no": N_("不满意")}
SUSPENDED = N_("因违反会见规定，会见暂停。")
KINSHIPS = {
    "spouse": N_("配偶"),
    "parent": N_("父母"),
    "child": N_("子女"),
    "sibling": N_("兄弟姐妹"),
    "grandparent": N_("祖父母、外祖父母"),
    "grandchild": N_("孙子女、外孙子女"),
    "in_law": N_("姻亲"),
    "guardian": N_("监护人"),
    "other": N_("其他亲属"),
}
PROOFS = {
    "household_book": N_("户口簿"),
    "marriage": N_("结婚证"),
    "birth": N_("出生医学证明"),
    "village": N_("村（居）委会证明"),
    "other": N_("其他证明"),
}
FAMILY_STATES = {"new": N_("待核验"), "ok": N_("已核验"), "refused": N_("核验未通过")}


def local(moment: datetime) -> datetime:
    """The moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)


def clock_text(moment: datetime) -> str:
    """`9:30` in Asia/Shanghai."""
    return f"{local(moment).hour}:{local(moment).minute:02d}"


def moment_words(moment: datetime) -> str:
    """`12月3日 9:30` in Asia/Shanghai, in the language of the reader."""
    return format_datetime(local(moment).replace(tzinfo=None), _("M月d日 H:mm"), locale=LANGUAGE.get())
