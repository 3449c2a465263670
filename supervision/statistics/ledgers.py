"""The ledgers that no import reads, as sheets: alerts, duties, texts, commissions, searches, cases of discipline, bookings of a year, bases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from supervision import rules
from supervision.access.viewer import Viewer
from supervision.alerts.ladder import RUNGS
from supervision.alerts.outcomes import BY_CODE
from supervision.alerts.queue import SEVERITIES, STEPS
from supervision.commissions import words as of_commissions
from supervision.commissions.scope import visible_commissions
from supervision.db import Record, fetch
from supervision.desk.words import DUTY_STATES
from supervision.discipline import words as of_discipline
from supervision.errors import Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.lost_contact import words as of_searches
from supervision.messages.listing import KINDS as TEXTS
from supervision.messages.listing import STATES as TEXT_STATES
from supervision.messages.listing import in_scope
from supervision.people.scope import visible_people, visible_subjects
from supervision.resettlement import words as of_help
from supervision.resettlement.beds import STAYS
from supervision.resettlement.records import CONTENT as OF_HELP
from supervision.sealed import open_sealed
from supervision.statistics.period import Period
from supervision.statistics.workbook import MOST_ROWS, Sheet
from supervision.video_visits import words as of_visits

RULES: Final = {rule.id: rule.title for rule in rules.RULES}
OUTCOMES: Final = {code: outcome.label for code, outcome in BY_CODE.items()}
YES: Final = {True: "是", False: ""}
Words = Mapping[Any, str]
Scope = Callable[[Viewer, list[Any]], str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger: heading → what a row holds (SQL), `words`: heading → how its codes are called,
    `sealed`: heading → what it is sealed for.

    `of_year` is the moment by which a row belongs to a year; `people` whom it shows.
    """

    code: str
    title: str
    permission: str
    columns: Mapping[str, str]
    tables: str
    of_year: str
    people: tuple[str, ...]
    scope: Scope
    words: Mapping[str, Words] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        cells = ", ".join(f'{sql} AS "{heading}"' for heading, sql in self.columns.items())
        return f"""SELECT {cells}, ARRAY[{", ".join(self.people)}] AS people FROM {self.tables}
                    WHERE {self.of_year} >= $1 AND {self.of_year} < $2 AND {{visible}}
                    ORDER BY {self.of_year}, 1 LIMIT {MOST_ROWS + 1}"""


def offered(viewer: Viewer) -> list[Ledger]:
    """Those of which the viewer may see the list itself."""
    return [ledger for ledger in LEDGERS.values() if viewer.may(ledger.permission)]


async def ledger_sheet(ledger: Ledger, viewer: Viewer, period: Period) -> tuple[Sheet, list[int]]:
    """The rows of the period in the viewer's scope, and whom they show. Raises Refusal where they are too many."""
    args: list[Any] = [period.begin, period.end]
    visible = ledger.scope(viewer, args)
    rows = await fetch(ledger.sql.format(visible=visible), *args)
    if len(rows) > MOST_ROWS:
        raise Refusal(_("超过 %(n)d 行，请改选月份导出。") % {"n": MOST_ROWS})
    cells = [[_cell(ledger, heading, row) for heading in ledger.columns] for row in rows]
    people = sorted({person for row in rows for person in row["people"] if person})
    return Sheet(ledger.title, f"{ledger.title}（{period.title}）", list(ledger.columns), cells), people


def _cell(ledger: Ledger, heading: str, row: Record) -> Any:
    if heading in ledger.sealed:
        return open_sealed(row[heading], ledger.sealed[heading])
    words = ledger.words.get(heading)
    return row[heading] if words is None or row[heading] is None else words.get(row[heading], str(row[heading]))


def _about_people(column: str) -> Scope:
    return lambda viewer, args: visible_people(viewer, column, args)


def _about_subjects(row: str) -> Scope:
    """Those about people in scope, and those about files without a person."""

    def scope(viewer: Viewer, args: list[Any]) -> str:
        people, others = visible_people(viewer, f"{row}.person", args), visible_subjects(viewer, row, args)
        return f"({row}.person IS NOT NULL AND {people} OR {row}.person IS NULL AND {others})"

    return scope


def _everybody(viewer: Viewer, args: list[Any]) -> str:
    return "TRUE"


def _in_use(viewer: Viewer, args: list[Any]) -> str:
    return "(b.closed_at IS NULL OR b.closed_at >= $1)"


TOLD: Final = """(SELECT min(n.happened_at) FROM search_notice n
                   WHERE n.search = s.id AND n.organ = '{organ}' AND n.withdrawn_at IS NULL)"""

