"""What is done to help, beside the steps: visits and talks, the class, the group, what was arranged, and who has the file.

Each is one transaction with its fact, its audit row and the ledger brought up to date. A wrong one is withdrawn with a reason.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision.access.viewer import Viewer
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.errors import NotAllowed, NotFound, Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.people.actions import Assignment, assign
from supervision.reasons import mark_withdrawn, reason_to_withdraw
from supervision.resettlement import states, words
from supervision.resettlement.actions import (
    BECAME,
    CHANGED_BY,
    CONNECTING,
    DECIDE,
    DETAILS,
    OTHER_OFFICE,
    RECORD,
    SUBJECT,
    done,
)
from supervision.resettlement.beds import check_longer
from supervision.resettlement.scope import lock_open
from supervision.sealed import open_sealed, seal

CONTENT = "assistance.content"
ONCE_IN = timedelta(minutes=1)
"""Two of the same kind this close together are one, sent twice."""
FACTS: Mapping[str, tuple[str, str]] = {
    "visit": ("help_visit", RECORD),
    "class": ("assistance_class", DECIDE),
    "member": ("help_member", RECORD),
    "support": ("support", RECORD),
    "assessment": ("help_assessment", DECIDE),
    "appraisal": ("help_appraisal", RECORD),
    "child": ("help_child", RECORD),
    "stay": ("help_stay", RECORD),
    "leaving": ("help_leaving", RECORD),
    "step": ("assistance_step", DECIDE),
}
"""Kind of fact → its table, and the permission of whoever may withdraw it."""
COLUMNS = ", ".join(dict.fromkeys(column for columns in CHANGED_BY.values() for column in columns))
BEFORE_CONNECTION = dict.fromkeys(CHANGED_BY["arrived"])
"""What a period had before the connection, for steps of the time when that wasn't kept."""
FORM_COLUMNS: Mapping[str, str] = {
    "crime": "crime",
    "sentence": "sentence",
    "prison": "prison",
    "release_on": "release_on",
    "help_from": "from_on",
    "help_to": "to_on",
}
"""Field of the registration form → the column of the period of help that it is."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit or talk: where, who was met, what was found and what is needed."""

    place: str
    met: str
    happened_at: datetime
    content: str = ""
    needs: str = ""


async def record_visit(viewer: Viewer, assistance: int, visit: Visit, now: datetime) -> int:
    """Put a visit down (law RA-14); its id. Raises Refusal for the future, before the connection, and twice within a minute."""
    check_choice("place", visit.place, words.PLACES)
    check_choice("met", visit.met, words.MET)
    async with tx():
        row = await lock_open(assistance)
        if row["connected_at"] is None:
            raise Refusal(_("本人还没有衔接，不能记录走访；查找的情况请用“记录查找”。"))
        check_time(visit.happened_at, row["connected_at"], now)
        await refuse_twice("help_visit", row["id"], visit.happened_at)
        values = {
            "assistance": row["id"],
            "place": visit.place,
            "met": visit.met,
            "content_sealed": sealed_content(visit.content),
            "needs_sealed": sealed_content(visit.needs),
        }
        made = await insert("help_visit", values | put_down_by(visit.happened_at, now, viewer.id))
        await done(viewer, "record_help_visit", row, now, {"id": made, "met": visit.met})
    return made


async def decide_class(viewer: Viewer, assistance: int, level: str, reason: str, now: datetime) -> int:
    """How closely somebody is helped from now on (law RA-14); its id."""
    check_choice("level", level, words.LEVELS)
    if not reason.strip():
        raise Refusal(_("请填写分类的理由。"), fields={"reason": _("请填写分类的理由。")})
    async with tx():
        row = await lock_open(assistance)
        if row["connected_at"] is None:
            raise Refusal(_("本人还没有衔接，衔接以后再分类。"))
        if await level_of(assistance) == level:
            raise Refusal(_("已经是这一类。"), fields={"level": _("已经是这一类。")})
        values = {"assistance": assistance, "level": level, "reason": reason.strip()}
        made = await insert("assistance_class", values | put_down_by(now, now, viewer.id))
        await done(viewer, "set_help_class", row, now, {"level": level})
    return made


async def level_of(assistance: int) -> str | None:
    """The class that was decided last."""
    found: str | None = await fetch_value(
        """SELECT level FROM assistance_class WHERE assistance = $1 AND withdrawn_at IS NULL
            ORDER BY happened_at DESC, id DESC LIMIT 1""",
        assistance,
    )
    return found


async def add_member(viewer: Viewer, assistance: int, kind: str, name: str, now: datetime) -> int:
    """Somebody joins the group that helps (law RA-13); the id."""
    check_choice("kind", kind, words.GROUP)
    if not name.strip():
        raise Refusal(_("请填写姓名和单位。"), fields={"name": _("请填写姓名和单位。")})
    async with tx():
        row = await lock_open(assistance)
        if row["state"] in states.INSIDE:
            raise Refusal(_("本人还在服刑，释放前后再建立帮教小组。"))
        values = {"assistance": assistance, "kind": kind, "name": name.strip()}
        made = await insert("help_member", values | put_down_by(now, now, viewer.id))
        await done(viewer, "add_help_member", row, now, {"id": made, "kind": kind})
    return made


