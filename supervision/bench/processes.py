"""Processes that a bench starts beside itself, each on a free port, and ends."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import aiohttp

from supervision.errors import Refusal

LOOK_SECONDS: Final = 0.1
LOOKS: Final = 600


@contextlib.asynccontextmanager
async def started(
    module: str, words: Sequence[str] = ("{port}",), environment: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """A module run as a program on a free port, `{port}` in its words: its address and what it prints."""
    port = _free_port()
    command = [sys.executable, "-m", module, *(word.replace("{port}", str(port)) for word in words)]
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | (environment or {}), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{port}", process.stdout
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


async def answers(url: str) -> None:
    """Wait until the address answers. Raises Refusal after a minute."""
    async with aiohttp.ClientSession() as session:
        for _ in range(LOOKS):
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(LOOK_SECONDS)
    raise Refusal(f"{url} doesn't answer.")
