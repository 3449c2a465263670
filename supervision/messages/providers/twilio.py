"""Texts by Twilio, with its official SDK: one POST, a table of answers, signed receipts."""

import base64
import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, TraceConfig
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from supervision.config import Settings
from supervision.errors import Refusal
from supervision.messages.providers.base import (
    STATUS_RANK,
    WIRE_TIMEOUT,
    Accepted,
    Outgoing,
    ProviderError,
    Receipt,
    Refused,
    Unavailable,
    Unclear,
    guard_number,
    guard_region,
)

LONGEST_VALIDITY = 36000  # seconds, Twilio's own limit

# 21214: the number can't be reached; 21635: a landline.
BAD_NUMBER = frozenset({21211, 21214, 21217, 21614, 21635})
OPTED_OUT = frozenset({21610})
QUEUE_FULL = frozenset({20429, 21611, 30001})
# Account, sender or permissions are wrong: no text can go before somebody mends the settings. 21401 says that the
# *sender* isn't a number of the account; taken for a bad number it would strike out everybody's phone.
OUR_FAULT = frozenset({20003, 20403, 20404, 21212, 21401, 21408, 21603, 21606, 21608, 21659, 21660, 21661})
OUR_FAULT_STATUS = frozenset({401, 403, 404, 407})
FIRST_CODE = 10000  # where the body holds no code of Twilio's, the SDK puts the HTTP status in its place

_log = logging.getLogger(__name__)
_message_sid = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_wire: ContextVar["_Wire"] = ContextVar("twilio_wire")


@dataclass(frozen=True)
class TwilioSettings:
    """`sender` is a number of the account (+…) or a messaging service (MG…); `receipts_url` is our public address."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    mode: str
    region: str = "cn"
    assessment_document: str | None = None
    receipts_url: str = ""
    base_url: str = "https://api.twilio.com"
    timeout: timedelta = WIRE_TIMEOUT

    def __post_init__(self) -> None:
        if not all((self.account_sid, self.auth_token, self.sender)):
            raise Refusal("Twilio 通道缺少账号、令牌或发送号码，请补全设置。")
        address = urlsplit(self.base_url)
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
            raise Refusal("Twilio 通道的地址必须以 https:// 开头。")


def twilio_settings(settings: Settings, receipts_path: str) -> TwilioSettings:
    """Twilio's part of the process's settings; receipts are asked for only where our public address is known."""
    receipts_url = settings.public_url.rstrip("/") + receipts_path if settings.public_url and receipts_path else ""
    return TwilioSettings(
        account_sid=settings.twilio_account,
        auth_token=settings.twilio_token,
        sender=settings.twilio_sender,
        mode=settings.mode,
        region=settings.region,
        assessment_document=settings.cross_border_assessment,
        receipts_url=receipts_url,
        base_url=settings.twilio_base_url,
    )


class TwilioProvider:
    """Hands texts to Twilio; never retries, because its POST has no idempotency key."""

    name = "twilio"

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._http = TimedHttpClient(settings.base_url, settings.timeout)
        self._client = Client(settings.account_sid, settings.auth_token, http_client=self._http)

    async def send(self, message: Outgoing) -> Accepted:
        """One request; raises `Refused`, `Unavailable` or `Unclear`."""
        settings = self._settings
        guard_number(message.to)
        guard_region(message.to, settings.region, settings.mode, settings.assessment_document)
        return accepted(await self._post(request_fields(message, settings)))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _post(self, fields: dict[str, object]) -> Any:
        wire = _Wire()
        _wire.set(wire)
        try:
            return await self._client.messages.create_async(**fields)
        except (TwilioRestException, TwilioServiceException) as answer:
            # "from None": the SDK's message repeats the number.
            raise verdict(answer.status, answer.code) from None
        except (ClientError, OSError, TimeoutError) as fault:
            raise wire_fault(fault, connected=wire.connected) from fault
        except (ValueError, TypeError, AttributeError, LookupError):
            # The SDK stumbles in these ways over an answer of 2xx that isn't what it should be.
            raise Unclear("短信服务商的应答无法读懂，短信可能已经发出。") from None


class TimedHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]
    """The SDK's client with what it lacks: a time-out in each request, and a base address of our own."""

    session: ClientSession | None

    def __init__(self, base_url: str, timeout: timedelta) -> None:
        super().__init__(pool_connections=False)
        self._base_url = base_url.rstrip("/")
        self._seconds = timeout.total_seconds()

    async def request(self, method: str, url: str, **rest: Any) -> Any:
        """As the SDK's own, to our address; 429 is answered here because the SDK drops the headers."""
        # A session needs a running loop, which the constructor may not have.
        self.session = self.session or ClientSession(trace_configs=[_trace()])
        target = self._base_url + urlsplit(url)._replace(scheme="", netloc="").geturl()
        response = await super().request(method, target, **{**_signed(rest), "timeout": self._seconds})
        if response.status_code == 429:
            raise too_fast(response.headers.get("Retry-After"))
        return response

    def log_request(self, kwargs: Any) -> None:
        """Nothing: the SDK would log numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing, likewise."""


