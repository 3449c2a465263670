"""The queue of alerts: look, take, note, hand over, end; each act in place, on one card."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.forms import as_id, go
from supervision.access.viewer import Viewer, guard
from supervision.alerts import actions, queue
from supervision.alerts.outcomes import HELP_REASONS, OUTCOMES, USUAL_REASONS
from supervision.alerts.subjects import PERSON, Whom, get_subject, shown
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.db import fetch_value
from supervision.errors import NotFound, Refusal
from supervision.forms import Form, read_form, show_again
from supervision.language import gettext as _
from supervision.people.scope import get_person
from supervision.web import AnyRequest, page


@dataclass(frozen=True, slots=True)
class Ticked:
    """What an act is about: the alerts that were ticked on a card, and what was typed."""

    whom: Whom
    alerts: list[int]
    form: Form
    now: datetime


Act = Callable[[Ticked], Awaitable[str]]


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


def _card_paths(act: str = "") -> list[str]:
    """Where a card is, or an act on it: about a person, or about a subject that has none."""
    return [f"/alerts/people/{{person_id:int}}{act}", f"/alerts/subjects/{{subject_kind:str}}/{{subject_id:int}}{act}"]


async def _whom(request: AnyRequest, viewer: Viewer) -> Whom:
    """Whose card the path names. Raises NotFound for “not yours” and “not there” alike."""
    path = request.path_params
    if "person_id" in path:
        return Whom(PERSON, (await get_person(viewer, path["person_id"])).id)
    return await get_subject(viewer, path["subject_kind"], path["subject_id"])


async def _name(whom: Whom) -> str:
    if whom.kind == PERSON:
        return str(await fetch_value("SELECT name FROM person WHERE id = $1", whom.id))
    return (await shown([whom]))[whom].title


@get(_card_paths(), guards=[guard("see_alerts")])
async def one_card(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """One card alone."""
    whom = await _whom(request, viewer)
    found = await queue.cards_of(viewer, [whom], clock.now())
    people = [whom.id] if whom.kind == PERSON else []
    await record(viewer, queue.SEEN, subject=whom, people=people, now=clock.now())
    card = found[0] if found else None
    return page(request, "alerts/person.html", name=await _name(whom), card=card, severities=queue.SEVERITIES)


@post(_card_paths("/claim"), guards=[guard("act_alerts")])
async def claim(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """Take what is ticked in hand."""

    async def act(on: Ticked) -> str:
        await actions.claim_all(viewer, on.alerts, on.now)
        return _("已认领。")

    return await _act(request, viewer, act, now=clock.now())


@post(_card_paths("/note"), guards=[guard("act_alerts")])
async def note(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """Say what was done."""

    async def act(on: Ticked) -> str:
        await actions.note_all(viewer, on.alerts, on.form.text("text", _("情况"), required=False), on.now)
        return _("已记录，上报时间顺延。")

    return await _act(request, viewer, act, now=clock.now())


@post(_card_paths("/handover"), guards=[guard("act_alerts")])
async def hand_over(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Give what is ticked to a colleague."""

    async def act(on: Ticked) -> str:
        receivers = (await actions.receivers_of([on.whom], on.now))[on.whom]
        staff = on.form.choice("staff", _("接手的同事"), [row["id"] for row in receivers])
        on.form.check()
        await actions.hand_over_all(viewer, on.alerts, int(staff), on.now)
        return _("已转交。")

    return await _act(request, viewer, act, now=clock.now())


@post(_card_paths("/outcome"), guards=[guard("act_alerts")])
async def outcome(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """End what is ticked by an outcome and a reason."""

    async def act(on: Ticked) -> str:
        said = on.form.choice("outcome", _("处置结果"), [one.code for one in OUTCOMES])
        reason = (USUAL_REASONS | HELP_REASONS).get(on.form.typed.get("usual", ""), "")
        reason += on.form.text("reason", _("处置的理由"), required=not reason)
        on.form.check()
        kept = await actions.close_all(viewer, on.alerts, said, reason, now=on.now)
        return _("已处置；另有 %(n)s 条要补上事实才会结束。") % {"n": len(kept)} if kept else _("已处置。")

    return await _act(request, viewer, act, now=clock.now())


async def _act(request: AnyRequest, viewer: Viewer, act: Act, *, now: datetime) -> Response[Any]:
    """Scope, act, show: the card as it is afterwards, in place or by a redirect."""
    whom = await _whom(request, viewer)
    before = await queue.cards_of(viewer, [whom], now)
    card = before[0] if before else None
    form = await read_form(request, "alerts/person.html")
    ids = await _ticked(request)
    name = await _name(whom)

    def again(refusal: Refusal) -> Response[Any]:
        shown: dict[str, Any] = {
            "name": name,
            "card": card,
            "severities": queue.SEVERITIES,
            "typed": form.typed,
            "ticked": ids,
        }
        return page(request, "alerts/person.html", fragment="alerts/_card.html", status=422, refusal=refusal, **shown)

    request.state.form_again = again
    show_again(request, [whom.id] if whom.kind == PERSON else [])
    said = await act(Ticked(whom, _of_card(ids, card), form, now))
    after = await queue.cards_of(viewer, [whom], now)
    if not request.headers.get("hx-request"):
        return go(whom.at if after else "/alerts", said)
    return page(
        request,
        "alerts/_card.html",
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
    """Only alerts of this card, so that an act on one card never reaches another."""
    if not ids:
        raise Refusal(_("请至少勾选一条预警。"))
    if not set(ids) <= {cause.id for cause in card.causes} if card else True:
        raise Refusal(_(actions.GONE))
    return ids


ROUTES = [alerts, one_card, claim, note, hand_over, outcome]
