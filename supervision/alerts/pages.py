"""The queue of alerts: look, take, note, hand over, end; each act in place, on one card."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.alerts import actions, queue
from supervision.alerts.outcomes import OUTCOMES, USUAL_REASONS
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.errors import NotFound, Refusal
from supervision.forms import Form, read_form, show_again
from supervision.people.scope import get_person
from supervision.web import gettext as _
from supervision.web import page

AnyRequest = Request[Any, Any, Any]
Act = Callable[[Form, list[int], datetime], Awaitable[str]]


@get("/alerts", guards=[guard("see_alerts")])
async def alerts(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The cards of a tab, a page at a time; one audit row with the people who were shown."""
    tabs = queue.tabs_of(viewer)
    counts = await queue.count_cards(viewer, list(dict(tabs)))
    wanted = request.query_params.get("tab")
    tab = wanted if wanted in counts else _first_tab(counts)
    found = await queue.page_of_cards(viewer, tab, request.query_params.get("after"), clock.now())
    return page(
        request,
        "alerts/queue.html",
        cards=found.cards,
        next_url=f"/alerts?{urlencode({'tab': tab, 'after': found.after})}" if found.after else None,
        tabs=[_tab(key, label, counts[key], current=key == tab) for key, label in tabs],
        severities=queue.SEVERITIES,
    )


def _first_tab(counts: Mapping[str, int]) -> str:
    """One's own work, and where there is none, that of the scope."""
    tabs = list(counts)
    return tabs[0] if counts[tabs[0]] else tabs[-1]


def _tab(key: str, label: str, count: int, *, current: bool) -> dict[str, Any]:
    shown = f"{queue.MOST_COUNTED - 1}+" if count >= queue.MOST_COUNTED else str(count)
    return {"href": f"/alerts?tab={key}", "label": _(label), "count": shown, "current": current, "urgent": count > 0}


@get("/alerts/people/{person_id:int}", guards=[guard("see_alerts")])
async def person_alerts(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """One person's card alone."""
    person = await get_person(viewer, person_id)
    found = await queue.cards_of(viewer, [person.id], clock.now())
    await record(viewer, queue.SEEN, subject=("person", person.id), people=[person.id], now=clock.now())
    return page(
        request, "alerts/person.html", person=person, card=found[0] if found else None, severities=queue.SEVERITIES
    )


@post("/alerts/people/{person_id:int}/claim", guards=[guard("act_alerts")])
async def claim(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Take what is ticked in hand."""

    async def act(_form: Form, ids: list[int], now: datetime) -> str:
        await actions.claim_all(viewer, ids, now)
        return "已认领。"

    return await _act(request, viewer, person_id, act, now=clock.now())


@post("/alerts/people/{person_id:int}/note", guards=[guard("act_alerts")])
async def note(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Say what was done."""

    async def act(form: Form, ids: list[int], now: datetime) -> str:
        await actions.note_all(viewer, ids, form.text("text", "情况", required=False), now)
        return "已记录，上报时间顺延。"

    return await _act(request, viewer, person_id, act, now=clock.now())


@post("/alerts/people/{person_id:int}/handover", guards=[guard("act_alerts")])
async def hand_over(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Give what is ticked to a colleague."""

    async def act(form: Form, ids: list[int], now: datetime) -> str:
        staff = form.choice("staff", "接手的同事", [row["id"] for row in await actions.receivers(person_id, now)])
        form.check()
        await actions.hand_over_all(viewer, ids, int(staff), now)
        return "已转交。"

    return await _act(request, viewer, person_id, act, now=clock.now())


@post("/alerts/people/{person_id:int}/outcome", guards=[guard("act_alerts")])
async def outcome(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """End what is ticked by an outcome and a reason."""

    async def act(form: Form, ids: list[int], now: datetime) -> str:
        said = form.choice("outcome", "处置结果", [one.code for one in OUTCOMES])
        reason = USUAL_REASONS.get(form.typed.get("usual", ""), "")
        reason += form.text("reason", "处置的理由", required=not reason)
        form.check()
        kept = await actions.close_all(viewer, ids, said, reason, now=now)
        return f"已处置；另有 {len(kept)} 条要补上事实才会结束。" if kept else "已处置。"

    return await _act(request, viewer, person_id, act, now=clock.now())


async def _act(request: AnyRequest, viewer: Viewer, person_id: int, act: Act, *, now: datetime) -> Response[Any]:
    """Scope, act, show: the card as it is afterwards, in place or by a redirect."""
    person = await get_person(viewer, person_id)
    before = await queue.cards_of(viewer, [person.id], now)
    card = before[0] if before else None
    form = await read_form(request, "alerts/person.html")
    ids = await _ticked(request)

    def again(refusal: Refusal) -> Response[Any]:
        shown: dict[str, Any] = {
            "person": person,
            "card": card,
            "severities": queue.SEVERITIES,
            "typed": form.typed,
            "ticked": ids,
        }
        return page(request, "alerts/person.html", fragment="alerts/_card.html", status=422, refusal=refusal, **shown)

    request.state.form_again = again
    show_again(request, [person.id])
    said = await act(form, _of_card(ids, card), now)
    after = await queue.cards_of(viewer, [person.id], now)
    if not request.headers.get("hx-request"):
        return go(f"/alerts/people/{person.id}" if after else "/alerts", said)
    return page(
        request,
        "alerts/_card.html",
        person=person,
        card=after[0] if after else None,
        said=said,
        toast=said,
        severities=queue.SEVERITIES,
    )


async def _ticked(request: AnyRequest) -> list[int]:
    """The alerts whose boxes were ticked."""
    values = (await request.form()).getall("alert", [])
    ids = [as_id(value) if isinstance(value, str) else None for value in values]
    if None in ids:
        raise NotFound
    return [one for one in ids if one is not None]


def _of_card(ids: list[int], card: queue.Card | None) -> list[int]:
    """Only alerts of this person, so that an act on one card never reaches another."""
    if not ids:
        raise Refusal("请至少勾选一条预警。")
    if not set(ids) <= {cause.id for cause in card.causes} if card else True:
        raise Refusal(actions.GONE)
    return ids


ROUTES = [alerts, person_alerts, claim, note, hand_over, outcome]
