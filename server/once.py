"""A command that is sent twice counts once: who repeats one, since no answer came, gives it the same number.

Here the answers of this server are kept. What an earlier one carried out, the session host knows from the log.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.limits import READS
from server.log import command_key

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
MOST_KEPT = 4096  # Answers; the oldest are forgotten first.
LARGEST_KEPT = 1_000_000  # Bytes of an answer
TRANSIENT = {429, 500, 503}  # Whoever was answered so is to try again.


@dataclass
class _Given:
    """A command, and its answer once that is there."""

    asked: tuple[str, str]  # Method, and path with query
    answer: "asyncio.Future[list[Message] | None]" = field(default_factory=asyncio.Future)


class Once:
    """Wraps an app: of commands with the same key the first is carried out, and its answer given to all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._given: OrderedDict[str, _Given] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if key is None or scope["method"] in READS:
            return await self._app(scope, receive, send)
        asked = (scope["method"], f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
        known = self._given.get(key)
        if len(key) > LONGEST_KEY or (known is not None and known.asked != asked):
            detail = f"{HEADER}: up to {LONGEST_KEY} characters, and another one for another command"
            return await JSONResponse({"detail": detail}, 422)(scope, receive, send)
        if known is not None:
            answer = await asyncio.shield(known.answer)
            if answer is not None:
                for message in answer:
                    await send(message)
                return None
        return await self._carry_out(key, asked, scope, receive, send)

    async def _carry_out(self, key: str, asked: tuple[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        given = self._given[key] = _Given(asked)
        while len(self._given) > MOST_KEPT:
            self._given.popitem(last=False)
        answer: list[Message] = []

        async def send_and_keep(message: Message) -> None:
            answer.append(message)
            await send(message)

        token = command_key.set(key)
        try:
            await self._app(scope, receive, send_and_keep)
        finally:
            command_key.reset(token)
            is_whole = bool(answer) and not answer[-1].get("more_body", False)
            size = sum(len(message.get("body", b"")) for message in answer)
            if is_whole and size <= LARGEST_KEPT and answer[0]["status"] not in TRANSIENT:
                given.answer.set_result(answer)
            else:
                given.answer.set_result(None)
                self._given.pop(key, None)
