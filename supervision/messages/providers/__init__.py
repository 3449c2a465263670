"""Ways of sending texts: one file each, one line in `open_provider`."""

from collections.abc import Callable

from supervision.config import Settings
from supervision.errors import Refusal
from supervision.messages.providers.base import (
    DEMO_PREFIX,
    STATUS_RANK,
    WIRE_TIMEOUT,
    Accepted,
    Outgoing,
    Provider,
    ProviderError,
    Receipt,
    Refused,
    Unavailable,
    Unclear,
    is_demo_number,
    is_final,
    later,
)
from supervision.messages.providers.console import ConsoleProvider

__all__ = [
    "DEMO_PREFIX",
    "STATUS_RANK",
    "WIRE_TIMEOUT",
    "Accepted",
    "Outgoing",
    "Provider",
    "ProviderError",
    "Receipt",
    "Refused",
    "Unavailable",
    "Unclear",
    "is_demo_number",
    "is_final",
    "later",
    "open_provider",
]


def open_provider(settings: Settings, *, receipts_path: str = "", write: Callable[[str], object] = print) -> Provider:
    """The provider that the settings name; `write` is where console shows its texts. Raises `Refusal`."""
    if settings.sms == "console":
        return ConsoleProvider(write, settings.mode)
    if settings.sms == "twilio":
        # Imported here: the SDK is heavy, and commands that send nothing shouldn't wait for it.
        from supervision.messages.providers.twilio import TwilioProvider, twilio_settings

        return TwilioProvider(twilio_settings(settings, receipts_path))
    raise Refusal(f"没有名为“{settings.sms}”的短信通道；可用：console（培训）、twilio。")
