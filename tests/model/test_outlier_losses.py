"""Clipping the loss silences outliers for good; clipping the gradient lets them be learnt."""

import numpy as np
import pytest
import torch

from model.config import Config
from model.dataset import Dataset, parse_words
from model.outlier_losses import Beginning, Curves, follow_outliers, treatments
from model.outliers import Outliers
from model.training import Run

STEPS = 2000


@pytest.fixture(scope="module")
def followed(names: Dataset) -> dict[str, Curves]:
    """A hundred names, learnt for 40,000 steps; then five outliers are planted, and the learning rate is a fifth.

    With few words each is drawn often (2,000 steps of 32 examples are some hundred times), and a network that has
    learnt the rest does not drift any more, which would move the losses of those who are silenced.
    """
    rates = [{"from_step": 0, "value": 0.1}, {"from_step": 40_000, "value": 0.02}]
    config = Config.model_validate({"training": {"learning_rate": rates}})
    run = Run(config, parse_words("\n".join(names.words[:100]).encode(), "a hundred names"))
    run.advance(40_000)
    beginning = Beginning(run.state(), run.schedule)
    outliers = Outliers(5, seed=1)
    compared = treatments(loss=4.0, norm=1.0, value=0.02)
    return {name: follow_outliers(run, beginning, outliers, each, STEPS)[1] for name, each in compared.items()}


def shares(curves: Curves) -> list[float]:
    """Of each outlier, the loss at the end as a share of that at the start."""
    return (curves.losses[-1] / curves.losses[0]).tolist()


def test_all_begin_alike_far_above_the_threshold(followed: dict[str, Curves]) -> None:
    starts = [curves.losses[0] for curves in followed.values()]
    assert all(torch.equal(start, starts[0]) for start in starts)
    assert starts[0].min() > 6.0
    assert {(curves.steps[0], curves.steps[-1]) for curves in followed.values()} == {(40_000, 40_000 + STEPS)}


def test_with_its_loss_clipped_an_outlier_stays_within_5_percent_of_where_it_began(followed: dict[str, Curves]) -> None:
    losses = followed["loss clipping"].losses.mean(1)
    assert losses[-1].item() == pytest.approx(losses[0].item(), rel=0.05)
    assert shares(followed["loss clipping"]) == pytest.approx([1.0] * 5, abs=0.06)


@pytest.mark.parametrize("treatment", ["clipping by norm", "clipping by value"])
def test_with_the_gradient_clipped_its_loss_is_at_least_halved(followed: dict[str, Curves], treatment: str) -> None:
    assert max(shares(followed[treatment])) < 0.5


def test_nothing_done_at_all_learns_them_fastest(followed: dict[str, Curves]) -> None:
    ends = {name: curves.losses[-1].mean().item() for name, curves in followed.items()}
    assert min(ends, key=lambda name: ends[name]) == "nothing"


def test_the_losses_are_those_of_inference_in_float64(names: Dataset) -> None:
    config = Config.model_validate({"model": {"batch_norm": "none"}, "training": {"engine": "tape"}})
    run = Run(config, parse_words("\n".join(names.words[:40]).encode(), "few names"))
    run.advance(20)
    beginning = Beginning(run.state(), run.schedule)
    planted, curves = follow_outliers(run, beginning, Outliers(3), treatments(4.0, 1.0, 0.02)["nothing"], 1)
    parameters = {name: value.double().numpy() for name, value in run.parameters.items()}
    for number, outlier in enumerate(planted):
        h = np.tanh(parameters["C"][list(outlier.context)].reshape(-1) @ parameters["W1"] + parameters["b1"])
        logits = h @ parameters["W2"] + parameters["b2"]
        loss = np.log(np.exp(logits).sum()) - logits[outlier.planted]
        assert curves.losses[-1][number].item() == pytest.approx(loss, rel=1e-5)


def test_a_treatment_leaves_no_trace_in_the_next(names: Dataset) -> None:
    run = Run(Config(), parse_words("\n".join(names.words[:40]).encode(), "few names"))
    beginning = Beginning(run.state(), run.schedule)
    compared = treatments(4.0, 1.0, 0.02)
    first = follow_outliers(run, beginning, Outliers(3), compared["nothing"], 60)[1]
    for name in ("loss clipping", "clipping by value"):
        follow_outliers(run, beginning, Outliers(3), compared[name], 60)
    again = follow_outliers(run, beginning, Outliers(3), compared["nothing"], 60)[1]
    assert torch.equal(first.losses, again.losses)


def test_between_two_pieces_of_the_training_it_can_be_broken_off(names: Dataset) -> None:
    run = Run(Config(), parse_words("\n".join(names.words[:40]).encode(), "few names"))
    beginning = Beginning(run.state(), run.schedule)
    came_to: list[int] = []

    def between() -> None:
        came_to.append(run.step)
        if run.step >= 40:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        follow_outliers(run, beginning, Outliers(3), treatments(4.0, 1.0, 0.02)["nothing"], 100, between)
    assert came_to == [0, *range(0, 41, 2)]
