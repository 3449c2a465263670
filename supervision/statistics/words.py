"""How what is listed is called: kinds of orders, outcomes of duties, states of bookings."""

from supervision.orders.words import KINDS

DUTIES = {"met": "已完成", "met_late": "迟到完成", "missed": "未完成", "open": "未办", "excused": "准予免除"}
HELP = {"key": "重点对象", "general": "一般对象"}
ENTRIES = {"registration": "登记接收", "report": "报告", "visit": "走访", "info_check": "信息核查"}
ADOPTIONS = {"adopted": "采信", "not_adopted": "未采信"}
BOOKINGS = {
    "applied": "已申请",
    "returned": "退回补正",
    "forwarded": "已报监狱",
    "prison_refused": "监狱不同意",
    "scheduled": "已排期",
    "released": "未确认释放",
    "cancelled": "已取消",
    "confirmed": "已确认",
    "no_show": "未到",
    "arrived": "已到场",
    "in_session": "会见中",
    "done": "已完成",
    "terminated": "提前终止",
    "failed": "技术故障",
}
WHATS = KINDS | DUTIES | HELP | ENTRIES | ADOPTIONS | BOOKINGS


def word(what: str) -> str:
    """The word for a code; what is no code stays as it is."""
    return WHATS.get(what, what)
