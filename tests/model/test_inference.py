import math

import pytest
import torch
import torch.nn.functional as F

from model.dataset import Dataset, InvalidWords, parse_words
from model.inference import MAX_SAMPLE_LENGTH, NotFinite, TrainedNetwork, sample_words
from model.training import Run
from tests.model.networks import BATCH_NORMS, config_of


def trained(run: Run) -> TrainedNetwork:
    return TrainedNetwork(run.config, run.parameters, len(run.dataset.characters))


def run_of(dataset: Dataset, batch_norm: str = "hidden", steps: int = 30) -> Run:
    run = Run(config_of("atomic", batch_norm, (8, 6), batch_size=4), dataset)
    for _ in range(steps):
        run.advance(1)
    return run


@pytest.fixture
def words() -> Dataset:
    return parse_words(b"emma\nliam\nava\nmia\nada\nlea\nmila\nnoa\nida\nema\n" * 3, "few")


def plain_logits(run: Run, X: torch.Tensor, statistics: dict[str, tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
    """The forward pass once more, in float64, with these statistics or, where there are none, the batch's own."""
    p = {name: value.double() for name, value in run.parameters.items()}

    def norm(x: torch.Tensor, suffix: str) -> torch.Tensor:
        if f"bngain{suffix}" not in p:
            return x
        mean, variance = statistics.get(suffix, (x.mean(0), x.var(0)))
        return (x - mean) / (variance + 1e-5).sqrt() * p[f"bngain{suffix}"] + p[f"bnbias{suffix}"]

    x = p["C"][X].flatten(1)
    for k in (1, 2):
        x = torch.tanh(norm(x @ p[f"W{k}"] + p[f"b{k}"], f"_{k}"))
    return norm(x @ p["W3"] + p["b3"], "_out")


@pytest.mark.parametrize("batch_norm", BATCH_NORMS)
def test_calibrated_the_training_split_is_seen_as_one_batch(words: Dataset, batch_norm: str) -> None:
    run = run_of(words, batch_norm)
    network, train = trained(run), run.splits["train"]
    expected = F.cross_entropy(plain_logits(run, train.contexts, {}), train.targets).item()
    assert network.loss(train, network.calibrated(train.contexts)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("batch_norm", BATCH_NORMS)
def test_with_running_statistics_those_collected_while_training_count(words: Dataset, batch_norm: str) -> None:
    run = run_of(words, batch_norm)
    network, validation = trained(run), run.splits["validation"]
    statistics = {
        suffix: (run.running[f"bnmean_running{suffix}"], run.running[f"bnvar_running{suffix}"])
        for suffix in ("_1", "_2", "_out")
        if f"bnmean_running{suffix}" in run.running
    }
    expected = F.cross_entropy(plain_logits(run, validation.contexts, statistics), validation.targets).item()
    assert network.loss(validation, network.running(run.running)) == pytest.approx(expected, abs=1e-5)


def test_the_loss_of_many_examples_is_that_of_all_at_once(names: Dataset) -> None:
    run = run_of(names, steps=1)
    network, train = trained(run), run.splits["train"]
    statistics = network.calibrated(train.contexts)
    expected = F.cross_entropy(network.logits(train.contexts, statistics).double(), train.targets).item()
    assert network.loss(train, statistics) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("chunk", [2, 7, 1000])
def test_statistics_do_not_depend_on_how_the_examples_are_cut(words: Dataset, chunk: int) -> None:
    run = run_of(words, "all")
    contexts = run.splits["train"].contexts
    whole, cut = trained(run), trained(run)
    whole.chunk, cut.chunk = len(contexts), chunk
    for name, (mean, variance) in whole.calibrated(contexts).items():
        other_mean, other_variance = cut.calibrated(contexts)[name]
        torch.testing.assert_close(mean, other_mean)
        torch.testing.assert_close(variance, other_variance)


def test_no_examples_have_no_loss() -> None:
    run = run_of(parse_words(b"emma\nliam\nava\n", "few"))
    assert len(run.splits["validation"]) == 0
    network = trained(run)
    assert network.loss(run.splits["validation"], network.calibrated(run.splits["train"].contexts)) is None


def test_a_samples_probability_is_the_product_of_its_characters(words: Dataset) -> None:
    run = run_of(words)
    network = trained(run)
    statistics = network.calibrated(run.splits["train"].contexts)
    generator = torch.Generator().manual_seed(1)
    for sample in sample_words(network, statistics, words, count=20, prompt="m", generator=generator):
        assert sample.word.startswith("m")
        numbers = words.encode(sample.word + ".")
        context, product = [0, 0, numbers[0]], 1.0
        for number in numbers[1:]:
            probs = F.softmax(network.logits(torch.tensor([context]), statistics).double(), 1)[0]
            product *= probs[number].item()
            context = [*context[1:], number]
        assert sample.probability == pytest.approx(product, rel=1e-5)
        assert sample.complete


def test_the_same_seed_draws_the_same_words(words: Dataset) -> None:
    run = run_of(words)
    network = trained(run)
    statistics = network.calibrated(run.splits["train"].contexts)
    one, other = (
        sample_words(network, statistics, words, count=8, generator=torch.Generator().manual_seed(3)) for _ in "ab"
    )
    assert one == other


def test_words_come_as_often_as_their_probability_says(words: Dataset) -> None:
    run = run_of(words, steps=300)
    network = trained(run)
    statistics = network.calibrated(run.splits["train"].contexts)
    count = 4000
    drawn = sample_words(network, statistics, words, count=count, generator=torch.Generator().manual_seed(3))
    likeliest = max(drawn, key=lambda sample: sample.probability)
    often = sum(sample.word == likeliest.word for sample in drawn) / count
    spread = math.sqrt(likeliest.probability * (1 - likeliest.probability) / count)
    assert abs(often - likeliest.probability) < 5 * spread


def test_a_word_that_does_not_end_is_cut_and_says_so(words: Dataset) -> None:
    run = run_of(words, "none")
    never_end = run.parameters["b3"].clone()
    never_end[0] = -1e9
    run.set_parameter("b3", never_end)
    (sample,) = sample_words(trained(run), {}, words, count=1, generator=torch.Generator().manual_seed(0))
    assert not sample.complete
    assert len(sample.word) == MAX_SAMPLE_LENGTH


@pytest.mark.parametrize("prompt", ["é", "a.b"])
def test_a_prompt_that_no_word_can_begin_with_is_refused(words: Dataset, prompt: str) -> None:
    with pytest.raises(InvalidWords):
        sample_words(trained(run_of(words, "none")), {}, words, count=1, prompt=prompt, generator=torch.Generator())


def test_nothing_is_drawn_from_a_network_that_has_diverged(words: Dataset) -> None:
    run = run_of(words, "none")
    run.parameters["b3"][0] = math.nan
    with pytest.raises(NotFinite, match="diverged"):
        sample_words(trained(run), {}, words, count=1, generator=torch.Generator())


def test_a_words_probability_is_the_product_of_those_of_the_characters_drawn(words: Dataset) -> None:
    run = run_of(words, steps=200)
    network = trained(run)
    statistics = network.calibrated(run.splits["train"].contexts)
    drawn = sample_words(
        network, statistics, run.dataset, count=50, prompt="m", generator=torch.Generator().manual_seed(2)
    )
    for sample in drawn:
        context = [0, 0, 0, *run.dataset.encode(sample.word)]
        targets = run.dataset.encode(sample.word + "." * sample.complete)[1:]
        contexts = torch.tensor([context[i + 1 : i + 4] for i in range(len(targets))])
        probabilities = network.logits(contexts, statistics).double().softmax(1)[range(len(targets)), targets]
        assert sample.character_probabilities == pytest.approx(tuple(probabilities.tolist()), rel=1e-5)
        assert sample.probability == pytest.approx(math.prod(sample.character_probabilities), rel=1e-9)


@pytest.mark.parametrize("cells_per_example", [0, 7, 1000])
def test_statistics_do_not_depend_on_what_is_held_on_the_way(
    words: Dataset, monkeypatch: pytest.MonkeyPatch, cells_per_example: int
) -> None:
    run = run_of(words, "all")
    contexts = run.splits["train"].contexts
    expected = trained(run).calibrated(contexts)
    monkeypatch.setattr("model.inference.HELD_CELLS", cells_per_example * len(contexts))
    for name, (mean, variance) in trained(run).calibrated(contexts).items():
        assert torch.equal(mean, expected[name][0])
        assert torch.equal(variance, expected[name][1])
