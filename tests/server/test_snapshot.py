import numpy as np
import pytest
from pydantic import TypeAdapter

from model.config import Config, ModelConfig, TrainingConfig
from server.errors import NotFound
from server.frames import build_frame
from server.matrices import Array, Histogram, histogram
from server.schemas.commands import RunWanted
from server.session import Session
from server.views import View
from tests.server.driving import DecodedFrame
from tests.server.sessions import new_session

VIEWS: tuple[View, ...] = TypeAdapter(tuple[View, ...]).validate_python(
    [
        {"id": "a", "tensor": "h", "as": "histogram"},
        {"id": "b", "tensor": "dlogits", "as": "values"},
        {"id": "c", "tensor": "h", "as": "summary"},
    ]
)


@pytest.fixture
def session() -> Session:
    config = Config(model=ModelConfig(embedding_size=2, hidden_sizes=(4,)), training=TrainingConfig(batch_size=4))
    return new_session(config)


def step_on(session: Session, steps: int) -> None:
    session.start(RunWanted(until_step=session.run.step + steps))
    while session.seconds_until_due() is not None:
        session.burst()


def test_a_snapshot_stays_as_it_was_while_training_goes_on(session: Session) -> None:
    before = session.snapshot()
    parameter = before.tensor("W1").clone()
    frame = DecodedFrame.decode(build_frame(before, VIEWS, 0).content)
    step_on(session, 20)
    assert before.tensor("W1").equal(parameter)
    later = DecodedFrame.decode(build_frame(before, VIEWS, 0).content)
    assert later.position == frame.position
    assert later.info["version"] == frame.info["version"]
    np.testing.assert_array_equal(later.arrays["b"], frame.arrays["b"])
    assert not session.snapshot().tensor("W1").equal(parameter)


def test_pages_that_show_the_same_share_what_is_drawn(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = count_histograms(monkeypatch)
    snapshot = session.snapshot()
    contents = [build_frame(snapshot, views, 0).content for views in (VIEWS, VIEWS, VIEWS[:1])]
    assert len(counted) == 1
    assert contents[0] == contents[1] != contents[2]
    step_on(session, 1)
    build_frame(session.snapshot(), VIEWS, 0)
    assert len(counted) == 2


def count_histograms(monkeypatch: pytest.MonkeyPatch) -> list[Array]:
    counted: list[Array] = []

    def counting(tensor: Array, bins: int) -> Histogram:
        counted.append(tensor)
        return histogram(tensor, bins)

    monkeypatch.setattr("server.frames.histogram", counting)
    return counted


def test_a_view_of_a_tensor_that_does_not_exist_is_refused(session: Session) -> None:
    views = TypeAdapter(tuple[View, ...]).validate_python([{"id": "a", "tensor": "joy", "as": "summary"}])
    with pytest.raises(NotFound, match="view 'a': there is no tensor 'joy'"):
        build_frame(session.snapshot(), views, 0)
