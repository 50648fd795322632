"""Why a cell has its value: the walk from a tensor's name to the equations that made it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.equations.writing import write_number
from model.explanations.calls import backward_equation, forward_equation, scope_of
from model.explanations.closed_forms import closed_forms
from model.explanations.dimensions import dimensions_of
from model.explanations.given import Update, explain_given
from model.explanations.labels import Batch, Labels
from model.explanations.line import Factor, Kind, Line, Term, explain_cell
from model.explanations.paths import explain_path
from model.explanations.regions import Region
from model.moment import Moment
from model.network import Call, Contribution
from model.tape import Tape

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Explanation:
    """`lines`: how its value comes about. `sources`: the regions of other tensors that it comes from."""

    tensor: str
    cell: Cell
    text: str
    value: float
    note: str
    lines: tuple[Line, ...]
    sources: Mapping[str, tuple[Region, ...]]


def explain(
    moment: Moment, tensor: str, cell: Cell, characters: tuple[str, ...], update: Update, most_terms: int
) -> Explanation:
    """Why a cell of a tensor that is known at this moment has its value. `update`: how parameters go on from here."""
    with np.errstate(all="ignore"):  # A run that has diverged is explained too.
        return _Walk(moment, characters, most_terms).explain(tensor, cell, update)


class _Walk:
    def __init__(self, moment: Moment, characters: tuple[str, ...], most_terms: int) -> None:
        self.moment = moment
        self.network = moment.network
        self.tape: Tape = moment.tape
        batch = Batch(self.tape.values["Xb"].numpy(), self.tape.values["Yb"].numpy(), characters)
        self.labels = Labels(dimensions_of(self.network), batch)
        self.most_terms = most_terms

    def explain(self, tensor: str, cell: Cell, update: Update) -> Explanation:
        note, lines = self._lines(tensor, cell, update)
        found = self.moment.tensor(tensor)
        assert found is not None
        remarks = dict.fromkeys(remark for line in lines for remark in line.remarks)
        sources: dict[str, dict[Region, None]] = {}
        for line in lines:
            for name, regions in line.sources.items():
                sources.setdefault(name, {}).update(dict.fromkeys(regions))
        return Explanation(
            tensor=tensor,
            cell=cell,
            text=self.labels.cell(tensor, cell),
            value=float(found[cell]),
            note=" ".join(f"{sentence}." for sentence in (*remarks, note) if sentence),
            lines=tuple(lines),
            sources={name: tuple(regions) for name, regions in sources.items() if name != tensor},
        )

    def _lines(self, tensor: str, cell: Cell, update: Update) -> tuple[str, list[Line]]:
        for call in self.network.calls:
            if call.output == tensor:
                return "", [self._forward(call, cell)]
        if tensor in self.network.gradients:
            return self._gradient(tensor, cell)
        for part in self.network.contributions:
            if part.name == tensor:
                return f"One part of {part.gradient}: what reaches it through {part.call.output}", [
                    self._contribution("value", part, cell, tensor)
                ]
        for norm in self.network.batch_norms:
            for path, name in norm.paths.items():
                if name == tensor:
                    return explain_path(self.moment, norm, path, cell, self.labels, self.most_terms)
        return explain_given(self.moment, tensor, cell, self.labels, update, self.most_terms)

    def _forward(self, call: Call, cell: Cell) -> Line:
        scope = scope_of(call, self.tape)
        return explain_cell("value", forward_equation(call), call.output, cell, scope, self.labels, self.most_terms)

    def _contribution(self, kind: Kind, part: Contribution, cell: Cell, name: str) -> Line:
        scope = scope_of(part.call, self.tape)
        return explain_cell(kind, backward_equation(part), name, cell, scope, self.labels, self.most_terms)

    def _gradient(self, tensor: str, cell: Cell) -> tuple[str, list[Line]]:
        parts = self.network.gradients[tensor]
        if len(parts) == 1:
            lines = [self._contribution("value", parts[0], cell, tensor)]
            note = ""
        else:
            each = [self._contribution("contribution", part, cell, part.name) for part in parts]
            lines = [self._sum_of(tensor, cell, parts, each), *each]
            times = "twice" if len(parts) == 2 else f"{len(parts)} times"
            note = f"{parts[0].tensor} is used {times}, so its gradient is the sum of what comes back from each"
        form = closed_forms(self.network).get(tensor)
        if form is not None:
            scope = form.scope(self.tape)
            line = explain_cell("closed form", form.equation, tensor, cell, scope, self.labels, self.most_terms)
            lines.insert(1, line)
        return note, lines

    def _sum_of(self, tensor: str, cell: Cell, parts: tuple[Contribution, ...], lines: list[Line]) -> Line:
        """A gradient as the sum of its contributions."""
        values = [float(self.tape.contributions[part.name][cell]) for part in parts]
        texts = [self.labels.cell(part.name, cell) for part in parts]
        terms = tuple(
            Term(
                f"through {part.call.output}", text, write_number(value), (Factor(part.name, cell, text, value),), value
            )
            for part, text, value in zip(parts, texts, values, strict=True)
        )
        return Line(
            kind="value",
            tensor=tensor,
            formula=f"{self.labels.cell(tensor, cell)} = {' + '.join(texts)}",
            numbers=" + ".join(write_number(value) for value in values).replace("+ −", "− "),
            total=math.fsum(values) if all(map(math.isfinite, values)) else float(sum(values)),
            magnitude=sum(map(abs, values)),
            terms=tuple(sorted(terms, key=lambda term: -abs(term.value) if math.isfinite(term.value) else -math.inf)),
            rest=(0, 0.0),
            remarks=(),
            sources={part.name: (cell,) for part in parts},
        )
