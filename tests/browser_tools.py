"""A real Chromium for the tests: where it is found, and a tab that reports every trouble of its pages."""

import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, async_playwright

SETTING = "SUPERVISION_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
HINT = (
    "no Chromium found: run 'playwright install --with-deps chromium', "
    f"or 'apt-get install chromium fonts-noto-cjk', or set {SETTING}"
)
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=zh-CN",
    "--font-render-hinting=none",
]
DESK, PHONE = 1366, 390
HEIGHTS = {DESK: 768, PHONE: 844}
SCHEMES = ("light", "dark")
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
LEFT = "net::ERR_ABORTED"
"""The page was left while something of it was still loading: no fault of the site."""
AXE_RUN = "async (rules) => (await axe.run(rules)).violations.map((one) => [one.id, one.nodes.map((node) => String(node.target))])"


def find_chromium(own: Path | None = None) -> str | None:
    """The setting, else the browser that Playwright itself brought, else one on PATH."""
    if setting := os.environ.get(SETTING):
        return setting
    if own and own.exists():
        return str(own)
    return next(filter(None, map(shutil.which, NAMES)), None)


def need_chromium(own: Path | None = None) -> str:
    """The program; without one a test is skipped, and fails on a build machine, where a skip would mean nothing."""
    found = find_chromium(own)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HINT)
    return found


async def launch(playwright: Playwright) -> Browser:
    """A browser without a window; skips or fails when there is none."""
    program = need_chromium(Path(playwright.chromium.executable_path))
    return await playwright.chromium.launch(executable_path=program, args=ARGS)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser for the time of the block."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        try:
            yield browser
        finally:
            await browser.close()


class Troubles(list[str]):
    """What went wrong in the tabs of a context: console and page errors, failed requests, requests to other hosts.

    `expected`: answers that a test provokes, as Chromium's console says them (422 of a refused form).
    """

    def __init__(self, context: BrowserContext, host: str, expected: Iterable[int] = ()) -> None:
        super().__init__()
        self.host = host
        self.expected = [f"status of {status}" for status in expected]
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.append(f"page error: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failed)

    def _on_console(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not any(one in said.text for one in self.expected):
            self.append(f"console: {said.text}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.host:
            self.append(f"outside: {request.url}")

    def _on_failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.append(f"failed: {request.method} {request.url} {request.failure}")


async def show(tab: Page, width: int, scheme: Any = "light") -> None:
    """The loaded page in another window or theme, without loading it again."""
    await tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    await tab.emulate_media(color_scheme=scheme)


async def axe_faults(tab: Page) -> list[list[Any]]:
    """What axe finds against WCAG 2.1 A and AA: the rule and where. Axe is put into a page once."""
    if not await tab.evaluate("'axe' in window"):
        await tab.evaluate(Axe().axe_script)
    return await tab.evaluate(AXE_RUN, AXE_RULES)


PASSED_ON = ("content-type", "x-csrftoken")


async def answer(client: httpx.AsyncClient, route: Any) -> None:
    """A request of the browser, answered by the app in the test's own transaction."""
    request = route.request
    address = urlsplit(request.url)
    kept = {name: value for name, value in request.headers.items() if name.startswith("hx-") or name in PASSED_ON}
    reply = await client.request(
        request.method, f"{address.path}?{address.query}", content=request.post_data_buffer, headers=kept
    )
    if reply.status_code == 303:  # the browser can't follow a redirect that a route answers
        reply = await client.get(reply.headers["location"], headers=kept if "hx-request" in kept else {})
    await route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)
