"""What is in force, to read: the rules with their articles, the dated parameters, the holidays of a year."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from supervision import rules
from supervision.access.viewer import guard
from supervision.clock import Clock
from supervision.db import Record, fetch
from supervision.language import N_, listed
from supervision.language import gettext as _
from supervision.rules.base import Rule
from supervision.rules.parameters import DEFAULTS
from supervision.web import AnyRequest, page

MEANINGS = {default.key: default.meaning for default in DEFAULTS}
OWED_BY = {"person": N_("本人"), "staff": N_("司法所"), "organ": N_("区矫正机构")}
KINDS = {"off": N_("放假"), "work": N_("调休上班")}


# -- rules -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule as the page shows it: what it asks, of whom, under which article, when people are reminded."""

    id: str
    title: str
    article: str
    owed_by: str
    variants: list[str]
    reminders: str
    parameters: str


@get("/rules", guards=[guard("see_rules")])
async def rules_in_force(request: AnyRequest) -> Template:
    """The rules that the ledger goes by."""
    return page(request, "settings/rules.html", rules=[_in_force(rule) for rule in rules.RULES])


def _in_force(rule: Rule) -> RuleInForce:
    titles = [_(title) for (rule_id, _variant), title in rules.VARIANT_TITLES.items() if rule_id == rule.id]
    return RuleInForce(
        id=rule.id,
        title=_(rule.title),
        article=_(rule.article),
        owed_by=_(OWED_BY[rule.owed_by]),
        variants=titles,
        reminders=_reminders(rule),
        parameters=" ".join(rule.parameters),
    )


def _reminders(rule: Rule) -> str:
    """电话报告：提前 1 天."""
    return _("；").join(
        _("%(title)s：提前 %(days)s 天")
        % {"title": _(rules.title_of(rule.id, variant)), "days": listed(map(str, counts))}
        for variant, counts in rule.remind_days.items()
    )


# -- parameters --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """One dated value of a parameter."""

    value: str
    valid_from: datetime
    source: str
    by: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A parameter: what is in force, what will be, what was."""

    key: str
    meaning: str
    in_force: Value
    coming: list[Value]
    former: list[Value]


@get("/parameters", guards=[guard("see_rules")])
async def parameters_in_force(request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
    """Every number that a rule uses, with its date, its source and who put it in."""
    rows = await fetch(
        """SELECT p.key, p.value, p.valid_from, p.source, s.name AS by
             FROM parameter p LEFT JOIN staff s ON s.id = p.recorded_by ORDER BY p.valid_from, p.id"""
    )
    return page(request, "settings/parameters.html", parameters=dated(rows, clock.now()))


def dated(rows: Sequence[Mapping[str, Any] | Record], now: datetime) -> list[Dated]:
    """The parameters in the order of the rules; the last value whose date has come is in force."""
    values: dict[str, list[Value]] = {}
    for row in rows:
        shown = Value(value_text(json.loads(row["value"])), row["valid_from"], _(row["source"]), row["by"] or "")
        values.setdefault(row["key"], []).append(shown)
    keys = [key for key in MEANINGS if key in values] + sorted(values.keys() - MEANINGS.keys())
    return [_dated(key, values[key], now) for key in keys]


def _dated(key: str, values: list[Value], now: datetime) -> Dated:
    begun = [value for value in values if value.valid_from <= now] or values[:1]
    coming = [value for value in values if value.valid_from > now and value not in begun]
    return Dated(key, _(MEANINGS.get(key, key)), begun[-1], coming, begun[-2::-1])


STEP_UNITS = {"wd": N_("个工作日"), "d": N_("天"), "w": N_("周"), "m": N_("个月")}
WORDS = {
    "month": N_("每月"),
    "quarter": N_("每季度"),
    "half_year": N_("每半年"),
    "week": N_("每周"),
    "fixed": N_("固定日期"),
    "phone": N_("电话"),
    "in_person": N_("当面"),
    "written": N_("书面"),
    "True": N_("是"),
    "False": N_("否"),
}


def value_text(value: Any) -> str:
    """A value as people say it: `1 周`, `5 个工作日`, `电话、当面`; what isn't known stays as it is."""
    if isinstance(value, list):
        return listed(value_text(one) for one in value)
    text = str(value)
    for unit, name in STEP_UNITS.items():
        count = text.removesuffix(unit)
        if count != text and count.isascii() and count.isdigit():
            return f"{count} {_(name)}"
    return _(WORDS.get(text, text))


# -- holidays ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """Days of one kind and name on end."""

    first: date
    last: date
    kind: str
    name: str
    source: str


@get("/holidays", guards=[guard("see_rules")])
async def holidays(request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
    """The exceptions to the plain week in one year; a banner says which year is still a guess."""
    years = [row["year"] for row in await fetch(YEARS)]
    year = _year(request.query_params.get("year", ""), years, clock.today().year)
    rows = await fetch(
        "SELECT day, kind, name, source FROM holiday WHERE day >= make_date($1, 1, 1) AND day < make_date($1 + 1, 1, 1) ORDER BY day",
        year,
    )
    return page(request, "settings/holidays.html", year=year, years=years, runs=runs(rows), kinds=KINDS)


YEARS = "SELECT DISTINCT extract(year FROM day)::int AS year FROM holiday ORDER BY 1"


def _year(text: str, years: list[int], this_year: int) -> int:
    """The year asked for if it is there, else this one."""
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this_year
    return wanted if wanted in years else this_year


def runs(rows: Sequence[Mapping[str, Any] | Record]) -> list[Run]:
    """Neighbouring days of one kind and name as one line."""
    found: list[Run] = []
    for row in rows:
        last = found[-1] if found else None
        same = last and (last.kind, last.name) == (row["kind"], row["name"])
        if last and same and row["day"] - last.last == timedelta(days=1):
            found[-1] = Run(last.first, row["day"], last.kind, last.name, last.source)
        else:
            found.append(Run(row["day"], row["day"], row["kind"], row["name"], row["source"]))
    return found


ROUTES = [rules_in_force, parameters_in_force, holidays]
