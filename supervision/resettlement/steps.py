"""What each step of a period of help asks of whoever puts it down: one line a step, from which its form is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.language import N_
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
    certificate: bool = False
    """Whether the certificate of release is seen with it, which may name a day for reporting to the police station."""
    decided: bool = False
    """Decided by a head or the bureau, not by whoever does the daily work."""


STEPS: tuple[Step, ...] = (
    Step("ask", N_("开始核查"), "search", N_("向谁核查")),
    Step("verified", N_("核查成功"), "circle-check", N_("核实的住址和家庭情况")),
    Step("waiting", N_("继续等待"), "clock", N_("还缺什么")),
    Step("failed", N_("核查未成功"), "circle-x", N_("核查的经过"), codes=words.FAILURES, code_label=N_("原因")),
    Step("returned", N_("退回上级核对"), "undo-2", N_("退回的理由"), must_say=True),
    Step("readdressed", N_("按新地址再核查"), "map-pin", N_("新的地址"), must_say=True),
    Step("prison_changed", N_("转监"), "building", N_("新的服刑场所"), must_say=True),
    Step("escaped", N_("脱逃"), "triangle-alert", N_("情况"), must_say=True),
    Step("notice", N_("收到释放通知书"), "mail", N_("文号"), release=True),
    Step("told", N_("已通知村居和家属"), "phone", N_("通知了谁"), must_say=True),
    Step(
        "fetched",
        N_("接回"),
        "car",
        N_("接送人、交接签字、随带文书"),
        must_say=True,
        codes=words.FETCHED,
        code_label=N_("怎样接回"),
        certificate=True,
    ),
    Step("arrived", N_("衔接"), "house", N_("情况"), codes=words.ARRIVED, code_label=N_("怎样回来"), certificate=True),
    Step("missed", N_("尚未衔接"), "circle-question-mark", N_("已联系了谁"), must_say=True),
    Step("searched", N_("记录查找"), "search", N_("向谁了解、结果如何"), must_say=True),
    Step("police", N_("请公安机关协查"), "shield", N_("协查函文号"), must_say=True),
    Step(
        "found",
        N_("找到并衔接"),
        "house",
        N_("在哪里找到"),
        must_say=True,
        codes=words.ARRIVED,
        code_label=N_("怎样衔接"),
        certificate=True,
    ),
    Step(
        "found_elsewhere",
        N_("在外地，列双列管"),
        "map",
        N_("现住何处、由谁帮教"),
        must_say=True,
        office=N_("现住地司法所（本区的）"),
    ),
    Step("lives_elsewhere", N_("已定居外地，移交"), "truck", N_("迁往何处、接收单位"), must_say=True, decided=True),
    Step("reported", N_("已到派出所报到"), "id-card", N_("哪个派出所、落户情况"), must_say=True),
    Step("agreement", N_("签订帮教协议"), "file-pen-line", N_("协议的要点")),
    Step("file", N_("建立档案，开始帮教"), "folder-plus", N_("初次谈话：困难和打算"), must_say=True),
    Step("lost", N_("失去联系"), "circle-question-mark", N_("最后一次联系的情况"), must_say=True),
    Step("found_again", N_("恢复联系"), "user-check", N_("怎样联系上的"), must_say=True),
    Step(
        "dual_asked", N_("申请双列管"), "map", N_("理由和居住证明"), must_say=True, office=N_("现住地司法所（本区的）")
    ),
    Step("dual", N_("同意双列管"), "check", N_("审批意见"), office=N_("现住地司法所（本区的）"), decided=True),
    Step("dual_refused", N_("不同意双列管"), "x", N_("理由"), must_say=True, decided=True),
    Step("dual_ended", N_("结束双列管"), "map", N_("理由"), must_say=True),
    Step("move_asked", N_("申请迁居移交"), "truck", N_("迁往何处"), must_say=True, office=N_("接收的司法所（本区的）")),
    Step(
        "move_accepted",
        N_("对方已接收"),
        "check",
        N_("接收回执"),
        must_say=True,
        office=N_("接收的司法所（本区的）"),
        decided=True,
    ),
    Step("move_refused", N_("对方不接收"), "x", N_("理由"), must_say=True, decided=True),
    Step("expired", N_("期满办结"), "flag", N_("帮教总结"), must_say=True, decided=True),
    Step("deceased", N_("本人死亡"), "flag", N_("依据"), must_say=True, decided=True),
    Step("reoffended", N_("重新犯罪，终止帮教"), "flag", N_("法律文书"), must_say=True, decided=True),
)
BY_EVENT: Mapping[str, Step] = {step.event: step for step in STEPS}
"""`taken_back` isn't here: the correction's withdrawn end takes it, no form."""


def title_of(event: str) -> str:
    """What the step is called where it is listed, to be said there."""
    if event in words.BEGINNINGS:
        return words.BEGINNINGS[event]
    return N_("转入矫正") if event == "taken_back" else BY_EVENT[event].label


def code_word(event: str, code: str | None) -> str:
    """What the code of a step says, to be said where it is shown."""
    table = BY_EVENT[event].codes if event in BY_EVENT else None
    return (table or {}).get(code or "", "")
