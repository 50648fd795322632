"""Frames: a session's newest state and the views of its tensors, as one safetensors blob."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from model.moment import Moment
from model.network import Network, TensorSpec
from server.blob import to_blob
from server.errors import NotFound, TooLarge
from server.matrices import Array, histogram, reduce_to, summarize
from server.norms import root_mean_squares
from server.schemas.base import Number, Wire
from server.schemas.results import Series
from server.schemas.sessions import DivergenceInfo, EngineInfo, PositionInfo
from server.schemas.training import TrainingInfo
from server.snapshot import Snapshot
from server.views import (
    HistogramView,
    NormsInfo,
    NormsView,
    SummaryInfo,
    SummaryView,
    TensorView,
    ValuesView,
    View,
    ViewInfo,
)

METRIC_POINTS = 120  # More steps than that since the last frame come as buckets; who wants more asks REST.


class FrameInfo(Wire):
    """What a frame says beside its arrays."""

    session: str
    version: int
    position: PositionInfo
    loss: Number
    last_step: int
    last_change: int
    unsaved: str | None
    divergence: DivergenceInfo | None
    running: bool
    stopped: str | None
    engine: EngineInfo
    steps_per_second: float | None
    training: TrainingInfo
    metrics: dict[str, Series]
    views: dict[str, ViewInfo | NormsInfo] = Field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """A frame as it is sent, and where the next one goes on."""

    content: bytes
    version: int
    next_step: int
    discards: int = 0


def build_frame(snapshot: Snapshot, views: tuple[View, ...], metrics_from: int, discards: int | None = None) -> Frame:
    """One frame of these views, with what was recorded from step `metrics_from` on.

    `discards` is how many whoever asks has heard of, None where it has heard of nothing: after another one all that was
    recorded is told again, since what was told before may be void.

    Raises NotFound where a view names a tensor that the network does not have.
    """
    arrays: dict[str, Array] = {}
    infos: dict[str, ViewInfo | NormsInfo] = {}
    for view in views:
        drawn = snapshot.drawn.get(view)
        if drawn is None:
            drawn = snapshot.drawn[view] = _draw(snapshot.moment, view)
        infos[view.id], array = drawn
        if array is not None:
            arrays[view.id] = array
    session = snapshot.info
    begin = metrics_from if discards in (None, snapshot.discards) else 0
    losses = snapshot.recorded.buckets("loss", begin, snapshot.known_until, METRIC_POINTS)
    info = FrameInfo(
        session=session.id,
        version=snapshot.version,
        position=session.position,
        loss=session.loss,
        last_step=session.last_step,
        last_change=snapshot.last_change,
        unsaved=session.unsaved,
        divergence=session.divergence,
        running=session.running,
        stopped=session.stopped,
        engine=session.engine,
        steps_per_second=snapshot.steps_per_second,
        training=session.training,
        metrics={"loss": Series.model_validate(losses)},
        views=infos,
    )
    content = to_blob(arrays, {"frame": info.model_dump_json(by_alias=True)})
    # The last step is sent again next time: its loss may not be known yet, or may be set anew.
    return Frame(content, snapshot.version, session.last_step, snapshot.discards)


def check_views(views: tuple[View, ...], tensors: dict[str, TensorSpec], most_cells: int | None = None) -> None:
    """Raise NotFound for the first view of a tensor that does not exist, TooLarge for too many numbers in a frame."""
    for view in views:
        for name in view.names:
            if name not in tensors:
                raise NotFound(f"view {view.id!r}: there is no tensor {name!r}; GET …/tensors lists them all")
    cells = sum(_cells(view, tensors) for view in views)
    if most_cells is not None and cells > most_cells:
        raise TooLarge(
            f"these views have {cells:,} numbers together, {most_cells:,} are the most in one frame (setting "
            "max_view_cells); show fewer, or with a smaller max_cells"
        )


def _cells(view: View, tensors: dict[str, TensorSpec]) -> int:
    """How many numbers of a view a frame has at most."""
    match view:
        case ValuesView():
            return min(view.max_cells, math.prod(tensors[view.tensor].shape))
        case HistogramView():
            return view.bins
        case SummaryView():
            return len(SummaryInfo.model_fields)
        case NormsView():
            return len(view.tensors)


def _draw(moment: Moment, view: View) -> tuple[ViewInfo | NormsInfo, Array | None]:
    check_views((view,), moment.network.tensors)
    if isinstance(view, NormsView):
        tensors = (moment.tensor(name) for name in view.tensors)
        norms = root_mean_squares(None if tensor is None else tensor.numpy() for tensor in tensors)
        return NormsInfo(shape=list(norms.shape)), norms
    return _draw_tensor(moment, view)


def _draw_tensor(moment: Moment, view: TensorView) -> tuple[ViewInfo, Array | None]:
    network = moment.network
    spec = network.tensors[view.tensor]
    tensor = moment.tensor(view.tensor)
    shown, array = ({}, None) if tensor is None else _show(tensor.numpy(), view, network)
    info = ViewInfo(
        tensor=view.tensor,
        shown_as=view.shown_as,
        known=tensor is not None,
        known_at=spec.known_at,
        shape=list(spec.shape),
        **shown,
    )
    return info, array


def _show(tensor: Array, view: TensorView, network: Network) -> tuple[dict[str, Any], Array]:
    """What the view's kind adds to its info, and its array."""
    match view:
        case ValuesView():
            reduced = reduce_to(tensor, view.max_cells)
            return ({}, tensor) if reduced is None else ({"block": reduced.block}, reduced.values)
        case HistogramView():
            counted = histogram(tensor, view.bins)
            return {"range": counted.range, "nan": counted.nan, "infinite": counted.infinite}, counted.counts
        case SummaryView():
            is_tanh = any(view.tensor == activation.output for activation in network.activations)
            summary = summarize(tensor, is_tanh=is_tanh)
            # In the order of its fields; what there is not (None) becomes NaN.
            return {"summary": SummaryInfo.model_validate(summary)}, np.array([*vars(summary).values()], np.float64)
