"""What a session's network gives outside training: the losses of splits, and words drawn from it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from model.config import Config
from model.dataset import Dataset, Examples, InvalidWords, Split
from model.inference import NotFinite, Sample, Statistics, TrainedNetwork, sample_words
from model.training import Run
from server.errands import Between
from server.errors import Conflict, Invalid
from server.schemas.results import Drawn, Evaluated, Evaluation, SampleInfo, SamplesWanted

# Parameters times examples beyond which an evaluation is slow: there it takes about two seconds.
SLOW = 10_000_000_000


@dataclass(frozen=True)
class Standing:
    """A session's network as it stood at one step. Training goes on meanwhile: it changes no tensor in place."""

    config: Config
    dataset: Dataset
    splits: Mapping[Split, Examples]
    parameters: Mapping[str, Tensor]
    running: Mapping[str, Tensor]
    step: int

    @classmethod
    def of(cls, run: Run) -> "Standing":
        return cls(run.config, run.dataset, run.splits, run.parameters, run.running, run.step)

    @property
    def is_slow(self) -> bool:
        """Whether to go through all examples takes so long that others had better not wait for it."""
        parameters = sum(parameter.numel() for parameter in self.parameters.values())
        return parameters * sum(map(len, self.splits.values())) > SLOW

    def evaluate(self, wanted: Evaluation, between: Between) -> Evaluated:
        """The loss of each split that is asked for. `between` is called between any two pieces of work."""
        network = self._network(between)
        statistics = self._statistics(network, wanted.statistics)
        losses = {split: network.loss(self.splits[split], statistics) for split in wanted.splits}
        return Evaluated(step=self.step, losses=losses)

    def draw(self, wanted: SamplesWanted, between: Between) -> Drawn:
        """Words. Raises Invalid for a prompt that no word can begin with, Conflict where training has diverged."""
        generator = torch.Generator()
        if wanted.seed is None:
            generator.seed()
        else:
            generator.manual_seed(wanted.seed)
        network = self._network(between)
        statistics = self._statistics(network, wanted.statistics)
        try:
            words = sample_words(
                network, statistics, self.dataset, count=wanted.count, prompt=wanted.prompt, generator=generator
            )
        except InvalidWords as error:
            raise Invalid(f"prompt: {error}") from None
        except NotFinite as error:
            raise Conflict(str(error)) from None
        found = self.dataset.split_of([sample.word for sample in words], self.config.data.split_seed)
        return Drawn(step=self.step, words=[_sample_info(*each) for each in zip(words, found, strict=True)])

    def _network(self, between: Between) -> TrainedNetwork:
        return TrainedNetwork(self.config, self.parameters, len(self.dataset.characters), between)

    def _statistics(self, network: TrainedNetwork, which: str) -> Statistics:
        if which == "running":
            return network.running(self.running)
        return network.calibrated(self.splits["train"].contexts)


def _sample_info(sample: Sample, found_in: Split | None) -> SampleInfo:
    return SampleInfo.model_validate({**asdict(sample), "found_in": found_in})
