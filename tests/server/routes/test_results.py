from typing import Any

import numpy as np
import pytest
import torch

from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver
from tests.server.reference import CHARACTERS, WORDS, examples, logits, loss, parameters, splits, statistics

SPLITS = ["train", "validation", "test"]


@pytest.fixture
def trained(session: SessionDriver) -> SessionDriver:
    session.advance("step", 40)
    return session


def expected_losses(session: SessionDriver, fixed: Any) -> dict[str, float]:
    p = parameters(session)
    return {split: loss(p, *examples(words), fixed).item() for split, words in splits().items()}


def test_calibrated_losses_are_those_with_the_whole_training_splits_statistics(trained: SessionDriver) -> None:
    fixed = statistics(parameters(trained), examples(splits()["train"])[0])
    expected = expected_losses(trained, fixed)
    with trained.unchanged():
        evaluated = trained.call("POST", "/evaluate")
    assert evaluated == {split: pytest.approx(expected[split], rel=1e-4) for split in SPLITS}


def test_losses_with_running_statistics_are_those_with_what_training_collected(trained: SessionDriver) -> None:
    fixed = tuple(torch.from_numpy(trained.tensor(f"{name}_running")).double() for name in ("bnmean", "bnvar"))
    expected = expected_losses(trained, fixed)
    evaluated = trained.call("POST", "/evaluate", json={"statistics": "running"})
    assert evaluated == {split: pytest.approx(expected[split], rel=1e-4) for split in SPLITS}


