"""How kinds and manners of check-ins are called on pages."""

from supervision.db import Record

KINDS = {"report": "报告", "visit": "走访", "info_check": "信息化核查", "no_show": "约见未到"}
APPOINTED = {"field": "上门走访", "office": "到所见面"}
AGREED = {
    "to_come": "待约见",
    "now": "待记录",
    "late": "没有记录",
    "met": "已记录",
    "met_late": "迟记",
    "missed": "已处理",
    "excused": "已免除",
    "void": "不再需要",
    "moved": "已改期",
    "cancelled": "已取消",
}
MODES = {"phone": "电话报告", "in_person": "当面报到", "written": "书面报告"}
MET = {"person": "见到本人", "family": "见到家属", "nobody": "没有见到人"}
CHANNELS = {"call": "电话", "video": "视频", "position": "定位", "message": "消息"}
RESULTS = {"ok": "正常", "abnormal": "异常", "unreached": "未接通"}


def title_of(kind: str, how: Record | dict[str, str]) -> str:
    """“电话报告”, “走访：见到家属”, “信息化核查（电话）：正常”."""
    if kind == "report":
        return MODES[how["mode"]]
    if kind == "no_show":
        return "约定见面，没有见到本人"
    if kind == "visit":
        return f"{KINDS[kind]}：{MET[how['met']]}"
    return f"{KINDS[kind]}（{CHANNELS[how['channel']]}）：{RESULTS[how['result']]}"
