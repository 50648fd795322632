"""What goes over the wire. The page's side of it is `frontend/types/wire.d.ts`."""

import math
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from model.clock import Unit
from model.config import Config, Section
from model.dataset import SPLITS, Split
from model.network import Part


def _finite_or_none(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


# JSON has no NaN and no infinity: they are null.
Number = Annotated[float | None, BeforeValidator(_finite_or_none)]


class Wire(BaseModel):
    """A value that is sent: immutable, made from an object's attributes where its fields are the same."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Problem(Wire):
    """Why a request was not carried out."""

    detail: str = Field(description="What is wrong, what was expected, and what to do.")


class Health(Wire):
    """The server is up."""

    status: Literal["ok"] = Field("ok", description="Always ok.")
    version: str = Field(description="Version of Gradient Flow.")


# ── Data sets ──


class SplitSizes(Wire):
    """Examples in each split, at the default split seed."""

    train: int = Field(description="In the training split.")
    validation: int = Field(description="In the validation split.")
    test: int = Field(description="In the test split.")


class DatasetInfo(Wire):
    """A list of words to learn from."""

    id: str = Field(description="What a config names it by.")
    name: str = Field(description="What people call it.")
    words: int = Field(description="How many words, duplicates counted.")
    characters: list[str] = Field(description='The vocabulary in order; number 0 is ".", a word\'s start and end.')
    examples: SplitSizes = Field(description="One example per character and one per word's end.")


# ── Sessions ──


class PositionInfo(Wire):
    """Where a session stands in time."""

    step: int = Field(description="Updates applied so far: parameters and minibatch are this step's.")
    op: int = Field(description="How much of this step is computed: forward ops, then backward contributions.")
    ops: int = Field(description="How much there is to compute; there, all gradients are known.")


class ClippingInfo(Section):
    """How gradients are bounded before the update."""

    by: Literal["norm", "value"] = Field(description="All scaled down together by their norm, or each number by value.")
    threshold: float = Field(gt=0, allow_inf_nan=False, description="The largest norm, or the largest magnitude.")


class TrainingInfo(Wire):
    """What the updates use from this step on."""

    learning_rate: float = Field(description="The learning rate in force at this step.")
    clipping: ClippingInfo | None = Field(description="Gradient clipping; null: none.")


class TrainingChange(Section):
    """What to change from this step on; a field that is left out stays as it is."""

    learning_rate: float | None = Field(
        None, ge=0, le=1000, allow_inf_nan=False, description="In place of the schedule's, for all steps from now on."
    )
    clipping: ClippingInfo | None = Field(None, description="Gradient clipping; null switches it off.")

    @field_validator("learning_rate")
    @classmethod
    def _rate_is_a_number(cls, rate: float | None) -> float | None:
        if rate is None:
            raise ValueError("must be a number; leave the field out to keep the rate as it is")
        return rate


class EngineInfo(Wire):
    """What runs a session's steps."""

    name: Literal["tape", "kernel"] = Field(description="The tape, op by op, or the compiled kernel.")
    waiting: bool = Field(description="Whether it is to move but waits for the kernel, which is being loaded.")


class ParentInfo(Wire):
    """Where a session branched off."""

    id: str = Field(description="The session it shares its past with, which may have been deleted since.")
    step: int = Field(description="The last step they share.")


class DivergenceInfo(Wire):
    """A replay that came out different from what a checkpoint holds; the checkpoint's state was kept."""

    step: int = Field(description="The checkpoint's step.")
    expected: str = Field(description="SHA-256 of the checkpoint's state.")
    found: str = Field(description="SHA-256 of the state that the replay came to.")
    text: str = Field(description="All of it in a sentence.")


class SessionInfo(Wire):
    """One session."""

    id: str = Field(description="What routes name it by.")
    name: str = Field(description="What people call it.")
    config: Config = Field(description="The config it was made from, defaults filled in.")
    parent: ParentInfo | None = Field(None, description="Where it branched off; null: it began by itself.")
    position: PositionInfo = Field(description="Where it stands.")
    last_step: int = Field(0, description="The furthest step it has come to: any up to it can be visited again.")
    unsaved: str | None = Field(None, description="Why the newest of it could not be saved; null: it is, or soon.")
    divergence: DivergenceInfo | None = Field(None, description="A replay that came out different; null: none did.")
    running: bool = Field(description="Whether it is training by itself.")
    stopped: str | None = Field(description="Why its last run stopped by itself; null where it did not.")
    loss: Number = Field(description="The minibatch's loss; null before the forward pass is through, or not finite.")
    parameters: int = Field(description="How many numbers are trained.")
    created_at: datetime = Field(description="When it was made.")
    training: TrainingInfo = Field(description="What its updates use at this step.")
    engine: EngineInfo = Field(description="What runs all of its steps.")


class Progress(Wire):
    """Where a session stands after it moved."""

    position: PositionInfo = Field(description="Where it stands.")
    loss: Number = Field(description="The minibatch's loss; null before the forward pass is through, or not finite.")


class Advance(Section):
    """Move in time."""

    unit: Unit = Field(
        "step",
        description="To the next op; to the next end of a forward or backward pass; to the next step with all known.",
    )
    count: int = Field(1, ge=-1_000_000, le=1_000_000, description="How many; negative goes back in time.")


class Seek(Section):
    """Go to a step that the session has come to before, or to its last one."""

    step: int = Field(ge=0, le=2**53, description="The step.")
    op: int | None = Field(None, ge=0, description="How much of it counts as known; left out: all.")


class BranchWanted(Section):
    """A new session that shares a past."""

    name: str | None = Field(None, min_length=1, max_length=200, description="What to call it.")
    step: int | None = Field(None, ge=0, le=2**53, description="Where it branches off; left out: where it stands.")
    training: TrainingChange | None = Field(None, description="What it does otherwise from there on.")


class Renaming(Section):
    """What is to be changed of a session itself."""

    name: str = Field(min_length=1, max_length=200, description="What people call it.")


Later = Literal["discard"]
CommandKind = Literal[
    "branch", "advance", "seek", "run", "pause", "discard", "set_parameter", "set_learning_rate", "set_clipping"
]


class CommandInfo(Wire):
    """One entry of a session's log."""

    number: int = Field(description="Counts the session's commands, from 1.")
    kind: CommandKind = Field(description="What was commanded.")
    step: int = Field(description="The step where the session stood once it was carried out; of a run, where it began.")
    op: int = Field(description="The op where it stood then.")
    body: dict[str, Any] = Field(description="What it said; a parameter's values are left out.")
    given_at: datetime = Field(description="When it was given.")


class TimelineCommand(Wire):
    """A change that is in effect."""

    number: int = Field(description="Its number in the log.")
    kind: CommandKind = Field(description="What it set.")
    step: int = Field(description="From which step on.")
    text: str = Field(description="The same in words.")


class TimelineInfo(Wire):
    """A session's past at a glance."""

    last_step: int = Field(description="The furthest step it has come to.")
    commands: list[TimelineCommand] = Field(description="The changes in effect, in order.")
    checkpoints: list[int] = Field(description="Steps that can be shown at once; others are replayed from there.")


class Until(Section):
    """A breakpoint: the first later step whose metric is above or below a number, or not finite, ends the run."""

    metric: str = Field(max_length=200, description='Any that is recorded, or "nan": a gradient that is not finite.')
    above: float | None = Field(None, allow_inf_nan=False, description="Stop where it is above this.")
    below: float | None = Field(None, allow_inf_nan=False, description="Stop where it is below this.")

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        bounds = sum(bound is not None for bound in (self.above, self.below))
        if bounds != (0 if self.metric == "nan" else 1):
            raise ValueError(f"{self.metric!r} takes {'no bound' if self.metric == 'nan' else 'either above or below'}")
        return self


class RunWanted(Section):
    """Train on, by itself. It stops by itself, too, where the loss is no longer finite."""

    until_step: int | None = Field(None, ge=0, description="Stop at this step with all gradients known.")
    steps_per_second: float | None = Field(
        None, gt=0, le=1_000_000, allow_inf_nan=False, description="No faster than this; left out: as fast as it can."
    )
    until: Until | None = Field(None, description="A breakpoint.")


# ── Ops and network ──


class Formula(Wire):
    """One formula, written twice."""

    latex: str = Field(description="In LaTeX.")
    mathml: str = Field(description="The same in MathML.")


class OpInput(Wire):
    """One operand of an op."""

    name: str = Field(description="The operand's name.")
    shape: str = Field(description='Its dimensions: "B I".')
    differentiable: bool = Field(description="Whether a gradient flows to it.")


class OpOutput(Wire):
    """What an op computes."""

    name: str = Field(description="Always y.")
    shape: str = Field(description="Its dimensions; empty for a scalar.")


class OpForward(Wire):
    """An op's line of the forward pass."""

    formula: Formula = Field(description="The formula.")
    code: str = Field(description="The PyTorch line.")


class OpBackward(Wire):
    """An op's backward rule for one input."""

    input: str = Field(description="The operand whose gradient it adds to.")
    formula: Formula = Field(description="The formula.")
    code: str = Field(description="The PyTorch line.")
    textbook_code: str | None = Field(description="The line as texts have it, where ours differs.")
    why: str | None = Field(description="Why it differs, or what is worth knowing.")


class OpInfo(Wire):
    """One entry of the op table, in its own operand names."""

    name: str = Field(description="The entry's name.")
    title: str = Field(description="What it is.")
    inputs: list[OpInput] = Field(description="Its operands in order.")
    output: OpOutput = Field(description="What it computes.")
    forward: OpForward = Field(description="The forward pass.")
    backward: list[OpBackward] = Field(description="The backward pass, one rule per differentiable input.")
    why: str | None = Field(description="What is worth knowing about it.")


class CallInput(Wire):
    """Which tensor stands for which operand."""

    operand: str = Field(description="The op's operand.")
    tensor: str = Field(description="The tensor that stands for it.")


class CallInfo(Wire):
    """One line of the forward pass: an op on named tensors."""

    index: int = Field(description="Its place in the forward pass, from 0.")
    op: str = Field(description="Its entry in the op table.")
    layer: int | None = Field(description="1 … L in hidden layers.")
    part: Part = Field(description="The part of the network it is of.")
    inputs: list[CallInput] = Field(description="Its tensors.")
    output: str = Field(description="The tensor it computes.")
    shape: list[int] = Field(description="That tensor's shape.")
    code: str = Field(description="The PyTorch line with the tensors' names.")
    known_at: int = Field(description="From which op of a step the output is known.")


class ContributionInfo(Wire):
    """What one backward rule of one call adds to a gradient; readable like any tensor."""

    name: str = Field(description="dcounts.probs: what reaches dcounts through probs.")
    call: int = Field(description="The call's index.")
    operand: str = Field(description="The operand whose rule it is.")
    via: str = Field(description="The call's output, through which it comes.")
    code: str = Field(description="The PyTorch line with the tensors' names.")
    textbook_code: str | None = Field(description="The line as texts have it, where ours differs.")
    known_at: int = Field(description="From which op of a step it is known.")


class GradientInfo(Wire):
    """A gradient and what adds up to it."""

    name: str = Field(description="dX for the gradient of the loss with respect to X.")
    tensor: str = Field(description="X.")
    shape: list[int] = Field(description="The shape of both.")
    known_at: int = Field(description="From which op of a step all contributions are in.")
    contributions: list[ContributionInfo] = Field(description="What adds up to it, in order.")


class BatchNormInfo(Wire):
    """Where one batch norm stands: its tensors' names."""

    layer: int | None = Field(description="Its hidden layer; null: on the logits.")
    input: str = Field(description="Before it.")
    mean: str = Field(description="The minibatch's mean.")
    variance: str = Field(description="The minibatch's variance, with Bessel's correction.")
    running_mean: str = Field(description="The running mean.")
    running_variance: str = Field(description="The running variance.")
    gain: str = Field(description="The gain.")
    bias: str = Field(description="The bias.")
    normalized: str | None = Field(description="Normalised, before gain and bias; absent from the fused network.")
    output: str = Field(description="After it.")


class ActivationInfo(Wire):
    """One hidden layer's tanh."""

    layer: int = Field(description="Its hidden layer, from 1.")
    input: str = Field(description="Before tanh.")
    output: str = Field(description="After it.")


class NetworkInfo(Wire):
    """A session's network: the op calls in order, and where each gradient comes from."""

    granularity: Literal["atomic", "fused"] = Field(description="Every intermediate, or fused ops.")
    dimensions: dict[str, int] = Field(description="The size that each letter stands for.")
    ops: int = Field(description="Parts of one step: forward calls, then backward contributions.")
    forward_ops: int = Field(description="The forward pass is through at this op.")
    calls: list[CallInfo] = Field(description="The forward pass, line by line.")
    gradients: list[GradientInfo] = Field(description="Every gradient, in the order in which they become known.")
    batch_norms: list[BatchNormInfo] = Field(description="Where batch norm stands.")
    activations: list[ActivationInfo] = Field(description="Where tanh stands.")


# ── Tensors ──


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
    kernel_maxdiff: Number = Field(
        description="A parameter's gradient by the kernel: the largest difference of a cell; null for intermediates."
    )


class Verification(Wire):
    """Every gradient of this step, hand-written against autograd on the same parameters and minibatch."""

    position: PositionInfo = Field(description="Where it was verified.")
    rows: list[VerificationRow] = Field(description="A row per gradient, in the order of the backward pass.")


# ── Metrics, evaluation, samples ──


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


class SamplesWanted(Section):
    """What to draw."""

    count: int = Field(20, ge=1, le=1000, description="How many words.")
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="The same seed draws the same words.")
    prompt: str = Field("", max_length=100, description="What each word begins with.")


class SampleInfo(Wire):
    """A word drawn from the network."""

    word: str = Field(description="The word, the prompt included.")
    probability: float = Field(description="Of drawing these characters and the end, given the prompt.")
    complete: bool = Field(description="False where the word was cut because it did not end.")


TensorFormat = Literal["json", "npy", "safetensors", "csv"]
