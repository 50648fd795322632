"""Edits: what a person changes in a run, at a step. A run is a function of its config and its edits."""

from dataclasses import dataclass

from torch import Tensor

from model.arming import Armed
from model.outliers import Outliers
from model.training import Run
from model.update import Clipping


@dataclass(frozen=True)
class SetParameter:
    """A parameter gets other values; they are finite and of its shape."""

    step: int
    name: str
    value: Tensor
    in_state: bool = True  # A state of this step or a later one has it in its numbers.

    def make(self, run: Run) -> None:
        """Do it to a run that stands at this step."""
        run.set_parameter(self.name, self.value)


@dataclass(frozen=True)
class SetLearningRate:
    """Another learning rate from this step on, in place of the schedule's."""

    step: int
    value: float
    in_state: bool = False

    def make(self, run: Run) -> None:
        """Do it to a run that stands at this step or a later one."""
        run.set_learning_rate(self.value, from_step=self.step)


@dataclass(frozen=True)
class SetClipping:
    """Gradients are clipped from this step on, or no longer."""

    step: int
    clipping: Clipping | None
    in_state: bool = False

    def make(self, run: Run) -> None:
        """Do it to a run that stands at this step or a later one."""
        run.clipping = self.clipping


@dataclass(frozen=True)
class SetTraps:
    """These traps are armed from this step on, and no others."""

    step: int
    traps: tuple[Armed, ...]
    in_state: bool = False

    def make(self, run: Run) -> None:
        """Do it to a run that stands at this step or a later one."""
        run.set_traps(self.traps)


@dataclass(frozen=True)
class SetOutliers:
    """The training split has these outliers from this step on, or none."""

    step: int
    outliers: Outliers | None
    in_state: bool = False

    def make(self, run: Run) -> None:
        """Do it to a run that stands at this step or a later one."""
        run.set_outliers(self.outliers)


Edit = SetParameter | SetLearningRate | SetClipping | SetTraps | SetOutliers
