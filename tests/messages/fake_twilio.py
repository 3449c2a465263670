"""Twilio's message API as a small stateful server of our own, obeying `twilio_facts`.

async with FakeTwilio(now) as twilio:          # twilio.url is the base address
    twilio.script("accepted", "bad_number")    # answers to the next POSTs; "accepted" when it runs out
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlencode

from aiohttp import ClientSession, web

from tests.messages import twilio_facts as facts

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "token-of-the-fake"

# scripted name → HTTP status, Twilio's code, sentence
REFUSALS = {
    "bad_number": (400, 21211, "The 'To' number {to} is not a valid phone number."),
    "not_mobile": (400, 21614, "'To' number is not a valid mobile number"),
    "landline": (400, 21635, "'To' number cannot be a landline"),
    "opted_out": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "queue_full": (400, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
    "bad_sender": (400, 21606, "The 'From' phone number is not a valid message-capable phone number"),
    "not_our_number": (400, 21401, "The phone number you specified was not a valid SMS-enabled phone number"),
    "body_too_long": (400, 21617, "The concatenated message body exceeds the 1600 character limit"),
    "unauthorized": (401, 20003, "Authenticate"),
    "forbidden": (403, 20403, "Forbidden"),
    "too_many": (429, 20429, "Too Many Requests"),
    "broken": (500, 20500, "Internal Server Error"),
    "down": (503, 20503, "Service Unavailable"),
}
# scripted name → status and body of an answer that isn't Twilio's
STRANGE = {
    "garbage": (201, b"<html>\xff\xfe"),
    "empty": (201, b""),
    "list": (201, b"[]"),
    "no_sid": (201, b'{"status": "queued"}'),
    "odd_dates": (201, b'{"sid": 7, "date_sent": 7}'),
    "redirect": (302, b""),
    "bare_400": (400, b"<html>proxy</html>"),
    "bare_429": (429, b"slow down"),
    "bare_502": (502, b"<html>bad gateway</html>"),
}
# scripted name → is the message stored before the answer goes missing?
SILENCES = {"timeout_after_accept": True, "cut_after_accept": True, "cut_before_read": False}


class FakeTwilio:
    """Stores messages, counts requests, answers as scripted; `breaches` lists what a client did wrong."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.messages: dict[str, dict] = {}
        self.posts = 0
        self.forms: list[dict[str, str]] = []
        self.breaches: list[str] = []
        self.retry_after: str | None = None
        self.status = "queued"
        self._script: deque[str] = deque()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> "FakeTwilio":
        app = web.Application()
        app.router.add_post(facts.MESSAGES, self._create)
        app.router.add_get(facts.MESSAGES, self._list)
        app.router.add_get(facts.MESSAGE, self._fetch)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def script(self, *answers: str) -> None:
        """The answers to the next POSTs, in order."""
        unknown = set(answers) - set(REFUSALS) - set(STRANGE) - set(SILENCES) - {"accepted"}
        assert not unknown, unknown
        self._script.extend(answers)

    def bodies(self, to: str) -> list[str]:
        """The texts stored for a number, oldest first."""
        return [message["body"] for message in self.messages.values() if message["to"] == to]

    # --- receipts

    def receipt(self, sid: str, status: str, error_code: int | None = None) -> dict[str, str]:
        """The form that Twilio posts when a message has come to this status; moves the stored one as well."""
        assert status in facts.STATUSES, status
        message = self.messages[sid]
        message.update(status=status, error_code=error_code)
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
        form |= {"AccountSid": ACCOUNT, "From": message["from"] or "", "To": message["to"], "ApiVersion": "2010-04-01"}
        return form if error_code is None else form | {"ErrorCode": str(error_code)}

    async def send_receipts(self, url: str, receipts: list[dict[str, str]]) -> list[int]:
        """Post signed receipts in the given order, repeats included; the HTTP statuses that came back."""
        answers = []
        async with ClientSession() as session:
            for form in receipts:
                async with session.post(url, data=form, headers={"X-Twilio-Signature": sign(url, form)}) as answer:
                    answers.append(answer.status)
        return answers

    # --- the API

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.posts += 1
        name = self._script.popleft() if self._script else "accepted"
        if name == "cut_before_read":
            return _cut(request)
        form = dict(await request.post())
        self.forms.append(form)
        fault = self._sign_in_fault(request) or self._form_fault(request, form)
        if fault or name in REFUSALS:
            return self._refuse(fault or REFUSALS[name], form)
        if name in STRANGE:
            status, body = STRANGE[name]
            return web.Response(status=status, body=body, content_type=facts.ANSWER_TYPE, charset="utf-8")
        message = self._store(form)
        if name == "timeout_after_accept":
            await self._closing.wait()
        if name in SILENCES:
            return _cut(request)
        return web.json_response(message, status=facts.CREATED)

    async def _fetch(self, request: web.Request) -> web.Response:
        fault = self._sign_in_fault(request)
        message = self.messages.get(request.match_info["Sid"])
        if fault or message is None:
            return self._refuse(fault or (404, 20404, "The requested resource was not found"), {})
        return web.json_response(message)

    async def _list(self, request: web.Request) -> web.Response:
        fault = self._sign_in_fault(request)
        if fault:
            return self._refuse(fault, {})
        self._note(set(request.query) <= facts.LIST_FILTERS, f"unknown filters {set(request.query)}")
        size = int(request.query.get("PageSize", facts.PAGE_SIZE[1]))
        start = int(request.query.get("Page", 0)) * size
        found = [message for message in reversed(self.messages.values()) if _matches(message, request.query)]
        return web.json_response(_page(request, found, start=start, size=size))

    def _sign_in_fault(self, request: web.Request) -> tuple[int, int, str] | None:
        sent = request.headers.get("Authorization", "")
        wanted = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        ours = hmac.compare_digest(sent, wanted) and request.match_info["AccountSid"] == ACCOUNT
        return None if ours else REFUSALS["unauthorized"]

    def _form_fault(self, request: web.Request, form: dict[str, str]) -> tuple[int, int, str] | None:
        self._note(request.content_type == facts.CONTENT_TYPE, f"content type {request.content_type}")
        self._note(set(form) <= facts.PARAMETERS, f"unknown parameters {set(form) - facts.PARAMETERS}")
        least, most = facts.VALIDITY
        self._note(least <= int(form.get("ValidityPeriod", most)) <= most, f"validity {form.get('ValidityPeriod')}")
        if not facts.REQUIRED <= set(form):
            return 400, 21604, "A 'To' phone number is required."
        if not form.get("From") and not re.match(facts.SERVICE_SID, form.get("MessagingServiceSid", "")):
            return 400, 21603, "A 'From' phone number is required."
        if not form.get("Body"):
            return 400, 21602, "Message body is required."
        return REFUSALS["body_too_long"] if len(form["Body"]) > facts.LONGEST_BODY else None

    def _refuse(self, answer: tuple[int, int, str], form: dict[str, str]) -> web.Response:
        status, code, sentence = answer
        more = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": sentence.format(to=form.get("To")), "more_info": more, "status": status}
        headers = {"Retry-After": self.retry_after} if status == 429 and self.retry_after else {}
        return web.json_response(body, status=status, headers=headers)

    def _store(self, form: dict[str, str]) -> dict:
        sid = f"SM{len(self.messages) + 1:032x}"
        uri = facts.MESSAGE.format(AccountSid=ACCOUNT, Sid=sid)
        moment = format_datetime(self.now.astimezone(UTC))
        message: dict = dict.fromkeys(sorted(facts.ANSWER_FIELDS))
        message |= {"sid": sid, "account_sid": ACCOUNT, "api_version": "2010-04-01", "uri": uri}
        message |= {"to": form["To"], "from": form.get("From"), "body": form["Body"], "status": self.status}
        message |= {"date_created": moment, "date_sent": moment, "date_updated": moment}
        message |= {"messaging_service_sid": form.get("MessagingServiceSid"), "direction": facts.DIRECTION}
        message |= {"num_media": "0", "num_segments": "1", "subresource_uris": {"media": uri[:-5] + "/Media.json"}}
        self.messages[sid] = message
        return message

    def _note(self, holds: bool, breach: str) -> None:
        if not holds:
            self.breaches.append(breach)


