import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial

import pytest

from model.config import Config, ModelConfig, TrainingConfig
from server.errors import NotFound
from server.frames import Frame
from server.priority import NICENESS
from server.schemas.commands import RunWanted
from server.schemas.training import TrainingChange
from server.session import Session
from server.turns import Turns, TurnsBySpeed
from server.worker import SECONDS_BETWEEN_FRAMES, Worker
from tests.server.sessions import loaded, new_session

CONFIG = Config(model=ModelConfig(embedding_size=2, hidden_sizes=(4,)), training=TrainingConfig(batch_size=4))
SECONDS = 10  # The most that any answer may take; none takes long.


@pytest.fixture
def frames() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as frames:
        yield frames


@pytest.fixture
def turns() -> TurnsBySpeed:
    return TurnsBySpeed(quick=Turns(at_once=1), slow=Turns(at_once=1))


@pytest.fixture
def make(turns: TurnsBySpeed, frames: Executor) -> Iterator[Callable[[], Worker]]:
    kernel = loaded()
    workers: list[Worker] = []

    def make() -> Worker:
        workers.append(Worker(new_session(CONFIG, kernel), kernel, turns, frames))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


@pytest.fixture
def worker(make: Callable[[], Worker]) -> Worker:
    return make()


def step(worker: Worker) -> int:
    return worker.call(lambda session: session.run.step).result(SECONDS)


def test_calls_are_carried_out_in_the_order_in_which_they_came(worker: Worker) -> None:
    order: list[int] = []

    def append(number: int, session: Session) -> None:
        order.append(number)

    calls = [worker.call(partial(append, number)) for number in range(100)]
    calls[-1].result(SECONDS)
    assert order == list(range(100))


