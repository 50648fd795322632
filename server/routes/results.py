"""What comes of training: metrics over steps, losses of splits, words drawn from the network."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from server.metrics import MAX_POINTS
from server.routes.access import Host, SessionId, errors
from server.schemas.results import Evaluation, Metrics, SampleInfo, SamplesWanted

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["results"])
STEP = "Gradient-Flow-Step"
# A session that trains has gone on by the time the answer comes.
OF_ONE_STEP: dict[int | str, dict[str, Any]] = {
    200: {"headers": {STEP: {"description": "The step whose parameters it is of.", "schema": {"type": "integer"}}}}
}


@router.get("/metrics", responses=errors(404, 422))
async def get_metrics(
    host: Host,
    session_id: SessionId,
    names: Annotated[str, Query(description="Which metrics, separated by commas: loss.")] = "loss",
    first: Annotated[int, Query(alias="from", ge=0, description="First step.")] = 0,
    last: Annotated[int | None, Query(alias="to", ge=0, description="Last step; left out: the newest.")] = None,
    points: Annotated[int, Query(ge=1, le=MAX_POINTS, description="The most entries to answer with.")] = 2000,
) -> Metrics:
    """Metrics over steps; more steps than points come as buckets with mean, least and greatest."""
    return await host.metrics(session_id, [name.strip() for name in names.split(",")], first, last, points)


@router.post("/evaluate", responses={**OF_ONE_STEP, **errors(404, 422)})
async def evaluate(
    host: Host,
    session_id: SessionId,
    wanted: Annotated[Evaluation, Body(default_factory=Evaluation)],
    response: Response,
) -> dict[str, float | None]:
    """The loss of each split; null for an empty split, or where it is not finite. Training goes on meanwhile."""
    evaluated = await host.evaluate(session_id, wanted)
    response.headers[STEP] = str(evaluated.step)
    return {str(split): loss for split, loss in evaluated.losses.items()}


@router.post("/samples", responses={**OF_ONE_STEP, **errors(404, 409, 422)})
async def draw_samples(
    host: Host,
    session_id: SessionId,
    wanted: Annotated[SamplesWanted, Body(default_factory=SamplesWanted)],
    response: Response,
) -> list[SampleInfo]:
    """Words drawn from the network, each with its probability. Training goes on meanwhile."""
    drawn = await host.samples(session_id, wanted)
    response.headers[STEP] = str(drawn.step)
    return drawn.words
