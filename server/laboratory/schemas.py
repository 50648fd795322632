"""What goes over the wire of the laboratory: traps, the hunt for a hidden one, outliers, surgery."""

from typing import Annotated, Any, Literal

from pydantic import Field

from model.config import Section
from model.outliers import MOST
from model.surgery import MOST_CUTS
from server.schemas.base import Number, Wire
from server.schemas.ops import SourceInfo
from server.schemas.sessions import PositionInfo

TensorName = Annotated[str, Field(max_length=100)]
Cell = Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=4)]
Threshold = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class TrapPlace(Wire):
    """Where a trap changes a rule in one network."""

    name: str = Field(description="A contribution (dbndiff.bndiff2), or a tensor of the forward pass (logit_maxes).")
    tensor: str = Field(description="The tensor whose gradient, or which itself, is computed otherwise.")
    layer: int | None = Field(description="The hidden layer; null: none of them.")
    right: str = Field(description="The PyTorch line as the op table has it.")
    wrong: str = Field(description="The line that the trap puts in its place.")


class TwinInfo(Wire):
    """One of two sessions that differ in the trap alone."""

    config: dict[str, dict[str, Any]] = Field(description="The config of the new session; the rest is default.")
    armed: bool = Field(description="Whether the trap is to be armed in it.")


class TrapInfo(Wire):
    """One entry of the table of traps, as far as it concerns one session."""

    name: str = Field(description="The entry's name.")
    title: str = Field(description="What is done wrong.")
    chapter: str = Field(description="What kind of mistake it is.")
    why: str = Field(description="Why it is wrong.")
    symptom: str = Field(description="How to see it.")
    fix: str = Field(description="What to do about it.")
    sources: list[SourceInfo] = Field(description="What that rests on.")
    harmless: bool = Field(description="Whether all gradients come out right all the same, but for rounding.")
    hidden_while: str = Field(description="When verification passes though the rule is wrong; empty: never.")
    threshold: float | None = Field(description="The default of the number that it takes; null: it takes none.")
    places: list[TrapPlace] = Field(description="Where it sits in this session's network, in forward order.")
    missing: str | None = Field(description="Why it cannot be armed in it; null: it can.")
    twins: list[TwinInfo] = Field(
        description="Two new sessions that show it side by side: as it should be, or seems to be, and as it is. "
        "Empty where it can nowhere be armed."
    )


class HuntAnswer(Section):
    """What somebody takes the hidden trap for."""

    op: str = Field(description="The op whose rule is wrong, by the tensor that it computes: bndiff2.", max_length=100)
    mistake: str = Field(description="The kind of mistake, by name: lost, factor, …", max_length=100)


class HuntResult(HuntAnswer):
    """An answer, and what of it is right."""

    op_is_right: bool = Field(description="Whether a rule of this op is wrong.")
    mistake_is_right: bool = Field(description="Whether it is wrong in this way.")
    points: int = Field(description="Four less one for each hint where both are right, one for either of them.")


class HuntedOp(Wire):
    """An op of this session's network, to choose from."""

    op: str = Field(description="The tensor that it computes.")
    code: str = Field(description="Its line of the forward pass.")


class MistakeInfo(Wire):
    """A kind of mistake, to choose from."""

    name: str = Field(description="Its name.")
    text: str = Field(description="The same in words.")


class HuntInfo(Wire):
    """A trap that is armed without being named, or was until it was answered."""

    name: str = Field(description="What is armed: hidden-<difficulty>-<seed>.")
    difficulty: int = Field(description="How hard it is to find, 1 to 3.")
    hints: list[str] = Field(description="The hints that were asked for.")
    hints_left: int = Field(description="How many more there are.")
    result: HuntResult | None = Field(description="The answer that was given; null: none yet.")
    trap: TrapInfo | None = Field(description="What was hidden, once there is an answer.")


class ScoreInfo(Wire):
    """What came of a session's hunts so far."""

    points: int = Field(description="Of all answers together.")
    most: int = Field(description="The most that they could have come to: four each.")
    found: int = Field(description="In how many op and mistake were named.")
    answered: int = Field(description="How many were answered.")


class Hunting(Wire):
    """Find the bug: the hunt that is on, or was on last, what there is to choose from, and the score."""

    hunt: HuntInfo | None = Field(description="Null: none was begun at this point of the session's past.")
    score: ScoreInfo = Field(description="Kept with the session.")
    ops: list[HuntedOp] = Field(description="All ops of this network, in forward order.")
    mistakes: list[MistakeInfo] = Field(description="All kinds of mistakes.")


class SheetTask(Wire):
    """One task of a sheet."""

    name: str = Field(description="What to arm: hidden-<difficulty>-<seed>.")
    difficulty: int = Field(description="How hard it is to find, 1 to 3.")
    title: str | None = Field(description="What it hides; null: answers were not asked for.")
    ops: list[str] | None = Field(description="The ops that are right; null: answers were not asked for.")
    mistake: str | None = Field(description="The kind of mistake; null: answers were not asked for.")


