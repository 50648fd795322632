"""What a page may ask of a stream: views of tensors, and the messages that name them."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from model.config import Section
from server.schemas.base import Number, Wire

TensorName = Annotated[str, Field(min_length=1, max_length=200)]


class _View(Section):
    id: str = Field(min_length=1, max_length=200, description="What the page calls this view; the array's name.")


class _TensorView(_View):
    tensor: TensorName = Field(description="The tensor's name.")

    @property
    def names(self) -> tuple[str, ...]:
        """The tensors that it needs."""
        return (self.tensor,)


class ValuesView(_TensorView):
    """The numbers themselves, or the largest magnitude of each block."""

    shown_as: Literal["values"] = Field(alias="as", description="values")
    max_cells: int = Field(10_000, ge=1, le=4_000_000, description="Larger tensors are reduced to this many cells.")


class HistogramView(_TensorView):
    """Counts over all values."""

    shown_as: Literal["histogram"] = Field(alias="as", description="histogram")
    bins: int = Field(64, ge=1, le=1000, description="How many bins over the true range.")


class SummaryView(_TensorView):
    """The tensor in numbers."""

    shown_as: Literal["summary"] = Field(alias="as", description="summary")


class NormsView(_View):
    """How large each of many tensors is: its root mean square."""

    shown_as: Literal["norms"] = Field(alias="as", description="norms")
    tensors: tuple[TensorName, ...] = Field(min_length=1, max_length=512, description="The tensors' names, in order.")

    @property
    def names(self) -> tuple[str, ...]:
        """The tensors that it needs."""
        return self.tensors


TensorView = ValuesView | HistogramView | SummaryView
View = Annotated[TensorView | NormsView, Field(discriminator="shown_as")]


class Show(Section):
    """The page says what it shows, in place of what it said before."""

    type: Literal["show"]
    views: tuple[View, ...] = Field(max_length=256)

    @model_validator(mode="after")
    def _ids_can_name_arrays(self) -> "Show":
        ids = [view.id for view in self.views]
        if len(set(ids)) < len(ids):
            raise ValueError("each view needs an id of its own")
        if "__metadata__" in ids:
            raise ValueError("__metadata__ is the frame's own; choose another id")
        return self


class Ready(Section):
    """The page can take a frame."""

    type: Literal["ready"]


ClientMessage: TypeAdapter[Show | Ready] = TypeAdapter(Annotated[Show | Ready, Field(discriminator="type")])


class SummaryInfo(Wire):
    """A tensor in numbers: see `server.matrices.Summary`."""

    mean: Number
    std: Number
    min: Number
    max: Number
    norm: Number
    zeros: float
    nan: float
    infinite: float
    saturated: float | None
    dead: int | None


class NormsInfo(Wire):
    """What a frame says about a view of norms: the array tells by itself which tensors are not known."""

    shown_as: Literal["norms"] = Field("norms", serialization_alias="as")
    shape: list[int]


class ViewInfo(Wire):
    """What a frame says about one view of a tensor."""

    tensor: str
    shown_as: Literal["values", "histogram", "summary"] = Field(serialization_alias="as")
    known: bool
    known_at: int
    shape: list[int]
    block: tuple[int, int] | None = None
    range: tuple[float, float] | None = None
    nan: int = 0
    infinite: int = 0
    summary: SummaryInfo | None = None


class StreamError(Wire):
    """A typed error message on the stream."""

    type: Literal["error"] = "error"
    code: Literal[
        "malformed_message", "unknown_tensor", "too_many_cells", "too_many_streams", "unknown_session", "unavailable"
    ]
    detail: str
