"""What the page of a period of help shows: its days, what is to be done, and everything that was done, newest first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision import rules
from supervision.db import Record, fetch, fetch_row
from supervision.language import N_
from supervision.language import gettext as _
from supervision.people.actions import CONTACT, DOC, ON_FILE
from supervision.people.phones import masked_phone
from supervision.resettlement import words
from supervision.resettlement.actions import BECAME, DETAILS, SAID
from supervision.resettlement.records import CONTENT
from supervision.resettlement.steps import code_word, title_of
from supervision.rules.base import is_lapsed
from supervision.rules.explain import sentence
from supervision.sealed import open_sealed

SHOWN = 200
"""Facts of one period that are shown, newest first."""


@dataclass(frozen=True, slots=True)
class Done:
    """One fact as the page lists it."""

    kind: str
    id: int
    title: str
    text: str
    happened_at: datetime
    recorded_at: datetime
    by: str
    withdrawn: str
    last: bool
    """Whether it may be withdrawn: of the steps only the last, and never the first."""


FACTS = """
SELECT f.*, s.name AS by, w.name AS withdrawer,
       f.kind <> 'step' OR f.id = (SELECT CASE WHEN t.old_state IS NOT NULL AND t.event <> 'taken_back' THEN t.id END
                                     FROM assistance_step t WHERE t.assistance = $1 AND t.withdrawn_at IS NULL
                                    ORDER BY t.id DESC LIMIT 1) AS last
  FROM (
    SELECT 'step' AS kind, id, event AS a, code AS b, said_sealed AS sealed, NULL AS second, NULL AS plain, happened_at,
           recorded_at, recorded_by, withdrawn_at, withdrawn_by, withdrawn_reason FROM assistance_step WHERE assistance = $1
    UNION ALL SELECT 'visit', id, place, met, content_sealed, needs_sealed, NULL, happened_at, recorded_at, recorded_by,
                     withdrawn_at, withdrawn_by, withdrawn_reason FROM help_visit WHERE assistance = $1
    UNION ALL SELECT 'class', id, level, NULL, NULL, NULL, reason, happened_at, recorded_at, recorded_by,
                     withdrawn_at, withdrawn_by, withdrawn_reason FROM assistance_class WHERE assistance = $1
    UNION ALL SELECT 'support', id, kind, code, content_sealed, NULL, department, happened_at, recorded_at, recorded_by,
                     withdrawn_at, withdrawn_by, withdrawn_reason FROM support WHERE assistance = $1
    UNION ALL SELECT 'assessment', id, kind, NULL, content_sealed, factors_sealed, NULL, happened_at, recorded_at, recorded_by,
                     withdrawn_at, withdrawn_by, withdrawn_reason FROM help_assessment WHERE assistance = $1
    UNION ALL SELECT 'appraisal', id, side, grade, content_sealed, NULL, assessor, happened_at, recorded_at, recorded_by,
                     withdrawn_at, withdrawn_by, withdrawn_reason FROM help_appraisal WHERE assistance = $1
    UNION ALL SELECT 'child', id, guardian, hardship, content_sealed, name_sealed, born_on::text, happened_at, recorded_at,
                     recorded_by, withdrawn_at, withdrawn_by, withdrawn_reason FROM help_child WHERE assistance = $1
    UNION ALL SELECT 'stay', t.id, b.name, NULL, NULL, NULL, NULL, t.happened_at, t.recorded_at, t.recorded_by,
                     t.withdrawn_at, t.withdrawn_by, t.withdrawn_reason
                FROM help_stay t JOIN help_base b ON b.id = t.base WHERE t.assistance = $1
    UNION ALL SELECT 'leaving', l.id, b.name, NULL, l.reason_sealed, NULL, NULL, l.happened_at, l.recorded_at, l.recorded_by,
                     l.withdrawn_at, l.withdrawn_by, l.withdrawn_reason
                FROM help_leaving l JOIN help_stay t ON t.id = l.stay JOIN help_base b ON b.id = t.base WHERE l.assistance = $1
    UNION ALL SELECT 'member', id, kind, NULL, NULL, NULL, name, happened_at, recorded_at, recorded_by,
                     withdrawn_at, withdrawn_by, withdrawn_reason FROM help_member WHERE assistance = $1) f
  LEFT JOIN staff s ON s.id = f.recorded_by LEFT JOIN staff w ON w.id = f.withdrawn_by
 ORDER BY f.happened_at DESC, f.recorded_at DESC, f.id DESC LIMIT $2
