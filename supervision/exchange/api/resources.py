"""What other systems may read: each kind of thing with its permission, its statement and its fields."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from supervision import rules
from supervision.access.viewer import Viewer
from supervision.alerts.subjects import not_hidden, visible_alerts
from supervision.checkins.tables import MODES
from supervision.days import SHANGHAI
from supervision.db import Record
from supervision.duties.tables import DUTY_STATES
from supervision.orders.tables import END_KINDS, KINDS, LEVELS, STATES
from supervision.people.scope import visible_people, visible_subjects
from supervision.resettlement.states import END_KINDS as HELP_ENDS
from supervision.resettlement.states import STATES as HELP_STATES
from supervision.resettlement.tables import KINDS as HELP_KINDS
from supervision.resettlement.tables import SOURCES
from supervision.rules.base import is_lapsed

Made = Callable[[Record, datetime], Any]
Visible = Callable[[Viewer, list[Any]], str]
SEVERITIES: Final = ("notice", "serious", "grave")


@dataclass(frozen=True)
class Field:
    """A field of an answer: its type (of TYPES in document.py), whether it may be null, the words that it may be."""

    type: str
    null: bool = False
    words: tuple[str, ...] = ()
    about: str = ""
    made: Made | None = None
    """How it is made of the row where it is no column of it."""


@dataclass(frozen=True)
class Filter:
    """A query parameter that narrows a list: its type, the words that it may be, and the SQL for its value `{}`."""

    type: str
    sql: str
    words: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class Resource:
    """A kind of thing: the columns and the FROM of its statement, `key` (what a page goes on after), `person` (whose it is)."""

    name: str
    title: str
    path_id: str
    permission: str
    columns: str
    source: str
    key: str
    person: str
    fields: Mapping[str, Field]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    only: str = "TRUE"
    visible: Visible | None = None
    """Which rows the viewer may see, where some are of no person; else those of visible people."""


def local(moment: Any) -> Any:
    """A moment or a day as it is written in an answer."""
    if isinstance(moment, datetime):
        return moment.astimezone(SHANGHAI).isoformat()
    return moment.isoformat() if isinstance(moment, date) else moment


def shown(resource: Resource, row: Record, now: datetime) -> dict[str, Any]:
    """One thing as an answer shows it."""
    return {name: one.made(row, now) if one.made else local(row[name]) for name, one in resource.fields.items()}


ID: Final = Field("id")
NAME: Final = Field("text", about="in clear; identity numbers, phones and addresses are never given out here")
MAYBE_ID: Final = Field("id", null=True)
TEXT: Final = Field("text")
MAYBE_TEXT: Final = Field("text", null=True)
DAY: Final = Field("day")
MAYBE_DAY: Final = Field("day", null=True)
MOMENT: Final = Field("moment")
MAYBE_MOMENT: Final = Field("moment", null=True)
OFFICE: Final = Field("text", null=True, about="code of the office that has the file")
OFFICER: Final = Field("text", null=True, about="sign-in name of whoever is responsible")
OF_PERSON: Final = Filter("id", "{person} = {}", about="only of this person")


def _in_charge(column: str, value: str, kind: str = "") -> str:
    """The responsibility that is open, with its office and officer."""
    of = f"x.subject_kind = '{kind}' AND " if kind else ""
    return f"""LEFT JOIN LATERAL (SELECT x.office, x.staff FROM responsibility x
                   WHERE {of}x.{column} = {value} AND x.role = 'main' AND x.to_at IS NULL ORDER BY x.id DESC LIMIT 1) r ON TRUE
               LEFT JOIN office o ON o.id = r.office LEFT JOIN staff s ON s.id = r.staff"""


def visible_duties(viewer: Viewer, args: list[Any]) -> str:
    """The SQL condition that the duty `d` is of a person or a file in the viewer's scope, and not hidden; appends to `args`."""
    people, files = visible_people(viewer, "d.person", args), visible_subjects(viewer, "d", args)
    return f"CASE WHEN d.person IS NULL THEN {files} ELSE {people} END AND {not_hidden(viewer, 'd')}"


def _title(row: Record, _now: datetime) -> str:
    return rules.title_of(row["rule"], row["variant"] or "")


