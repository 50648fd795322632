"""What the server says of itself: a readable line for each event, or JSON, with the id of the request it belongs to."""

import logging
import secrets
import sys
import time
from contextvars import ContextVar
from typing import Literal, TextIO

from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

HEADER = "X-Request-ID"
NO_REQUEST = "-"
TEXT = "%(asctime)s %(levelname)-7s %(request_id)s %(message)s"
FIELDS = ["asctime", "levelname", "name", "request_id", "message"]

log = logging.getLogger(__name__)
_request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)


def set_up_logs(level: Level, log_format: Format, stream: TextIO | None = None) -> None:
    """Have all that is logged in this process go to stderr, or to a stream, in this form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_with_request_id)
    handler.setFormatter(JsonFormatter(FIELDS) if log_format == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class Identified:
    """Wraps an app: each request has an id, which its answer and all that is logged about it carry.

    Of an address the query is left out: a token may stand in it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        request_id = secrets.token_hex(4)
        token = _request_id.set(request_id)
        begun_at = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
                milliseconds = 1000 * (time.perf_counter() - begun_at)
                extra = {"method": scope["method"], "path": scope["path"], "status": message["status"]}
                text = f"{scope['method']} {scope['path']!a} {message['status']} {milliseconds:.1f} ms"
                log.info(text, extra={**extra, "milliseconds": round(milliseconds, 1)})
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _request_id.reset(token)


def _with_request_id(record: logging.LogRecord) -> bool:
    record.request_id = _request_id.get()
    return True