"""


async def facts_of(assistance: int) -> list[Done]:
    """What was done, newest first, withdrawn entries too; one more than is shown where there are more."""
    return [_done(row) for row in await fetch(FACTS, assistance, SHOWN + 1)]


def _done(row: Record) -> Done:
    reason = row["withdrawn_reason"] or ""
    return Done(
        kind=row["kind"],
        id=row["id"],
        title=_title(row),
        text=_text(row),
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        by=row["by"] or "",
        last=bool(row["last"]),
        withdrawn=_("%(reason)s（%(by)s）") % {"reason": reason, "by": row["withdrawer"] or ""}
        if row["withdrawn_at"]
        else "",
    )


def _title(row: Mapping[str, Any]) -> str:
    kind, a, b = row["kind"], row["a"], row["b"]
    if kind == "step":
        return words.with_detail(_(title_of(a)), _(code_word(a, b)))
    if kind == "visit":
        return _("走访（%(place)s）：%(met)s") % {"place": _(words.PLACES[a]), "met": _(words.MET[b])}
    if kind == "class":
        return _("分类：%(level)s") % {"level": _(words.LEVELS[a])}
    if kind == "support":
        return words.support_title(a, b)
    if kind == "assessment":
        return _("危险性评估：%(kind)s") % {"kind": _(words.KINDS[a])}
    if kind == "appraisal":
        return _("年度鉴定（%(side)s）：%(grade)s") % {"side": _(words.SIDES[a]), "grade": _(words.GRADES[b])}
    if kind == "child":
        return _("未成年子女：%(how)s") % {"how": _(words.HARDSHIPS[b])}
    if kind == "stay":
        return _("入住安置基地：%(base)s") % {"base": a}
    if kind == "leaving":
        return _("离开安置基地：%(base)s") % {"base": a}
    return _("帮教小组：%(who)s") % {"who": _(words.GROUP[a])}


def _text(row: Mapping[str, Any]) -> str:
    purpose = SAID if row["kind"] == "step" else CONTENT
    plain, second = row["plain"] or "", _opened(row["second"], purpose)
    if row["kind"] == "support":
        plain = _(words.DEPARTMENTS[plain]) if plain else ""
    parts = [plain, _opened(row["sealed"], purpose)]
    if second and row["kind"] == "visit":
        parts.append(_("需要帮助：%(needs)s") % {"needs": second})
    if second and row["kind"] == "assessment":
        parts.append(_("、").join(_(words.FACTORS.get(code) or words.GROUNDS[code]) for code in second.split()))
    if row["kind"] == "child":
        parts = [second, plain, _("监护人：%(who)s") % {"who": _(words.GUARDIANS[row["a"]])}, *parts[1:]]
    return _("；").join(part for part in parts if part)


def _opened(sealed: str | None, purpose: str) -> str:
    return open_sealed(sealed, purpose) if sealed else ""


@dataclass(frozen=True, slots=True)
class FormChange:
    """What a sheet changed of the registration form: when, whose sheet, and of each field its label, the old and the new."""

    at: datetime
    by: str
    sheet: str
    fields: list[tuple[str, str, str]]


async def form_changes(assistance: int) -> list[FormChange]:
    """What sheets changed of the registration form, the last one first."""
    rows = await fetch(
        """SELECT d.details_sealed, d.replaced_at, s.name AS by, r.file_name FROM assistance_details d
             LEFT JOIN staff s ON s.id = d.replaced_by LEFT JOIN import_run r ON r.id = d.import_run
            WHERE d.assistance = $1 ORDER BY d.id DESC LIMIT $2""",
        assistance,
        SHOWN,
    )
    return [_form_change(row) for row in rows]


def _form_change(row: Record) -> FormChange:
    form = json.loads(open_sealed(row["details_sealed"], DETAILS))
    fields = [(_(words.FORM[name]), form.get(name) or "", new) for name, new in form.get(BECAME, {}).items()]
    return FormChange(row["replaced_at"], row["by"] or "", row["file_name"] or "", fields)


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that the office is to do, and why."""

    title: str
    opens_at: datetime
    due_at: datetime
    limit_at: datetime
    past: bool
    why: str


