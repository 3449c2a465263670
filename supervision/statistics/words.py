"""How what is listed is called: kinds of orders, outcomes of duties, causes of alerts, states of bookings."""

from supervision import rules
from supervision.language import N_, ngettext
from supervision.language import gettext as _
from supervision.orders.words import KINDS
from supervision.video_visits.words import STATES

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
    "to_report": N_("待报到"),
    "to_connect": N_("待释放、待衔接"),
}
ADOPTIONS = {"adopted": N_("采信"), "not_adopted": N_("未采信")}
WHATS = KINDS | DUTIES | HELP | ENTRIES | ADOPTIONS | STATES | {"attended": N_("到场会见")}


def word(what: str) -> str:
    """The word for a code or the rule of an alert, so many times for a number, in the reader's language; anything else stays as it is."""
    if what.isdigit():
        return ngettext("%(n)d 次", "%(n)d 次", int(what)) % {"n": int(what)}
    return _(WHATS.get(what) or rules.title_of(what))