def test_running_statistics_are_a_slow_average_of_the_minibatches(session: SessionDriver) -> None:
    mean, variance = np.zeros((1, 6)), np.ones((1, 6))
    for _ in range(5):
        hprebn = session.tensor("hprebn").astype(np.float64)
        mean = 0.999 * mean + 0.001 * hprebn.mean(0)
        variance = 0.999 * variance + 0.001 * hprebn.var(0, ddof=1)
        session.advance()
    np.testing.assert_allclose(session.tensor("bnmean_running"), mean, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(session.tensor("bnvar_running"), variance, rtol=1e-5)


@pytest.mark.parametrize("call", ["/evaluate", "/samples"])
def test_an_answer_tells_the_step_whose_parameters_it_is_of(trained: SessionDriver, call: str) -> None:
    trained.call("POST", "/seek", json={"step": 17, "op": 3})
    answer = trained.request("POST", call, json={})
    assert answer.headers["Gradient-Flow-Step"] == "17"


def test_while_it_trains_an_evaluation_is_of_the_step_that_it_tells(trained: SessionDriver) -> None:
    trained.run()
    answer = trained.request("POST", "/evaluate", json={"splits": ["validation"]})
    trained.call("POST", "/pause")
    trained.call("POST", "/seek", json={"step": int(answer.headers["Gradient-Flow-Step"])})
    assert trained.call("POST", "/evaluate", json={"splits": ["validation"]}) == answer.json()


def test_only_the_splits_that_are_asked_for_are_evaluated(trained: SessionDriver) -> None:
    everything = trained.call("POST", "/evaluate")
    assert trained.call("POST", "/evaluate", json={"splits": ["test"]}) == {"test": everything["test"]}


def test_an_empty_split_has_no_loss(new_session: NewSession) -> None:
    client = new_session().client
    few = client.post("/api/datasets", content="anna\nben\ncarla", headers={"content-type": "text/plain"}).json()["id"]
    session = new_session(data={"dataset": few}, training={"batch_size": 2})
    assert session.call("POST", "/evaluate")["validation"] is None


def test_as_many_words_are_drawn_as_asked_and_nothing_changes(trained: SessionDriver) -> None:
    with trained.unchanged():
        drawn = trained.call("POST", "/samples", json={"count": 7})
    assert len(drawn) == 7
    assert set("".join(sample["word"] for sample in drawn)) <= set("".join(WORDS))


def test_the_same_seed_draws_the_same_words(trained: SessionDriver) -> None:
    one, again, other = (trained.call("POST", "/samples", json={"count": 20, "seed": seed}) for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize("prompt", ["", "a", "anna"])
def test_a_words_probability_is_the_product_of_its_characters_probabilities(
    trained: SessionDriver, prompt: str
) -> None:
    p = parameters(trained)
    fixed = statistics(p, examples(splits()["train"])[0])
    for sample in trained.call("POST", "/samples", json={"count": 10, "seed": 5, "prompt": prompt}):
        assert sample["word"].startswith(prompt)
        contexts, targets = examples([sample["word"]])
        probabilities = logits(p, contexts, fixed).softmax(1)[range(len(targets)), targets]
        end = len(targets) if sample["complete"] else len(targets) - 1
        assert sample["probability"] == pytest.approx(probabilities[len(prompt) : end].prod().item(), rel=1e-3)


@pytest.mark.parametrize("prompt", ["", "an"])
def test_a_words_probability_comes_with_its_factors(trained: SessionDriver, prompt: str) -> None:
    for sample in trained.call("POST", "/samples", json={"count": 10, "seed": 5, "prompt": prompt}):
        factors = sample["character_probabilities"]
        assert len(factors) == len(sample["word"]) - len(prompt) + sample["complete"]
        assert sample["probability"] == pytest.approx(np.prod(factors), rel=1e-9)


def test_words_can_be_drawn_with_what_training_collected(trained: SessionDriver) -> None:
    mean, variance = (torch.from_numpy(trained.tensor(f"{name}_running")).double() for name in ("bnmean", "bnvar"))
    asked = {"count": 10, "seed": 5, "statistics": "running"}
    for sample in trained.call("POST", "/samples", json=asked):
        contexts, targets = examples([sample["word"]])
        told = logits(parameters(trained), contexts, (mean, variance))
        probabilities = told.softmax(1)[range(len(targets)), targets]
        end = len(targets) if sample["complete"] else len(targets) - 1
        assert sample["probability"] == pytest.approx(probabilities[:end].prod().item(), rel=1e-3)


def test_a_drawn_word_is_told_where_it_stands_in_the_data(session: SessionDriver) -> None:
    session.advance("step", 500)
    drawn = session.call("POST", "/samples", json={"count": 1000, "seed": 4})
    homes = {word: split for split in reversed(SPLITS) for word in splits()[split]}
    assert all(sample["found_in"] == homes.get(sample["word"]) for sample in drawn)
    assert {sample["found_in"] for sample in drawn} >= {None, "train"}


def test_words_are_drawn_as_often_as_they_are_probable(trained: SessionDriver) -> None:
    p = parameters(trained)
    first = logits(p, torch.zeros((1, 3), dtype=torch.int64), statistics(p, examples(splits()["train"])[0]))
    drawn = trained.call("POST", "/samples", json={"count": 1000, "seed": 3})
    begun = np.array([sum(sample["word"].startswith(character) for sample in drawn) for character in CHARACTERS[1:]])
    expected = 1000 * first.softmax(1)[0, 1:].detach().numpy()
    assert (np.abs(begun - expected) < 5 * np.sqrt(expected) + 1).all()


def test_metrics_are_the_losses_of_all_steps(session: SessionDriver) -> None:
    losses = [session.info()["loss"]]
    for _ in range(6):
        losses.append(session.advance()["loss"])
    assert session.call("GET", "/metrics")["series"] == {
        "loss": {"step": list(range(7)), "mean": losses, "min": losses, "max": losses}
    }


def test_metrics_are_those_of_the_steps_asked_for(session: SessionDriver) -> None:
    session.advance("step", 10)
    series = session.call("GET", "/metrics", params={"from": 3, "to": 5})["series"]["loss"]
    assert series["step"] == [3, 4, 5]


def test_no_spike_is_lost_in_few_points(session: SessionDriver) -> None:
    session.advance("step", 30)
    parameters_before = session.tensor("W2")
    session.put("W2", parameters_before * 20)  # The loss at step 30 becomes huge …
    spike = session.info()["loss"]
    session.train(learning_rate=0)
    session.advance()
    session.put("W2", parameters_before)  # … and this once only.
    session.advance("step", 30)
    series = session.call("GET", "/metrics", params={"points": 4})["series"]["loss"]
    assert len(series["step"]) == 4
    assert max(series["max"]) == spike


def test_a_step_whose_loss_is_not_finite_is_null(diverged: SessionDriver) -> None:
    diverged.advance("step", 3)
    assert diverged.call("GET", "/metrics")["series"]["loss"]["mean"][-1] is None


def test_gauges_are_recorded_at_every_tenth_step_under_their_names(session: SessionDriver) -> None:
    session.advance("step", 25)
    names = "gradient_norm,saturation,update_ratio.W1,gradient_norm.C,saturation.h,dead_units.h,bnmeani,bnvar_running"
    series = session.call("GET", "/metrics", params={"names": names})["series"]
    assert list(series) == names.split(",")
    assert all(entry["step"] == [0, 10, 20] for entry in series.values())


def test_a_gauge_is_that_of_the_tensors_on_show(session: SessionDriver) -> None:
    session.advance("step", 20)
    gradients = {name: session.tensor(f"d{name}").astype(np.float64) for name in session.names("parameter")}
    W1 = session.tensor("W1").astype(np.float64)
    names = "gradient_norm,gradient_norm.W1,update_ratio.W1"
    series = session.call("GET", "/metrics", params={"names": names, "from": 20})["series"]
    told = {name: entry["mean"] for name, entry in series.items()}
    everything = np.concatenate([gradient.ravel() for gradient in gradients.values()])
    assert told["gradient_norm"] == [pytest.approx(np.linalg.norm(everything), rel=1e-5)]
    assert told["gradient_norm.W1"] == [pytest.approx(np.linalg.norm(gradients["W1"]), rel=1e-5)]
    ratio = np.log10(0.1 * gradients["W1"].std(ddof=1) / W1.std(ddof=1))
    assert told["update_ratio.W1"] == [pytest.approx(ratio, rel=1e-4)]


def test_the_loss_of_a_step_that_is_not_computed_yet_is_not_told(session: SessionDriver) -> None:
    session.advance("step", 5)
    session.advance("op", 3)
    assert session.info()["loss"] is None
    assert session.call("GET", "/metrics")["series"]["loss"]["step"] == list(range(6))
