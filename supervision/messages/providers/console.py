"""The provider for training: shows what would be sent, and sends nothing."""

from collections import deque
from collections.abc import Callable

from supervision.errors import Refusal
from supervision.messages.providers.base import Accepted, Outgoing

KEPT_TEXTS = 1000


class ConsoleProvider:
    """Writes each text whole, number included; therefore refuses to start outside training."""

    name = "console"

    def __init__(self, write: Callable[[str], object], mode: str) -> None:
        if mode != "training":
            raise Refusal("console 通道会显示完整的号码和内容，只能用于培训模式；请改设短信通道。")
        self._write = write
        self.kept: deque[Outgoing] = deque(maxlen=KEPT_TEXTS)

    async def send(self, message: Outgoing) -> Accepted:
        """Show and keep the text; it counts as sent, never as delivered."""
        self.kept.append(message)
        self._write(f"[短信·未真正发送] {message.to} {message.text}")
        return Accepted(f"console-{message.reference}", "sent")

    async def close(self) -> None:
        """Nothing is held open."""
