"""What happened, newest first: every fact about a person, who put it down, and whether that was after its limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.checkins.history import Done, history_read
from supervision.desk.matters import matters_read
from supervision.desk.matters import title_of as title_of_matter
from supervision.desk.words import OUTCOMES, PAUSES, word
from supervision.language import N_
from supervision.language import gettext as _
from supervision.lost_contact.reading import NOTE as SEARCH_NOTE
from supervision.lost_contact.words import ENDS as SEARCH_ENDS
from supervision.orders.withdrawals import WITHDRAWN_BY, withdrawn_read
from supervision.orders.words import DOCUMENTS, ENDS, LEVELS
from supervision.people.actions import ON_FILE
from supervision.reads import Read, Row
from supervision.reception.kinds import title_of as step_title
from supervision.rules import title_of
from supervision.sealed import open_sealed

SHOWN = 60
MOST = 500

FACTS = f"""
WITH mine AS (SELECT id, number, start_on, end_on, created_at, created_by FROM orders WHERE person = $1)
SELECT f.*, s.name AS by,
       EXISTS (SELECT FROM duty d WHERE d.person = $1 AND d.fact_id = f.id AND d.state = 'met'
                  AND d.fact_kind = CASE f.kind WHEN 'reception' THEN f.a ELSE f.kind END
                  AND d.limit_at <= f.recorded_at) AS late_entry
  FROM (
    SELECT 'order' AS kind, id::bigint, created_at AS at, created_at AS recorded_at, created_by AS recorded_by,
           NULL::timestamptz AS withdrawn_at, number AS a, NULL AS b FROM mine
    UNION ALL SELECT 'registration', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, NULL, NULL
      FROM registration x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'class', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.level, x.reason
      FROM class_decision x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'term', x.id, x.happened_at, x.recorded_at, x.recorded_by, NULL,
                     x.start_on || ' ' || x.end_on, x.reason
      FROM term_change x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'document', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.kind, x.reference
      FROM document_record x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'reception', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.kind, x.how
      FROM reception_act x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'pause_check', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.source, NULL
      FROM pause_check x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'end', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.kind, x.reason
      FROM order_end x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'pause', x.id, x.from_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.kind, x.evidence
      FROM pause x JOIN mine ON x.subject_kind = 'order' AND mine.id = x.subject_id
    UNION ALL SELECT 'pause_end', x.id, x.to_at, coalesce(x.ended_recorded_at, x.recorded_at),
                     coalesce(x.ended_by, x.recorded_by), x.withdrawn_at, x.kind, NULL
      FROM pause x JOIN mine ON x.subject_kind = 'order' AND mine.id = x.subject_id WHERE x.to_at IS NOT NULL
    UNION ALL SELECT 'search', x.id, x.happened_at, x.recorded_at, x.recorded_by, NULL, NULL, x.reason_sealed
      FROM contact_search x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'off_control', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, NULL, x.basis_sealed
      FROM off_control x JOIN mine ON mine.id = x.order_id
    UNION ALL SELECT 'search_end', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.kind, x.note_sealed
      FROM search_end x JOIN contact_search ON contact_search.id = x.search JOIN mine ON mine.id = contact_search.order_id
    UNION ALL SELECT 'decision', x.id, x.happened_at, x.recorded_at, x.recorded_by, x.withdrawn_at,
                     x.outcome || ' ' || x.rule || ' ' || x.variant, x.reason
      FROM duty_decision x JOIN mine ON x.subject_kind = 'order' AND mine.id = x.subject_id
    UNION ALL SELECT 'responsibility', x.id, x.from_at, x.recorded_at, x.recorded_by, NULL,
                     concat_ws(' ', office.name, staff.name), x.reason
      FROM responsibility x JOIN office ON office.id = x.office LEFT JOIN staff ON staff.id = x.staff
     WHERE x.person = $1
    UNION ALL SELECT 'contact', x.id, x.ok_from, x.recorded_at, x.recorded_by, x.withdrawn_at, x.kind,
                     CASE WHEN x.replaces IS NULL THEN 'recorded' ELSE 'corrected' END
      FROM contact x WHERE x.person = $1 AND x.{ON_FILE}) f
  LEFT JOIN staff s ON s.id = f.recorded_by
 ORDER BY f.at DESC, f.recorded_at DESC, f.id DESC
 LIMIT $2
