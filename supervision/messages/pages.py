"""The list of texts, what is done about those of which nobody knows, and the door for a provider's receipts."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import go
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.config import Settings
from supervision.errors import Refusal
from supervision.forms import read_form, show_again
from supervision.language import gettext as _
from supervision.messages import listing, looking
from supervision.messages.channel import RECEIPTS_PATH
from supervision.messages.receipts import take_receipt
from supervision.web import AnyRequest, page

Act = Callable[[Viewer, int, str, datetime], Awaitable[object]]
_log = logging.getLogger(__name__)


@get("/messages", guards=[guard("see_messages")])
async def messages(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """A tab of texts, fifty a page; one audit row with the people who were shown."""
    query = request.query_params
    counts = {tab: await listing.count_texts(viewer, tab) for tab in listing.TABS}
    tab = query.get("tab", "")
    if tab not in listing.TABS:
        tab = "unknown" if counts["unknown"] else "sent"
    texts, before = await listing.page_of_texts(viewer, tab, _number(query.get("before", "")))
    people = [text.row["person"] for text in texts if text.row["person"]]
    await record(viewer, "see_messages", people=people, detail={"tab": tab}, now=clock.now())
    return page(
        request,
        "messages/list.html",
        fragment="messages/_rows.html",
        texts=texts,
        tab=tab,
        tabs=[_tab(key, count, current=key == tab) for key, count in counts.items()],
        next_url=f"/messages?{urlencode({'tab': tab, 'before': before})}" if before else None,
    )


def _tab(key: str, count: int, *, current: bool) -> dict[str, Any]:
    shown = str(count) if count < listing.MOST_COUNTED else f"{listing.MOST_COUNTED - 1}+"
    urgent = key == "unknown" and count > 0
    label = _(listing.TABS[key])
    return {"href": f"/messages?tab={key}", "label": label, "count": shown, "current": current, "urgent": urgent}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@post("/messages/{message_id:int}/delivered", guards=[guard("see_messages")])
async def delivered(
    request: AnyRequest, message_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """An unclear text had arrived after all."""
    return await _act(request, viewer, message_id, looking.confirm_delivered, now=clock.now(), said=_("已记为送达。"))


@post("/messages/{message_id:int}/again", guards=[guard("see_messages")])
async def again(
    request: AnyRequest, message_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """An unclear text is sent once more."""
    return await _act(request, viewer, message_id, looking.send_again, now=clock.now(), said=_("已重新排入发送。"))


async def _act(
    request: AnyRequest, viewer: Viewer, message: int, act: Act, *, now: datetime, said: str
) -> Response[Any]:
    """Scope, act, show: the text's row as it is afterwards, in place or by a redirect."""
    text = await listing.get_text(viewer, message)
    form = await read_form(request, "messages/one.html")
    path = request.url.path

    def refused(refusal: Refusal) -> Response[Any]:
        shown: dict[str, Any] = {"text": text, "refusal": refusal, "typed": form.typed, "refused_at": path}
        return page(request, "messages/one.html", fragment="messages/_row.html", status=422, **shown)

    request.state.form_again = refused
    show_again(request, [text.row["person"]] if text.row["person"] else [])
    await act(viewer, message, form.text("note", _("说明"), required=False), now)
    if not request.headers.get("hx-request"):
        return go("/messages?tab=unknown", said)
    return page(request, "messages/_row.html", text=await listing.get_text(viewer, message), toast=said)


@post(RECEIPTS_PATH, status_code=200, signed_by_sender=True)
async def twilio_receipt(
    request: AnyRequest, clock: NamedDependency[Clock], settings: NamedDependency[Settings]
) -> Response[str]:
    """A receipt, signed by Twilio for our public address; 403 for any other, and nothing is kept of it."""
    # Imported here: the SDK is heavy, and an office without Twilio never needs it.
    from supervision.messages.providers.twilio import parse_receipt, verify_signature

    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    query = f"?{request.url.query}" if request.url.query else ""
    address = settings.public_url.rstrip("/") + RECEIPTS_PATH + query
    signature = request.headers.get("x-twilio-signature")
    if not verify_signature(address, form, signature, settings.twilio_token):
        return _answer("forbidden", 403)
    try:
        receipt = parse_receipt(form)
    except Refusal as refusal:
        _log.warning("a signed receipt that can't be read: %s", refusal.sentence)
        return _answer("unreadable", 400)
    await take_receipt(receipt, clock.now())
    return _answer("ok", 200)


def _answer(word: str, status: int) -> Response[str]:
    return Response(word + "\n", status_code=status, media_type="text/plain")


ROUTES = [messages, delivered, again, twilio_receipt]
