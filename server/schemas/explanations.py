"""Why a cell has its value."""

from typing import Literal

from pydantic import Field

from server.schemas.base import Number, Wire
from server.schemas.sessions import PositionInfo


class FactorInfo(Wire):
    """A cell that an addend is made of."""

    tensor: str = Field(description="Its tensor.")
    cell: tuple[int, ...] = Field(description="An index for each dimension.")
    text: str = Field(description="As it is written: `h[3, 5]`; characters by themselves.")
    value: Number = Field(description="Its value; null where it is not finite.")


class TermInfo(Wire):
    """One addend."""

    label: str = Field(description="What it belongs to: an example, `3: ..e → m`, a unit, a character; may be empty.")
    text: str = Field(description="As it is written, with names.")
    numbers: str = Field(description="As it is written, with numbers.")
    factors: list[FactorInfo] = Field(description="The cells that it is made of.")
    value: Number = Field(description="What it adds.")


class RestInfo(Wire):
    """The addends that are not named."""

    count: int = Field(description="How many.")
    value: Number = Field(description="What they add up to.")


class LineInfo(Wire):
    """An equation with its numbers, and its right side taken apart into addends."""

    kind: Literal["value", "contribution", "closed form", "next"] = Field(
        description="value: how the cell comes about. contribution: one part of a gradient that is a sum. closed form: "
        "the same, multiplied out on paper. next: what the update makes of it."
    )
    tensor: str = Field(description="What it computes.")
    formula: str = Field(description="The equation for this cell: `dlogits[3, m] = (probs[3, m] − 1) / 32`.")
    numbers: str = Field(description="Its right side with numbers: `(0.0165 − 1) / 32`.")
    total: Number = Field(description="All addends together, computed in float64 from the tensors' float32.")
    terms: list[TermInfo] = Field(description="The addends of largest magnitude, the largest first.")
    rest: RestInfo = Field(description="All others.")


class OriginInfo(Wire):
    """Where in another tensor it comes from."""

    tensor: str = Field(description="Which tensor.")
    regions: list[tuple[int | None, ...]] = Field(
        description="Cells, rows, columns: an index for each dimension, null for all along it."
    )


class ExplanationInfo(Wire):
    """Why a cell has its value."""

    position: PositionInfo = Field(description="Where.")
    tensor: str = Field(description="Which tensor.")
    cell: tuple[int, ...] = Field(description="Which cell.")
    text: str = Field(description="As it is written: `dlogits[3, m]`.")
    value: Number = Field(description="Its value; null where it is not finite.")
    note: str = Field(description="What else there is to say of it; may be empty.")
    lines: list[LineInfo] = Field(description="How it comes about; what is drawn and not computed has none.")
    sources: list[OriginInfo] = Field(description="All that it comes from.")
