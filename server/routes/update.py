"""The pending update: what this step does once it is applied."""

from typing import Annotated

from fastapi import APIRouter, Query

from server.routes.access import Host, SessionId, errors
from server.schemas.update import PendingUpdate

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["tensors"])


@router.get("/update", responses=errors(404, 409, 422))
async def preview_update(
    host: Host,
    session_id: SessionId,
    example: Annotated[
        int | None, Query(ge=0, description="A row of the minibatch, to be told of its probabilities too.")
    ] = None,
) -> PendingUpdate:
    """What this step's update does to its own minibatch, without applying it."""
    return await host.pending_update(session_id, example)
