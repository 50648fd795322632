"""Mistakes that simple values hide: gains of 1 and biases of 0."""

from collections.abc import Mapping

from model.ops.sources import BACKPROP_NINJA
from model.trap import Bug, Trap
from model.wrong_rules import always, fused_norm, input_from_output

_MASKED = "Masked by simple values"
_SIMPLE = {"init": {"batch_norm_noise": 0.0}}
_RANDOM = {"init": {"batch_norm_noise": 0.1}}


MASKED: Mapping[str, Trap] = {
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
}
