"""Sessions: making them, moving them through time, and changing how they train."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from model.config import Config
from server.routes.access import AppSettings, Host, LaterSteps, Maker, SessionId, errors, read_body
from server.schemas.commands import Advance, BranchWanted, CommandInfo, RunWanted, Seek, TimelineInfo
from server.schemas.sessions import Progress, Renaming, SessionInfo
from server.schemas.training import TrainingChange

router = APIRouter(prefix="/api/sessions", tags=["sessions"])


ZIP: dict[str, Any] = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}

ZIP_ANSWER: dict[int | str, dict[str, Any]] = {200: ZIP | {"description": "The file."}}


@router.post("", status_code=201, responses=errors(422, 503))
async def create_session(
    host: Host, maker: Maker, config: Annotated[Config, Body(default_factory=Config)]
) -> SessionInfo:
    """Begin a session: it stands at step 0 with all gradients known."""
    return await maker.make(lambda: host.create(config))


@router.get("")
async def list_sessions(host: Host) -> list[SessionInfo]:
    """All sessions, the oldest first."""
    return await host.sessions()


@router.post("/import", status_code=201, responses=errors(413, 422, 503), openapi_extra={"requestBody": ZIP})
async def import_session(request: Request, host: Host, settings: AppSettings, maker: Maker) -> SessionInfo:
    """A session that was exported, as a new one, bit-identical. A file that is not whole is refused whole."""
    content = await read_body(request, settings.max_import_bytes)
    return await maker.make(lambda: host.import_session(content))


@router.get("/{session_id}", responses=errors(404))
async def get_session(host: Host, session_id: SessionId) -> SessionInfo:
    """One session."""
    return await host.info(session_id)


@router.patch("/{session_id}", responses=errors(404, 422, 503))
async def rename_session(host: Host, session_id: SessionId, renaming: Renaming) -> SessionInfo:
    """Call it otherwise; its config keeps the name it was made with."""
    return await host.rename(session_id, renaming.name)


@router.delete("/{session_id}", status_code=204, responses=errors(404, 503))
async def delete_session(host: Host, session_id: SessionId) -> None:
    """End a session. It can be restored for a day."""
    await host.delete(session_id)


@router.post("/{session_id}/restore", responses=errors(404, 503))
async def restore_session(host: Host, session_id: SessionId) -> SessionInfo:
    """Undo a deletion."""
    return await host.restore(session_id)


@router.get("/{session_id}/export", response_class=Response, responses=ZIP_ANSWER | errors(404, 503))
async def export_session(host: Host, session_id: SessionId) -> Response:
    """A session as one file: config, words, log, checkpoints and metrics, as a zip of JSON and safetensors."""
    encoded = await host.export(session_id)
    disposition = f'attachment; filename="session-{session_id}.zip"'
    return Response(encoded.content, media_type=encoded.media_type, headers={"Content-Disposition": disposition})


@router.get("/{session_id}/timeline", responses=errors(404, 503))
async def get_timeline(host: Host, session_id: SessionId) -> TimelineInfo:
    """A session's past at a glance: how far it has come, the changes in effect, and its checkpoints."""
    return await host.timeline(session_id)


@router.get("/{session_id}/log", responses=errors(404, 503))
async def get_log(host: Host, session_id: SessionId) -> list[CommandInfo]:
    """Every command that a session was given, in order. Config and log determine all of its numbers."""
    return await host.log(session_id)


@router.post("/{session_id}/branch", status_code=201, responses=errors(404, 409, 422, 503))
async def branch(
    host: Host, maker: Maker, session_id: SessionId, wanted: Annotated[BranchWanted, Body(default_factory=BranchWanted)]
) -> SessionInfo:
    """A new session that shares this one's past up to a step, and stands there."""
    return await maker.make(lambda: host.branch(session_id, wanted))


@router.post("/{session_id}/advance", responses=errors(404, 409, 422, 503))
async def advance(
    host: Host, session_id: SessionId, wanted: Annotated[Advance, Body(default_factory=Advance)]
) -> Progress:
    """Move in time, and answer when it is done. Negative counts go back."""
    return await host.advance(session_id, wanted.unit, wanted.count)


@router.post("/{session_id}/seek", responses=errors(404, 409, 422, 503))
async def seek(host: Host, session_id: SessionId, wanted: Seek) -> Progress:
    """Go to any step of the session's past, exactly as it was, and answer when it is done."""
    return await host.seek(session_id, wanted)


@router.post("/{session_id}/run", status_code=202, responses=errors(404, 409, 422, 503))
async def run(
    host: Host, session_id: SessionId, wanted: Annotated[RunWanted, Body(default_factory=RunWanted)]
) -> Progress:
    """Train on until paused, until a step or a breakpoint, as fast as possible or at a rate. Answers at once."""
    return await host.start(session_id, wanted)


@router.post("/{session_id}/pause", responses=errors(404, 503))
async def pause(host: Host, session_id: SessionId) -> Progress:
    """Stop where it stands."""
    return await host.pause(session_id)


@router.patch("/{session_id}/training", responses=errors(404, 409, 422, 503))
async def change_training(
    host: Host, session_id: SessionId, change: TrainingChange, later: LaterSteps = None
) -> SessionInfo:
    """Change learning rate, clipping or traps, from this step on."""
    return await host.change_training(session_id, change, later)
