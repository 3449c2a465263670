"""How video visits are spoken of on pages."""

from datetime import datetime

from supervision.days import SHANGHAI

STATES = {
    "applied": "待审核",
    "returned": "已退回",
    "forwarded": "待监狱答复",
    "prison_refused": "监狱不同意",
    "scheduled": "待家属确认",
    "released": "未确认，时段已收回",
    "cancelled": "已取消",
    "confirmed": "已确认",
    "no_show": "爽约",
    "arrived": "已到场",
    "in_session": "会见中",
    "done": "已完成",
    "terminated": "违规中止",
    "failed": "技术故障",
    "withdrawn": "已作废",
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
    "apply": "登记预约",
    "forward": "转送监狱",
    "return": "退回",
    "schedule": "监狱同意，安排时间",
    "prison_refuse": "监狱不同意",
    "confirm": "家属确认",
    "release": "到期未确认，时段收回",
    "cancel": "取消",
    "miss": "未到场，记为爽约",
    "arrive": "到场核验",
    "start": "开始会见",
    "end": "会见结束",
    "breach": "违规中止",
    "fail": "技术故障",
}
CLASSES = {"strict": "严管级", "normal": "普管级", "loose": "宽管级"}
KINSHIPS = {
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母、外祖父母",
    "grandchild": "孙子女、外孙子女",
    "in_law": "姻亲",
    "guardian": "监护人",
    "other": "其他亲属",
}
PROOFS = {
    "household_book": "户口簿",
    "marriage": "结婚证",
    "birth": "出生医学证明",
    "village": "村（居）委会证明",
    "other": "其他证明",
}
FAMILY_STATES = {"new": "待核验", "ok": "已核验", "refused": "核验未通过"}


def local(moment: datetime) -> datetime:
    """The moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)


def clock_text(moment: datetime) -> str:
    """`9:30` in Asia/Shanghai."""
    return f"{local(moment).hour}:{local(moment).minute:02d}"


def moment_words(moment: datetime) -> str:
    """`12月3日 9:30` in Asia/Shanghai."""
    return f"{local(moment).month}月{local(moment).day}日 {clock_text(moment)}"
