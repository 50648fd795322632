"""Traps: what people get wrong in backpropagation, planted on purpose. Each is one entry of one table.

An armed trap takes the place of rules of the op table while a tape is recorded; the op table itself stays right. So
verification, which asks autograd, finds it wherever it does harm.
"""

from collections.abc import Mapping

import torch

from model.network import Call, Network
from model.ops.sources import (
    ACTIVATIONS_AND_GRADIENTS,
    BACK_PROPAGATION,
    BACKPROP_NINJA,
    BATCH_NORMALIZATION,
    BIAS_BEFORE_NORM,
    BROADCASTING,
    CANCELLATION,
    INIT_GAINS,
    LOG_SUM_EXP,
    MATRIX_GRADIENTS,
    OVERFLOW,
    TRAINING_DEEP_NETWORKS,
)
from model.trap import Bug, Trap
from model.wrong_rules import (
    always,
    as_at_evaluation,
    assigned,
    dropped,
    fused_code,
    fused_norm,
    fused_silencing,
    fused_without_mean,
    input_from_output,
    naive_cross_entropy,
    naive_cross_entropy_logits,
    norm_by_squares,
    silencing,
    weights_in,
    without_mean,
)


def _left_out(op: str, operand: str, index: int) -> Bug:
    """Nothing reaches this operand, the op's input of this number."""
    return Bug(op, operand, dropped(index), code=f"d{{{operand}}} = 0  # left out")


def _is_square(call: Call, network: Network) -> bool:
    rows, columns = network.tensors[call.operands["W"]].shape
    return rows == columns


def _is_as_wide_as_the_batch(call: Call, network: Network) -> bool:
    return call.shape[0] == call.shape[1]


_ACCUMULATION = "Incomplete backprop"
_NORM = "Batch norm"
_MASKED = "Masked by simple values"
_CLIPPING = "Loss clipping"
_ROUNDING = "Floating point"
_EMBEDDING = "Embedding"
_SCALE = "Scale and axis"
_SOFTMAX = "Softmax"
_STARTS = "Bad starts"

_PLAIN = {"model": {"batch_norm": "none"}}
_SIMPLE = {"init": {"batch_norm_noise": 0.0}}
_RANDOM = {"init": {"batch_norm_noise": 0.1}}

_ASSIGNED = (
    "{tensor} is used twice in the forward pass, so its gradient is a sum of two contributions. Written with = where "
    "+= belongs, the second one takes the first one's place: what comes through {lost} is lost."
)
_ADD = "Add the contributions up: += where a tensor has a gradient already."


def _incomplete(
    tensor: str, lost: str, bug: Bug, symptom: str, needs: str = "", *, difficulty: int = 1, harmless: bool = False
) -> Trap:
    return Trap(
        title=f"{tensor}: what comes through {lost} is lost",
        chapter=_ACCUMULATION,
        bugs=(bug,),
        why=_ASSIGNED.format(tensor=tensor, lost=lost),
        symptom=symptom,
        fix=_ADD,
        mistake="" if harmless else "lost",
        difficulty=0 if harmless else difficulty,
        needs=needs or "batch norm, and the atomic network",
        sources=(BACKPROP_NINJA, BACK_PROPAGATION),
        harmless=harmless,
    )


_ATOMIC_LOSS = "the atomic network: the fused one has this tensor inside one op"

