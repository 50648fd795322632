import asyncio
import gc
import sqlite3
import time
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import server.host
import server.roster
from model.config import Config, DataConfig, ModelConfig, TrainingConfig
from server.errors import NotFound, Unavailable
from server.host import SessionHost
from server.schemas.commands import BranchWanted, RunWanted, Seek
from server.schemas.training import ClippingInfo, TrainingChange
from server.session import Session
from server.store import Store
from server.views import ValuesView
from server.worker import Worker
from tests.server.driving import to_npy
from tests.server.reference import WORDS

TINY = ModelConfig(embedding_size=2, hidden_sizes=(4,))
SOON = 0.02
LATER = 3600.0


@asynccontextmanager
async def opened(rest_after: float = SOON, url: str = "sqlite://") -> AsyncIterator[SessionHost]:
    host = SessionHost(Store(url), max_session_bytes=10_000_000, rest_after_seconds=rest_after)
    await host.open()
    try:
        yield host
    finally:
        await host.close()


@pytest.fixture
async def host() -> AsyncIterator[SessionHost]:
    async with opened() as host:
        yield host


@pytest.fixture
async def patient() -> AsyncIterator[SessionHost]:
    """A host that puts nobody to rest by itself."""
    async with opened(LATER) as host:
        yield host


async def make(host: SessionHost, engine: str = "tape") -> str:
    known = {info.name: info.id for info in host.datasets()}
    dataset = known.get("words") or (await host.add_dataset("\n".join(WORDS).encode(), "words")).id
    config = Config.model_validate(
        {
            "data": DataConfig(dataset=dataset),
            "model": TINY,
            "training": TrainingConfig(batch_size=4, engine=engine),
        }
    )
    return (await host.create(config)).id


def worker_of(host: SessionHost, session_id: str) -> Worker | None:
    return host._roster._workers.get(session_id)


def is_at_rest(host: SessionHost, session_id: str) -> bool:
    return worker_of(host, session_id) is None


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (nothing tells when a session has gone to rest)
            await asyncio.sleep(0.005)


async def rested(host: SessionHost, session_id: str) -> None:
    await until(lambda: is_at_rest(host, session_id))


async def put_to_rest(host: SessionHost, session_id: str) -> None:
    worker = worker_of(host, session_id)
    assert worker is not None
    await host._roster._put_to_rest(session_id, worker)


async def read(host: SessionHost, session_id: str) -> dict[str, Any]:
    """All that can be seen of a session: what it says of itself, tensors to the last bit, metrics, timeline and log."""
    tensors = {
        tensor.name: (await host.read_tensor(session_id, tensor.name, "npy", None)).content
        for tensor in await host.tensors(session_id)
        if tensor.known
    }
    return {
        "tensors": tensors,
        "info": await host.info(session_id),
        "metrics": await host.metrics(session_id, ["loss", "gradient_norm"], 0, None, 5000),
        "timeline": (await host.timeline(session_id)).commands,
        "log": await host.log(session_id),
    }


# ── Going to rest ──


async def test_a_session_that_nobody_touches_goes_to_rest(host: SessionHost) -> None:
    session = await make(host)
    assert not is_at_rest(host, session)
    await rested(host, session)


