"""Every trap does the harm that it is said to do, no more, and none once it is disarmed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from model.arming import Armed, InvalidTraps, placed, replaced_by
from model.config import Config
from model.dataset import Dataset
from model.network import Network
from model.tape import Tape, record
from model.training import Run
from model.traps import TRAPS
from model.verification import verify
from tests.model.networks import network_of

PLANTED = [name for name, trap in TRAPS.items() if trap.bugs]
STARTS = [name for name, trap in TRAPS.items() if not trap.bugs]
ARMABLE = [name for name in PLANTED if not TRAPS[name].is_caught]
IN_THE_FUSED = [name for name in ARMABLE if "atomic" not in TRAPS[name].needs]

BELOW_HPREBN = {"dW1", "dembcat", "demb", "dC"}
# The bias in front of batch norm has a gradient of zero, whatever is wrong above, as long as columns sum to zero.
BELOW_BNRAW = {"dbnvar_inv", "dbnvar", "dbndiff2", "dbndiff", "dbnmeani", "dhprebn", *BELOW_HPREBN}
BELOW_LOGITS = {"dh", "dW2", "db2", "dhpreact", "dbngain", "dbnbias", "dbnraw", *BELOW_BNRAW}
BELOW_LOGPROBS = {
    *("dprobs", "dcounts_sum_inv", "dcounts_sum", "dcounts", "dnorm_logits", "dlogits"),
    *BELOW_LOGITS,
}

# In the atomic network with batch norm: the gradients that come out wrong, as follows from the chain rule by hand.
WRONG: dict[str, set[str]] = {
    # What the variance says sums to zero over the batch: neither dbnmeani nor db1, which are such sums, is touched.
    "bndiff_without_square": {"dbndiff", "dhprebn", *BELOW_HPREBN},
    "bndiff_without_product": {"dbndiff", "dbnmeani", "dhprebn", *BELOW_HPREBN},
    "hprebn_without_difference": {"dhprebn", "db1", *BELOW_HPREBN},
    "hprebn_without_mean": {"dhprebn", "db1", *BELOW_HPREBN},
    "counts_without_sum": {"dcounts", "dnorm_logits", "dlogit_maxes", "dlogits", *BELOW_LOGITS},
    "counts_without_product": {"dcounts", "dnorm_logits", "dlogit_maxes", "dlogits", *BELOW_LOGITS},
    "logits_without_difference": {"dlogits", *BELOW_LOGITS},
    "logits_without_maximum": set(),
    "bessel_forgotten": {"dbndiff2", "dbndiff", "dhprebn", *BELOW_HPREBN},
    "mean_as_constant": {"dbnmeani", "dhprebn", "db1", *BELOW_HPREBN},
    "variance_as_constant": {"dbnvar", "dbndiff2", "dbndiff", "dhprebn", *BELOW_HPREBN},
    # Neither mean nor variance is of the minibatch: what they hand back belongs to nobody.
    "running_for_batch": {"dbndiff2", "dbndiff", "dbnmeani", "dhprebn", "db1", *BELOW_HPREBN},
    "gain_forgotten": {"dbnraw", *BELOW_BNRAW},
    "output_for_input": {"dbngain"},
    "bias_not_taken_off": {"dbngain"},
    # Rows of whole examples are blank: what sums to zero in a row still does.
    "loss_clipping": {"dlogprobs", *BELOW_LOGPROBS},
    "maximum_forgotten": set(),
    "reciprocal_by_division": set(),
    "in_double_precision": set(),
    "in_half_precision": {"dW1", "dW2"},
    "variance_of_squares": set(),
    "embedding_assigned": {"dC"},
    # A gradient of zero but for rounding is wrong too once it is 32 times that.
    "mean_forgotten": {"dlogprobs", "dlogit_maxes", "db1", *BELOW_LOGPROBS},
    "wrong_axis": {"db1"},
    "transposed": {
        *("dh_1", "dhpreact_1", "dbngain_1", "dbnbias_1", "dbnraw_1", "dbnvar_inv_1", "dbnvar_1", "dbndiff2_1"),
        *("dbndiff_1", "dbnmeani_1", "dhprebn_1"),
        *BELOW_HPREBN,
    },
}


def armed(name: str) -> list[Armed]:
    return [Armed(name, 3.0 if TRAPS[name].threshold else None)]


def run_with(names: Dataset, name: str, **sections: Any) -> Run:
    """A run at step 0 in which a trap has a place, and is armed."""
    sections["model"] = {**TRAPS[name].base.get("model", {}), **sections.get("model", {})}
    run = Run(Config.model_validate(sections), names)
    run.set_traps(armed(name))
    return run


def wrong(run: Run) -> set[str]:
    return {row.name for row in verify(run.tape) if not row.approximate}


def right_tape(run: Run) -> Tape:
    """The step where it stands, by the op table."""
    return record(run.network, run.moment.inputs)


def test_the_list_of_what_comes_out_wrong_has_every_trap_that_can_be_armed() -> None:
    assert list(WRONG) == ARMABLE


@pytest.mark.parametrize("name", ARMABLE)
def test_an_armed_trap_spoils_the_gradients_it_should_and_no_others(names: Dataset, name: str) -> None:
    run = run_with(names, name)
    assert wrong(run) == WRONG[name]
    assert TRAPS[name].harmless == (WRONG[name] == set())


@pytest.mark.parametrize("name", IN_THE_FUSED)
def test_in_the_fused_network_it_spoils_those_that_there_are(names: Dataset, name: str) -> None:
    run = run_with(names, name, model={"granularity": "fused"})
    assert wrong(run) == WRONG[name] & set(run.network.gradients)


@pytest.mark.parametrize("name", ARMABLE)
def test_once_it_is_disarmed_all_is_right_again(names: Dataset, name: str) -> None:
    run = run_with(names, name)
    run.advance(3)
    run.set_traps([])
    assert wrong(run) == set()
    run.advance(3)
    assert wrong(run) == set()


@pytest.mark.parametrize("name", ARMABLE)
def test_a_run_with_a_trap_does_not_depend_on_how_its_steps_are_grouped(names: Dataset, name: str) -> None:
    one, other = run_with(names, name), run_with(names, name)
    one.advance(6)
    for count in (1, 2, 3):
        other.advance(count)
    assert one.state().to_bytes() == other.state().to_bytes()


MASKING = {"init": {"batch_norm_noise": 0.0}}


@pytest.mark.parametrize("granularity", ["atomic", "fused"])
@pytest.mark.parametrize("name", [name for name, trap in TRAPS.items() if trap.chapter == "Masked by simple values"])
def test_a_masked_trap_passes_while_values_are_simple_and_fails_afterwards(
    names: Dataset, name: str, granularity: str
) -> None:
    run = run_with(names, name, model={"granularity": granularity}, **MASKING)
    assert wrong(run) == set()
    run.advance(20)
    assert wrong(run) != set()


# ── Symptoms: what the table says that one sees ──


def gradient(run: Run, name: str) -> Tensor:
    return run.tape.gradients[name]


def relative(ours: Tensor, right: Tensor) -> float:
    return float((ours - right).norm() / right.norm())


def losses_after(names: Dataset, steps: int, traps: list[Armed], **sections: Any) -> list[float]:
    run = Run(Config.model_validate(sections), names)
    run.set_traps(traps)
    return [float(loss) for loss in run.advance(steps).losses]


def columns_do_not_sum_to_zero(names: Dataset, run: Run) -> bool:
    sums = gradient(run, "dhprebn").sum(0).norm() / gradient(run, "dhprebn").norm()
    right = right_tape(run).gradients["dhprebn"]
    return bool(sums > 0.1 and right.sum(0).norm() / right.norm() < 1e-5)


def only_the_variance_is_lost(names: Dataset, run: Run) -> bool:
    right = right_tape(run).gradients
    return relative(gradient(run, "dhprebn"), right["dhprebn"]) > 0.05 and bool(gradient(run, "db1").abs().max() < 1e-7)


def hardly_anything_is_left(names: Dataset, run: Run) -> bool:
    return bool(gradient(run, "dhprebn").norm() < 0.5 * right_tape(run).gradients["dhprebn"].norm())


def all_rows_are_equal(names: Dataset, run: Run) -> bool:
    rows = gradient(run, "dhprebn")
    return torch.equal(rows, rows[:1].expand_as(rows))


def the_favourite_alone_is_pushed(names: Dataset, run: Run) -> bool:
    logits, targets = run.tape.values["logits"], run.moment.inputs["Yb"]
    pushed, pulled = (F.one_hot(which, logits.shape[1]) / len(targets) for which in (logits.argmax(1), targets))
    return torch.allclose(gradient(run, "dlogits"), pushed - pulled, atol=1e-6)


def the_favourite_is_pulled_and_the_loss_stays(names: Dataset, run: Run) -> bool:
    logits = run.tape.values["logits"]
    pulled = F.one_hot(logits.argmax(1), logits.shape[1])
    losses = losses_after(names, 300, armed("counts_without_product"))
    return bool(
        torch.allclose(gradient(run, "dlogits"), (logits.softmax(1) - pulled) / len(logits), atol=1e-6)
        and np.mean(losses[-50:]) > np.mean(losses[:50])
    )


def nothing_is_learnt(names: Dataset, run: Run) -> bool:
    return bool(gradient(run, "dlogits").abs().max() < 1e-7)


def training_is_the_same(name: str) -> Callable[[Dataset, Run], bool]:
    def holds(names: Dataset, run: Run) -> bool:
        with_it, without = losses_after(names, 100, armed(name)), losses_after(names, 100, [])
        return bool(np.allclose(with_it, without, atol=1e-3))

    return holds


def one_term_is_off_by_a_thirty_second(names: Dataset, run: Run) -> bool:
    ratio = gradient(run, "dbndiff2") / right_tape(run).gradients["dbndiff2"]
    return torch.allclose(ratio, torch.tensor(31 / 32), rtol=1e-5)


def a_part_along_bnraw_is_left(names: Dataset, run: Run) -> bool:
    along = [(tape.gradients["dhprebn"] * tape.values["bnraw"]).sum(0).norm() for tape in (run.tape, right_tape(run))]
    return bool(along[0] > 1e3 * along[1] and gradient(run, "dbnvar").abs().max() == 0)


def masked_while_simple(names: Dataset, run: Run) -> bool:
    return wrong(run_with(names, run.traps[0].name, **MASKING)) == set()


def the_worst_rows_are_blank(names: Dataset, run: Run) -> bool:
    logprobs, targets = run.tape.values["logprobs"], run.moment.inputs["Yb"]
    silenced = -logprobs[torch.arange(len(targets)), targets] > 3.0
    blank = (gradient(run, "dlogits") == 0).all(1)
    return bool(torch.equal(blank, silenced) and 0 < silenced.sum() < len(targets))


def only_last_bits_differ(names: Dataset, run: Run) -> bool:
    rows = verify(run.tape)
    return any(not row.exact for row in rows) and max(row.maxdiff for row in rows) < 1e-7


def frequent_characters_lose_most(names: Dataset, run: Run) -> bool:
    right = right_tape(run).gradients["dC"]
    counts = torch.bincount(run.moment.inputs["Xb"].view(-1), minlength=len(right))
    same = torch.isclose(gradient(run, "dC"), right, rtol=1e-5, atol=1e-9).all(1)
    return bool(same[counts <= 1].all() and gradient(run, "dC")[0].norm() < 0.5 * right[0].norm())


def all_are_32_times_too_large(names: Dataset, run: Run) -> bool:
    right = right_tape(run).gradients
    return all(torch.allclose(gradient(run, f"d{name}"), 32 * right[f"d{name}"], rtol=1e-4, atol=1e-6)
               for name in run.network.parameters)  # fmt: skip


def biases_alone_are_wrong(names: Dataset, run: Run) -> bool:
    return wrong(run) == {"db1"} and relative(gradient(run, "db1"), gradient(run, "dhprebn").sum(1)) < 1e-6


def all_before_that_layer_are_wrong(names: Dataset, run: Run) -> bool:
    return relative(gradient(run, "dh_1"), right_tape(run).gradients["dh_1"]) > 0.5 and "dW2" not in wrong(run)


def it_overflows_where_logits_are_large(names: Dataset, run: Run) -> bool:
    run.set_parameter("b2", torch.full((27,), 100.0))  # It moves all logits alike, and so no probability.
    armed_loss, right_loss = (tape.values["loss"].item() for tape in (run.tape, right_tape(run)))
    return math.isfinite(right_loss) and not math.isfinite(armed_loss)


def hidden_while_biases_are_zero(names: Dataset, run: Run) -> bool:
    run.set_parameter("bnbias", torch.zeros(1, 64))  # The gains are random.
    return wrong(run) == set()


def nothing_is_normalised(names: Dataset, run: Run) -> bool:
    values = run.tape.values
    same = torch.allclose(values["bnraw"], values["hprebn"], rtol=1e-4, atol=1e-6)
    return same and bool(right_tape(run).values["bnraw"].std(0).sub(1).abs().max() < 1e-3)


def some_parts_in_a_thousand_are_off(names: Dataset, run: Run) -> bool:
    right = right_tape(run).gradients
    return all(0.0005 < relative(gradient(run, name), right[name]) < 0.01 for name in ("dW1", "dW2"))


def it_is_lost_where_means_are_large(names: Dataset, run: Run) -> bool:
    right = right_tape(run).values["hpreact"]
    run.set_parameter("b1", torch.full((64,), 1000.0))
    off = relative(run.tape.values["hpreact"], right)
    run.set_parameter("b1", torch.full((64,), 10_000.0))
    return off > 0.01 and not math.isfinite(run.tape.values["loss"].item())


SYMPTOMS: dict[str, Callable[[Dataset, Run], bool]] = {
    "bndiff_without_square": only_the_variance_is_lost,
    "bndiff_without_product": hardly_anything_is_left,
    "hprebn_without_difference": all_rows_are_equal,
    "hprebn_without_mean": columns_do_not_sum_to_zero,
    "counts_without_sum": the_favourite_alone_is_pushed,
    "counts_without_product": the_favourite_is_pulled_and_the_loss_stays,
    "logits_without_difference": nothing_is_learnt,
    "logits_without_maximum": training_is_the_same("logits_without_maximum"),
    "bessel_forgotten": one_term_is_off_by_a_thirty_second,
    "mean_as_constant": columns_do_not_sum_to_zero,
    "variance_as_constant": a_part_along_bnraw_is_left,
    "gain_forgotten": masked_while_simple,
    "output_for_input": masked_while_simple,
    "bias_not_taken_off": hidden_while_biases_are_zero,
    "running_for_batch": nothing_is_normalised,
    "loss_clipping": the_worst_rows_are_blank,
    "reciprocal_by_division": only_last_bits_differ,
    "in_double_precision": only_last_bits_differ,
    "in_half_precision": some_parts_in_a_thousand_are_off,
    "variance_of_squares": it_is_lost_where_means_are_large,
    "embedding_assigned": frequent_characters_lose_most,
    "mean_forgotten": all_are_32_times_too_large,
    "wrong_axis": biases_alone_are_wrong,
    "transposed": all_before_that_layer_are_wrong,
    "maximum_forgotten": it_overflows_where_logits_are_large,
}


@pytest.mark.parametrize("name", ARMABLE)
def test_the_symptom_that_a_trap_is_said_to_have_is_there(names: Dataset, name: str) -> None:
    assert SYMPTOMS[name](names, run_with(names, name))


# ── The table ──


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_says_all_that_is_worth_knowing(name: str) -> None:
    trap = TRAPS[name]
    for text in (trap.title, trap.chapter, trap.why, trap.symptom, trap.fix):
        assert text == text.strip() != ""
    assert trap.sources
    assert bool(trap.bugs) != bool(trap.start)


@pytest.mark.parametrize("name", PLANTED)
def test_the_wrong_line_stands_beside_the_right_one_in_the_networks_names(names: Dataset, name: str) -> None:
    network = Run(Config.model_validate(TRAPS[name].base), names).network
    for place in placed(name, network):
        assert place.wrong != place.right
        assert "{" not in place.wrong
        assert place.name in network.tensors


@pytest.mark.parametrize("name", PLANTED)
def test_with_several_layers_it_sits_in_each(name: str) -> None:
    network = network_of(Config.model_validate({"model": {"hidden_sizes": [32, 32, 32]}}))
    places = TRAPS[name].places(network)
    layers = [place.call.layer for place in places if place.call.part == "hidden"]
    if any(place.bug.op in ("square", "scale_shift", "batch_norm") for place in places):
        assert layers == [1, 2, 3]
    assert [place.call.index for place in places] == sorted(place.call.index for place in places)


# ── Twins ──


def twins(names: Dataset, name: str) -> tuple[Run, Run]:
    """As it should be, or seems to be, and as it is."""
    runs = []
    for twin in TRAPS[name].twins:
        run = Run(Config.model_validate(twin.config), names)
        if twin.is_armed:
            run.set_traps(armed(name))
        runs.append(run)
    return runs[0], runs[1]


@pytest.mark.parametrize("name", [*ARMABLE, *STARTS])
def test_twins_have_the_same_seeds_and_minibatches_and_the_trap_tells_them_apart(names: Dataset, name: str) -> None:
    good, bad = twins(names, name)
    assert good.config.init.seed == bad.config.init.seed
    shared = min(run.network.dimensions["B"] for run in (good, bad))
    assert torch.equal(good.moment.inputs["Xb"][:shared], bad.moment.inputs["Xb"][:shared])
    assert wrong(good) == set()
    assert (good.config, good.traps) != (bad.config, bad.traps)
    if TRAPS[name].unmasked:
        assert wrong(bad) != set()
    elif name in ARMABLE:
        assert wrong(bad) == WRONG[name]
    else:
        assert wrong(bad) == set()  # The gradients are right; what is wrong is where it begins.


def losses(run: Run, steps: int) -> Any:
    return run.advance(steps).losses


def saturated(run: Run) -> float:
    return (run.tape.values["h"].abs() > 0.97).float().mean().item()


def reaches_the_first_layer(run: Run) -> float:
    return float(gradient(run, "dhpreact_1").norm() / gradient(run, "dhpreact_8").norm())


def most_units_are_saturated(good: Run, bad: Run) -> bool:
    slopes = [(gradient(run, "dhpreact").norm() / gradient(run, "dh").norm()).item() for run in (good, bad)]
    return saturated(bad) > 0.8 and saturated(good) < 0.3 and slopes[1] < 0.5 * slopes[0]


def activations_stand_at_zero(good: Run, bad: Run) -> bool:
    return bool(
        bad.tape.values["h"].std() < 0.15 * good.tape.values["h"].std()
        and gradient(bad, "dW2").norm() < 0.5 * gradient(good, "dW2").norm()
    )


def losses_fall_like_a_hockey_stick(good: Run, bad: Run) -> bool:
    guessing = math.log(27)
    first, later = losses(bad, 200)[[0, -1]]
    return bool(first > 2 * guessing and later < 1.2 * guessing and losses(good, 1)[0] < 1.2 * guessing)


def the_gradient_vanishes(good: Run, bad: Run) -> bool:
    return reaches_the_first_layer(bad) < 0.02 and reaches_the_first_layer(good) > 0.2


def the_bias_never_moves(good: Run, bad: Run) -> bool:
    before = bad.parameters["b1"]
    for run in (good, bad):
        run.advance(50)
    moved = [(run.parameters["b1"] - before).abs().max().item() for run in (good, bad)]
    return moved[0] > 0.01 and moved[1] < 1e-5


def the_loss_leaps_up_and_is_no_number_soon(good: Run, bad: Run) -> bool:
    first = losses(bad, 300)
    return bool(first[1] > first[0] + 1 and not np.isfinite(first).all() and np.isfinite(losses(good, 300)).all())


def the_loss_seems_to_stand(good: Run, bad: Run) -> bool:
    slow, quick = losses(bad, 300), losses(good, 300)
    return bool(np.mean(slow[:50]) - np.mean(slow[-50:]) < 0.2 * (np.mean(quick[:50]) - np.mean(quick[-50:])))


def the_gradient_explodes(good: Run, bad: Run) -> bool:
    return reaches_the_first_layer(bad) > 20 and reaches_the_first_layer(good) < 5


def both_learn_alike_and_not_bit_for_bit(good: Run, bad: Run) -> bool:
    one, other = losses(good, 100), losses(bad, 100)
    return bool(np.allclose(one, other, atol=1e-5) and (one != other).any())


def two_values_are_all_there_is(good: Run, bad: Run) -> bool:
    magnitudes = [run.tape.values["bnraw"].abs() for run in (good, bad)]
    fades = [(gradient(run, "dhprebn").norm() / gradient(run, "dbnraw").norm()).item() for run in (good, bad)]
    is_half = torch.isclose(magnitudes[1], torch.tensor(0.5).sqrt(), atol=1e-3).float().mean().item()
    return is_half > 0.95 and magnitudes[0].std().item() > 0.3 and fades[1] < 0.05 * fades[0]


BAD_STARTS: dict[str, Callable[[Run, Run], bool]] = {
    "gain_too_high": most_units_are_saturated,
    "gain_too_low": activations_stand_at_zero,
    "output_too_confident": losses_fall_like_a_hockey_stick,
    "deep_without_norm": the_gradient_vanishes,
    "deep_and_exploding": the_gradient_explodes,
    "batch_of_two": two_values_are_all_there_is,
    "fused_formula": both_learn_alike_and_not_bit_for_bit,
    "bias_before_norm": the_bias_never_moves,
    "rate_too_high": the_loss_leaps_up_and_is_no_number_soon,
    "rate_too_low": the_loss_seems_to_stand,
}


@pytest.mark.parametrize("name", STARTS)
def test_a_bad_start_has_its_symptom_and_its_twin_has_not(names: Dataset, name: str) -> None:
    assert BAD_STARTS[name](*twins(names, name))


# ── What cannot be armed ──


@pytest.mark.parametrize("name", [name for name, trap in TRAPS.items() if trap.is_caught])
def test_what_its_shape_gives_away_can_nowhere_be_armed_and_has_no_twin(name: str) -> None:
    assert TRAPS[name].twins == ()
    for granularity in ("atomic", "fused"):
        network = network_of(Config.model_validate({"model": {"granularity": granularity}}))
        with pytest.raises(InvalidTraps, match="a gradient has its tensor's shape"):
            replaced_by([Armed(name)], network)


def default_network() -> Network:
    return network_of(Config())


REFUSED: dict[str, tuple[list[Armed], str]] = {
    "an unknown one": ([Armed("nonsense")], "there is no trap 'nonsense'; there are: bndiff_without_square"),
    "a bad start": ([Armed("rate_too_high")], "changes how a session begins, and no rule: make a session with"),
    "one without place": ([Armed("transposed")], "it needs a layer with as many outputs as inputs"),
    "a threshold of zero": ([Armed("loss_clipping", 0.0)], "must be positive and finite, got 0.0"),
    "a negative threshold": ([Armed("loss_clipping", -1.0)], "must be positive and finite, got -1.0"),
    "an infinite threshold": ([Armed("loss_clipping", float("inf"))], "must be positive and finite, got inf"),
    "a threshold that is no number": ([Armed("loss_clipping", float("nan"))], "must be positive and finite, got nan"),
    "a threshold for nothing": ([Armed("gain_forgotten", 1.0)], "gain_forgotten takes no threshold"),
    "two on one rule": (
        [Armed("loss_clipping"), Armed("mean_forgotten")],
        "loss_clipping and mean_forgotten both change dlogprobs.loss",
    ),
    "one twice": ([Armed("gain_forgotten"), Armed("gain_forgotten")], "gain_forgotten and gain_forgotten both change"),
    "another shape": (
        [Armed("bias_not_summed")],
        r"db2\.logits: the rule gives shape \[32, 27\], but b2 has \[27\]",
    ),
}


@pytest.mark.parametrize(("traps", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_armed_is_refused_with_the_reason(traps: list[Armed], why: str) -> None:
    with pytest.raises(InvalidTraps, match=why):
        replaced_by(traps, default_network())


def test_a_batch_norm_trap_has_no_place_without_batch_norm() -> None:
    network = network_of(Config.model_validate({"model": {"batch_norm": "none"}}))
    for name, trap in TRAPS.items():
        if trap.needs.startswith("batch norm"):
            with pytest.raises(InvalidTraps, match=f"{name} has no place in this network: it needs batch norm"):
                replaced_by([Armed(name)], network)


def test_a_session_of_the_kernel_takes_none_and_stays_as_it_is(names: Dataset) -> None:
    run = Run(Config.model_validate({"training": {"engine": "kernel"}}), names)
    with pytest.raises(InvalidTraps, match="engine is auto or tape"):
        run.set_traps([Armed("gain_forgotten")])
    assert run.traps == ()
    assert wrong(run) == set()
