"""The network and its tensors: listing, reading, setting, verifying."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from server.errors import Invalid
from server.formats import WRITERS
from server.routes.access import (
    AppSettings,
    GradientName,
    Host,
    LaterSteps,
    SessionId,
    TensorName,
    errors,
    read_body,
)
from server.schemas.network import NetworkInfo
from server.schemas.sessions import SessionInfo
from server.schemas.tensors import TensorFormat, TensorInfo, Verification

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["tensors"])

BINARY = {"schema": {"type": "string", "format": "binary"}}
TENSOR_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The tensor. Numbers that are not finite are null in JSON, and as they are in other formats.",
        "content": {media_type: BINARY for _, media_type in WRITERS.values() if media_type != "application/json"},
    }
}
FormatQuery = Annotated[TensorFormat, Query(alias="format", description="How to write it.")]
SliceQuery = Annotated[
    str | None, Query(alias="slice", max_length=200, description="A part of it, as numpy would: 0:8,:")
]
TENSOR_BODY = {
    "requestBody": {
        "required": True,
        "description": "The parameter's new values, as an npy file or as nested lists.",
        "content": {
            "application/octet-stream": BINARY,
            "application/x-npy": BINARY,
            "application/json": {"schema": {"type": "array", "items": {}}},
        },
    }
}


@router.get("/network", responses=errors(404))
async def get_network(host: Host, session_id: SessionId) -> NetworkInfo:
    """The op calls in order, and where each gradient's contributions come from."""
    return await host.network(session_id)


@router.get("/tensors", responses=errors(404))
async def list_tensors(host: Host, session_id: SessionId) -> list[TensorInfo]:
    """Every tensor, and whether it is known at this position."""
    return await host.tensors(session_id)


@router.get("/tensors/{name}", responses=TENSOR_ANSWER | errors(404, 409, 422))
async def read_tensor(
    host: Host,
    session_id: SessionId,
    name: TensorName,
    tensor_format: FormatQuery = "json",
    slices: SliceQuery = None,
) -> Response:
    """A value, gradient (`dlogits`) or contribution (`dlogits.norm_logits`) at this position."""
    encoded = await host.read_tensor(session_id, name, tensor_format, slices)
    return Response(encoded.content, media_type=encoded.media_type)


@router.put("/tensors/{name}", responses=errors(404, 409, 413, 422, 503), openapi_extra=TENSOR_BODY)
async def write_parameter(
    request: Request,
    host: Host,
    settings: AppSettings,
    session_id: SessionId,
    name: TensorName,
    later: LaterSteps = None,
) -> SessionInfo:
    """Set a parameter at this position, and compute again what follows from it."""
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    npy_types = ("application/octet-stream", "application/x-npy")
    if content_type not in (*npy_types, "application/json"):
        raise Invalid(f"content type {content_type!r}: send npy ({' or '.join(npy_types)}) or application/json")
    content = await read_body(request, settings.max_body_bytes)
    return await host.write_parameter(session_id, name, content, as_npy=content_type in npy_types, later=later)


@router.get("/verification", responses=errors(404))
async def verify(host: Host, session_id: SessionId) -> Verification:
    """Every gradient of this step against autograd, on the same parameters and minibatch."""
    return await host.verification(session_id)


@router.get("/verification/{gradient}", responses=TENSOR_ANSWER | errors(404, 409, 422))
async def read_autograd_gradient(
    host: Host,
    session_id: SessionId,
    gradient: GradientName,
    tensor_format: FormatQuery = "json",
    slices: SliceQuery = None,
) -> Response:
    """What autograd gives for a gradient of this step, cell by cell: ours is `…/tensors/{gradient}`."""
    encoded = await host.autograd_gradient(session_id, gradient, tensor_format, slices)
    return Response(encoded.content, media_type=encoded.media_type)
