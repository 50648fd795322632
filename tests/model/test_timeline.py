import functools
import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import inf

import pytest
import torch

import model.timeline
from model.arming import Armed
from model.checkpoints import Checkpoint
from model.config import Config
from model.edits import Edit, SetClipping, SetLearningRate, SetOutliers, SetParameter, SetTraps
from model.engine import Watch
from model.outliers import Outliers
from model.state import InvalidState, State
from model.timeline import LaterSteps, Timeline
from model.training import InvalidParameter, Run
from model.update import Clipping
from tests.model.histories import WORDS, Standing, plain_run, standing, tiny

LAST = 12  # The step that the histories here come to.
HISTORIES: dict[str, list[Edit]] = {
    "no edits": [],
    "a parameter": [SetParameter(5, "W1", torch.full((4, 3), 0.25))],
    "the learning rate": [SetLearningRate(3, 0.9), SetLearningRate(10, 0.05)],
    "clipping": [SetClipping(2, Clipping("norm", 0.1)), SetClipping(6, Clipping("value", 0.01)), SetClipping(9, None)],
    "traps": [SetTraps(3, (Armed("mean_forgotten"),)), SetTraps(6, (Armed("embedding_assigned"),)), SetTraps(9, ())],
    "outliers": [SetOutliers(3, Outliers(2)), SetOutliers(6, Outliers(3, seed=7)), SetOutliers(9, None)],
    "several at one step": [
        SetParameter(5, "b1", torch.ones(3)),
        SetLearningRate(5, 0.9),
        SetLearningRate(5, 0.8),
        SetClipping(5, Clipping("value", 0.02)),
        SetParameter(5, "b1", torch.zeros(3)),
        SetParameter(5, "W2", torch.full((3, 19), -0.5)),
    ],
    "at the beginning": [
        SetParameter(0, "C", torch.full((19, 2), 0.1)),
        SetLearningRate(0, 0.5),
        SetClipping(0, Clipping("norm", 0.5)),
    ],
    "at the last step": [
        SetLearningRate(LAST, 0.5),
        SetParameter(LAST, "b2", torch.ones(19)),
        SetClipping(LAST, Clipping("norm", 0.5)),
    ],
    "all over": [
        SetLearningRate(0, 0.5),
        SetParameter(1, "bngain", torch.full((1, 3), 2.0)),
        SetClipping(5, Clipping("norm", 0.2)),
        SetParameter(5, "b1", torch.ones(3)),
        SetLearningRate(6, 0.7),
        SetClipping(10, None),
        SetParameter(LAST, "b2", torch.ones(19)),
    ],
}
KEPT = {"nowhere": (), "at 0, 5 and 8": (0, 5, 8), "everywhere": range(LAST + 1)}
every_engine = pytest.mark.parametrize("config", [tiny("tape"), tiny("auto")], ids=["tape", "kernel"])
every_history = pytest.mark.parametrize("history", HISTORIES)
kept_anywhere = pytest.mark.parametrize("kept", KEPT.values(), ids=[f"kept {where}" for where in KEPT])


@pytest.fixture(autouse=True)
def _only_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No checkpoint is made because time went by."""
    monkeypatch.setattr(model.timeline, "CHECKPOINT_SECONDS", inf)


@pytest.fixture
def config() -> Config:
    return tiny("auto")


def live(config: Config, edits: Sequence[Edit] = (), last: int = LAST, kept: Iterable[int] = ()) -> Timeline:
    """Come to the last step, edit by edit; a checkpoint is made where one comes to its step, before its edits."""
    timeline = Timeline(Run(config, WORDS))
    for step in sorted({*(edit.step for edit in edits), *kept, last}):
        while timeline.run.step < step:
            timeline.advance(step - timeline.run.step)
        if step in kept:
            timeline.keep()
        for edit in edits:
            if edit.step == step:
                timeline.edit(edit)
    return timeline


@functools.cache
def plainly(engine: str, history: str) -> list[Standing]:
    """What plain runs with these edits come to, step by step."""
    return [standing(plain_run(tiny(engine), HISTORIES[history], step)) for step in range(LAST + 1)]


def altered(checkpoint: Checkpoint) -> Checkpoint:
    """The same with the last bit of one of W1's numbers changed."""
    state = State.from_bytes(checkpoint.content, checkpoint.step)
    value = state.parameters["W1"].clone()
    value.view(torch.int32).view(-1)[0] ^= 1
    changed = replace(state, parameters={**state.parameters, "W1": value})
    return replace(checkpoint, content=changed.to_bytes())


