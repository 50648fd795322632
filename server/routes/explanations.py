"""Why a cell has its value."""

from typing import Annotated

from fastapi import APIRouter, Query

from server.routes.access import Host, SessionId, TensorName, errors
from server.schemas.explanations import ExplanationInfo

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["tensors"])
MOST_TERMS = 5000  # More than a minibatch or a layer may well have


@router.get("/tensors/{name}/explanation", responses=errors(404, 409, 422))
async def explain_cell(
    host: Host,
    session_id: SessionId,
    name: TensorName,
    cell: Annotated[
        str, Query(max_length=100, description="Which cell: an index for each dimension, 3,12; of a scalar none.")
    ] = "",
    terms: Annotated[int, Query(ge=1, le=MOST_TERMS, description="How many addends of a sum to name at most.")] = 8,
    block: Annotated[
        str,
        Query(
            max_length=40,
            description="In a reduced view, how many rows and columns share one value, 2,1: then it is the cell of "
            "largest magnitude in the block of `cell` that is explained.",
        ),
    ] = "1,1",
) -> ExplanationInfo:
    """How this cell's value comes about at this position: the sum that made it, with its numbers."""
    return await host.explain_cell(session_id, name, cell, block, terms)