class OutlierInfo(Wire):
    """An example of the training split whose target was replaced by a wrong one."""

    example: int = Field(description="Its number in the training split.")
    context: str = Field(description="The characters before it; no other example has the same.")
    right: str = Field(description="The character that follows in the data.")
    planted: str = Field(description="The character that it is taught in its place.")
    row: int | None = Field(description="In which row of this step's minibatch it stands; null: in none.")


class OutlierTrialWanted(Section):
    """Which outliers, how long, and the three thresholds."""

    count: int = Field(5, ge=1, le=MOST, description="How many outliers.")
    seed: int = Field(0, ge=0, le=999_999_999, description="Which ones: the same seed chooses the same.")
    steps: int = Field(2000, ge=1, le=10_000, description="How many steps from where the session stands.")
    loss_threshold: Threshold = Field(4.0, description="Loss clipping: above so many nats an example is silenced.")
    norm_threshold: Threshold = Field(1.0, description="Gradient clipping by norm: the greatest norm of all gradients.")
    value_threshold: Threshold = Field(0.02, description="Gradient clipping by value: the greatest magnitude of one.")


class OutlierCurves(Wire):
    """What became of the outliers under one treatment."""

    treatment: str = Field(description="nothing, loss clipping, clipping by norm, or clipping by value.")
    steps: list[int] = Field(description="The steps at which the losses were measured.")
    losses: list[list[Number]] = Field(
        description="At each of them every outlier's loss in nats, as at inference; null: not finite."
    )


class OutlierTrial(Wire):
    """Copies of a session, trained with outliers in four ways. The session itself is as it was."""

    outliers: list[OutlierInfo] = Field(description="The outliers that were planted.")
    draws: float = Field(description="How often each was drawn into a minibatch, on average.")
    curves: list[OutlierCurves] = Field(description="One entry for each treatment.")


class DetachWanted(Section):
    """No gradient flows through a tensor: its whole gradient is zero."""

    kind: Literal["detach"] = Field(description="Which cut it is.")
    tensor: TensorName = Field(description="A value, a parameter, or the gradient of one.")


class ScaleWanted(Section):
    """A value, parameter or gradient times a factor."""

    kind: Literal["scale"] = Field(description="Which cut it is.")
    tensor: TensorName = Field(description="A value, a parameter, or a gradient.")
    factor: float = Field(allow_inf_nan=False, description="What it is multiplied by.")
    cell: Cell | None = Field(None, description="One cell alone; null: all.")


class SetCellWanted(Section):
    """One cell of a value, parameter or gradient gets another number."""

    kind: Literal["set"] = Field(description="Which cut it is.")
    tensor: TensorName = Field(description="A value, a parameter, or a gradient.")
    cell: Cell = Field(description="An index for each dimension.")
    value: float = Field(allow_inf_nan=False, description="The number.")


class FreezeWanted(Section):
    """A parameter is not moved by the update."""

    kind: Literal["freeze"] = Field(description="Which cut it is.")
    tensor: TensorName = Field(description="A parameter.")


class SurgeryWanted(Section):
    """Cuts, in the order in which they are made."""

    cuts: list[Annotated[DetachWanted | ScaleWanted | SetCellWanted | FreezeWanted, Field(discriminator="kind")]] = (
        Field(max_length=MOST_CUTS, description="What is cut.")
    )
    show: TensorName | None = Field(None, description="A tensor to be told cell by cell, before and after; null: none.")


class OperatedEffect(Wire):
    """What an update does to the loss of its own minibatch."""

    before: Number = Field(description="The loss before it; null: not finite.")
    after: Number = Field(description="The loss after it.")
    predicted: Number = Field(description="What the first order predicts: loss − learning rate · Σ gradient · step.")


class TensorDifference(Wire):
    """How a tensor differs from what it was without the cuts."""

    name: str = Field(description="The tensor's name.")
    cells: int = Field(description="How many of its cells differ.")
    of: int = Field(description="How many it has.")
    largest: Number = Field(description="The largest difference of a cell; null: not finite.")
    relative: Number = Field(description="The same, of the tensor's largest magnitude before; null: that was zero.")


class CutTensor(Wire):
    """A tensor as rows and columns, before and after; a large one in blocks, of each the cell of largest magnitude."""

    name: str = Field(description="The tensor's name.")
    block: tuple[int, int] = Field(description="Rows and columns of a block; 1, 1: each cell is told.")
    before: list[list[Number]] = Field(description="Without the cuts; null: not finite.")
    after: list[list[Number]] = Field(description="With them.")
    difference: list[list[Number]] = Field(description="After less before.")


class Operation(Wire):
    """A step done once more with cuts in it. The session is as it was."""

    position: PositionInfo = Field(description="Where the session stands.")
    learning_rate: float = Field(description="That of the update.")
    loss: Number = Field(description="The loss of the step with the cuts in its forward pass.")
    ordinary: OperatedEffect = Field(description="The update without the cuts.")
    operated: OperatedEffect = Field(
        description="The update by the gradients that were operated on, from the parameters as they were set; frozen "
        "ones stay, and its losses are those of the network with no value held."
    )
    changed: list[TensorDifference] = Field(description="Tensors that differ, in the order of computation.")
    unchanged: list[str] = Field(description="Those that do not.")
    shown: CutTensor | None = Field(description="The tensor that was asked for.")
