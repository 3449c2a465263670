"""A real server on a free port, and a browser's tab for each of the cast."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.async_api import Browser, BrowserContext, Page

from supervision.access.sessions import COOKIE
from tests.browser_tools import DESK, HEIGHTS, Troubles
from tests.conftest import ROOT

PATIENCE = 90  # seconds, for a process to come up on a busy machine


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(environment: dict[str, str], log: Path) -> AsyncIterator[str]:
    """`supervision serve` as a process of its own; the address. What it says goes to the log."""
    port = free_port()
    command = [sys.executable, "-m", "supervision.cli", "serve", "--port", str(port)]
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *command, env=os.environ | environment, cwd=ROOT, stdout=said, stderr=said, start_new_session=True
        )
        try:
            await _answers(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), PATIENCE)


async def _answers(process: asyncio.subprocess.Process, address: str, log: Path) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(PATIENCE * 10):
            assert process.returncode is None, log.read_text(encoding="utf-8")
            try:
                if (await client.get(f"{address}/health")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"no answer after {PATIENCE} s: {log.read_text(encoding='utf-8')}")


@dataclass
class Site:
    """A server with a browser at it; `tokens`: login → the token of a session of theirs."""

    address: str
    browser: Browser
    tokens: dict[str, str] = field(default_factory=dict)
    troubles: list[Troubles] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")

    async def tab(self, login: str | None = None, *, width: int = DESK, expected: Iterable[int] = ()) -> Page:
        """A new tab, signed in as this member of the staff, whose troubles are counted."""
        context = await self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": HEIGHTS[width]}, locale="zh-CN"
        )
        self.contexts.append(context)
        self.troubles.append(Troubles(context, self.host, expected))
        if login:
            await context.add_cookies([{"name": COOKIE, "value": self.tokens[login], "url": self.address}])
        return await context.new_page()

    def said(self) -> list[str]:
        """Everything that went wrong in the tabs since this was last asked."""
        said = [one for troubles in self.troubles for one in troubles]
        for troubles in self.troubles:
            troubles.clear()
        return said

    async def close_tabs(self) -> list[str]:
        """Close all contexts; everything that went wrong in them."""
        said = self.said()
        for context in self.contexts:
            await context.close()
        self.contexts.clear()
        self.troubles.clear()
        return said
