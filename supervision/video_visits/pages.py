"""The window's pages: the board of bookings, one booking with its steps, the day sheet, the week, and the calendar file."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.days import add_days
from supervision.db import Record
from supervision.errors import NotFound
from supervision.forms import Form, read_form, show_again
from supervision.language import gettext as _
from supervision.language import listed, ngettext, run_on
from supervision.rules.video_visit import arrive_between, confirm_until
from supervision.settings.terms import load_terms
from supervision.video_visits import actions, ics, words
from supervision.video_visits.actions import PLAIN, Arrival, Place
from supervision.video_visits.booking import limits_at, withdraw_booking
from supervision.video_visits.listing import TABS, board, phone_text, rooms, sessions, shown, visitors_of, week_of
from supervision.video_visits.steps import STEPS, Taken
from supervision.web import AnyRequest, page

AHEAD_DAYS = 60
"""So far the calendar file looks ahead."""
SEE, BOOK, KEEP = [guard("see_visits")], [guard("book_visits")], [guard("keep_visits")]


# -- seeing -----------------------------------------------------------------------------------------------------


@get("/visits", guards=SEE)
async def bookings(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The board: what is to be looked at, answered, confirmed, held today, and who didn't come (R-35)."""
    tab = request.query_params.get("tab", "")
    found = await board(tab, clock.now(), after=as_id(request.query_params.get("after", "")))
    await record(viewer, "bookings_listed", people=found.people, detail={"tab": found.tab}, now=clock.now())
    next_url = f"/visits?tab={found.tab}&after={found.after}" if found.after else None
    return page(request, "video_visits/board.html", board=found, tabs=_tabs(found), next_url=next_url, words=words)


def _tabs(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "href": f"/visits?tab={tab}",
            "label": _(label),
            "count": found.counts.get(tab),
            "current": tab == found.tab,
            "urgent": tab == "missed" and bool(found.counts.get(tab)),
        }
        for tab, label in TABS.items()
    ]


