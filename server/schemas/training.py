"""What updates use, and what can be changed of it."""

from typing import Literal

from pydantic import Field, field_validator

from model.config import Section
from model.outliers import MOST as MOST_OUTLIERS
from server.schemas.base import Wire


class ClippingInfo(Section):
    """How gradients are bounded before the update."""

    by: Literal["norm", "value"] = Field(description="All scaled down together by their norm, or each number by value.")
    threshold: float = Field(gt=0, allow_inf_nan=False, description="The largest norm, or the largest magnitude.")


class ArmedTrap(Section):
    """A trap that is planted: a wrong rule in place of a right one."""

    name: str = Field(description="Its name in the table of traps.")
    threshold: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="The number that it takes, where it takes one; null: its default."
    )


class PlantedOutliers(Section):
    """Examples of the training split that are given a wrong target."""

    count: int = Field(5, ge=1, le=MOST_OUTLIERS, description="How many.")
    seed: int = Field(0, ge=0, le=999_999_999, description="Which ones: the same seed chooses the same.")


class TrainingInfo(Wire):
    """What the updates use from this step on."""

    learning_rate: float = Field(description="The learning rate in force at this step.")
    clipping: ClippingInfo | None = Field(description="Gradient clipping; null: none.")
    # A session that was saved before there were traps has none.
    traps: list[ArmedTrap] = Field(default_factory=list, description="The traps that are armed.")
    # Nor were there outliers.
    outliers: PlantedOutliers | None = Field(None, description="The outliers that are planted; null: none.")


class TrainingChange(Section):
    """What to change from this step on; a field that is left out stays as it is."""

    learning_rate: float | None = Field(
        None, ge=0, le=1000, allow_inf_nan=False, description="In place of the schedule's, for all steps from now on."
    )
    clipping: ClippingInfo | None = Field(None, description="Gradient clipping; null switches it off.")
    traps: list[ArmedTrap] = Field([], description="All traps that are to be armed; an empty list disarms them.")
    outliers: PlantedOutliers | None = Field(None, description="Outliers to plant; null takes them out.")

    @field_validator("learning_rate")
    @classmethod
    def _rate_is_a_number(cls, rate: float | None) -> float | None:
        if rate is None:
            raise ValueError("must be a number; leave the field out to keep the rate as it is")
        return rate
