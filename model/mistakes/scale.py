"""Gradients of the wrong size: not accumulated, not divided, summed over the wrong axis, not transposed."""

from collections.abc import Mapping

from model.network import Call, Network
from model.ops.sources import BROADCASTING, MATRIX_GRADIENTS
from model.trap import Bug, Trap
from model.wrong_rules import always, assigned, fused_without_mean, without_mean

_EMBEDDING = "Embedding"
_SCALE = "Scale and axis"


def _is_square(call: Call, network: Network) -> bool:
    rows, columns = network.tensors[call.operands["W"]].shape
    return rows == columns


def _is_as_wide_as_the_batch(call: Call, network: Network) -> bool:
    return call.shape[0] == call.shape[1]


SCALE: Mapping[str, Trap] = {
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
}
