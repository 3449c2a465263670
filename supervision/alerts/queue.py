"""The queue: one card a person with all that is open about them, most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from supervision import rules, sealed
from supervision.access.viewer import Viewer
from supervision.alerts.actions import NOTE, receivers_of
from supervision.alerts.ladder import RUNGS
from supervision.alerts.outcomes import USUAL_REASONS, cause_kind, offered
from supervision.audit.record import Seeing
from supervision.db import Record, fetch, fetch_row
from supervision.forms import EARLIEST_YEAR, LATEST_YEAR
from supervision.people.scope import visible_people

PAGE = 20
MOST_COUNTED = 100
"""A tab counts no further: the hundredth person needs no exact number."""
NOTES_SHOWN = 3
SEEN = "see_alerts"
RANK = "CASE a.severity WHEN 'grave' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END"
SEVERITIES = {"grave": "紧急", "serious": "重要", "notice": "提示"}
STEPS = {"look": "待查看", "act": "处理中", "decide": "待定后续"}
SEXES = {"male": "男", "female": "女"}


@dataclass(frozen=True, slots=True)
class Cause:
    """One open alert as its line on the card shows it."""

    id: int
    title: str
    is_lapse: bool
    since_at: datetime
    severity: str
    step: str
    rung: str
    owner: str
    mine: bool
    next_step_at: datetime
    ups: int
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """A note that somebody left."""

    at: datetime
    by: str
    text: str


@dataclass(slots=True)
class Card:
    """One person and all that is open about them."""

    person: int
    name: str
    sex: str
    born_on: date | None
    office: str
    officer: str
    causes: list[Cause] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    receivers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def severity(self) -> str:
        """The worst of its causes."""
        return min((cause.severity for cause in self.causes), key=list(SEVERITIES).index)

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """What may be said to end it."""
        return offered({cause.kind for cause in self.causes})

    @property
    def usual_reasons(self) -> list[tuple[str, str]]:
        """What is mostly said of it."""
        return list(USUAL_REASONS.items())


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of cards, and where the next one begins."""

    cards: list[Card]
    after: str | None


def tabs_of(viewer: Viewer) -> list[tuple[str, str]]:
    """What this viewer may look at: what is with them, and all of their scope."""
    everything = ("all", "全区") if viewer.scope == "all" else ("office", "本所")
    return [("mine", "由我办理"), everything] if viewer.may("act_alerts") else [everything]


async def count_cards(viewer: Viewer, tabs: Sequence[str]) -> dict[str, int]:
    """How many people have something open in each tab, up to MOST_COUNTED."""
    args: list[Any] = [MOST_COUNTED]
    columns = [
        f"""(SELECT count(*) FROM (SELECT a.person FROM alert a WHERE a.closed_at IS NULL AND a.person IS NOT NULL
              AND {_condition(viewer, tab, args)} GROUP BY a.person LIMIT $1) AS counted) AS "{tab}\""""
        for tab in tabs
    ]
    row = await fetch_row(f"SELECT {', '.join(columns)}", *args)
    assert row is not None
    return dict(row)


async def page_of_cards(viewer: Viewer, tab: str, after: str | None, now: datetime) -> Queue:
    """The cards of a tab from a mark on: by severity, then by the next step; one audit row with the people who are shown."""
    args: list[Any] = [PAGE + 1, *_mark(after)]
    condition = _condition(viewer, tab, args)
    rows = await fetch(
        f"""SELECT a.person, min({RANK}) AS rank, min(a.next_step_at) AS next_step_at FROM alert a
             WHERE a.closed_at IS NULL AND a.person IS NOT NULL AND {condition} GROUP BY a.person
            HAVING $2::int IS NULL OR (min({RANK}), min(a.next_step_at), a.person) > ($2, $3::timestamptz, $4::int)
             ORDER BY rank, next_step_at, a.person LIMIT $1""",
        *args,
    )
    shown = rows[:PAGE]
    seeing = Seeing(viewer, SEEN, now, detail={"tab": tab})
    cards = await cards_of(viewer, [row["person"] for row in shown], now, seeing=seeing)
    return Queue(cards, _mark_of(shown[-1]) if len(rows) > PAGE else None)


def _condition(viewer: Viewer, tab: str, args: list[Any]) -> str:
    condition = visible_people(viewer, "a.person", args)
    if tab != "mine":
        return condition
    args.append(viewer.id)
    return f"{condition} AND a.assigned_to = ${len(args)}"


def _mark_of(row: Record) -> str:
    return f"{row['rank']}~{row['next_step_at'].isoformat()}~{row['person']}"


