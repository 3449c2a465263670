"""What is known at a moment, as SQL: of every statement $1 and $2 are a period's begin and exclusive end, $3 is the moment."""

from supervision.resettlement.actions import CONNECTING
from supervision.resettlement.states import AWAITED, END_KINDS


def known(row: str) -> str:
    """The condition that a fact was on record and not withdrawn at $3."""
    return f"{row}.recorded_at <= $3 AND ({row}.withdrawn_at IS NULL OR {row}.withdrawn_at > $3)"


def within(column: str) -> str:
    """The condition that a moment lies in the period."""
    return f"{column} >= $1 AND {column} < $2"


def local_day_of(moment: str) -> str:
    """The day of a moment in Shanghai."""
    return f"({moment} AT TIME ZONE 'Asia/Shanghai')::date"


def _texts(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


LOCAL_BEGIN, LOCAL_END, LOCAL_KNOWN = (local_day_of(f"${n}::timestamptz") for n in (1, 2, 3))
# A later transition tells the state before it.
DUTY_STATE = """coalesce((SELECT e.old_state FROM duty_event e WHERE e.duty = d.id AND e.at > $3 ORDER BY e.id LIMIT 1), d.state)"""

# -- periods of help --------------------------------------------------------------------------------------------------

_STEPS = f"""SELECT s.assistance, (array_agg(s.event ORDER BY s.id))[1] AS began,
       (array_agg(s.new_state ORDER BY s.id DESC))[1] AS state, (array_agg(s.happened_at ORDER BY s.id DESC))[1] AS state_at,
       (array_agg(s.new_state ORDER BY s.id DESC) FILTER (WHERE s.happened_at < $2))[1] AS state_then,
       max(s.happened_at) FILTER (WHERE s.event IN ({_texts((*sorted(CONNECTING), "carried_over"))})) AS connected_at
  FROM assistance_step s WHERE {known("s")} GROUP BY s.assistance"""
# An assessment that was withdrawn since still counted, one that was made since tells the kind before it.
_KIND = """coalesce((SELECT x.kind FROM help_assessment x WHERE x.assistance = h.id AND x.withdrawn_at > $3 AND x.recorded_at <= $3
                  ORDER BY x.id DESC LIMIT 1),
                (SELECT x.old_kind FROM help_assessment x WHERE x.assistance = h.id AND x.recorded_at > $3 ORDER BY x.id LIMIT 1), h.kind)"""
WITH_HELP = f"""WITH help AS (SELECT h.id, h.person, h.source, h.prison, h.release_on, h.order_id, {_KIND} AS kind,
        s.state, s.state_then, s.connected_at, CASE WHEN s.state IN ({_texts(END_KINDS)}) THEN s.state_at END AS ended_at,
        CASE WHEN s.began IN ('came', 'carried_over') THEN s.connected_at
             ELSE h.release_on::timestamp AT TIME ZONE 'Asia/Shanghai' END AS since
   FROM assistance h JOIN ({_STEPS}) s ON s.assistance = h.id WHERE h.created_at <= $3 AND s.state <> 'taken_back')"""
"""What a statement begins with that asks for `help`, the periods of help by their steps; however often it asks, they are worked out
once. `since`: on the register from the release of whoever was awaited, else from the day on which
they came to it, also from another office; `state_then`: at the period's end. A day of release, and a kind that a sheet
changed, are as they are now."""
ON_REGISTER = f"""a.since < $2 AND (a.ended_at IS NULL OR a.ended_at >= $2) AND a.state NOT IN ({_texts(AWAITED)})"""
"""The condition that a period of help `a` was on the register when the period of the report ended."""
