"""Every cell's explanation adds up to the cell, for all tensors of all kinds of networks."""

import math
import random
from functools import cache

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.dataset import load_names
from model.explanations import Explanation, Line, Update, explain
from model.moment import Moment
from model.training import Run
from model.update import Clipping, updated_parameters
from tests.model.networks import BATCH_NORMS, GRANULARITIES, config_of

NAMES = load_names()
UPDATE = Update(0.1, None)
KINDS = [
    *((granularity, norm, (16,)) for granularity in GRANULARITIES for norm in BATCH_NORMS),
    *((granularity, "all", (9, 7)) for granularity in GRANULARITIES),
]
PATHS = (
    1e-5  # Rounding that nothing cancels with: paths are what is left of larger numbers, and remainders all rounding.
)


@cache
def moment_of(granularity: str, batch_norm: str, sizes: tuple[int, ...]) -> Moment:
    run = Run(config_of(granularity, batch_norm, sizes, engine="tape"), NAMES)
    run.advance(3)
    return run.moment


def explained(
    moment: Moment, tensor: str, cell: tuple[int, ...], update: Update = UPDATE, terms: int = 8
) -> Explanation:
    return explain(moment, tensor, cell, NAMES.characters, update, terms)


def array(moment: Moment, tensor: str) -> NDArray[np.float64]:
    found = moment.tensor(tensor)
    assert found is not None
    return found.numpy().astype(np.float64)


def line_of(explanation: Explanation, kind: str) -> Line:
    return next(line for line in explanation.lines if line.kind == kind)


def random_cells(shape: tuple[int, ...], count: int, seed: int) -> list[tuple[int, ...]]:
    choose = random.Random(seed)
    return [tuple(choose.randrange(size) for size in shape) for _ in range(count)]


@cache
def explanations(kind: tuple[str, str, tuple[int, ...]]) -> list[Explanation]:
    """A cell of each tensor."""
    moment = moment_of(*kind)
    return [
        explained(moment, name, cell)
        for name, spec in moment.network.tensors.items()
        for cell in random_cells(spec.shape, 1, seed=len(name))
    ]


kinds = pytest.mark.parametrize("kind", KINDS, ids=str)


@kinds
def test_the_addends_of_every_tensor_come_to_the_cells_value(kind: tuple[str, str, tuple[int, ...]]) -> None:
    moment = moment_of(*kind)
    for explanation in explanations(kind):
        cell = explanation.cell
        assert explanation.value == array(moment, explanation.tensor)[cell]
        tolerance = PATHS if moment.network.tensors[explanation.tensor].role == "path" else 1e-6
        magnitude = max((line.magnitude for line in explanation.lines), default=0.0)
        for line in explanation.lines:
            assert sum(term.value for term in line.terms) + line.rest[1] == pytest.approx(line.total, abs=1e-12)
            if line.kind != "next":
                expected = array(moment, line.tensor)[cell]
                assert abs(line.total - expected) <= tolerance * magnitude, (explanation.text, line)


@kinds
def test_every_computed_tensor_has_a_line_and_tells_where_it_comes_from(kind: tuple[str, str, tuple[int, ...]]) -> None:
    tensors = moment_of(*kind).network.tensors
    for explanation in explanations(kind):
        computed = tensors[explanation.tensor].role != "batch"
        assert bool(explanation.lines) == computed
        empty = any("the sum of nothing" in line.numbers for line in explanation.lines)
        assert bool(explanation.sources) == (computed and not empty)
        for source, regions in explanation.sources.items():
            shape = tensors[source].shape
            for region in regions:
                assert len(region) == len(shape)
                assert all(index is None or 0 <= index < size for index, size in zip(region, shape, strict=True))


@kinds
def test_the_factors_of_an_addend_are_cells_with_their_values(kind: tuple[str, str, tuple[int, ...]]) -> None:
    moment = moment_of(*kind)
    factors = [
        factor
        for explanation in explanations(kind)
        for line in explanation.lines
        for term in line.terms
        for factor in term.factors
    ]
    assert factors
    for factor in factors:
        assert factor.value == array(moment, factor.tensor)[factor.cell]


# ── Against numbers that nothing of the op table has made ──


def test_dlogits_is_the_probability_less_one_at_the_target_over_b() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    logits, targets = array(moment, "logits"), moment.inputs["Yb"].numpy()
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    for row in range(32):
        target = int(targets[row])
        for column in (target, (target + 1) % 27):
            line = line_of(explained(moment, "dlogits", (row, column)), "closed form")
            assert line.total == pytest.approx((probabilities[row, column] - (column == target)) / 32, rel=1e-5)
            assert line.formula.endswith(f"− {int(column == target)}) / 32")


def test_a_weights_gradient_names_the_examples_that_add_most() -> None:
    moment = moment_of("fused", "hidden", (16,))
    products = array(moment, "h")[:, 5] * array(moment, "dlogits")[:, 3]
    explanation = explained(moment, "dW2", (5, 3), terms=6)
    line = line_of(explanation, "value")
    assert explanation.text == "dW2[5, c]"
    assert line.formula == "dW2[5, c] = Σ_b h[b, 5] · dlogits[b, c]"
    order = np.argsort(-np.abs(products), kind="stable")[:6]
    np.testing.assert_allclose([term.value for term in line.terms], products[order], rtol=1e-12)
    count, others = line.rest
    assert count == 26
    assert others == pytest.approx(np.delete(products, order).sum(), rel=1e-12)
    row = int(order[0])
    contexts, targets = moment.inputs["Xb"], moment.inputs["Yb"]
    context = "".join(NAMES.characters[int(number)] for number in contexts[row])
    assert line.terms[0].label == f"{row}: {context} → {NAMES.characters[int(targets[row])]}"
    assert explanation.sources == {"h": ((None, 5),), "dlogits": ((None, 3),)}


