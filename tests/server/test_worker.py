import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from model.config import Config, ModelConfig, TrainingConfig
from model.dataset import parse_words
from server.errors import NotFound
from server.frames import Frame
from server.session import Session
from server.worker import Worker
from tests.server.reference import WORDS

CONFIG = Config(model=ModelConfig(embedding_size=2, hidden_sizes=(4,)), training=TrainingConfig(batch_size=4))
SECONDS = 10  # The most that any answer may take; none takes long.


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker(Session("s", CONFIG, parse_words("\n".join(WORDS).encode(), "words")))
    yield worker
    worker.close()


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
    worker.call(lambda session: session.start(None, None)).result(SECONDS)
    first = step(worker)
    while step(worker) == first:
        pass


@pytest.mark.parametrize("rate", [1e-12, 5e-324])
def test_a_run_slower_than_any_clock_leaves_the_worker_alive(worker: Worker, rate: float) -> None:
    worker.call(lambda session: session.start(None, rate)).result(SECONDS)
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


def test_whoever_waits_for_a_frame_is_told_when_the_session_goes(worker: Worker) -> None:
    frame = worker.next_frame((), after=10**9, metrics_from=0)
    worker.close()
    with pytest.raises(NotFound, match="'s' was deleted"):
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
