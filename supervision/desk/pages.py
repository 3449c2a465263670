"""Pages that look across slices: the day and the caseload. A person's file is in file_pages.py."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.viewer import Viewer, guard
from supervision.audit.record import Seeing, record
from supervision.clock import Clock
from supervision.desk import caseload, file_pages
from supervision.desk.caseload import Wanted
from supervision.desk.day import Group, day_of
from supervision.desk.risk import alerts_with, risks
from supervision.desk.rows import lines
from supervision.language import N_
from supervision.language import gettext as _
from supervision.orders.words import KINDS, LEVELS
from supervision.people.search import is_number
from supervision.web import AnyRequest, page, wants_fragment

TAB_LABELS = {
    "all": N_("全部"),
    "lapsed": N_("逾期"),
    "today": N_("今日"),
    "alerted": N_("有预警"),
    "new": N_("新入矫"),
    "ending": N_("30 天内解矫"),
}
ORDER_WORDS = {"new": N_("按入矫时间排列"), "ending": N_("按期满日期排列")}
BY_URGENCY = N_("按紧急程度排列")
STATE_CHOICES = [
    ("", N_("全部状态")),
    ("due", N_("待报到")),
    ("in_correction", N_("在矫")),
    ("expired_hold", N_("期满待决")),
    ("ended", N_("已结束")),
]
KIND_CHOICES = [("", N_("矫正类别")), *KINDS.items()]
LEVEL_CHOICES = [("", N_("管理类别")), *LEVELS.items(), ("none", N_("未定"))]


HAS_FILES = frozenset({"officer", "head", "helper"})
"""Roles with files of their own: they see the day's lists."""
ANSWERS_FOR = frozenset({"head", "clerk", "cca_head", "legal", "leader", "inspector"})
"""Roles that see what is at risk, by officer or by office."""


@get("/", guards=[guard("own_account")])
async def day(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """What to do first: of an officer the day's lists, of a head and the bureau what is at risk, of the rest their links."""
    now = clock.now()
    groups = await day_of(viewer, now) if viewer.role in HAS_FILES else []
    at_risk = await risks(viewer, now) if viewer.role in ANSWERS_FOR else None
    named = [*_people_of(groups), *(risk.contact_person for risk in at_risk or [] if risk.contact_person)]
    return page(
        request,
        "desk/day.html",
        groups={group.key: group for group in groups},
        shown=caseload.shown_count,
        risks=at_risk,
        with_me=await _noted(viewer, named, now, shows_people=bool(groups or named)),
    )


async def _noted(viewer: Viewer, named: list[int], now: datetime, *, shows_people: bool) -> int | None:
    """How many alerts are with the viewer, None for who has none; and the audit row of a day that shows people."""
    seeing = Seeing(viewer, "day_seen", now) if shows_people else None
    if viewer.may("act_alerts"):
        return await alerts_with(viewer, named, seeing)
    if seeing:
        await record(viewer, seeing.action, people=named, now=now)
    return None


def _people_of(groups: list[Group]) -> list[int]:
    return [item.person for group in groups for item in group.items]


@get("/people", guards=[guard("see_people")])
async def people(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The caseload, ordered by urgency, a page at a time; one audit row with the ids that were shown."""
    now = clock.now()
    want = caseload.wanted(request.query_params)
    found = await caseload.page_of_people(viewer, want, now)
    # What was searched for is not kept: it may be an identity number.
    seeing = Seeing(viewer, "people_listed", now, detail={"tab": want.tab, "searched": bool(want.text)})
    context: dict[str, Any] = {
        "want": want,
        "lines": await lines(found.ids, now, seeing=seeing),
        "next_url": _url(want, after=found.after) if found.after else None,
    }
    if not wants_fragment(request):
        context |= await _around(viewer, want, clock)
    answer = page(request, "desk/people.html", fragment="desk/_lines.html", **context)
    if is_number(want.text):
        # The script then leaves the address as it was: no identity or phone number in the browser's history.
        answer.headers["HX-Push-Url"] = "false"
    return answer


async def _around(viewer: Viewer, want: Wanted, clock: Clock) -> dict[str, Any]:
    """Tabs and choices: what a page needs and a part doesn't."""
    found = await caseload.around(viewer, want.office, clock.now())
    return {
        "tabs": [_tab(tab, label, found.counts[tab], want) for tab, label in TAB_LABELS.items()],
        "offices": [("", _("全部司法所")), *found.offices] if found.offices else [],
        "officers": [("", _("责任人")), *found.officers],
        "states": _translated(STATE_CHOICES),
        "kinds": _translated(KIND_CHOICES),
        "levels": _translated(LEVEL_CHOICES),
        "order_words": _(ORDER_WORDS.get(want.tab, BY_URGENCY)),
    }


def _translated(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, _(label)) for code, label in choices]


def _tab(tab: str, label: str, count: int, want: Wanted) -> dict[str, Any]:
    return {
        "href": _url(want, tab=tab),
        "label": _(label),
        "count": caseload.shown_count(count),
        "current": tab == want.tab,
        "urgent": tab in ("lapsed", "alerted") and count > 0,
    }


def _url(want: Wanted, *, tab: str | None = None, after: str | None = None) -> str:
    """The caseload's address with these filters."""
    asked = {
        "tab": tab or want.tab,
        "q": want.text,
        "state": want.state,
        "office": want.office,
        "kind": want.kind,
        "level": want.level,
        "officer": want.officer,
        "after": after,
    }
    return "/people?" + urlencode({name: value for name, value in asked.items() if value})


ROUTES = [day, people, *file_pages.ROUTES]
