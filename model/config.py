"""What a run is: a config and what was done to it determine every number, bit for bit."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Seeds leave room for `seed + 1`, which starts batch norm's own generator.
Seed = Annotated[int, Field(ge=0, le=2**63 - 2)]
Scale = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class Section(BaseModel):
    """Values from outside: immutable, and an unknown field is an error that says which there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _fields_are_known(cls, values: object) -> object:
        if isinstance(values, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            unknown = [name for name in values if name not in known]
            if unknown:
                raise ValueError(f"unknown field {unknown[0]!r}; the fields are {', '.join(known)}")
        return values


class DataConfig(Section):
    """Which words, how much context, and how they are split."""

    dataset: str = Field("names", description="Id of the data set.")
    context_length: int = Field(3, ge=1, le=32, description="Characters the network sees (T).")
    split_seed: Seed = Field(42, description="Seed of the shuffle before the 80/10/10 split.")


class ModelConfig(Section):
    """The network's shape."""

    embedding_size: int = Field(10, ge=1, le=1024, description="Numbers per character (E).")
    hidden_sizes: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = Field(
        (64,), min_length=1, max_length=16, description="Width of each hidden layer (H)."
    )
    batch_norm: Literal["none", "hidden", "all"] = Field(
        "hidden", description="Batch norm nowhere, before each tanh, or there and on the logits."
    )
    hidden_bias: bool = Field(True, description="Whether the hidden linear layers have a bias.")
    output_bias: bool = Field(True, description="Whether the output layer has a bias.")
    granularity: Literal["atomic", "fused"] = Field(
        "atomic", description="Every intermediate, or batch norm and cross-entropy as one op each."
    )


class InitConfig(Section):
    """How the parameters start. Non-zero biases on purpose: zeros can mask a wrong gradient."""

    seed: Seed = Field(2147483647, description="Seed of the parameters' and minibatches' generator.")
    hidden_gain: Scale = Field(5 / 3, description="Hidden weights are scaled by this / sqrt(fan_in).")
    output_scale: Scale | None = Field(0.1, description="The output weights' scale; null: 1 / sqrt(fan_in).")
    bias_scale: Scale = Field(0.1, description="Every linear bias is this times a standard normal.")
    batch_norm_noise: Scale = Field(0.1, description="Gain starts at 1 + this * normal, bias at this * normal.")


class LearningRateFrom(Section):
    """A learning rate and the step from which it is used."""

    from_step: int = Field(ge=0, description="First step with this rate.")
    value: float = Field(ge=0, le=1000, allow_inf_nan=False, description="The learning rate.")


class TrainingConfig(Section):
    """How the parameters move."""

    batch_size: int = Field(32, ge=1, le=8192, description="Examples per minibatch (B).")
    learning_rate: tuple[LearningRateFrom, ...] = Field(
        (LearningRateFrom(from_step=0, value=0.1), LearningRateFrom(from_step=100_000, value=0.01)),
        min_length=1,
        max_length=1000,
        description="The schedule, in order of from_step, starting at 0.",
    )
    engine: Literal["auto", "tape", "kernel"] = Field(
        "auto", description="What runs all steps: the tape op by op, the compiled kernel, or whichever is faster."
    )

    @model_validator(mode="after")
    def _schedule_is_in_order(self) -> Self:
        steps = [entry.from_step for entry in self.learning_rate]
        if steps[0] != 0 or any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError(f"learning_rate: from_step must start at 0 and rise, got {steps}")
        return self


class Config(Section):
    """A run's config; every field is optional."""

    name: str = Field("my first run", min_length=1, max_length=200, description="What people call the session.")
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    init: InitConfig = InitConfig()
    training: TrainingConfig = TrainingConfig()

    @model_validator(mode="after")
    def _batch_norm_has_a_batch(self) -> Self:
        if self.model.batch_norm != "none" and self.training.batch_size < 2:
            raise ValueError("training.batch_size: batch norm needs at least 2 examples for a variance, got 1")
        return self
