"""What all routes share: the way to the host, bodies of limited size, and errors as they are documented."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from server.errors import TooLarge
from server.host import SessionHost
from server.limits import Shares, client_of
from server.schemas.base import Problem
from server.schemas.commands import Later
from server.schemas.sessions import SessionInfo
from server.settings import Settings

MEANINGS = {
    404: "There is no such session, tensor or data set.",
    409: "Not possible at this position or in this state; the message says when it is.",
    413: "The body is larger than allowed.",
    401: "There is no token, or a wrong one; only where the server wants one.",
    403: "Under this name, from this page or with this token it is not allowed.",
    429: "More than are allowed at a time; the message says of what.",
    503: "It cannot be saved now, and so was not acknowledged; the message says why. It is tried again by itself.",
    422: "A value is wrong or out of range; the message names it and what is allowed.",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of a route's errors."""
    return {status: {"model": Problem, "description": MEANINGS[status]} for status in statuses}


def get_host(request: Request) -> SessionHost:
    """The app's session host."""
    host: SessionHost = request.app.state.host
    return host


def get_settings(request: Request) -> Settings:
    """The app's settings."""
    settings: Settings = request.app.state.settings
    return settings


Host = Annotated[SessionHost, Depends(get_host)]
AppSettings = Annotated[Settings, Depends(get_settings)]
SessionId = Annotated[str, Path(description="The session's id.")]
TensorName = Annotated[str, Path(description="The tensor's name: logits, dlogits, dlogits.norm_logits.")]
GradientName = Annotated[str, Path(description="The gradient's name: dlogits.")]

LaterSteps = Annotated[
    Later | None,
    Query(
        description="Before its last step a session refuses a change, which would make what came later untrue; "
        "`discard` throws that away."
    ),
]


@dataclass(frozen=True)
class SessionMaker:
    """The client of a request that makes a session: it may not have too many."""

    client: str
    shares: Shares
    host: SessionHost

    async def make(self, making: Callable[[], Awaitable[SessionInfo]]) -> SessionInfo:
        """Make one, if another is allowed. Raises TooMany, and what the making raises."""
        self.shares.check(self.client, self.host.session_ids())
        info = await making()
        self.shares.note(self.client, info.id)
        return info


def get_session_maker(request: Request) -> SessionMaker:
    """Whoever sends this request."""
    return SessionMaker(client_of(request.scope), request.app.state.shares, get_host(request))


Maker = Annotated[SessionMaker, Depends(get_session_maker)]


async def read_body(request: Request, limit: int) -> bytes:
    """The request's body. Raises TooLarge as soon as more than `limit` bytes have come."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"the body has more than {limit:,} bytes; that is the most that is accepted")
    return bytes(body)
