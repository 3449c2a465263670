"""The items of the ladder 训诫 → 警告 → 治安管理处罚 → 提请撤销、收监: which article stands behind each. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.language import N_

ADMONITION, WARNING, EDUCATION, POLICE, CANDIDATE = "admonition", "warning", "education", "police_penalty", "candidate"
MEASURES = (EDUCATION, ADMONITION, WARNING, POLICE)
"""What the bureau may decide of a case; a candidate of revocation is opened beside it and decided by itself."""

BREACHES = ("off_control", "rules", "education", "ban", "recheck", "attack", "other")
WEIGHTS = ("minor", "heavier", "grave")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an article: what it allows, and its words."""

    code: str
    measure: str
    article: str
    words: str


ITEMS: Mapping[str, Item] = {
    item.code: item
    for item in (
        Item("E", EDUCATION, N_("《社区矫正法》第36条"), N_("批评教育，不作处罚")),
        Item(
            "X1",
            ADMONITION,
            N_("《社区矫正法实施办法》第34条第1项"),
            N_("不按规定时间报到或者接受社区矫正期间脱离监管，未超过十日的"),
        ),
        Item(
            "X2",
            ADMONITION,
            N_("《社区矫正法实施办法》第34条第2项"),
            N_("违反关于报告、会客、外出、迁居等规定，情节轻微的"),
        ),
        Item(
            "X3",
            ADMONITION,
            N_("《社区矫正法实施办法》第34条第3项"),
            N_("不按规定参加教育学习等活动，经教育仍不改正的"),
        ),
        Item("X4", ADMONITION, N_("《社区矫正法实施办法》第34条第4项"), N_("其他违反监督管理规定，情节轻微的")),
        Item("W1", WARNING, N_("《社区矫正法实施办法》第35条第1项"), N_("违反人民法院禁止令，情节轻微的")),
        Item(
            "W2",
            WARNING,
            N_("《社区矫正法实施办法》第35条第2项"),
            N_("不按规定时间报到或者接受社区矫正期间脱离监管，超过十日的"),
        ),
        Item(
            "W3",
            WARNING,
            N_("《社区矫正法实施办法》第35条第3项"),
            N_("违反关于报告、会客、外出、迁居等规定，情节较重的"),
        ),
        Item(
            "W4",
            WARNING,
            N_("《社区矫正法实施办法》第35条第4项"),
            N_("保外就医的社区矫正对象无正当理由不按时提交病情复查情况，经教育仍不改正的"),
        ),
        Item("W5", WARNING, N_("《社区矫正法实施办法》第35条第5项"), N_("受到社区矫正机构两次训诫，仍不改正的")),
        Item("W6", WARNING, N_("《社区矫正法实施办法》第35条第6项"), N_("其他违反监督管理规定，情节较重的")),
        Item(
            "P1",
            POLICE,
            N_("《社区矫正法实施办法》第36条"),
            N_("违反监督管理规定或者人民法院禁止令，依法应予治安管理处罚的"),
        ),
        Item(
            "P4",
            POLICE,
            N_("《社区矫正法》第60条"),
            N_("殴打、威胁、侮辱、骚扰、报复社区矫正工作人员和其他人员及其近亲属，由公安机关依法处理的"),
        ),
        Item("R46-1", CANDIDATE, N_("《社区矫正法实施办法》第46条第1项"), N_("违反禁止令，情节严重的")),
        Item(
            "R46-2",
            CANDIDATE,
            N_("《社区矫正法实施办法》第46条第2项"),
            N_("无正当理由不按规定时间报到或者接受社区矫正期间脱离监管，超过一个月的"),
        ),
        Item("R46-4", CANDIDATE, N_("《社区矫正法实施办法》第46条第4项"), N_("受到社区矫正机构两次警告，仍不改正的")),
        Item(
            "R46-5",
            CANDIDATE,
            N_("《社区矫正法实施办法》第46条第5项"),
            N_("其他违反有关法律、行政法规和监督管理规定，情节严重的情形"),
        ),
        Item(
            "R47-1",
            CANDIDATE,
            N_("《社区矫正法实施办法》第47条第1项"),
            N_("无正当理由不按规定时间报到或者接受社区矫正期间脱离监管，超过一个月的"),
        ),
        Item("R47-2", CANDIDATE, N_("《社区矫正法实施办法》第47条第2项"), N_("受到社区矫正机构两次警告，仍不改正的")),
        Item(
            "R47-3",
            CANDIDATE,
            N_("《社区矫正法实施办法》第47条第3项"),
            N_("其他违反有关法律、行政法规和监督管理规定，尚未构成新的犯罪的"),
        ),
        Item(
            "R49-2",
            CANDIDATE,
            N_("《社区矫正法实施办法》第49条第2项"),
            N_("未经批准离开所居住的市、县经警告拒不改正，或者拒不报告行踪，脱离监管的"),
        ),
        Item("R49-4", CANDIDATE, N_("《社区矫正法实施办法》第49条第4项"), N_("受到社区矫正机构两次警告的")),
        Item(
            "R49-8",
            CANDIDATE,
            N_("《社区矫正法实施办法》第49条第8项"),
            N_("其他违反有关法律、行政法规和监督管理规定，情节严重的情形"),
        ),
    )
}
"""Law DI-X1..4, DI-W1..6, DI-P1 and, as candidates only, RV-01..03; by the code by which a case keeps it."""

OVER_A_MONTH: Mapping[str, str] = {"probation": "R46-2", "parole": "R47-1"}
"""Only these two are revoked for a month off control (law RV-01, RV-02); 管制 never (DI-P3), 暂予监外执行 counts no month."""
AFTER_TWO_WARNINGS: Mapping[str, str] = {"probation": "R46-4", "parole": "R47-2", "temporary_outside": "R49-4"}
NEEDS_FURTHER_BREACH = frozenset({"probation", "parole"})
"""两次警告“仍不改正”: a further breach is to be proved; 暂予监外执行 doesn't ask for it (law RV-03, V-14)."""
