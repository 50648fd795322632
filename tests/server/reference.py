"""The same network written down once more, plainly, in torch and numpy: what the server's numbers are held against."""

import random
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.server.driving import Array, SessionDriver

WORDS = ["anna", "ben", "carla", "dan", "eve", "fred", "gina", "hal", "ida", "jon", "kim", "leo", "mia", "ned", "olga"]
CHARACTERS = [".", *sorted(set("".join(WORDS)))]
EPS = 1e-5

Statistics = tuple[Tensor, Tensor]  # Mean and variance of hprebn


def splits(seed: int = 42) -> dict[str, list[str]]:
    words = list(WORDS)
    random.Random(seed).shuffle(words)
    return {"train": words[:12], "validation": words[12:13], "test": words[13:]}


def examples(words: list[str], context_length: int = 3) -> tuple[Tensor, Tensor]:
    contexts, targets = [], []
    for word in words:
        context = [0] * context_length
        for character in word + ".":
            number = CHARACTERS.index(character)
            contexts.append(context)
            targets.append(number)
            context = [*context[1:], number]
    return torch.tensor(contexts), torch.tensor(targets)


def parameters(session: SessionDriver) -> dict[str, Tensor]:
    """A session's parameters in float64, ready for autograd."""
    return {
        name: torch.from_numpy(array).double().requires_grad_() for name, array in session.tensors("parameter").items()
    }


def hprebn(p: Mapping[str, Tensor], contexts: Tensor) -> Tensor:
    return p["C"][contexts].flatten(1) @ p["W1"] + p["b1"]


def statistics(p: Mapping[str, Tensor], contexts: Tensor) -> Statistics:
    x = hprebn(p, contexts)
    return x.mean(0, keepdim=True), x.var(0, keepdim=True)  # var: with Bessel's correction


def logits(p: Mapping[str, Tensor], contexts: Tensor, fixed: Statistics | None = None) -> Tensor:
    """One hidden layer with batch norm: of the batch itself, or with fixed statistics."""
    mean, variance = statistics(p, contexts) if fixed is None else fixed
    normalized = (hprebn(p, contexts) - mean) / torch.sqrt(variance + EPS)
    return torch.tanh(p["bngain"] * normalized + p["bnbias"]) @ p["W2"] + p["b2"]


def loss(p: Mapping[str, Tensor], contexts: Tensor, targets: Tensor, fixed: Statistics | None = None) -> Tensor:
    return F.cross_entropy(logits(p, contexts, fixed), targets)


def loss_and_gradients(session: SessionDriver) -> tuple[float, dict[str, Array]]:
    """What autograd says of a session's parameters on its minibatch, in float64."""
    p = parameters(session)
    total = loss(p, torch.from_numpy(session.tensor("Xb")), torch.from_numpy(session.tensor("Yb")))
    total.backward()
    return total.item(), {f"d{name}": value.grad.numpy() for name, value in p.items() if value.grad is not None}
