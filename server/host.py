"""The session host: owns data sets and sessions, and steps them. The one way to them for routes and stream.

It takes and gives plain values only (names, pydantic models, bytes) and knows no HTTP, so that it can one day
stand in another process.
"""

import asyncio
import itertools
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import torch

from model.clock import Unit
from model.config import Config
from model.layout import Layout
from model.network import Network
from model.state import InvalidState
from model.training import UnfitData, network_for
from server.archive import read_archive, write_archive
from server.datasets import Datasets, NewDataset
from server.description import describe_network, describe_ops
from server.errands import Between, Errands
from server.errors import Invalid, NotFound
from server.evaluating import Standing
from server.explaining import describe_cell
from server.formats import Encoded, decode_json, decode_npy, encode
from server.frames import Frame, check_views
from server.kernel import load_in_background
from server.laboratory.description import describe_traps
from server.laboratory.hunts import describe_sheet
from server.laboratory.outliers import TrialStart, check_trial, planted_now, run_trial
from server.laboratory.schemas import (
    HuntAnswer,
    Hunting,
    Operation,
    OutlierInfo,
    OutlierTrial,
    OutlierTrialWanted,
    SheetTask,
    SurgeryWanted,
    TrapInfo,
)
from server.laboratory.surgery import perform
from server.log import command_key
from server.past import Identity, Past
from server.pending import describe_update
from server.roster import Roster
from server.schemas.commands import BranchWanted, CommandInfo, Later, RunWanted, Seek, TimelineInfo
from server.schemas.datasets import DatasetInfo, SplitSizes
from server.schemas.explanations import ExplanationInfo
from server.schemas.network import NetworkInfo
from server.schemas.ops import OpInfo
from server.schemas.results import Drawn, Evaluated, Evaluation, Metrics, SamplesWanted, Series
from server.schemas.sessions import ParentInfo, Progress, SessionInfo
from server.schemas.tensors import TensorFormat, TensorInfo, Verification
from server.schemas.training import TrainingChange
from server.schemas.update import PendingUpdate
from server.session import Session
from server.store import SavedDataset, SavedSession, Store
from server.turns import Turns, TurnsBySpeed
from server.views import View

T = TypeVar("T")
LONGEST_NAME = 200
BYTES_PER_NUMBER = 4  # float32, and int32 for examples


