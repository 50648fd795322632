"""Is each hand-written gradient right? Compared with what autograd gives for the same numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.dataset import Examples
from model.engine import Orders
from model.kernel_engine import KernelEngine
from model.network import Network
from model.tape import NOTHING, Replaced, Tape, record
from model.update import initial_running


@dataclass(frozen=True)
class Agreement:
    """How close one hand-written gradient is to autograd's."""

    name: str
    exact: bool  # Equal to the last bit
    approximate: bool  # Equal by torch.allclose, on the gradient's own scale: see `compare`
    maxdiff: float  # The largest absolute difference of a cell
    largest: float  # The largest magnitude of a cell by autograd


def verify(tape: Tape) -> list[Agreement]:
    """Each gradient of the tape's step against autograd, in the order in which they become known."""
    expected = autograd_gradients(tape.network, _inputs(tape), tape.replaced)
    largest = {name: gradient.abs().max().item() for name, gradient in expected.items()}
    rows = []
    for name, contributions in tape.network.gradients.items():
        source = min(largest.get(contribution.call.gradient, 1.0) for contribution in contributions)
        rows.append(compare(name, tape.gradients[name], expected[name], source))
    return rows


def kernel_differences(tape: Tape) -> dict[str, float]:
    """The largest difference of a cell between the kernel's gradient of each parameter and the tape's, by name (`dC`).

    The kernel computes the tape's step from the same parameters and minibatch, in memory of its own. It knows no
    planted bugs: where the tape has some, one without them is compared.
    """
    network = tape.network
    if tape.replaced:
        tape = record(network, _inputs(tape))
    minibatch = Examples(tape.values["Xb"].int(), tape.values["Yb"])
    parameters = {name: tape.values[name] for name in network.parameters}
    kernel = KernelEngine(network, minibatch, parameters, initial_running(network))
    kernel.run(Orders(first_step=0, minibatches=torch.arange(len(minibatch))[None], rates=np.zeros(1)))
    return {name: (ours - tape.gradients[name]).abs().max().item() for name, ours in kernel.gradients.items()}


def compare(name: str, ours: Tensor, autograd: Tensor, source: float = 0.0) -> Agreement:
    """One gradient's verdict; NaN never agrees.

    A cell is a sum, whose rounding error is that of its terms however small it comes out. So torch.allclose's
    absolute tolerance (1e-8) grows with the gradient's largest cell (its relative tolerance, 1e-5, of that), and with
    `source`, the largest cell of the gradient that this one is computed from (16 roundings of that: a bias in front of
    batch norm has a gradient that is zero, as a sum of terms that are not).
    """
    scale = autograd.abs().max().item()
    tolerance = max(1e-8, 1e-5 * scale, 16 * torch.finfo(autograd.dtype).eps * source)
    return Agreement(
        name=name,
        exact=torch.equal(ours, autograd),
        approximate=math.isfinite(tolerance) and torch.allclose(ours, autograd, rtol=1e-5, atol=tolerance),
        maxdiff=(ours - autograd).abs().max().item(),
        largest=scale,
    )


def autograd_gradients(
    network: Network, inputs: Mapping[str, Tensor], replaced: Replaced = NOTHING
) -> dict[str, Tensor]:
    """What autograd gives for the gradients of every parameter and intermediate, by name (`dC`, `dlogits`).

    Where the forward pass is replaced it is that one which is differentiated; backward rules have no say.
    """
    values = dict(inputs)
    with torch.enable_grad():
        for name in network.parameters:
            values[name] = values[name].detach().clone().requires_grad_()
        for call in network.calls:
            compute = replaced.forward.get(call.output, call.op.forward)
            values[call.output] = compute(*(values[name] for name in call.inputs))
            values[call.output].retain_grad()
    values["loss"].backward()
    gradients = {name: values[name[1:]].grad for name in network.gradients}
    return {name: gradient for name, gradient in gradients.items() if gradient is not None}


def _inputs(tape: Tape) -> dict[str, Tensor]:
    return {spec.name: tape.values[spec.name] for spec in tape.network.inputs}
