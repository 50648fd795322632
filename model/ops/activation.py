"""The activation between layers."""

import torch

from model.ops.op import Backward, Op
from model.ops.sources import ACTIVATIONS_AND_GRADIENTS, BACKPROP_NINJA, TRAINING_DEEP_NETWORKS

ACTIVATION_OPS = {
    "tanh": Op(
        title="Tanh",
        inputs=("x",),
        signature="B D -> B D",
        forward=torch.tanh,
        code="{y} = torch.tanh({x})",
        latex=r"y = \tanh x",
        cell="y[b,d] = tanh(x[b,d])",
        backward={
            "x": Backward(
                lambda g, y, x: torch.addcmul(torch.ones_like(y), y, y, value=-1) * g,
                code="d{x} = torch.addcmul(torch.ones_like({y}), {y}, {y}, value=-1) * d{y}",
                latex=r"\mathrm{d}x = (1 - y^2) \odot \mathrm{d}y",
                cell="dx[b,d] = (1 − y[b,d]²) · dy[b,d]",
                textbook_code="d{x} = (1.0 - {y}**2) * d{y}",
                why="The same formula, but 1.0 - y**2 rounds twice: once after the square, once after the difference. "
                "Autograd fuses both into one multiply-add that rounds once, and addcmul does the same; so this line "
                "agrees with autograd to the last bit, and so can every gradient below it.",
                sources=(BACKPROP_NINJA,),
            )
        },
        why="Bends the line that the layer before has drawn, without which two linear layers would be one. Its slope "
        "is 1 - y², told by the output alone: at most 1, so that tanh can only shrink a gradient, and near 0 where |y| "
        "is near 1. There the unit is saturated, and nothing below it learns from this example.",
        sources=(TRAINING_DEEP_NETWORKS, ACTIVATIONS_AND_GRADIENTS),
    ),
}
