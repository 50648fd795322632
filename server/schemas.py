"""What goes over the wire. The page's side of it is `frontend/types/wire.d.ts`."""

import math
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from model.clock import Unit
from model.config import Config, Section
from model.dataset import SPLITS, Split
from model.network import Part
from model.outliers import MOST as MOST_OUTLIERS


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
    occurrences: list[int] = Field(
        description="How often each character stands in the words; number 0 twice a word, at its start and its end."
    )
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
    "branch",
    "advance",
    "seek",
    "run",
    "pause",
    "discard",
    "set_parameter",
    "set_learning_rate",
    "set_clipping",
    "set_traps",
    "set_outliers",
    "hint",
    "answer",
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
    last_change: int = Field(description="Number of the newest change or discard; frames tell by it of a newer one.")


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


class SourceInfo(Wire):
    """Where something can be read up."""

    title: str = Field(description="Its title.")
    authors: str = Field(description="Who wrote it.")
    year: int = Field(description="When it appeared.")
    url: str = Field(description="Where it is.")
    place: str = Field(description="The section that says it; empty: all of it does.")


class RemarkInfo(Wire):
    """Something worth knowing."""

    text: str = Field(description="What.")
    sources: list[SourceInfo] = Field(description="What that rests on.")


class OpInput(Wire):
    """One operand of an op."""

    name: str = Field(description="The operand's name.")
    shape: str = Field(description='Its dimensions: "B I".')
    differentiable: bool = Field(description="Whether a gradient flows to it.")
    meaning: str | None = Field(description="What it is, where it is a parameter or an index.")


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
    sources: list[SourceInfo] = Field(description="What that rests on.")


class OpInfo(Wire):
    """One entry of the op table, in its own operand names."""

    name: str = Field(description="The entry's name.")
    title: str = Field(description="What it is.")
    inputs: list[OpInput] = Field(description="Its operands in order.")
    output: OpOutput = Field(description="What it computes.")
    forward: OpForward = Field(description="The forward pass.")
    backward: list[OpBackward] = Field(description="The backward pass, one rule per differentiable input.")
    why: str = Field(description="Why it is there, or what it does to values and gradients.")
    sources: list[SourceInfo] = Field(description="What that rests on.")


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
    note: RemarkInfo | None = Field(
        description="What is so of it because of where it stands: a bias before batch norm."
    )
    known_at: int = Field(description="From which op of a step it is known.")


class GradientInfo(Wire):
    """A gradient and what adds up to it."""

    name: str = Field(description="dX for the gradient of the loss with respect to X.")
    tensor: str = Field(description="X.")
    shape: list[int] = Field(description="The shape of both.")
    known_at: int = Field(description="From which op of a step all contributions are in.")
    contributions: list[ContributionInfo] = Field(description="What adds up to it, in order.")


class PathInfo(Wire):
    """One way by which a gradient comes through batch norm: x is its input, y its output."""

    title: str = Field(description="What it is.")
    formula: Formula = Field(description="The formula.")
    code: str = Field(description="The PyTorch line, with the names of a network with one hidden layer.")
    why: str = Field(description="What is worth knowing about it.")


class PathsInfo(Wire):
    """The ways by which the gradient comes to batch norm's input; each can be read like any tensor."""

    direct: str = Field(description="By the cell itself, as if mean and variance were constants.")
    mean: str = Field(description="By the channel's mean.")
    variance: str = Field(description="By the channel's variance.")
    remainder: str = Field(description="The three together less the gradient: nothing but rounding.")
    mean_through_variance: str = Field(
        description="By channel: what an example would get since the variance is taken about the mean; zero, but for "
        "rounding."
    )
    difference_sum: str = Field(
        description="By channel: the sum of the differences from the mean, which makes it zero."
    )


class ParameterInfo(Wire):
    """A parameter, and how it was drawn at the start."""

    name: str = Field(description="Its name.")
    shape: list[int] = Field(description="Its shape.")
    code: str = Field(description="The PyTorch line that drew it; g and g_norm are the generators.")
    why: str = Field(description="Why it starts so.")
    sources: list[SourceInfo] = Field(description="What that rests on.")


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
    paths: PathsInfo = Field(description="What the input's gradient is made of.")


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
    parameters: list[ParameterInfo] = Field(description="Every parameter, in the order in which they were drawn.")
    batch_norms: list[BatchNormInfo] = Field(description="Where batch norm stands.")
    activations: list[ActivationInfo] = Field(description="Where tanh stands.")
    paths: dict[str, PathInfo] = Field(description="What the paths through batch norm are, by their names there.")


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
    largest: Number = Field(description="The largest magnitude of a cell by autograd, to tell how large that is.")
    kernel_maxdiff: Number = Field(
        description="A parameter's gradient by the kernel: the largest difference of a cell; null for intermediates."
    )


class Verification(Wire):
    """Every gradient of this step, hand-written against autograd on the same parameters and minibatch."""

    position: PositionInfo = Field(description="Where it was verified.")
    rows: list[VerificationRow] = Field(description="A row per gradient, in the order of the backward pass.")


# ── Why a cell has its value ──


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


# ── The pending update ──


class LossChange(Wire):
    """The minibatch's loss, and what the pending update makes of it."""

    before: Number = Field(description="With the parameters as they are.")
    after: Number = Field(description="With the parameters as the update makes them, on the same minibatch.")
    predicted: Number = Field(
        description="After it, to first order: before - learning rate · Σ g · u, where u is the gradient as the update "
        "uses it; without clipping the sum is the squared norm of g."
    )


class ProbabilityChange(Wire):
    """What the network gives each character, in the order of the vocabulary."""

    before: list[Number] = Field(description="With the parameters as they are.")
    after: list[Number] = Field(description="With the parameters as the update makes them.")


class ExampleChange(Wire):
    """One example of the minibatch before and after the update."""

    index: int = Field(description="Its row in the minibatch, from 0.")
    loss_before: Number = Field(description="-log of the target's probability, in nats.")
    loss_after: Number = Field(description="The same after the update.")
    probabilities: ProbabilityChange = Field(description="Softmax of its logits.")


class PendingUpdate(Wire):
    """What this step's update does to its own minibatch. It is only tried: the session stays as it is."""

    position: PositionInfo = Field(description="Where it is pending: all gradients known, update not applied.")
    learning_rate: float = Field(description="The learning rate of this step's update.")
    gradient_norm: Number = Field(description="Norm of all parameters' gradients together, before clipping.")
    kept_share: Number = Field(description="Of that norm, what clipping leaves of it; null: nothing is clipped.")
    loss: LossChange = Field(description="The minibatch's loss.")
    improved: int = Field(description="How many of the minibatch's examples have a smaller loss after it.")
    example: ExampleChange | None = Field(description="The example that was asked for; null: none was.")


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


TensorFormat = Literal["json", "npy", "safetensors", "csv"]
