"""The laboratory: which bugs can be planted in a session's backward pass."""

from fastapi import APIRouter

from server.laboratory.schemas import TrapInfo
from server.routes.access import Host, SessionId, errors

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["laboratory"])


@router.get("/traps", responses=errors(404))
async def get_traps(host: Host, session_id: SessionId) -> list[TrapInfo]:
    """The table of traps, and where each sits in this session's network. `PATCH …/training` arms them."""
    return await host.traps(session_id)
