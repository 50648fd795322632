import math
import re
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
import pytest
import torch

from model.clock import Position, Unit
from model.config import Config, LearningRateFrom, ModelConfig, TrainingConfig
from model.engine import Trace
from server.errors import Conflict, Invalid, NotFound
from server.frames import build_frame
from server.motion import BURST_SECONDS
from server.schemas.commands import RunWanted, Seek, Until
from server.schemas.training import ClippingInfo, TrainingChange
from server.session import Session
from tests.server.driving import DecodedFrame
from tests.server.sessions import new_session

MODEL = ModelConfig(embedding_size=2, hidden_sizes=(4,))
# Forward: embedding, flatten, linear, 7 of batch norm, tanh, linear, 8 of cross-entropy; backward: a rule per input.
FORWARD_OPS = 20
OPS = 20 + 1 + 1 + 3 + (1 + 2 + 1 + 1 + 1 + 2 + 3) + 1 + 3 + (1 + 2 + 1 + 1 + 1 + 2 + 1 + 1)
CHANGES: dict[str, Callable[[Session], object]] = {
    "advance": lambda session: session.advance("step", 1),
    "run": lambda session: session.start(RunWanted()),
    "parameter": lambda session: session.set_parameter("b1", torch.zeros(4)),
    "learning rate": lambda session: session.change_training(TrainingChange(learning_rate=0.5)),
}


def make(kernel: Future[None] | None = None, **training: object) -> Session:
    config = Config(model=MODEL, training=TrainingConfig(batch_size=4, **training))
    return new_session(config, kernel)


@pytest.fixture
def session() -> Session:
    return make()


def finish(session: Session) -> None:
    while session.seconds_until_due() is not None:
        session.burst()


def test_a_session_is_made_with_all_gradients_of_step_0_known(session: Session) -> None:
    ops = session.run.network.ops
    assert session.run.position == Position(0, ops, ops)


def test_nothing_is_due_until_something_is_asked(session: Session) -> None:
    assert session.seconds_until_due() is None


@pytest.mark.parametrize(
    ("unit", "count", "step", "op"),
    [
        ("op", 1, 1, 0),
        ("op", 4, 1, 3),
        ("op", -1, 0, OPS - 1),
        ("op", -OPS, 0, 0),
        ("op", OPS + 1, 1, OPS),
        ("pass", 1, 1, FORWARD_OPS),
        ("pass", 2, 1, OPS),
        ("pass", 5, 3, FORWARD_OPS),
        ("pass", -1, 0, FORWARD_OPS),
        ("step", 1, 1, OPS),
        ("step", 7, 7, OPS),
        ("step", 0, 0, OPS),
    ],
)
def test_an_advance_ends_where_it_should(session: Session, unit: Unit, count: int, step: int, op: int) -> None:
    motion = session.advance(unit, count)
    finish(session)
    assert session.run.position == Position(step, op, OPS)
    assert motion.result().position.model_dump() == {"step": step, "op": op, "ops": OPS}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_a_session_raises_its_version(session: Session, change: Callable[[Session], object]) -> None:
    before = session.version
    change(session)
    assert session.version > before


def test_reading_does_not_raise_the_version(session: Session) -> None:
    before = session.version
    snapshot = session.snapshot()
    session.info(), snapshot.tensors(), snapshot.tensor("dlogits"), snapshot.verification(), session.progress()
    assert session.version == before


def test_an_advance_asked_for_while_another_is_under_way_comes_after_it(session: Session) -> None:
    motions = [session.advance("step", 2), session.advance("step", 3), session.advance("op", -1)]
    finish(session)
    assert [motion.result().position.step for motion in motions] == [2, 5, 5]
    assert session.run.position.op == session.run.network.ops - 1


def test_an_advance_to_before_step_0_is_refused_when_its_turn_comes(session: Session) -> None:
    refused, carried_out = session.advance("step", -1), session.advance("step", 1)
    finish(session)
    with pytest.raises(Conflict, match="would lead to before step 0"):
        refused.result()
    assert carried_out.result().position.step == 1


