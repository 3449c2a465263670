"""What users read for the codes of orders, facts, alerts and messages."""

from collections.abc import Mapping

from supervision.language import N_
from supervision.language import gettext as _

STATES = {
    "due": N_("待报到"),
    "in_correction": N_("在矫"),
    "expired_hold": N_("期满待决"),
    "released": N_("已解除"),
    "revoked": N_("已撤销"),
    "imprisoned": N_("已收监"),
    "deceased": N_("已死亡"),
    "moved_out": N_("已迁出"),
    "other_end": N_("已终止"),
}
PAUSES = {
    "custody": N_("羁押中"),
    "hospital": N_("住院中"),
    "leave": N_("请假外出"),
    "own_outage": N_("系统故障"),
    "decision": N_("暂停中"),
}
DUTY_STATES = {
    "open": N_("待办"),
    "met": N_("已完成"),
    "met_late": N_("逾期后完成"),
    "missed": N_("未完成"),
    "excused": N_("已免除"),
    "void": N_("不再要求"),
}
OUTCOMES = {"missed": N_("认定未完成"), "excused": N_("准予免除"), "void": N_("不再要求")}
MESSAGE_STATES = {
    "waiting": N_("待发送"),
    "sending": N_("发送中"),
    "sent": N_("已提交"),
    "delivered": N_("已送达"),
    "undelivered": N_("未送达"),
    "failed": N_("发送失败"),
    "unknown": N_("结果不明"),
    "expired": N_("过时未发"),
    "cancelled": N_("已取消"),
}
CAUSES = {
    "no_longer_owed": N_("依据变化，不再要求"),
    "custody": N_("羁押期间"),
    "hospital": N_("住院期间"),
    "leave": N_("请假外出期间"),
    "decision": N_("暂停期间"),
    "own_outage": N_("系统故障期间"),
}


def word(words: Mapping[str, str], code: str | None) -> str:
    """The word for a code in the language of the request; nothing stays empty, an unknown code is shown as it is."""
    return _(words.get(code, code)) if code else ""
