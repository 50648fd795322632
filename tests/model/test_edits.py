from collections.abc import Callable
from typing import get_args

import pytest
import torch

from model.arming import Armed
from model.edits import Edit, SetClipping, SetLearningRate, SetOutliers, SetParameter, SetTraps
from model.outliers import Outliers
from model.training import InvalidParameter, Run
from model.update import Clipping
from tests.model.histories import WORDS, plain_run, standing, tiny

CLIPPING = Clipping("value", 0.01)
TRAPS = (Armed("mean_forgotten"),)
OUTLIERS = Outliers(5, seed=3)
EDITS: list[Edit] = [
    SetParameter(4, "b1", torch.ones(3)),
    SetLearningRate(4, 0.7),
    SetClipping(4, CLIPPING),
    SetTraps(4, TRAPS),
    SetOutliers(4, OUTLIERS),
]
every_kind = pytest.mark.parametrize("edit", EDITS, ids=lambda edit: type(edit).__name__)


@pytest.fixture(params=["tape", "auto"])
def run(request: pytest.FixtureRequest) -> Run:
    return plain_run(tiny(request.param), [], 4)


def test_every_kind_of_edit_is_looped_over() -> None:
    assert [type(edit) for edit in EDITS] == list(get_args(Edit))


@pytest.mark.parametrize(
    ("edit", "by_hand"),
    [
        (EDITS[0], lambda run: run.set_parameter("b1", torch.ones(3))),
        (EDITS[1], lambda run: run.set_learning_rate(0.7)),
        (EDITS[2], lambda run: setattr(run, "clipping", CLIPPING)),
        (EDITS[3], lambda run: run.set_traps(TRAPS)),
        (EDITS[4], lambda run: run.set_outliers(OUTLIERS)),
    ],
    ids=["parameter", "learning rate", "clipping", "traps", "outliers"],
)
def test_an_edit_does_what_could_be_done_by_hand(run: Run, edit: Edit, by_hand: Callable[[Run], None]) -> None:
    other = plain_run(run.config, [], 4)
    edit.make(run)
    by_hand(other)
    assert standing(run) == standing(other) != standing(plain_run(run.config, [], 4))
    run.advance(8)
    other.advance(8)
    assert standing(run) == standing(other) != standing(plain_run(run.config, [], 12))


@every_kind
def test_an_edit_says_whether_a_state_has_it(run: Run, edit: Edit) -> None:
    before = run.state().to_bytes()
    edit.make(run)
    assert (run.state().to_bytes() != before) == edit.in_state


@every_kind
def test_what_no_state_has_can_be_made_again_at_any_later_step(run: Run, edit: Edit) -> None:
    """So a run that was restored there has its past's learning rate and clipping."""
    edit.make(run)
    for steps in (0, 3, 5):
        run.advance(steps)
        again = Run(run.config, WORDS)
        again.restore(run.state())
        if not edit.in_state:
            edit.make(again)
        assert standing(again) == standing(run)


def test_a_learning_rate_counts_from_its_own_step_on_wherever_it_is_made_again(run: Run) -> None:
    run.advance(8)
    SetLearningRate(10, 0.7).make(run)
    assert [(entry.from_step, entry.value) for entry in run.schedule] == [(0, 0.3), (9, 0.2), (10, 0.7)]
    SetLearningRate(10, 0.6).make(run)
    assert [(entry.from_step, entry.value) for entry in run.schedule] == [(0, 0.3), (9, 0.2), (10, 0.6)]


def test_clipping_can_be_ended(run: Run) -> None:
    SetClipping(4, CLIPPING).make(run)
    SetClipping(4, None).make(run)
    assert run.clipping is None


def test_a_parameter_that_does_not_fit_is_refused_and_changes_nothing(run: Run) -> None:
    before = standing(run)
    with pytest.raises(InvalidParameter):
        SetParameter(4, "b1", torch.ones(5)).make(run)
    assert standing(run) == before