def test_a_run_ends_where_it_was_told(session: Session) -> None:
    session.start(RunWanted(until_step=3000))
    before = -1
    while session.running:
        assert session.run.step > before
        before = session.run.step
        session.burst()
    assert session.run.position == Position(3000, OPS, OPS)
    assert session.stopped is None


def test_how_a_run_was_cut_into_bursts_does_not_change_it(session: Session) -> None:
    session.start(RunWanted(until_step=500))
    finish(session)
    alone = make()
    for _ in range(500):
        alone.advance("step", 1)
    finish(alone)
    assert session.recorded.buckets("loss", 0, 500, 501) == alone.recorded.buckets("loss", 0, 500, 501)
    assert session.recorded.buckets("gradient_norm", 0, 500, 501) == alone.recorded.buckets(
        "gradient_norm", 0, 500, 501
    )
    assert torch.equal(session.run.parameters["W1"], alone.run.parameters["W1"])


def test_a_run_stops_at_its_breakpoint_and_says_why(session: Session) -> None:
    session.start(RunWanted(until=Until(metric="loss", below=2.0)))
    finish(session)
    assert session.run.loss is not None
    assert session.run.loss < 2.0
    assert session.stopped is not None
    assert re.fullmatch(r"loss is 1\.\d+ at step \d+: below 2, where the run was to stop\.", session.stopped)


def test_a_run_stops_where_the_loss_is_not_finite_and_says_why() -> None:
    session = make(learning_rate=(LearningRateFrom(from_step=0, value=1000.0),))
    session.start(RunWanted(until_step=100_000))
    finish(session)
    assert session.run.step < 100_000
    assert session.stopped is not None
    assert session.stopped.startswith(f"The loss is no longer finite at step {session.run.step}: training has diverged")


def test_an_advance_goes_on_though_the_loss_is_not_finite() -> None:
    session = make(learning_rate=(LearningRateFrom(from_step=0, value=1000.0),))
    session.advance("step", 2000)
    finish(session)
    assert session.run.step == 2000
    assert session.stopped is None


def test_why_a_run_stopped_is_forgotten_when_it_goes_on(session: Session) -> None:
    session.start(RunWanted(until=Until(metric="loss", below=2.0)))
    finish(session)
    session.advance("step", 1)
    assert session.stopped is None


def test_a_breakpoint_on_an_unknown_metric_is_refused_and_the_run_under_way_goes_on(session: Session) -> None:
    session.start(RunWanted())
    with pytest.raises(Invalid, match=r"until\.metric: there is no metric 'joy'; there are: loss, gradient_norm"):
        session.start(RunWanted(until=Until(metric="joy", above=1)))
    assert session.running


def is_waiting(session: Session) -> bool:
    return session.info().engine.waiting


def test_a_session_waits_for_the_kernel_and_says_so() -> None:
    kernel: Future[None] = Future()
    session = make(kernel)
    assert session.run.loss is not None  # What stands still is there to be looked at.
    assert not is_waiting(session)
    motion = session.advance("step", 1)
    assert is_waiting(session)
    assert session.seconds_until_due() is None
    version = session.version
    kernel.set_result(None)
    session.use_kernel()
    assert session.version > version
    assert not is_waiting(session)
    finish(session)
    assert motion.result().position.step == 1


def broken() -> Future[None]:
    kernel: Future[None] = Future()
    kernel.set_exception(ImportError("no compiler"))
    return kernel


def test_where_the_kernel_cannot_be_loaded_an_advance_is_told_so_and_what_to_do() -> None:
    session = make(broken())
    motion = session.advance("step", 1)
    finish(session)
    with pytest.raises(Conflict, match=r"cannot be loaded here \(no compiler\): make a session whose .* is \"tape\""):
        motion.result()
    assert session.run.loss is not None


def test_where_the_kernel_cannot_be_loaded_a_run_says_why_it_ended() -> None:
    session = make(broken())
    session.start(RunWanted())
    finish(session)
    assert session.stopped is not None
    assert "no compiler" in session.stopped


