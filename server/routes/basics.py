"""Is the server up, what does it do, and what ops are there."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest

import server
from server import telemetry
from server.routes.access import Host, errors
from server.schemas.base import Health
from server.schemas.ops import OpInfo

router = APIRouter(tags=["basics"])

METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Metrics as Prometheus reads them.", "content": {"text/plain": {}}}
}


@router.get("/api/health")
async def get_health() -> Health:
    """Say that the server is up."""
    return Health(status="ok", version=server.__version__)


@router.get("/api/health/ready", responses=errors(503))
async def get_readiness(host: Host) -> Health:
    """Say that it can work, too: the store answers."""
    await host.check_ready()
    return Health(status="ok", version=server.__version__)


@router.get("/metrics", response_class=Response, responses=METRICS)
async def get_metrics(host: Host) -> Response:
    """What the server does, for Prometheus: requests, refusals, sessions, streams, frames, steps, latencies."""
    awake, resting = host.count_sessions()
    telemetry.SESSIONS.labels("awake").set(awake)
    telemetry.SESSIONS.labels("resting").set(resting)
    return Response(generate_latest(telemetry.REGISTRY), media_type=CONTENT_TYPE_PLAIN_1_0_0)


@router.get("/api/ops")
async def get_ops(host: Host) -> list[OpInfo]:
    """The op table: formulas and code of every op, forwards and backwards."""
    return host.ops()