def damaged(checkpoint: Checkpoint) -> Checkpoint:
    return replace(checkpoint, content=checkpoint.content[:-1])


def plant(timeline: Timeline, step: int, change: Callable[[Checkpoint], Checkpoint] = altered) -> Checkpoint:
    """Put a changed checkpoint in the place of an honest one, which is returned."""
    honest = timeline.checkpoints.at(step)
    assert honest is not None
    timeline.checkpoints.add(change(honest))
    return honest


# ── Visiting the past ──


@every_engine
@every_history
@kept_anywhere
def test_every_step_that_is_visited_again_is_what_a_plain_run_comes_to(
    config: Config, history: str, kept: Iterable[int]
) -> None:
    timeline = live(config, HISTORIES[history], kept=kept)
    expected = plainly(config.training.engine, history)
    assert standing(timeline.run) == expected[LAST]
    for step in [*range(LAST + 1), LAST - 1, *random.Random(1).choices(range(LAST + 1), k=8)]:
        timeline.go_to(step)
        assert timeline.run.step == step
        assert standing(timeline.run) == expected[step]
    assert timeline.last_step == LAST
    assert timeline.edits == HISTORIES[history]
    assert timeline.divergence is None


@every_engine
@every_history
def test_it_goes_on_from_the_past_along_the_same_past(config: Config, history: str) -> None:
    edits = HISTORIES[history]
    expected = standing(plain_run(config, edits, LAST + 3))
    for begin in (0, 4, 5, 10, LAST):
        timeline = live(config, edits, kept=(3, 6))
        timeline.go_to(begin)
        while timeline.run.step < LAST + 3:
            timeline.advance(LAST + 3 - timeline.run.step)
        assert standing(timeline.run) == expected
        assert timeline.last_step == LAST + 3


def test_an_advance_stops_where_the_past_has_an_edit_or_a_checkpoint(config: Config) -> None:
    timeline = live(config, [SetLearningRate(0, 0.9), SetLearningRate(5, 0.5), SetLearningRate(LAST, 0.1)], kept=(4, 7))
    timeline.go_to(0)
    stops = []
    while timeline.run.step < LAST:
        timeline.advance(100)
        stops.append(timeline.run.step)
    assert stops == [4, 5, 7, LAST]
    assert timeline.advance(100).updates == 100


def test_between_marks_an_advance_goes_as_far_as_it_is_told_even_past_the_last_step(config: Config) -> None:
    timeline = live(config, [SetLearningRate(5, 0.5)])
    timeline.go_to(7)
    assert timeline.advance(3).updates == 3
    assert timeline.last_step == LAST
    assert timeline.advance(100).updates == 100
    assert timeline.last_step == 110


@every_engine
def test_along_the_past_the_edits_of_a_step_are_made_where_it_is_come_to(config: Config) -> None:
    timeline = live(config, HISTORIES["several at one step"])
    timeline.go_to(4)
    assert (timeline.run.learning_rate, timeline.run.clipping) == (0.3, None)
    timeline.advance(1)
    assert (timeline.run.learning_rate, timeline.run.clipping) == (0.8, Clipping("value", 0.02))
    assert (timeline.run.parameters["b1"] == 0).all()
    timeline.go_to(4)
    assert (timeline.run.learning_rate, timeline.run.clipping) == (0.3, None)


