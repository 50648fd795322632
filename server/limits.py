"""How much one client may ask for: the size of a body, commands a second, sessions, and streams of one session."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from re import Pattern

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import TooMany

READS = {"GET", "HEAD", "OPTIONS"}


class BodyLimit:
    """Wraps an app: bodies of more bytes are refused, in one piece or in chunks, before anything is made of them.

    On paths that match `larger` the route itself reads the body, with a limit of its own.
    """

    def __init__(self, app: ASGIApp, limit: int, larger: Sequence[Pattern[str]]) -> None:
        self._app = app
        self._limit = limit
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or any(pattern.fullmatch(scope["path"]) for pattern in self._larger):
            return await self._app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "")
        read = None if announced.isdecimal() and int(announced) > self._limit else await self._read(receive)
        if read is None:
            detail = f"the body has more than {self._limit:,} bytes; that is the most that is accepted here"
            return await JSONResponse({"detail": detail}, 413, {"Connection": "close"})(scope, receive, send)
        messages = iter(read)

        async def again() -> Message:
            return next(messages, None) or await receive()

        return await self._app(scope, again, send)

    async def _read(self, receive: Receive) -> list[Message] | None:
        """All of the body, message by message; None once it is too large."""
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._limit:
                return None
            if message["type"] != "http.request" or not message.get("more_body", False):
                return messages


class CommandRate:
    """Wraps an app: of each client, told by its address, so many commands a second; what only reads is free."""

    def __init__(self, app: ASGIApp, per_second: int) -> None:
        self._app = app
        self._per_second = per_second
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._allowed = RateLimitItemPerSecond(per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_command = scope["type"] == "http" and scope["method"] not in READS
        if is_command and not self._limiter.hit(self._allowed, client_of(scope)):
            detail = f"more than {self._per_second:,} commands in a second; wait one, and send fewer"
            return await JSONResponse({"detail": detail}, 429, {"Retry-After": "1"})(scope, receive, send)
        return await self._app(scope, receive, send)


class Streams:
    """How many streams each session has."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, session_id: str) -> Iterator[None]:
        """While a stream of this session is open. Raises TooMany."""
        if self._open[session_id] >= self._most:
            raise TooMany(f"this session has {self._most:,} streams, and takes no more; close a page that shows it")
        self._open[session_id] += 1
        try:
            yield
        finally:
            self._open[session_id] -= 1
            if not self._open[session_id]:
                del self._open[session_id]


class Shares:
    """How many sessions there may be, and how many of them may be one client's."""

    def __init__(self, most: int, most_of_a_client: int) -> None:
        self._most = most
        self._most_of_a_client = most_of_a_client
        self._made_by: dict[str, str] = {}  # The client that has made a session; of those from before a start, nobody

    def check(self, client: str, existing: Sequence[str]) -> None:
        """Raise TooMany where another session would be one too many."""
        alive = set(existing)
        self._made_by = {session: maker for session, maker in self._made_by.items() if session in alive}
        if len(existing) >= self._most:
            raise TooMany(
                f"there are {len(existing):,} sessions, and {self._most:,} are the most that are kept (setting "
                "max_sessions); delete one that is not needed: DELETE /api/sessions/{id}"
            )
        own = sum(maker == client for maker in self._made_by.values())
        if own >= self._most_of_a_client:
            raise TooMany(
                f"{own:,} of the sessions were made from here, and {self._most_of_a_client:,} are the most for one "
                "client (setting max_sessions_of_a_client); delete one that is not needed: DELETE /api/sessions/{id}"
            )

    def note(self, client: str, session_id: str) -> None:
        """A client has made this session."""
        self._made_by[session_id] = client


def client_of(scope: Scope) -> str:
    """The address that a request comes from."""
    client = scope.get("client")
    return "unknown" if client is None else str(client[0])