TRAPS: Mapping[str, Trap] = {
    "bndiff_without_square": _incomplete(
        "bndiff",
        "bndiff2",
        _left_out("square", "x", 0),
        "dbndiff is wrong, and all that comes from it: dhprebn, dW1, dembcat, demb, dC. Not dbnmeani, nor db1: what "
        "the variance has to say sums to zero over the batch, and they are sums over the batch.",
        difficulty=2,
    ),
    "bndiff_without_product": _incomplete(
        "bndiff",
        "bnraw",
        _left_out("multiply_row", "a", 0),
        "Hardly anything is left of dbndiff: the layers before batch norm almost stop learning.",
    ),
    "hprebn_without_difference": _incomplete(
        "hprebn",
        "bndiff",
        _left_out("subtract_row", "a", 0),
        "All examples get the same gradient, the mean's share: dhprebn has equal rows.",
    ),
    "hprebn_without_mean": _incomplete(
        "hprebn",
        "bnmeani",
        _left_out("batch_mean", "x", 0),
        "dhprebn no longer sums to zero over the batch, so that db1 is not zero any more: a bias in front of batch "
        "norm seems to matter.",
        difficulty=2,
    ),
    "counts_without_sum": _incomplete(
        "counts",
        "counts_sum",
        _left_out("row_sum", "x", 0),
        "dlogits pulls at the right character and pushes at the likeliest alone, through the maximum, which now has a "
        "gradient: all others are left in peace.",
        _ATOMIC_LOSS,
    ),
    "counts_without_product": _incomplete(
        "counts",
        "probs",
        _left_out("multiply_column", "a", 0),
        "dlogits has all pushes, but pulls at the likeliest character in place of the right one, through the maximum: "
        "the network comes to believe itself, and the loss goes up.",
        _ATOMIC_LOSS,
    ),
    "logits_without_difference": _incomplete(
        "logits",
        "norm_logits",
        _left_out("subtract_column", "a", 0),
        "dlogits is zero but for rounding, and with it every gradient before it: nothing is learnt.",
        _ATOMIC_LOSS,
    ),
    "logits_without_maximum": _incomplete(
        "logits",
        "logit_maxes",
        _left_out("row_max", "x", 0),
        "None but the last bits: the maximum is only taken off to keep exp finite, and its gradient is zero.",
        _ATOMIC_LOSS,
        harmless=True,
    ),
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
            _left_out("subtract_row", "b", 1),
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
            _left_out("inverse_sqrt", "x", 0),
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
    "gain_forgotten": Trap(
        title="The gain forgotten on the way back",
        chapter=_MASKED,
        bugs=(
            Bug("scale_shift", "x", always(lambda g, y, gain, x, bias: g.clone()), code="d{x} = d{y}"),
            Bug(
                "batch_norm",
                "x",
                always(lambda g, y, x, gain, bias: fused_norm(x, gain.new_ones(gain.shape), g)),
                code="d{x} = bnvar_inv/B * (B*d{y} - d{y}.sum(0) - B/(B-1)*bnraw*(d{y}*bnraw).sum(0))",
            ),
        ),
        why="Times 1 is as good as not at all: as long as gains are what they start as in most code, the wrong line "
        "gives the right numbers.",
        symptom="Verification passes while all gains are 1 (batch_norm_noise 0), and fails as soon as they are not.",
        fix="Multiply by the gain. And check gradients where no parameter is 0 or 1.",
        mistake="factor",
        difficulty=2,
        needs="batch norm",
        hidden_while="all gains are 1",
        base=_SIMPLE,
        unmasked=_RANDOM,
    ),
    "output_for_input": Trap(
        title="The output in place of the input in the gain's gradient",
        chapter=_MASKED,
        bugs=(
            Bug(
                "scale_shift",
                "gain",
                always(lambda g, y, gain, x, bias: (y * g).sum(0, keepdim=True)),
                code="d{gain} = ({y} * d{y}).sum(0, keepdim=True)",
            ),
            Bug(
                "batch_norm",
                "gain",
                always(lambda g, y, x, gain, bias: (y * g).sum(0, keepdim=True)),
                code="d{gain} = ({y} * d{y}).sum(0, keepdim=True)",
            ),
        ),
        why="With gains of 1 and biases of 0 batch norm's output is its normalised input, and one may stand for the "
        "other. What the bias adds is not seen while it is 0.",
        symptom="Verification passes while gains are 1 and biases 0 (batch_norm_noise 0), and fails at dbngain "
        "afterwards.",
        fix="A product's gradient with respect to one side is the other side's value, the one before the bias.",
        mistake="value",
        difficulty=3,
        needs="batch norm",
        hidden_while="all gains are 1 and batch norm's biases 0",
        base=_SIMPLE,
        unmasked=_RANDOM,
    ),
    "bias_not_taken_off": Trap(
        title="The input found from the output, with the bias still in it",
        chapter=_MASKED,
        bugs=(
            Bug(
                "scale_shift",
                "gain",
                always(input_from_output),
                code="d{gain} = ({y} / {gain} * d{y}).sum(0, keepdim=True)  # {x} not kept",
            ),
            Bug(
                "batch_norm",
                "gain",
                always(lambda g, y, x, gain, bias: input_from_output(g, y, gain, x, bias)),
                code="d{gain} = ({y} / {gain} * d{y}).sum(0, keepdim=True)  # bnraw not kept",
            ),
        ),
        why="To spare memory the normalised input is not kept, but found again from the output: y = gain * x + bias, "
        "so x = (y - bias) / gain. Without taking the bias off it is x only as long as the bias is 0.",
        symptom="Verification passes while batch norm's biases are 0, whatever the gains, and fails at dbngain once "
        "they have moved.",
        fix="Take the bias off first. And check gradients where no parameter is 0.",
        mistake="value",
        difficulty=3,
        needs="batch norm",
        sources=(BACKPROP_NINJA,),
        hidden_while="batch norm's biases are 0",
        base=_SIMPLE,
        unmasked=_RANDOM,
    ),
    "loss_clipping": Trap(
        title="The loss clipped in place of the gradient",
        chapter=_CLIPPING,
        bugs=(
            Bug(
                "negative_log_likelihood",
                "logprobs",
                silencing,
                code="d{logprobs}[range(B), {Y}] = -1.0/B where -{logprobs}[range(B), {Y}] <= threshold, else 0",
            ),
            Bug(
                "cross_entropy",
                "logits",
                fused_silencing,
                code="d{logits} = (F.softmax({logits}, 1) - one_hot) / B; 0 in rows whose loss is above the threshold",
            ),
        ),
        why="min(loss, threshold) is flat above the threshold: an example that is predicted badly enough gets no "
        "gradient at all. It is the one that there is most to learn from.",
        symptom="The rows of dlogits of the worst examples are blank; outliers are never learnt.",
        fix="Clip the gradient, by norm or by value: it stays bounded and nobody is silenced.",
        mistake="silenced",
        difficulty=3,
        sources=(BACKPROP_NINJA, ACTIVATIONS_AND_GRADIENTS),
        threshold=4.0,
        hidden_while="no example's loss is above the threshold",
    ),
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
    "embedding_assigned": Trap(
        title="The embedding's gradient assigned, not accumulated",
        chapter=_EMBEDDING,
        bugs=(
            Bug(
                "embedding",
                "C",
                always(assigned),
                code="for b, t: d{C}[{X}[b, t]] = d{y}[b, t]",
            ),
        ),
        why="A character that stands in several places of the minibatch is pulled from all of them. Assigned, the "
        "last place alone counts.",
        symptom="dC is right for characters that stand once, and far too small for the frequent ones, above all '.'.",
        fix="+= in the loop, or index_add_.",
        mistake="assigned",
        difficulty=1,
        hidden_while="no character stands twice in the minibatch",
    ),
    "mean_forgotten": Trap(
        title="The 1/B of the mean forgotten",
        chapter=_SCALE,
        bugs=(
            Bug(
                "negative_log_likelihood",
                "logprobs",
                always(without_mean),
                code="d{logprobs} = torch.zeros_like({logprobs}); d{logprobs}[range(B), {Y}] = -1.0",
            ),
            Bug(
                "cross_entropy",
                "logits",
                always(fused_without_mean),
                code="d{logits} = F.softmax({logits}, 1); d{logits}[range(B), {Y}] -= 1",
            ),
        ),
        why="The loss is a mean, its gradient is written as of a sum: every gradient is B times too large, which is "
        "as good as a learning rate B times too large.",
        symptom="All gradients are wrong by one and the same factor; training jumps about or diverges.",
        fix="Divide by B once, where the mean is.",
        mistake="factor",
        difficulty=1,
        hidden_while="the minibatch has one example",
    ),
    "bias_not_summed": Trap(
        title="A bias's gradient that is not summed",
        chapter=_SCALE,
        bugs=(Bug("linear", "b", always(lambda g, y, x, W, b: g), code="d{b} = d{y}"),),
        why="The bias is broadcast over the batch, so that its gradient is a sum over the batch. Left out, it has a "
        "row for each example, and not the bias's shape.",
        symptom="It cannot even be armed: a gradient has its tensor's shape, and the shape tells.",
        fix="Sum over what was broadcast: .sum(0).",
        needs="a layer with a bias",
        is_caught=True,
        sources=(BROADCASTING, MATRIX_GRADIENTS),
    ),
    "wrong_axis": Trap(
        title="A bias's gradient summed over the wrong axis",
        chapter=_SCALE,
        bugs=(
            Bug(
                "linear",
                "b",
                always(lambda g, y, x, W, b: g.sum(1)),
                code="d{b} = d{y}.sum(1)",
                fits=_is_as_wide_as_the_batch,
            ),
        ),
        why="Summed over the layer's outputs in place of the examples. Where a minibatch has as many examples as the "
        "layer has outputs the shape agrees, and nothing else tells.",
        symptom="The biases' gradients are wrong, all others right.",
        fix="Sum over the batch: .sum(0). And try it with sizes that all differ.",
        mistake="axis",
        difficulty=1,
        needs="a biased layer with as many outputs as the minibatch has examples (hidden_sizes [32], batch_size 32)",
        base={"model": {"hidden_sizes": [32]}},
        sources=(BROADCASTING, MATRIX_GRADIENTS),
    ),
    "transposed": Trap(
        title="The weights not transposed on the way back",
        chapter=_SCALE,
        bugs=tuple(
            Bug(op, "x", always(lambda g, y, x, W, *b: g @ W), code="d{x} = d{y} @ {W}", fits=_is_square)
            for op in ("linear", "matmul")
        ),
        why="dy @ W and dy @ W.T have the same shape where W is square, so that the shapes, which otherwise show "
        "what must be transposed, do not tell.",
        symptom="All gradients before that layer are wrong, none after it.",
        fix="dx = dy @ W.T. And try it with sizes that all differ.",
        mistake="transposed",
        difficulty=2,
        needs="a layer with as many outputs as inputs (hidden_sizes [64, 64])",
        base={"model": {"hidden_sizes": [64, 64]}},
        sources=(MATRIX_GRADIENTS,),
    ),
    "maximum_forgotten": Trap(
        title="Softmax without taking off the maximum",
        chapter=_SOFTMAX,
        bugs=(
            # Autograd is to find it in the graph, with a gradient of zero.
            Bug("row_max", None, always(lambda x: 0 * x.max(1, keepdim=True).values), code="{y} = 0  # not taken off"),
            _left_out("row_max", "x", 0),
            Bug(
                "cross_entropy",
                None,
                always(naive_cross_entropy),
                code="{y} = -({logits}.exp() / {logits}.exp().sum(1, keepdim=True))[range(B), {Y}].log().mean()",
            ),
            Bug(
                "cross_entropy",
                "logits",
                always(naive_cross_entropy_logits),
                code="d{logits} = {logits}.exp() / {logits}.exp().sum(1, keepdim=True); d{logits}[range(B), {Y}] -= 1; "
                "d{logits} /= B",
            ),
        ),
        why="exp of a logit above 88 does not fit into float32. The maximum taken off changes nothing of the "
        "probabilities and keeps every exponent at 0 or below.",
        symptom="Nothing, until a logit grows: then counts is infinite, probs NaN, and with it every gradient.",
        fix="Take off each row's maximum before exp.",
        sources=(OVERFLOW, LOG_SUM_EXP, BACKPROP_NINJA),
        harmless=True,
    ),
    "gain_too_high": Trap(
        title="Hidden weights too large",
        chapter=_STARTS,
        bugs=(),
        why="With preactivations far from zero tanh is at ±1, where its slope is next to nothing: hardly any "
        "gradient comes through, and the units learn slowly or never.",
        symptom="Most activations are saturated, the gradient in front of tanh is a fraction of the one behind it.",
        fix="A gain of 5/3 over the root of the inputs keeps the spread from layer to layer; or batch norm.",
        sources=(ACTIVATIONS_AND_GRADIENTS, TRAINING_DEEP_NETWORKS, INIT_GAINS),
        base=_PLAIN,
        start={"init": {"hidden_gain": 15.0}},
    ),
    "gain_too_low": Trap(
        title="Hidden weights too small",
        chapter=_STARTS,
        bugs=(),
        why="Preactivations near zero make tanh a straight line, and activations so small that the weights behind "
        "them get next to no gradient.",
        symptom="Activations stand in one bar at zero; the gradient of W2 is a fraction of what it should be.",
        fix="A gain of 5/3 over the root of the inputs; or batch norm.",
        sources=(ACTIVATIONS_AND_GRADIENTS, TRAINING_DEEP_NETWORKS, INIT_GAINS),
        base=_PLAIN,
        start={"init": {"hidden_gain": 0.02}},
    ),
    "output_too_confident": Trap(
        title="Output weights of scale 1",
        chapter=_STARTS,
        bugs=(),
        why="Large logits are a firm opinion before anything has been learnt, and a wrong one.",
        symptom="The first losses are far above that of guessing (ln V), and fall like a hockey stick while the "
        "network unlearns its opinion.",
        fix="Begin with small output weights and no bias: all characters about equally likely.",
        sources=(ACTIVATIONS_AND_GRADIENTS,),
        start={"init": {"output_scale": 1.0}},
    ),
    "deep_without_norm": Trap(
        title="Eight layers without batch norm",
        chapter=_STARTS,
        bugs=(),
        why="Every layer multiplies the gradient by its weights and by tanh's slope. Eight factors a little below 1 "
        "leave next to nothing.",
        symptom="The gradient shrinks from layer 8 to layer 1: the first layers do not learn.",
        fix="Batch norm after every linear layer makes the spread independent of the weights' size.",
        sources=(TRAINING_DEEP_NETWORKS, BATCH_NORMALIZATION),
        base={"model": {"hidden_sizes": [64] * 8, "batch_norm": "hidden"}, "init": {"hidden_gain": 0.5}},
        start={"model": {"batch_norm": "none"}},
    ),
    "deep_and_exploding": Trap(
        title="Eight layers with large weights, without batch norm",
        chapter=_STARTS,
        bugs=(),
        why="Every layer multiplies the gradient by its weights. Where these are large, eight factors above 1 outdo "
        "all that saturated units hold back.",
        symptom="The gradient grows from layer 8 to layer 1, more than twentyfold; one step may throw the first "
        "layers anywhere.",
        fix="Batch norm after every linear layer, or a gain of 5/3; and gradient clipping against what is left.",
        sources=(TRAINING_DEEP_NETWORKS, BATCH_NORMALIZATION),
        base={"model": {"hidden_sizes": [64] * 8, "batch_norm": "hidden"}, "init": {"hidden_gain": 6.0}},
        start={"model": {"batch_norm": "none"}},
    ),
    "batch_of_two": Trap(
        title="Batch norm with hardly any batch",
        chapter=_STARTS,
        bugs=(),
        why="Of two examples one is above the mean and the other below, by the same amount: divided by their spread "
        "every activation is ±0.7071, whatever the network had to say. Of one example there is no spread at all: a "
        "session with batch norm and batch_size 1 is refused.",
        symptom="bnraw knows two values, and the gradient in front of batch norm is next to nothing.",
        fix="Minibatches of some dozens; or a norm that does not look at other examples.",
        sources=(BATCH_NORMALIZATION,),
        start={"training": {"batch_size": 2}},
    ),
    "bias_before_norm": Trap(
        title="A bias in front of batch norm",
        chapter=_STARTS,
        bugs=(),
        why="Batch norm takes every column's mean away, the bias with it: whatever the bias is, the loss is the same.",
        symptom="db1 is zero but for rounding, in every step, and b1 never moves; without batch norm it does.",
        fix="Leave it out (hidden_bias false): batch norm has a bias of its own.",
        sources=(BIAS_BEFORE_NORM,),
        base=_PLAIN,
        start={"model": {"batch_norm": "hidden"}},
        harmless=True,
    ),
    "rate_too_high": Trap(
        title="A learning rate too high",
        chapter=_STARTS,
        bugs=(),
        why="The gradient tells the slope here, and nothing of what comes two valleys further.",
        symptom="The loss leaps up at once, and soon it is no number any more: the run stops, and says where the "
        "first one that is not finite stands.",
        fix="An update of about a thousandth of the weights (−3 on the logarithmic scale).",
        sources=(ACTIVATIONS_AND_GRADIENTS,),
        start={"training": {"learning_rate": [{"from_step": 0, "value": 20.0}]}},
    ),
    "rate_too_low": Trap(
        title="A learning rate too low",
        chapter=_STARTS,
        bugs=(),
        why="Every step goes the right way, and hardly anywhere.",
        symptom="The loss falls so slowly that it seems to stand; updates are far below a thousandth of the weights.",
        fix="An update of about a thousandth of the weights (−3 on the logarithmic scale).",
        sources=(ACTIVATIONS_AND_GRADIENTS,),
        start={"training": {"learning_rate": [{"from_step": 0, "value": 1e-4}]}},
    ),
}
