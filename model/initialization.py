"""The parameters a run starts from, drawn exactly in the order that the config promises."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from model.config import InitConfig
from model.network import Network
from model.ops import Source
from model.ops.sources import (
    ACTIVATIONS_AND_GRADIENTS,
    BACKPROP_NINJA,
    BATCH_NORMALIZATION,
    DELVING_DEEP,
    INIT_GAINS,
    TRAINING_DEEP_NETWORKS,
)

_BY_FAN_IN = (
    "Each output is a sum over all {fan_in} inputs, and its spread grows with the square root of their number: divided "
    "by √{fan_in}, it is that of one input, and neither values nor gradients fade or explode from layer to layer."
)
_FOR_TANH = " tanh squashes what it is given; the gain makes up for that (5/3 is the usual one)."
_SMALL_OUTPUT = (
    "Small, so that at first all logits are nearly alike: every character is as probable as any other, and the loss "
    "starts near ln V. With large ones it would start out sure of itself, and wrong."
)
_NOT_ZERO = "Small, but not zero as is usual: zeros could hide a gradient that is wrong."
_FOR_NORM = (BATCH_NORMALIZATION, BACKPROP_NINJA)


@dataclass(frozen=True)
class Start:
    """How one parameter is drawn: the line, with generators `g` and, for batch norm, `g_norm`; and why so."""

    code: str
    why: str
    sources: tuple[Source, ...]


def initial_parameters(network: Network, init: InitConfig, generator: torch.Generator) -> dict[str, Tensor]:
    """Every parameter by name, in float32; batch norm's come from a generator of their own, seeded `seed + 1`.

    `generator` is left where the minibatches' draws begin. In order: C, then for each layer W and, where it has
    one, b; hidden W scaled by `hidden_gain / sqrt(fan_in)`, the output's by `output_scale`, every b by `bias_scale`.
    """
    batch_norm_generator = torch.Generator().manual_seed(init.seed + 1)
    shapes = {name: network.tensors[name].shape for name in network.parameters}
    parameters = {}
    for name, shape in shapes.items():
        if name.startswith("bn"):
            noise = init.batch_norm_noise * torch.randn(shape, generator=batch_norm_generator)
            parameters[name] = 1 + noise if name.startswith("bngain") else noise
            continue
        normal = torch.randn(shape, generator=generator)
        if name == "C":
            parameters[name] = normal
        elif name.startswith("b"):
            parameters[name] = normal * init.bias_scale
        else:
            by_fan_in = shape[0] ** -0.5
            if name != _output_weight(network):
                scale = init.hidden_gain * by_fan_in
            else:
                scale = by_fan_in if init.output_scale is None else init.output_scale
            parameters[name] = normal * scale
    return parameters


def starts(network: Network, init: InitConfig) -> Mapping[str, Start]:
    """The same in words: for every parameter the line that draws it, in the order in which they are drawn."""
    return {name: _start(name, network, init) for name in network.parameters}


def _start(name: str, network: Network, init: InitConfig) -> Start:
    shape = tuple(network.tensors[name].shape)
    if name.startswith("bn"):
        noise = f"{init.batch_norm_noise} * torch.randn({shape}, generator=g_norm)"
        if name.startswith("bngain"):
            return Start(f"{name} = 1 + {noise}", f"Near 1: it begins by changing nothing. {_NOT_ZERO}", _FOR_NORM)
        return Start(f"{name} = {noise}", _NOT_ZERO, _FOR_NORM)
    normal = f"{name} = torch.randn({shape}, generator=g)"
    if name == "C":
        return Start(normal, "Standard normal: every character begins somewhere else.", (ACTIVATIONS_AND_GRADIENTS,))
    if name.startswith("b"):
        return Start(f"{normal} * {init.bias_scale}", _NOT_ZERO, (BACKPROP_NINJA,))
    by_fan_in = _BY_FAN_IN.format(fan_in=shape[0])
    if name != _output_weight(network):
        gain = "(5/3)" if init.hidden_gain == 5 / 3 else str(init.hidden_gain)
        sources = (TRAINING_DEEP_NETWORKS, DELVING_DEEP, INIT_GAINS)
        return Start(f"{normal} * ({gain} * {shape[0]}**-0.5)", by_fan_in + _FOR_TANH, sources)
    if init.output_scale is None:
        return Start(f"{normal} * {shape[0]}**-0.5", by_fan_in, (TRAINING_DEEP_NETWORKS, DELVING_DEEP))
    return Start(f"{normal} * {init.output_scale}", _SMALL_OUTPUT, (ACTIVATIONS_AND_GRADIENTS,))


def _output_weight(network: Network) -> str:
    return [name for name in network.parameters if name.startswith("W")][-1]
