"""Who needs help first, how a year went, and how minor children fare (law RA-09, RA-19, RA-20): facts about a period of help."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.days import add_months, local_day
from supervision.db import Record, execute, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.resettlement import words
from supervision.resettlement.actions import done
from supervision.resettlement.records import (
    CONTENT,
    check_choice,
    check_time,
    put_down_by,
    sealed_content,
)
from supervision.resettlement.scope import lock_open
from supervision.rules.base import InForce
from supervision.sealed import seal

OF_AGE = 18 * 12


@dataclass(frozen=True, slots=True)
class Assessment:
    """Key or general, the grounds and factors that apply, and why it was decided so."""

    kind: str
    factors: tuple[str, ...]
    reason: str


def proposed(factors: Collection[str], parameters: InForce) -> str:
    """What the factors speak for (law RA-09): each ground alone makes a key person, and so do many factors together."""
    weighty = any(factor in words.GROUNDS for factor in factors)
    return "key" if weighty or len(factors) >= parameters["ra.assess.key_factors"] else "general"


async def assess(viewer: Viewer, assistance: int, new: Assessment, now: datetime) -> int:
    """Decide whether somebody is a key person; its id. Raises Refusal without a reason, and for an unknown factor."""
    check_choice("kind", new.kind, words.KINDS)
    for factor in new.factors:
        check_choice("factors", factor, words.GROUNDS | words.FACTORS)
    _must("reason", new.reason, _("请填写理由。"))
    async with tx():
        row = await lock_open(assistance)
        values = {"kind": new.kind, "old_kind": row["kind"], "factors_sealed": sealed_content(" ".join(new.factors))}
        made = await _put("help_assessment", row, values | {"content_sealed": sealed_content(new.reason)}, now, viewer)
        await execute("UPDATE assistance SET kind = $2 WHERE id = $1", assistance, new.kind)
        await done(viewer, "assess_help", row, now, {"id": made, "kind": new.kind})
    return made


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What village or township says of a year: who said it, how it went, and when."""

    side: str
    grade: str
    assessor: str
    happened_at: datetime
    content: str = ""


async def appraise(viewer: Viewer, assistance: int, new: Appraisal, now: datetime) -> int:
    """Put a yearly appraisal down (law RA-20); its id. Raises Refusal for what isn't whole, and for the future."""
    check_choice("side", new.side, words.SIDES)
    check_choice("grade", new.grade, words.GRADES)
    _must("assessor", new.assessor, _("请填写鉴定人。"))
    async with tx():
        row = await _connected(assistance, new.happened_at, now)
        values: dict[str, Any] = {"side": new.side, "grade": new.grade, "assessor": new.assessor.strip()}
        values |= {"content_sealed": sealed_content(new.content)}
        made = await _put("help_appraisal", row, values, now, viewer, new.happened_at)
        await done(viewer, "appraise_help", row, now, {"id": made, "side": new.side})
    return made


@dataclass(frozen=True, slots=True)
class Child:
    """A minor child as it was found: who looks after it, what it lacks, and what was done."""

    name: str
    born_on: date
    guardian: str
    hardship: str
    happened_at: datetime
    content: str = ""


async def record_child(viewer: Viewer, assistance: int, new: Child, now: datetime) -> int:
    """Put down how a minor child fares (law RA-19); its id. Raises Refusal for a child that is of age, or isn't born."""
    check_choice("guardian", new.guardian, words.GUARDIANS)
    check_choice("hardship", new.hardship, words.HARDSHIPS)
    _must("name", new.name, _("请填写姓名。"))
    today = local_day(new.happened_at)
    if not add_months(today, -OF_AGE) < new.born_on <= today:
        raise Refusal(_("请核对出生日期：这里只登记未成年子女。"), fields={"born_on": _("请核对出生日期。")})
    async with tx():
        row = await _connected(assistance, new.happened_at, now)
        values: dict[str, Any] = {"name_sealed": seal(new.name.strip(), CONTENT), "born_on": new.born_on}
        values |= {"guardian": new.guardian, "hardship": new.hardship, "content_sealed": sealed_content(new.content)}
        made = await _put("help_child", row, values, now, viewer, new.happened_at)
        await done(viewer, "record_help_child", row, now, {"id": made})
    return made


def _must(name: str, value: str, told: str) -> None:
    if not value.strip():
        raise Refusal(told, fields={name: told})


async def _connected(assistance: int, happened_at: datetime, now: datetime) -> Record:
    row = await lock_open(assistance)
    if row["connected_at"] is None:
        raise Refusal(_("本人还没有衔接，衔接以后再登记。"))
    check_time(happened_at, row["connected_at"], now)
    return row


async def _put(
    table: str, row: Record, values: dict[str, Any], now: datetime, viewer: Viewer, happened_at: datetime | None = None
) -> int:
    return await insert(table, {"assistance": row["id"]} | values | put_down_by(happened_at or now, now, viewer.id))
