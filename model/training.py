"""A training run: where it stands in time, and how the parameters move from step to step."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from model.architecture import build_network
from model.arming import Armed, InvalidTraps, replaced_by
from model.clock import Position
from model.config import Config, LearningRateFrom
from model.dataset import Dataset
from model.engine import Engine, Orders, Trace, Watch
from model.initialization import initial_parameters
from model.kernel_engine import KernelEngine
from model.moment import Moment
from model.network import Network
from model.outliers import Outlier, Outliers, choose_outliers, relabelled
from model.state import InvalidState, State, check_state
from model.tape import NOTHING, Replaced, Tape
from model.tape_engine import TapeEngine
from model.update import Clipping, initial_running

ENGINES: dict[str, type[KernelEngine | TapeEngine]] = {"auto": KernelEngine, "kernel": KernelEngine, "tape": TapeEngine}


class UnfitData(ValueError):
    """The data set is too small for the config; the message says by how much."""


class InvalidParameter(ValueError):
    """The values cannot be this parameter's; the message says why and what is expected."""


class Run:
    """Config and what was done to it, at one position in time.

    At step t the parameters are those of θ_t and the minibatch is the t-th; `op` tells how much of it counts as known.
    What is shown is always the tape's; what moves the parameters is the engine. How many threads torch and BLAS use for
    one operation can change the last bits; the server uses one.
    """

    step: int
    op: int
    schedule: tuple[LearningRateFrom, ...]
    clipping: Clipping | None
    traps: tuple[Armed, ...]
    outliers: Outliers | None
    planted: tuple[Outlier, ...]  # Which they are
    _replaced: Replaced
    _chosen: Int[Tensor, "B"]  # The minibatch: numbers of its examples
    _moment: Moment | None

    def __init__(self, config: Config, dataset: Dataset) -> None:
        """Stand at step 0 with all gradients known. Raises UnfitData where the batch exceeds the training split."""
        self.config = config
        self.dataset = dataset
        self.network = network_for(config, dataset)
        self.splits = {
            split: dataset.examples(words, config.data.context_length)
            for split, words in dataset.split(config.data.split_seed).items()
        }
        if len(self.splits["train"]) < config.training.batch_size:
            raise UnfitData(
                f"training.batch_size: {config.training.batch_size} examples a minibatch, but the training split of "
                f"data set {dataset.name!r} has only {len(self.splits['train'])}"
            )
        self._as_they_came = self.splits["train"]
        self.outliers, self.planted = None, ()
        self._choices: dict[Outliers, tuple[Outlier, ...]] = {}  # To choose takes long.
        beginning = self._beginning()
        make_engine = ENGINES[config.training.engine]
        self.engine: Engine = make_engine(self.network, self.splits["train"], beginning.parameters, beginning.running)
        self.generator = torch.Generator()
        self._stand_at(beginning)

    @property
    def position(self) -> Position:
        return Position(self.step, self.op, self.network.ops)

    @property
    def moment(self) -> Moment:
        """The run as it stands, to be looked at while it goes on."""
        if self._moment is None:
            inputs = {**self.splits["train"].batch(self._chosen), **self.engine.parameters}
            recorded = self.engine.tape
            self._moment = Moment(self.network, self.position, inputs, self.engine.running, recorded, self._replaced)
        return self._moment

    @property
    def tape(self) -> Tape:
        """All of this step, what is not known yet included."""
        return self.moment.tape

    @property
    def minibatch(self) -> list[int]:
        """The numbers of this step's examples in the training split."""
        return self._chosen.tolist()

    @property
    def parameters(self) -> dict[str, Tensor]:
        return dict(self.engine.parameters)

    @property
    def running(self) -> dict[str, Tensor]:
        return dict(self.engine.running)

    @property
    def loss(self) -> float | None:
        """The minibatch's loss; None before the forward pass is through.

        The engine's where it has computed it, so that a step's loss does not depend on who looked at it.
        """
        if self.op < self.network.forward_ops:
            return None
        return self.moment.loss if self.engine.loss is None else self.engine.loss

    @property
    def learning_rate(self) -> float:
        """The learning rate of this step's update."""
        return float(self._rates(np.array([self.step]))[0])

    def set_learning_rate(self, value: float, from_step: int | None = None) -> None:
        """Use `value` from this step on, or from another, in place of whatever the schedule had planned."""
        step = self.step if from_step is None else from_step
        past = tuple(entry for entry in self.schedule if entry.from_step < step)
        self.schedule = (*past, LearningRateFrom(from_step=step, value=value))

    def set_traps(self, traps: Sequence[Armed]) -> None:
        """Have these traps armed from this step on, and no others; the step is computed again with them.

        Raises InvalidTraps as `check_traps`; then nothing has changed.
        """
        replaced = self.check_traps(traps)
        self.traps, self._replaced = tuple(traps), replaced
        kind = TapeEngine if replaced else ENGINES[self.config.training.engine]
        self._use(kind, self.engine.parameters, self.engine.running)
        self._moment = None

    def check_traps(self, traps: Sequence[Armed]) -> Replaced:
        """What the network computes otherwise with these traps.

        Raises InvalidTraps where they cannot be armed.
        """
        return armed_in(self.config, self.network, traps)

    def set_outliers(self, outliers: Outliers | None) -> None:
        """Have these planted in the training split from this step on, or none; the step is computed again with them.

        Raises InvalidOutliers as `check_outliers`; then nothing has changed.
        """
        self._label(outliers, self.check_outliers(outliers))
        self._moment = None

    def check_outliers(self, outliers: Outliers | None) -> tuple[Outlier, ...]:
        """Which examples they are. Raises InvalidOutliers where they cannot be planted."""
        if outliers is None:
            return ()
        if outliers not in self._choices:
            self._choices[outliers] = choose_outliers(self._as_they_came, outliers)
        return self._choices[outliers]

    # ── Its state ──

    def state(self) -> State:
        """All that the numbers from this step on depend on, but for schedule, clipping, traps and outliers."""
        return State(self.step, self.parameters, self.running, self._chosen, self.generator.get_state())

    def check(self, state: State) -> None:
        """Raise InvalidState where the state is not of this network and data."""
        check_state(state, like=self.state())
        if state.minibatch.min() < 0 or state.minibatch.max() >= len(self.splits["train"]):
            raise InvalidState(f"the minibatch of step {state.step} has examples that are not in the training split")

    def restore(self, state: State | None) -> None:
        """Stand at a step as it was, or at the beginning, with the config's schedule; no clipping, traps or outliers.

        Raises InvalidState where the state is not of this network and data; then nothing has changed.
        """
        state = self._beginning() if state is None else state
        self.check(state)
        self._use(ENGINES[self.config.training.engine], state.parameters, state.running)
        if self.outliers is not None:
            self._label(None, ())
        self._stand_at(state)

    def _beginning(self) -> State:
        generator = torch.Generator().manual_seed(self.config.init.seed)
        parameters = initial_parameters(self.network, self.config.init, generator)
        minibatch = self._draw(1, generator)[0]
        return State(0, parameters, initial_running(self.network), minibatch, generator.get_state())

    def _stand_at(self, state: State) -> None:
        self.step = state.step
        self.op = self.network.ops
        self.schedule = self.config.training.learning_rate
        self.clipping = None
        self.traps, self._replaced = (), NOTHING
        self.generator.set_state(state.generator)
        self._chosen = state.minibatch
        self._moment = None

    # ── Moving ──

    def move_to(self, op: int) -> None:
        """Go forwards or back within this step."""
        if not 0 <= op <= self.network.ops:
            raise ValueError(f"op must be 0 to {self.network.ops}, got {op}")
        self.op = op
        self._moment = None if self._moment is None else self._moment.at(self.position)

    def advance(self, count: int, watch: Watch | None = None) -> Trace:
        """Apply `count` updates and stand where all gradients of the step then are known; fewer where `watch` halts."""
        before = self.generator.get_state()
        minibatches = torch.cat([self._chosen[None], self._draw(count, self.generator)])
        trace = self._run_engine(minibatches, watch)
        if trace.updates < count:  # What was drawn for steps that were not made is drawn again when they are.
            self.generator.set_state(before)
            self._draw(trace.updates, self.generator)
        self._chosen = minibatches[trace.updates]
        self.step += trace.updates
        self.op = self.network.ops
        self._moment = None
        return trace

    def settle(self) -> Trace:
        """Have the engine compute the step where it stands, if it has not: nothing moves."""
        trace = self._run_engine(self._chosen[None], None)
        self._moment = None
        return trace

    def set_parameter(self, name: str, value: Tensor) -> None:
        """Replace a parameter at this position and compute again what follows from it.

        Raises InvalidParameter where there is no such parameter, the shape differs, or a number is not finite.
        """
        self.engine.set_parameter(name, self.checked_parameter(name, value))
        self._moment = None

    def checked_parameter(self, name: str, value: Tensor) -> Tensor:
        """The value in float32 and in memory of its own. Raises InvalidParameter as `set_parameter`."""
        if name not in self.network.parameters:
            raise InvalidParameter(f"{name!r} is not a parameter; these are: {', '.join(self.network.parameters)}")
        expected = self.network.tensors[name].shape
        if tuple(value.shape) != expected:
            raise InvalidParameter(f"{name} has shape {list(expected)}, got {list(value.shape)}")
        value = value.to(torch.float32, copy=True)  # The caller may go on changing theirs.
        if not torch.isfinite(value).all():
            raise InvalidParameter(f"{name} must be finite in float32: NaN, infinity or overflow found")
        return value

    def tensor(self, name: str) -> Tensor | None:
        """Any tensor of the network by name; None where it is not known at this position. KeyError: no such name."""
        return self.moment.tensor(name)

    def _run_engine(self, minibatches: Int[Tensor, "K B"], watch: Watch | None) -> Trace:
        rates = self._rates(np.arange(self.step, self.step + len(minibatches)))
        return self.engine.run(Orders(self.step, minibatches, rates, self.clipping, watch, self._replaced))

    def _use(
        self, kind: type[KernelEngine | TapeEngine], parameters: Mapping[str, Tensor], running: Mapping[str, Tensor]
    ) -> None:
        """Stand there with an engine of this kind, which has computed nothing yet."""
        if isinstance(self.engine, kind):
            self.engine.restore(parameters, running)
        else:
            self.engine = kind(self.network, self.splits["train"], parameters, running)

    def _label(self, outliers: Outliers | None, planted: tuple[Outlier, ...]) -> None:
        """Have the training split's targets with these outliers among them."""
        self.outliers, self.planted = outliers, planted
        self.splits = {**self.splits, "train": relabelled(self._as_they_came, planted)}
        self.engine.use_examples(self.splits["train"])

    def _rates(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """The schedule's learning rate at each of these steps."""
        begins = [entry.from_step for entry in self.schedule]
        values = np.array([entry.value for entry in self.schedule])
        return values[np.searchsorted(begins, steps, side="right") - 1]

    def _draw(self, count: int, generator: torch.Generator) -> Int[Tensor, "count B"]:
        """The next `count` minibatches, as numbers of examples: the same as when drawn one by one."""
        shape = (count, self.config.training.batch_size)
        return torch.randint(0, len(self.splits["train"]), shape, generator=generator)


def network_for(config: Config, dataset: Dataset) -> Network:
    """The network that a config and its data set make."""
    return build_network(
        config.model,
        batch_size=config.training.batch_size,
        context_length=config.data.context_length,
        vocabulary=len(dataset.characters),
    )


def armed_in(config: Config, network: Network, traps: Sequence[Armed]) -> Replaced:
    """What a run of this config computes otherwise with these traps. Raises InvalidTraps."""
    replaced = replaced_by(traps, network)
    if replaced and config.training.engine == "kernel":
        raise InvalidTraps(
            "traps: the compiled kernel has no wrong rules; they need a session whose training.engine is auto or tape"
        )
    return replaced
