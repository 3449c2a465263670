"""The tables as they were known at a moment, $1 of every statement here: as they stand now, or as they stood then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.access.viewer import Viewer
from supervision.alerts.subjects import hidden_from
from supervision.db import Record, fetch
from supervision.people.scope import visible_people
from supervision.resettlement.states import END_KINDS

TODAY = "($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date"
START_OF_TODAY = "date_trunc('day', $1::timestamptz, 'Asia/Shanghai')"
KNOWN = "recorded_at <= $1 AND (withdrawn_at IS NULL OR withdrawn_at > $1)"

FACTS: dict[str, str] = {
    "order_end": f"(SELECT id, order_id, recorded_at FROM order_end WHERE {KNOWN})",
    "class_decision": f"(SELECT id, order_id FROM class_decision WHERE {KNOWN})",
    "pause": f"""(SELECT id, subject_id AS order_id, kind FROM pause
                   WHERE subject_kind = 'order' AND from_at <= $1 AND {KNOWN}
                     AND (to_at IS NULL OR to_at > $1 OR ended_recorded_at > $1))""",
    "off_control": f"""(SELECT id, order_id FROM off_control c WHERE {KNOWN} AND NOT EXISTS (
        SELECT FROM search_end WHERE search = c.search AND {KNOWN}))""",
    "debt": "(SELECT id, order_id, kind FROM debt WHERE opened_at <= $1 AND (closed_at IS NULL OR closed_at > $1))",
    "responsibility": """(SELECT r.id, r.subject_id AS order_id, r.person, r.office, r.staff,
                                 s.id IS NOT NULL AND (s.disabled_at IS NULL OR s.disabled_at > $1) AS active
                            FROM responsibility r LEFT JOIN staff s ON s.id = r.staff
                           WHERE r.subject_kind = 'order' AND r.role = 'main'
                             AND r.from_at <= $1 AND (r.to_at IS NULL OR r.to_at > $1))""",
}

# -- of resettlement help ---------------------------------------------------------------------------------------
_ENDS = ", ".join(f"'{kind}'" for kind in END_KINDS)
_STEP = f"FROM assistance_step s WHERE s.assistance = h.id AND {KNOWN} ORDER BY s.id DESC LIMIT 1"
FACTS |= {
    "help_end": f"(SELECT id, assistance, recorded_at FROM assistance_step WHERE new_state IN ({_ENDS}) AND {KNOWN})",
    "not_handed_over": f"(SELECT id, order_id FROM not_handed_over WHERE {KNOWN})",
    "help_responsibility": """(SELECT r.id, r.subject_id AS assistance, r.person, r.office FROM responsibility r
                                WHERE r.subject_kind = 'assistance' AND r.role = 'main'
                                  AND r.from_at <= $1 AND (r.to_at IS NULL OR r.to_at > $1))""",
}

NOW: Mapping[str, str] = FACTS | {"orders": "orders", "duty": "duty", "alert": "alert", "assistance": "assistance"}

# An event of later than $1 tells the state before it; the first registration and end fact tell since when they were known.
THEN: Mapping[str, str] = FACTS | {
    "orders": """(SELECT o.id, o.number, o.person, o.state, o.created_at,
           CASE WHEN (SELECT min(r.recorded_at) FROM registration r WHERE r.order_id = o.id) > $1
                THEN NULL ELSE o.registered_at END AS registered_at,
           coalesce((SELECT t.end_on FROM term_change t
                      WHERE t.order_id = o.id AND t.end_on IS NOT NULL AND t.recorded_at <= $1
                      ORDER BY t.recorded_at DESC, t.id DESC LIMIT 1), o.end_on) AS end_on,
           CASE WHEN (SELECT min(e.recorded_at) FROM order_end e WHERE e.order_id = o.id) > $1
                THEN NULL
                ELSE coalesce(o.ended_at, (SELECT min(e.happened_at) FROM order_end e WHERE e.order_id = o.id
                                              AND e.recorded_at <= $1 AND e.withdrawn_at > $1)) END AS ended_at,
           coalesce((SELECT e.kind FROM order_end e WHERE e.order_id = o.id AND e.recorded_at <= $1
                        AND (e.withdrawn_at IS NULL OR e.withdrawn_at > $1) ORDER BY e.id DESC LIMIT 1), o.end_kind) AS end_kind
      FROM orders o WHERE o.created_at <= $1)""",
    "assistance": f"""(SELECT h.id, h.person, h.order_id, h.created_at, coalesce((SELECT s.new_state {_STEP}), h.state) AS state,
           (SELECT CASE WHEN s.new_state IN ({_ENDS}) THEN s.happened_at END {_STEP}) AS ended_at
      FROM assistance h WHERE h.created_at <= $1)""",
    "duty": """(SELECT d.id, d.subject_kind, d.subject_id, d.person, d.owed_by, d.rule, d.variant, d.limit_at, d.closed_at,
           coalesce((SELECT e.old_state FROM duty_event e WHERE e.duty = d.id AND e.at > $1 ORDER BY e.id LIMIT 1),
                    d.state) AS state
      FROM duty d WHERE d.created_at <= $1)""",
    "alert": """(SELECT a.id, a.duty, a.subject_kind, a.subject_id, a.person, a.kind, a.since_at, a.next_step_at,
           CASE WHEN (SELECT e.kind = 'closed' FROM alert_event e
                       WHERE e.alert = a.id AND e.at <= $1 AND e.kind IN ('opened', 'closed', 'reopened')
                       ORDER BY e.id DESC LIMIT 1) THEN a.opened_at END AS closed_at
      FROM alert a WHERE a.opened_at <= $1)""",
}


@dataclass(frozen=True, slots=True)
class View:
    """Whose registrations are asked about, and as known when. Without a viewer: everybody's.

    `live`: `at` is the present, so the tables are read as they stand; the answer is the same and comes much sooner.
    """

    at: datetime
    live: bool = False
    viewer: Viewer | None = None

    @property
    def whole(self) -> bool:
        """Whether everybody is in scope, and so what is about nobody, too."""
        return self.viewer is None or self.viewer.scope == "all"

    @property
    def hidden(self) -> list[str]:
        """The kinds of subject that aren't the viewer's to see."""
        return hidden_from(self.viewer) if self.viewer else []

    def sql(self, text: str) -> str:
        """The statement with its tables put in."""
        return text.format_map(NOW if self.live else THEN)

    def scope(self, column: str, args: list[Any]) -> str:
        """The condition that this column holds a person in the viewer's scope; appends what it needs to `args`."""
        return visible_people(self.viewer, column, args) if self.viewer else "TRUE"

    async def rows(self, text: str, column: str, *more: Any) -> list[Record]:
        """The rows of a statement whose `{scope}` stands for the scope of `column`; `more` are $2 and on."""
        args: list[Any] = [self.at, *more]
        scope = self.scope(column, args)
        return await fetch(self.sql(text.replace("{scope}", scope)), *args)