"""
TITLES = {
    "order": N_("列入登记"),
    "registration": N_("报到登记"),
    "class": N_("确定管理类别"),
    "term": N_("变更矫正期"),
    "document": N_("文书"),
    "reception": N_("入矫"),
    "pause_check": N_("核实暂停情况"),
    "end": N_("结束矫正"),
    "pause": N_("暂停开始"),
    "pause_end": N_("暂停结束"),
    "search": N_("登记失去联系"),
    "off_control": N_("认定脱管"),
    "search_end": N_("结束查找"),
    "decision": N_("对应办事项的认定"),
    "responsibility": N_("确定责任人"),
    "contact": N_("联系方式"),
}
CONTACTS = {"recorded": N_("登记%(kind)s"), "corrected": N_("更正%(kind)s")}
CONTACT_KINDS = {"phone": N_("电话"), "address_now": N_("现住址"), "address_household": N_("户籍地址")}


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact as the timeline shows it."""

    at: datetime
    title: str
    text: str
    by: str
    recorded_at: datetime
    late_entry: bool
    withdrawn: bool
    why_withdrawn: str
    kind: str
    """ok | lapse | paused | plain: the shape before it."""
    fact: Mapping[str, Any] | None = None
    """Kind and id of what can be withdrawn, and the permissions for that."""


def timeline_reads(viewer: Viewer, person: int, *, everything: bool) -> dict[str, Read]:
    """What the timeline asks for; the newest alone unless everything is asked for."""
    limit = most(everything=everything) + 1
    facts = Read(FACTS, (person, limit), list)
    return {
        "done": history_read(person, limit),
        "withdrawn": withdrawn_read(person),
        "facts": facts,
        "matters": matters_read(viewer, person, limit),
    }


def timeline(
    done: Sequence[Done], facts: Sequence[Row], matters: Sequence[Row], withdrawn: Mapping[tuple[str, int], str]
) -> list[Happened]:
    """All facts about the person, newest first; more than `most` where some are left out."""
    happened = [_of_checkin(one) for one in done]
    happened += [_of_fact(row, withdrawn) for row in facts]
    happened += [_of_matter(row) for row in matters]
    happened.sort(key=lambda one: (one.at, one.recorded_at), reverse=True)
    return happened


def most(*, everything: bool) -> int:
    """How many facts are shown."""
    return MOST if everything else SHOWN


def _of_checkin(done: Done) -> Happened:
    return Happened(
        at=done.happened_at,
        title=done.title,
        text=done.content,
        by=done.by or "",
        recorded_at=done.recorded_at,
        late_entry=done.late_entry,
        withdrawn=done.withdrawn_at is not None,
        why_withdrawn=_why_withdrawn(done),
        kind="plain" if done.withdrawn_at else "ok",
    )


def _why_withdrawn(done: Done) -> str:
    said = {"reason": done.withdrawn_reason, "by": done.withdrawn_by}
    return _("%(reason)s（%(by)s）") % said if done.withdrawn_reason else ""


def _of_fact(row: Row, withdrawn: Mapping[tuple[str, int], str]) -> Happened:
    said = _words(row)
    return Happened(
        at=row["at"],
        title=_("：").join(text for text in (_(TITLES[row["kind"]]), said) if text),
        text=_reason(row),
        by=row["by"] or "",
        recorded_at=row["recorded_at"],
        late_entry=row["late_entry"],
        withdrawn=row["withdrawn_at"] is not None,
        why_withdrawn=withdrawn.get((row["kind"], row["id"]), ""),
        kind="paused" if row["kind"].startswith("pause") else "lapse" if row["kind"] == "off_control" else "plain",
        fact=_withdrawable(row),
    )


def _of_matter(row: Row) -> Happened:
    return Happened(
        at=row["at"],
        title=title_of_matter(row),
        text=row["text"],
        by=row["by"] or "",
        recorded_at=row["recorded_at"],
        late_entry=False,
        withdrawn=row["withdrawn_at"] is not None,
        why_withdrawn=row["why"] or "",
        kind="plain",
    )


def _withdrawable(row: Row) -> Mapping[str, Any] | None:
    permissions = None if row["withdrawn_at"] else WITHDRAWN_BY.get(row["kind"])
    return {"kind": row["kind"], "id": row["id"], "permissions": permissions} if permissions else None


def _words(row: Row) -> str:
    """What the fact says, in words."""
    said: Any = row["a"]
    tables = {
        "class": LEVELS,
        "document": DOCUMENTS,
        "end": ENDS,
        "pause": PAUSES,
        "pause_end": PAUSES,
        "search_end": SEARCH_ENDS,
    }
    if row["kind"] == "decision":
        outcome, rule, variant = said.split(" ", 2)
        return _("%(word)s（%(of)s）") % {"word": word(OUTCOMES, outcome), "of": _(title_of(rule, variant))}
    if row["kind"] == "contact":
        return _(CONTACTS[row["b"]]) % {"kind": word(CONTACT_KINDS, said)}
    if row["kind"] == "reception":
        return step_title(said, row["b"])
    if row["kind"] == "term":
        first, _space, last = said.partition(" ")
        return _("%(first)s 至 %(last)s") % {"first": first, "last": last}
    return word(tables.get(row["kind"], {}), said)


def _reason(row: Row) -> str:
    if row["kind"] in ("search", "off_control", "search_end"):
        return open_sealed(row["b"], SEARCH_NOTE)
    return "" if row["kind"] in ("contact", "reception") else row["b"] or ""
