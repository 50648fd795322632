"""Bad starts: what a config can get wrong, with every gradient right."""

from collections.abc import Mapping

from model.ops.sources import (
    ACTIVATIONS_AND_GRADIENTS,
    BATCH_NORMALIZATION,
    BIAS_BEFORE_NORM,
    INIT_GAINS,
    TRAINING_DEEP_NETWORKS,
)
from model.trap import Trap

_STARTS = "Bad starts"
_PLAIN = {"model": {"batch_norm": "none"}}


STARTS: Mapping[str, Trap] = {
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
