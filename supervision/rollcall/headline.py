"""The headline of a roll call: who is past a limit, whom nobody has seen for longest, what is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision.db import Record
from supervision.language import N_
from supervision.rollcall.buckets import LAPSED, OPEN
from supervision.rollcall.known import KNOWN, View

LATE_DAYS = 30
HOW = {
    "seen": N_("见到本人"),
    "heard": N_("听到本人"),
    "self_reported": N_("本人书面报告"),
    "third_party": N_("由他人证实"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody's latest contact with us that we can vouch for: seen, heard, self_reported, third_party."""

    order: int
    person: int
    number: str
    name: str
    at: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Headline:
    """Four numbers that say more than a remainder of 0."""

    past_limit: int
    """People with at least one lapse, whoever owes it."""
    past_own_limit: int
    """Those of them who owe it themselves."""
    oldest_contact: Contact | None
    never_contacted: int
    """Enrolled people of whom no contact is on record at all."""
    late_steps: int | None
    """Open alerts past their next step; None for a past moment: steps are not kept."""
    late_entries: int
    """Facts of the last 30 days that were typed in after a duty's limit as made before it."""


PAST_LIMIT = f"""
SELECT count(DISTINCT d.person) AS people, count(DISTINCT d.person) FILTER (WHERE d.owed_by = 'person') AS own
  FROM {{duty}} d WHERE d.subject_kind = 'order' AND {LAPSED} AND {{scope}}"""


def _latest(table: str, how: str, condition: str = "TRUE") -> str:
    """The latest fact of one kind, not one of the future and not one typed in later than $1."""
    return f"""(SELECT f.happened_at, {how} AS how FROM {table} f
                 WHERE f.order_id = o.id AND f.happened_at <= $1 AND {condition} AND {KNOWN}
                 ORDER BY f.happened_at DESC LIMIT 1)"""


LATEST = " UNION ALL ".join(
    [
        _latest("registration", "'seen'"),
        _latest("report", "'seen'", "mode = 'in_person'"),
        _latest("visit", "'seen'", "met = 'person'"),
        _latest("report", "'heard'", "mode = 'phone'"),
        _latest("info_check", "'heard'", "channel IN ('call', 'video') AND result <> 'unreached'"),
        _latest("report", "'self_reported'", "mode = 'written'"),
        _latest("info_check", "'self_reported'", "channel = 'message' AND result <> 'unreached'"),
        _latest("visit", "'third_party'", "met = 'family'"),
        _latest("pause_check", "'third_party'"),
    ]
)
# A position of a phone is no contact with anybody. Of two contacts at one moment the better one counts: the first above.
CONTACTS = f"""
SELECT o.id, o.person, c.happened_at, c.how
  FROM {{orders}} o LEFT JOIN LATERAL (SELECT * FROM ({LATEST}) every ORDER BY happened_at DESC LIMIT 1) c ON TRUE
 WHERE {OPEN} AND o.registered_at IS NOT NULL AND o.created_at <= $1 AND {{scope}}"""
OLDEST_CONTACT = f"""
SELECT k.id, k.person, o.number, p.name, k.happened_at, k.how, k.never
  FROM (SELECT c.*, count(*) FILTER (WHERE c.happened_at IS NULL) OVER () AS never FROM ({CONTACTS}) c) k
  JOIN orders o ON o.id = k.id JOIN person p ON p.id = k.person
 ORDER BY k.happened_at NULLS LAST, k.id LIMIT 1"""


def late_steps(hidden: str) -> str:
    """The open alerts past their next step, but for the hidden kinds of subject."""
    return f"FROM alert a WHERE a.closed_at IS NULL AND a.next_step_at < $1 AND a.subject_kind <> ALL({hidden}::text[])"


def late_entered(since: str, hidden: str) -> str:
    """The duties that became met by an event after their limit, through something that happened before it."""
    return f"""FROM duty_event e JOIN duty d ON d.id = e.duty
 WHERE e.at > {since} AND e.at <= $1 AND e.new_state = 'met' AND e.at > d.limit_at AND d.closed_at < d.limit_at
   AND d.state = 'met' AND d.subject_kind <> ALL({hidden}::text[])"""


def _in_scope(person: str, whole: str) -> str:
    """About somebody in scope; what is about nobody is seen by whoever sees all."""
    return f"CASE WHEN {person} IS NULL THEN {whole}::boolean ELSE {{scope}} END"


LATE_STEPS = f"SELECT count(*) AS alerts {late_steps('$2')} AND {_in_scope('a.person', '$3')}"
LATE_ENTRIES = f"""SELECT count(DISTINCT (d.person, e.fact_kind, e.fact_id)) AS facts {late_entered("$2", "$3")}
   AND {_in_scope("d.person", "$4")}"""


def late_since(at: datetime) -> datetime:
    """From when on late entries are counted."""
    return at - timedelta(days=LATE_DAYS)


async def headline(view: View) -> Headline:
    """The headline of what the view holds."""
    past = (await view.rows(PAST_LIMIT, "d.person"))[0]
    oldest = await view.rows(OLDEST_CONTACT, "o.person")
    entries = (await view.rows(LATE_ENTRIES, "d.person", late_since(view.at), view.hidden, view.whole))[0]
    return Headline(
        past_limit=past["people"],
        past_own_limit=past["own"],
        oldest_contact=_contact(oldest[0]) if oldest and oldest[0]["happened_at"] else None,
        never_contacted=oldest[0]["never"] if oldest else 0,
        late_steps=(await view.rows(LATE_STEPS, "a.person", view.hidden, view.whole))[0]["alerts"]
        if view.live
        else None,
        late_entries=entries["facts"],
    )


def _contact(row: Record) -> Contact:
    names = ("id", "person", "number", "name", "happened_at", "how")
    return Contact(*(row[name] for name in names))
