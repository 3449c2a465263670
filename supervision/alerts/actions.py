"""What a human does with an alert: take it, note, hand it over, end it by an outcome and a reason."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from supervision import sealed
from supervision.access.roles import PERMISSIONS, SCOPE
from supervision.access.viewer import Viewer
from supervision.alerts.escalate import step_subjects
from supervision.alerts.follow import follow_all
from supervision.alerts.ladder import Position, hours_of, position
from supervision.alerts.opening import ACT, DECIDE, LOOK
from supervision.alerts.outcomes import Outcome, cause_kind, outcome_for
from supervision.alerts.subjects import PERSON, Whom, of_no_office, visible_alerts, whom_of
from supervision.audit.record import record
from supervision.db import Record, execute, fetch, insert, insert_many, tx
from supervision.duties.kinds import by_kind, lock
from supervision.errors import NotFound, Refusal
from supervision.language import N_
from supervision.language import gettext as _
from supervision.reasons import needed
from supervision.settings.terms import load_terms

NOTE = "alert_note"
"""The purpose under which notes are sealed: anything may be written in them."""
GONE = N_("这条预警已被他人处置，请刷新后查看。")
ONLY_A_FACT = N_(
    "这个问题只有补上事实（指定承办人、确定管理类别、登记电话等）才会结束；情况不属实的，请选择“情况不属实”。"
)


async def claim_all(viewer: Viewer, alert_ids: Sequence[int], now: datetime) -> None:
    """Take alerts of one card in hand: they are the viewer's until the ladder goes up, and their time on this rung begins anew.

    Taking one's own again gives no new time.
    """
    async with tx():
        alerts = [alert for alert in await _lock(viewer, alert_ids, now) if alert["taken_by"] != viewer.id]
        for alert in alerts:
            await _acted(alert, now, taken_by=viewer.id, step=ACT)
        await _event(alerts, "claimed", viewer, now)
        await _audit(viewer, "alert_claimed", alerts, now)


async def note_all(viewer: Viewer, alert_ids: Sequence[int], text: str, now: datetime) -> None:
    """Say of alerts of one card what was done: an act, so the next step waits for the rung's hours again.

    Raises Refusal without words.
    """
    if not text.strip():
        raise Refusal(_("请写明做了什么。"), fields={"text": _("请写明做了什么。")})
    async with tx():
        alerts = await _lock(viewer, alert_ids, now)
        for alert in alerts:
            await _acted(alert, now, taken_by=alert["taken_by"], step=ACT)
        await _event(alerts, "noted", viewer, now, {"text_sealed": sealed.seal(text.strip(), NOTE)})
        await _audit(viewer, "alert_noted", alerts, now)


async def hand_over_all(viewer: Viewer, alert_ids: Sequence[int], staff: int, now: datetime) -> None:
    """Give alerts of one card to a colleague on duty who may act on them. Raises Refusal for anybody else."""
    async with tx():
        alerts = await _lock(viewer, alert_ids, now)
        receivers = await receivers_of({whom_of(alert) for alert in alerts}, now)
        for alert in alerts:
            found = receivers[whom_of(alert)]
            if staff not in {row["id"] for row in (of_bureau(found) if of_no_office(alert["subject_kind"]) else found)}:
                raise Refusal(
                    _("请选择一位在岗、且能办理这一人员预警的同事。"), fields={"staff": _("请从列表中选择。")}
                )
        for alert in alerts:
            await _acted(alert, now, taken_by=staff, step=LOOK)
        await _event(alerts, "handed_over", viewer, now, {"to": staff})
        await _audit(viewer, "alert_handed_over", alerts, now, {"to": staff})


async def receivers_of(cards: Collection[Whom], now: datetime) -> dict[Whom, list[Record]]:
    """Who may be handed the alerts of each card: on duty, of the office that has the file, then of the bureau."""
    roles = PERMISSIONS["act_alerts"]
    everywhere = sorted(role for role in roles if SCOPE[role] == "all")
    people = [whom.id for whom in cards if whom.kind == PERSON]
    others = [whom for whom in cards if whom.kind != PERSON]
    subjects = ([whom.kind for whom in others], [whom.id for whom in others])
    rows = await fetch(RECEIVERS, people, sorted(roles), everywhere, now, *subjects)
    return {whom: [row for row in rows if (row["kind"], row["about"]) == whom] + of_bureau(rows) for whom in cards}


def of_bureau(receivers: Sequence[Record]) -> list[Record]:
    """Those of them who sit in no judicial office."""
    return [row for row in receivers if row["kind"] is None]


RECEIVERS = """
WITH on_duty AS (
    SELECT s.id, s.name, s.role, s.office, s.role = ANY($3) AS everywhere FROM staff s
     WHERE s.role = ANY($2) AND (s.disabled_at IS NULL OR s.disabled_at > $4)
       AND NOT EXISTS (SELECT FROM absence a WHERE a.staff = s.id AND a.from_at <= $4 AND $4 < a.to_at))
