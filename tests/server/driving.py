"""One session, and one page's stream of it, driven as a script would: over HTTP and WebSocket alone."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx2
import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from starlette.testclient import TestClient, WebSocketTestSession

Array = NDArray[Any]


def to_npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def strict_json(text: str) -> Any:
    """As a browser reads it: Python's own reader would take NaN and Infinity."""
    return json.loads(text, parse_constant=refuse_constant)


class SessionDriver:
    """A session by its id."""

    def __init__(self, client: TestClient, session_id: str) -> None:
        self.client = client
        self.id = session_id
        self.url = f"/api/sessions/{session_id}"

    def request(self, method: str, path: str = "", **options: Any) -> httpx2.Response:
        return self.client.request(method, self.url + path, **options)

    def call(self, method: str, path: str = "", **options: Any) -> Any:
        """The answer's JSON; an error fails the test."""
        answer = self.request(method, path, **options)
        assert answer.is_success, answer.text
        return strict_json(answer.text)

    def info(self) -> Any:
        return self.call("GET")

    def advance(self, unit: str = "step", count: int = 1) -> Any:
        return self.call("POST", "/advance", json={"unit": unit, "count": count})

    def run(self, **wanted: Any) -> Any:
        return self.call("POST", "/run", json=wanted)

    def train(self, **change: Any) -> Any:
        return self.call("PATCH", "/training", json=change)

    def tensor(self, name: str) -> Array:
        """Bit for bit, by npy."""
        answer = self.request("GET", f"/tensors/{name}", params={"format": "npy"})
        assert answer.is_success, answer.text
        array: Array = np.load(io.BytesIO(answer.content), allow_pickle=False)
        return array

    def put(self, name: str, array: Array) -> httpx2.Response:
        headers = {"content-type": "application/x-npy"}
        return self.request("PUT", f"/tensors/{name}", content=to_npy(array), headers=headers)

    def names(self, *roles: str) -> list[str]:
        """Tensors of these roles, of all where none is named, that are known at this position."""
        listed = self.call("GET", "/tensors")
        return [tensor["name"] for tensor in listed if tensor["known"] and (not roles or tensor["role"] in roles)]

    def tensors(self, *roles: str) -> dict[str, Array]:
        return {name: self.tensor(name) for name in self.names(*roles)}

    def bits(self, *roles: str) -> dict[str, bytes]:
        """The same to the last bit, NaN and the sign of zero included."""
        return {name: tensor.tobytes() for name, tensor in self.tensors(*roles).items()}

    def state(self) -> dict[str, Any]:
        """What a session says of itself and has recorded, and all that its future follows from."""
        tensors = self.bits("parameter", "batch", "statistic")
        return {"info": self.info(), "metrics": self.call("GET", "/metrics"), **tensors}

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        before = self.state()
        yield
        assert self.state() == before

    @contextmanager
    def stream(self) -> Iterator["PageDriver"]:
        with self.client.websocket_connect(f"{self.url}/stream") as socket:
            yield PageDriver(socket)


@dataclass(frozen=True)
class DecodedFrame:
    """A frame as the public safetensors library reads it."""

    arrays: dict[str, Array]
    info: Any

    @classmethod
    def decode(cls, content: bytes) -> Self:
        length = int.from_bytes(content[:8], "little")
        metadata = strict_json(content[8 : 8 + length].decode())["__metadata__"]
        return cls(safetensors.numpy.load(content), strict_json(metadata["frame"]))

    @property
    def position(self) -> Any:
        return self.info["position"]


def view(view_id: str, tensor: str, shown_as: str = "values", **options: Any) -> dict[str, Any]:
    return {"id": view_id, "tensor": tensor, "as": shown_as, **options}


class PageDriver:
    """The page's end of a stream."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket

    def show(self, *views: Mapping[str, Any]) -> None:
        self.socket.send_json({"type": "show", "views": views})

    def ready(self) -> None:
        self.socket.send_json({"type": "ready"})

    def frame(self) -> DecodedFrame:
        """The next message, which must be a frame."""
        return DecodedFrame.decode(self.socket.receive_bytes())

    def next_frame(self) -> DecodedFrame:
        self.ready()
        return self.frame()

    def error(self) -> Any:
        """The next message, which must be a typed error."""
        return strict_json(self.socket.receive_text())

    def error_after_frames(self) -> Any:
        """The next typed error, whatever frames a ready page is sent before."""
        while (message := self.socket.receive()).get("text") is None:
            assert message["type"] == "websocket.send", message
            self.ready()
        return strict_json(message["text"])

    def nothing_was_sent(self) -> bool:
        """Whether the answer to a wrong message is the first thing that comes: messages keep their order."""
        self.socket.send_text("a fence")
        message = self.socket.receive()
        return message["type"] == "websocket.send" and message.get("text") is not None
