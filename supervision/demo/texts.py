"""The demo's way of sending texts: the console without its output, that fails for the two people of whom a case says so."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from supervision.clock import Clock
from supervision.messages.providers import Accepted, Outgoing, Refused, Unclear
from supervision.messages.providers.console import ConsoleProvider
from supervision.messages.recipients import international

UNCLEAR: Final = "unclear_text"
BAD: Final = "bad_number"


@dataclass
class DemoProvider:
    """`fails`: number → from when on which failure comes. An unclear answer comes once."""

    clock: Clock
    fails: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    name: str = "console"
    _console: ConsoleProvider = field(default_factory=lambda: ConsoleProvider(lambda line: None, "training"))

    def let_fail(self, phone: str, since: datetime, how: str) -> None:
        """From that moment on texts to this number fail."""
        self.fails[international(phone)] = (since, how)

    async def send(self, message: Outgoing) -> Accepted:
        """As the console does; raises `Unclear` or `Refused` for the numbers of the cases."""
        since, how = self.fails.get(message.to, (None, ""))
        if since is not None and self.clock.now() >= since:
            self._fail(message, how)
        return await self._console.send(message)

    def _fail(self, message: Outgoing, how: str) -> None:
        if how == BAD:
            raise Refused("号码无法接收短信（空号）。", code="demo_bad_number", reason="bad_number")
        del self.fails[message.to]
        raise Unclear("通道没有在规定时间内答复，不知是否已发出。")

    async def close(self) -> None:
        """Nothing is held open."""
