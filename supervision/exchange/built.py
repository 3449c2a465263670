"""What may be built on what an import made or changed; then it isn't undone, and a sentence says what it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from supervision.db import fetch_value
from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _


class Built(NamedTuple):
    """A table, the column that says on what its rows are built, and their moment; with `run`, imports write it too."""

    table: str
    column: str
    at: str
    words: str
    run: bool = False


def _on_order(table: str, words: str, at: str = "recorded_at", run: bool = False) -> Built:
    return Built(table, "order_id", at, words, run)


def _on_person(table: str, words: str, at: str = "recorded_at", run: bool = False) -> Built:
    return Built(table, "person", at, words, run)


def _on_help(table: str, words: str, at: str = "recorded_at", run: bool = False) -> Built:
    return Built(table, "assistance", at, words, run)


ON_SUBJECTS: Final = (
    Built("responsibility", "subject_id", "recorded_at", N_("责任人变更"), run=True),
    Built("pause", "subject_id", "recorded_at", N_("暂停")),
    Built("duty_decision", "subject_id", "recorded_at", N_("认定")),
    Built("file_record", "subject_id", "recorded_at", N_("附件")),
    Built("issued_document", "subject_id", "issued_at", N_("文书")),
)
"""On an order or a period of help alike, by its kind."""
ON_ORDERS: Final = (
    *ON_SUBJECTS,
    _on_order("report", N_("报告"), run=True),
    _on_order("visit", N_("走访"), run=True),
    _on_order("info_check", N_("核查"), run=True),
    _on_order("class_decision", N_("管理类别"), run=True),
    _on_order("registration", N_("入矫登记"), run=True),
    _on_order("term_change", N_("期限变更"), run=True),
    _on_order("debt", N_("待补录"), at="opened_at", run=True),
    _on_order("document_record", N_("文书")),
    _on_order("order_end", N_("矫正结束")),
    _on_order("pause_check", N_("暂停核实")),
    _on_order("reception_act", N_("接收工作")),
    _on_order("team_member", N_("矫正小组")),
    _on_order("appointment", N_("约见")),
    _on_order("no_show", N_("未赴约")),
    _on_order("contact_search", N_("查找")),
    _on_order("off_control", N_("脱管认定")),
    _on_order("discipline_case", N_("训诫警告案件"), at="opened_at"),
    _on_order("discipline_decision", N_("训诫警告决定")),
    _on_order("revocation_candidate", N_("撤销收监候选")),
    _on_order("revocation_decision", N_("撤销收监候选的决定")),
    _on_order("expected_order", N_("待接收登记"), at="ended_at"),
    _on_order("assistance", N_("安置帮教"), at="created_at"),
    _on_order("not_handed_over", N_("不转入帮教的说明")),
)
ON_PEOPLE: Final = (
    _on_person("contact", N_("电话或住址"), run=True),
    _on_person("note", N_("备注")),
    _on_person("message", N_("短信"), at="created_at"),
    _on_person("orders", N_("另一期矫正"), at="created_at", run=True),
    _on_person("assistance", N_("安置帮教"), at="created_at", run=True),
    _on_person("file_record", N_("附件")),
    _on_person("issued_document", N_("文书"), at="issued_at"),
    _on_person("commission", N_("调查评估"), at="created_at"),
    _on_person("expected_order", N_("待接收登记"), at="created_at"),
    _on_person("prisoner", N_("服刑人员")),
    _on_person("family_member", N_("家属")),
    _on_person("booking", N_("会见预约")),
)
ON_HELP: Final = (
    *ON_SUBJECTS,
    _on_help("assistance_step", N_("办理"), run=True),
    _on_help("assistance_class", N_("分类"), run=True),
    _on_help("assistance_details", N_("登记表更改"), at="replaced_at", run=True),
    _on_help("help_visit", N_("走访"), run=True),
    _on_help("support", N_("帮扶"), run=True),
    _on_help("help_member", N_("帮教小组")),
    _on_help("help_assessment", N_("重点对象评估")),
    _on_help("help_appraisal", N_("年度鉴定")),
    _on_help("help_child", N_("未成年子女")),
    _on_help("help_stay", N_("入住安置基地")),
    _on_help("help_leaving", N_("离开安置基地")),
)


@dataclass(frozen=True, slots=True)
class Touched:
    """What a run made, on which nothing may stand, and what it changed, about which nobody may have written since."""

    run: int
    since: datetime
    made: Collection[int]
    changed: Collection[int] = ()
    kind: str = ""
    """Of subjects: order or assistance."""


async def refuse_built(kinds: Sequence[Built], touched: Touched) -> None:
    """Raises Refusal where anybody, by hand or by another import, wrote something about these."""
    for one in kinds:
        foreign = "import_run IS DISTINCT FROM $4" if one.run else "$4::int IS NOT NULL"
        subject = "subject_kind = $5" if one.column == "subject_id" else "$5::text IS NOT NULL"
        built = await fetch_value(
            f"""SELECT count(*) FROM {one.table}
                 WHERE ({one.column} = ANY($1) OR ({one.column} = ANY($2) AND {one.at} > $3)) AND {foreign} AND {subject}""",
            list(touched.made),
            list(touched.changed),
            touched.since,
            touched.run,
            touched.kind,
        )
        if built:
            raise Refusal(
                _("导入以后已有 %(n)s 条新的%(words)s记录与这些人有关，不能撤销；请在档案中更正。")
                % {"n": built, "words": _(one.words)}
            )
