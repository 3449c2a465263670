"""The queue: one card a person (or a subject without one) with all that is open about them, most urgent first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from supervision import rules, sealed
from supervision.access.viewer import Viewer
from supervision.alerts.actions import NOTE, of_bureau, receivers_of
from supervision.alerts.ladder import RUNGS
from supervision.alerts.outcomes import (
    HELP_REASONS,
    USUAL_REASONS,
    cause_kind,
    is_of_help,
    is_persons_own,
    offered,
)
from supervision.alerts.subjects import PERSON, Whom, alerts_of_people, of_no_office, shown, whom_of
from supervision.audit.record import Seeing
from supervision.db import Record, fetch, fetch_row
from supervision.forms import EARLIEST_YEAR, LATEST_YEAR
from supervision.language import N_, listed, said
from supervision.language import gettext as _
from supervision.people.scope import visible_subjects
from supervision.people.words import SEXES

PAGE = 20
MOST_COUNTED = 100
"""A tab counts no further: the hundredth person needs no exact number."""
NOTES_SHOWN = 3
KIND_LIKE = re.compile("[a-z_]+")
SEEN = "see_alerts"
RANK = "CASE a.severity WHEN 'grave' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END"
SEVERITIES = {"grave": N_("紧急"), "serious": N_("重要"), "notice": N_("提示")}
STEPS = {"look": N_("待查看"), "act": N_("处理中"), "decide": N_("待定后续")}


@dataclass(frozen=True, slots=True)
class Cause:
    """One open alert as its line on the card shows it."""

    id: int
    title: str
    is_lapse: bool
    """Something that was owed, not a finding."""
    of_help: bool
    """About somebody's help: it has words of its own, and is no lapse of anybody's."""
    since_at: datetime
    severity: str
    step: str
    rung: str
    owner: str
    mine: bool
    next_step_at: datetime
    ups: int
    kind: str
    own: bool
    """A lapse of the person's own, in the term of an order: a case of discipline may be made of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A note that somebody left."""

    at: datetime
    by: str
    text: str


@dataclass(slots=True)
class Card:
    """One person, or a subject without a person, and all that is open about them."""

    whom: Whom
    href: str
    """The page of whom it is about; empty where there is none."""
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
    def of_help(self) -> bool:
        """Whether all of it is about help."""
        return all(cause.of_help for cause in self.causes)

    @property
    def usual_reasons(self) -> list[tuple[str, str]]:
        """What is mostly said of it."""
        return said(HELP_REASONS if self.of_help else USUAL_REASONS)


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of cards, and where the next one begins."""

    cards: list[Card]
    after: str | None


def tabs_of(viewer: Viewer) -> list[tuple[str, str]]:
    """What this viewer may look at: what is with them, and all of their scope."""
    everything = ("all", _("全区")) if viewer.scope == "all" else ("office", _("本所"))
    return [("mine", _("由我办理")), everything] if viewer.may("act_alerts") else [everything]


async def count_cards(viewer: Viewer, tabs: Sequence[str]) -> dict[str, int]:
    """How many cards each tab has, up to MOST_COUNTED."""
    args: list[Any] = [MOST_COUNTED]
    columns = [f"""least($1, {" + ".join(_counted(viewer, tab, args))}) AS "{tab}\"""" for tab in tabs]
    row = await fetch_row(f"SELECT {', '.join(columns)}", *args)
    assert row is not None
    return dict(row)


def _counted(viewer: Viewer, tab: str, args: list[Any]) -> list[str]:
    return [
        f"(SELECT count(*) FROM (SELECT 1 FROM alert a WHERE {condition} GROUP BY {whose} LIMIT $1) AS counted)"
        for whose, condition in _cards(viewer, tab, args)
    ]


