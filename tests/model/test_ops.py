"""Every entry of the op table, by looping over it."""

import dataclasses

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from model.ops import OPS, Op
from model.shapes import output_shape

SIZES = {"1": 1, "B": 6, "T": 3, "E": 4, "V": 5, "I": 4, "O": 3, "D": 5}
INDICES = {"X", "Y"}
RULES = [(name, operand) for name, op in OPS.items() for operand in op.backward]


def random_inputs(op: Op) -> dict[str, Tensor]:
    """Random inputs in float64, positive so that logarithm and powers are defined."""
    generator = torch.Generator().manual_seed(0)
    inputs = {}
    for operand, signature in zip(op.inputs, op.input_shapes, strict=True):
        shape = [SIZES[letter] for letter in signature.split()]
        if operand in INDICES:
            inputs[operand] = torch.randint(0, SIZES["V"], shape, generator=generator)
        else:
            inputs[operand] = torch.rand(shape, generator=generator, dtype=torch.float64) + 0.5
    return inputs


def random_gradient(y: Tensor) -> Tensor:
    return torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def disagreement(op: Op, operand: str) -> float:
    """The largest difference between a rule and autograd, relative to autograd's largest number."""
    inputs = random_inputs(op)
    leaves = {name: x.clone().requires_grad_(name in op.backward) for name, x in inputs.items()}
    y = op.forward(*leaves.values())
    g = random_gradient(y)
    y.backward(g)
    expected = leaves[operand].grad
    assert expected is not None
    ours = op.backward[operand].rule(g, y.detach(), *inputs.values())
    assert ours.shape == expected.shape
    return ((ours - expected).abs().max() / expected.abs().max()).item()


@pytest.mark.parametrize(("name", "operand"), RULES)
def test_a_rule_agrees_with_autograd_in_float64(name: str, operand: str) -> None:
    assert disagreement(OPS[name], operand) < 1e-10


@pytest.mark.parametrize(("name", "operand"), RULES)
def test_a_rule_that_is_wrong_by_a_thousandth_is_rejected(name: str, operand: str) -> None:
    right = OPS[name].backward[operand]
    wrong = dataclasses.replace(right, rule=lambda *tensors: right.rule(*tensors) * 1.001)
    op = dataclasses.replace(OPS[name], backward={**OPS[name].backward, operand: wrong})
    assert disagreement(op, operand) > 1e-10


@pytest.mark.parametrize("name", OPS)
def test_every_input_but_indices_has_a_rule(name: str) -> None:
    assert set(OPS[name].backward) == set(OPS[name].inputs) - INDICES


@pytest.mark.parametrize("name", OPS)
def test_the_signature_gives_the_shape_that_forward_computes(name: str) -> None:
    inputs = random_inputs(OPS[name])
    expected = OPS[name].forward(*inputs.values()).shape
    assert output_shape(OPS[name], tuple(tuple(x.shape) for x in inputs.values())) == expected


def run_line(code: str, names: dict[str, object], result: str) -> Tensor:
    """What a code line, as it is shown to people, computes."""
    exec(code, names)  # noqa: S102 (the table's own lines)
    computed = names[result]
    assert isinstance(computed, Tensor)
    return computed


def surroundings(op: Op) -> dict[str, object]:
    """What a person has at hand when writing the line: the tensors, and B and E."""
    inputs = random_inputs(op)
    return {"torch": torch, "F": F, **inputs, **{letter: SIZES[letter] for letter in "BE"}}


@pytest.mark.parametrize("name", OPS)
def test_the_forward_line_shown_computes_what_forward_does(name: str) -> None:
    op = OPS[name]
    operands = {operand: operand for operand in (*op.inputs, "y")}
    shown = run_line(op.code.format(**operands), surroundings(op), "y")
    torch.testing.assert_close(shown, op.forward(*random_inputs(op).values()))


LINES = [(name, operand, "code") for name, operand in RULES] + [
    (name, operand, "textbook_code")
    for name, operand in RULES
    if OPS[name].backward[operand].textbook_code is not None and name != "embedding"  # A loop: see below
]


@pytest.mark.parametrize(("name", "operand", "line"), LINES)
def test_the_backward_line_shown_computes_what_the_rule_does(name: str, operand: str, line: str) -> None:
    op = OPS[name]
    rule = op.backward[operand]
    inputs = random_inputs(op)
    y = op.forward(*inputs.values())
    # The loss's own line has no gradient above it: it starts from 1.
    g = torch.ones_like(y) if y.dim() == 0 else random_gradient(y)
    operands = {name: name for name in (*op.inputs, "y")}
    code: str = getattr(rule, line)
    shown = run_line(code.format(**operands), {**surroundings(op), "y": y, "dy": g}, f"d{operand}")
    torch.testing.assert_close(shown.view_as(inputs[operand]), rule.rule(g, y, *inputs.values()))


def test_the_embeddings_textbook_loop_computes_what_its_rule_does() -> None:
    op = OPS["embedding"]
    C, X = random_inputs(op).values()
    g = random_gradient(C[X])
    expected = torch.zeros_like(C)
    for b in range(X.shape[0]):
        for t in range(X.shape[1]):
            expected[X[b, t]] += g[b, t]
    torch.testing.assert_close(op.backward["C"].rule(g, g, C, X), expected)
