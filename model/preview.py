"""The pending update, tried on the minibatch that it comes from: what it does to the loss and to each probability."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from model.tape import Tape, forward
from model.update import Clipping, clip, updated_parameters


@dataclass(frozen=True)
class Preview:
    """The minibatch before the update and after it; batch norm takes its statistics anew, as training would."""

    loss_before: float
    loss_after: float
    loss_predicted: float  # To first order: loss - rate · Σ g · clipped g; without clipping the sum is ‖g‖²
    gradient_norm: float  # Of all parameters' gradients together, before clipping
    kept_share: float | None  # Of that norm, what clipping leaves of it; None: nothing is clipped
    losses_before: Float[Tensor, "B"]  # Of each example, in nats
    losses_after: Float[Tensor, "B"]
    probabilities_before: Float[Tensor, "B V"]
    probabilities_after: Float[Tensor, "B V"]


@torch.no_grad()
def preview_update(tape: Tape, rate: float, clipping: Clipping | None) -> Preview:
    """What θ - rate · dθ makes of the tape's own minibatch. The tape is not changed.

    Sums are taken in float64: an update may change the loss by less than its first-order estimate would be off.
    """
    before = tape.values
    batch = {name: before[name] for name in ("Xb", "Yb")}
    after = forward(tape.network, batch | updated_parameters(tape, rate, clipping), tape.replaced)
    gradients = {name: tape.gradients[f"d{name}"] for name in tape.network.parameters}
    clipped = clip(gradients, clipping)
    norm, kept = _norm(gradients), _norm(clipped)
    log_before, log_after = (values["logits"].double().log_softmax(1) for values in (before, after))
    return Preview(
        loss_before=before["loss"].item(),
        loss_after=after["loss"].item(),
        loss_predicted=first_order(tape, clipped, rate),
        gradient_norm=norm,
        kept_share=None if clipping is None else kept / norm if norm else 1.0,
        losses_before=_losses(log_before, before["Yb"]),
        losses_after=_losses(log_after, before["Yb"]),
        probabilities_before=log_before.exp(),
        probabilities_after=log_after.exp(),
    )


def first_order(tape: Tape, direction: Mapping[str, Tensor], rate: float) -> float:
    """The loss that the gradients foretell where these parameters go by - rate · direction: loss - rate · Σ g · d."""
    slope = sum(_dot(tape.gradients[f"d{name}"], d) for name, d in direction.items())
    return tape.values["loss"].item() - rate * slope


def _norm(tensors: Mapping[str, Tensor]) -> float:
    norms = [torch.linalg.vector_norm(tensor, dtype=torch.float64) for tensor in tensors.values()]
    return float(torch.stack(norms).norm())


def _dot(a: Tensor, b: Tensor) -> float:
    return float(a.double().flatten() @ b.double().flatten())


def _losses(logprobs: Float[Tensor, "B V"], targets: Int[Tensor, "B"]) -> Float[Tensor, "B"]:
    return -logprobs[torch.arange(len(targets)), targets]