class SessionHost:
    """All data sets and sessions of one server, in its own process: a worker thread for each session that is awake."""

    def __init__(self, store: Store, max_session_bytes: int, rest_after_seconds: float) -> None:
        """Sessions that nobody touches for `rest_after_seconds` are put to rest. The store is closed with the host."""
        self._max_session_bytes = max_session_bytes
        self._store = store
        self._ops = describe_ops()
        self._kernel = load_in_background()
        self._frames = ThreadPoolExecutor(max_workers=2, thread_name_prefix="frames")
        self._errands = Errands()
        self._naming = asyncio.Lock()
        self._carried_out: Mapping[
            str | None, str
        ] = {}  # Keys of commands before this server began, and whose they were
        cores = os.cpu_count() or 1
        turns = TurnsBySpeed(quick=Turns(at_once=cores), slow=Turns(at_once=cores))
        self._datasets = Datasets(store)
        self._roster = Roster(store, self._datasets, self._kernel, turns, self._frames, rest_after_seconds)

    async def open(self) -> None:
        """Learn what the store has. Raises Unavailable."""
        await self._datasets.open()
        await self._roster.open()
        self._carried_out = await asyncio.wrap_future(self._store.keys())

    async def close(self) -> None:
        """Have all sessions saved, and end them."""
        await asyncio.to_thread(self._errands.close)
        await self._roster.close()
        self._frames.shutdown(cancel_futures=True)
        await asyncio.to_thread(self._store.close)

    async def check_ready(self) -> None:
        """Raise Unavailable where nothing could be saved now."""
        await asyncio.wrap_future(self._store.ping())

    def count_sessions(self) -> tuple[int, int]:
        """How many are awake, and how many at rest."""
        return self._roster.count()

    def ops(self) -> list[OpInfo]:
        """The op table."""
        return self._ops

    # ── Data sets ──

    async def add_dataset(self, content: bytes, name: str) -> DatasetInfo:
        """Read words, one a line. Raises Invalid where they are none."""
        return await self._datasets.add(content, name)

    def datasets(self) -> list[DatasetInfo]:
        """All of them, `names` first."""
        return self._datasets.infos()

    # ── Sessions ──

    async def create(self, config: Config) -> SessionInfo:
        """Begin a session. Raises Invalid where its data set is unknown or too small, or the network too large."""
        if (made := self._made_before()) is not None:
            return await self.info(made)
        return await self._begin(Identity(new_id(), config.name, config), Past())

    async def branch(self, session_id: str, wanted: BranchWanted) -> SessionInfo:
        """A new session that shares this one's past. Raises Conflict where the step is beyond its end."""
        if (made := self._made_before()) is not None:
            return await self.info(made)
        worker = await self._roster.awake(session_id)
        identity, past = await asyncio.wrap_future(
            worker.call(lambda session: (session.identity, session.past_until(wanted.step, wanted.training)))
        )
        parent = ParentInfo(id=session_id, step=past.step)
        async with self._naming:  # Two branches made at once get two names.
            name = wanted.name or await self._name_of_branch(identity.name)
            return await self._begin(Identity(new_id(), name, identity.config, parent), past)

    def session_ids(self) -> list[str]:
        """Of all of them, in the order in which they were made."""
        return self._roster.ids()

    async def sessions(self) -> list[SessionInfo]:
        """All of them, in the order in which they were made."""
        found = await asyncio.gather(*map(self._info_or_none, self._roster.ids()))
        return [info for info in found if info is not None]

    async def _info_or_none(self, session_id: str) -> SessionInfo | None:
        try:
            return await self.info(session_id)
        except NotFound:  # Deleted while the list was made
            return None

    async def delete(self, session_id: str) -> None:
        """End a session. It can be restored for a day."""
        await self._roster.remove(session_id)

    async def restore(self, session_id: str) -> SessionInfo:
        """Undo a deletion."""
        return await self._roster.restore(session_id)

    async def rename(self, session_id: str, name: str) -> SessionInfo:
        """Call a session otherwise."""
        return await self._call(session_id, lambda session: session.rename(name))

    async def info(self, session_id: str) -> SessionInfo:
        """What a session is and where it stands."""
        return await self._roster.info(session_id)

    async def progress(self, session_id: str) -> Progress:
        """Where a session stands, and what it is doing."""
        return await self._call(session_id, Session.progress)

    async def timeline(self, session_id: str) -> TimelineInfo:
        """A session's past at a glance."""
        return await self._call(session_id, Session.timeline_info)

    async def log(self, session_id: str) -> list[CommandInfo]:
        """Every command that a session was given."""
        self._roster.check_exists(session_id)
        return [command.info() for command in await asyncio.wrap_future(self._store.commands(session_id))]

    async def export(self, session_id: str) -> Encoded:
        """A session as one file."""

        def read(session: Session) -> Future[SavedSession]:
            """As it was kept: what the session saves next, perhaps without a checkpoint, comes after this."""
            session.keep()
            return self._store.session(session_id)

        saved = await asyncio.wrap_future(await self._call(session_id, read))
        words = await self._datasets.content(saved.info.config.data.dataset)
        dataset = self._datasets.info(saved.info.config.data.dataset)
        return Encoded(await asyncio.to_thread(write_archive, saved, SavedDataset(dataset, words)), "application/zip")

    async def import_session(self, content: bytes) -> SessionInfo:
        """A session that was exported, as a new one. Raises Invalid where the file is not one, whole and as written."""
        if (made := self._made_before()) is not None:
            return await self.info(made)
        archive = await asyncio.to_thread(read_archive, content, self._max_session_bytes)
        info, new = await self._datasets.find_or_read(archive.words, archive.dataset_name)
        data = archive.config.data.model_copy(update={"dataset": info.id})
        config = archive.config.model_copy(update={"data": data})
        try:
            return await self._begin(Identity(new_id(), archive.name, config), archive.past, new)
        except ValueError as error:  # What the run, the timeline and the recorder make of numbers that are not theirs.
            raise Invalid(f"the file cannot be imported: {error}") from None

    async def advance(self, session_id: str, unit: Unit, count: int) -> Progress:
        """Move in time, and answer when it is done."""
        if self._was_carried_out(session_id):
            return await self.progress(session_id)
        motion = await self._call(session_id, lambda session: session.advance(unit, count))
        return await asyncio.wrap_future(motion)

    async def seek(self, session_id: str, wanted: Seek) -> Progress:
        """Go to a step of the session's past, and answer when it is done."""
        if self._was_carried_out(session_id):
            return await self.progress(session_id)
        motion = await self._call(session_id, lambda session: session.seek(wanted))
        return await asyncio.wrap_future(motion)

    async def start(self, session_id: str, wanted: RunWanted) -> Progress:
        """Train on by itself, from now on."""
        if self._was_carried_out(session_id):
            return await self.progress(session_id)
        return await self._call(session_id, lambda session: session.start(wanted))

    async def pause(self, session_id: str) -> Progress:
        """Stop where it stands."""
        return await self._call(session_id, Session.pause)

    async def change_training(self, session_id: str, change: TrainingChange, later: Later | None) -> SessionInfo:
        """Change learning rate, clipping or traps from this step on."""
        if self._was_carried_out(session_id):
            return await self.info(session_id)
        return await self._call(session_id, lambda session: session.change_training(change, later))

    async def traps(self, session_id: str) -> list[TrapInfo]:
        """All traps, and where each of them sits in this session's network."""
        run = await self._call(session_id, lambda session: session.run)
        return describe_traps(run.network)

    async def hunting(self, session_id: str) -> Hunting:
        """The hunt for a hidden trap that is on, and the score."""
        return await self._call(session_id, Session.hunting)

    async def take_hint(self, session_id: str) -> Hunting:
        """Another hint about the hidden trap."""
        if self._was_carried_out(session_id):
            return await self.hunting(session_id)
        return await self._call(session_id, Session.take_hint)

    async def answer_hunt(self, session_id: str, answer: HuntAnswer) -> Hunting:
        """Name what is hidden, and be told what it is."""
        if self._was_carried_out(session_id):
            return await self.hunting(session_id)
        return await self._call(session_id, lambda session: session.answer_hunt(answer))

    async def hunt_sheet(self, session_id: str, seed: int, *, answers: bool) -> list[SheetTask]:
        """Every trap that can be hidden in this session's network, as tasks for a class."""
        run = await self._call(session_id, lambda session: session.run)
        return describe_sheet(run.network, seed, answers=answers)

    async def outliers(self, session_id: str) -> list[OutlierInfo]:
        """The outliers that are planted in a session, and where they stand in its minibatch."""
        return await self._call(session_id, lambda session: planted_now(session.run))

    async def outlier_trial(self, session_id: str, wanted: OutlierTrialWanted) -> OutlierTrial:
        """Copies of a session trained with outliers, in four ways. Waits for the kernel while it is being loaded."""

        def begin(session: Session) -> TrialStart:
            check_trial(session.run.network, wanted)
            return TrialStart.of(session.run)

        start = await self._call(session_id, begin)

        def run(between: Between) -> OutlierTrial:
            return run_trial(start, wanted, between, has_kernel=self._kernel.exception() is None)

        return await self._errands.run(run, slow=True)

    async def operate(self, session_id: str, wanted: SurgeryWanted) -> Operation:
        """A session's step done once more with cuts. Raises Conflict before all of it is known, Invalid."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(perform, snapshot, wanted)

    # ── What a session holds ──

    async def network(self, session_id: str) -> NetworkInfo:
        """The op calls, and where gradients come from."""
        run = await self._call(session_id, lambda session: session.run)
        return describe_network(run.network, run.config.init)

    async def tensors(self, session_id: str) -> list[TensorInfo]:
        """All tensors that can be read."""
        return (await self._call(session_id, Session.snapshot)).tensors()

    async def read_tensor(self, session_id: str, name: str, tensor_format: TensorFormat, slices: str | None) -> Encoded:
        """A tensor at this position, written in a format."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(lambda: encode(name, snapshot.tensor(name).numpy(), tensor_format, slices))

    async def write_parameter(
        self, session_id: str, name: str, content: bytes, *, as_npy: bool, later: Later | None
    ) -> SessionInfo:
        """Set a parameter at this position from npy or JSON, and compute again what follows from it."""
        if self._was_carried_out(session_id):
            return await self.info(session_id)
        array = await asyncio.to_thread(decode_npy if as_npy else decode_json, content)
        return await self._call(session_id, lambda session: session.set_parameter(name, torch.from_numpy(array), later))

    async def verification(self, session_id: str) -> Verification:
        """Every gradient against autograd."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(snapshot.verification)

    async def explain_cell(self, session_id: str, name: str, cell: str, block: str, terms: int) -> ExplanationInfo:
        """Why a cell of a tensor has its value at this position."""
        snapshot, characters = await self._call(
            session_id, lambda session: (session.snapshot(), session.run.dataset.characters)
        )
        return await asyncio.to_thread(describe_cell, snapshot, characters, name, cell, block, terms)

    async def pending_update(self, session_id: str, example: int | None) -> PendingUpdate:
        """What this step's update does to its own minibatch. Raises Conflict before all gradients are known."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(describe_update, snapshot, example)

    async def autograd_gradient(
        self, session_id: str, name: str, tensor_format: TensorFormat, slices: str | None
    ) -> Encoded:
        """What autograd gives for one gradient of this step, written in a format."""
        snapshot = await self._call(session_id, Session.snapshot)
        return await asyncio.to_thread(
            lambda: encode(name, snapshot.autograd_gradient(name).numpy(), tensor_format, slices)
        )

    async def metrics(self, session_id: str, names: list[str], first: int, last: int | None, points: int) -> Metrics:
        """What was recorded over steps. Raises Invalid for an unknown name."""
        recorded = (await self._roster.awake(session_id)).recorded
        unknown = [name for name in names if name not in recorded.names]
        if unknown:
            raise Invalid(f"names: there is no metric {unknown[0]!r}; recorded are: {', '.join(recorded.names)}")

        def read() -> Metrics:
            series = {name: recorded.buckets(name, first, last, points) for name in names}
            return Metrics(series={name: Series.model_validate(buckets) for name, buckets in series.items()})

        return await asyncio.to_thread(read)

    async def evaluate(self, session_id: str, wanted: Evaluation) -> Evaluated:
        """Loss of each split with the parameters as they are now. Training goes on meanwhile."""
        standing = await self._standing(session_id)
        return await self._errands.run(partial(standing.evaluate, wanted), slow=standing.is_slow)

    async def samples(self, session_id: str, wanted: SamplesWanted) -> Drawn:
        """Words drawn with the parameters as they are now. Training goes on meanwhile."""
        standing = await self._standing(session_id)
        return await self._errands.run(partial(standing.draw, wanted), slow=standing.is_slow)

    # ── The stream ──

    async def check_views(self, session_id: str, views: tuple[View, ...], most_cells: int) -> None:
        """Raise NotFound where the network has no such tensor, TooLarge where a frame would have more numbers."""
        await self._call(session_id, lambda session: check_views(views, session.run.network.tensors, most_cells))

    async def next_frame(
        self, session_id: str, views: tuple[View, ...], *, after: int, metrics_from: int, discards: int | None = None
    ) -> Frame:
        """The newest state of these views, once it is newer than version `after`."""
        worker = await self._roster.awake(session_id)
        return await asyncio.wrap_future(
            worker.next_frame(views, after=after, metrics_from=metrics_from, discards=discards)
        )

    # ── Within ──

    async def _call(self, session_id: str, function: Callable[[Session], T]) -> T:
        worker = await self._roster.awake(session_id)
        return await asyncio.wrap_future(worker.call(function))

    def _was_carried_out(self, session_id: str) -> bool:
        """Whether this session was given this command before this server began: how things stand is the answer then."""
        return self._carried_out.get(command_key.get()) == session_id

    def _made_before(self) -> str | None:
        """The session that this command made before this server began."""
        return self._carried_out.get(command_key.get())

    async def _begin(self, identity: Identity, past: Past, new: NewDataset | None = None) -> SessionInfo:
        """`new`: its data set, where that is to be kept with it."""
        config = identity.config
        dataset = await self._datasets.get(config.data.dataset) if new is None else new.dataset
        info = self._datasets.info(config.data.dataset) if new is None else new.saved.info
        self._check_size(network_for(config, dataset), config, info.examples)
        try:
            await self._roster.add(
                lambda: Session(identity, dataset, self._kernel, self._store, past),
                past,
                None if new is None else new.saved,
            )
        except (UnfitData, InvalidState) as error:
            raise Invalid(str(error)) from None
        if new is not None:
            self._datasets.take(new)
        return await self.info(identity.id)

    async def _name_of_branch(self, name: str) -> str:
        taken = {info.name for info in await self.sessions()}
        endings = (f", branch {number}" for number in itertools.count(1))
        names = (f"{name[: LONGEST_NAME - len(ending)]}{ending}" for ending in endings)
        return next(name for name in names if name not in taken)

    def _check_size(self, network: Network, config: Config, sizes: SplitSizes) -> None:
        """Refuse a session before anything of it is allocated."""
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

    async def _standing(self, session_id: str) -> Standing:
        return await self._call(session_id, lambda session: Standing.of(session.run))


def new_id() -> str:
    """A name for a session, unlike all others."""
    return secrets.token_hex(4)
