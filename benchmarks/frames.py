"""What a page is sent: a frame of its dashboard, a large tensor reduced, a long history."""

import json
import statistics
from concurrent.futures import Future

import numpy as np
import safetensors.numpy
from pydantic import TypeAdapter

from benchmarks.report import Figure, Measured
from benchmarks.timing import timed, use_one_thread
from benchmarks.views import dashboard_views
from model.config import Config
from model.dataset import load_names
from server.frames import build_frame
from server.metrics import Recorder
from server.past import Identity
from server.schemas.results import Metrics, Series
from server.session import Session
from server.store import Store
from server.views import View

ROUNDS = 100
STEPS_A_FRAME = 300  # About what the kernel makes between two frames of a display
RECORDED, POINTS = 1_000_000, 2000
VIEWS: TypeAdapter[tuple[View, ...]] = TypeAdapter(tuple[View, ...])


def measure() -> Measured:
    """A frame against JSON of the same, then what is large."""
    use_one_thread()
    return Measured([*dashboard(), *large_tensor(), metrics()])


def dashboard() -> list[Figure]:
    """A frame while training goes on, against JSON that has its nested lists ready made."""
    views = VIEWS.validate_python(dashboard_views())
    session = new_session(64)
    rounds = [dashboard_round(session, views) for _ in range(ROUNDS)]
    tape, ours, theirs, size, json_size = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(frame / json for _, frame, json, *_ in rounds)
    took = f"{1e3 * ours:.2f} ms, json.dumps {1e3 * theirs:.2f} ms"
    note = f"{len(views)} views of a step whose tape takes {1e3 * tape:.2f} ms more to record"
    return [
        Figure("a frame of the dashboard against json.dumps of its views", ratio, "of its time", took),
        Figure("a frame of the dashboard, assembled", 1e3 * ours, "ms", note, "≤ 2"),
        Figure("a frame of the dashboard, size", size / 1e3, "kB", f"as JSON {json_size / 1e3:.0f} kB", "≤ 60"),
    ]


def dashboard_round(session: Session, views: tuple[View, ...]) -> tuple[float, float, float, int, int]:
    """Seconds that the tape, the frame and JSON of it take, and the bytes of the two."""
    metrics_from = session.run.step
    advance(session, STEPS_A_FRAME)
    snapshot = session.snapshot()
    tape, _ = timed(lambda: snapshot.moment.tape)
    ours, frame = timed(build_frame, snapshot, views, metrics_from)
    lists = {name: array.tolist() for name, array in safetensors.numpy.load(frame.content).items()}
    theirs, text = timed(json.dumps, lists)
    return tape, ours, theirs, len(frame.content), len(text)


def large_tensor() -> list[Figure]:
    """4096 × 4096 numbers as 10,000 cells; a session that trains copies its parameters for a frame, too."""
    views = VIEWS.validate_python([{"id": "W2", "tensor": "W2", "as": "values", "max_cells": 10_000}])
    session = new_session(4096, 4096)
    copied = []
    for _ in range(3):
        advance(session, 1)
        copied.append(timed(session.snapshot)[0])
    rounds = [timed(build_frame, session.snapshot(), views, session.run.step) for _ in range(ROUNDS // 10)]
    taken, size = statistics.median(taken for taken, _ in rounds), len(rounds[0][1].content)
    note = f"copying the parameters once a step takes {1e3 * statistics.median(copied):.0f} ms more"
    return [
        Figure("values of 4096 × 4096 as 10,000 cells", 1e3 * taken, "ms", note, "< 30"),
        Figure("values of 4096 × 4096 as 10,000 cells, size", size / 1e3, "kB", "", "< 60"),
    ]


def metrics() -> Figure:
    """What answers `GET …/metrics` after a long run, without the way through HTTP."""
    recorder = Recorder()
    recorder.record(0, np.random.default_rng(0).random((RECORDED, 1)))
    taken = statistics.median(timed(answer, recorder)[0] for _ in range(ROUNDS))
    note = f"{RECORDED:,} steps as {POINTS:,} points of JSON, {len(answer(recorder)) / 1e3:.0f} kB"
    return Figure("the loss of a long run", 1e3 * taken, "ms", note, "< 20")


def answer(recorder: Recorder) -> str:
    """Buckets as the route sends them."""
    series = Series.model_validate(recorder.buckets(0, 0, RECORDED - 1, POINTS))
    return Metrics(series={"loss": series}).model_dump_json()


def new_session(*hidden_sizes: int) -> Session:
    """A session that may train at once, kept in memory."""
    kernel: Future[None] = Future()
    kernel.set_result(None)
    config = Config.model_validate({"model": {"hidden_sizes": hidden_sizes}})
    return Session(Identity("benchmark", "benchmark", config), load_names(), kernel, Store("sqlite://"))


def advance(session: Session, steps: int) -> None:
    """Train, as its worker would."""
    advanced = session.advance("step", steps)
    while not advanced.done():
        session.burst()
