"""The steps of a reception as data: what each is called, under which article, what its form asks for. In the law's order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from supervision.language import N_
from supervision.language import gettext as _
from supervision.rules.reception import SIGNED
from supervision.rules.reception_papers import COURT, ELSEWHERE, POLICE, PRISON

OUTSIDE, MINOR = "outside", "minor"
FORMED = "team_formed"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of act."""

    title: str
    article: str
    rules: tuple[str, ...] = ()
    """The rules whose duty it meets; the page shows their limit."""
    how: Mapping[str, str] = field(default_factory=dict)
    """In which manner: one must be chosen; empty: there is only one."""
    how_label: str = ""
    ticks: tuple[str, ...] = ()
    """What must have been there, all of it; a form without one of them is refused."""
    content: str = ""
    """What must be written; empty: a remark may be."""
    file: str = "received"
    """The kind of the file that may be attached (files/kinds.py)."""
    only: str = ""
    """outside: of those under 暂予监外执行; minor: of minors."""
    enrolled: bool = False
    """Only of somebody who is enrolled."""


KINDS: Mapping[str, Kind] = {
    "notified": Kind(
        N_("决定机关通知"),
        N_("《社区矫正法》第20条，《社区矫正法实施办法》第16条"),
        ("RE-01",),
        {COURT: N_("人民法院"), PRISON: N_("监狱管理机关"), POLICE: N_("公安机关")},
        N_("决定机关"),
    ),
    "notice_given": Kind(
        N_("决定机关书面告知本人"),
        N_("《社区矫正法实施办法》第15条"),
        how={"given": N_("已告知报到期限和逾期后果"), "missing": N_("没有告知，已通报检察院")},
        how_label=N_("情况"),
    ),
    "documents_received": Kind(
        N_("收到全部法律文书"),
        N_("《社区矫正法》第20条"),
        ("RE-02", "RE-04"),
        {"here": N_("决定机关在本地"), ELSEWHERE: N_("决定机关在外地")},
        N_("决定机关所在地"),
    ),
    "documents_asked": Kind(N_("通知决定机关补齐文书"), N_("《社区矫正法实施办法》第16条"), file="issued"),
    "receipt_returned": Kind(N_("送回法律文书回执"), N_("《社区矫正法实施办法》第16条"), ("RE-03",), file="issued"),
    "forwarded": Kind(N_("向检察院、公安机关转送文书"), N_("《社区矫正法》第20条"), ("RE-05",), file="issued"),
    "handed_over": Kind(N_("移送交接"), N_("《社区矫正法》第21条"), ("RE-07", "RE-08"), file="signed", only=OUTSIDE),
    "file_kept_by": Kind(
        N_("接收档案的监狱、看守所"),
        N_("《社区矫正法实施办法》第17条"),
        content=N_("监狱、看守所的名称"),
        only=OUTSIDE,
    ),
    "identity_taken": Kind(
        N_("身份信息采集和告知"),
        N_("《个人信息保护法》第17条、第30条"),
        ticks=(N_("已拍摄照片"), N_("已登记电话"), N_("已告知处理个人信息的目的、方式和权利")),
        file="photo",
        enrolled=True,
    ),
    "came_to_office": Kind(
        N_("到司法所报到"),
        N_("《社区矫正法实施办法》第17条，期限由本局确定"),
        ("RE-18",),
        file="signed",
        enrolled=True,
    ),
    FORMED: Kind(
        N_("组建矫正小组，签订责任书"),
        N_("《社区矫正法》第25条，《社区矫正法实施办法》第19条"),
        ("RE-13",),
        file="signed",
    ),
    "guardian_called": Kind(
        N_("通知监护人到场"),
        N_("《社区矫正法》第54条，《社区矫正法实施办法》第55条"),
        content=N_("监护人的姓名和关系"),
        file="issued",
        only=MINOR,
    ),
    "announced": Kind(
        N_("入矫宣告"),
        N_("《社区矫正法实施办法》第20条"),
        ("RE-14",),
        {SIGNED: N_("本人已签字"), "unsigned": N_("本人没有签字（宣告没有完成）")},
        N_("签字"),
        (
            N_("法律文书的主要内容"),
            N_("矫正期限"),
            N_("应当遵守的规定、禁止的事项和违反的后果"),
            N_("依法享有的权利"),
            N_("矫正小组的组成和职责"),
            N_("其他有关事项"),
        ),
        file="signed",
        enrolled=True,
    ),
    "plan_made": Kind(
        N_("制定矫正方案"),
        N_("《社区矫正法》第24条，《社区矫正法实施办法》第22条"),
        ("RE-15",),
        ticks=(
            N_("基本情况"),
            N_("综合评估"),
            N_("心理状态和其他特殊情况的分析"),
            N_("监督管理、教育帮扶的措施"),
        ),
        file="signed",
        enrolled=True,
    ),
    "exit_ban_reported": Kind(
        N_("不准出境报备"),
        N_("《出境入境管理法》第12条第2项，国移民公〔2021〕420号"),
        ("RE-17",),
        {
            "none": N_("没有出入境证件"),
            "held": N_("证件已代管"),
            "void": N_("证件已收缴、吊销或者作废"),
            "refused": N_("证件没有交出"),
        },
        N_("出入境证件"),
        file="issued",
        enrolled=True,
    ),
    "exit_ban_cancelled": Kind(
        N_("撤销不准出境报备，归还证件"), N_("国移民公〔2021〕420号"), file="issued", enrolled=True
    ),
}
ROLES = {
    "office": N_("司法所工作人员"),
    "village": N_("村（居）委会人员"),
    "employer": N_("所在单位人员"),
    "school": N_("就读学校人员"),
    "family": N_("家庭成员、监护人"),
    "guarantor": N_("保证人"),
    "volunteer": N_("志愿者"),
    "social_worker": N_("社会工作者"),
    "other": N_("其他"),
}
SEXES = {"male": N_("男"), "female": N_("女")}


def title_of(kind: str, how: str) -> str:
    """“收到全部法律文书（决定机关在外地）”, in the language of the reader."""
    title, said = _(KINDS[kind].title), KINDS[kind].how.get(how)
    return _("%(word)s（%(of)s）") % {"word": title, "of": _(said)} if said else title