async def test_every_touch_puts_it_off(patient: SessionHost, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await make(patient)
    now = time.monotonic()
    monkeypatch.setattr("server.roster.time.monotonic", lambda: now)
    touches: list[Callable[[], Awaitable[object]]] = [
        lambda: patient.tensors(session),
        lambda: patient.advance(session, "op", -1),
        lambda: patient.metrics(session, ["loss"], 0, None, 10),
        lambda: patient.rename(session, "another"),
        lambda: patient.timeline(session),
        lambda: patient.branch(session, BranchWanted()),
        lambda: patient.export(session),
        lambda: patient.next_frame(session, (), after=-1, metrics_from=0),
    ]
    for touch in touches:
        now += 1000
        await touch()
        worker = worker_of(patient, session)
        assert worker is not None
        assert worker.touched_at == now


async def test_listing_sessions_neither_wakes_them_nor_keeps_them_awake(host: SessionHost) -> None:
    session = await make(host)
    listed = await host.sessions()
    while not is_at_rest(host, session):
        listed = await host.sessions()
    assert await host.sessions() == listed
    assert await host.info(session) == listed[0]
    assert is_at_rest(host, session)


@pytest.mark.parametrize("kernel_is_loaded", [True, False])
async def test_nothing_of_a_resting_session_is_left_in_memory(
    kernel_is_loaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel: Future[None] = Future()
    monkeypatch.setattr(server.host, "load_in_background", lambda: kernel)
    if kernel_is_loaded:
        kernel.set_result(None)
    async with opened() as host:
        await assert_nothing_is_left(host)


async def assert_nothing_is_left(host: SessionHost) -> None:
    session_id = await make(host)
    await host.advance(session_id, "step", 50)
    worker = worker_of(host, session_id)
    assert worker is not None
    left: list[weakref.ref[Any]] = [
        weakref.ref(kept) for kept in (worker._session, worker._session.run.engine, worker.recorded)
    ]
    del worker
    await rested(host, session_id)

    def nothing_is_left() -> bool:
        gc.collect()
        return all(reference() is None for reference in left)

    await until(nothing_is_left)


# ── Staying awake ──


async def rounds_asked(host: SessionHost, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Wait until so many sessions were asked whether they can rest."""
    asked = 0
    ask = server.roster._rest_if_idle

    def count(session: Session) -> object:
        nonlocal asked
        asked += 1
        return ask(session)

    monkeypatch.setattr(server.roster, "_rest_if_idle", count)
    await until(lambda: asked >= times)


async def test_a_session_that_runs_is_not_put_to_rest(host: SessionHost, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await make(host)
    await host.start(session, RunWanted(steps_per_second=20))
    await rounds_asked(host, monkeypatch, times=4)
    assert not is_at_rest(host, session)
    info = await host.info(session)
    assert info.running
    assert info.stopped is None
    await host.pause(session)
    await rested(host, session)


async def test_a_session_whose_frames_somebody_waits_for_is_not_put_to_rest(host: SessionHost) -> None:
    watched, other = await make(host), await make(host)
    waiting = asyncio.ensure_future(host.next_frame(watched, (), after=10**9, metrics_from=0))
    for _ in range(3):
        await rested(host, other)
        await host.tensors(other)
    assert not is_at_rest(host, watched)
    waiting.cancel()
    await rested(host, watched)


async def test_a_session_that_is_touched_while_it_is_put_to_rest_stays_awake(patient: SessionHost) -> None:
    session = await make(patient)
    worker = worker_of(patient, session)
    resting = asyncio.ensure_future(put_to_rest(patient, session))
    await asyncio.sleep(0)
    await patient._roster.awake(session)
    await resting
    assert worker_of(patient, session) is worker
    assert (await patient.advance(session, "step", 1)).position.step == 1


async def test_whatever_comes_while_it_is_put_to_rest_is_answered(patient: SessionHost) -> None:
    session = await make(patient)
    for step in range(1, 20):
        resting = asyncio.ensure_future(put_to_rest(patient, session))
        for _ in range(step % 7):
            await asyncio.sleep(0)
        moved = await patient.advance(session, "step", 1)
        await resting
        assert moved.position.step == step
        if is_at_rest(patient, session):
            await patient.tensors(session)


async def test_a_session_that_cannot_be_saved_is_not_put_to_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sessions.sqlite3"
    async with opened(url=f"sqlite:///{file}") as host:
        session = await make(host)
        await rested(host, session)
        await host.tensors(session)
        file.rename(tmp_path / "away")
        await rounds_asked(host, monkeypatch, times=3)
        assert not is_at_rest(host, session)
        (tmp_path / "away").rename(file)
        await rested(host, session)


# ── Waking ──


async def live(host: SessionHost, session: str) -> None:
    """So that there are edits, a past beyond where it stands, and a step of which not all is known."""
    await host.advance(session, "step", 30)
    await host.change_training(
        session, TrainingChange(learning_rate=0.05, clipping=ClippingInfo(by="norm", threshold=1.0)), None
    )
    parameter = to_npy(np.linspace(-1, 1, 4).astype(np.float32))
    await host.write_parameter(session, "b1", parameter, as_npy=True, later=None)
    await host.advance(session, "step", 20)
    await host.advance(session, "op", -7)


@pytest.mark.parametrize("engine", ["tape", "kernel"])
async def test_a_session_wakes_as_it_was_to_the_last_bit(patient: SessionHost, engine: str) -> None:
    session = await make(patient, engine)
    await live(patient, session)
    before = await read(patient, session)
    for _ in range(3):
        await put_to_rest(patient, session)
        assert is_at_rest(patient, session)
        assert await patient.info(session) == before["info"]
        assert await read(patient, session) == before
    assert before["info"].position.op not in (0, before["info"].position.ops)


@pytest.mark.parametrize("engine", ["tape", "kernel"])
@pytest.mark.parametrize("op", [None, 0, 3])
async def test_a_session_that_went_back_in_time_wakes_where_it_stood(
    patient: SessionHost, engine: str, op: int | None
) -> None:
    session = await make(patient, engine)
    await live(patient, session)
    await patient.seek(session, Seek(step=17, op=op))
    before = await read(patient, session)
    await put_to_rest(patient, session)
    after = await read(patient, session)
    assert after == before
    assert (after["info"].position.step, after["info"].last_step) == (17, 50)


@pytest.mark.parametrize("engine", ["tape", "kernel"])
async def test_whether_it_rested_makes_no_difference_to_what_comes(patient: SessionHost, engine: str) -> None:
    resting, awake = await make(patient, engine), await make(patient, engine)
    for session in (resting, awake):
        await live(patient, session)
    for _ in range(5):
        await put_to_rest(patient, resting)
        for session in (resting, awake):
            await patient.advance(session, "op", 13)
            await patient.advance(session, "step", 10)
    found, expected = await read(patient, resting), await read(patient, awake)
    assert found["tensors"] == expected["tensors"]
    assert found["metrics"] == expected["metrics"]


async def test_two_who_touch_it_at_once_wake_it_once(patient: SessionHost, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await make(patient)
    await put_to_rest(patient, session)
    reads = 0
    read_session = patient._store.session

    def count(session_id: str) -> object:
        nonlocal reads
        reads += 1
        return read_session(session_id)

    monkeypatch.setattr(patient._store, "session", count)
    await asyncio.gather(*(patient.advance(session, "step", 1) for _ in range(8)))
    assert reads == 1
    assert (await patient.info(session)).position.step == 8


async def test_one_who_goes_away_does_not_keep_it_from_waking_for_others(patient: SessionHost) -> None:
    session = await make(patient)
    await put_to_rest(patient, session)
    impatient = asyncio.ensure_future(patient.tensors(session))
    other = asyncio.ensure_future(patient.tensors(session))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await other


async def test_a_session_that_cannot_be_read_is_asked_for_again_later(tmp_path: Path) -> None:
    file = tmp_path / "sessions.sqlite3"
    async with opened(LATER, f"sqlite:///{file}") as host:
        session = await make(host)
        await put_to_rest(host, session)
        file.rename(tmp_path / "away")
        with pytest.raises(Unavailable):
            await host.tensors(session)
        assert [info.id for info in await host.sessions()] == [session]
        (tmp_path / "away").rename(file)
        assert await host.tensors(session)


async def test_who_has_seen_a_session_before_it_rested_hears_of_what_changes_later(patient: SessionHost) -> None:
    session = await make(patient)
    for _ in range(20):
        await patient.advance(session, "step", 1)
    view = ValuesView.model_validate({"id": "b1", "tensor": "b1", "as": "values"})
    seen = await patient.next_frame(session, (view,), after=-1, metrics_from=0)
    await put_to_rest(patient, session)
    waiting = asyncio.ensure_future(
        patient.next_frame(session, (view,), after=seen.version, metrics_from=seen.next_step)
    )
    await patient.advance(session, "step", 1)
    frame = await asyncio.wait_for(waiting, 10)
    assert frame.version > seen.version


# ── What is done to one that rests ──


async def test_a_resting_session_is_renamed(patient: SessionHost) -> None:
    session = await make(patient)
    await put_to_rest(patient, session)
    assert (await patient.rename(session, "another")).name == "another"
    await put_to_rest(patient, session)
    assert (await patient.info(session)).name == "another"


async def test_a_resting_session_is_deleted_without_waking_and_restored(patient: SessionHost) -> None:
    kept, session, last = [await make(patient) for _ in range(3)]
    await live(patient, session)
    before = await read(patient, session)
    await put_to_rest(patient, session)
    await patient.delete(session)
    assert [info.id for info in await patient.sessions()] == [kept, last]
    with pytest.raises(NotFound):
        await patient.tensors(session)
    await patient.restore(session)
    assert [info.id for info in await patient.sessions()] == [kept, session, last]
    assert await read(patient, session) == before


async def test_a_session_that_is_deleted_while_it_wakes_is_gone(patient: SessionHost) -> None:
    session = await make(patient)
    await put_to_rest(patient, session)
    waking = asyncio.ensure_future(patient.tensors(session))
    await asyncio.sleep(0)
    await patient.delete(session)
    await asyncio.gather(waking, return_exceptions=True)
    assert await patient.sessions() == []
    assert is_at_rest(patient, session)


async def test_a_resting_session_is_exported_as_it_was(patient: SessionHost) -> None:
    session = await make(patient)
    await live(patient, session)
    await put_to_rest(patient, session)
    before = await read(patient, session)
    await put_to_rest(patient, session)
    imported = await patient.import_session((await patient.export(session)).content)
    after = await read(patient, imported.id)
    for part in ("tensors", "metrics", "timeline", "log"):
        assert after[part] == before[part]


async def test_a_branch_of_a_resting_session_shares_its_past(patient: SessionHost) -> None:
    session = await make(patient)
    await live(patient, session)
    await patient.seek(session, Seek(step=40))
    expected = await read(patient, session)
    await patient.seek(session, Seek(step=50))
    await put_to_rest(patient, session)
    branch = await patient.branch(session, BranchWanted(step=40))
    await put_to_rest(patient, branch.id)
    found = await read(patient, branch.id)
    assert found["tensors"] == expected["tensors"]
    assert found["info"].parent is not None
    assert (found["info"].parent.id, found["info"].parent.step) == (session, 40)


# ── The server's end ──


async def test_all_sessions_are_there_again_at_rest_and_as_they_were(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.sqlite3'}"
    async with opened(LATER, url) as host:
        sessions = [await make(host, engine) for engine in ("tape", "kernel", "tape")]
        for session in sessions[:2]:
            await live(host, session)
        before = [await read(host, session) for session in sessions]
        await put_to_rest(host, sessions[2])
    async with opened(LATER, url) as host:
        assert [info.id for info in await host.sessions()] == sessions
        assert all(is_at_rest(host, session) for session in sessions)
        assert [await read(host, session) for session in sessions] == before


async def test_a_session_that_was_running_says_why_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "sessions.sqlite3"
    async with opened(LATER, f"sqlite:///{file}") as host:
        session = await make(host)
        await host.start(session, RunWanted(steps_per_second=1000))
        worker = worker_of(host, session)
        assert worker is not None
        run = worker._session.run
        await until(lambda: run.step >= 20)
        await asyncio.wrap_future(worker.call(Session.save))
        # As it would be left if the server were killed now
        with closing(sqlite3.connect(file)) as original, closing(sqlite3.connect(tmp_path / "copy")) as copy:
            original.backup(copy)
    async with opened(LATER, f"sqlite:///{tmp_path / 'copy'}") as host:
        for _ in range(2):  # At rest, and awake
            info = await host.info(session)
            assert not info.running
            assert info.position.step >= 20
            assert info.stopped == (
                f"The server ended while this session was running: it stands at step {info.position.step}, the last "
                "one that was saved. Run goes on from there."
            )
            await host.tensors(session)
        assert (await host.advance(session, "step", 1)).position.step == info.position.step + 1
