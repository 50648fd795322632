"""Incomplete backprop: `=` where `+=` belongs, so that one of several contributions is lost."""

from collections.abc import Mapping

from model.ops.sources import BACK_PROPAGATION, BACKPROP_NINJA
from model.trap import Bug, Trap
from model.wrong_rules import left_out

_ACCUMULATION = "Incomplete backprop"
_ASSIGNED = (
    "{tensor} is used twice in the forward pass, so its gradient is a sum of two contributions. Written with = where "
    "+= belongs, the second one takes the first one's place: what comes through {lost} is lost."
)
_ADD = "Add the contributions up: += where a tensor has a gradient already."
_ATOMIC_LOSS = "the atomic network: the fused one has this tensor inside one op"


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


ACCUMULATION: Mapping[str, Trap] = {
    "bndiff_without_square": _incomplete(
        "bndiff",
        "bndiff2",
        left_out("square", "x", 0),
        "dbndiff is wrong, and all that comes from it: dhprebn, dW1, dembcat, demb, dC. Not dbnmeani, nor db1: what "
        "the variance has to say sums to zero over the batch, and they are sums over the batch.",
        difficulty=2,
    ),
    "bndiff_without_product": _incomplete(
        "bndiff",
        "bnraw",
        left_out("multiply_row", "a", 0),
        "Hardly anything is left of dbndiff: the layers before batch norm almost stop learning.",
    ),
    "hprebn_without_difference": _incomplete(
        "hprebn",
        "bndiff",
        left_out("subtract_row", "a", 0),
        "All examples get the same gradient, the mean's share: dhprebn has equal rows.",
    ),
    "hprebn_without_mean": _incomplete(
        "hprebn",
        "bnmeani",
        left_out("batch_mean", "x", 0),
        "dhprebn no longer sums to zero over the batch, so that db1 is not zero any more: a bias in front of batch "
        "norm seems to matter.",
        difficulty=2,
    ),
    "counts_without_sum": _incomplete(
        "counts",
        "counts_sum",
        left_out("row_sum", "x", 0),
        "dlogits pulls at the right character and pushes at the likeliest alone, through the maximum, which now has a "
        "gradient: all others are left in peace.",
        _ATOMIC_LOSS,
    ),
    "counts_without_product": _incomplete(
        "counts",
        "probs",
        left_out("multiply_column", "a", 0),
        "dlogits has all pushes, but pulls at the likeliest character in place of the right one, through the maximum: "
        "the network comes to believe itself, and the loss goes up.",
        _ATOMIC_LOSS,
    ),
    "logits_without_difference": _incomplete(
        "logits",
        "norm_logits",
        left_out("subtract_column", "a", 0),
        "dlogits is zero but for rounding, and with it every gradient before it: nothing is learnt.",
        _ATOMIC_LOSS,
    ),
    "logits_without_maximum": _incomplete(
        "logits",
        "logit_maxes",
        left_out("row_max", "x", 0),
        "None but the last bits: the maximum is only taken off to keep exp finite, and its gradient is zero.",
        _ATOMIC_LOSS,
        harmless=True,
    ),
}
