"""The same formula in another order or another precision: when a difference is harmless, and when not."""

from collections.abc import Mapping

import torch

from model.ops.sources import BACKPROP_NINJA, CANCELLATION
from model.trap import Bug, Trap
from model.wrong_rules import always, norm_by_squares, weights_in

_ROUNDING = "Floating point"
_ATOMIC_LOSS = "the atomic network: the fused one has this tensor inside one op"


ROUNDING: Mapping[str, Trap] = {
    "reciprocal_by_division": Trap(
        title="1.0 / counts_sum for counts_sum**-1",
        chapter=_ROUNDING,
        bugs=(Bug("reciprocal", None, always(lambda x: 1.0 / x), code="{y} = 1.0 / {x}"),),
        why="The same formula, rounded otherwise: autograd differentiates a division in other steps than a power, "
        "and the last bits differ.",
        symptom="dcounts_sum and what comes from it are no longer exact, and still right: the largest difference is "
        "a rounding error.",
        fix="Nothing: it is harmless. Write the power where bit for bit is wanted.",
        needs=_ATOMIC_LOSS,
        harmless=True,
    ),
    "in_double_precision": Trap(
        title="Weights' gradients computed in float64",
        chapter=_ROUNDING,
        bugs=tuple(
            Bug(op, "W", always(weights_in(torch.float64)), code="d{W} = ({x}.double().T @ d{y}.double()).float()")
            for op in ("linear", "matmul")
        ),
        why="More digits on the way, and rounded once at the end: the result is closer to the truth than autograd's, "
        "and not the same to the last bit.",
        symptom="dW1 and dW2 are not exact, and right: the largest difference is some roundings of float32. A "
        "maxdiff is to be read beside the gradient's own size; exactness tells of the order of operations, and not "
        "of mistakes.",
        fix="Nothing: it is harmless.",
        sources=(BACKPROP_NINJA,),
        harmless=True,
    ),
    "in_half_precision": Trap(
        title="Weights' gradients computed in bfloat16",
        chapter=_ROUNDING,
        bugs=tuple(
            Bug(op, "W", always(weights_in(torch.bfloat16)), code="d{W} = ({x}.bfloat16().T @ d{y}.bfloat16()).float()")
            for op in ("linear", "matmul")
        ),
        why="Eight bits of a number are kept: every product is off by up to half a percent. Unlike another order in "
        "float32 this is more than rounding, though training hardly minds: noise of minibatches is larger.",
        symptom="dW1 and dW2 are wrong by some parts in a thousand, all others right.",
        fix="Multiply in bfloat16 if it must be, and add up in float32.",
        mistake="rounded",
        difficulty=3,
        sources=(BACKPROP_NINJA,),
    ),
    "variance_of_squares": Trap(
        title="The variance as mean of squares less square of the mean",
        chapter=_ROUNDING,
        bugs=(
            Bug(
                "batch_norm",
                None,
                always(norm_by_squares),
                code="bnvar = B/(B-1) * (({x}**2).mean(0) - {x}.mean(0)**2); "
                "{y} = {gain} * ({x} - {x}.mean(0)) * (bnvar + eps)**-0.5 + {bias}",
            ),
        ),
        why="The same formula in another order, and it takes one pass in place of two. But where the mean is large "
        "beside the spread it subtracts two large numbers that are nearly equal, and nothing but their rounding is "
        "left.",
        symptom="Nothing as long as means are small. With a bias of 1,000 in front of batch norm, which batch norm "
        "should take off, gradients are off by percents; with more the variance becomes negative, and all is NaN.",
        fix="Take the mean off first, then square: two passes.",
        needs="batch norm, and the fused network (granularity fused)",
        sources=(CANCELLATION,),
        hidden_while="the means are not large beside the spread",
        harmless=True,
        base={"model": {"granularity": "fused"}},
        unmasked={"init": {"bias_scale": 1000.0}},
    ),
    "fused_formula": Trap(
        title="One fused formula for many small steps",
        chapter=_ROUNDING,
        bugs=(),
        why="Batch norm and cross-entropy as one op each, with the simplified gradient: the same function, with "
        "fewer roundings, in another order.",
        symptom="Both learn alike: over hundreds of steps their losses agree in six digits, and not bit for bit.",
        fix="Nothing: it is harmless, and quicker. Compare with a tolerance, on the gradient's own scale.",
        sources=(BACKPROP_NINJA,),
        base={"training": {"engine": "tape"}},
        start={"model": {"granularity": "fused"}},
        harmless=True,
    ),
}
