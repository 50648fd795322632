import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from server.ending import ToldOfTheEnd


async def sent_until_cancelled(kind: str, *, begins: bool) -> tuple[list[Message], bool]:
    """What an app sends whose request is cancelled while it waits, and whether the cancellation reaches the caller."""
    waits, sent = asyncio.Event(), []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if begins:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        waits.set()
        await asyncio.Event().wait()

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    task = asyncio.ensure_future(ToldOfTheEnd(app)({"type": kind}, receive, send))
    await waits.wait()
    task.cancel()
    await asyncio.wait([task])
    return sent, task.cancelled()


async def test_a_request_that_is_broken_off_is_told_so() -> None:
    (start, body), cancelled = await sent_until_cancelled("http", begins=False)
    assert start["status"] == 503
    assert b"the server ended before this was done" in body["body"]
    assert not cancelled


@pytest.mark.parametrize(("kind", "begins"), [("http", True), ("websocket", False)])
async def test_where_something_was_answered_already_or_it_is_a_stream_nothing_is_added(kind: str, begins: bool) -> None:
    sent, cancelled = await sent_until_cancelled(kind, begins=begins)
    assert len(sent) == begins
    assert cancelled
