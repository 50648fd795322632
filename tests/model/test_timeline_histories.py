"""Whatever is done to a timeline, in whatever order: it stands where a plain replay of what was done would stand."""

from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import model.timeline
from model.arming import Armed
from model.checkpoints import Checkpoints
from model.edits import Edit, SetClipping, SetLearningRate, SetOutliers, SetParameter, SetTraps
from model.engine import Watch
from model.outliers import Outliers
from model.timeline import LaterSteps, Timeline
from model.training import Run
from model.update import Clipping
from tests.model.histories import WORDS, Standing, go_on_plainly, plain_run, standing, tiny

CLIPPINGS = [None, Clipping("norm", 0.1), Clipping("value", 0.01)]
counts = st.integers(1, 6)
parts = st.floats(0, 1)  # Of the past


def in_the_past(histories: "Histories") -> bool:
    return histories.step < histories.last_step


def at_the_last_step(histories: "Histories") -> bool:
    return histories.step == histories.last_step


class Histories(RuleBasedStateMachine):
    """A timeline, beside what it must have come to by what was done."""

    engine: str
    step: int
    last_step: int
    edits: list[Edit]

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()

    def teardown(self) -> None:
        self.patch.undo()

    @initialize(
        batch_norm=st.sampled_from(["none", "hidden", "all"]), makes_checkpoints=st.booleans(), most=st.integers(2, 9)
    )
    def begin(self, batch_norm: str, makes_checkpoints: bool, most: int) -> None:
        # One at every stop beyond the last step, or none but what is kept on purpose: by time it would be chance.
        self.patch.setattr(model.timeline, "CHECKPOINT_SECONDS", 0.0 if makes_checkpoints else inf)
        self.patch.setattr(model.timeline, "LARGEST_SHARE", inf)
        self.config = tiny(self.engine, batch_norm=batch_norm)
        self.most = most
        self.step = self.last_step = 0
        self.edits = []
        self.known: dict[tuple[int, ...], Standing] = {}
        self.plain = Run(self.config, WORDS)
        self.plain_edits: list[Edit] = []
        self.every_edit: list[Edit] = []  # Discarded ones too, so that an id stays with its edit.
        self.timeline = self.with_few_checkpoints(Timeline(Run(self.config, WORDS)))

    def with_few_checkpoints(self, timeline: Timeline) -> Timeline:
        timeline.checkpoints = Checkpoints(timeline.checkpoints, most=self.most)
        return timeline

    def plainly(self, edits: list[Edit], step: int) -> Standing:
        """What a plain run comes to by these edits. It goes forward only: where that does not lead there, anew."""
        key = (step, *map(id, edits))
        if key not in self.known:
            made = self.plain_edits
            leads_there = self.plain.step <= step and [*map(id, edits[: len(made)])] == [*map(id, made)]
            if not leads_there or any(edit.step < self.plain.step for edit in edits[len(made) :]):
                self.plain, made = Run(self.config, WORDS), []
            go_on_plainly(self.plain, edits[len(made) :], step)
            self.plain_edits = edits
            self.known[key] = standing(self.plain)
        return self.known[key]

    def made_by(self, step: int) -> list[Edit]:
        return [edit for edit in self.edits if edit.step <= step]

    # ── Moving ──

    @rule(count=counts)
    def advance(self, count: int) -> None:
        trace = self.timeline.advance(count)
        assert 1 <= trace.updates <= count
        if self.step >= self.last_step:
            assert trace.updates == count
        self.came_to(self.step + trace.updates)

    @rule(count=counts)
    def advance_and_halt(self, count: int) -> None:
        assert self.timeline.advance(count, Watch("loss", above=0.0)).updates == 1
        self.came_to(self.step + 1)

    @rule(part=parts)
    def go_to(self, part: float) -> None:
        self.step = round(part * self.last_step)
        self.timeline.go_to(self.step)

    @precondition(in_the_past)
    @rule()
    def go_to_the_last_step(self) -> None:
        self.step = self.last_step
        self.timeline.go_to(self.step)

    @precondition(lambda self: self.last_step > 0)
    @rule()
    def live_through_all_of_it_again(self) -> None:
        self.timeline.go_to(0)
        while (step := self.timeline.run.step) < self.last_step:
            assert standing(self.timeline.run) == self.plainly(self.made_by(step), step)
            self.timeline.advance(self.last_step - step)
        self.step = self.last_step

    @rule(part=parts)
    def look(self, part: float) -> None:
        run = self.timeline.run
        run.settle()
        run.move_to(round(part * run.network.ops))
        assert run.tape.values

    def came_to(self, step: int) -> None:
        self.step = step
        self.last_step = max(step, self.last_step)

    # ── Changing ──

    @precondition(at_the_last_step)
    @rule(value=st.sampled_from([0.0, 0.05, 0.7]))
    def set_learning_rate(self, value: float) -> None:
        self.edit(SetLearningRate(self.step, value))

    @precondition(at_the_last_step)
    @rule(clipping=st.sampled_from(CLIPPINGS))
    def set_clipping(self, clipping: Clipping | None) -> None:
        self.edit(SetClipping(self.step, clipping))

    @precondition(at_the_last_step)
    @rule(names=st.sets(st.sampled_from(["mean_forgotten", "embedding_assigned"])))
    def set_traps(self, names: set[str]) -> None:
        self.edit(SetTraps(self.step, tuple(map(Armed, sorted(names)))))

    @precondition(at_the_last_step)
    @rule(outliers=st.none() | st.builds(Outliers, st.integers(1, 5), st.integers(0, 3)))
    def set_outliers(self, outliers: Outliers | None) -> None:
        self.edit(SetOutliers(self.step, outliers))

    @precondition(at_the_last_step)
    @rule(name=st.sampled_from(["C", "W1", "b1", "W2", "b2"]), seed=st.integers(0, 99))
    def set_parameter(self, name: str, seed: int) -> None:
        shape = self.timeline.run.network.tensors[name].shape
        self.edit(SetParameter(self.step, name, torch.randn(shape, generator=torch.Generator().manual_seed(seed))))

    def edit(self, edit: Edit) -> None:
        self.timeline.edit(edit)
        self.edits.append(edit)
        self.every_edit.append(edit)

    @precondition(in_the_past)
    @rule()
    def try_to_change_the_past(self) -> None:
        with pytest.raises(LaterSteps):
            self.timeline.edit(SetClipping(self.step, None))

    @precondition(in_the_past)
    @rule()
    def discard_later(self) -> None:
        self.timeline.discard_later()
        self.edits = self.made_by(self.step)
        self.last_step = self.step

    # ── Keeping ──

    @rule()
    def keep(self) -> None:
        self.timeline.keep()

    @precondition(lambda self: len(self.timeline.checkpoints) > 0)
    @rule()
    def verify_replay(self) -> None:
        self.timeline.verify_replay(inf)
        self.step = self.timeline.checkpoints.steps[-1]

    @rule()
    def take_over(self) -> None:
        before = self.timeline
        after = Timeline(Run(self.config, WORDS), before.edits, before.checkpoints, before.last_step)
        after.go_to(self.step)
        self.timeline = self.with_few_checkpoints(after)

    @rule(part=parts, count=counts)
    def branch(self, part: float, count: int) -> None:
        """The branch goes its own way; what it came from stays as it was, which the next invariant sees."""
        at = round(part * self.last_step)
        checkpoints = [checkpoint for checkpoint in self.timeline.checkpoints if checkpoint.step <= at]
        other = Timeline(Run(self.config, WORDS), self.made_by(at), checkpoints, at)
        other.go_to(at)
        assert standing(other.run) == self.plainly(self.made_by(at), at)
        other.edit(SetLearningRate(at, 0.01))
        assert other.advance(count).updates == count
        assert standing(other.run) == standing(plain_run(self.config, other.edits, at + count))
        assert other.divergence is None

    # ── What holds ──

    @invariant()
    def it_stands_where_a_plain_replay_would(self) -> None:
        assert self.timeline.run.step == self.step
        assert standing(self.timeline.run) == self.plainly(self.made_by(self.step), self.step)

    @invariant()
    def it_knows_its_past(self) -> None:
        assert self.timeline.last_step == self.last_step
        assert [id(edit) for edit in self.timeline.edits] == [id(edit) for edit in self.edits]
        assert self.timeline.divergence is None

    @invariant()
    def its_checkpoints_are_states_of_its_past(self) -> None:
        assert len(self.timeline.checkpoints) <= self.most
        for checkpoint in self.timeline.checkpoints:
            assert checkpoint.step <= self.last_step
            assert self.plainly(self.edits[: checkpoint.edits], checkpoint.step)[0] == checkpoint.content


@pytest.fixture(autouse=True)
def _what_hypothesis_writes_is_no_part_of_the_repository(tmp_path: Path) -> Iterator[None]:
    set_hypothesis_home_dir(tmp_path)
    yield
    set_hypothesis_home_dir(None)


@pytest.mark.many_steps
@pytest.mark.parametrize("engine", ["tape", "auto"])
def test_whatever_was_done_it_stands_where_a_plain_replay_would(engine: str) -> None:
    run_state_machine_as_test(
        type(f"{engine.title()}Histories", (Histories,), {"engine": engine}),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
