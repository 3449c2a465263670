"""What users read for the codes of people, orders, facts, alerts and messages."""

from collections.abc import Mapping

SEXES = {"male": "男", "female": "女", "unknown": ""}
STATES = {
    "due": "待报到",
    "in_correction": "在矫",
    "expired_hold": "期满待决",
    "released": "已解除",
    "revoked": "已撤销",
    "imprisoned": "已收监",
    "deceased": "已死亡",
    "moved_out": "已迁出",
    "other_end": "已终止",
}
PAUSES = {
    "custody": "羁押中",
    "hospital": "住院中",
    "leave": "请假外出",
    "own_outage": "系统故障",
    "decision": "暂停中",
}
DUTY_STATES = {
    "open": "待办",
    "met": "已完成",
    "met_late": "逾期后完成",
    "missed": "未完成",
    "excused": "已免除",
    "void": "不再要求",
}
OUTCOMES = {"missed": "认定未完成", "excused": "准予免除", "void": "不再要求"}
MESSAGE_STATES = {
    "waiting": "待发送",
    "sending": "发送中",
    "sent": "已提交",
    "delivered": "已送达",
    "undelivered": "未送达",
    "failed": "发送失败",
    "unknown": "结果不明",
    "expired": "过时未发",
    "cancelled": "已取消",
}
SEVERITIES = {"notice": "提示", "serious": "重要", "grave": "紧急"}
CAUSES = {
    "no_longer_owed": "依据变化，不再要求",
    "custody": "羁押期间",
    "hospital": "住院期间",
    "leave": "请假外出期间",
    "decision": "暂停期间",
    "own_outage": "系统故障期间",
}


def word(words: Mapping[str, str], code: str | None) -> str:
    """The word for a code; nothing stays empty, an unknown code is shown as it is."""
    return words.get(code, code) if code else ""
