"""The server's end, for requests that are under way then: they are told of it."""

import asyncio

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WHY = "the server ended before this was done: ask again once it is back, and see there how far it came"


class ToldOfTheEnd:
    """Wraps an app: a request that the server's end breaks off is answered with 503, unless its answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except asyncio.CancelledError:  # uvicorn cancels what has not ended some seconds after it was told to.
            if scope["type"] != "http" or has_begun:
                raise
            await JSONResponse({"detail": WHY}, 503)(scope, receive, send)
