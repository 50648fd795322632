"""`python -m server`: listen, say where, serve until told to stop."""

import contextlib
import socket
import sys
import webbrowser

import uvicorn
from pydantic import ValidationError
from pydantic_settings import CliApp

from server.app import create_app
from server.database import Unusable
from server.settings import Settings
from server.validation import describe_errors


def main() -> None:
    """Read the settings and serve. Exits with 1 and one line where the address or the store cannot be had."""
    try:
        settings = CliApp.run(Settings)
    except ValidationError as error:
        sys.exit(f"A setting is wrong: {describe_errors(error.errors())}. See python -m server --help.")
    # Bound here and not by uvicorn: a port in use is known before anything is set up, and port 0 gets its number.
    try:
        listener = _listen(settings.host, settings.port)
    except OSError as error:
        sys.exit(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
            "Choose another port with --port, or another address with --host."
        )
    try:
        app = create_app(settings)
    except Unusable as error:
        sys.exit(f"Gradient Flow cannot start: {error}.")
    url = page_url(settings.host, listener.getsockname()[1])
    print(f"Gradient Flow is at {url} (Ctrl+C ends it)", flush=True)
    if settings.open:
        webbrowser.open(url)
    config = uvicorn.Config(
        app,
        log_level="warning",
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # Frames are numbers, which hardly shrink.
        timeout_graceful_shutdown=3,
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after it has ended in good order.
        uvicorn.Server(config).run(sockets=[listener])


def page_url(host: str, port: int) -> str:
    """Where the page is; an IPv6 address goes into brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    family, kind, protocol, _, address = found
    # With the protocol named asyncio sends small answers at once; else each waits 40 ms for an acknowledgement.
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(128)
    return listener


if __name__ == "__main__":
    main()