async def to_do(assistance: int, now: datetime) -> list[ToDo]:
    """What is open, the nearest limit first."""
    rows = await fetch(
        """SELECT rule, variant, opens_at, due_at, limit_at, state, why FROM duty
            WHERE subject_kind = 'assistance' AND subject_id = $1 AND state = 'open' ORDER BY limit_at, id LIMIT 50""",
        assistance,
    )
    return [
        ToDo(
            _(rules.title_of(row["rule"], row["variant"])),
            row["opens_at"],
            row["due_at"],
            row["limit_at"],
            is_lapsed(row["state"], row["limit_at"], now),
            sentence(json.loads(row["why"])),
        )
        for row in rows
    ]


async def needs_of(assistance: int, now: datetime) -> list[str]:
    """What is wrong at present, in words: somebody to look for, nobody to help."""
    rows = await fetch(
        """SELECT why FROM finding WHERE subject_kind = 'assistance' AND subject_id = $1 AND state = 'open'
              AND since_at <= $2 ORDER BY since_at""",
        assistance,
        now,
    )
    return [sentence(json.loads(row["why"])) for row in rows]


@dataclass(frozen=True, slots=True)
class Papers:
    """Who has the file, the class, the masked number, and how the person can be reached."""

    office: str
    helper: str
    second_office: str
    level: str
    number: str
    contacts: list[tuple[str, str]]


CONTACTS = {"phone": N_("电话"), "address_now": N_("现住址"), "address_household": N_("户籍地址")}


async def papers_of(row: Record, *, clear: bool) -> Papers:
    """`clear`: phones and addresses in full, for those who may record."""
    having = await fetch_row(
        """SELECT p.doc_sealed,
                  (SELECT c.level FROM assistance_class c WHERE c.assistance = $1 AND c.withdrawn_at IS NULL
                    ORDER BY c.happened_at DESC, c.id DESC LIMIT 1) AS level,
                  m.office, m.staff, d.office AS second
             FROM person p
             LEFT JOIN LATERAL (SELECT o.name AS office, s.name AS staff FROM responsibility r JOIN office o ON o.id = r.office
                                  LEFT JOIN staff s ON s.id = r.staff WHERE r.subject_kind = 'assistance' AND r.subject_id = $1
                                   AND r.role = 'main' AND r.to_at IS NULL) m ON true
             LEFT JOIN LATERAL (SELECT o.name AS office FROM responsibility r JOIN office o ON o.id = r.office
                                 WHERE r.subject_kind = 'assistance' AND r.subject_id = $1
                                   AND r.role = 'dual' AND r.to_at IS NULL) d ON true
            WHERE p.id = $2""",
        row["id"],
        row["person"],
    )
    assert having is not None
    contacts = await fetch(
        f"""SELECT kind, value_sealed, holder FROM contact
             WHERE person = $1 AND {ON_FILE} AND withdrawn_at IS NULL AND bad_since IS NULL ORDER BY kind DESC, rank, id DESC LIMIT 8""",
        row["person"],
    )
    return Papers(
        office=having["office"] or "",
        helper=having["staff"] or "",
        second_office=having["second"] or "",
        level=words.LEVELS.get(having["level"], ""),
        number=_masked(open_sealed(having["doc_sealed"], DOC)) if having["doc_sealed"] else "",
        contacts=[_contact(one, clear) for one in contacts],
    )


def _masked(number: str) -> str:
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) == 18 else "*" * len(number)


def _contact(row: Record, clear: bool) -> tuple[str, str]:
    kind = _(CONTACTS[row["kind"]])
    label = _("%(kind)s（家属）") % {"kind": kind} if row["holder"] == "family" else kind
    value = open_sealed(row["value_sealed"], CONTACT)
    hidden = masked_phone(value) if row["kind"] == "phone" else _("（仅经办人可见）")
    return label, value if clear else hidden


async def earlier(person: int, but: int) -> list[Record]:
    """Other periods of help of the person, the last first."""
    return await fetch(
        "SELECT * FROM assistance WHERE person = $1 AND id <> $2 AND end_kind <> 'taken_back' ORDER BY id DESC",
        person,
        but,
    )
