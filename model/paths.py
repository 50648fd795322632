"""The paths on which a gradient comes through batch norm: direct, through the mean, through the variance.

Batch norm's output depends on a cell of its input three times: on the cell itself, on its channel's mean, and on its
channel's variance. The chain rule gives a gradient for each (Ioffe and Szegedy, 2015, section 3), and their sum is the
gradient of the input. They are computed from the tape's step, whether batch norm is one op there or seven.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from model.network import BatchNorm
from model.ops.batch_norm import EPS
from model.tape import Tape


class Paths:
    """All paths through one batch norm in a step, each computed once. Channels are columns."""

    @torch.no_grad()
    def __init__(self, tape: Tape, norm: BatchNorm) -> None:
        self._x = tape.values[norm.input]  # B,H
        self._B = len(self._x)
        mean, self._variance = tape.batch_statistics(norm)  # 1,H
        self._difference = self._x - mean  # B,H
        self._dnormalized = tape.values[norm.gain] * tape.gradients[f"d{norm.output}"]  # B,H
        self._dx = tape.gradients[f"d{norm.input}"]  # B,H

    @torch.no_grad()
    def tensor(self, path: str) -> Tensor:
        """One of `norm.paths`, by its key there."""
        found: Tensor = getattr(self, path)
        return found

    @cached_property
    def direct(self) -> Float[Tensor, "B H"]:
        return self._dnormalized * (self._variance + EPS) ** -0.5

    @cached_property
    def mean(self) -> Float[Tensor, "B H"]:
        return (-1 / self._B * self.direct.sum(0, keepdim=True)).expand_as(self._x).contiguous()

    @cached_property
    def variance(self) -> Float[Tensor, "B H"]:
        return self._dvariance * 2 / (self._B - 1) * self._difference

    @cached_property
    def remainder(self) -> Float[Tensor, "B H"]:
        return self.direct + self.mean + self.variance - self._dx

    @cached_property
    def difference_sum(self) -> Float[Tensor, "1 H"]:
        return self._difference.sum(0, keepdim=True)

    @cached_property
    def mean_through_variance(self) -> Float[Tensor, "1 H"]:
        """What each example would get by d bnvar / d bnmeani; the sum of differences being zero, it is rounding."""
        return self._dvariance * (-2 / (self._B - 1) * self.difference_sum) / self._B

    @cached_property
    def _dvariance(self) -> Float[Tensor, "1 H"]:
        scaled = (self._dnormalized * self._difference).sum(0, keepdim=True)
        return -0.5 * (self._variance + EPS) ** -1.5 * scaled


@dataclass(frozen=True)
class Path:
    """One entry of the table: formula and code, and what is worth knowing. Its rule is of the same name in `Paths`."""

    title: str
    latex: str
    code: str
    why: str
    per_channel: bool = False  # One number for all examples: 1,H in place of B,H


PATHS = {
    "direct": Path(
        "Direct",
        latex=r"\mathrm{d}x_{ij}^{\mathrm{direct}} = \mathrm{gain}_j\, \mathrm{d}y_{ij}\, "
        r"(\sigma_j^2 + \epsilon)^{-1/2}",
        code="direct = bngain * dhpreact * bnvar_inv",
        why="By the cell itself, as if mean and variance were constants: dhpreact, scaled channel by channel. Step by "
        "step it is what bndiff gets through bnraw.",
    ),
    "mean": Path(
        "Through the mean",
        latex=r"\mathrm{d}x_{ij}^{\mathrm{mean}} = -\frac{1}{B} \sum_k \mathrm{d}x_{kj}^{\mathrm{direct}}",
        code="mean = (-1/B * direct.sum(0, keepdim=True)).expand_as(hprebn)",
        why="Every example moves the mean by 1/B, and the mean is taken off all of them: one number for a channel, "
        "which makes the gradient sum to zero. So a bias in front of batch norm has no gradient.",
    ),
    "variance": Path(
        "Through the variance",
        latex=r"\mathrm{d}x_{ij}^{\mathrm{var}} = \frac{2}{B - 1} (x_{ij} - \mu_j) \mathrm{d}\sigma_j^2",
        code="variance = 2/(B-1) * bndiff * dbnvar",
        why="A cell far from the mean moves the variance most, and gets a gradient in proportion: what of the direct "
        "path would only make the channel wider or narrower is taken off.",
    ),
    "remainder": Path(
        "Remainder",
        latex=r"\mathrm{direct} + \mathrm{mean} + \mathrm{var} - \mathrm{d}x",
        code="remainder = direct + mean + variance - dhprebn",
        why="Nothing but rounding.",
    ),
    "mean_through_variance": Path(
        "Through the mean and the variance",
        latex=r"\frac{1}{B}\, \mathrm{d}\sigma_j^2 \frac{\partial \sigma_j^2}{\partial \mu_j}, \quad "
        r"\frac{\partial \sigma_j^2}{\partial \mu_j} = -\frac{2}{B - 1} \sum_i (x_{ij} - \mu_j) = 0",
        code="mean_through_variance = dbnvar * (-2/(B-1) * bndiff.sum(0, keepdim=True)) / B",
        why="The variance is taken about the mean, but moving the mean does not change it to first order: the "
        "differences from the mean sum to zero, by what a mean is.",
        per_channel=True,
    ),
    "difference_sum": Path(
        "Sum of the differences",
        latex=r"\sum_i (x_{ij} - \mu_j) = 0",
        code="difference_sum = bndiff.sum(0, keepdim=True)",
        why="Zero, but for rounding.",
        per_channel=True,
    ),
}
