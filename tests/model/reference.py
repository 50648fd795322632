"""An independent training loop: plain PyTorch with autograd, written from the config's description alone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from model.config import Config

NAMES = Path(__file__).parents[2] / "model" / "data" / "names.txt"


@dataclass
class Reference:
    """Parameters as they start, then minibatch and loss of each step."""

    config: Config

    def __post_init__(self) -> None:
        config = self.config
        words = NAMES.read_text().split()
        letters = [".", *sorted(set("".join(words)))]
        random.Random(config.data.split_seed).shuffle(words)
        contexts, targets = [], []
        for word in words[: int(0.8 * len(words))]:
            context = [0] * config.data.context_length
            for letter in word + ".":
                contexts.append(context)
                targets.append(letters.index(letter))
                context = [*context[1:], letters.index(letter)]
        self.X, self.Y = torch.tensor(contexts), torch.tensor(targets)
        self.g = torch.Generator().manual_seed(config.init.seed)
        self.V = len(letters)
        self.parameters = self._draw()

    def _draw(self) -> dict[str, Tensor]:
        init, model = self.config.init, self.config.model
        bn = torch.Generator().manual_seed(init.seed + 1)
        p = {"C": torch.randn((self.V, model.embedding_size), generator=self.g)}
        fan_in = model.embedding_size * self.config.data.context_length
        suffixes = [""] if len(model.hidden_sizes) == 1 else [f"_{k + 1}" for k in range(len(model.hidden_sizes))]
        for k, size in enumerate(model.hidden_sizes):
            p[f"W{k + 1}"] = torch.randn((fan_in, size), generator=self.g) * init.hidden_gain / fan_in**0.5
            if model.hidden_bias:
                p[f"b{k + 1}"] = torch.randn(size, generator=self.g) * init.bias_scale
            if model.batch_norm != "none":
                p[f"bngain{suffixes[k]}"] = 1 + init.batch_norm_noise * torch.randn((1, size), generator=bn)
                p[f"bnbias{suffixes[k]}"] = init.batch_norm_noise * torch.randn((1, size), generator=bn)
            fan_in = size
        out = len(model.hidden_sizes) + 1
        scale = fan_in**-0.5 if init.output_scale is None else init.output_scale
        p[f"W{out}"] = torch.randn((fan_in, self.V), generator=self.g) * scale
        if model.output_bias:
            p[f"b{out}"] = torch.randn(self.V, generator=self.g) * init.bias_scale
        if model.batch_norm == "all":
            p["bngain_out"] = 1 + init.batch_norm_noise * torch.randn((1, self.V), generator=bn)
            p["bnbias_out"] = init.batch_norm_noise * torch.randn((1, self.V), generator=bn)
        return p

    def logits(self, Xb: Tensor) -> Tensor:
        p, model = self.parameters, self.config.model
        suffixes = [""] if len(model.hidden_sizes) == 1 else [f"_{k + 1}" for k in range(len(model.hidden_sizes))]
        x = p["C"][Xb].flatten(1)
        for k, suffix in enumerate(suffixes, start=1):
            x = x @ p[f"W{k}"] + p.get(f"b{k}", 0)
            if model.batch_norm != "none":
                x = normalize(x) * p[f"bngain{suffix}"] + p[f"bnbias{suffix}"]
            x = torch.tanh(x)
        out = len(suffixes) + 1
        x = x @ p[f"W{out}"] + p.get(f"b{out}", 0)
        return normalize(x) * p["bngain_out"] + p["bnbias_out"] if model.batch_norm == "all" else x

    def train(self, steps: int) -> Iterator[tuple[Tensor, Tensor, float]]:
        """Minibatch and loss of each step."""
        for p in self.parameters.values():
            p.requires_grad_()
        optimizer = torch.optim.SGD(self.parameters.values(), lr=self.config.training.learning_rate[0].value)
        for _ in range(steps):
            chosen = torch.randint(0, len(self.X), (self.config.training.batch_size,), generator=self.g)
            loss = F.cross_entropy(self.logits(self.X[chosen]), self.Y[chosen])
            yield self.X[chosen], self.Y[chosen], loss.item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def normalize(x: Tensor) -> Tensor:
    variance, mean = torch.var_mean(x, 0, correction=1)
    return (x - mean) / torch.sqrt(variance + 1e-5)