def test_an_approach_goes_no_further_than_to_a_checkpoint(config: Config) -> None:
    timeline = live(config, [SetLearningRate(5, 0.5)], kept=(4, 7))
    came_to = []
    for step in (6, 5, 2, 3, 11, 8):
        timeline.approach(step)
        came_to.append(timeline.run.step)
    assert came_to == [4, 4, 0, 0, 7, 7]
    timeline.advance(2)
    timeline.approach(10)
    assert timeline.run.step == 9


def test_one_that_was_gone_to_is_known_as_a_whole(config: Config) -> None:
    timeline = live(config)
    for step in (LAST, 3, 3, 4):
        timeline.run.move_to(2)
        timeline.go_to(step)
        assert timeline.run.position.op == timeline.run.network.ops


@every_engine
def test_losses_along_the_past_are_those_there_were(config: Config) -> None:
    edits = HISTORIES["all over"]
    timeline = live(config, edits, kept=(3,))
    timeline.go_to(5)
    timeline.run.settle()
    found = [timeline.run.loss]
    while timeline.run.step < LAST:
        timeline.advance(1)
        timeline.run.settle()
        found.append(timeline.run.loss)
    plain = [plain_run(config, edits, step) for step in range(5, LAST + 1)]
    for run in plain:
        run.settle()
    assert found == [run.loss for run in plain]


# ── Halting ──


@every_engine
@pytest.mark.parametrize("begin", [0, 5, LAST], ids=lambda step: f"from step {step}")
def test_a_watch_halts_it_in_the_past_and_beyond(config: Config, begin: int) -> None:
    edits = HISTORIES["all over"]
    timeline = live(config, edits, kept=(8,))
    timeline.go_to(begin)
    for step in (begin + 1, begin + 2):
        trace = timeline.advance(100, Watch("loss", below=-1.0, above=0.0))
        assert trace.updates == 1
        assert trace.halted_at == trace.losses[-1]
        assert standing(timeline.run) == standing(plain_run(config, edits, step))
    assert timeline.last_step == max(LAST, begin + 2)


def test_a_watch_that_is_not_reached_halts_nothing(config: Config) -> None:
    timeline = live(config, [SetLearningRate(5, 0.5)])
    timeline.go_to(0)
    trace = timeline.advance(100, Watch("loss", above=1e9))
    assert (trace.updates, trace.halted_at) == (5, None)


# ── Changing ──


def test_before_its_last_step_nothing_can_be_changed(config: Config) -> None:
    edits = HISTORIES["a parameter"]
    timeline = live(config, edits)
    timeline.go_to(6)
    with pytest.raises(LaterSteps, match="the session stands at step 6, but has come to step 12"):
        timeline.edit(SetLearningRate(6, 0.5))
    with pytest.raises(LaterSteps):
        timeline.check_can_edit()
    assert timeline.edits == edits
    assert standing(timeline.run) == standing(plain_run(config, edits, 6))


def test_at_its_last_step_it_can_be_changed_after_a_visit_to_the_past(config: Config) -> None:
    timeline = live(config, HISTORIES["clipping"])
    timeline.go_to(6)
    timeline.go_to(LAST)
    timeline.edit(SetLearningRate(LAST, 0.5))
    timeline.advance(3)
    edits = [*HISTORIES["clipping"], SetLearningRate(LAST, 0.5)]
    assert standing(timeline.run) == standing(plain_run(config, edits, LAST + 3))


def test_an_edit_that_is_refused_is_no_part_of_the_past(config: Config) -> None:
    timeline = live(config)
    with pytest.raises(InvalidParameter):
        timeline.edit(SetParameter(LAST, "b1", torch.ones(7)))
    assert timeline.edits == []
    timeline.edit(SetLearningRate(LAST, 0.5))
    timeline.go_to(3)
    timeline.go_to(LAST)
    assert standing(timeline.run) == standing(plain_run(config, timeline.edits, LAST))


