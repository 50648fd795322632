"""Tensors that no op computes: the minibatch, parameters, and batch norm's statistics."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.equations import Equation, read_equation
from model.equations.scope import Scope
from model.explanations.calls import array_of, scope_of
from model.explanations.labels import Labels
from model.explanations.line import Kind, Line, explain_cell
from model.moment import Moment
from model.network import BatchNorm
from model.ops.batch_norm import RUNNING_MOMENTUM
from model.update import Clipping, clip

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Update:
    """How the parameters go on from this step."""

    learning_rate: float
    clipping: Clipping | None


def explain_given(
    moment: Moment, tensor: str, cell: Cell, labels: Labels, update: Update, most_terms: int
) -> tuple[str, list[Line]]:
    """What is to be said of a cell that no op has computed, and of what it becomes."""
    walk = _Given(moment, tensor, cell, labels, most_terms)
    if tensor in ("Xb", "Yb"):
        character = labels.character(int(moment.inputs[tensor][cell]), quoted=True)
        return f"Drawn, not computed: {character} of the example {labels.batch.example(cell[0])}", []
    if tensor in moment.inputs:
        return walk.parameter(update)
    return walk.statistic()


class _Given:
    def __init__(self, moment: Moment, tensor: str, cell: Cell, labels: Labels, most_terms: int) -> None:
        self.moment = moment
        self.tensor = tensor
        self.cell = cell
        self.labels = labels
        self.most_terms = most_terms

    def parameter(self, update: Update) -> tuple[str, list[Line]]:
        """What it becomes: θ - rate · dθ."""
        step = self.moment.position.step
        origin = "as it was drawn at the start" if step == 0 else f"what {step:,} updates have made of it"
        note = f"A parameter, {origin}"
        known_at = self.moment.network.tensors[f"d{self.tensor}"].known_at
        if self.moment.position.op < known_at:
            return f"{note}; what the next one adds is known from op {known_at} on", []
        gradient = self.moment.tape.gradients[f"d{self.tensor}"]
        used = gradient
        if update.clipping is not None:
            all_gradients = {name: self.moment.tape.gradients[f"d{name}"] for name in self.moment.network.parameters}
            used = clip(all_gradients, update.clipping)[self.tensor]
            note += ". Its gradient is clipped before the update"
        letters = "ijk"[: len(self.cell)]
        place = ",".join(letters)
        rate = f"{update.learning_rate:g}".replace("-", "−")
        rate = rate if "e" not in rate else np.format_float_positional(update.learning_rate, trim="-")
        arrays = {"x": array_of(self.moment.tape, self.tensor), "g": used.numpy()}
        tensors = {"x": self.tensor, "g": f"d{self.tensor}"}
        line = self._line("next", read_equation(f"n[{place}] = x[{place}] − {rate} · g[{place}]"), arrays, tensors)
        return note, [line]

    def statistic(self) -> tuple[str, list[Line]]:
        """Of the minibatch, where batch norm is one op; or kept over many."""
        tensor = self.tensor
        for norm in self.moment.network.batch_norms:
            if tensor in (norm.mean, norm.variance):
                return "", [self._of_batch(norm)]
            pairs = {norm.running_mean: norm.mean, norm.running_variance: norm.variance}
            if tensor in pairs:
                return self._running(pairs[tensor])
        raise KeyError(tensor)

    def _of_batch(self, norm: BatchNorm) -> Line:
        call = next(call for call in self.moment.network.calls if call.output == norm.output)
        scope = scope_of(call, self.moment.tape)
        name = "mean" if self.tensor == norm.mean else "variance"
        equation = scope.where[name]
        return explain_cell("value", equation, self.tensor, self.cell, scope, self.labels, self.most_terms)

    def _running(self, batch: str) -> tuple[str, list[Line]]:
        note = "Kept over many steps, for when there is no batch; the loss of this step does not depend on it"
        found = self.moment.tensor(batch)
        if found is None:
            return note, []
        arrays = {"x": self.moment.running[self.tensor].numpy(), "s": found.numpy()}
        keep, take = f"{1 - RUNNING_MOMENTUM:g}", f"{RUNNING_MOMENTUM:g}"
        equation = read_equation(f"n[0,d] = {keep} · x[0,d] + {take} · s[0,d]")
        return note, [self._line("next", equation, arrays, {"x": self.tensor, "s": batch})]

    def _line(
        self, kind: Kind, equation: Equation, arrays: Mapping[str, NDArray[np.generic]], tensors: Mapping[str, str]
    ) -> Line:
        scope = Scope(arrays, tensors, {}, {})
        return explain_cell(kind, equation, self.tensor, self.cell, scope, self.labels, self.most_terms)
