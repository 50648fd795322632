"""The trained network outside training: batch norm with fixed statistics, losses of splits, words drawn from it."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from model.architecture import build_network
from model.config import Config
from model.dataset import END, Dataset, Examples, InvalidWords
from model.ops.batch_norm import normalize

# All examples' outputs of one layer, if they are no more numbers than this, are held until the next one is measured:
# each layer is then computed once, and else anew for each batch norm after it.
HELD_CELLS = 64_000_000
CHUNK_CELLS = 4_000_000  # Numbers of the widest layer at a time, so that memory does not grow with the data set.
MAX_SAMPLE_LENGTH = 200  # Characters after which a word that does not end is cut.

Statistics = Mapping[str, tuple[Tensor, Tensor]]  # Mean and variance (1 x H), by the name of batch norm's input


@dataclass(frozen=True)
class Sample:
    """A word drawn from the network."""

    word: str
    probability: float  # Of drawing these characters and the end after them, given the prompt
    complete: bool  # False where the word was cut because it did not end
    character_probabilities: tuple[float, ...]  # The factors of it: of each character drawn and, at last, of the end


class NotFinite(ValueError):
    """The network gives no finite numbers any more: training has diverged."""


class TrainedNetwork:
    """Parameters frozen at one moment: training may go on meanwhile, since it never changes them in place.

    `between` is called between any two pieces of work, none of which takes long; it may raise, to break off.
    """

    def __init__(
        self,
        config: Config,
        parameters: Mapping[str, Tensor],
        vocabulary: int,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        self.parameters = parameters
        self.between = between
        self.context_length = config.data.context_length
        fused = config.model.model_copy(update={"granularity": "fused"})
        network = build_network(fused, batch_size=1, context_length=self.context_length, vocabulary=vocabulary)
        self.calls = network.calls[:-1]  # All but the loss
        self.batch_norms = network.batch_norms
        widest = max(math.prod(call.shape) for call in self.calls)  # Of one example
        self.chunk = max(1, CHUNK_CELLS // widest)
        self.widths = {call.output: math.prod(call.shape) for call in self.calls}
        self.begins = {"Xb": 0, **{call.output: number for number, call in enumerate(self.calls, start=1)}}

    def calibrated(self, contexts: Int[Tensor, "N T"]) -> Statistics:
        """The statistics at each batch norm when all these examples go through as one batch."""
        statistics: dict[str, tuple[Tensor, Tensor]] = {}
        since, held = "Xb", contexts.split(self.chunk)
        for norm in self.batch_norms:  # In forward order: each needs those before it.
            inputs = (self._forward(x, statistics, since=since, until=norm.input) for x in held)
            if len(contexts) * self.widths[norm.input] > HELD_CELLS:
                statistics[norm.input] = _moments(inputs)
            else:  # What comes next begins here.
                since, held = norm.input, tuple(inputs)
                statistics[norm.input] = _moments(held)
        return statistics

    def running(self, running: Mapping[str, Tensor]) -> Statistics:
        """The statistics that were collected while training, under the names the run keeps them by."""
        return {n.input: (running[n.running_mean], running[n.running_variance]) for n in self.batch_norms}

    def logits(self, contexts: Int[Tensor, "N T"], statistics: Statistics) -> Float[Tensor, "N V"]:
        """The logits of the character after each context."""
        return self._forward(contexts, statistics, since="Xb", until="logits")

    def loss(self, examples: Examples, statistics: Statistics) -> float | None:
        """Mean cross-entropy over all examples, in nats a character; None where there are no examples."""
        if not len(examples):
            return None
        total = 0.0
        chunks = zip(examples.contexts.split(self.chunk), examples.targets.split(self.chunk), strict=True)
        for contexts, targets in chunks:
            logits = self.logits(contexts, statistics)
            total += F.cross_entropy(logits, targets, reduction="sum").item()
        return total / len(examples)

    @torch.no_grad()
    def _forward(self, x: Tensor, statistics: Statistics, *, since: str, until: str) -> Tensor:
        # The calls are a chain: each takes the one before it and parameters, so nothing else has to be kept.
        name = since
        for call in self.calls[self.begins[since] :]:
            self.between()
            inputs = {tensor: x if tensor == name else self.parameters[tensor] for tensor in call.inputs}
            if call.op_name == "batch_norm":
                gain, bias = (self.parameters[parameter] for parameter in call.inputs[1:])
                x = gain * normalize(x, *statistics[name]) + bias
            else:
                x = call.op.forward(*inputs.values())
            name = call.output
            if name == until:
                break
        return x


def _moments(chunks: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean and variance (with Bessel's correction) of a tensor's columns over all examples.

    Chunks are merged in float64, after Chan, Golub and LeVeque (1979).
    """
    count, mean, squares = 0, torch.zeros(()), torch.zeros(())
    for chunk in chunks:
        x = chunk.double()
        chunk_mean = x.mean(0, keepdim=True)
        difference, total = chunk_mean - mean, count + len(x)
        squares = squares + ((x - chunk_mean) ** 2).sum(0, keepdim=True)
        squares = squares + difference**2 * (count * len(x) / total)
        mean, count = mean + difference * (len(x) / total), total
    return mean.float(), (squares / (count - 1)).float()


@torch.no_grad()
def sample_words(
    network: TrainedNetwork,
    statistics: Statistics,
    dataset: Dataset,
    *,
    count: int,
    prompt: str = "",
    generator: torch.Generator,
) -> list[Sample]:
    """Draw `count` words, character by character, each beginning with the prompt.

    Raises InvalidWords where the prompt has a character that no word has, NotFinite where training has diverged.
    """
    T = network.context_length
    if END in prompt:
        raise InvalidWords(f"the prompt has a {END!r}, which marks a word's start and end")
    start = dataset.encode(END * T + prompt)
    words = torch.tensor([start] * count)
    chosen = torch.zeros((count, 0), dtype=torch.float64)  # log probabilities, count x characters drawn
    unfinished = torch.ones(count, dtype=torch.bool)
    for _ in range(MAX_SAMPLE_LENGTH):
        log_probs = F.log_softmax(network.logits(words[:, -T:], statistics).double(), 1)
        if not log_probs.isfinite().all():
            raise NotFinite("the network's probabilities are not finite: training has diverged, nothing can be drawn")
        drawn = torch.multinomial(log_probs.exp(), 1, generator=generator)
        drawn[~unfinished] = 0
        chosen = torch.cat([chosen, log_probs.gather(1, drawn) * unfinished[:, None]], 1)
        words = torch.cat([words, drawn], 1)
        unfinished &= drawn.squeeze(1) != 0
        if not unfinished.any():
            break
    return [
        _sample("".join(dataset.characters[number] for number in numbers if number), log_probs, len(prompt), open_ended)
        for numbers, log_probs, open_ended in zip(words.tolist(), chosen, unfinished.tolist(), strict=True)
    ]


def _sample(word: str, log_probs: Float[Tensor, "drawn"], given: int, open_ended: bool) -> Sample:
    drawn = log_probs[: len(word) - given + (not open_ended)]  # What comes after a word's end is no part of it.
    return Sample(word, drawn.sum().exp().item(), not open_ended, tuple(drawn.exp().tolist()))