SELECT r.kind, r.about, s.id, s.name, s.role
  FROM (SELECT DISTINCT 'person' AS kind, person AS about, office FROM responsibility
         WHERE person = ANY($1) AND to_at IS NULL
        UNION ALL
        SELECT DISTINCT n.kind, n.id, x.office FROM unnest($5::text[], $6::int[]) AS n(kind, id)
          JOIN responsibility x ON x.subject_kind = n.kind AND x.subject_id = n.id AND x.to_at IS NULL) r
  JOIN on_duty s ON s.office = r.office AND NOT s.everywhere
UNION ALL
SELECT NULL, NULL, s.id, s.name, s.role FROM on_duty s WHERE s.everywhere
 ORDER BY 1, 2, 3
"""


async def close_all(
    viewer: Viewer,
    alert_ids: Sequence[int],
    outcome: str,
    reason: str,
    *,
    now: datetime,
    fact: tuple[str, int] | None = None,
) -> list[int]:
    """End alerts of one card by an outcome and a reason; the ids of those that only a fact can end.

    What they mean for their duties is written as decisions, and the ledger follows. `fact`: the fact of another slice that is
    the outcome, by kind and id. Raises Refusal where the outcome can end none of them, or somebody else has.
    """
    why = needed(reason, _("处置的理由"))
    async with tx():
        alerts = await _lock(viewer, alert_ids, now)
        ended, kept = _sort(alerts, outcome)
        if not ended:
            raise Refusal(_(ONLY_A_FACT), fields={"outcome": _("请选择能够结束这条预警的处置结果。")})
        for alert, said in ended:
            await _close(viewer, alert, said, why, now=now, linked=fact)
        await _audit(viewer, "alert_closed", [alert for alert, _said in ended], now, {"outcome": outcome})
        await follow_all([_subject(alert) for alert, _said in ended], now, by=viewer.id)
    return kept


def _sort(alerts: Sequence[Record], outcome: str) -> tuple[list[tuple[Record, Outcome]], list[int]]:
    """Which alerts the outcome ends, and as what; which it cannot."""
    said = [(alert, outcome_for(outcome, _cause_kind(alert))) for alert in alerts]
    return [(alert, one) for alert, one in said if one], [alert["id"] for alert, one in said if one is None]


def _cause_kind(alert: Record) -> str:
    return cause_kind(alert["subject_kind"], alert["kind"], alert["owed_by"], alert["duty_state"])


async def _close(
    viewer: Viewer, alert: Record, said: Outcome, reason: str, *, now: datetime, linked: tuple[str, int] | None
) -> None:
    decision = said.decides[_cause_kind(alert)]
    fact = (alert["duty_fact_kind"], alert["duty_fact_id"])
    if decision:
        fact = ("decision", await _decide(viewer, alert, decision, reason=reason, now=now))
    fact = linked or fact
    changed = await execute(
        """UPDATE alert SET closed_at = $2, outcome = $3, reason = $4, closed_by = $5, fact_kind = $6, fact_id = $7
            WHERE id = $1 AND closed_at IS NULL""",
        alert["id"],
        now,
        said.code,
        reason,
        viewer.id,
        *fact,
    )
    if not changed:
        raise Refusal(_(GONE))
    await _event([alert], "closed", viewer, now, {"outcome": said.code, "fact_kind": fact[0], "fact_id": fact[1]})


async def _decide(viewer: Viewer, alert: Record, decision: str, *, reason: str, now: datetime) -> int:
    """A named human's word on the duty: a fact from which the ledger draws its own conclusion."""
    slot = {name: alert[name] for name in ("subject_kind", "subject_id", "variant", "period")}
    said = {"rule": alert["kind"], "outcome": decision, "reason": reason, "happened_at": now}
    return await insert("duty_decision", slot | said | {"recorded_at": now, "recorded_by": viewer.id})


