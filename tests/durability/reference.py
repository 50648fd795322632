"""A run without a server, never interrupted: what a session's numbers must be, bit for bit."""

import io
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from model.arming import Armed
from model.outliers import Outliers
from model.training import Run
from model.update import Clipping
from tests.durability.belief import Entry
from tests.durability.kinds import Kind

AT_ONCE = 10_000  # So many minibatches are drawn at once.


class Uninterrupted:
    """A run that was given changes at their steps, with the losses of all steps that it has come through."""

    def __init__(self, kind: Kind) -> None:
        self.run = Run(kind.config, kind.dataset)
        self.losses: NDArray[np.float64] = np.full(AT_ONCE, np.nan)
        self._made: list[Entry] = []
        self._settle()

    def leads_to(self, changes: Sequence[Entry], step: int) -> bool:
        """Whether going on leads to where these changes, and no others, were made up to a step."""
        made = len(self._made)
        later = [change.step.exact for change in changes[made:]]
        return list(changes[:made]) == self._made and self.run.step <= min([step, *later])

    def go_on(self, changes: Sequence[Entry], step: int) -> None:
        """Make what is left of the changes up to a step, each at its own, and stand there."""
        for change in changes[len(self._made) :]:
            if change.step.exact <= step:
                self._advance(change.step.exact)
                self._make(change)
        self._advance(step)

    def _advance(self, step: int) -> None:
        while self.run.step < step:
            trace = self.run.advance(min(step - self.run.step, AT_ONCE))
            self._note(trace.losses)

    def _make(self, change: Entry) -> None:
        self._made.append(change)
        match change.kind:
            case "set_parameter":
                assert change.value is not None
                value = np.load(io.BytesIO(change.value), allow_pickle=False)
                self.run.set_parameter(change.body["name"], torch.from_numpy(value))
                self._settle()
            case "set_learning_rate":
                self.run.set_learning_rate(change.body["value"])
            case "set_clipping":
                clipping = change.body["clipping"]
                self.run.clipping = None if clipping is None else Clipping(**clipping)
            case "set_traps":
                self.run.set_traps([Armed(**trap) for trap in change.body["traps"]])
                self._settle()
            case "set_outliers":
                outliers = change.body["outliers"]
                self.run.set_outliers(None if outliers is None else Outliers(**outliers))
                self._settle()

    def _settle(self) -> None:
        """Have the loss of where it stands, too."""
        if self.run.engine.loss is None:
            self._note(self.run.settle().losses)

    def _note(self, losses: NDArray[np.float64]) -> None:
        end = self.run.step + 1
        if end > len(self.losses):
            self.losses = np.append(self.losses, np.full(end + AT_ONCE, np.nan))
        self.losses[end - len(losses) : end] = losses