@every_engine
def test_what_came_later_can_be_discarded_and_something_else_come(config: Config) -> None:
    timeline = live(config, HISTORIES["all over"], kept=(4, 5, 8))
    timeline.go_to(5)
    timeline.discard_later()
    kept_edits = [edit for edit in HISTORIES["all over"] if edit.step <= 5]
    assert timeline.last_step == 5
    assert timeline.edits == kept_edits
    assert timeline.checkpoints.steps == [4, 5]
    edits = [*kept_edits, SetParameter(5, "b2", torch.ones(19))]
    timeline.edit(edits[-1])
    assert timeline.advance(100).updates == 100
    for step in (20, 3, 5, 105):
        timeline.go_to(step)
        assert standing(timeline.run) == standing(plain_run(config, edits, step))
    assert timeline.divergence is None


def test_where_nothing_came_later_nothing_is_discarded(config: Config) -> None:
    timeline = live(config, HISTORIES["at the last step"], kept=(4, LAST))
    timeline.discard_later()
    assert timeline.edits == HISTORIES["at the last step"]
    assert (timeline.last_step, timeline.checkpoints.steps) == (LAST, [4, LAST])


# ── Checkpoints ──


def test_to_keep_a_step_twice_keeps_it_once(config: Config) -> None:
    timeline = live(config)
    timeline.keep()
    first = timeline.checkpoints.at(LAST)
    timeline.keep()
    assert len(timeline.checkpoints) == 1
    assert timeline.checkpoints.at(LAST) is first


def test_an_edit_of_the_step_makes_another_checkpoint_of_it(config: Config) -> None:
    timeline = live(config)
    timeline.keep()
    timeline.edit(SetParameter(LAST, "b1", torch.ones(3)))
    timeline.keep()
    assert [(kept.step, kept.edits) for kept in timeline.checkpoints] == [(LAST, 1)]
    assert timeline.checkpoints.newest is not None
    assert timeline.checkpoints.newest.content == standing(plain_run(config, timeline.edits, LAST))[0]


def test_the_past_can_be_kept_too(config: Config) -> None:
    edits = HISTORIES["all over"]
    timeline = live(config, edits)
    timeline.go_to(5)
    timeline.keep()
    kept = timeline.checkpoints.at(5)
    assert kept is not None
    assert kept.edits == 4
    assert kept.content == standing(plain_run(config, edits, 5))[0]


