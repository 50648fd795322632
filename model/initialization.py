"""The parameters a run starts from, drawn exactly in the order that the config promises."""

import torch
from torch import Tensor

from model.config import InitConfig
from model.network import Network


def initial_parameters(network: Network, init: InitConfig, generator: torch.Generator) -> dict[str, Tensor]:
    """Every parameter by name, in float32; batch norm's come from a generator of their own, seeded `seed + 1`.

    `generator` is left where the minibatches' draws begin. In order: C, then for each layer W and, where it has
    one, b; hidden W scaled by `hidden_gain / sqrt(fan_in)`, the output's by `output_scale`, every b by `bias_scale`.
    """
    batch_norm_generator = torch.Generator().manual_seed(init.seed + 1)
    shapes = {name: network.tensors[name].shape for name in network.parameters}
    output_weight = [name for name in shapes if name.startswith("W")][-1]
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
            if name != output_weight:
                scale = init.hidden_gain * by_fan_in
            else:
                scale = by_fan_in if init.output_scale is None else init.output_scale
            parameters[name] = normal * scale
    return parameters