_LEDGERS: Final = (
    Ledger(
        "alerts",
        N_("预警台账"),
        "see_alerts",
        {
            "姓名": "p.name",
            "事项": "a.kind",
            "等级": "a.severity",
            "起始时间": "a.since_at",
            "承办人": "s.name",
            "上报": "a.rung",
            "状态": "CASE WHEN a.closed_at IS NULL THEN a.step ELSE 'closed' END",
            "下次上报时间": "CASE WHEN a.closed_at IS NULL THEN a.next_step_at END",
            "办结时间": "a.closed_at",
            "处理结果": "a.outcome",
            "说明": "a.reason",
            "办结人": "c.name",
        },
        """alert a LEFT JOIN person p ON p.id = a.person JOIN staff s ON s.id = a.assigned_to
           LEFT JOIN staff c ON c.id = a.closed_by""",
        "a.since_at",
        ("a.person",),
        _about_subjects("a"),
        {
            "事项": RULES,
            "等级": SEVERITIES,
            "上报": RUNGS,
            "状态": STEPS | {"closed": "已办结"},
            "处理结果": OUTCOMES,
        },
    ),
    Ledger(
        "duties",
        N_("应办事项台账"),
        "see_alerts",
        {
            "姓名": "p.name",
            "事项": "d.rule",
            "应由谁办": "d.owed_by",
            "开始": "d.opens_at",
            "应办时间": "d.due_at",
            "期限": "d.limit_at",
            "状态": "d.state",
            "办结时间": "d.closed_at",
        },
        "duty d LEFT JOIN person p ON p.id = d.person",
        "d.limit_at",
        ("d.person",),
        _about_subjects("d"),
        {"事项": RULES, "应由谁办": {"person": "本人", "staff": "工作人员", "organ": "有关机关"}, "状态": DUTY_STATES},
    ),
    Ledger(
        "messages",
        N_("短信台账"),
        "see_messages",
        {
            "收信人": "coalesce(p.name, s.name)",
            "类型": "m.kind",
            "内容": "m.body",
            "生成时间": "m.created_at",
            "状态": "m.state",
            "发出时间": "m.claimed_at",
            "结束时间": "m.ended_at",
            "人工核对": "l.name",
            "核对说明": "m.looked_note",
        },
        """message m LEFT JOIN person p ON p.id = m.person LEFT JOIN staff s ON s.id = m.staff
           LEFT JOIN staff l ON l.id = m.looked_by""",
        "m.created_at",
        ("m.person",),
        in_scope,
        {"类型": TEXTS, "状态": {code: words for code, (_kind, words) in TEXT_STATES.items()}},
    ),
    Ledger(
        "commissions",
        N_("调查评估台账"),
        "see_commissions",
        {
            "编号": "c.number",
            "被调查评估对象": "p.name",
            "委托机关类型": "c.organ",
            "委托机关": "c.organ_name",
            "委托函文号": "c.letter_number",
            "委托日期": "c.commissioned_on",
            "罪名": "c.crime",
            "速裁": "c.fast_track",
            "状态": "c.state",
            "承办司法所": "o.name",
            "调查人": "concat_ws('、', l.name, t.name)",
            "期限": "k.limit_at",
            "评估意见": "v.conclusion",
            "采信": "r.adoption",
        },
        """commission c JOIN person p ON p.id = c.person
           LEFT JOIN commission_assignment x ON x.commission = c.id AND x.ended_at IS NULL AND x.withdrawn_at IS NULL
           LEFT JOIN office o ON o.id = x.office LEFT JOIN staff l ON l.id = x.lead LEFT JOIN staff t ON t.id = x.second
           LEFT JOIN LATERAL (SELECT max(d.limit_at) AS limit_at FROM duty d
                               WHERE d.subject_kind = 'commission' AND d.subject_id = c.id AND d.variant = 'opinion'
                                 AND d.state <> 'void') k ON TRUE
           LEFT JOIN LATERAL (SELECT conclusion FROM commission_opinion y
                               WHERE y.commission = c.id AND y.withdrawn_at IS NULL ORDER BY y.id DESC LIMIT 1) v ON TRUE
           LEFT JOIN LATERAL (SELECT adoption FROM commission_result y
                               WHERE y.commission = c.id AND y.withdrawn_at IS NULL ORDER BY y.id DESC LIMIT 1) r ON TRUE""",
        "(c.commissioned_on::timestamp AT TIME ZONE 'Asia/Shanghai')",
        ("c.person",),
        visible_commissions,
        {
            "委托机关类型": of_commissions.ORGANS,
            "速裁": YES,
            "状态": of_commissions.STATES,
            "评估意见": of_commissions.CONCLUSIONS,
            "采信": of_commissions.ADOPTIONS,
        },
    ),
    Ledger(
        "searches",
        N_("脱管台账"),
        "see_searches",
        {
            "姓名": "p.name",
            "矫正编号": "o.number",
            "最后一次有效联系": "coalesce(c.since_on, s.last_contact_on)",
            "发现时间": "s.happened_at",
            "登记人": "w.name",
            "查找次数": "(SELECT count(*)::int FROM search_attempt a WHERE a.search = s.id AND a.withdrawn_at IS NULL)",
            "通知公安机关": TOLD.format(organ="police"),
            "通报检察院": TOLD.format(organ="procuratorate"),
            "认定脱管时间": "c.happened_at",
            "认定人": "v.name",
            "结果": "e.kind",
            "结束时间": "e.happened_at",
            "脱管日数": """CASE WHEN c.id IS NOT NULL THEN
                             (coalesce(e.happened_at, o.ended_at) AT TIME ZONE 'Asia/Shanghai')::date - c.since_on END""",
        },
        """contact_search s JOIN person p ON p.id = s.person JOIN orders o ON o.id = s.order_id JOIN staff w ON w.id = s.recorded_by
           LEFT JOIN off_control c ON c.search = s.id AND c.withdrawn_at IS NULL LEFT JOIN staff v ON v.id = c.recorded_by
           LEFT JOIN search_end e ON e.search = s.id AND e.withdrawn_at IS NULL""",
        "s.happened_at",
        ("s.person",),
        _about_people("s.person"),
        {"结果": of_searches.ENDS},
    ),
    Ledger(
        "discipline",
        N_("训诫警告台账"),
        "see_discipline",
        {
            "姓名": "p.name",
            "矫正编号": "o.number",
            "来源": "c.source",
            "登记时间": "c.opened_at",
            "状态": "c.state",
            "违反事项": "b.kind",
            "处理": "d.measure",
            "决定书文号": "i.number",
            "决定时间": "d.happened_at",
            "结束时间": "c.closed_at",
        },
        """discipline_case c JOIN person p ON p.id = c.person JOIN orders o ON o.id = c.order_id
           LEFT JOIN LATERAL (SELECT kind FROM discipline_breach y WHERE y.case_id = c.id ORDER BY y.id DESC LIMIT 1) b ON TRUE
           LEFT JOIN LATERAL (SELECT * FROM discipline_decision y
                               WHERE y.case_id = c.id AND y.withdrawn_at IS NULL ORDER BY y.id DESC LIMIT 1) d ON TRUE
           LEFT JOIN LATERAL (SELECT number FROM issued_document y WHERE y.subject_kind = 'discipline_case' AND y.subject_id = c.id
                               AND y.withdrawn_at IS NULL ORDER BY y.id DESC LIMIT 1) i ON TRUE""",
        "c.opened_at",
        ("c.person",),
        _about_people("c.person"),
        {
            "来源": of_discipline.SOURCES,
            "状态": of_discipline.STATES,
            "违反事项": of_discipline.BREACHES,
            "处理": of_discipline.MEASURES,
        },
    ),
    Ledger(
        "visits",
        N_("视频会见台账"),
        "see_visits",
        {
            "编号": "b.number",
            "登记时间": "b.happened_at",
            "服刑人员": "i.name",
            "监狱": "j.name",
            "预约人": "p.name",
            "到场家属": "(SELECT count(*)::int FROM booking_arrival v WHERE v.booking = b.id)",
            "会见开始": "t.from_at",
            "会见结束": "t.to_at",
            "会见室": "r.name",
            "状态": "CASE WHEN b.withdrawn_at IS NULL THEN b.state ELSE 'withdrawn' END",
        },
        """booking b JOIN prisoner n ON n.id = b.prisoner JOIN person i ON i.id = n.person JOIN person p ON p.id = b.person
           JOIN prison j ON j.id = b.prison
           LEFT JOIN LATERAL (SELECT * FROM booking_slot y WHERE y.booking = b.id ORDER BY y.id DESC LIMIT 1) t ON TRUE
           LEFT JOIN visit_room r ON r.id = t.room""",
        "b.happened_at",
        ("b.person", "i.id"),
        _everybody,
        {"状态": of_visits.STATES},
    ),
    Ledger(
        "bases",
        N_("安置基地台账"),
        "see_people",
        {
            "名称": "b.name",
            "类型": "b.kind",
            "地址": "b.address_sealed",
            "联系人": "b.contact",
            "床位数": "b.beds",
            "期末在住人数": "n.here",
            "期末空床": "CASE WHEN b.closed_at IS NULL OR b.closed_at >= $2 THEN b.beds - n.here END",
            "历史安置人数": "n.ever",
            "启用日期": "b.opened_on",
            "停用时间": "b.closed_at",
            "停用的原因": "b.closed_reason",
        },
        f"""help_base b CROSS JOIN LATERAL (
              SELECT count(*) FILTER (WHERE s.until IS NULL OR s.until >= $2)::int AS here, count(DISTINCT s.person)::int AS ever
                FROM ({STAYS}) s WHERE s.base = b.id AND s.from_at < $2) n""",
        "greatest(b.opened_on::timestamp AT TIME ZONE 'Asia/Shanghai', $1)",
        ("NULL::int",),
        _in_use,
        {"类型": of_help.BASE_KINDS},
        {"地址": OF_HELP},
    ),
)
LEDGERS: Final = {ledger.code: ledger for ledger in _LEDGERS}
