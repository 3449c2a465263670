"""How the codes of searches are called on pages and in lists of choices."""

from supervision.language import N_

METHODS = {"contact": N_("通信联络"), "info": N_("信息化核查"), "field": N_("实地查访")}
RESULTS = {"nothing": N_("没有找到"), "trace": N_("有线索"), "reached": N_("联系到本人")}
ORGANS = {"police": N_("公安机关（协助查找）"), "procuratorate": N_("检察院（通报查找情况）")}
ENDS = {"found": N_("本人已报到或者找到"), "false_alarm": N_("虚惊：联系没有中断")}
STATES = {
    "searching": N_("查找中"),
    "off_control": N_("脱管，查找中"),
    "found": N_("已找到"),
    "false_alarm": N_("虚惊"),
    "order_ended": N_("矫正已结束"),
}
FACTS = {"attempt": N_("查找记录"), "notice": N_("通知"), "verification": N_("脱管"), "end": N_("结束查找")}
BADGES = {"searching": "due", "off_control": "lapse", "found": "ok", "false_alarm": "plain", "order_ended": "plain"}