def _signed(rest: Mapping[str, Any]) -> dict[str, Any]:
    """The SDK's arguments with the account in the header, since aiohttp gives up the object that the SDK makes of it."""
    account = base64.b64encode(":".join(rest["auth"]).encode()).decode()
    return {**rest, "auth": None, "headers": {**rest["headers"], "Authorization": f"Basic {account}"}}


@dataclass
class _Wire:
    """How far one send has come: without a connection nothing can have been sent."""

    connected: bool = False


def _trace() -> TraceConfig:
    async def connected(session: ClientSession, context: SimpleNamespace, params: object) -> None:
        _wire.get(_Wire()).connected = True

    trace = TraceConfig()
    trace.on_connection_create_end.append(connected)
    trace.on_connection_reuseconn.append(connected)
    return trace


def request_fields(message: Outgoing, settings: TwilioSettings) -> dict[str, object]:
    """The SDK's arguments for one text; raises `Refused` where its time is over."""
    seconds = int(message.valid_for.total_seconds())
    if seconds < 1:
        raise Refused("短信所说的时间已过，没有发送。", code="too_late", reason="rejected")
    fields: dict[str, object] = {
        "to": message.to,
        "body": message.text,
        "validity_period": min(seconds, LONGEST_VALIDITY),
    }
    fields["messaging_service_sid" if settings.sender.startswith("MG") else "from_"] = settings.sender
    if settings.receipts_url:
        fields["status_callback"] = settings.receipts_url
    return fields


def accepted(answer: Any) -> Accepted:
    """What a 2xx answer proves; without a message's id it proves nothing, and `Unclear` is raised."""
    if not isinstance(answer.sid, str) or not _message_sid.fullmatch(answer.sid):
        raise Unclear("短信服务商的应答里没有消息编号，短信可能已经发出。")
    known = isinstance(answer.status, str) and answer.status in STATUS_RANK
    return Accepted(answer.sid, answer.status if known else "accepted")


def verdict(status: int, code: object) -> ProviderError:
    """What an error answer means, by Twilio's code first and the HTTP status second."""
    number = code if isinstance(code, int) and code >= FIRST_CODE else None
    if status >= 500:
        return Unclear(f"短信服务商应答异常（HTTP {status}），短信可能已经发出。")
    if number in QUEUE_FULL or status == 429:
        return too_fast(None)
    if number in OUR_FAULT or status in OUR_FAULT_STATUS:
        return our_fault(status, number)
    if number is None:
        return Unclear(f"收到无法识别的应答（HTTP {status}），短信可能已经发出。")
    return refused(number)


def refused(code: int) -> Refused:
    """Final answers about this number or this text."""
    if code in BAD_NUMBER:
        return Refused(f"号码无效或不能接收短信（{code}）。", code=str(code), reason="bad_number")
    if code in OPTED_OUT:
        return Refused(f"对方已退订短信（{code}），请改用其他方式联系。", code=str(code), reason="opted_out")
    return Refused(f"短信服务商拒收此短信（{code}）。", code=str(code), reason="rejected")


def too_fast(retry_after: str | None) -> Unavailable:
    """The queue is full; `retry_after` is the header, in seconds (its form as a date is ignored)."""
    seconds = re.fullmatch(r"[0-9]{1,5}", retry_after or "")
    wait = timedelta(seconds=int(seconds.group())) if seconds else None
    return Unavailable("短信服务商繁忙，没有发出，稍后再发。", retry_after=wait)


def our_fault(status: int, code: int | None) -> Unavailable:
    """Nothing goes out until the settings are mended: said in the log too."""
    _log.error("Twilio refuses our account, sender or permissions: HTTP %s, code %s; nothing was sent", status, code)
    sentence = f"短信通道的账号、令牌、发送号码或权限设置有误（HTTP {status}，{code or '无代码'}），没有发出：请管理员检查设置。"
    return Unavailable(sentence, ours=True)


def wire_fault(fault: Exception, *, connected: bool) -> ProviderError:
    """A broken wire: before there was a connection nothing can have been sent, after that it may have been."""
    kind = type(fault).__name__
    if connected:
        return Unclear(f"与短信服务商的连接中断或超时（{kind}），短信可能已经发出。")
    return Unavailable(f"连不上短信服务商（{kind}），没有发出，稍后再发。")


def verify_signature(url: str, params: Mapping[str, str], signature: str | None, token: str) -> bool:
    """The receipt was signed with our token for exactly this public address, query included."""
    return bool(token and signature and RequestValidator(token).validate(url, params, signature))


def parse_receipt(params: Mapping[str, str]) -> Receipt:
    """The receipt in a verified form; parameters that we don't know are ignored. Raises `Refusal`."""
    reference = params.get("MessageSid") or params.get("SmsSid")
    status = params.get("MessageStatus") or params.get("SmsStatus")
    if not reference or not status:
        raise Refusal("回执缺少消息编号或状态。")
    code = params.get("ErrorCode") or ""
    return Receipt(reference, status, int(code) if re.fullmatch(r"[0-9]{1,9}", code) else None)
