"""A page that asks for frames and never reads one: a bare socket, since any real client reads ahead."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.uri import parse_uri


@contextmanager
def read_nothing(url: str, views: list[dict[str, Any]]) -> Iterator[None]:
    """Open a stream, show these views, be ready, and leave everything that comes unread."""
    address = urlsplit(url)
    protocol = ClientProtocol(parse_uri(url.replace("http", "ws", 1)))
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        protocol.send_request(protocol.connect())
        connection.sendall(b"".join(protocol.data_to_send()))
        while protocol.handshake_exc is None and protocol.state.name == "CONNECTING":
            protocol.receive_data(connection.recv(4096))
        protocol.send_text(json.dumps({"type": "show", "views": views}).encode())
        for _ in range(20):
            protocol.send_text(b'{"type": "ready"}')
        connection.sendall(b"".join(protocol.data_to_send()))
        yield
