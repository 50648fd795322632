import pytest

from model.config import Config
from tests.model.networks import KINDS, config_of, kind_name, network_of


def test_a_step_of_the_default_network_has_50_ops() -> None:
    network = network_of(Config())
    assert (network.forward_ops, network.ops) == (20, 50)


def test_fan_out_gives_a_gradient_two_contributions() -> None:
    network = network_of(Config())
    several = {
        name: [contribution.call.output for contribution in contributions]
        for name, contributions in network.gradients.items()
        if len(contributions) > 1
    }
    assert several == {
        "dcounts": ["probs", "counts_sum"],
        "dlogits": ["norm_logits", "logit_maxes"],
        "dbndiff": ["bnraw", "bndiff2"],
        "dhprebn": ["bndiff", "bnmeani"],
    }


def test_code_is_written_with_the_calls_own_names() -> None:
    network = network_of(Config())
    assert network.calls[2].code == "hprebn = embcat @ W1 + b1"
    lines = {c.name: (c.code, c.textbook_code) for c in network.contributions}
    assert lines["dW1.hprebn"] == ("dW1 = embcat.T @ dhprebn", None)
    assert lines["dprobs.logprobs"] == ("dprobs = dlogprobs / probs", "dprobs = (1.0 / probs) * dlogprobs")


@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_a_rule_is_walked_only_when_the_gradient_it_starts_from_is_complete(
    granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    network = network_of(config_of(granularity, batch_norm, sizes))
    for contribution in network.contributions:
        source = contribution.call.gradient
        if source != "dloss":
            assert network.tensors[source].known_at < network.tensors[contribution.name].known_at


@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_each_op_makes_exactly_one_value_or_contribution_known(
    granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    network = network_of(config_of(granularity, batch_norm, sizes))
    made = [spec.known_at for spec in network.tensors.values() if spec.role in ("intermediate", "contribution")]
    assert sorted(made) == list(range(1, network.ops + 1))


def test_cells_count_every_number_that_a_step_can_show() -> None:
    network = network_of(config_of("fused", "none", (5,), batch_size=2), vocabulary=4)
    batch, parameters = 2 * 3 + 2, 4 * 10 + 30 * 5 + 5 + 5 * 4 + 4
    intermediates = 2 * (30 + 30 + 5 + 5 + 4)
    gradients_and_contributions = 2 * (parameters + intermediates)
    assert network.cells == batch + parameters + intermediates + 1 + gradients_and_contributions
