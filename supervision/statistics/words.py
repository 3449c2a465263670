"""How what is listed is called: kinds of orders, outcomes of duties, states of bookings."""

from supervision.language import N_, ngettext
from supervision.language import gettext as _
from supervision.orders.words import KINDS

DUTIES = {
    "met": N_("已完成"),
    "met_late": N_("迟到完成"),
    "missed": N_("未完成"),
    "open": N_("未办"),
    "excused": N_("准予免除"),
}
HELP = {"key": N_("重点对象"), "general": N_("一般对象"), "connected": N_("已衔接"), "not_connected": N_("未衔接")}
ENTRIES = {
    "registration": N_("登记接收"),
    "report": N_("报告"),
    "visit": N_("走访"),
    "info_check": N_("信息核查"),
    "not_reported": N_("逾期未报到"),
    "off_control": N_("核实脱管"),
    "on_register": N_("在册"),
}
ADOPTIONS = {"adopted": N_("采信"), "not_adopted": N_("未采信")}
BOOKINGS = {
    "applied": N_("已申请"),
    "returned": N_("退回补正"),
    "forwarded": N_("已报监狱"),
    "prison_refused": N_("监狱不同意"),
    "scheduled": N_("已排期"),
    "released": N_("未确认释放"),
    "cancelled": N_("已取消"),
    "confirmed": N_("已确认"),
    "no_show": N_("未到"),
    "arrived": N_("已到场"),
    "in_session": N_("会见中"),
    "done": N_("已完成"),
    "terminated": N_("提前终止"),
    "failed": N_("技术故障"),
    "attended": N_("到场会见"),
}
WHATS = KINDS | DUTIES | HELP | ENTRIES | ADOPTIONS | BOOKINGS


def word(what: str) -> str:
    """The word for a code, so many times for a number, in the language of the reader; anything else stays as it is."""
    if what.isdigit():
        return ngettext("%(n)d 次", "%(n)d 次", int(what)) % {"n": int(what)}
    return _(WHATS.get(what, what))
