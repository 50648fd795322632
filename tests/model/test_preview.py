import pytest
import torch
import torch.nn.functional as F

from model.dataset import Dataset
from model.preview import preview_update
from model.tape import Tape, record
from model.training import Run
from model.update import Clipping
from tests.model.networks import BATCH_NORMS, GRANULARITIES, config_of
from tests.model.reference import Reference

CLIPPINGS = (None, Clipping("norm", 0.1), Clipping("value", 0.001))


def tape_of(names: Dataset, granularity: str = "atomic", batch_norm: str = "hidden") -> Tape:
    return Run(config_of(granularity, batch_norm, (8,)), names).tape


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("batch_norm", BATCH_NORMS)
def test_the_preview_is_what_autograd_and_an_optimizer_make_of_the_same_minibatch(
    names: Dataset, granularity: str, batch_norm: str
) -> None:
    config = config_of(granularity, batch_norm, (8,))
    tape = Run(config, names).tape
    preview = preview_update(tape, 0.5, None)
    reference = Reference(config)
    parameters = {name: leaf.detach().requires_grad_() for name, leaf in reference.parameters.items()}
    reference.parameters = parameters
    logits = reference.logits(tape.values["Xb"].long())
    loss = F.cross_entropy(logits, tape.values["Yb"].long())
    loss.backward()
    torch.optim.SGD(parameters.values(), lr=0.5).step()
    squared_norm = sum(leaf.grad.square().sum().item() for leaf in parameters.values() if leaf.grad is not None)
    updated = reference.logits(tape.values["Xb"].long())
    assert preview.loss_before == pytest.approx(loss.item(), rel=1e-6)
    assert preview.loss_after == pytest.approx(F.cross_entropy(updated, tape.values["Yb"].long()).item(), rel=1e-5)
    assert preview.loss_predicted == pytest.approx(loss.item() - 0.5 * squared_norm, rel=1e-5)
    assert preview.gradient_norm == pytest.approx(squared_norm**0.5, rel=1e-5)
    torch.testing.assert_close(preview.probabilities_before.float(), logits.softmax(1), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(preview.probabilities_after.float(), updated.softmax(1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("engine", ["tape", "kernel"])
@pytest.mark.parametrize("clipping", CLIPPINGS, ids=str)
def test_the_update_that_is_tried_is_the_one_that_the_run_then_makes(
    names: Dataset, engine: str, clipping: Clipping | None
) -> None:
    run = Run(config_of("atomic", "hidden", (8,), engine=engine), names)
    run.clipping = clipping
    tape = run.tape
    preview = preview_update(tape, run.learning_rate, clipping)
    run.advance(1)
    again = record(tape.network, {**run.parameters, "Xb": tape.values["Xb"], "Yb": tape.values["Yb"]})
    assert preview.loss_after == pytest.approx(again.values["loss"].item(), rel=1e-6)
    torch.testing.assert_close(preview.probabilities_after.float(), again.values["probs"], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("clipping", CLIPPINGS, ids=str)
def test_for_a_small_rate_the_loss_falls_as_the_first_order_predicts(names: Dataset, clipping: Clipping | None) -> None:
    preview = preview_update(tape_of(names), 1e-2, clipping)
    predicted = preview.loss_before - preview.loss_predicted
    assert preview.losses_before.mean() - preview.losses_after.mean() == pytest.approx(predicted, rel=0.02)


@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_the_examples_losses_have_the_minibatchs_loss_as_their_mean(names: Dataset, granularity: str) -> None:
    preview = preview_update(tape_of(names, granularity), 0.1, None)
    assert preview.losses_before.mean() == pytest.approx(preview.loss_before, rel=1e-6)
    assert preview.losses_after.mean() == pytest.approx(preview.loss_after, rel=1e-6)


def test_what_clipping_keeps_is_its_share_of_the_norm(names: Dataset) -> None:
    tape = tape_of(names)
    norm = torch.cat([tape.gradients[f"d{name}"].flatten() for name in tape.network.parameters]).double().norm().item()
    assert preview_update(tape, 0.1, None).kept_share is None
    assert preview_update(tape, 0.1, Clipping("norm", norm / 4)).kept_share == pytest.approx(0.25, rel=1e-4)
    assert preview_update(tape, 0.1, Clipping("value", 1e6)).kept_share == 1


def test_a_preview_changes_nothing(names: Dataset) -> None:
    tape = tape_of(names)
    before = {name: value.clone() for name, value in (*tape.values.items(), *tape.gradients.items())}
    preview_update(tape, 0.5, Clipping("norm", 0.1))
    for name, value in (*tape.values.items(), *tape.gradients.items()):
        assert torch.equal(value, before[name])


def test_a_network_that_has_diverged_has_a_preview_that_is_not_finite(names: Dataset) -> None:
    tape = tape_of(names)
    inputs = {name: tape.values[name] for name in ("Xb", "Yb", *tape.network.parameters)}
    preview = preview_update(record(tape.network, {**inputs, "W2": inputs["W2"] * torch.nan}), 0.1, None)
    assert preview.loss_after != preview.loss_after
    assert torch.isnan(preview.probabilities_after).all()
