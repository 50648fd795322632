"""Metrics, evaluation, samples."""

from typing import Literal

from pydantic import Field

from model.config import Section
from model.dataset import SPLITS, Split
from server.schemas.base import Number, Wire


class Series(Wire):
    """A metric over steps; where there are more steps than points, several share a bucket."""

    step: list[int] = Field(description="The first step of each bucket.")
    mean: list[Number] = Field(description="The bucket's mean; null where it is not finite.")
    min: list[Number] = Field(description="The bucket's least.")
    max: list[Number] = Field(description="The bucket's greatest.")


class Metrics(Wire):
    """What was recorded while training."""

    series: dict[str, Series] = Field(description="By name.")


class Evaluation(Section):
    """What to evaluate."""

    splits: tuple[Split, ...] = Field(SPLITS, max_length=len(SPLITS), description="Which splits.")
    statistics: Literal["calibrated", "running"] = Field(
        "calibrated", description="Batch norm's: of the whole training split, or those collected while training."
    )


class Evaluated(Wire):
    """The losses of splits, and the step whose parameters they are of."""

    step: int = Field(description="The step at which the session stood.")
    losses: dict[Split, Number] = Field(description="Nats per character; null for none, or one not finite.")


class SamplesWanted(Section):
    """What to draw."""

    count: int = Field(20, ge=1, le=1000, description="How many words.")
    statistics: Literal["calibrated", "running"] = Field(
        "calibrated", description="Batch norm's: of the whole training split, or those collected while training."
    )
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="The same seed draws the same words.")
    prompt: str = Field("", max_length=100, description="What each word begins with.")


class SampleInfo(Wire):
    """A word drawn from the network."""

    word: str = Field(description="The word, the prompt included.")
    probability: float = Field(description="Of drawing these characters and the end, given the prompt.")
    complete: bool = Field(description="False where the word was cut because it did not end.")
    character_probabilities: list[float] = Field(
        description="The factors of the probability: of each character after the prompt in turn, and of the end."
    )
    found_in: Split | None = Field(
        description="The split that has this very word, the training split first; null for a word that is new."
    )


class Drawn(Wire):
    """Words drawn from a network, and the step whose parameters it has."""

    step: int = Field(description="The step at which the session stood.")
    words: list[SampleInfo] = Field(description="In the order in which they were drawn.")
