"""The items of the ladder 训诫 → 警告 → 治安管理处罚 → 提请撤销、收监: which article stands behind each. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

ADMONITION, WARNING, EDUCATION, POLICE, CANDIDATE = "admonition", "warning", "education", "police_penalty", "candidate"
MEASURES = (EDUCATION, ADMONITION, WARNING, POLICE)
"""What the bureau may decide of a case; a candidate of revocation is opened beside it and decided by itself."""

BREACHES = ("off_control", "rules", "education", "ban", "recheck", "other")
WEIGHTS = ("minor", "heavier", "grave")
IM = "《社区矫正法实施办法》"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an article: what it allows, and its words."""

    code: str
    measure: str
    article: str
    words: str


def _item(code: str, measure: str, article: int, number: int, words: str) -> Item:
    place = f"第{article}条第{number}项" if number else f"第{article}条"
    return Item(code, measure, IM + place, words)


ITEMS: Mapping[str, Item] = {
    item.code: item
    for item in (
        Item("E", EDUCATION, "《社区矫正法》第36条", "批评教育，不作处罚"),
        _item("X1", ADMONITION, 34, 1, "不按规定时间报到或者接受社区矫正期间脱离监管，未超过十日的"),
        _item("X2", ADMONITION, 34, 2, "违反关于报告、会客、外出、迁居等规定，情节轻微的"),
        _item("X3", ADMONITION, 34, 3, "不按规定参加教育学习等活动，经教育仍不改正的"),
        _item("X4", ADMONITION, 34, 4, "其他违反监督管理规定，情节轻微的"),
        _item("W1", WARNING, 35, 1, "违反人民法院禁止令，情节轻微的"),
        _item("W2", WARNING, 35, 2, "不按规定时间报到或者接受社区矫正期间脱离监管，超过十日的"),
        _item("W3", WARNING, 35, 3, "违反关于报告、会客、外出、迁居等规定，情节较重的"),
        _item("W4", WARNING, 35, 4, "保外就医的社区矫正对象无正当理由不按时提交病情复查情况，经教育仍不改正的"),
        _item("W5", WARNING, 35, 5, "受到社区矫正机构两次训诫，仍不改正的"),
        _item("W6", WARNING, 35, 6, "其他违反监督管理规定，情节较重的"),
        _item("P1", POLICE, 36, 0, "违反监督管理规定或者人民法院禁止令，依法应予治安管理处罚的"),
        _item("R46-1", CANDIDATE, 46, 1, "违反禁止令，情节严重的"),
        _item("R46-2", CANDIDATE, 46, 2, "无正当理由不按规定时间报到或者接受社区矫正期间脱离监管，超过一个月的"),
        _item("R46-4", CANDIDATE, 46, 4, "受到社区矫正机构两次警告，仍不改正的"),
        _item("R46-5", CANDIDATE, 46, 5, "其他违反有关法律、行政法规和监督管理规定，情节严重的情形"),
        _item("R47-1", CANDIDATE, 47, 1, "无正当理由不按规定时间报到或者接受社区矫正期间脱离监管，超过一个月的"),
        _item("R47-2", CANDIDATE, 47, 2, "受到社区矫正机构两次警告，仍不改正的"),
        _item("R47-3", CANDIDATE, 47, 3, "其他违反有关法律、行政法规和监督管理规定，尚未构成新的犯罪的"),
        _item("R49-2", CANDIDATE, 49, 2, "未经批准离开所居住的市、县经警告拒不改正，或者拒不报告行踪，脱离监管的"),
        _item("R49-4", CANDIDATE, 49, 4, "受到社区矫正机构两次警告的"),
        _item("R49-8", CANDIDATE, 49, 8, "其他违反有关法律、行政法规和监督管理规定，情节严重的情形"),
    )
}
"""Law DI-X1..4, DI-W1..6, DI-P1 and, as candidates only, RV-01..03; by the code by which a case keeps it."""

OVER_A_MONTH: Mapping[str, str] = {"probation": "R46-2", "parole": "R47-1"}
"""Only these two are revoked for a month off control (law RV-01, RV-02); 管制 never (DI-P3), 暂予监外执行 counts no month."""
AFTER_TWO_WARNINGS: Mapping[str, str] = {"probation": "R46-4", "parole": "R47-2", "temporary_outside": "R49-4"}
NEEDS_FURTHER_BREACH = frozenset({"probation", "parole"})
"""两次警告“仍不改正”: a further breach is to be proved; 暂予监外执行 doesn't ask for it (law RV-03, V-14)."""
