"""Outliers: examples with a wrong label, planted to see who learns from them, and who never does."""

import random
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from model.dataset import Examples

MOST = 20


class InvalidOutliers(ValueError):
    """These outliers cannot be planted; the message says why."""


@dataclass(frozen=True)
class Outliers:
    """So many, chosen by a seed."""

    count: int
    seed: int = 0


@dataclass(frozen=True)
class Outlier:
    """An example of the training split, by its number, whose target was replaced; characters by their numbers."""

    example: int
    context: tuple[int, ...]
    right: int
    planted: int


def choose_outliers(examples: Examples, wanted: Outliers) -> tuple[Outlier, ...]:
    """Which examples become outliers, and what their targets become: the rarest target of all.

    Only examples whose context stands nowhere else are chosen: of two with the same context, each pulls against the
    other, and none could be learnt. Raises InvalidOutliers where there are too few.
    """
    lone = _lone(examples.contexts)
    if wanted.count > len(lone):
        raise InvalidOutliers(
            f"outliers: {wanted.count} are wanted, but only {len(lone)} examples of the training split have a context "
            "of their own; plant fewer, or make a session with a longer context_length"
        )
    counts = torch.bincount(examples.targets)
    rarest = [int(target) for target in torch.argsort(counts, stable=True) if counts[target] > 0]
    chosen = sorted(random.Random(wanted.seed).sample(lone, wanted.count))
    return tuple(_outlier(examples, number, rarest) for number in chosen)


def relabelled(examples: Examples, outliers: tuple[Outlier, ...]) -> Examples:
    """The same examples with the outliers' targets in place of the right ones; contexts are shared."""
    targets = examples.targets.clone()
    for outlier in outliers:
        targets[outlier.example] = outlier.planted
    return Examples(examples.contexts, targets)


def _outlier(examples: Examples, number: int, rarest: list[int]) -> Outlier:
    right = int(examples.targets[number])
    planted = next((target for target in rarest if target != right), None)
    if planted is None:
        raise InvalidOutliers("outliers: all targets of the training split are the same character")
    return Outlier(number, tuple(examples.contexts[number].tolist()), right, planted)


def _lone(contexts: Int[Tensor, "N T"]) -> list[int]:
    """The numbers of the examples whose context no other one has."""
    # Rows are compared by a hash: where two hashes agree by chance, an example is not chosen, and no harm is done.
    weights = np.random.default_rng(0).integers(1, 2**63, contexts.shape[1], dtype=np.uint64)
    with np.errstate(over="ignore"):
        hashes = (contexts.numpy().astype(np.uint64) + np.uint64(1)) @ weights
    _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    return sorted(first[counts == 1].tolist())
