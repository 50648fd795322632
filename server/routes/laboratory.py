"""The laboratory: which bugs can be planted in a session's backward pass."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from model.hunt import LARGEST_SHEET
from server.laboratory.schemas import (
    HuntAnswer,
    Hunting,
    Operation,
    OutlierInfo,
    OutlierTrial,
    OutlierTrialWanted,
    SheetTask,
    SurgeryWanted,
    TrapInfo,
)
from server.routes.access import Host, SessionId, errors

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["laboratory"])


@router.get("/traps", responses=errors(404))
async def get_traps(host: Host, session_id: SessionId) -> list[TrapInfo]:
    """The table of traps, and where each sits in this session's network. `PATCH …/training` arms them."""
    return await host.traps(session_id)


@router.get("/hunt", responses=errors(404))
async def get_hunt(host: Host, session_id: SessionId) -> Hunting:
    """Find the bug: the trap that is hidden now, hints and answer, what there is to choose from, and the score.

    `PATCH …/training {"traps": [{"name": "hidden-1-7"}]}` hides one: of difficulty 1, and seed 7.
    """
    return await host.hunting(session_id)


@router.post("/hunt/hint", responses=errors(404, 409, 503))
async def take_hint(host: Host, session_id: SessionId) -> Hunting:
    """Another hint about the hidden trap, up to three."""
    return await host.take_hint(session_id)


@router.post("/hunt/answer", responses=errors(404, 409, 422, 503))
async def answer_hunt(host: Host, session_id: SessionId, answer: HuntAnswer) -> Hunting:
    """Name the op and the kind of mistake; there is one answer, and what was hidden is told with it."""
    return await host.answer_hunt(session_id, answer)


@router.get("/hunt/sheet", responses=errors(404, 422))
async def get_hunt_sheet(
    host: Host,
    session_id: SessionId,
    seed: Annotated[int, Query(ge=0, le=LARGEST_SHEET, description="Another seed gives another sheet.")] = 0,
    answers: Annotated[bool, Query(description="Whether to tell what is hidden, for the teacher.")] = False,
) -> list[SheetTask]:
    """A sheet for a class: each trap that can be hidden in this network once, the easy ones first.

    A session of the same config has the same sheet.
    """
    return await host.hunt_sheet(session_id, seed, answers=answers)


@router.get("/outliers", responses=errors(404))
async def get_outliers(host: Host, session_id: SessionId) -> list[OutlierInfo]:
    """The outliers that are planted. `PATCH …/training {"outliers": {"count": 5, "seed": 0}}` plants some."""
    return await host.outliers(session_id)


@router.post("/outliers/trial", responses=errors(404, 422))
async def try_outliers(
    host: Host, session_id: SessionId, wanted: Annotated[OutlierTrialWanted, Body(default_factory=OutlierTrialWanted)]
) -> OutlierTrial:
    """Outliers' losses over steps with nothing done, the loss clipped, and the gradient clipped by norm or by value.

    Copies of the session are trained from where it stands, with the same minibatches; the session stays as it is.
    """
    return await host.outlier_trial(session_id, wanted)


@router.post("/surgery", responses=errors(404, 409, 422))
async def operate(host: Host, session_id: SessionId, wanted: SurgeryWanted) -> Operation:
    """Do this step once more with cuts in it: what changes downstream, and what the update would do to the loss.

    A tensor can be detached, scaled, or set in one cell, a parameter frozen. The session stays as it is.
    """
    return await host.operate(session_id, wanted)
