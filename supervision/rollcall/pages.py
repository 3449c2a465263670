"""The roll call's pages: the numbers now, the list behind each, and the day's page to sign."""

from datetime import date

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import NotFound
from supervision.rollcall.headline import HOW
from supervision.rollcall.history import kept_list, recent_days
from supervision.rollcall.known import View
from supervision.rollcall.lists import HELP_REMAINDER, LIST_TITLES, page_of
from supervision.rollcall.register import REMAINDER
from supervision.rollcall.strays import Named
from supervision.rollcall.take import Taken, roll_call
from supervision.web import AnyRequest, page

NAMED_AT_MOST = 50
TONES = {"past_end": "late", "never_taken_in": "late", "lapsed": "late"}
"""Buckets whose people are past a limit: shown in red with a shape."""


@get("/rollcall", guards=[guard("see_rollcall")])
async def rollcall(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The headline, the buckets and whoever is lost, now; the days that are kept."""
    now = clock.now()
    taken = await roll_call(now, live=True, viewer=viewer)
    await record(viewer, "rollcall_seen", people=_shown(taken), detail={"total": taken.total}, now=now)
    return page(
        request,
        "rollcall/rollcall.html",
        taken=taken,
        tones=TONES,
        how=HOW,
        lost=_named(taken),
        lost_count=len(taken.lost),
        days=await recent_days(viewer),
    )


def _shown(taken: Taken) -> list[int]:
    """The people whose names are on the page."""
    oldest = taken.headline.oldest_contact
    return [one.person for one in _named(taken)] + ([oldest.person] if oldest else [])


def _named(taken: Taken) -> list[Named]:
    """Of each way of being lost the first ones."""
    ways = (taken.correction.remainder, taken.help.remainder, taken.strays)
    return [one for named in ways for one in named[:NAMED_AT_MOST]]


@get("/rollcall/{code:str}", guards=[guard("see_rollcall")])
async def listed(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock], code: FromPath[str]
) -> Template:
    """The people behind one number; one audit row with their ids."""
    if code not in LIST_TITLES:
        raise NotFound
    now = clock.now()
    found = await page_of(View(now, live=True, viewer=viewer), code, _after(request))
    await record(viewer, "rollcall_listed", people=[one.person for one in found.people], detail={"list": code}, now=now)
    return page(
        request,
        "rollcall/list.html",
        fragment="rollcall/_rows.html",
        title=LIST_TITLES[code],
        lost=code in (REMAINDER, HELP_REMAINDER),
        people=found.people,
        nameless=found.nameless,
        next_url=f"/rollcall/{code}?after={found.after}" if found.after else None,
    )


def _after(request: AnyRequest) -> int:
    after = as_id(request.query_params.get("after", "0"))
    if after is None:
        raise NotFound
    return after


@get("/rollcall/print", guards=[guard("see_rollcall")])
async def printed(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The roll call of a day (without `day`: the last one) as one page to sign."""
    kept = await kept_list(viewer, _day(request.query_params.get("day")))
    detail = {"day": kept.day.isoformat() if kept else None}
    named = [one.person for one in [*kept.lost, *kept.unexplained] if one.person] if kept else []
    await record(viewer, "rollcall_printed", people=named, detail=detail, now=clock.now())
    return page(request, "rollcall/print.html", kept=kept, titles=LIST_TITLES)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound from None


ROUTES = [rollcall, printed, listed]
