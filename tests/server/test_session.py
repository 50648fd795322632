import math
from collections.abc import Callable

import pytest
import torch

from model.clock import Position, Unit
from model.config import Config, LearningRateFrom, ModelConfig, TrainingConfig
from model.dataset import parse_words
from server.errors import Conflict, Invalid, NotFound
from server.schemas import ClippingInfo, TrainingChange
from server.session import Session
from tests.server.reference import WORDS

DATASET = parse_words("\n".join(WORDS).encode(), "words")
MODEL = ModelConfig(embedding_size=2, hidden_sizes=(4,))
# Forward: embedding, flatten, linear, 7 of batch norm, tanh, linear, 8 of cross-entropy; backward: a rule per input.
FORWARD_OPS = 20
OPS = 20 + 1 + 1 + 3 + (1 + 2 + 1 + 1 + 1 + 2 + 3) + 1 + 3 + (1 + 2 + 1 + 1 + 1 + 2 + 1 + 1)
CHANGES: dict[str, Callable[[Session], object]] = {
    "advance": lambda session: session.advance("step", 1),
    "run": lambda session: session.start(None, None),
    "parameter": lambda session: session.set_parameter("b1", torch.zeros(4)),
    "learning rate": lambda session: session.change_training(TrainingChange(learning_rate=0.5)),
}


def make(**training: object) -> Session:
    return Session("s", Config(model=MODEL, training=TrainingConfig(batch_size=4, **training)), DATASET)


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
    session.info(), session.tensors(), session.tensor("dlogits"), session.verification(), session.progress()
    assert session.version == before


def test_an_advance_asked_for_while_another_is_under_way_comes_after_it(session: Session) -> None:
    motions = [session.advance("step", 2), session.advance("step", 3), session.advance("op", -1)]
    finish(session)
    assert [motion.result().position.step for motion in motions] == [2, 5, 5]
    assert session.run.position.op == session.run.network.ops - 1


def test_an_advance_that_would_leave_its_step_is_refused_when_its_turn_comes(session: Session) -> None:
    refused, carried_out = session.advance("step", -1), session.advance("step", 1)
    finish(session)
    with pytest.raises(Conflict, match="would leave step 0"):
        refused.result()
    assert carried_out.result().position.step == 1


def test_a_run_is_in_steps_and_ends_where_it_was_told(session: Session) -> None:
    session.start(3, None)
    for expected in (1, 2, 3):
        assert session.running
        session.burst()
        assert session.run.step == expected
    assert not session.running


def test_a_run_at_a_rate_is_due_again_after_its_share_of_a_second(session: Session) -> None:
    session.start(None, 0.001)
    assert session.seconds_until_due() == 0.0
    session.burst()
    due = session.seconds_until_due()
    assert due is not None
    assert 900 < due <= 1000


def test_a_run_that_was_held_up_goes_on_at_its_rate_and_does_not_rush(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("server.session.time.monotonic", lambda: now)
    session.start(None, 20.0)
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
    assert session.losses.buckets(0, 100, 100).mean == losses


def test_a_loss_is_recorded_though_its_step_was_left_without_looking(session: Session) -> None:
    session.advance("op", 1)  # To op 0 … of step 1
    session.advance("step", 2)
    finish(session)
    assert not any(math.isnan(loss) for loss in session.losses.buckets(0, 2, 10).mean)


def test_speed_is_measured_while_running(session: Session) -> None:
    session.start(None, None)
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
    assert session.training.model_dump() == {"clipping": None, "learning_rate": 0.3}


def test_only_parameters_can_be_set(session: Session) -> None:
    with pytest.raises(Invalid, match="'logits' is not a parameter; these are: C, W1, b1"):
        session.set_parameter("logits", torch.zeros(4, 27))
    with pytest.raises(NotFound, match="'nothing'"):
        session.set_parameter("nothing", torch.zeros(1))


def test_a_tensor_that_is_not_known_yet_is_said_to_be_so_with_the_op_that_makes_it(session: Session) -> None:
    session.run.move_to(3)
    known_at = session.run.network.tensors["dlogits"].known_at
    with pytest.raises(Conflict, match=rf"dlogits is not known at op 3 of \d+: it will be at op {known_at}"):
        session.tensor("dlogits")


def test_a_failure_while_training_ends_the_motion_and_tells_who_awaits_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise MemoryError("no more")

    motion = session.advance("step", 1)
    monkeypatch.setattr(session.run, "next_step", fail)
    with pytest.raises(MemoryError):
        session.burst()
    assert isinstance(motion.exception(), MemoryError)
    assert session.seconds_until_due() is None
