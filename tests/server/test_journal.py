"""The journal against a store that saves, fails or takes its time as it is told, and keeps what it was given."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cache

import numpy as np
import pytest

import server.journal
from model.checkpoints import Checkpoint, Checkpoints
from model.config import Config, ModelConfig, TrainingConfig
from model.engine import Trace
from server.errors import NotFound, Unavailable
from server.journal import Journal
from server.log import Command
from server.recorded import Key, Recorded
from server.schemas.sessions import SessionInfo
from server.store import Changes, Store
from tests.server.sessions import new_session

CONFIG = Config(model=ModelConfig(embedding_size=2, hidden_sizes=(4,)), training=TrainingConfig(batch_size=4))
FAILURE = Unavailable("the disk went away")


@cache
def new_info() -> SessionInfo:
    return new_session(CONFIG).info()


class SlowStore(Store):
    """Answers when it is told to; what was saved is kept as the tables would keep it."""

    def __init__(self) -> None:
        self.asked: list[Changes] = []
        self.waiting: list[tuple[Changes, Future[None]]] = []
        self.answers: Callable[[], Exception | str | None] = lambda: None
        self.info: SessionInfo | None = None
        self.commands_kept: list[Command] = []
        self.checkpoints: dict[int, Checkpoint] = {}
        self.metrics: dict[Key, bytes] = {}

    def save(self, changes: Changes) -> Future[None]:
        future: Future[None] = Future()
        self.asked.append(changes)
        self.waiting.append((changes, future))
        answer = self.answers()
        if answer != "later":
            self.answer(answer if isinstance(answer, Exception) else None)
        return future

    def answer(self, error: Exception | None = None) -> None:
        """Resolve the oldest save that waits."""
        changes, future = self.waiting.pop(0)
        if error is not None:
            future.set_exception(error)
            return
        kept = {command.number for command in self.commands_kept}
        assert not kept & {command.number for command in changes.commands}, "a command is saved twice"
        self.info = changes.info
        self.commands_kept += changes.commands
        for step in changes.dropped_checkpoints:
            self.checkpoints.pop(step, None)
        self.checkpoints |= {checkpoint.step: checkpoint for checkpoint in changes.checkpoints}
        for key in changes.dropped_metrics:
            self.metrics.pop(key, None)
        self.metrics |= changes.metrics
        future.set_result(None)


class Journalled:
    """A journal with what it saves: metrics, checkpoints, a log, and a version."""

    def __init__(self, commands: Sequence[Command] = (), checkpoints: Sequence[Checkpoint] = ()) -> None:
        self.store = SlowStore()
        self.store.commands_kept += commands
        self.store.checkpoints |= {checkpoint.step: checkpoint for checkpoint in checkpoints}
        self.recorded = Recorded({"gauges": ["loss"]})
        self.journal = Journal(self.store, self.recorded, commands, checkpoints)
        self.checkpoints = Checkpoints(checkpoints)
        self.version = 0
        self.step = 0
        self.logged = list(commands)

    @property
    def info(self) -> SessionInfo:
        return new_info().model_copy(update={"last_step": self.step, "unsaved": self.journal.problem})

    def train(self, steps: int = 1) -> None:
        losses = np.arange(self.step, self.step + steps, dtype=np.float64)
        self.recorded.add(Trace(steps, losses, np.zeros((0, 1))), self.step + steps - 1)
        self.step += steps
        self.recorded.known_until = self.step
        self.version += 1

    def keep(self, content: bytes = b"state") -> None:
        self.checkpoints.add(Checkpoint(self.step, 0, content))
        self.version += 1

    def log(self) -> Command:
        command = Command(self.journal.next_number(), "advance", self.step, 0)
        self.journal.log(command)
        self.logged.append(command)
        return command

    def begin(self) -> None:
        self.journal.begin(self.info, self.version, self.checkpoints)

    def save(self) -> None:
        self.journal.save(self.info, self.version, self.checkpoints)

    def discard(self, step: int) -> None:
        """As a session does: ahead of what it then does itself."""
        command = Command(self.journal.next_number(), "discard", step, 0)
        self.journal.save_ahead([command], new_info().model_copy(update={"last_step": step}))
        self.logged.append(command)
        self.checkpoints.cut(step)
        self.recorded.cut(step)
        self.step = step
        self.version += 1

    def assert_all_is_kept(self) -> None:
        assert self.store.commands_kept == self.logged
        assert list(self.store.checkpoints.values()) == sorted(self.checkpoints, key=lambda kept: kept.step)
        assert self.store.info == self.info
        again = Recorded({"gauges": ["loss"]})
        again.restore(self.store.metrics)
        again.known_until = self.recorded.known_until
        assert again.buckets("loss", 0, None, 5000) == self.recorded.buckets("loss", 0, None, 5000)


@pytest.fixture
def session() -> Journalled:
    return Journalled()


# ── Saving ──


def test_a_save_has_just_what_is_new(session: Journalled) -> None:
    session.train(3)
    session.keep()
    command = session.log()
    session.save()
    session.assert_all_is_kept()
    session.save()
    first, second = session.store.asked
    assert (list(first.commands), len(first.checkpoints), len(first.metrics)) == ([command], 1, 1)
    assert (second.commands, second.checkpoints, second.metrics) == ([], [], {})
    assert (second.dropped_checkpoints, second.dropped_metrics) == ([], ())


def test_a_checkpoint_of_the_same_step_that_is_another_is_saved_anew_and_one_that_went_is_dropped(
    session: Journalled,
) -> None:
    session.train()
    session.keep(b"one")
    session.train()
    session.keep(b"two")
    session.save()
    session.keep(b"other")
    session.checkpoints = Checkpoints([*session.checkpoints][1:])
    session.save()
    assert [kept.content for kept in session.store.asked[1].checkpoints] == [b"other"]
    assert session.store.asked[1].dropped_checkpoints == [1]
    session.assert_all_is_kept()


def test_what_the_store_has_already_is_not_saved_again() -> None:
    kept = [Checkpoint(1, 0, b"one"), Checkpoint(2, 0, b"two")]
    session = Journalled([Command(1, "run", 0, 0), Command(7, "run", 1, 0)], kept)
    assert session.log().number == 8
    session.save()
    assert (session.store.asked[0].checkpoints, session.store.asked[0].dropped_checkpoints) == ([], [])
    session.assert_all_is_kept()


def test_the_saved_info_has_no_problem(session: Journalled) -> None:
    session.store.answers = lambda: FAILURE
    with pytest.raises(Unavailable):
        session.save()
    session.store.answers = lambda: None
    assert session.info.unsaved is not None
    session.save()
    assert session.store.info is not None
    assert session.store.info.unsaved is None


def test_of_a_session_that_moves_one_save_at_a_time_is_under_way(session: Journalled) -> None:
    session.store.answers = lambda: "later"
    session.train()
    session.begin()
    session.train()
    session.begin()
    session.begin()
    assert len(session.store.asked) == 1
    session.store.answer()
    session.store.answers = lambda: None
    session.begin()
    assert len(session.store.asked) == 2
    session.assert_all_is_kept()


def test_what_is_saved_already_is_not_begun_again(session: Journalled) -> None:
    session.train()
    session.save()
    session.begin()
    session.begin()
    assert len(session.store.asked) == 1


def test_saving_waits_for_the_save_that_is_under_way(session: Journalled) -> None:
    session.store.answers = lambda: "later"
    session.train()
    first = session.log()
    session.begin()
    session.store.answer(FAILURE)  # Of which the journal has not heard yet
    session.store.answers = lambda: None
    second = session.log()
    session.save()
    assert list(session.store.asked[1].commands) == [first, second]
    session.assert_all_is_kept()


# ── When a save is due ──


def test_nothing_is_due_while_all_is_saved(session: Journalled) -> None:
    session.save()
    assert session.journal.seconds_until_due(session.version) is None


def test_what_is_new_is_due_a_moment_after_the_last_try(session: Journalled, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr("server.journal.time.monotonic", lambda: now)
    session.save()
    session.train()
    assert session.journal.seconds_until_due(session.version) == pytest.approx(server.journal.SECONDS_BETWEEN_SAVES)
    now += 0.4
    assert session.journal.seconds_until_due(session.version) == pytest.approx(0.1)
    now += 9
    assert session.journal.seconds_until_due(session.version) == 0.0


@pytest.mark.parametrize(("seconds", "pause"), [(0.001, 0.5), (0.1, 5.0), (9.0, 30.0)])
def test_the_longer_a_save_takes_the_longer_others_have_the_store_to_themselves(
    seconds: float, pause: float, session: Journalled, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("server.journal.time.monotonic", lambda: now)
    session.store.answers = lambda: "later"
    session.train()
    session.begin()
    now += seconds
    session.store.answer()
    session.train()
    assert session.journal.seconds_until_due(session.version) == pytest.approx(pause - seconds)


@pytest.mark.parametrize("answer", [FAILURE, "later"])
def test_a_save_that_failed_or_is_under_way_is_due_again(session: Journalled, answer: Exception | str) -> None:
    session.train()
    session.store.answers = lambda: answer
    session.begin()
    session.begin()
    assert session.journal.seconds_until_due(session.version) is not None
    if session.store.waiting:
        session.store.answer()
    session.store.answers = lambda: None
    session.begin()
    session.begin()
    assert session.journal.seconds_until_due(session.version) is None
    session.assert_all_is_kept()


# ── When saving fails ──


def test_nothing_is_lost_when_saves_fail_and_later_succeed(session: Journalled) -> None:
    session.store.answers = lambda: FAILURE
    for _ in range(3):
        session.train(100)
        session.keep()
        session.log()
        with pytest.raises(Unavailable, match="the disk went away"):
            session.save()
    assert session.store.commands_kept == []
    session.store.answers = lambda: None
    session.save()
    assert [command.number for command in session.store.commands_kept] == [1, 2, 3]
    session.assert_all_is_kept()


def test_a_problem_appears_and_goes(session: Journalled) -> None:
    problems = [session.journal.problem]
    session.train()
    session.store.answers = lambda: "later"
    session.begin()
    for answer in (FAILURE, None):
        session.store.answer(answer)
        session.begin()
        problems.append(session.journal.problem)
    assert problems == [None, "the disk went away", None]


def test_a_session_that_is_not_in_the_store_any_more_has_a_problem(session: Journalled) -> None:
    session.store.answers = lambda: NotFound("there is no session")
    with pytest.raises(NotFound):
        session.save()
    assert session.journal.problem == "there is no session"


def test_a_failure_that_nobody_has_foreseen_is_told_like_others_and_logged(
    session: Journalled, caplog: pytest.LogCaptureFixture
) -> None:
    session.store.answers = lambda: ZeroDivisionError("a mistake of ours")
    with pytest.raises(Unavailable, match="a mistake of ours"):
        session.save()
    assert "a mistake of ours" in str(session.journal.problem)
    assert "a session cannot be saved" in caplog.text


# ── Ahead ──


def test_commands_that_are_saved_ahead_come_after_those_that_wait(session: Journalled) -> None:
    session.store.answers = lambda: FAILURE
    waiting = session.log()
    with pytest.raises(Unavailable):
        session.save()
    session.store.answers = lambda: None
    session.discard(0)
    assert session.store.commands_kept == session.logged
    assert session.store.commands_kept[0] is waiting
    session.save()
    session.assert_all_is_kept()


def test_a_command_that_cannot_be_saved_ahead_leaves_no_trace(session: Journalled) -> None:
    for _ in range(3):
        session.train()
        session.keep()
    session.log()
    session.save()
    session.store.answers = lambda: FAILURE
    with pytest.raises(Unavailable):
        session.discard(1)
    problem = session.info.unsaved
    session.store.answers = lambda: None
    session.save()
    assert (problem, session.info.unsaved) == ("the disk went away", None)
    assert session.checkpoints.steps == [1, 2, 3]
    session.assert_all_is_kept()


def test_what_is_discarded_goes_with_the_command_that_discards_it(session: Journalled) -> None:
    for _ in range(3):
        session.train()
        session.keep()
    session.save()
    session.discard(2)
    assert sorted(session.store.checkpoints) == [1, 2]
    assert session.store.info is not None
    assert session.store.info.last_step == 2
    session.train()
    session.keep(b"another way")
    session.save()
    session.assert_all_is_kept()


def test_saving_ahead_waits_for_the_save_that_is_under_way(session: Journalled) -> None:
    session.train()
    first = session.log()
    session.store.answers = lambda: "later"
    session.begin()
    session.store.answer(FAILURE)
    session.store.answers = lambda: None
    session.discard(1)
    assert session.store.commands_kept[0] is first
    session.save()
    session.assert_all_is_kept()


# ── Altogether ──


def carry_on(session: Journalled, rng: random.Random) -> None:
    """Any one of the things that happen to a session."""
    match rng.randrange(7):
        case 0:
            session.train(rng.choice([1, 10, 400]))
        case 1:
            session.keep(rng.randbytes(4))
        case 2:
            session.log()
        case 3 | 4:
            session.begin()
        case 5:
            session.save()
        case 6:
            session.discard(rng.randrange(session.step + 1))


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_in_whatever_order_all_of_it_is_kept_in_the_end(seed: int) -> None:
    rng = random.Random(seed)
    session = Journalled()
    session.checkpoints = Checkpoints(most=4)
    failures = 0
    for _ in range(120):
        answers: list[Exception | str | None] = [None, FAILURE]
        session.store.answers = lambda answers=answers: rng.choice(answers)  # type: ignore[misc]
        if rng.random() < 0.3:
            session.store.answers = lambda: "later"
            session.begin()
            while session.store.waiting:
                session.train()
                session.store.answer(rng.choice([None, FAILURE]))
            continue
        try:
            carry_on(session, rng)
        except Unavailable:
            failures += 1
    session.store.answers = lambda: None
    session.save()
    session.assert_all_is_kept()
    assert failures
