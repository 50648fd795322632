"""What no step can do without: its matrix products, and nothing else."""

import torch
from torch import Tensor

from model.training import Run


class Products:
    """Every layer's product forwards, and those of the gradients of its weights and its input."""

    def __init__(self, run: Run) -> None:
        B = run.config.training.batch_size
        self.products: list[tuple[Tensor, Tensor, Tensor]] = []
        for W in (value for name, value in run.parameters.items() if name.startswith("W")):
            inputs, outputs = W.shape
            x, dy = torch.randn(B, inputs), torch.randn(B, outputs)
            y, dW, dx = torch.empty(B, outputs), torch.empty_like(W), torch.empty(B, inputs)
            self.products += [(x, W, y), (x.T, dy, dW), (dy, W.T, dx)]

    def step(self) -> None:
        """All of them."""
        for a, b, out in self.products:
            torch.mm(a, b, out=out)
