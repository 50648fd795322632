"""`python -m server`: listen, say where, serve until told to stop."""

import contextlib
import ctypes
import ipaddress
import secrets
import socket
import sys
import webbrowser
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from pydantic_settings import CliApp

from server.guard import Doors, Guard, Role, own_origins
from server.headers import SecurityHeaders, security_headers
from server.logs import Identified, set_up_logs
from server.settings import Settings
from server.validation import describe_errors

# Whoever may have gone without a word is asked so often, and let go where nothing is answered, or read, for so long.
SECONDS_BETWEEN_PINGS, SECONDS_TO_ANSWER = 4, 8
M_ARENA_MAX = -8  # Of glibc's malloc.h: how many heaps


def main() -> None:
    """Read the settings and serve. Exits with 1 and one line where the address or the store cannot be had."""
    try:
        settings = CliApp.run(Settings)
    except ValidationError as error:
        sys.exit(f"A setting is wrong: {describe_errors(error.errors())}. See python -m server --help.")
    set_up_logs(settings.log_level, settings.log_format)
    keep_memory_together()
    # Bound here and not by uvicorn: a port in use is known before anything is set up, and port 0 gets its number.
    try:
        listener = _listen(settings.host, settings.port)
    except OSError as error:
        sys.exit(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
            "Choose another port with --port, or another address with --host."
        )
    doors = doors_of(settings, listener)
    app = app_of(settings)
    # Where it is opened from elsewhere, its own address may be one that no browser knows, such as 0.0.0.0.
    url = f"{settings.origins.split(',')[0]}/" if settings.origins else page_url(settings.host, port_of(listener))
    for line in announcement(url, doors):
        print(line, flush=True)
    if settings.open:
        webbrowser.open(opened(url, doors, "present"))
    config = uvicorn.Config(
        Identified(SecurityHeaders(Guard(app, doors), security_headers(settings.frame_ancestors))),
        log_config=None,  # It logs as all others do;
        log_level="warning",
        access_log=False,  # whom it has answered, ours says.
        server_header=False,
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # Frames are numbers, which hardly shrink.
        ws_ping_interval=SECONDS_BETWEEN_PINGS,
        ws_ping_timeout=SECONDS_TO_ANSWER,
        timeout_graceful_shutdown=3,
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after it has ended in good order.
        uvicorn.Server(config).run(sockets=[listener])


def app_of(settings: Settings) -> FastAPI:
    """The app itself. Exits with 1 where its store cannot be used."""
    # Torch takes seconds to load: --help and a wrong setting are answered without it.
    from server.app import create_app
    from server.database import Unusable

    try:
        return create_app(settings)
    except Unusable as error:
        sys.exit(f"Gradient Flow cannot start: {error}.")


def keep_memory_together() -> None:
    """Have all threads share one heap, where the C library is glibc.

    Else each session's thread gets one of its own, full of gaps: a class of thirty was measured to grow by 12 MB a
    minute, and not at all with one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


def doors_of(settings: Settings, listener: socket.socket) -> Doors:
    """Who may come in. Exits with 1 where it is reached from elsewhere, and nobody has said under which name.

    Beyond this machine a token is needed, and made where none is given.
    """
    port = port_of(listener)
    given = {role: token.get_secret_value() for role, token in tokens_of(settings).items()}
    if not ipaddress.ip_address(listener.getsockname()[0]).is_loopback:
        if not settings.origins:
            sys.exit(
                f"{settings.host} is reached from beyond this machine: say under which addresses the page is opened, "
                f"such as --origins http://{socket.gethostname()}:{port}; or listen on 127.0.0.1."
            )
        given = {role: token or secrets.token_urlsafe(32) for role, token in given.items()}
    elif given["watch"] and not given["present"]:
        given["present"] = secrets.token_urlsafe(32)
    origins = {*own_origins(settings.host, port), *filter(None, settings.origins.split(","))}
    tokens = {role: token.encode() for role, token in given.items() if token}
    return Doors(frozenset(origins), tokens, cookie=f"gradient_flow_{port}")


def tokens_of(settings: Settings) -> dict[Role, SecretStr]:
    """The tokens that are set, by what they let one do."""
    return {"present": settings.token, "watch": settings.watch_token}


def announcement(url: str, doors: Doors) -> Iterator[str]:
    """Where the page is, for who may do everything and for who watches; the only place where tokens are told."""
    yield f"Gradient Flow is at {opened(url, doors, 'present')} (Ctrl+C ends it)"
    if "watch" in doors.tokens:
        yield f"To watch, and change nothing: {opened(url, doors, 'watch')}"


def opened(url: str, doors: Doors, role: Role) -> str:
    """The page's address with the token in it, if it takes one."""
    return f"{url}?token={doors.tokens[role].decode()}" if role in doors.tokens else url


def page_url(host: str, port: int) -> str:
    """Where the page is; an IPv6 address goes into brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def port_of(listener: socket.socket) -> int:
    """The port that it listens on, which the settings may have left open."""
    return int(listener.getsockname()[1])


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    family, kind, protocol, _, address = found
    # With the protocol named asyncio sends small answers at once; else each waits 40 ms for an acknowledgement.
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it: whoever takes nothing for so long, or is gone without a word, is let go.
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * SECONDS_TO_ANSWER)
    listener.bind(address)
    listener.listen(128)
    return listener


if __name__ == "__main__":
    main()
