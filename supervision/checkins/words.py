"""How kinds and manners of check-ins are called on pages."""

from supervision.db import Record
from supervision.language import N_
from supervision.language import gettext as _

KINDS = {"report": N_("报告"), "visit": N_("走访"), "info_check": N_("信息化核查"), "no_show": N_("约见未到")}
APPOINTED = {"field": N_("上门走访"), "office": N_("到所见面")}
AGREED = {
    "to_come": N_("待约见"),
    "now": N_("待记录"),
    "late": N_("没有记录"),
    "met": N_("已记录"),
    "met_late": N_("迟记"),
    "missed": N_("已处理"),
    "excused": N_("已免除"),
    "void": N_("不再需要"),
    "moved": N_("已改期"),
    "cancelled": N_("已取消"),
}
MODES = {"phone": N_("电话报告"), "in_person": N_("当面报到"), "written": N_("书面报告")}
MET = {"person": N_("见到本人"), "family": N_("见到家属"), "nobody": N_("没有见到人")}
CHANNELS = {"call": N_("电话"), "video": N_("视频"), "position": N_("定位"), "message": N_("消息")}
RESULTS = {"ok": N_("正常"), "abnormal": N_("异常"), "unreached": N_("未接通")}


def title_of(kind: str, how: Record | dict[str, str]) -> str:
    """“电话报告”, “走访：见到家属”, “信息化核查（电话）：正常”, in the language of the request."""
    if kind == "report":
        return _(MODES[how["mode"]])
    if kind == "no_show":
        return _("约定见面，没有见到本人")
    if kind == "visit":
        return _("走访：%(met)s") % {"met": _(MET[how["met"]])}
    return _("信息化核查（%(channel)s）：%(result)s") % {
        "channel": _(CHANNELS[how["channel"]]),
        "result": _(RESULTS[how["result"]]),
    }
