"""The provider for training: shows what would be sent, and sends nothing."""

from collections import deque
from collections.abc import Callable

from supervision.messages.providers.base import Accepted, Outgoing, Unavailable

KEPT_TEXTS = 1000


class ConsoleProvider:
    """Writes each text in training, of its number the last four digits; elsewhere it stands for "no channel is set up"."""

    name = "console"

    def __init__(self, write: Callable[[str], object], mode: str) -> None:
        self._write = write
        self._mode = mode
        self.kept: deque[Outgoing] = deque(maxlen=KEPT_TEXTS)

    async def send(self, message: Outgoing) -> Accepted:
        """Show and keep the text; it counts as sent, never as delivered. Raises `Unavailable` outside training."""
        if self._mode != "training":
            raise Unavailable("还没有设置短信通道，没有发出：请管理员设置 SUPERVISION_SMS。", ours=True)
        self.kept.append(message)
        self._write(f"[短信·未真正发送] *{message.to[-4:]} {message.text}")
        return Accepted(f"console-{message.reference}", "sent")

    async def close(self) -> None:
        """Nothing is held open."""
