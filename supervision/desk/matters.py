"""What was done in a person's matters of their own, for the timeline: discipline, commissions, and the register of help."""

from collections.abc import Callable, Mapping
from typing import Any

from supervision.access.viewer import Viewer
from supervision.commissions.scope import visible_commissions
from supervision.commissions.words import EVENTS as COMMISSION_EVENTS
from supervision.discipline.words import EVENTS as DISCIPLINE_EVENTS
from supervision.language import N_
from supervision.language import gettext as _
from supervision.reads import Read, Row
from supervision.resettlement import words as help_words
from supervision.resettlement.steps import code_word
from supervision.resettlement.steps import title_of as step_title

DISCIPLINE = """
SELECT 'discipline' AS kind, e.id, e.at, e.at AS recorded_at, e.staff AS recorded_by, NULL::timestamptz AS withdrawn_at,
       NULL AS why, e.event AS a, NULL AS b, '' AS text
  FROM discipline_event e JOIN discipline_case c ON c.id = e.case_id WHERE c.person = $1"""
COMMISSIONS = """
SELECT 'commission' AS kind, e.id, e.at, e.at AS recorded_at, e.staff AS recorded_by, NULL::timestamptz AS withdrawn_at,
       NULL AS why, e.event AS a, NULL AS b, c.number AS text
  FROM commission_event e JOIN commission c ON c.id = e.commission WHERE c.person = $1 AND {visible}"""
HELP = """
SELECT x.kind, x.id, x.happened_at AS at, x.recorded_at, x.recorded_by, x.withdrawn_at, x.withdrawn_reason AS why, x.a, x.b,
       '' AS text
  FROM (SELECT 'help_step' AS kind, assistance, id, happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_reason,
               event AS a, code AS b FROM assistance_step
        UNION ALL SELECT 'help_visit', assistance, id, happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_reason,
               place, met FROM help_visit
        UNION ALL SELECT 'help_class', assistance, id, happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_reason,
               level, NULL FROM assistance_class
        UNION ALL SELECT 'support', assistance, id, happened_at, recorded_at, recorded_by, withdrawn_at, withdrawn_reason,
               kind, code FROM support
        UNION ALL SELECT 'help_stay', t.assistance, t.id, t.happened_at, t.recorded_at, t.recorded_by, t.withdrawn_at, t.withdrawn_reason,
               b.name, NULL FROM help_stay t JOIN help_base b ON b.id = t.base
        UNION ALL SELECT 'help_leaving', l.assistance, l.id, l.happened_at, l.recorded_at, l.recorded_by, l.withdrawn_at,
               l.withdrawn_reason, b.name, NULL
          FROM help_leaving l JOIN help_stay t ON t.id = l.stay JOIN help_base b ON b.id = t.base) x
  JOIN assistance ON assistance.id = x.assistance WHERE assistance.person = $1"""
ALL = """SELECT f.*, s.name AS by FROM ({parts}) f LEFT JOIN staff s ON s.id = f.recorded_by
 ORDER BY f.at DESC, f.recorded_at DESC, f.id DESC LIMIT $2"""
Say = Callable[[str, str | None], str]

OF_HELP: Mapping[str, Say] = {
    "help_step": lambda event, code: help_words.with_detail(_(step_title(event)), _(code_word(event, code))),
    "help_visit": lambda place, met: (
        _("走访（%(place)s）：%(met)s") % {"place": _(help_words.PLACES[place]), "met": _(help_words.MET[met or ""])}
    ),
    "help_class": lambda level, _code: _("分类：%(level)s") % {"level": _(help_words.LEVELS[level])},
    "support": lambda kind, code: help_words.support_title(kind, code),
    "help_stay": lambda base, _code: _("入住安置基地：%(base)s") % {"base": base},
    "help_leaving": lambda base, _code: _("离开安置基地：%(base)s") % {"base": base},
}
EVENTS = {"discipline": DISCIPLINE_EVENTS, "commission": COMMISSION_EVENTS}
MATTERS = {"discipline": N_("训诫警告"), "commission": N_("调查评估"), **dict.fromkeys(OF_HELP, N_("安置帮教"))}


def matters_read(viewer: Viewer, person: int, limit: int) -> Read:
    """The newest of what the viewer may know: discipline by its permission, commissions only by whoever handles them (law CI-10)."""
    args: list[Any] = [person, limit]
    parts = [HELP]
    if viewer.may("see_commissions"):
        parts.append(COMMISSIONS.format(visible=visible_commissions(viewer, args)))
    if viewer.may("see_discipline"):
        parts.append(DISCIPLINE)
    return Read(ALL.format(parts=" UNION ALL ".join(parts)), args, list)


def title_of(row: Row) -> str:
    """Which matter it belongs to, and what was done in it."""
    kind, a, b = row["kind"], row["a"], row["b"]
    said = OF_HELP[kind](a, b) if kind in OF_HELP else _(EVENTS[kind][a])
    return _("：").join((_(MATTERS[kind]), said))
