"""The loss clipped, and softmax without taking off the maximum."""

from collections.abc import Mapping

from model.ops.sources import ACTIVATIONS_AND_GRADIENTS, BACKPROP_NINJA, LOG_SUM_EXP, OVERFLOW
from model.trap import Bug, Trap
from model.wrong_rules import (
    always,
    fused_silencing,
    left_out,
    naive_cross_entropy,
    naive_cross_entropy_logits,
    silencing,
)

_CLIPPING = "Loss clipping"
_SOFTMAX = "Softmax"


LOSS: Mapping[str, Trap] = {
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
    "maximum_forgotten": Trap(
        title="Softmax without taking off the maximum",
        chapter=_SOFTMAX,
        bugs=(
            # Autograd is to find it in the graph, with a gradient of zero.
            Bug("row_max", None, always(lambda x: 0 * x.max(1, keepdim=True).values), code="{y} = 0  # not taken off"),
            left_out("row_max", "x", 0),
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
}
