"""How the states of a step are called on the page, and the shape before each."""

from supervision.language import N_
from supervision.rules.reception import MINORS, WOMAN

STATES = {
    "open": N_("待办"),
    "lapsed": N_("逾期"),
    "met": N_("已办"),
    "met_late": N_("迟办"),
    "excused": N_("已免除"),
    "missed": N_("已处理"),
    "done": N_("已记录"),
}
BADGES = {"open": "due", "lapsed": "lapse", "met": "ok", "met_late": "due", "done": "ok"}
LACKING = {WOMAN: N_("矫正小组缺少女性成员"), MINORS: N_("矫正小组缺少熟悉未成年人的人员")}