def test_without_a_kernel_gradients_are_verified_against_autograd_alone() -> None:
    rows = make(broken(), engine="tape").snapshot().verification().rows
    assert all(row.approximate and row.kernel_maxdiff is None for row in rows)


def test_verification_tells_how_far_the_kernel_is_from_the_tape(session: Session) -> None:
    told = {row.name: row.kernel_maxdiff for row in session.snapshot().verification().rows}
    known = {name for name, difference in told.items() if difference is not None}
    assert known == {f"d{name}" for name in session.run.network.parameters}
    assert max(difference for difference in told.values() if difference is not None) < 1e-6


def test_the_tape_waits_for_no_kernel() -> None:
    session = make(Future(), engine="tape")
    session.advance("step", 2)
    finish(session)
    assert session.run.step == 2
    assert session.engine.name == "tape"


def test_a_kernel_that_was_there_before_the_session_is_no_news(session: Session) -> None:
    before = session.version
    session.use_kernel()
    assert session.version == before


def test_the_loss_does_not_depend_on_when_the_kernel_came() -> None:
    kernel: Future[None] = Future()
    late, early = make(kernel), make()
    kernel.set_result(None)
    late.use_kernel()
    assert late.info().loss == early.info().loss
    assert late.recorded.buckets("loss", 0, 0, 1) == early.recorded.buckets("loss", 0, 0, 1)
    assert late.recorded.buckets("saturation", 0, 0, 1) == early.recorded.buckets("saturation", 0, 0, 1)


def test_a_run_at_a_rate_is_due_again_after_its_share_of_a_second(session: Session) -> None:
    session.start(RunWanted(steps_per_second=0.001))
    assert session.seconds_until_due() == 0.0
    session.burst()
    due = session.seconds_until_due()
    assert due is not None
    assert 900 < due <= 1000


