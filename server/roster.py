"""The roster: all sessions of a server, those that are awake and those at rest in the store. Woken when touched."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec

from server.datasets import Datasets
from server.errors import NotFound, Unavailable
from server.past import Identity, Past, ended_while_running
from server.schemas.sessions import SessionInfo
from server.session import Session
from server.store import SavedDataset, SavedSession, Store
from server.turns import TurnsBySpeed
from server.worker import Worker

P = ParamSpec("P")
log = logging.getLogger(__name__)

SECONDS_BETWEEN_ROUNDS = 1.0  # Of looking for sessions that may be put to rest; shorter where they are to rest sooner.


class Roster:
    """Used in the event loop's thread alone. An awake session has a worker; a resting one has its last info."""

    def __init__(
        self,
        store: Store,
        datasets: Datasets,
        kernel: Future[None],
        turns: TurnsBySpeed,
        frames: Executor,
        rest_after: float,
    ) -> None:
        """`rest_after`: seconds without a touch, after which a session is put to rest."""
        self._store = store
        self._datasets = datasets
        self._kernel = kernel
        self._turns = turns
        self._frames = frames
        self._rest_after = rest_after
        self._makers = ThreadPoolExecutor(thread_name_prefix="make-session")
        self._resting: dict[str, SessionInfo] = {}  # All sessions in the order in which they were made
        self._versions: dict[str, int] = {}  # Of those at rest: whoever has seen one is to hear of the next
        self._workers: dict[str, Worker] = {}
        self._waking: dict[str, asyncio.Task[Worker]] = {}
        self._rounds: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Learn what sessions there are, all of them at rest. Raises Unavailable."""
        await asyncio.wrap_future(self._store.purge())
        self._resting = {info.id: info for info in await asyncio.wrap_future(self._store.sessions())}
        self._rounds = asyncio.create_task(self._go_round())

    async def close(self) -> None:
        """Have all sessions saved and end them."""
        if self._rounds is not None:
            self._rounds.cancel()
        await asyncio.gather(*self._waking.values(), return_exceptions=True)
        workers = list(self._workers.values())
        self._workers.clear()
        self._resting.clear()
        await asyncio.gather(*(asyncio.to_thread(worker.close) for worker in workers))
        self._makers.shutdown(wait=False)

    def ids(self) -> list[str]:
        """All sessions, in the order in which they were made."""
        return list(self._resting)

    def count(self) -> tuple[int, int]:
        """How many are awake, and how many at rest."""
        return len(self._workers), len(self._resting) - len(self._workers)

    def check_exists(self, session_id: str) -> None:
        """Raise NotFound where there is no such session."""
        if session_id not in self._resting:
            raise NotFound(f"there is no session {session_id!r}; GET /api/sessions lists them")

    async def info(self, session_id: str) -> SessionInfo:
        """What a session is and where it stands, without waking it. Raises NotFound."""
        self.check_exists(session_id)
        worker = self._workers.get(session_id)
        if worker is None:
            return _at_rest(self._resting[session_id])
        return await asyncio.wrap_future(worker.call(Session.info))

    async def awake(self, session_id: str) -> Worker:
        """A session's worker, once it is awake. Raises NotFound, Unavailable."""
        self.check_exists(session_id)
        worker = self._workers.get(session_id)
        if worker is None:
            waking = self._waking.get(session_id)
            if waking is None:
                waking = self._waking[session_id] = asyncio.create_task(self._wake(session_id))
                waking.add_done_callback(lambda _: self._waking.pop(session_id, None))
            worker = await asyncio.shield(waking)
        worker.touched_at = time.monotonic()
        return worker

    async def add(self, make: Callable[[], Session], past: Past, dataset: SavedDataset | None = None) -> None:
        """Keep a new session with its past, and its data set where that is new, too; and have it awake.

        Raises Unavailable where it cannot be saved: then there is none.
        """
        session = await self._in_thread(make)
        changes = session.everything(past)
        await asyncio.wrap_future(self._store.create(changes, dataset))
        self._resting[session.id] = changes.info
        self._workers[session.id] = Worker(session, self._kernel, self._turns, self._frames)

    async def remove(self, session_id: str) -> None:
        """Delete a session. Raises NotFound, Unavailable; where it cannot be saved, the session stays, paused."""
        self.check_exists(session_id)
        if session_id in self._waking:
            await self.awake(session_id)
            self.check_exists(session_id)
        info, worker = self._resting.pop(session_id), self._workers.pop(session_id, None)
        try:
            if worker is not None:
                self._versions[session_id] = await asyncio.wrap_future(worker.call(_rest))
            await asyncio.wrap_future(self._store.delete(session_id))
        except Unavailable:
            self._put_back(info)
            if worker is not None:
                self._workers[session_id] = worker
            raise
        except BaseException:
            if worker is not None:
                await asyncio.to_thread(partial(worker.close, save=False))
            raise
        if worker is not None:
            await asyncio.to_thread(partial(worker.close, save=False))

    async def restore(self, session_id: str) -> SessionInfo:
        """Undo a removal. Raises NotFound where there is none to undo."""
        self._put_back(await asyncio.wrap_future(self._store.restore(session_id)))
        return await self.info(session_id)

    # ── Within ──

    def _put_back(self, info: SessionInfo) -> None:
        infos = [*self._resting.values(), info]
        self._resting = {each.id: each for each in sorted(infos, key=lambda each: (each.created_at, each.id))}

    async def _wake(self, session_id: str) -> Worker:
        saved = await asyncio.wrap_future(self._store.session(session_id))
        dataset = await self._datasets.get(saved.info.config.data.dataset)
        session = await self._in_thread(Session, _identity(saved), dataset, self._kernel, self._store, past_of(saved))
        session.version = max(session.version, self._versions.pop(session_id, 0))
        worker = self._workers[session_id] = Worker(session, self._kernel, self._turns, self._frames)
        return worker

    async def _in_thread(self, make: Callable[P, Session], *args: P.args, **kwargs: P.kwargs) -> Session:
        """Make a session, which may wait for the kernel, in a thread that nothing else waits for."""
        return await asyncio.get_running_loop().run_in_executor(self._makers, partial(make, *args, **kwargs))

    async def _go_round(self) -> None:
        """Put to rest whoever has not been touched for long."""
        while True:
            await asyncio.sleep(min(SECONDS_BETWEEN_ROUNDS, self._rest_after))
            await self._put_all_to_rest()

    async def _put_all_to_rest(self) -> None:  # By itself, so that between two rounds no variable holds a worker.
        for session_id, worker in list(self._workers.items()):
            if time.monotonic() - worker.touched_at > self._rest_after and not worker.is_watched:
                await self._put_to_rest(session_id, worker)

    async def _put_to_rest(self, session_id: str, worker: Worker) -> None:
        touched_at = worker.touched_at
        try:
            rested = await asyncio.wrap_future(worker.call(_rest_if_idle))
        except (NotFound, Unavailable):
            return
        # Whoever touched it meanwhile has it go on; from here on nobody can, until it is taken from the workers.
        if rested is None or worker.is_watched or worker.touched_at != touched_at:
            return
        if self._workers.get(session_id) is worker:
            self._resting[session_id], self._versions[session_id] = rested
            del self._workers[session_id]
            await asyncio.to_thread(partial(worker.close, save=False))


def _rest(session: Session) -> int:
    session.rest()
    return session.version


def _rest_if_idle(session: Session) -> tuple[SessionInfo, int] | None:
    """Its last info and version; None where it is moving."""
    if session.is_moving:
        return None
    session.rest()
    return session.info(), session.version


def _at_rest(info: SessionInfo) -> SessionInfo:
    """What is told of a session that was saved: whatever it was doing, it does no longer."""
    engine = info.engine.model_copy(update={"waiting": False})
    return info.model_copy(update={"running": False, "stopped": _why_it_stands(info), "engine": engine})


def _why_it_stands(info: SessionInfo) -> str | None:
    if not info.running:
        return info.stopped
    return ended_while_running(info.position.step)


def _identity(saved: SavedSession) -> Identity:
    info = saved.info
    return Identity(info.id, info.name, info.config, info.parent, info.created_at)


def past_of(saved: SavedSession) -> Past:
    info = saved.info
    return Past(
        commands=saved.commands,
        checkpoints=saved.checkpoints,
        metrics=saved.metrics,
        last_step=info.last_step,
        step=info.position.step,
        op=info.position.op,
        stopped=_why_it_stands(info),
        divergence=info.divergence,
    )