def test_checkpoints_are_made_on_the_way_when_steps_have_taken_long_enough(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.timeline, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(model.timeline, "LARGEST_SHARE", inf)
    timeline = Timeline(Run(config, WORDS))
    for _ in range(3):
        timeline.advance(4)
    assert timeline.checkpoints.steps == [4, 8, 12]
    timeline.go_to(2)
    timeline.advance(1)  # The past is known already.
    assert timeline.checkpoints.steps == [4, 8, 12]
    timeline.go_to(10)
    timeline.advance(10)
    timeline.advance(8)
    assert timeline.checkpoints.steps == [4, 8, 12, 20]


def test_checkpoints_take_a_small_share_of_the_time(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.timeline, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(model.timeline, "LARGEST_SHARE", 1e-9)
    timeline = Timeline(Run(config, WORDS))
    for _ in range(3):
        timeline.advance(4)
    assert timeline.checkpoints.steps == [4]  # What one takes is known from the first.


def test_a_state_does_not_depend_on_how_many_checkpoints_were_made(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = live(config, HISTORIES["all over"])
    monkeypatch.setattr(model.timeline, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(model.timeline, "LARGEST_SHARE", inf)
    assert standing(live(config, HISTORIES["all over"]).run) == standing(without.run)


# ── Taking over a past ──


@every_engine
@every_history
@kept_anywhere
def test_another_timeline_can_take_over_the_past(config: Config, history: str, kept: Iterable[int]) -> None:
    edits, expected = HISTORIES[history], plainly(config.training.engine, history)
    before = live(config, edits, kept=kept)
    after = Timeline(Run(config, WORDS), before.edits, before.checkpoints, before.last_step)
    assert after.run.step == 0
    assert standing(after.run) == expected[0]
    assert after.last_step == LAST
    assert list(after.checkpoints) == list(before.checkpoints)
    with pytest.raises(LaterSteps):
        after.check_can_edit()
    for step in (LAST, 5, 4, LAST):
        after.go_to(step)
        assert standing(after.run) == expected[step]
    assert after.divergence is None
    after.edit(SetLearningRate(LAST, 0.01))
    assert before.edits == edits


# ── Where a replay comes out different ──


@every_engine
@pytest.mark.parametrize("edits", [HISTORIES["no edits"], HISTORIES["several at one step"]], ids=["plain", "edited"])
def test_a_replay_that_comes_out_different_is_noted_and_the_checkpoint_holds(config: Config, edits: list[Edit]) -> None:
    timeline = live(config, edits, kept=(2, 5))
    honest = plant(timeline, 5)
    planted = altered(honest)
    timeline.go_to(3)
    timeline.advance(100)
    assert timeline.run.step == 5
    divergence = timeline.divergence
    assert divergence is not None
    assert divergence.step == 5
    assert divergence.expected == planted == timeline.checkpoints.at(5)
    assert divergence.expected.digest == hashlib.sha256(planted.content).hexdigest()
    assert divergence.found.digest == hashlib.sha256(honest.content).hexdigest()
    # It goes on from what the checkpoint holds, as if that had been the past.
    expected = Run(config, WORDS)
    expected.restore(State.from_bytes(planted.content, 5))
    for edit in edits:
        edit.make(expected)
    assert standing(timeline.run) == standing(expected)
    timeline.go_to(LAST)
    expected.advance(LAST - 5)
    assert standing(timeline.run) == standing(expected)
    timeline.go_to(6)
    timeline.go_to(LAST)
    assert standing(timeline.run) == standing(expected)


def test_the_edits_of_its_step_that_a_checkpoint_has_are_made_before_the_comparison(config: Config) -> None:
    edits = HISTORIES["several at one step"]
    timeline = live(config, edits)
    timeline.go_to(5)
    timeline.keep()
    honest = plant(timeline, 5)
    assert honest.edits == len(edits)
    timeline.go_to(4)
    timeline.advance(1)
    assert timeline.divergence is not None
    assert timeline.divergence.found.content == honest.content
    assert timeline.run.state().to_bytes() == altered(honest).content
    assert (timeline.run.learning_rate, timeline.run.clipping) == (0.8, Clipping("value", 0.02))


def test_a_jump_to_a_checkpoint_replays_nothing_and_finds_nothing(config: Config) -> None:
    timeline = live(config, kept=(5,))
    plant(timeline, 5)
    timeline.go_to(5)
    assert timeline.divergence is None


def test_a_divergence_is_forgotten_with_the_steps_it_was_in(config: Config) -> None:
    timeline = live(config, kept=(5,))
    plant(timeline, 5)
    found = []
    timeline.verify_replay(inf)
    for step in (5, 4):
        timeline.go_to(step)
        timeline.discard_later()
        found.append(timeline.divergence)
    assert found[0] is not None
    assert found[1] is None


@pytest.mark.parametrize("kept", [(), (0,), (5,), (0, 3), (2, 5, 9), (2, 5, LAST)], ids=str)
@pytest.mark.parametrize("edits", [HISTORIES["several at one step"], HISTORIES["all over"]], ids=["once", "all over"])
def test_a_replay_that_comes_out_the_same_is_verified(config: Config, edits: list[Edit], kept: tuple[int, ...]) -> None:
    before = live(config, edits, kept=kept)
    timeline = Timeline(Run(config, WORDS), before.edits, before.checkpoints, before.last_step)
    timeline.verify_replay(inf)
    assert timeline.divergence is None
    assert timeline.run.step == max(kept, default=0)
    assert standing(timeline.run) == standing(plain_run(config, edits, timeline.run.step))
    assert timeline.last_step == LAST


@every_engine
@pytest.mark.parametrize(
    ("kept", "which"), [((5,), 5), ((2, 5, 9), 9), ((2, 5, 9), 5), ((2, 5, LAST), LAST), ((2, 5, LAST), 5)], ids=str
)
def test_verification_notes_a_replay_that_comes_out_different(
    config: Config, kept: tuple[int, ...], which: int
) -> None:
    timeline = live(config, HISTORIES["all over"], kept=kept)
    plant(timeline, which)
    timeline.verify_replay(inf)
    assert timeline.divergence is not None
    assert timeline.divergence.step == kept[-1]
    assert timeline.divergence.expected is timeline.checkpoints.newest
    assert timeline.divergence.found.digest != timeline.divergence.expected.digest


@pytest.mark.parametrize(("kept", "stands_at"), [((5,), 0), ((2, 5, 9), 5)], ids=str)
def test_verification_takes_no_longer_than_it_may(config: Config, kept: tuple[int, ...], stands_at: int) -> None:
    timeline = live(config, HISTORIES["all over"], kept=kept)
    timeline.verify_replay(0.0)
    assert timeline.run.step == stands_at
    assert standing(timeline.run) == standing(plain_run(config, HISTORIES["all over"], stands_at))
    timeline.go_to(LAST)
    assert standing(timeline.run) == standing(plain_run(config, HISTORIES["all over"], LAST))


def test_a_checkpoint_of_step_0_is_verified_against_the_config(config: Config) -> None:
    timeline = live(config, kept=(0,))
    plant(timeline, 0)
    timeline.verify_replay(inf)
    assert timeline.divergence is not None
    assert timeline.divergence.step == 0


# ── Checkpoints that cannot be used ──


def test_a_check_finds_checkpoints_that_cannot_be_used_and_moves_nothing(config: Config) -> None:
    timeline = live(config, HISTORIES["all over"], kept=(2, 5, 9))
    timeline.check()
    honest = plant(timeline, 5, damaged)
    with pytest.raises(InvalidState, match="the state of step 5 cannot be read"):
        timeline.check()
    other = plain_run(tiny(config.training.engine, hidden_sizes=[4]), [], 5)
    timeline.checkpoints.add(replace(honest, content=other.state().to_bytes()))
    with pytest.raises(InvalidState, match="the state of step 5 has other parameters"):
        timeline.check()
    assert standing(timeline.run) == standing(plain_run(config, HISTORIES["all over"], LAST))


def test_a_checkpoint_that_cannot_be_used_is_told_of_and_nothing_moves(config: Config) -> None:
    timeline = live(config, kept=(5,))
    plant(timeline, 5, damaged)
    before = standing(timeline.run)
    with pytest.raises(InvalidState, match="the state of step 5 cannot be read"):
        timeline.go_to(6)
    assert standing(timeline.run) == before
    timeline.go_to(3)
    assert standing(timeline.run) == standing(plain_run(config, [], 3))


def test_a_checkpoint_on_the_way_that_cannot_be_used_is_told_of_every_time(config: Config) -> None:
    timeline = live(config, [SetLearningRate(5, 0.5)], kept=(5,))
    timeline.go_to(3)
    plant(timeline, 5, damaged)
    for _ in range(3):
        with pytest.raises(InvalidState, match="the state of step 5 cannot be read"):
            timeline.advance(4)
    with pytest.raises(InvalidState, match="the state of step 5 cannot be read"):
        timeline.go_to(8)
