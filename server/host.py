"""The session host: owns data sets and sessions, and steps them. The one way to them for routes and stream.

It takes and gives plain values only (names, pydantic models, bytes) and knows no HTTP, so that it can one day
stand in another process.
"""

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from model.clock import Unit
from model.config import Config, DataConfig
from model.dataset import Dataset, InvalidWords, load_names, parse_words
from model.inference import NotFinite, TrainedNetwork, sample_words
from model.layout import Layout
from model.network import Network
from model.training import UnfitData, network_for
from server.description import describe_network, describe_ops
from server.errors import Conflict, Invalid, NotFound
from server.formats import Encoded, decode_json, decode_npy, encode
from server.frames import Frame, check_views
from server.kernel import load_in_background
from server.schemas import (
    DatasetInfo,
    Evaluation,
    Metrics,
    NetworkInfo,
    OpInfo,
    Progress,
    RunWanted,
    SampleInfo,
    SamplesWanted,
    Series,
    SessionInfo,
    SplitSizes,
    TensorFormat,
    TensorInfo,
    TrainingChange,
    Verification,
)
from server.session import Session
from server.turns import Turns
from server.views import View
from server.worker import Worker

T = TypeVar("T")
BYTES_PER_NUMBER = 4  # float32, and int32 for examples


class SessionHost:
    """All data sets and sessions of one server, in its own process: a worker thread for each session."""

    def __init__(self, max_session_bytes: int) -> None:
        self._max_session_bytes = max_session_bytes
        names = load_names()
        self._datasets = {"names": names}
        self._dataset_infos = {"names": _describe_dataset("names", names)}
        self._workers: dict[str, Worker] = {}
        self._ops = describe_ops()
        self._kernel = load_in_background()
        self._turns = Turns(at_once=os.cpu_count() or 1)
        self._frames = ThreadPoolExecutor(max_workers=2, thread_name_prefix="frames")
        # Evaluations take long: one after the other, they keep no short request waiting for a thread.
        self._evaluations = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evaluation")

    def close(self) -> None:
        """End all sessions."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._evaluations.shutdown(cancel_futures=True)
        self._frames.shutdown(cancel_futures=True)

    def ops(self) -> list[OpInfo]:
        """The op table."""
        return self._ops

    # ── Data sets ──

    async def add_dataset(self, content: bytes, name: str) -> DatasetInfo:
        """Read words, one a line. Raises Invalid where they are none."""
        dataset_id = secrets.token_hex(4)

        def read() -> tuple[Dataset, DatasetInfo]:
            dataset = parse_words(content, name)
            return dataset, _describe_dataset(dataset_id, dataset)

        try:
            dataset, info = await asyncio.to_thread(read)
        except InvalidWords as error:
            raise Invalid(str(error)) from None
        self._datasets[dataset_id], self._dataset_infos[dataset_id] = dataset, info
        return info

    def datasets(self) -> list[DatasetInfo]:
        """All of them, `names` first."""
        return list(self._dataset_infos.values())

    # ── Sessions ──

    async def create(self, config: Config) -> SessionInfo:
        """Begin a session. Raises Invalid where its data set is unknown or too small, or the network too large."""
        dataset = self._datasets.get(config.data.dataset)
        if dataset is None:
            raise Invalid(f"data.dataset: there is no data set {config.data.dataset!r}; GET /api/datasets lists them")
        self._check_size(network_for(config, dataset), config)
        session_id = secrets.token_hex(4)
        try:
            session = await asyncio.to_thread(Session, session_id, config, dataset, self._kernel)
        except UnfitData as error:
            raise Invalid(str(error)) from None
        self._workers[session_id] = Worker(session, self._kernel, self._turns, self._frames)
        return await self.info(session_id)

    async def sessions(self) -> list[SessionInfo]:
        """All of them, in the order in which they were made."""
        found = await asyncio.gather(*map(self._info_or_none, list(self._workers)))
        return [info for info in found if info is not None]

    async def _info_or_none(self, session_id: str) -> SessionInfo | None:
        try:
            return await self.info(session_id)
        except NotFound:  # Deleted while the list was made
            return None

    async def delete(self, session_id: str) -> None:
        """End a session and forget it."""
        worker = self._worker(session_id)
        del self._workers[session_id]
        await asyncio.to_thread(worker.close)

    async def info(self, session_id: str) -> SessionInfo:
        """What a session is and where it stands."""
        return await self._call(session_id, Session.info)

    async def advance(self, session_id: str, unit: Unit, count: int) -> Progress:
        """Move in time, and answer when it is done."""
        motion = await self._call(session_id, lambda session: session.advance(unit, count))
        return await asyncio.wrap_future(motion)

    async def start(self, session_id: str, wanted: RunWanted) -> Progress:
        """Train on by itself, from now on."""
        return await self._call(session_id, lambda session: session.start(wanted))

    async def pause(self, session_id: str) -> Progress:
        """Stop where it stands."""
        return await self._call(session_id, Session.pause)

    async def change_training(self, session_id: str, change: TrainingChange) -> SessionInfo:
        """Change learning rate or clipping from this step on."""
        return await self._call(session_id, lambda session: session.change_training(change))

    # ── What a session holds ──

    async def network(self, session_id: str) -> NetworkInfo:
        """The op calls, and where gradients come from."""
        return describe_network(await self._call(session_id, lambda session: session.run.network))

    async def tensors(self, session_id: str) -> list[TensorInfo]:
        """All tensors that can be read."""
        return (await self._call(session_id, Session.snapshot)).tensors()

    async def read_tensor(self, session_id: str, name: str, tensor_format: TensorFormat, slices: str | None) -> Encoded:
        """A tensor at this position, written in a format."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(lambda: encode(name, snapshot.tensor(name).numpy(), tensor_format, slices))

    async def write_parameter(self, session_id: str, name: str, content: bytes, *, as_npy: bool) -> SessionInfo:
        """Set a parameter at this position from npy or JSON, and compute again what follows from it."""
        array = await asyncio.to_thread(decode_npy if as_npy else decode_json, content)
        return await self._call(session_id, lambda session: session.set_parameter(name, torch.from_numpy(array)))

    async def verification(self, session_id: str) -> Verification:
        """Every gradient against autograd."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(snapshot.verification)

    async def metrics(self, session_id: str, names: list[str], first: int, last: int | None, points: int) -> Metrics:
        """What was recorded over steps. Raises Invalid for an unknown name."""
        recorded = self._worker(session_id).recorded
        unknown = [name for name in names if name not in recorded.names]
        if unknown:
            raise Invalid(f"names: there is no metric {unknown[0]!r}; recorded are: {', '.join(recorded.names)}")

        def read() -> Metrics:
            series = {name: recorded.buckets(name, first, last, points) for name in names}
            return Metrics(series={name: Series.model_validate(buckets) for name, buckets in series.items()})

        return await asyncio.to_thread(read)

    async def evaluate(self, session_id: str, wanted: Evaluation) -> dict[str, float | None]:
        """Loss of each split with the parameters as they are now. Training goes on meanwhile."""

        def snapshot(session: Session) -> Callable[[], dict[str, float | None]]:
            run = session.run
            network = TrainedNetwork(run.config, run.parameters, len(run.dataset.characters))
            splits, running = run.splits, run.running

            def evaluate() -> dict[str, float | None]:
                if wanted.statistics == "running":
                    statistics = network.running(running)
                else:
                    statistics = network.calibrated(splits["train"].contexts)
                return {split: network.loss(splits[split], statistics) for split in wanted.splits}

            return evaluate

        return await self._evaluate(await self._call(session_id, snapshot))

    async def samples(self, session_id: str, wanted: SamplesWanted) -> list[SampleInfo]:
        """Words drawn with the parameters as they are now, batch norm calibrated on the whole training split."""

        def snapshot(session: Session) -> Callable[[], list[SampleInfo]]:
            run = session.run
            network = TrainedNetwork(run.config, run.parameters, len(run.dataset.characters))
            contexts, dataset = run.splits["train"].contexts, run.dataset

            def draw() -> list[SampleInfo]:
                generator = torch.Generator()
                if wanted.seed is None:
                    generator.seed()
                else:
                    generator.manual_seed(wanted.seed)
                statistics = network.calibrated(contexts)
                words = sample_words(
                    network, statistics, dataset, count=wanted.count, prompt=wanted.prompt, generator=generator
                )
                return [SampleInfo.model_validate(word) for word in words]

            return draw

        try:
            return await self._evaluate(await self._call(session_id, snapshot))
        except InvalidWords as error:
            raise Invalid(f"prompt: {error}") from None
        except NotFinite as error:
            raise Conflict(str(error)) from None

    # ── The stream ──

    async def check_views(self, session_id: str, views: tuple[View, ...]) -> None:
        """Raise NotFound where a view names a tensor that the network does not have."""
        await self._call(session_id, lambda session: check_views(views, session.run.network.tensors))

    async def next_frame(self, session_id: str, views: tuple[View, ...], *, after: int, metrics_from: int) -> Frame:
        """The newest state of these views, once it is newer than version `after`."""
        worker = self._worker(session_id)
        return await asyncio.wrap_future(worker.next_frame(views, after=after, metrics_from=metrics_from))

    # ── Within ──

    def _worker(self, session_id: str) -> Worker:
        worker = self._workers.get(session_id)
        if worker is None:
            raise NotFound(f"there is no session {session_id!r}; GET /api/sessions lists them")
        return worker

    async def _call(self, session_id: str, function: Callable[[Session], T]) -> T:
        return await asyncio.wrap_future(self._worker(session_id).call(function))

    def _check_size(self, network: Network, config: Config) -> None:
        """Refuse a session before anything of it is allocated."""
        sizes = self._dataset_infos[config.data.dataset].examples
        # Twice: once as one long text of numbers, once cut into contexts.
        examples = 2 * (sizes.train + sizes.validation + sizes.test) * (config.data.context_length + 1)
        # The tape's, which is shown, and the kernel's own.
        kernel = 0 if config.training.engine == "tape" else Layout(network).cells
        needed = BYTES_PER_NUMBER * (network.cells + kernel + examples)
        if needed > self._max_session_bytes:
            raise Invalid(
                "model, data.context_length and training.batch_size: this session's tensors would take "
                f"{needed / 1e9:.1f} GB, allowed are {self._max_session_bytes / 1e9:.1f} GB (setting "
                "max_session_bytes); make layers, context or batch smaller"
            )

    async def _evaluate(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._evaluations, function)


def _describe_dataset(dataset_id: str, dataset: Dataset) -> DatasetInfo:
    # Each word makes an example per character and one for its end, whatever the context length.
    sizes = {
        split: sum(len(word) + 1 for word in words) for split, words in dataset.split(DataConfig().split_seed).items()
    }
    return DatasetInfo(
        id=dataset_id,
        name=dataset.name,
        words=len(dataset.words),
        characters=list(dataset.characters),
        examples=SplitSizes.model_validate(sizes),
    )