def sign(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Twilio's signature of a form: HMAC-SHA1 of the address and each name and value in order of names."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _sent_at(message: dict) -> datetime:
    return parsedate_to_datetime(message["date_sent"])


def _matches(message: dict, query: dict[str, str]) -> bool:
    sent = _sent_at(message)
    edges = {name: _moment(query[name]) for name in ("DateSent", "DateSent<", "DateSent>") if name in query}
    return (
        query.get("To", message["to"]) == message["to"]
        and query.get("From", message["from"]) == message["from"]
        and ("DateSent" not in edges or edges["DateSent"] <= sent < edges["DateSent"] + timedelta(days=1))
        and ("DateSent<" not in edges or sent <= edges["DateSent<"])
        and ("DateSent>" not in edges or sent >= edges["DateSent>"])
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _page(request: web.Request, found: list[dict], *, start: int, size: int) -> dict:
    page = start // size
    rest = {name: value for name, value in request.query.items() if name not in ("Page", "PageSize")}

    def uri(number: int) -> str:
        return f"{request.path}?{urlencode({**rest, 'PageSize': size, 'Page': number})}"

    answer: dict = dict.fromkeys(sorted(facts.LIST_FIELDS))
    answer |= {"messages": found[start : start + size], "page": page, "page_size": size, "start": start}
    answer |= {"end": min(start + size, len(found)) - 1, "uri": uri(page), "first_page_uri": uri(0)}
    answer["next_page_uri"] = uri(page + 1) if start + size < len(found) else None
    answer["previous_page_uri"] = uri(page - 1) if page else None
    return json.loads(json.dumps(answer))
