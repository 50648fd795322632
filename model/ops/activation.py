"""The activation between layers."""

import torch

from model.ops.op import Backward, Op

ACTIVATION_OPS = {
    "tanh": Op(
        title="Tanh",
        inputs=("x",),
        signature="B D -> B D",
        forward=torch.tanh,
        code="{y} = torch.tanh({x})",
        latex=r"y = \tanh x",
        backward={
            "x": Backward(
                lambda g, y, x: torch.addcmul(torch.ones_like(y), y, y, value=-1) * g,
                code="d{x} = torch.addcmul(torch.ones_like({y}), {y}, {y}, value=-1) * d{y}",
                latex=r"\mathrm{d}x = (1 - y^2) \odot \mathrm{d}y",
                textbook_code="d{x} = (1.0 - {y}**2) * d{y}",
                why="The same formula, but 1.0 - y**2 rounds twice: once after the square, once after the difference. "
                "Autograd fuses both into one multiply-add that rounds once, and addcmul does the same; so this line "
                "agrees with autograd to the last bit, and so can every gradient below it.",
            )
        },
        why="Where |y| is near 1 the unit is saturated: 1 - y² is near 0 and the gradient stops here.",
    ),
}
