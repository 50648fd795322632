import pytest

from model.config import Config
from model.network import Network
from tests.model.networks import KINDS, config_of, kind_name, network_of

# Names and shapes of section "Names" of the design, in its order, with B = 32, T = 3, E = 10, H = 64, V = 27.
INTERMEDIATES = {
    "emb": (32, 3, 10),
    "embcat": (32, 30),
    "hprebn": (32, 64),
    "bnmeani": (1, 64),
    "bndiff": (32, 64),
    "bndiff2": (32, 64),
    "bnvar": (1, 64),
    "bnvar_inv": (1, 64),
    "bnraw": (32, 64),
    "hpreact": (32, 64),
    "h": (32, 64),
    "logits": (32, 27),
    "logit_maxes": (32, 1),
    "norm_logits": (32, 27),
    "counts": (32, 27),
    "counts_sum": (32, 1),
    "counts_sum_inv": (32, 1),
    "probs": (32, 27),
    "logprobs": (32, 27),
    "loss": (),
}
PARAMETERS = {
    "C": (27, 10),
    "W1": (30, 64),
    "b1": (64,),
    "bngain": (1, 64),
    "bnbias": (1, 64),
    "W2": (64, 27),
    "b2": (27,),
}


def outputs(network: Network) -> list[str]:
    return [call.output for call in network.calls]


def test_the_default_network_has_the_exercises_tensors_in_its_order() -> None:
    network = network_of(Config())
    assert {call.output: call.shape for call in network.calls} == INTERMEDIATES
    assert outputs(network) == list(INTERMEDIATES)
    assert {name: network.tensors[name].shape for name in network.parameters} == PARAMETERS


def test_the_default_network_has_26_gradients_of_their_tensors_shapes() -> None:
    network = network_of(Config())
    expected = {f"d{name}": shape for name, shape in (INTERMEDIATES | PARAMETERS).items() if name != "loss"}
    assert {name: network.tensors[name].shape for name in network.gradients} == expected
    assert len(expected) == 26


def test_the_fused_network_hides_what_fusing_hides() -> None:
    network = network_of(config_of("fused", "hidden", (64,)))
    assert outputs(network) == ["emb", "embcat", "hprebn", "hpreact", "h", "logits", "loss"]
    assert not {"bnmeani", "bnraw", "probs"} & set(network.tensors)


def test_with_several_layers_names_carry_the_layers_number() -> None:
    network = network_of(config_of("atomic", "hidden", (33, 17)))
    assert network.parameters == (
        *("C", "W1", "b1", "bngain_1", "bnbias_1"),
        *("W2", "b2", "bngain_2", "bnbias_2", "W3", "b3"),
    )
    assert {"hprebn_1", "bnvar_inv_2", "h_1", "h_2"} <= set(outputs(network))
    assert not {"hprebn", "h"} & set(outputs(network))


def test_batch_norm_on_the_logits_carries_the_suffix_out() -> None:
    network = network_of(config_of("atomic", "all", (64,)))
    assert {"hprebn_out", "bnmeani_out", "bnraw_out", "logits"} <= set(outputs(network))
    assert network.tensors["bngain_out"].shape == (1, 27)


def test_without_batch_norm_the_linear_layer_computes_the_preactivation() -> None:
    network = network_of(config_of("atomic", "none", (64,)))
    assert outputs(network)[:4] == ["emb", "embcat", "hpreact", "h"]
    assert network.batch_norms == ()


def test_a_layer_without_bias_is_a_product_only() -> None:
    config = Config.model_validate({"model": {"hidden_bias": False, "output_bias": False}})
    network = network_of(config)
    assert not {"b1", "b2"} & set(network.parameters)
    assert [call.op_name for call in network.calls].count("matmul") == 2


@pytest.mark.parametrize("layers", range(1, 17))
def test_one_to_sixteen_layers_can_be_built(layers: int) -> None:
    network = network_of(config_of("atomic", "all", (8,) * layers))
    assert len(network.activations) == layers
    assert len(network.batch_norms) == layers + 1


@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_every_tensor_but_the_loss_and_indices_has_a_gradient(
    granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    network = network_of(config_of(granularity, batch_norm, sizes))
    expected = {f"d{name}" for name in (*network.parameters, *outputs(network)) if name != "loss"}
    assert set(network.gradients) == expected
