"""What comes of training: metrics over steps, losses of splits, words drawn from the network."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from server.metrics import MAX_POINTS
from server.routes.access import Host, SessionId, errors
from server.schemas import Evaluation, Metrics, SampleInfo, SamplesWanted

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["results"])


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


@router.post("/evaluate", responses=errors(404, 422))
async def evaluate(
    host: Host, session_id: SessionId, wanted: Annotated[Evaluation, Body(default_factory=Evaluation)]
) -> dict[str, float | None]:
    """The loss of each split; null for an empty split, or where it is not finite."""
    return await host.evaluate(session_id, wanted)


@router.post("/samples", responses=errors(404, 409, 422))
async def draw_samples(
    host: Host, session_id: SessionId, wanted: Annotated[SamplesWanted, Body(default_factory=SamplesWanted)]
) -> list[SampleInfo]:
    """Words drawn from the network, each with its probability."""
    return await host.samples(session_id, wanted)
