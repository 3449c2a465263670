"""The first day of an imported register (model §6): the ledger begins, what lies before is debt, nothing floods."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from supervision import rules
from supervision.alerts.follow import follow
from supervision.audit.record import record
from supervision.days import add_days, local_day, start_of
from supervision.db import execute, fetch, fetch_value, tx
from supervision.errors import Refusal
from supervision.exchange.intake import Importer
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.rollcall.take import roll_call

LATEST_DAYS: Final = 366
CLOCKS: Final = tuple(rule.id for rule in rules.RULES if rule.runs_before_ledger)
"""The rules whose clocks run on through the first day."""


@dataclass(frozen=True, slots=True)
class GoneLive:
    """What the register is like on its first day; `past_alerts` and `texts` must be 0."""

    date: date
    orders: int
    people: int
    debts: Mapping[str, int]
    clocks: Mapping[str, Mapping[str, int]]
    past_alerts: int
    texts: int
    remainder: int

    @property
    def data(self) -> dict[str, Any]:
        """For programs (docs/json.md)."""
        return asdict(self)

    @property
    def lines(self) -> list[str]:
        """For people."""
        clocks = [
            f"clock {rule}: {states['running']} running, {states['past']} past" for rule, states in self.clocks.items()
        ]
        return [
            f"live from {self.date}: {self.orders} orders of {self.people} people",
            *(f"debt {kind}: {count}" for kind, count in self.debts.items()),
            *clocks,
            f"alerts for the past: {self.past_alerts}",
            f"texts: {self.texts}",
            f"roll call remainder: {self.remainder}",
        ]


LIVE_ALREADY: Final = """
UPDATE import_run r SET detail = detail || jsonb_build_object('live_from', m.day)
  FROM (SELECT x.id, greatest((x.started_at AT TIME ZONE 'Asia/Shanghai')::date, i.value::date) AS day
          FROM import_run x JOIN installation i ON i.key = 'live_from') m
 WHERE m.id = r.id AND m.day < $1 AND r.kind = 'roster' AND r.undone_at IS NULL AND NOT r.detail ? 'live_from'"""
"""A roster taken in while the register was live is live since: its ledger is kept for days, and going live takes none back."""


async def go_live(viewer: Importer | None, day: date, now: datetime) -> GoneLive:
    """Let the ledger of all imported orders that aren't live yet begin on a day, today or later.

    Raises Refusal for a day that is past (its lapses would be a flood) and when nothing waits to go live.
    """
    today = local_day(now)
    if not today <= day <= add_days(today, LATEST_DAYS):
        raise Refusal(_("上线日期必须是今天（%(today)s）或以后一年之内的一天。") % {"today": today})
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        await execute(LIVE_ALREADY, today)
        runs = await fetch(
            """UPDATE import_run SET detail = detail || jsonb_build_object('live_from', $1::date)
                WHERE kind = 'roster' AND undone_at IS NULL AND NOT detail ? 'live_from' RETURNING id""",
            day,
        )
        rows = await fetch(
            """UPDATE orders SET ledger_from = greatest($2::date, start_on)
                WHERE import_run = ANY($1) AND ended_at IS NULL RETURNING id, person""",
            [run["id"] for run in runs],
            day,
        )
        if not rows:
            raise Refusal(_("没有等待上线的导入人员：请先导入名册。"))
        await _remember(day)
        orders, people = [row["id"] for row in rows], [row["person"] for row in rows]
        detail = {"date": day.isoformat(), "orders": len(orders)}
        await record(
            viewer,
            "gone_live",
            subject=("import", max(run["id"] for run in runs)),
            people=people,
            detail=detail,
            now=now,
        )
        await follow(orders, now, by=viewer.id if viewer else None)
        return await _described(day, orders, people, now)


async def _remember(day: date) -> None:
    await execute(
        """INSERT INTO installation (key, value) VALUES ('live_from', $1)
           ON CONFLICT ON CONSTRAINT installation_key_once DO UPDATE SET value = excluded.value""",
        day.isoformat(),
    )


async def _described(day: date, orders: list[int], people: list[int], now: datetime) -> GoneLive:
    debts = await fetch(
        "SELECT kind, count(*) FROM debt WHERE order_id = ANY($1) AND closed_at IS NULL GROUP BY kind ORDER BY 2 DESC, 1",
        orders,
    )
    texts = await fetch_value("SELECT count(*) FROM message WHERE person = ANY($1) AND created_at = $2", people, now)
    return GoneLive(
        date=day,
        orders=len(orders),
        people=len(set(people)),
        debts={row["kind"]: row["count"] for row in debts},
        clocks=await _clocks(orders, now),
        past_alerts=await past_alerts(orders, day),
        texts=int(texts),
        remainder=len((await roll_call(now, live=True)).remainder),
    )


async def past_alerts(orders: list[int], day: date) -> int:
    """Open alerts about what lies before the first day, the clocks that still run aside: there must be none.

    What somebody enrolled on the eve still lacks is a finding from the first moment of the day, and not of the past.
    """
    return int(
        await fetch_value(
            """SELECT count(*) FROM alert WHERE subject_kind = 'order' AND subject_id = ANY($1) AND closed_at IS NULL
                  AND (since_at < $2 OR (since_at = $2 AND duty IS NOT NULL)) AND kind <> ALL($3)""",
            orders,
            start_of(day),
            list(CLOCKS),
        )
    )


async def _clocks(orders: list[int], now: datetime) -> dict[str, dict[str, int]]:
    """Rule → how many clocks run towards their limit, and how many are past it and alarm."""
    rows = await fetch(
        """SELECT rule, count(*) FILTER (WHERE NOT is_lapsed(state, limit_at, $3)) AS running,
                  count(*) FILTER (WHERE is_lapsed(state, limit_at, $3)) AS past
             FROM duty WHERE subject_kind = 'order' AND subject_id = ANY($1) AND state = 'open' AND rule = ANY($2)
            GROUP BY rule ORDER BY rule""",
        orders,
        list(CLOCKS),
        now,
    )
    return {row["rule"]: {"running": row["running"], "past": row["past"]} for row in rows}