@dataclass(frozen=True, slots=True)
class Support:
    """Something that was arranged: its kind, its code, when, and how."""

    kind: str
    code: str | None
    happened_at: datetime
    content: str = ""
    department: str | None = None


async def record_support(viewer: Viewer, assistance: int, support: Support, now: datetime) -> int:
    """Put down what was arranged (law RA-18): work, a benefit, legal aid, mediation, training, relief; its id."""
    check_choice("kind", support.kind, words.SUPPORT)
    table = words.SUPPORT_CODES.get(support.kind)
    if table is not None and support.code not in table:
        raise Refusal(_("请选择具体方式。"), fields={"code": _("请选择具体方式。")})
    if table is None and not support.content.strip():
        raise Refusal(_("请填写办理的情况。"), fields={"content": _("请填写办理的情况。")})
    if support.department is not None:
        check_choice("department", support.department, words.DEPARTMENTS)
    async with tx():
        row = await lock_open(assistance)
        if row["connected_at"] is None:
            raise Refusal(_("本人还没有衔接，衔接以后再登记帮扶。"))
        check_time(support.happened_at, row["connected_at"], now)
        code = support.code if table else None
        values = {"assistance": assistance, "kind": support.kind, "code": code, "department": support.department}
        values["content_sealed"] = sealed_content(support.content)
        made = await insert("support", values | put_down_by(support.happened_at, now, viewer.id))
        await done(viewer, "record_support", row, now, {"id": made, "kind": support.kind})
    return made


async def assign_helper(viewer: Viewer, assistance: int, to: Assignment, now: datetime) -> None:
    """Give the file to a member of an office's staff; between offices only the bureau may."""
    async with tx():
        row = await lock_open(assistance)
        if viewer.scope == "office" and to.office != viewer.office:
            raise Refusal(_("跨司法所移交由区局办理。"), fields={"staff": _("请选择本所人员。")})
        if to.staff is not None and to.staff == await helper_of(assistance):
            raise Refusal(_("已经由这位工作人员负责。"), fields={"staff": _("已经由这位工作人员负责。")})
        await assign((SUBJECT, assistance), row["person"], to, now, viewer.id)
        await done(viewer, "assign_helper", row, now, {"office": to.office, "staff": to.staff})


async def helper_of(assistance: int) -> int | None:
    """The member of the staff who has the file now."""
    found: int | None = await fetch_value(
        """SELECT staff FROM responsibility
            WHERE subject_kind = 'assistance' AND subject_id = $1 AND role = 'main' AND to_at IS NULL""",
        assistance,
    )
    return found


async def withdraw(viewer: Viewer, person: int, fact: tuple[str, int], *, reason: str, now: datetime) -> None:
    """A wrong entry no longer counts. `person` is in the viewer's scope; `fact` is kind and id.

    Of the steps only the last one is withdrawn, so that the state goes back the way it came. Raises NotFound when it isn't
    this person's, NotAllowed for one that the viewer couldn't have put down, Refusal without a reason or when done before.
    """
    kind, fact_id = fact
    if kind not in FACTS:
        raise NotFound
    table, permission = FACTS[kind]
    if not viewer.may(permission):
        raise NotAllowed
    said = reason_to_withdraw(reason)
    async with tx():
        if kind == "step":  # before any row, as the intakes do, which ask who is on which register
            await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        row = await fetch_row(
            f"""SELECT a.* FROM {table} f JOIN assistance a ON a.id = f.assistance
                 WHERE f.id = $1 AND a.person = $2 FOR NO KEY UPDATE OF a""",
            fact_id,
            person,
        )
        if row is None:
            raise NotFound
        if kind == "step":
            await _step_back(row["id"], fact_id)
        if kind == "assessment":
            await _kind_before(row["id"], fact_id)
        await mark_withdrawn(table, fact_id, said, by=viewer.id, now=now)
        if kind == "stay":
            await _with_its_leaving(fact_id, said, by=viewer.id, now=now)
        if kind == "leaving":
            await check_longer(
                row["id"], await fetch_value("SELECT happened_at FROM help_leaving WHERE id = $1", fact_id)
            )
        await done(viewer, "withdraw_help", row, now, {"kind": kind, "id": fact_id})


async def _step_back(assistance: int, step: int) -> None:
    """The state before the step. Raises Refusal for one that others were built on, and for a beginning."""
    last = await fetch_row(
        """SELECT * FROM assistance_step WHERE assistance = $1 AND withdrawn_at IS NULL
            ORDER BY id DESC LIMIT 1""",
        assistance,
    )
    if last is None or last["id"] != step:
        raise Refusal(_("只能作废最后一步；请先作废它后面的各步。"))
    if last["old_state"] is None or last["event"] == "taken_back":
        raise Refusal(_("这一期帮教由此开始，不能作废。"))
    if await _passed_on(last):
        raise Refusal(_("档案已经交给另一个司法所，请由区局重新办理，不能作废。"))
    if last["new_state"] in states.END_KINDS:
        await _refuse_on_a_register(assistance)
    await execute(
        f"""UPDATE assistance a SET state = $2, ended_at = NULL, end_kind = NULL, ({COLUMNS}) =
                   (SELECT {COLUMNS} FROM jsonb_populate_record(a, $3::jsonb))
             WHERE id = $1""",
        assistance,
        last["old_state"],
        json.dumps(await _before(last)),
    )
    if last["new_state"] in states.END_KINDS:
        await check_longer(assistance, last["happened_at"])