def test_an_error_goes_to_whoever_asked_and_the_worker_goes_on(worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError):
        worker.call(lambda session: 1 // 0).result(SECONDS)
    assert step(worker) == 0


def test_calls_are_answered_while_a_run_goes_on(worker: Worker) -> None:
    worker.call(lambda session: session.start(RunWanted())).result(SECONDS)
    first = step(worker)
    while step(worker) == first:
        pass


@pytest.mark.parametrize("rate", [1e-12, 5e-324])
def test_a_run_slower_than_any_clock_leaves_the_worker_alive(worker: Worker, rate: float) -> None:
    worker.call(lambda session: session.start(RunWanted(steps_per_second=rate))).result(SECONDS)
    while step(worker) == 0:
        pass
    assert step(worker) == 1


def test_a_frame_comes_at_once_where_the_state_is_newer(worker: Worker) -> None:
    frame = worker.next_frame((), after=-1, metrics_from=0).result(SECONDS)
    assert frame.version == worker.call(lambda session: session.version).result(SECONDS)


def test_a_frame_waits_until_the_state_is_newer(worker: Worker) -> None:
    version = worker.call(lambda session: session.version).result(SECONDS)
    frame = worker.next_frame((), after=version, metrics_from=0)
    step(worker)
    assert not frame.done()
    worker.call(lambda session: session.advance("step", 1)).result(SECONDS)
    assert frame.result(SECONDS).version > version


def test_pages_that_ask_between_two_frames_of_a_run_share_the_next(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("server.worker.time.monotonic", lambda: now)
    worker.call(lambda session: session.start(RunWanted())).result(SECONDS)
    first = worker.next_frame((), after=-1, metrics_from=0).result(SECONDS)
    frames = [worker.next_frame((), after=first.version, metrics_from=0) for _ in range(3)]
    reached = step(worker)
    while step(worker) == reached:
        pass
    assert not any(frame.done() for frame in frames)
    now += 2 * SECONDS_BETWEEN_FRAMES
    assert len({frame.result(SECONDS).version for frame in frames}) == 1


def test_a_frame_of_a_slow_run_does_not_wait_for_its_next_step(worker: Worker) -> None:
    worker.call(lambda session: session.start(RunWanted(steps_per_second=0.001))).result(SECONDS)
    while step(worker) == 0:
        pass
    version = worker.next_frame((), after=-1, metrics_from=0).result(SECONDS).version
    frame = worker.next_frame((), after=version, metrics_from=0)
    worker.call(lambda session: session.change_training(TrainingChange(learning_rate=0.5))).result(SECONDS)
    assert frame.result(SECONDS).version > version


def test_whoever_waits_for_a_frame_is_told_when_the_session_goes(worker: Worker) -> None:
    frame = worker.next_frame((), after=10**9, metrics_from=0)
    worker.close()
    with pytest.raises(NotFound, match="was deleted"):
        frame.result(SECONDS)


def test_whoever_awaits_an_advance_is_answered_when_the_session_goes(worker: Worker) -> None:
    motion = worker.call(lambda session: session.advance("step", 10**6)).result(SECONDS)
    worker.close()
    assert motion.result(SECONDS).position.step < 10**6


def test_nothing_can_be_asked_of_a_closed_worker(worker: Worker) -> None:
    worker.close()
    with pytest.raises(NotFound):
        worker.call(Session.info)
    with pytest.raises(NotFound):
        worker.next_frame((), after=-1, metrics_from=0)


def test_closing_twice_is_closing(worker: Worker) -> None:
    worker.close()
    worker.close()


def test_closing_takes_no_notice_of_pages_that_went_away_just_before(worker: Worker) -> None:
    worker_is_held, go_on = threading.Event(), threading.Event()

    def hold(future: Future[Frame]) -> None:
        worker_is_held.set()
        go_on.wait(SECONDS)

    # Held while it hands out a frame, the worker finds itself closed before it looks at its watchers again.
    held = worker.next_frame((), after=10**9, metrics_from=0)
    held.add_done_callback(hold)
    worker.call(lambda session: setattr(session, "version", 10**9 + 1))
    assert worker_is_held.wait(SECONDS)
    gone = worker.next_frame((), after=10**10, metrics_from=0)
    assert gone.cancel()
    with ThreadPoolExecutor() as pool:
        closing = pool.submit(worker.close)
        while not worker._closed:
            pass
        go_on.set()
        closing.result(SECONDS)


def test_a_session_without_a_turn_answers_all_the_same(worker: Worker, turns: TurnsBySpeed) -> None:
    turns.quick.ask(lambda: True)  # The only one, kept
    worker.call(lambda session: session.start(RunWanted())).result(SECONDS)
    assert [step(worker) for _ in range(20)] == [0] * 20
    worker.call(Session.pause).result(SECONDS)
    worker.call(lambda session: session.start(RunWanted())).result(SECONDS)
    turns.quick.give_back()
    while step(worker) == 0:
        pass


def test_a_slow_session_holds_up_none_but_slow_ones(
    worker: Worker, turns: TurnsBySpeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns.slow.ask(lambda: True)  # A step that takes long
    worker.call(lambda session: session.advance("step", 1)).result(SECONDS).result(SECONDS)
    monkeypatch.setattr(Session, "is_slow", True)
    slow = worker.call(lambda session: session.advance("step", 1)).result(SECONDS)
    assert [step(worker) for _ in range(20)] == [1] * 20
    turns.slow.give_back()
    assert slow.result(SECONDS).position.step == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
def test_who_trains_yields_to_who_answers(worker: Worker) -> None:
    thread = worker.call(lambda _: threading.get_native_id()).result(SECONDS)
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert os.getpriority(os.PRIO_PROCESS, thread) == min(own + NICENESS, 19)


def test_sessions_that_share_a_core_all_move(make: Callable[[], Worker]) -> None:
    workers = [make() for _ in range(5)]
    for worker in workers:
        worker.call(lambda session: session.start(RunWanted())).result(SECONDS)
    while not all(step(worker) > 0 for worker in workers):
        pass


def test_a_session_that_goes_while_it_waits_for_its_turn_takes_none_with_it(
    make: Callable[[], Worker], turns: TurnsBySpeed
) -> None:
    turns.quick.ask(lambda: True)
    gone, stays = make(), make()
    for worker in (gone, stays):
        worker.call(lambda session: session.start(RunWanted())).result(SECONDS)
        step(worker)  # By now it has asked.
    gone.close()
    turns.quick.give_back()
    while step(stays) == 0:
        pass


def test_a_session_waits_for_the_kernel_and_moves_once_it_is_there(turns: TurnsBySpeed, frames: Executor) -> None:
    kernel: Future[None] = Future()
    worker = Worker(new_session(CONFIG, kernel), kernel, turns, frames)
    motion = worker.call(lambda session: session.advance("step", 3)).result(SECONDS)
    assert worker.call(lambda session: session.engine.waiting).result(SECONDS)
    kernel.set_result(None)
    assert motion.result(SECONDS).position.step == 3
    worker.close()
