"""Sessions: making them, moving them through time, and changing how they train."""

from typing import Annotated

from fastapi import APIRouter, Body

from model.config import Config
from server.routes.access import Host, SessionId, errors
from server.schemas import Advance, Progress, RunWanted, SessionInfo, TrainingChange

router = APIRouter(prefix="/api/sessions", tags=["sessions"])


@router.post("", status_code=201, responses=errors(422))
async def create_session(host: Host, config: Annotated[Config, Body(default_factory=Config)]) -> SessionInfo:
    """Begin a session: it stands at step 0 with all gradients known."""
    return await host.create(config)


@router.get("")
async def list_sessions(host: Host) -> list[SessionInfo]:
    """All sessions, the oldest first."""
    return await host.sessions()


@router.get("/{session_id}", responses=errors(404))
async def get_session(host: Host, session_id: SessionId) -> SessionInfo:
    """One session."""
    return await host.info(session_id)


@router.delete("/{session_id}", status_code=204, responses=errors(404))
async def delete_session(host: Host, session_id: SessionId) -> None:
    """End a session and forget it."""
    await host.delete(session_id)


@router.post("/{session_id}/advance", responses=errors(404, 409, 422))
async def advance(
    host: Host, session_id: SessionId, wanted: Annotated[Advance, Body(default_factory=Advance)]
) -> Progress:
    """Move in time, and answer when it is done. Going back is possible within a step."""
    return await host.advance(session_id, wanted.unit, wanted.count)


@router.post("/{session_id}/run", status_code=202, responses=errors(404, 409, 422))
async def run(
    host: Host, session_id: SessionId, wanted: Annotated[RunWanted, Body(default_factory=RunWanted)]
) -> Progress:
    """Train on until paused, until a step or a breakpoint, as fast as possible or at a rate. Answers at once."""
    return await host.start(session_id, wanted)


@router.post("/{session_id}/pause", responses=errors(404))
async def pause(host: Host, session_id: SessionId) -> Progress:
    """Stop where it stands."""
    return await host.pause(session_id)


@router.patch("/{session_id}/training", responses=errors(404, 422))
async def change_training(host: Host, session_id: SessionId, change: TrainingChange) -> SessionInfo:
    """Change learning rate or clipping, from this step on."""
    return await host.change_training(session_id, change)
