"""What all routes share: the way to the host, bodies of limited size, and errors as they are documented."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from server.errors import TooLarge
from server.host import SessionHost
from server.schemas import Later, Problem
from server.settings import Settings

MEANINGS = {
    404: "There is no such session, tensor or data set.",
    409: "Not possible at this position or in this state; the message says when it is.",
    413: "The body is larger than allowed.",
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


async def read_body(request: Request, limit: int) -> bytes:
    """The request's body. Raises TooLarge as soon as more than `limit` bytes have come."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"the body has more than {limit:,} bytes; that is the most that is accepted")
    return bytes(body)
