"""The paths on which a gradient comes through batch norm: the addends of its rule, one by one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.equations import Equation, read_equation
from model.equations.syntax import Total
from model.explanations.closed_forms import of_batch_norm
from model.explanations.labels import Labels
from model.explanations.line import Line, explain_cell
from model.moment import Moment
from model.network import BatchNorm

ADDENDS = ("direct", "mean", "variance")  # In the order in which the rule has them.
WHAT_IS_LEFT = {
    "remainder": "r[b,d] = direct[b,d] + mean[b,d] + variance[b,d] − dx[b,d]",
    "difference_sum": "s[0,d] = Σ_i (x[i,d] − mean[0,d])",
    "mean_through_variance": "m[0,d] = gain[0,d] · bnvar_inv[0,d]² / (B · (B − 1)) · difference_sum[0,d] "
    "· Σ_i dy[i,d] · bnraw[i,d]",
}


def explain_path(
    moment: Moment, norm: BatchNorm, path: str, cell: tuple[int, ...], labels: Labels, most_terms: int
) -> tuple[str, list[Line]]:
    """How a cell of `norm.paths[path]` comes about."""
    form = of_batch_norm(moment.network, norm)
    scope = form.scope(moment.tape)
    if path in ADDENDS:
        right = form.equation.right
        assert isinstance(right, Total)
        node, less = right.addends[ADDENDS.index(path)]
        equation = Equation(form.equation.left, Total(((node, True),)) if less else node)
        note = f"One of the three paths that add up to d{norm.input}"
    else:
        equation = read_equation(WHAT_IS_LEFT[path])
        note = "Nothing but rounding: the exact value is zero"
        wanted = ADDENDS if path == "remainder" else ("difference_sum",) if path == "mean_through_variance" else ()
        own = {name: norm.paths[name] for name in wanted}
        if path == "remainder":
            own["dx"] = f"d{norm.input}"
        arrays = {name: _array(moment, tensor) for name, tensor in own.items()}
        scope = replace(scope, tensors={**scope.tensors, **own}, arrays={**scope.arrays, **arrays})
    return note, [explain_cell("value", equation, norm.paths[path], cell, scope, labels, most_terms)]


def _array(moment: Moment, tensor: str) -> NDArray[np.generic]:
    found = moment.tensor(tensor)
    assert found is not None
    array: NDArray[np.generic] = found.numpy()
    return array