def _mark(after: str | None) -> tuple[int | None, datetime | None, int | None]:
    """The three parts of a mark; one that isn't ours begins at the beginning."""
    try:
        rank, moment, person = (after or "").split("~")
        found = (int(rank), datetime.fromisoformat(moment), int(person))
    except ValueError:
        return (None, None, None)
    ours = found[1].tzinfo and EARLIEST_YEAR <= found[1].year < LATEST_YEAR
    return found if ours and 0 <= found[0] < 3 and 0 < found[2] < 2**31 else (None, None, None)


# -- cards ------------------------------------------------------------------------------------------------------


async def cards_of(viewer: Viewer, people: Sequence[int], now: datetime, *, seeing: Seeing | None = None) -> list[Card]:
    """The cards of these people, in their order; whoever has nothing open in the viewer's scope has none.

    `seeing`: an audit row with the people who have a card.
    """
    cards: dict[int, Card] = {}
    ids = []
    for alert in await _open(viewer, people, now):
        cards.setdefault(alert["person"], _card(alert)).causes.append(_cause(alert, viewer))
        ids.append(alert["id"])
    for said in await (seeing.fetch(cards, NOTES, ids, NOTES_SHOWN) if seeing else fetch(NOTES, ids, NOTES_SHOWN)):
        text = sealed.open_sealed(said["box"], NOTE)
        cards[said["person"]].notes.append(Said(said["at"], said["name"], text))
    if cards and viewer.may("act_alerts"):
        for person, found in (await receivers_of(list(cards), now)).items():
            cards[person].receivers = [(row["id"], row["name"]) for row in found if row["id"] != viewer.id]
    return [cards[person] for person in people if person in cards]


async def _open(viewer: Viewer, people: Sequence[int], now: datetime) -> list[Record]:
    args: list[Any] = [list(people), now]
    condition = visible_people(viewer, "a.person", args)
    return await fetch(
        f"""WITH who AS ({PEOPLE})
            SELECT a.id, a.person, a.kind, a.duty, a.since_at, a.severity, a.step, a.rung, a.assigned_to, a.next_step_at,
                   s.name AS owner_name, d.owed_by, d.state AS duty_state, coalesce(d.variant, f.variant) AS variant,
                   (SELECT count(*) FROM alert_event e WHERE e.alert = a.id AND e.kind = 'stepped') AS ups,
                   who.name, who.sex, who.born_on, who.office, who.officer
              FROM alert a JOIN who ON who.id = a.person JOIN staff s ON s.id = a.assigned_to
              LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
             WHERE a.person = ANY($1) AND a.closed_at IS NULL AND {condition} ORDER BY {RANK}, a.since_at, a.id""",
        *args,
    )


PEOPLE = """
SELECT p.id, p.name, p.sex, p.born_on, string_agg(DISTINCT o.name, '、') AS office, string_agg(DISTINCT s.name, '、') AS officer
  FROM person p
  LEFT JOIN responsibility r ON r.person = p.id AND r.role = 'main' AND tstzrange(r.from_at, r.to_at) @> $2::timestamptz
  LEFT JOIN office o ON o.id = r.office LEFT JOIN staff s ON s.id = r.staff
 WHERE p.id = ANY($1) GROUP BY p.id
"""
NOTES = """
SELECT person, at, name, box FROM (
  SELECT a.person, e.at, s.name, e.detail->>'text_sealed' AS box,
         row_number() OVER (PARTITION BY a.person ORDER BY e.id DESC) AS place
    FROM (SELECT DISTINCT ON (a.person, e.at, e.staff) e.* FROM alert_event e JOIN alert a ON a.id = e.alert
           WHERE e.alert = ANY($1) AND e.kind = 'noted' ORDER BY a.person, e.at, e.staff, e.id) e
    JOIN alert a ON a.id = e.alert JOIN staff s ON s.id = e.staff) AS noted
 WHERE place <= $2 ORDER BY person, place
"""


def _card(row: Record) -> Card:
    """The card of an alert's person."""
    sex = SEXES.get(row["sex"], "")
    return Card(row["person"], row["name"], sex, row["born_on"], row["office"] or "", row["officer"] or "")


def _cause(alert: Record, viewer: Viewer) -> Cause:
    return Cause(
        id=alert["id"],
        title=rules.title_of(alert["kind"], alert["variant"] or ""),
        is_lapse=alert["duty"] is not None,
        since_at=alert["since_at"],
        severity=alert["severity"],
        step=STEPS[alert["step"]],
        rung=RUNGS[alert["rung"]],
        owner=alert["owner_name"],
        mine=alert["assigned_to"] == viewer.id,
        next_step_at=alert["next_step_at"],
        ups=alert["ups"],
        kind=cause_kind(alert["kind"], alert["owed_by"], alert["duty_state"]),
    )