async def page_of_cards(viewer: Viewer, tab: str, after: str | None, now: datetime) -> Queue:
    """The cards of a tab from a mark on: by severity, then by the next step; one audit row with the people who are shown."""
    args: list[Any] = [PAGE + 1, *_mark(after)]
    parts = [
        f"""SELECT {"'person' AS kind, a.person AS id" if whose == "a.person" else "a.subject_kind, a.subject_id"},
                   min({RANK}) AS rank, min(a.next_step_at) AS next_step_at
              FROM alert a WHERE {condition} GROUP BY {whose}"""
        for whose, condition in _cards(viewer, tab, args)
    ]
    rows = await fetch(
        f"""SELECT * FROM ({" UNION ALL ".join(parts)}) AS card
             WHERE $2::int IS NULL OR (rank, next_step_at, kind, id) > ($2, $3::timestamptz, $4, $5::int)
             ORDER BY rank, next_step_at, kind, id LIMIT $1""",
        *args,
    )
    shown_rows = rows[:PAGE]
    seeing = Seeing(viewer, SEEN, now, detail={"tab": tab})
    cards = await cards_of(viewer, [Whom(row["kind"], row["id"]) for row in shown_rows], now, seeing=seeing)
    return Queue(cards, _mark_of(shown_rows[-1]) if len(rows) > PAGE else None)


def _cards(viewer: Viewer, tab: str, args: list[Any]) -> list[tuple[str, str]]:
    """By what the open alerts are grouped, and which of them: those about people, and those about subjects without one."""
    mine = "TRUE"
    if tab == "mine":
        args.append(viewer.id)
        mine = f"a.assigned_to = ${len(args)}"
    people, others = alerts_of_people(viewer, args), visible_subjects(viewer, "a", args)
    return [
        ("a.person", f"a.closed_at IS NULL AND a.person IS NOT NULL AND {people} AND {mine}"),
        ("a.subject_kind, a.subject_id", f"a.closed_at IS NULL AND a.person IS NULL AND {others} AND {mine}"),
    ]


def _mark_of(row: Record) -> str:
    return f"{row['rank']}~{row['next_step_at'].isoformat()}~{row['kind']}~{row['id']}"


def _mark(after: str | None) -> tuple[int | None, datetime | None, str | None, int | None]:
    """The four parts of a mark; one that isn't ours begins at the beginning."""
    try:
        rank, moment, kind, about = (after or "").split("~")
        found = (int(rank), datetime.fromisoformat(moment), kind, int(about))
    except ValueError:
        return (None, None, None, None)
    ours = found[1].tzinfo and EARLIEST_YEAR <= found[1].year < LATEST_YEAR and KIND_LIKE.fullmatch(kind)
    return found if ours and 0 <= found[0] < 3 and 0 < found[3] < 2**31 else (None, None, None, None)


# -- cards ------------------------------------------------------------------------------------------------------


async def cards_of(
    viewer: Viewer, wanted: Sequence[Whom], now: datetime, *, seeing: Seeing | None = None
) -> list[Card]:
    """These cards, in their order; about whom nothing is open in the viewer's scope has none.

    `seeing`: an audit row with the people who have a card.
    """
    cards: dict[Whom, Card] = {}
    ids, of_offices = [], set()
    for alert in await _open(viewer, wanted, now):
        cards.setdefault(whom_of(alert), _card(alert)).causes.append(_cause(alert, viewer))
        ids.append(alert["id"])
        if not of_no_office(alert["subject_kind"]):
            of_offices.add(whom_of(alert))
    people = [whom.id for whom in cards if whom.kind == PERSON]
    for note in await (seeing.fetch(people, NOTES, ids, NOTES_SHOWN) if seeing else fetch(NOTES, ids, NOTES_SHOWN)):
        text = sealed.open_sealed(note["box"], NOTE)
        cards[whom_of(note)].notes.append(Said(note["at"], note["name"], text))
    if cards and viewer.may("act_alerts"):
        for whom, found in (await receivers_of(cards.keys(), now)).items():
            fit = found if whom in of_offices else of_bureau(found)
            cards[whom].receivers = [(row["id"], row["name"]) for row in fit if row["id"] != viewer.id]
    for whom, title in (await shown(whom for whom in cards if whom.kind != PERSON)).items():
        cards[whom].name, cards[whom].href = title
    return [cards[whom] for whom in wanted if whom in cards]


async def _open(viewer: Viewer, wanted: Sequence[Whom], now: datetime) -> list[Record]:
    """The open alerts of these cards; a card about a person also says whose the person's files are."""
    people = [whom.id for whom in wanted if whom.kind == PERSON]
    others = [whom for whom in wanted if whom.kind != PERSON]
    found = []
    if people or not others:
        args: list[Any] = [people, now]
        which = f"a.person = ANY($1) AND {alerts_of_people(viewer, args)}"
        found += await fetch(OPEN.format(who=PEOPLE, by="who.id = a.person", which=which), *args)
    if others:
        args = [[whom.kind for whom in others], now, [whom.id for whom in others]]
        which = f"a.person IS NULL AND {visible_subjects(viewer, 'a', args)}"
        by = "(who.kind, who.id) = (a.subject_kind, a.subject_id)"
        found += await fetch(OPEN.format(who=OTHERS, by=by, which=which), *args)
    return found


