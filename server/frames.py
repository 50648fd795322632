"""Frames: a session's newest state and the views of its tensors, as one safetensors blob."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from pydantic import Field

from model.moment import Moment
from model.network import TensorSpec
from server.errors import NotFound
from server.matrices import Array, histogram, reduce_to, summarize
from server.schemas import EngineInfo, Number, PositionInfo, Series, TrainingInfo, Wire
from server.snapshot import Snapshot
from server.views import HistogramView, SummaryInfo, SummaryView, ValuesView, View, ViewInfo

METRIC_POINTS = 500  # A page that saw nothing for long gets buckets, and asks REST for more.


class FrameInfo(Wire):
    """What a frame says beside its arrays."""

    session: str
    version: int
    position: PositionInfo
    loss: Number
    running: bool
    stopped: str | None
    engine: EngineInfo
    steps_per_second: float | None
    training: TrainingInfo
    metrics: dict[str, Series]
    views: dict[str, ViewInfo] = Field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """A frame as it is sent, and where the next one goes on."""

    content: bytes
    version: int
    next_step: int


def build_frame(snapshot: Snapshot, views: tuple[View, ...], metrics_from: int) -> Frame:
    """One frame of these views, with what was recorded from step `metrics_from` on.

    Raises NotFound where a view names a tensor that the network does not have.
    """
    arrays: dict[str, Array] = {}
    infos: dict[str, ViewInfo] = {}
    for view in views:
        infos[view.id], array = _draw(snapshot.moment, view)
        if array is not None:
            arrays[view.id] = array
    losses = snapshot.losses.buckets(0, metrics_from, snapshot.last_known_step, METRIC_POINTS)
    info = FrameInfo(
        session=snapshot.session_id,
        version=snapshot.version,
        position=snapshot.position,
        loss=snapshot.loss,
        running=snapshot.running,
        stopped=snapshot.stopped,
        engine=snapshot.engine,
        steps_per_second=snapshot.steps_per_second,
        training=snapshot.training,
        metrics={"loss": Series.model_validate(losses)},
        views=infos,
    )
    content = safetensors.numpy.save(arrays, {"frame": info.model_dump_json(by_alias=True)})
    # The last step is sent again next time: its loss may not be known yet, or may be set anew.
    return Frame(content, snapshot.version, snapshot.moment.position.step)


def check_views(views: tuple[View, ...], tensors: dict[str, TensorSpec]) -> None:
    """Raise NotFound for the first view of a tensor that does not exist."""
    for view in views:
        if view.tensor not in tensors:
            raise NotFound(f"view {view.id!r}: there is no tensor {view.tensor!r}; GET …/tensors lists them all")


def _draw(moment: Moment, view: View) -> tuple[ViewInfo, Array | None]:
    network = moment.network
    check_views((view,), network.tensors)
    spec = network.tensors[view.tensor]
    info = ViewInfo(
        tensor=view.tensor,
        shown_as=view.shown_as,
        known=spec.known_at <= moment.position.op,
        known_at=spec.known_at,
        shape=list(spec.shape),
    )
    tensor = moment.tensor(view.tensor)
    if tensor is None:
        return info, None
    is_tanh = any(view.tensor == activation.output for activation in network.activations)
    shown, array = _show(tensor.numpy(), view, is_tanh=is_tanh)
    return info.model_copy(update=shown), array


def _show(tensor: Array, view: View, *, is_tanh: bool) -> tuple[dict[str, object], Array]:
    """What the view's kind adds to its info, and its array."""
    match view:
        case ValuesView():
            reduced = reduce_to(tensor, view.max_cells)
            if reduced is None:
                return {}, np.asarray(tensor, order="C")  # np.ascontiguousarray would make a scalar a vector.
            return {"block": reduced.block}, np.asarray(reduced.values, order="C")
        case HistogramView():
            counted = histogram(tensor, view.bins)
            return {"range": counted.range, "nan": counted.nan, "infinite": counted.infinite}, counted.counts
        case SummaryView():
            summary = summarize(tensor, is_tanh=is_tanh)
            numbers = [np.nan if number is None else number for number in dataclasses.astuple(summary)]
            return {"summary": SummaryInfo.model_validate(summary)}, np.array(numbers)
