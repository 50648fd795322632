"""What is left out of batch norm's gradient, and statistics that are not of the minibatch."""

from collections.abc import Mapping

from model.ops.sources import BACKPROP_NINJA, BATCH_NORMALIZATION
from model.trap import Bug, Trap
from model.wrong_rules import always, as_at_evaluation, fused_code, fused_norm, left_out

_NORM = "Batch norm"


BATCH_NORM: Mapping[str, Trap] = {
    "bessel_forgotten": Trap(
        title="The variance's gradient without Bessel's correction",
        chapter=_NORM,
        bugs=(
            Bug(
                "batch_variance",
                "x",
                always(lambda g, y, x: (1.0 / len(x) * g).expand_as(x)),
                code="d{x} = (1.0/B * d{y}).expand_as({x})",
            ),
            Bug(
                "batch_norm",
                "x",
                always(lambda g, y, x, gain, bias: fused_norm(x, gain, g, bessel=False)),
                code=fused_code(variance=" - bnraw*(d{y}*bnraw).sum(0)"),
            ),
        ),
        why="The forward pass divides by B-1, the backward pass by B: the gradient is that of another variance, as "
        "many texts have it. One term is off by 1/B.",
        symptom="An error of 3 % in one term at 32 examples a minibatch, and less the larger the minibatch: training "
        "goes on as if nothing were, and only a comparison tells.",
        fix="Divide by the same number forwards and backwards.",
        mistake="factor",
        difficulty=3,
        needs="batch norm",
        sources=(BACKPROP_NINJA, BATCH_NORMALIZATION),
    ),
    "mean_as_constant": Trap(
        title="The mean as if it were a constant",
        chapter=_NORM,
        bugs=(
            left_out("subtract_row", "b", 1),
            Bug(
                "batch_norm",
                "x",
                always(lambda g, y, x, gain, bias: fused_norm(x, gain, g, mean=0.0)),
                code=fused_code(mean=""),
            ),
        ),
        why="The mean depends on every example of the minibatch, and so does every output on every input: that path "
        "is left out, as if the mean were a number from outside.",
        symptom="dhprebn does not sum to zero over the batch; a bias in front of batch norm seems to have a gradient.",
        fix="Differentiate the mean too: each input has a share of 1/B in it.",
        mistake="lost",
        difficulty=2,
        needs="batch norm",
        sources=(BATCH_NORMALIZATION, BACKPROP_NINJA),
    ),
    "variance_as_constant": Trap(
        title="The variance as if it were a constant",
        chapter=_NORM,
        bugs=(
            left_out("inverse_sqrt", "x", 0),
            Bug(
                "batch_norm",
                "x",
                always(lambda g, y, x, gain, bias: fused_norm(x, gain, g, variance=0.0)),
                code=fused_code(variance=""),
            ),
        ),
        why="The variance, too, is made of the minibatch. Without its path the gradient still wants to make "
        "activations larger, which batch norm takes back at once.",
        symptom="dbnvar and dbndiff2 are zero; dhprebn has a part along bnraw that it should not have.",
        fix="Differentiate the variance too.",
        mistake="lost",
        difficulty=2,
        needs="batch norm",
        sources=(BATCH_NORMALIZATION, BACKPROP_NINJA),
    ),
    "running_for_batch": Trap(
        title="Evaluation mode while training",
        chapter=_NORM,
        bugs=(
            Bug("batch_mean", None, always(as_at_evaluation(0.0)), code="{y} = bnmean_running  # 0 at the start"),
            Bug("batch_variance", None, always(as_at_evaluation(1.0)), code="{y} = bnvar_running  # 1 at the start"),
        ),
        why="At evaluation batch norm takes the running statistics, at training those of the minibatch. Running ones "
        "are numbers from outside, which hardly move in the first thousand steps, so nothing is normalised; and the "
        "backward pass still believes that they were made of the minibatch.",
        symptom="bnraw is hprebn as it came; dbndiff2 should be zero and is not, and dhprebn has shares that belong "
        "to nobody.",
        fix="Statistics of the minibatch while training; running or calibrated ones when it is over, never mixed.",
        mistake="value",
        difficulty=2,
        needs="batch norm, and the atomic network",
        sources=(BATCH_NORMALIZATION, BACKPROP_NINJA),
    ),
}