OPEN = f"""
WITH who AS ({{who}})
SELECT a.id, a.person, a.subject_kind, a.subject_id, a.kind, a.duty, a.since_at, a.severity, a.step, a.rung, a.assigned_to,
       a.next_step_at, s.name AS owner_name, d.owed_by, d.state AS duty_state, coalesce(d.variant, f.variant) AS variant,
       (SELECT count(*) FROM alert_event e WHERE e.alert = a.id AND e.kind = 'stepped') AS ups,
       who.name, who.sex, who.born_on, who.office, who.officer
  FROM alert a JOIN who ON {{by}} JOIN staff s ON s.id = a.assigned_to
  LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
 WHERE a.closed_at IS NULL AND {{which}} ORDER BY {RANK}, a.since_at, a.id
"""
PEOPLE = """
SELECT p.id, p.name, p.sex, p.born_on, array_agg(DISTINCT o.name) AS office, array_agg(DISTINCT s.name) AS officer
  FROM person p
  LEFT JOIN responsibility r ON r.person = p.id AND r.role = 'main' AND tstzrange(r.from_at, r.to_at) @> $2::timestamptz
  LEFT JOIN office o ON o.id = r.office LEFT JOIN staff s ON s.id = r.staff
 WHERE p.id = ANY($1) GROUP BY p.id
"""
OTHERS = """
SELECT n.kind, n.id, '' AS name, 'unknown' AS sex, NULL::date AS born_on, array_agg(DISTINCT o.name) AS office,
       array_agg(DISTINCT s.name) AS officer
  FROM unnest($1::text[], $3::int[]) AS n(kind, id)
  LEFT JOIN responsibility r ON r.subject_kind = n.kind AND r.subject_id = n.id AND r.role = 'main'
                            AND tstzrange(r.from_at, r.to_at) @> $2::timestamptz
  LEFT JOIN office o ON o.id = r.office LEFT JOIN staff s ON s.id = r.staff
 GROUP BY n.kind, n.id
"""
NOTES = """
SELECT person, subject_kind, subject_id, at, name, box FROM (
  SELECT e.person, e.subject_kind, e.subject_id, e.at, s.name, e.detail->>'text_sealed' AS box,
         row_number() OVER (PARTITION BY e.whose ORDER BY e.id DESC) AS place
    FROM (SELECT DISTINCT ON (whose, at, staff) * FROM (
            SELECT e.*, a.person, a.subject_kind, a.subject_id,
                   coalesce(a.person::text, a.subject_kind || a.subject_id) AS whose
              FROM alert_event e JOIN alert a ON a.id = e.alert
             WHERE e.alert = ANY($1) AND e.kind = 'noted') AS every
           ORDER BY whose, at, staff, id) e
    JOIN staff s ON s.id = e.staff) AS noted
 WHERE place <= $2 ORDER BY person, subject_kind, subject_id, place
"""


def _card(row: Record) -> Card:
    """The card on which an alert is; what a subject is called is put on it afterwards."""
    whom, sex = whom_of(row), _(SEXES[row["sex"]])
    href = f"/people/{whom.id}" if whom.kind == PERSON else ""
    office, officer = (listed(filter(None, row[names])) for names in ("office", "officer"))
    return Card(whom, href, row["name"], sex, row["born_on"], office, officer)


def _cause(alert: Record, viewer: Viewer) -> Cause:
    return Cause(
        id=alert["id"],
        title=_(rules.title_of(alert["kind"], alert["variant"] or "")),
        is_lapse=alert["duty"] is not None,
        of_help=is_of_help(alert["subject_kind"]),
        since_at=alert["since_at"],
        severity=alert["severity"],
        step=STEPS[alert["step"]],
        rung=RUNGS[alert["rung"]],
        owner=alert["owner_name"],
        mine=alert["assigned_to"] == viewer.id,
        next_step_at=alert["next_step_at"],
        ups=alert["ups"],
        kind=cause_kind(alert["subject_kind"], alert["kind"], alert["owed_by"], alert["duty_state"]),
        own=is_persons_own(alert["subject_kind"], alert["owed_by"]),
    )
