"""Frames: a session's newest state and the views of its tensors, as one safetensors blob."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from pydantic import Field

from model.network import TensorSpec
from server.errors import NotFound
from server.matrices import Array, histogram, reduce_to, summarize
from server.schemas import Number, PositionInfo, Series, TrainingInfo, Wire
from server.session import Session
from server.views import HistogramView, SummaryInfo, SummaryView, ValuesView, View, ViewInfo

METRIC_POINTS = 500  # A page that saw nothing for long gets buckets, and asks REST for more.


class FrameInfo(Wire):
    """What a frame says beside its arrays."""

    session: str
    version: int
    position: PositionInfo
    loss: Number
    running: bool
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


def build_frame(session: Session, views: tuple[View, ...], metrics_from: int) -> Frame:
    """One frame of these views, with what was recorded from step `metrics_from` on.

    Raises NotFound where a view names a tensor that the network does not have.
    """
    arrays: dict[str, Array] = {}
    infos: dict[str, ViewInfo] = {}
    for view in views:
        infos[view.id], array = _draw(session, view)
        if array is not None:
            arrays[view.id] = array
    position = session.position
    info = FrameInfo(
        session=session.id,
        version=session.version,
        position=position,
        loss=session.run.loss,
        running=session.running,
        steps_per_second=session.steps_per_second,
        training=session.training,
        metrics={"loss": Series.model_validate(session.losses.buckets(metrics_from, position.step, METRIC_POINTS))},
        views=infos,
    )
    content = safetensors.numpy.save(arrays, {"frame": info.model_dump_json(by_alias=True)})
    # The last step is sent again next time: its loss may not be known yet, or may be set anew.
    return Frame(content, session.version, position.step)


def check_views(views: tuple[View, ...], tensors: dict[str, TensorSpec]) -> None:
    """Raise NotFound for the first view of a tensor that does not exist."""
    for view in views:
        if view.tensor not in tensors:
            raise NotFound(f"view {view.id!r}: there is no tensor {view.tensor!r}; GET …/tensors lists them all")


def _draw(session: Session, view: View) -> tuple[ViewInfo, Array | None]:
    network = session.run.network
    check_views((view,), network.tensors)
    spec = network.tensors[view.tensor]
    info = ViewInfo(
        tensor=view.tensor,
        shown_as=view.shown_as,
        known=spec.known_at <= session.run.position.op,
        known_at=spec.known_at,
        shape=list(spec.shape),
    )
    tensor = session.run.tensor(view.tensor)
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