PEOPLE: Final = Resource(
    name="people",
    title="people on a register",
    path_id="person_id",
    permission="see_people",
    columns="""p.id, p.name, p.sex, p.born_on, o.code AS office, s.login AS officer,
               (SELECT max(c.id) FROM orders c WHERE c.person = p.id AND c.ended_at IS NULL) AS open_order""",
    source=f"person p {_in_charge('person', 'p.id')}",
    key="p.id",
    person="p.id",
    only="p.merged_into IS NULL",
    fields={
        "id": ID,
        "name": NAME,
        "sex": Field("text", words=("male", "female", "unknown")),
        "born_on": MAYBE_DAY,
        "office": OFFICE,
        "officer": OFFICER,
        "open_order": MAYBE_ID,
    },
    filters={"office": Filter("text", "o.code = {}", about="only files of this office (its code)")},
)
ORDERS: Final = Resource(
    name="orders",
    title="periods of community correction",
    path_id="order_id",
    permission="see_people",
    columns="""c.id, c.person, c.number, c.kind, c.crime, c.risk, c.effective_on, c.received_at, c.registered_at, c.start_on,
               c.end_on, c.state, c.ended_at, c.end_kind, o.code AS office, s.login AS officer,
               (SELECT l.level FROM class_decision l WHERE l.order_id = c.id AND l.withdrawn_at IS NULL
                 ORDER BY l.happened_at DESC, l.id DESC LIMIT 1) AS level""",
    source=f"orders c {_in_charge('subject_id', 'c.id', 'order')}",
    key="c.id",
    person="c.person",
    fields={
        "id": ID,
        "person": ID,
        "number": TEXT,
        "kind": Field("text", words=KINDS),
        "crime": TEXT,
        "risk": MAYBE_TEXT,
        "level": Field("text", null=True, words=LEVELS, about="class of management in force"),
        "effective_on": MAYBE_DAY,
        "received_at": MAYBE_MOMENT,
        "registered_at": MAYBE_MOMENT,
        "start_on": DAY,
        "end_on": MAYBE_DAY,
        "state": Field("text", words=STATES),
        "ended_at": MAYBE_MOMENT,
        "end_kind": Field("text", null=True, words=END_KINDS),
        "office": OFFICE,
        "officer": OFFICER,
    },
    filters={"person": OF_PERSON, "state": Filter("word", "c.state = {}", words=STATES)},
)
ASSISTANCE: Final = Resource(
    name="assistance",
    title="periods of resettlement help",
    path_id="assistance_id",
    permission="see_people",
    columns="""c.id, c.person, c.source, c.kind, c.known_on, c.release_on, c.connected_at, c.from_on, c.to_on, c.state,
               c.ended_at, c.end_kind, c.order_id, o.code AS office, s.login AS officer""",
    source=f"assistance c {_in_charge('subject_id', 'c.id', 'assistance')}",
    key="c.id",
    person="c.person",
    fields={
        "id": ID,
        "person": ID,
        "source": Field("text", words=SOURCES),
        "kind": Field("text", words=HELP_KINDS),
        "known_on": DAY,
        "release_on": MAYBE_DAY,
        "connected_at": MAYBE_MOMENT,
        "from_on": MAYBE_DAY,
        "to_on": MAYBE_DAY,
        "state": Field("text", words=HELP_STATES),
        "ended_at": MAYBE_MOMENT,
        "end_kind": Field("text", null=True, words=HELP_ENDS),
        "order": Field("id", null=True, made=lambda row, _: row["order_id"], about="the correction from which it came"),
        "office": OFFICE,
        "officer": OFFICER,
    },
    filters={"person": OF_PERSON, "state": Filter("word", "c.state = {}", words=HELP_STATES)},
)
DUTIES: Final = Resource(
    name="duties",
    title="what is owed and was owed",
    path_id="duty_id",
    permission="see_people",
    columns="d.*",
    source="duty d",
    key="d.id",
    person="d.person",
    visible=visible_duties,
    fields={
        "id": ID,
        "person": MAYBE_ID,
        "subject_kind": TEXT,
        "subject_id": ID,
        "rule": TEXT,
        "variant": TEXT,
        "period": TEXT,
        "title": Field("text", made=_title, about="in Chinese"),
        "article": Field("text", null=True, made=lambda row, _: json.loads(row["why"]).get("article"), about="the law"),
        "owed_by": Field("text", words=("person", "staff", "organ")),
        "opens_at": MOMENT,
        "due_at": MOMENT,
        "limit_at": Field("moment", about="exclusive: from here on it is a lapse"),
        "state": Field("text", words=DUTY_STATES),
        "lapsed": Field("boolean", made=lambda row, now: is_lapsed(row["state"], row["limit_at"], now)),
        "closed_at": MAYBE_MOMENT,
        "fact_kind": MAYBE_TEXT,
        "fact_id": MAYBE_ID,
        "cause": MAYBE_TEXT,
    },
    filters={
        "person": OF_PERSON,
        "state": Filter("word", "d.state = {}", words=DUTY_STATES),
        "rule": Filter("text", "d.rule = {}"),
    },
)
REPORTS: Final = Resource(
    name="reports",
    title="regular reports of people under correction; what was said stays with us",
    path_id="fact_id",
    permission="see_people",
    columns="f.id, c.person, f.order_id, f.mode, f.happened_at, f.recorded_at, s.login, f.withdrawn_at",
    source="report f JOIN orders c ON c.id = f.order_id LEFT JOIN staff s ON s.id = f.recorded_by",
    key="f.id",
    person="c.person",
    fields={
        "id": ID,
        "person": ID,
        "order": Field("id", made=lambda row, _: row["order_id"]),
        "mode": Field("text", words=MODES),
        "happened_at": MOMENT,
        "recorded_at": MOMENT,
        "recorded_by": Field(
            "text", null=True, made=lambda row, _: row["login"], about="sign-in name; null: an import"
        ),
        "withdrawn_at": Field("moment", null=True, about="it was put down by mistake and no longer counts"),
    },
    filters={"person": OF_PERSON, "mode": Filter("word", "f.mode = {}", words=MODES)},
)
APPOINTMENTS: Final = Resource(
    name="appointments",
    title="field visits and interviews that were given a time; where they are stays with us",
    path_id="appointment_id",
    permission="see_people",
    columns="f.id, c.person, f.order_id, f.kind, f.at, f.recorded_at, s.login, f.withdrawn_at, f.withdrawn_as",
    source="appointment f JOIN orders c ON c.id = f.order_id LEFT JOIN staff s ON s.id = f.recorded_by",
    key="f.id",
    person="c.person",
    fields={
        "id": ID,
        "person": ID,
        "order": Field("id", made=lambda row, _: row["order_id"]),
        "kind": Field("text", words=("field", "office")),
        "at": MOMENT,
        "recorded_at": MOMENT,
        "recorded_by": Field("text", null=True, made=lambda row, _: row["login"], about="sign-in name"),
        "withdrawn_at": MAYBE_MOMENT,
        "withdrawn_as": Field("text", null=True, words=("moved", "cancelled")),
    },
    filters={"person": OF_PERSON},
)
ALERTS: Final = Resource(
    name="alerts",
    title="alerts, and who has them",
    path_id="alert_id",
    permission="see_alerts",
    columns="""a.*, a.kind AS rule, coalesce(d.variant, f.variant) AS variant, s.login""",
    source="""alert a LEFT JOIN duty d ON d.id = a.duty LEFT JOIN finding f ON f.id = a.finding
              JOIN staff s ON s.id = a.assigned_to""",
    key="a.id",
    person="a.person",
    visible=visible_alerts,
    fields={
        "id": ID,
        "person": MAYBE_ID,
        "subject_kind": TEXT,
        "subject_id": ID,
        "rule": TEXT,
        "title": Field("text", made=_title, about="in Chinese"),
        "duty": MAYBE_ID,
        "severity": Field("text", words=SEVERITIES),
        "since_at": MOMENT,
        "opened_at": MOMENT,
        "step": Field("text", words=("look", "act", "decide")),
        "owner": Field("text", made=lambda row, _: row["login"], about="sign-in name"),
        "next_step_at": MOMENT,
        "closed_at": MAYBE_MOMENT,
        "outcome": MAYBE_TEXT,
    },
    filters={
        "person": OF_PERSON,
        "open": Filter("boolean", "(a.closed_at IS NULL) = {}", about="true: only open ones; false: only closed ones"),
    },
)
RESOURCES: Final = (PEOPLE, ORDERS, ASSISTANCE, DUTIES, REPORTS, APPOINTMENTS, ALERTS)
