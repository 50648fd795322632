"""What a page may do while a frame is on its way, with a socket that takes its time."""

import asyncio
import json
from typing import Any

from server.frames import Frame
from server.stream import StreamClient

VERSION = 5


class SlowSocket:
    """Gives the messages it is fed; a frame is on its way until it is released."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.released = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        return await self.messages.get()

    async def send_bytes(self, content: bytes) -> None:
        self.frames.put_nowait(content)
        await self.released.wait()

    def say(self, message: dict[str, Any]) -> None:
        self.messages.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})


class StillHost:
    """A session that does not change: one frame of each choice of views, and never another."""

    def __init__(self) -> None:
        self.shown = asyncio.Event()

    async def info(self, session_id: str) -> None:
        return None

    async def check_views(self, session_id: str, views: tuple[Any, ...], most_cells: int) -> None:
        self.shown.set()

    async def next_frame(
        self, session_id: str, views: tuple[Any, ...], *, after: int, metrics_from: int, discards: int | None = None
    ) -> Frame:
        if after >= VERSION:
            await asyncio.Event().wait()
        return Frame(",".join(view.tensor for view in views).encode(), VERSION, 0)


async def test_views_shown_while_a_frame_is_on_its_way_get_a_frame_too() -> None:
    socket = SlowSocket()
    host = StillHost()
    client = StreamClient(socket, host, "a", 1000)  # type: ignore[arg-type]
    serving = asyncio.ensure_future(client.serve())
    socket.say({"type": "ready"})
    assert await asyncio.wait_for(socket.frames.get(), 10) == b""
    socket.say({"type": "show", "views": [{"id": "1", "tensor": "h", "as": "values"}]})
    socket.say({"type": "ready"})
    await host.shown.wait()
    socket.released.set()
    assert await asyncio.wait_for(socket.frames.get(), 10) == b"h"
    socket.messages.put_nowait({"type": "websocket.disconnect"})
    await serving