@get("/visits/{booking_id:int}", guards=SEE)
async def booking(
    request: AnyRequest, booking_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """One booking: who comes, when, what happened, and what may be done next."""
    context = await _context(booking_id, clock.now())
    people = context["one"].people
    await record(viewer, "booking_seen", subject=("booking", booking_id), people=people, now=clock.now())
    return page(request, "video_visits/booking.html", typed={}, refusal=None, **context)


async def _context(booking_id: int, now: datetime) -> dict[str, Any]:
    """What the page of a booking shows, and its forms need."""
    one = await shown(booking_id)
    least, most = (await limits_at(now, now))["vv.suspend_months"]
    return {
        "one": one,
        "to_tell": await _to_tell(one.line, now),
        "rooms": [(room["id"], room["name"]) for room in await rooms()],
        "suspensions": [(n, ngettext("%(n)d 个月", "%(n)d 个月", n) % {"n": n}) for n in range(least, most + 1)],
        "words": words,
        "phone_text": phone_text,
        "opened": None,
    }


async def _to_tell(line: Record, now: datetime) -> str:
    """What the family is to be told of the time that it was given; empty where nothing waits for it."""
    if line["withdrawn_at"] or line["state"] not in ("scheduled", "confirmed"):
        return ""
    limits = await limits_at(line["taken_at"], now)
    if line["state"] == "scheduled":
        until = confirm_until(line["taken_at"], line["from_at"], limits)
        return _("请告知家属会见时间，并在 %(moment)s 之前确认；逾期时段收回。") % {"moment": words.moment_words(until)}
    opens_at, limit_at = arrive_between(line["from_at"], limits)
    return _("请告知家属带身份证，%(from)s 起到窗口核验，%(until)s 仍未到的视为放弃。") % {
        "from": words.moment_words(opens_at),
        "until": words.clock_text(limit_at),
    }


@get("/visits/day", guards=SEE)
async def day_sheet(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The sessions of a day, to print and hang beside the window."""
    day = _day(request) or clock.today()
    found = await sessions(day, day)
    visitors = await visitors_of([one["id"] for one in found])
    people = [one["prisoner_person"] for one in found] + [v["person"] for of in visitors.values() for v in of]
    await record(viewer, "visit_day_seen", people=people, detail={"day": day.isoformat()}, now=clock.now())
    return page(
        request,
        "video_visits/day.html",
        day=day,
        sessions=found,
        visitors=visitors,
        before=add_days(day, -1),
        after=add_days(day, 1),
        words=words,
    )


@get("/visits/week", guards=SEE)
async def week(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The rooms of a week, or one of them: when each is taken, and when it is free."""
    days = week_of(_day(request) or clock.today())
    room = as_id(request.query_params.get("room", ""))
    found = await sessions(days[0], days[-1], room=room)
    await record(
        viewer,
        "visit_week_seen",
        people=[one["prisoner_person"] for one in found],
        detail={"from": days[0].isoformat()},
        now=clock.now(),
    )
    terms = await load_terms(clock.now(), clock.now())
    shown_days = [day for day in days if terms.calendar.is_working(day) or any(_on(one, day) for one in found)]
    context: dict[str, Any] = {
        "days": [(day, [one for one in found if _on(one, day)]) for day in shown_days],
        "monday": days[0],
        "before": add_days(days[0], -7),
        "after": add_days(days[0], 7),
        "rooms": [("", _("全部会见室")), *((one["id"], one["name"]) for one in await rooms())],
        "room": room or "",
        "words": words,
    }
    return page(request, "video_visits/week.html", **context)


def _on(session: Any, day: date) -> bool:
    from_at: Any = session["from_at"]
    return bool(words.local(from_at).date() == day)


def _day(request: AnyRequest) -> date | None:
    """The day asked for; what can't be one is today."""
    try:
        found = date.fromisoformat(request.query_params.get("on", ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


@get("/visits/calendar.ics", guards=SEE)
async def calendar_file(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[bytes]:
    """The sessions of the next sixty days, for a calendar program; it names nobody."""
    room = as_id(request.query_params.get("room", ""))
    found = await sessions(clock.today(), add_days(clock.today(), AHEAD_DAYS), room=room)
    await record(viewer, "visit_calendar_taken", detail={"sessions": len(found)}, now=clock.now())
    events = [ics.Event(one["number"], one["from_at"], one["to_at"], one["room"], one["taken_at"]) for one in found]
    headers = {"Content-Disposition": 'attachment; filename="visits.ics"', "Cache-Control": "no-store"}
    host = request.base_url.hostname or "supervision"
    return Response(ics.calendar(events, host), media_type="text/calendar; charset=utf-8", headers=headers)


# -- acting -----------------------------------------------------------------------------------------------------

Act = Callable[[Viewer, int, Form, Any], Awaitable[str | None]]
"""What a step does; a sentence where somebody must still do something."""


@post("/visits/{booking_id:int}/steps/{step:str}", guards=BOOK)
async def take_step(
    request: AnyRequest,
    booking_id: FromPath[int],
    step: FromPath[str],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """One step of a booking; what it brings along is read by its line in ACTS."""
    if step not in ACTS:
        raise NotFound
    context = await _context(booking_id, clock.now())
    form = await read_form(request, "video_visits/booking.html", **context | {"opened": step})
    show_again(request, context["one"].people)
    more = await ACTS[step](viewer, booking_id, form, clock.now())
    said = _("已登记：%(step)s。") % {"step": _(words.STEPS[step])}
    return go(f"/visits/{booking_id}", run_on([said, more]) if more else said, kind="warn" if more else "ok")


def _plain(step: str) -> Act:
    async def act(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
        reason = form.text("reason", _("原因"), required=STEPS[step].needs_reason)
        at = _moment_or(form, now)
        form.check()
        await actions.step(viewer, booking_id, Taken(step, at, reason), now)

    return act


async def _schedule(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    from_at, room = form.moment("from_at", _("会见时间")), as_id(form.text("room", _("会见室")))
    if room is None:
        form.wrong.setdefault("room", _("请选择会见室。"))
    answered_at = _moment_or(form, now)
    form.check()
    place = Place(room or 0, from_at, form.text("prison_room", _("监狱会见室"), required=False), answered_at)
    await actions.schedule(viewer, booking_id, place, now)


async def _confirm(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    await actions.confirm(viewer, booking_id, _moment(form), now)


def _moment(form: Form) -> Any:
    moment = form.moment("happened_at", _("时间"))
    form.check()
    return moment


def _moment_or(form: Form, now: Any) -> Any:
    return form.moment("happened_at", _("时间")) if form.typed.get("happened_at") else now


async def _cancel(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    by, reason = form.choice("by", _("谁取消"), words.CANCELLED_BY), form.text("reason", _("取消的原因"))
    await actions.cancel(viewer, booking_id, Taken("cancel", _moment(form), reason), by, now)


async def _arrive(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    cards = {
        family: value
        for name, value in form.typed.items()
        if name.startswith("card-") and value and (family := as_id(name.removeprefix("card-"))) is not None
    }
    await actions.arrive(viewer, booking_id, Arrival(cards, _moment(form), form.tick("faces_match")), now)


async def _start(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    await actions.start(viewer, booking_id, _moment(form), now)


async def _end(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    satisfied = form.choice("satisfied", _("家属是否满意"), ("", *words.SATISFIED))
    await actions.end(viewer, booking_id, _moment(form), now, satisfied=satisfied)


async def _breach(viewer: Viewer, booking_id: int, form: Form, now: Any) -> str | None:
    reason, months = form.text("reason", _("违规情况")), form.choice("months", _("暂停几个月"), range(1, 13))
    stopped = Taken("breach", _moment(form), reason)
    called_off = await actions.stop_for_breach(viewer, booking_id, stopped, int(months), now)
    if not called_off:
        return None
    return _("暂停期间的会见 %(numbers)s 已取消，请告知家属。") % {"numbers": listed(called_off)}


async def _fail(viewer: Viewer, booking_id: int, form: Form, now: Any) -> None:
    reason = form.text("reason", _("故障情况"))
    await actions.fail(viewer, booking_id, Taken("fail", _moment(form), reason), now)


ACTS: dict[str, Act] = {
    **{step: _plain(step) for step in PLAIN},
    "schedule": _schedule,
    "confirm": _confirm,
    "cancel": _cancel,
    "arrive": _arrive,
    "start": _start,
    "end": _end,
    "breach": _breach,
    "fail": _fail,
}


@post("/visits/{booking_id:int}/withdrawal", guards=KEEP)
async def withdraw(
    request: AnyRequest, booking_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """A booking that was entered wrongly no longer counts."""
    context = await _context(booking_id, clock.now())
    form = await read_form(request, "video_visits/booking.html", **context | {"opened": "withdrawal"})
    show_again(request, context["one"].people)
    reason = form.text("reason", _("作废的原因"))
    form.check()
    await withdraw_booking(viewer, booking_id, reason=reason, now=clock.now())
    return go(f"/visits/{booking_id}", _("已作废，这次预约不再计入。"))


ROUTES = [bookings, booking, day_sheet, week, calendar_file, take_step, withdraw]
