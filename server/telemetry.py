"""What the server does, counted for Prometheus: requests, refusals, sessions, streams, frames, steps.

The metrics belong to the process, as is usual with prometheus-client: whatever counts imports its counter from here.
"""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
# A click should be answered in a tenth of a second, a frame comes every sixtieth.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter(
    "gradient_flow_requests", "Requests that were answered.", ["method", "route", "status"], registry=REGISTRY
)
LATENCY = Histogram(
    "gradient_flow_request_seconds", "Until the answer began.", ["method", "route"], buckets=SECONDS, registry=REGISTRY
)
REFUSALS = Counter("gradient_flow_refusals", "Requests that were refused, by status.", ["status"], registry=REGISTRY)
STEPS = Counter("gradient_flow_steps", "Training steps that were made.", registry=REGISTRY)
FRAMES = Counter("gradient_flow_frames", "Frames that were sent.", registry=REGISTRY)
FRAME_BYTES = Counter("gradient_flow_frame_bytes", "Bytes of the frames that were sent.", registry=REGISTRY)
STREAMS = Gauge("gradient_flow_streams", "Pages that are being streamed to.", registry=REGISTRY)
SESSIONS = Gauge("gradient_flow_sessions", "Sessions, awake or at rest.", ["state"], registry=REGISTRY)

NO_ROUTE = "none"  # Names that somebody has made up are not to become labels.


class Measured:
    """Wraps an app: each of its answers is counted and timed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun_at = time.perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                _count(scope, message["status"], time.perf_counter() - begun_at)
            await send(message)

        return await self._app(scope, receive, send_and_count)


def _count(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", NO_ROUTE)
    REQUESTS.labels(scope["method"], route, status).inc()
    LATENCY.labels(scope["method"], route).observe(seconds)
    if 400 <= status < 500:
        REFUSALS.labels(status).inc()
