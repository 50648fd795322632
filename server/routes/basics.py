"""Is the server up, and what ops are there."""

from fastapi import APIRouter

import server
from server.routes.access import Host
from server.schemas import Health, OpInfo

router = APIRouter(prefix="/api", tags=["basics"])


@router.get("/health")
async def get_health() -> Health:
    """Say that the server is up."""
    return Health(status="ok", version=server.__version__)


@router.get("/ops")
async def get_ops(host: Host) -> list[OpInfo]:
    """The op table: formulas and code of every op, forwards and backwards."""
    return host.ops()
