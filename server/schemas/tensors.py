"""Tensors, and their verdict."""

from typing import Literal

from pydantic import Field

from server.schemas.base import Number, Wire
from server.schemas.sessions import PositionInfo


class TensorInfo(Wire):
    """A tensor that can be read."""

    name: str = Field(description="Its name.")
    shape: list[int] = Field(description="Its shape.")
    dtype: str = Field(description="float32 or int64.")
    role: Literal["parameter", "intermediate", "gradient", "batch", "statistic"] = Field(
        description="What it is to the network."
    )
    known: bool = Field(description="Whether it is known at this position.")
    known_at: int = Field(description="From which op of a step it is known; 0: always.")


class VerificationRow(Wire):
    """One hand-written gradient against autograd's."""

    name: str = Field(description="The gradient.")
    exact: bool = Field(description="Equal to the last bit.")
    approximate: bool = Field(description="Equal by torch.allclose, on the gradient's own scale.")
    maxdiff: Number = Field(description="The largest difference of a cell; null where it is not finite.")
    largest: Number = Field(description="The largest magnitude of a cell by autograd, to tell how large that is.")
    kernel_maxdiff: Number = Field(
        description="A parameter's gradient by the kernel: the largest difference of a cell; null for intermediates."
    )


class Verification(Wire):
    """Every gradient of this step, hand-written against autograd on the same parameters and minibatch."""

    position: PositionInfo = Field(description="Where it was verified.")
    rows: list[VerificationRow] = Field(description="A row per gradient, in the order of the backward pass.")


TensorFormat = Literal["json", "npy", "safetensors", "csv"]