def test_a_run_that_was_held_up_goes_on_at_its_rate_and_does_not_rush(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("server.motion.time.monotonic", lambda: now)
    session.start(RunWanted(steps_per_second=20.0))
    session.burst()
    now += 5  # Seconds in which it did not get to step
    assert session.seconds_until_due() == 0.0
    session.burst()
    due = session.seconds_until_due()
    assert due == pytest.approx(1 / 20)


def test_a_motion_that_fails_when_nobody_waits_any_more_leaves_the_session_alive(session: Session) -> None:
    motion = session.advance("op", -1000)
    motion.cancel()
    session.burst()
    assert session.seconds_until_due() is None
    assert session.advance("step", 1)


def test_pausing_answers_whoever_awaits_an_advance(session: Session) -> None:
    motion = session.advance("step", 1000)
    session.burst()
    session.pause()
    assert motion.result().position.step == 1
    assert session.seconds_until_due() is None


def test_every_steps_loss_is_recorded_as_it_was(session: Session) -> None:
    losses = [session.run.loss]
    for _ in range(5):
        session.advance("step", 1)
        finish(session)
        losses.append(session.run.loss)
    assert session.recorded.buckets("loss", 0, 100, 100).mean == losses


def test_a_loss_is_recorded_though_its_step_was_left_without_looking(session: Session) -> None:
    session.advance("op", 1)  # To op 0 … of step 1
    session.advance("step", 2)
    finish(session)
    assert not any(math.isnan(loss) for loss in session.recorded.buckets("loss", 0, 2, 10).mean)


def test_a_burst_is_sized_by_time(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("server.mover.time.perf_counter", lambda: now)
    made: list[int] = []

    def advance(count: int, *_: object) -> Trace:
        nonlocal now
        made.append(count)
        session.run.step += count
        now += count * BURST_SECONDS / 100  # A hundred steps take as long as a burst may.
        return Trace(count, np.zeros(0), np.zeros((0, 0)))

    monkeypatch.setattr(session.run, "advance", advance)
    session.start(RunWanted())
    for _ in range(6):
        session.burst()
    assert made == [1, 8, 64, 100, 100, 100]


def test_speed_is_measured_while_running(session: Session) -> None:
    session.start(RunWanted())
    for _ in range(5):
        session.burst()
    speed = session.steps_per_second
    assert speed is not None
    assert speed > 0


def test_there_is_no_speed_without_a_run(session: Session) -> None:
    for _ in range(5):
        session.advance("step", 1)
        finish(session)
    assert session.steps_per_second is None


def test_the_learning_rate_follows_its_schedule() -> None:
    schedule = (LearningRateFrom(from_step=0, value=0.1), LearningRateFrom(from_step=2, value=0.01))
    session = make(learning_rate=schedule)
    rates = []
    for _ in range(4):
        rates.append(session.training.learning_rate)
        session.advance("step", 1)
        finish(session)
    assert rates == [0.1, 0.1, 0.01, 0.01]


def test_a_field_left_out_of_a_change_stays_as_it_is(session: Session) -> None:
    session.change_training(TrainingChange(clipping=ClippingInfo(by="norm", threshold=2.0)))
    session.change_training(TrainingChange(learning_rate=0.3))
    assert session.training.clipping == ClippingInfo(by="norm", threshold=2.0)
    session.change_training(TrainingChange(clipping=None))
    assert session.training.model_dump() == {"clipping": None, "learning_rate": 0.3, "traps": [], "outliers": None}


def test_only_parameters_can_be_set(session: Session) -> None:
    with pytest.raises(Invalid, match="'logits' is not a parameter; these are: C, W1, b1"):
        session.set_parameter("logits", torch.zeros(4, 27))
    with pytest.raises(NotFound, match="'nothing'"):
        session.set_parameter("nothing", torch.zeros(1))


def test_a_tensor_that_is_not_known_yet_is_said_to_be_so_with_the_op_that_makes_it(session: Session) -> None:
    session.run.move_to(3)
    known_at = session.run.network.tensors["dlogits"].known_at
    with pytest.raises(Conflict, match=rf"dlogits is not known at op 3 of \d+: it will be at op {known_at}"):
        session.snapshot().tensor("dlogits")


def test_a_failure_while_training_ends_the_motion_and_tells_who_awaits_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no more")

    motion = session.advance("step", 1)
    monkeypatch.setattr(session.run, "advance", fail)
    with pytest.raises(MemoryError):
        session.burst()
    assert isinstance(motion.exception(), MemoryError)
    assert session.seconds_until_due() is None


def test_a_run_from_the_past_goes_all_the_way_at_its_rate(session: Session) -> None:
    train(session, 400)
    session.timeline.keep()
    session.seek(Seek(step=0))
    finish(session)
    session.start(RunWanted(until_step=400, steps_per_second=0.001))
    session.burst()
    assert session.run.step <= 1


def test_a_discard_ends_what_was_on_its_way_to_what_is_discarded(session: Session) -> None:
    train(session, 400)
    session.seek(Seek(step=5))
    finish(session)
    sought = session.advance("step", 300)
    session.burst()
    here = session.run.step
    session.change_training(TrainingChange(learning_rate=0.5), "discard")
    assert sought.result().position.step == here == session.timeline.last_step


def test_after_a_discard_a_frame_tells_all_losses_anew(session: Session) -> None:
    train(session, 50)
    told = build_frame(session.snapshot(), (), 0)
    session.seek(Seek(step=20))
    finish(session)
    session.change_training(TrainingChange(learning_rate=0.5), "discard")
    train(session, 60)
    told = build_frame(session.snapshot(), (), told.next_step, told.discards)
    assert DecodedFrame.decode(told.content).info["metrics"]["loss"]["step"][0] == 0


def test_a_session_that_ends_while_it_runs_says_so(session: Session) -> None:
    session.start(RunWanted())
    session.burst()
    session.end()
    assert session.stopped is not None
    assert "ended while this session was running" in session.stopped


def train(session: Session, steps: int) -> None:
    session.advance("step", steps)
    finish(session)