def test_the_gradient_of_a_characters_embedding_lists_its_occurrences() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    contexts, demb = moment.inputs["Xb"].numpy(), array(moment, "demb")
    explanation = explained(moment, "dC", (1, 4), terms=100)
    line = line_of(explanation, "value")
    places = [(int(b), int(t)) for b, t in zip(*np.nonzero(contexts == 1), strict=True)]
    assert places
    assert line.formula == "dC['a', 4] = Σ_{b, t : Xb[b, t] = 'a'} demb[b, t, 4]"
    assert {term.factors[0].cell for term in line.terms} == {(b, t, 4) for b, t in places}
    assert line.total == pytest.approx(sum(demb[b, t, 4] for b, t in places), rel=1e-12)
    assert set(explanation.sources["demb"]) == {(b, t, 4) for b, t in places}


def test_a_character_that_does_not_occur_has_the_sum_of_nothing() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    absent = next(number for number in range(27) if number not in moment.inputs["Xb"])
    line = line_of(explained(moment, "dC", (absent, 0)), "value")
    assert (line.total, line.terms, line.numbers) == (0, (), "0, the sum of nothing")


def test_the_fused_gradient_through_batch_norm_is_autograds() -> None:
    moment = moment_of("fused", "hidden", (16,))
    x, gain, bias, g = (torch.from_numpy(array(moment, name)) for name in ("hprebn", "bngain", "bnbias", "dhpreact"))
    x.requires_grad_()
    y = gain * (x - x.mean(0, keepdim=True)) / (x.var(0, keepdim=True) + 1e-5).sqrt() + bias
    y.backward(g)
    assert x.grad is not None
    for cell in random_cells((32, 16), 10, seed=5):
        line = line_of(explained(moment, "dhprebn", cell), "value")
        assert len(line.terms) == 3  # Direct, through the mean, through the variance
        assert line.total == pytest.approx(float(x.grad[cell]), rel=1e-9, abs=1e-15)


def test_the_row_maximum_names_its_column() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    column = int(array(moment, "logits")[7].argmax())
    (term,) = line_of(explained(moment, "logit_maxes", (7, 0)), "value").terms
    assert term.factors[0].cell == (7, column)
    assert term.label == f"'{NAMES.characters[column]}'"


def test_a_contribution_is_explained_by_itself_and_within_its_gradient() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    whole, part = explained(moment, "dcounts", (3, 2)), explained(moment, "dcounts.probs", (3, 2))
    assert [line.tensor for line in whole.lines if line.kind == "contribution"] == [
        "dcounts.probs",
        "dcounts.counts_sum",
    ]
    assert line_of(part, "value").total == whole.lines[1].total
    assert {term.label for term in whole.lines[0].terms} == {"through probs", "through counts_sum"}


@pytest.mark.parametrize("clipping", [None, Clipping("norm", 0.01), Clipping("value", 0.0005)])
def test_a_parameter_tells_what_the_update_makes_of_it(clipping: Clipping | None) -> None:
    moment = moment_of("atomic", "hidden", (16,))
    after = updated_parameters(moment.tape, 0.25, clipping)
    for name in ("C", "W1", "b2", "bngain"):
        cell = tuple(0 for _ in moment.network.tensors[name].shape)
        line = line_of(explained(moment, name, cell, Update(0.25, clipping)), "next")
        assert line.total == pytest.approx(after[name][cell].item(), rel=1e-6)


def test_before_its_gradient_is_known_a_parameter_has_no_next_value() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    early = moment.at(moment.position.__class__(3, 5, moment.position.ops))
    explanation = explained(early, "W1", (0, 0))
    assert not explanation.lines
    assert "known from op" in explanation.note


def test_the_minibatch_is_drawn_and_not_computed() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    explanation = explained(moment, "Yb", (2,))
    assert explanation.note.startswith("Drawn, not computed: ")
    assert NAMES.characters[int(explanation.value)] in explanation.note


def test_a_run_that_has_diverged_is_explained_too() -> None:
    config = config_of("atomic", "hidden", (16,), engine="tape", learning_rate=[{"from_step": 0, "value": 1000.0}])
    run = Run(config, NAMES)
    run.advance(30)
    explanation = explained(run.moment, "dW2", (0, 0))
    assert math.isfinite(explanation.value) == math.isfinite(explanation.lines[0].total)


def test_characters_are_quoted_where_they_could_be_an_index() -> None:
    moment = moment_of("atomic", "hidden", (16,))
    assert explained(moment, "dW2", (5, 2)).lines[0].formula == "dW2[5, 'b'] = Σ_b h[b, 5] · dlogits[b, 'b']"
    assert explained(moment, "probs", (5, 0)).text == "probs[5, '.']"
    assert explained(moment, "C", (1, 2)).text == "C['a', 2]"
    assert explained(moment, "b2", (1,)).text == "b2[a]"
