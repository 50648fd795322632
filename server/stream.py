"""The stream: a page says what it shows and when it is ready; it is sent the newest frame, never a stale one."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from server import telemetry
from server.errors import NotFound, SessionError, TooLarge, TooMany
from server.host import SessionHost
from server.validation import describe_errors
from server.views import ClientMessage, Ready, StreamError, View

router = APIRouter()

SESSION_GONE = 4404  # Close code: there is no such session (any more).
SESSION_FULL = 4429  # Close code: it has as many streams as are allowed.
TRY_AGAIN = 1013
READY_AT_MOST = 2  # One frame is prepared while another is on its way; of more a slow page would see old ones.


@router.websocket("/api/sessions/{session_id}/stream")
async def stream(websocket: WebSocket, session_id: str) -> None:
    """Serve one page until it goes or its session does."""
    await websocket.accept()
    state = websocket.app.state
    client = StreamClient(websocket, state.host, session_id, state.settings.max_view_cells)
    with contextlib.suppress(WebSocketDisconnect):
        try:
            with state.streams.one_more(session_id), telemetry.STREAMS.track_inprogress():
                await client.serve()
        except TooMany as error:
            await client.send_error("too_many_streams", str(error))
            await websocket.close(SESSION_FULL, "too many streams")
        except NotFound as error:
            await client.send_error("unknown_session", str(error))
            await websocket.close(SESSION_GONE, "unknown session")
        except SessionError as error:  # It cannot be woken now; the page comes again.
            await client.send_error("unavailable", str(error))
            await websocket.close(TRY_AGAIN, "try again later")


class StreamClient:
    """One page's stream: what it shows, whether it is ready, and what it has been sent."""

    def __init__(self, websocket: WebSocket, host: SessionHost, session_id: str, most_cells: int) -> None:
        self._websocket = websocket
        self._host = host
        self._session_id = session_id
        self._most_cells = most_cells
        self._views: tuple[View, ...] = ()
        self._awaited = 0
        self._ready = asyncio.Event()  # While a frame is awaited.
        self._shows_other_views = asyncio.Event()
        self._version = -1
        self._next_step = 0
        self._discards: int | None = None

    async def serve(self) -> None:
        """Read and send until either ends."""
        await self._host.info(self._session_id)
        await _first_to_end(self._read(), self._send())

    async def send_error(self, code: str, detail: str) -> None:
        """A typed error; the stream goes on."""
        await self._websocket.send_text(StreamError.model_validate({"code": code, "detail": detail}).model_dump_json())

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                await self.send_error("malformed_message", "messages are JSON text, this one was binary")
                continue
            try:
                parsed = ClientMessage.validate_json(text)
            except ValidationError as error:
                await self.send_error("malformed_message", describe_errors(error.errors()))
                continue
            if isinstance(parsed, Ready):
                self._awaited = min(self._awaited + 1, READY_AT_MOST)
                self._ready.set()
            else:
                await self._show(parsed.views)

    async def _show(self, views: tuple[View, ...]) -> None:
        try:
            await self._host.check_views(self._session_id, views, self._most_cells)
        except TooLarge as error:
            await self.send_error("too_many_cells", str(error))
            return
        except NotFound as error:
            await self._host.info(self._session_id)  # Raises where it is the session that is gone.
            await self.send_error("unknown_tensor", str(error))
            return
        self._views = views
        self._version = -1  # Other views need a frame even of the same state.
        self._shows_other_views.set()

    async def _send(self) -> None:
        while True:
            await self._ready.wait()
            self._shows_other_views.clear()
            frame = asyncio.ensure_future(
                self._host.next_frame(
                    self._session_id,
                    self._views,
                    after=self._version,
                    metrics_from=self._next_step,
                    discards=self._discards,
                )
            )
            try:
                await _first_to_end(asyncio.wait([frame]), self._shows_other_views.wait())
                if self._shows_other_views.is_set():
                    continue
                newest = await frame
            finally:
                frame.cancel()
            # Before it is sent: while it is, the page may show other views, which asks for a frame of any version.
            self._version, self._next_step, self._discards = newest.version, newest.next_step, newest.discards
            self._awaited -= 1
            if not self._awaited:
                self._ready.clear()
            await self._websocket.send_bytes(newest.content)
            telemetry.FRAMES.inc()
            telemetry.FRAME_BYTES.inc(len(newest.content))


async def _first_to_end(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Run all until one ends, then end the others; an error of the first goes on."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)  # Which lets a cancellation from outside through as it is; gather makes another.
        for task in tasks:
            if not task.cancelled():
                task.exception()  # Looked at, so that asyncio does not complain.
