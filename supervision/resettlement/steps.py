"""What each step of a period of help asks of whoever puts it down: one line a step, from which its form is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.resettlement import words


@dataclass(frozen=True, slots=True)
class Step:
    """A step as its form asks for it. `said`: what the words are about; empty where none are needed."""

    event: str
    label: str
    icon: str
    said: str = ""
    must_say: bool = False
    codes: Mapping[str, str] | None = None
    code_label: str = ""
    office: str = ""
    """What the other office is; empty where there is none."""
    release: bool = False
    """Whether the day of release is told with it."""
    decided: bool = False
    """Decided by a head or the bureau, not by whoever does the daily work."""
    danger: bool = False


STEPS: tuple[Step, ...] = (
    Step("ask", "开始核查", "search", "向谁核查"),
    Step("verified", "核查成功", "circle-check", "核实的住址和家庭情况"),
    Step("waiting", "继续等待", "clock", "还缺什么"),
    Step("failed", "核查未成功", "circle-x", "核查的经过", codes=words.FAILURES, code_label="原因"),
    Step("returned", "退回上级核对", "undo-2", "退回的理由", must_say=True),
    Step("readdressed", "按新地址再核查", "map-pin", "新的地址", must_say=True),
    Step("prison_changed", "转监", "building", "新的服刑场所", must_say=True),
    Step("escaped", "脱逃", "triangle-alert", "情况", must_say=True),
    Step("notice", "收到释放通知书", "mail", "文号", release=True),
    Step("told", "已通知村居和家属", "phone", "通知了谁", must_say=True),
    Step(
        "fetched",
        "接回",
        "car",
        "接送人、交接签字、随带文书",
        must_say=True,
        codes=words.FETCHED,
        code_label="怎样接回",
    ),
    Step("arrived", "衔接", "house", "情况", codes=words.ARRIVED, code_label="怎样回来"),
    Step("missed", "尚未衔接", "circle-question-mark", "已联系了谁", must_say=True),
    Step("searched", "记录查找", "search", "向谁了解、结果如何", must_say=True),
    Step("police", "请公安机关协查", "shield", "协查函文号", must_say=True),
    Step("found", "找到并衔接", "house", "在哪里找到", must_say=True, codes=words.ARRIVED, code_label="怎样衔接"),
    Step(
        "found_elsewhere",
        "在外地，列双列管",
        "map",
        "现住何处、由谁帮教",
        must_say=True,
        office="现住地司法所（本区的）",
    ),
    Step("lives_elsewhere", "已定居外地，移交", "truck", "迁往何处、接收单位", must_say=True, decided=True),
    Step("agreement", "签订帮教协议", "file-pen-line", "协议的要点"),
    Step("file", "建立档案，开始帮教", "folder-plus", "初次谈话：困难和打算", must_say=True),
    Step("lost", "失去联系", "circle-question-mark", "最后一次联系的情况", must_say=True),
    Step("found_again", "恢复联系", "user-check", "怎样联系上的", must_say=True),
    Step("dual_asked", "申请双列管", "map", "理由和居住证明", must_say=True, office="现住地司法所（本区的）"),
    Step("dual", "同意双列管", "check", "审批意见", office="现住地司法所（本区的）", decided=True),
    Step("dual_refused", "不同意双列管", "x", "理由", must_say=True, decided=True),
    Step("dual_ended", "结束双列管", "map", "理由", must_say=True),
    Step("move_asked", "申请迁居移交", "truck", "迁往何处", must_say=True, office="接收的司法所（本区的）"),
    Step(
        "move_accepted", "对方已接收", "check", "接收回执", must_say=True, office="接收的司法所（本区的）", decided=True
    ),
    Step("move_refused", "对方不接收", "x", "理由", must_say=True, decided=True),
    Step("expired", "期满办结", "flag", "帮教总结", must_say=True, decided=True),
    Step("deceased", "本人死亡", "flag", "依据", must_say=True, decided=True),
    Step("reoffended", "重新犯罪，终止帮教", "flag", "法律文书", must_say=True, decided=True, danger=True),
)
BY_EVENT: Mapping[str, Step] = {step.event: step for step in STEPS}
"""`taken_back` isn't here: the correction's withdrawn end takes it, no form."""


def title_of(event: str) -> str:
    """What the step is called where it is listed."""
    if event in words.BEGINNINGS:
        return words.BEGINNINGS[event]
    return "转入矫正" if event == "taken_back" else BY_EVENT[event].label


def code_word(event: str, code: str | None) -> str:
    """What the code of a step says."""
    table = BY_EVENT[event].codes if event in BY_EVENT else None
    return (table or {}).get(code or "", "")
