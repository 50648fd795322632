"""What becomes of outliers: the loss of each over steps, with nothing done, loss clipping, and gradient clipping."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from model.arming import Armed
from model.config import LearningRateFrom
from model.dataset import Examples
from model.inference import TrainedNetwork
from model.outliers import Outlier, Outliers
from model.state import State
from model.training import Run
from model.update import Clipping

POINTS = 50  # So often the losses are measured on the way.
REFERENCE = 1000  # Batch norm's statistics are those of so many contexts of the training split at most.


@dataclass(frozen=True)
class Treatment:
    """What is done about large losses, or large gradients."""

    clipping: Clipping | None = None
    traps: tuple[Armed, ...] = ()


@dataclass(frozen=True)
class Beginning:
    """Where a run stands: its state and what its learning rate will be."""

    state: State
    schedule: tuple[LearningRateFrom, ...]


@dataclass(frozen=True)
class Curves:
    """Each outlier's loss in nats, at each of these steps."""

    steps: Sequence[int]
    losses: Float[Tensor, "P K"]


def treatments(loss: float, norm: float, value: float) -> Mapping[str, Treatment]:
    """What is compared, by name; thresholds of an example's loss, of the gradients' norm, of one of their numbers."""
    return {
        "nothing": Treatment(),
        "loss clipping": Treatment(traps=(Armed("loss_clipping", loss),)),
        "clipping by norm": Treatment(Clipping("norm", norm)),
        "clipping by value": Treatment(Clipping("value", value)),
    }


def follow_outliers(
    run: Run,
    beginning: Beginning,
    outliers: Outliers,
    treatment: Treatment,
    count: int,
    between: Callable[[], None] = lambda: None,
) -> tuple[tuple[Outlier, ...], Curves]:
    """Train a run from its beginning with outliers planted, `count` steps long; `run` is used up.

    Losses are those of inference, with batch norm's statistics of a fixed sample of the training split, so that they
    can be compared from step to step. `between` is called between any two pieces of work; it may raise, to break off.
    Raises InvalidOutliers, and InvalidTraps where the run's engine takes none.
    """
    run.restore(beginning.state)
    run.schedule = beginning.schedule
    run.set_outliers(outliers)
    run.clipping = treatment.clipping
    run.set_traps(treatment.traps)
    marks = np.unique(np.linspace(0, count, POINTS + 1).round().astype(int)).tolist()
    losses = []
    for before, mark in zip([0, *marks], marks, strict=False):
        between()
        run.advance(mark - before)
        losses.append(_losses(run))
    return run.planted, Curves([run.step - count + mark for mark in marks], torch.stack(losses))


def _losses(run: Run) -> Float[Tensor, "K"]:
    train: Examples = run.splits["train"]
    sample = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:REFERENCE]
    network = TrainedNetwork(run.config, run.parameters, len(run.dataset.characters))
    statistics = network.calibrated(train.contexts[sample])
    chosen = [outlier.example for outlier in run.planted]
    logits = network.logits(train.contexts[chosen], statistics)
    return F.cross_entropy(logits, train.targets[chosen], reduction="none")