async def _before(step: Record) -> dict[str, object]:
    """What the columns were before the step, but for those that a sheet corrected since."""
    kept = json.loads(step["before"]) if step["before"] else None
    if kept is None:
        kept = BEFORE_CONNECTION if step["event"] in CONNECTING else {}
    corrected = await _corrected_since(step) if kept else set()
    return {column: was for column, was in kept.items() if column not in corrected}


async def _corrected_since(step: Record) -> set[str]:
    """The columns that a sheet changed after the step was put down."""
    rows = await fetch(
        "SELECT details_sealed FROM assistance_details WHERE assistance = $1 AND replaced_at > $2",
        step["assistance"],
        step["recorded_at"],
    )
    became = [json.loads(open_sealed(row["details_sealed"], DETAILS)).get(BECAME, {}) for row in rows]
    return {column for field, column in FORM_COLUMNS.items() if any(field in one for one in became)}


async def _passed_on(step: Record) -> bool:
    """Whether the file went to another office by the step."""
    if step["event"] in OTHER_OFFICE:
        return step["office"] is not None
    return step["event"] == "dual_ended" and bool(
        await fetch_value(
            """SELECT 1 FROM responsibility
                WHERE subject_kind = 'assistance' AND subject_id = $1 AND role = 'dual' AND to_at = $2""",
            step["assistance"],
            step["recorded_at"],
        )
    )


async def _with_its_leaving(stay: int, reason: str, *, by: int, now: datetime) -> None:
    """Whoever was never in a base hasn't left it."""
    leaving = await fetch_value("SELECT id FROM help_leaving WHERE stay = $1 AND withdrawn_at IS NULL", stay)
    if leaving is not None:
        await mark_withdrawn("help_leaving", leaving, reason, by=by, now=now)


async def _kind_before(assistance: int, assessment: int) -> None:
    """Key or general as before the assessment. Raises Refusal where a later one was made."""
    last = await fetch_row(
        """SELECT id, old_kind FROM help_assessment WHERE assistance = $1 AND withdrawn_at IS NULL
            ORDER BY id DESC LIMIT 1""",
        assistance,
    )
    if last is None or last["id"] != assessment:
        raise Refusal(_("只能作废最后一次评估。"))
    await execute("UPDATE assistance SET kind = $2 WHERE id = $1", assistance, last["old_kind"])


async def _refuse_on_a_register(assistance: int) -> None:
    """Nobody is on two registers, or twice on one (law RA-22): help that has ended stays so while another period runs."""
    if await fetch_value(
        """SELECT 1 FROM orders WHERE ended_at IS NULL
              AND person = (SELECT person FROM assistance WHERE id = $1)""",
        assistance,
    ):
        raise Refusal(_("该人员正在社区矫正，帮教的办结不能作废。"))
    if await fetch_value(
        """SELECT 1 FROM assistance WHERE ended_at IS NULL
              AND person = (SELECT person FROM assistance WHERE id = $1)""",
        assistance,
    ):
        raise Refusal(_("该人员已有新的一期帮教，以前的办结不能作废。"))


def check_choice(name: str, value: str, known: Mapping[str, str]) -> None:
    """Raises Refusal for what is none of the choices."""
    if value not in known:
        raise Refusal(_("请从列表中选择。"), fields={name: _("请从列表中选择。")})


def check_time(moment: datetime, connected_at: datetime, now: datetime) -> None:
    """Raises Refusal for the future, and for a moment before the connection."""
    if moment > now:
        raise Refusal(_("时间不能晚于现在。"), fields={"happened_at": _("时间不能晚于现在。")})
    if moment < connected_at:
        raise Refusal(_("时间早于衔接的时间。"), fields={"happened_at": _("时间早于衔接的时间。")})


async def refuse_twice(table: str, assistance: int, moment: datetime) -> None:
    """Raises Refusal where the table has an entry of the same minute."""
    found = await fetch_value(
        f"""SELECT 1 FROM {table} WHERE assistance = $1 AND withdrawn_at IS NULL
               AND happened_at > $2 AND happened_at < $3""",
        assistance,
        moment - ONCE_IN,
        moment + ONCE_IN,
    )
    if found:
        raise Refusal(_("这一条刚才已经记录过了，没有重复保存。"))


def sealed_content(text: str) -> str | None:
    """What was written, sealed; None where nothing was."""
    return seal(text.strip(), CONTENT) if text.strip() else None


def put_down_by(happened_at: datetime, now: datetime, by: int) -> dict[str, object]:
    """When it happened, and who put it down when."""
    return {"happened_at": happened_at, "recorded_at": now, "recorded_by": by}