# -- what all of them do ----------------------------------------------------------------------------------------


async def _lock(viewer: Viewer, alert_ids: Sequence[int], now: datetime) -> list[Record]:
    """The open alerts in the viewer's scope, locked after their subjects as everybody locks them.

    Raises NotFound for none, for “not yours” and for “not there”; Refusal when somebody ended one meanwhile.
    """
    ids = sorted(set(alert_ids))
    subjects = by_kind(map(_subject, await fetch("SELECT subject_kind, subject_id FROM alert WHERE id = ANY($1)", ids)))
    for kind, some in subjects.items():
        await lock(kind, some)
    args: list[Any] = [ids]
    condition = visible_alerts(viewer, args)
    alerts = await fetch(
        f"""SELECT a.*, d.variant, d.period, d.owed_by, d.state AS duty_state, d.fact_kind AS duty_fact_kind,
                   d.fact_id AS duty_fact_id
              FROM alert a LEFT JOIN duty d ON d.id = a.duty
             WHERE a.id = ANY($1) AND {condition} ORDER BY a.id FOR UPDATE OF a""",
        *args,
    )
    if not ids or len(alerts) != len(ids):
        raise NotFound
    if any(alert["closed_at"] for alert in alerts):
        raise Refusal(_(GONE))
    for kind, some in subjects.items():
        await step_subjects(kind, some, now)
    return alerts


def _subject(row: Record) -> tuple[str, int]:
    return (row["subject_kind"], row["subject_id"])


async def _acted(alert: Record, now: datetime, *, taken_by: int | None, step: str) -> None:
    """An act moves the anchor: the alert stays on the rung where it is by now, and its hours begin anew."""
    place = await _place(alert, now)
    new_step = DECIDE if alert["step"] == DECIDE else step
    await execute(
        """UPDATE alert SET anchor_at = $2, anchor_rung = $3, rung = $3, next_step_at = $4, step = $5, taken_by = $6,
                            assigned_to = coalesce($6, assigned_to) WHERE id = $1 AND closed_at IS NULL""",
        alert["id"],
        now,
        *place,
        new_step,
        taken_by,
    )


async def _place(alert: Record, now: datetime) -> Position:
    parameters = (await load_terms(now, now)).parameters
    old = hours_of(parameters, alert["severity"], alert["anchor_at"])
    rung = position(alert["anchor_at"], alert["anchor_rung"], now, old).rung
    return position(now, rung, now, hours_of(parameters, alert["severity"], now))


async def _event(
    alerts: Sequence[Record], kind: str, viewer: Viewer, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    said = json.dumps(detail or {}, ensure_ascii=False)
    rows = [(alert["id"], now, kind, viewer.id, said) for alert in alerts]
    await insert_many("alert_event", ("alert", "at", "kind", "staff", "detail"), rows)


async def _audit(
    viewer: Viewer, action: str, alerts: Sequence[Record], now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """One row for the act, however many alerts of the card it was about."""
    if not alerts:
        return
    ids = [alert["id"] for alert in alerts]
    people = [alert["person"] for alert in alerts if alert["person"]]
    await record(
        viewer, action, subject=("alert", ids[0]), people=people, detail={"alerts": ids, **(detail or {})}, now=now
    )
