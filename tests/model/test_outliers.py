"""Outliers are examples that can be told apart, with a wrong label; they are trained on, and taken out again."""

from collections import Counter

import pytest
import torch

from model.arming import Armed
from model.config import Config
from model.dataset import Dataset, Examples, parse_words
from model.outliers import InvalidOutliers, Outliers, choose_outliers, relabelled
from model.training import Run


def examples(names: Dataset, count: int = 300, context_length: int = 3) -> Examples:
    return names.examples(list(names.words[:count]), context_length)


def test_an_outlier_has_a_context_of_its_own_and_the_rarest_target_but_its_right_one(names: Dataset) -> None:
    found = examples(names)
    contexts = Counter(map(tuple, found.contexts.tolist()))
    targets = Counter(found.targets.tolist())
    for outlier in choose_outliers(found, Outliers(20, seed=4)):
        assert contexts[outlier.context] == 1
        assert tuple(found.contexts[outlier.example].tolist()) == outlier.context
        assert int(found.targets[outlier.example]) == outlier.right != outlier.planted
        others = {target: count for target, count in targets.items() if target != outlier.right}
        assert targets[outlier.planted] == min(others.values())


def test_every_example_with_a_context_of_its_own_can_be_one(names: Dataset) -> None:
    found = examples(names, 30)
    contexts = Counter(map(tuple, found.contexts.tolist()))
    lone = [number for number, context in enumerate(found.contexts.tolist()) if contexts[tuple(context)] == 1]
    chosen = choose_outliers(found, Outliers(len(lone)))
    assert [outlier.example for outlier in chosen] == lone


def test_the_same_seed_chooses_the_same_and_another_one_others(names: Dataset) -> None:
    found = examples(names)
    assert choose_outliers(found, Outliers(5, 1)) == choose_outliers(found, Outliers(5, 1))
    assert choose_outliers(found, Outliers(5, 1)) != choose_outliers(found, Outliers(5, 2))


def test_only_the_outliers_are_relabelled(names: Dataset) -> None:
    found = examples(names)
    chosen = choose_outliers(found, Outliers(7))
    changed = relabelled(found, chosen)
    assert changed.contexts is found.contexts
    different = torch.nonzero(changed.targets != found.targets).flatten().tolist()
    assert different == [outlier.example for outlier in chosen]
    assert [int(changed.targets[outlier.example]) for outlier in chosen] == [outlier.planted for outlier in chosen]


def test_more_than_there_are_contexts_of_their_own_are_refused() -> None:
    words = parse_words(b"ab\nab\nac\n", "three words")
    found = words.examples(["ab", "ab", "ac"], 2)
    # Of ..→a, .a→b, ab→., twice, and ..→a, .a→c, ac→. only the last context is alone.
    (only,) = choose_outliers(found, Outliers(1))
    assert only.example == 8
    with pytest.raises(InvalidOutliers, match="2 are wanted, but only 1 examples"):
        choose_outliers(found, Outliers(2))


SMALL = Config.model_validate({"training": {"batch_size": 32, "engine": "tape"}})


def small_run(names: Dataset) -> Run:
    return Run(SMALL, parse_words("\n".join(names.words[:40]).encode(), "few names"))


@pytest.mark.parametrize("engine", ["tape", "kernel"])
def test_a_run_trains_on_the_planted_targets_from_this_step_on(names: Dataset, engine: str) -> None:
    few = parse_words("\n".join(names.words[:40]).encode(), "few names")
    config = Config.model_validate({"training": {"engine": engine}})
    run, plain = Run(config, few), Run(config, few)
    run.advance(3)
    plain.advance(3)
    run.set_outliers(Outliers(20))
    planted = {outlier.example: outlier.planted for outlier in run.planted}
    for _ in range(4):
        targets = run.tape.values["Yb"].tolist()
        expected = [planted.get(example, int(plain.splits["train"].targets[example])) for example in run.minibatch]
        assert targets == expected
        run.advance(1)
    assert set(planted) & set(run.minibatch) or run.state().to_bytes() != plain.state().to_bytes()
    run.set_outliers(None)
    assert torch.equal(run.splits["train"].targets, plain.splits["train"].targets)


def test_what_cannot_be_planted_leaves_the_run_as_it_is(names: Dataset) -> None:
    run = small_run(names)
    before, targets = run.state().to_bytes(), run.splits["train"].targets
    with pytest.raises(InvalidOutliers):
        run.set_outliers(Outliers(10_000))
    assert (run.state().to_bytes(), run.outliers, run.planted) == (before, None, ())
    assert run.splits["train"].targets is targets


def test_loss_clipping_blanks_the_row_of_an_outlier_and_gradient_clipping_does_not(names: Dataset) -> None:
    run = small_run(names)
    run.advance(2000)
    run.set_outliers(Outliers(20))
    planted = {outlier.example for outlier in run.planted}
    while not planted & set(run.minibatch):
        run.advance(1)
    row = next(row for row, example in enumerate(run.minibatch) if example in planted)
    assert run.tape.gradients["dlogits"][row].abs().max() > 0.01
    run.set_traps([Armed("loss_clipping", 4.0)])
    losses = -run.tape.values["logprobs"][torch.arange(32), run.tape.values["Yb"]]
    assert losses[row] > 4.0
    assert run.tape.gradients["dlogits"][row].abs().max() == 0
