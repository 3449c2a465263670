"""A stand-in for Twilio on this machine, a process of its own: it takes every text, after a while."""

import asyncio
import itertools
import sys
from typing import Final

from aiohttp import web

LATENCY: Final = 0.05
"""Seconds until an answer."""


def main() -> None:
    """Serve on the port until ended."""
    numbers = itertools.count()

    async def take(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(LATENCY)
        return web.json_response({"sid": f"SM{next(numbers):032x}", "status": "queued"}, status=201)

    async def ready(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", ready), web.post("/{path:.*}", take)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
