"""Ways of sending texts: one file each, one line in `open_provider`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from supervision.messages.providers.twilio import TwilioSettings

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


def open_provider(
    name: str, *, mode: str, write: Callable[[str], object] = print, twilio: "TwilioSettings | None" = None
) -> Provider:
    """The provider of that name; `write` is where console shows its texts. Raises `Refusal`."""
    if name == "console":
        return ConsoleProvider(write, mode)
    if name == "twilio" and twilio is not None:
        # Imported here: the SDK is heavy, and commands that send nothing shouldn't wait for it.
        from supervision.messages.providers.twilio import TwilioProvider

        return TwilioProvider(twilio)
    raise Refusal(f"没有名为“{name}”的短信通道，或者它的设置不全；可用：console（培训）、twilio。")
