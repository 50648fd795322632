import re
from xml.etree import ElementTree

import pytest

from model.architecture import build_network
from model.config import InitConfig, ModelConfig
from model.network import Network
from model.ops import OPS
from server.description import describe_network, describe_ops
from server.schemas.ops import OpInfo

INFOS = {info.name: info for info in describe_ops()}
MODELS = {
    "one layer": ModelConfig(hidden_sizes=(5,)),
    "fused": ModelConfig(hidden_sizes=(5,), granularity="fused", batch_norm="all"),
    "three layers": ModelConfig(hidden_sizes=(5, 4, 3), batch_norm="all", hidden_bias=False),
    "no batch norm": ModelConfig(hidden_sizes=(5,), batch_norm="none", output_bias=False),
}


@pytest.fixture(params=list(MODELS))
def network(request: pytest.FixtureRequest) -> Network:
    return build_network(MODELS[request.param], batch_size=4, context_length=3, vocabulary=7)


def test_every_op_is_described_in_the_tables_order() -> None:
    assert list(INFOS) == list(OPS)


@pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)
def test_every_formula_is_well_formed_mathml(info: OpInfo) -> None:
    for formula in [info.forward.formula, *(rule.formula for rule in info.backward)]:
        assert formula.latex
        assert ElementTree.fromstring(formula.mathml).tag == "{http://www.w3.org/1998/Math/MathML}math"
        assert "\\" not in "".join(ElementTree.fromstring(formula.mathml).itertext()), "LaTeX was left over"


@pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)
def test_code_has_no_placeholder_left(info: OpInfo) -> None:
    for code in [info.forward.code, *(rule.code for rule in info.backward)]:
        assert not re.search(r"\{\w*\}", code)


@pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)
def test_an_op_has_one_backward_rule_per_differentiable_input(info: OpInfo) -> None:
    assert [rule.input for rule in info.backward] == [entry.name for entry in info.inputs if entry.differentiable]


def test_calls_follow_one_another_from_the_minibatch_to_the_loss(network: Network) -> None:
    described = describe_network(network, InitConfig())
    known = {"Xb", "Yb", *network.parameters}
    for index, call in enumerate(described.calls):
        assert (call.index, call.known_at) == (index, index + 1)
        assert {entry.tensor for entry in call.inputs} <= known
        known.add(call.output)
    assert described.calls[-1].output == "loss"
    assert described.forward_ops == len(described.calls)


def test_every_contribution_comes_through_a_call_that_uses_the_tensor(network: Network) -> None:
    described = describe_network(network, InitConfig())
    for gradient in described.gradients:
        assert gradient.name == f"d{gradient.tensor}"
        for contribution in gradient.contributions:
            call = described.calls[contribution.call]
            assert {"operand": contribution.operand, "tensor": gradient.tensor} in [
                entry.model_dump() for entry in call.inputs
            ]
            assert (contribution.via, contribution.name) == (call.output, f"{gradient.name}.{call.output}")


def test_a_gradient_is_known_when_its_last_contribution_is(network: Network) -> None:
    described = describe_network(network, InitConfig())
    for gradient in described.gradients:
        assert gradient.known_at == max(contribution.known_at for contribution in gradient.contributions)
    counted = sorted(entry.known_at for gradient in described.gradients for entry in gradient.contributions)
    assert counted == list(range(described.forward_ops + 1, described.ops + 1))


def test_batch_norms_and_activations_name_tensors_that_exist(network: Network) -> None:
    described = describe_network(network, InitConfig())
    for norm in described.batch_norms:
        assert set(norm.model_dump(exclude={"layer", "paths"}, exclude_none=True).values()) <= set(network.tensors)
        assert set(norm.paths.model_dump().values()) <= set(network.tensors)
    for activation in described.activations:
        assert {activation.input, activation.output} <= set(network.tensors)


@pytest.mark.parametrize(("name", "granularity"), [("one layer", "atomic"), ("fused", "fused")])
def test_the_granularity_is_said(name: str, granularity: str) -> None:
    network = build_network(MODELS[name], batch_size=4, context_length=3, vocabulary=7)
    assert describe_network(network, InitConfig()).granularity == granularity


def test_the_d_of_a_gradient_is_upright_and_variables_are_not() -> None:
    square = next(info for info in describe_ops() if info.name == "square")
    letters = ElementTree.fromstring(square.backward[0].formula.mathml).iter("{http://www.w3.org/1998/Math/MathML}mi")
    styles = [(letter.text, letter.get("mathvariant")) for letter in letters]
    assert styles == [("d", "normal"), ("x", None), ("x", None), ("d", "normal"), ("y", None)]


def test_every_path_through_batch_norm_is_explained(network: Network) -> None:
    described = describe_network(network, InitConfig())
    for norm in described.batch_norms:
        assert norm.paths.model_dump().keys() == described.paths.keys()
    for path in described.paths.values():
        assert path.formula.mathml.startswith("<math")
        assert path.title
        assert path.code
        assert path.why
