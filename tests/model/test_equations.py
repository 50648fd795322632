import numpy as np
import pytest

from model.equations import read_equation
from model.equations.reading import NotAnEquation
from model.equations.scope import Scope, bound, compute
from model.equations.writing import Writer, write_number
from model.ops import OPS

EQUATIONS = sorted(
    {op.cell for op in OPS.values()}
    | {rule.cell for op in OPS.values() for rule in op.backward.values()}
    | {equation for op in OPS.values() for equation in op.where}
)

RNG = np.random.default_rng(1)
X, W, B = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=2)
Y = np.array([2, 0, 1, 2])
ARRAYS = {"x": X, "W": W, "b": B, "Y": Y}


def scope(**where: str) -> Scope:
    equations = {name: read_equation(text) for name, text in where.items()}
    return Scope(ARRAYS, {name: name for name in ARRAYS}, {"B": 4}, equations)


def value(text: str, *cell: int, **where: str) -> float:
    equation = read_equation(text)
    return float(compute(equation.right, bound(equation.left, cell), scope(**where)))


@pytest.mark.parametrize("text", EQUATIONS)
def test_every_equation_of_the_op_table_can_be_read(text: str) -> None:
    assert read_equation(text).left.name


@pytest.mark.parametrize(("name", "operand"), [(name, operand) for name, op in OPS.items() for operand in op.backward])
def test_a_backward_rule_computes_the_gradient_of_its_operand(name: str, operand: str) -> None:
    assert read_equation(OPS[name].backward[operand].cell).left.name == f"d{operand}"


@pytest.mark.parametrize("name", OPS)
def test_a_forward_rule_computes_the_output(name: str) -> None:
    op = OPS[name]
    left = read_equation(op.cell).left
    assert (left.name, len(left.indices)) == ("y", len(op.output_shape.split()))


@pytest.mark.parametrize(
    ("text", "cell", "expected"),
    [
        ("y[b,o] = Σ_i x[b,i] · W[i,o] + b[o]", (1, 1), X[1] @ W[:, 1] + B[1]),
        ("y[i] = 1/B · Σ_b x[b,i]", (2,), X[:, 2].mean()),
        ("y[i] = −Σ_b x[b,i]", (2,), -X[:, 2].sum()),
        ("y[b] = max_k x[b,k]", (3,), X[3].max()),
        ("y[b,v] = [v = argmax_k x[b,k]]", (3, int(X[3].argmax())), 1),
        ("y[b,v] = (x[b,v] − [v = Y[b]]) / B", (0, 2), (X[0, 2] - 1) / 4),
        ("y[b,v] = (x[b,v] − [v = Y[b]]) / B", (0, 1), X[0, 1] / 4),
        ("y[] = 1/B · Σ_b x[b,Y[b]]", (), X[range(4), Y].mean()),
        ("y[v,i] = Σ_{b : Y[b] = v} x[b,i]", (2, 1), X[0, 1] + X[3, 1]),
        ("y[b,i] = (x[b,i] − 1)² · 2", (1, 0), (X[1, 0] - 1) ** 2 * 2),
        ("y[b,i] = exp(x[b,i])^−0.5 / 3", (1, 0), np.exp(X[1, 0]) ** -0.5 / 3),
        ("y[b,i] = x[b,i] − x[b,0] + x[b,1]", (1, 2), X[1, 2] - X[1, 0] + X[1, 1]),
        ("y[j] = x[j//B,j%B]", (5,), X[1, 1]),
        ("y[b] = Σ_i (x[b,i] − W[i,0]) · W[i,1]", (2,), ((X[2] - W[:, 0]) * W[:, 1]).sum()),
    ],
)
def test_an_equation_comes_to_what_it_says(text: str, cell: tuple[int, ...], expected: float) -> None:
    assert value(text, *cell) == pytest.approx(expected, rel=1e-14)


def test_a_sum_within_a_sum_is_taken_for_each_addend() -> None:
    total = value("y[] = Σ_b ln(p[b,Y[b]])", p="p[b,v] = exp(x[b,v]) / Σ_k exp(x[b,k])")
    probabilities = np.exp(X) / np.exp(X).sum(1, keepdims=True)
    assert total == pytest.approx(np.log(probabilities[range(4), Y]).sum(), rel=1e-14)


@pytest.mark.parametrize(
    "text", ["y[i] = ", "y = x[0]", "y[i] = x[i] +", "y[i] = x[i", "y[i] = ? x[i]", "y[i] = x[i] )"]
)
def test_what_is_no_equation_is_refused(text: str) -> None:
    with pytest.raises(NotAnEquation):
        read_equation(text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((0.0165, "0.0165"), (-0.5, "−0.5"), (0.0, "0"), (1.234e-5, "1.23e−5"), (123456.0, "1.23e5")),
        *((float("nan"), "NaN"), (float("-inf"), "−∞")),
    ],
)
def test_a_number_is_written_as_a_person_reads_it(number: float, text: str) -> None:
    assert write_number(number) == text


@pytest.mark.parametrize(
    ("text", "cell", "names", "numbers"),
    [
        ("y[b,i] = (1 − x[b,i]²) · W[i,0]", (0, 1), "(1 − x[0, 1]²) · W[1, 0]", "(1 − 2²) · (−3)"),
        ("y[b,i] = (x[b,i] − [i = Y[b]]) / B", (0, 2), "(x[0, 2] − 1) / 4", "(2 − 1) / 4"),
        ("y[i] = 1/(B − 1) · Σ_b x[b,i]", (0,), "1/3 · Σ_b x[b, 0]", "1/3 · 8"),
        ("y[b,i] = −0.5 · (x[b,i] + 1e−5)^−1.5", (0, 0), "−0.5 · (x[0, 0] + 1e−5)^−1.5", "−0.5 · (2 + 1e−5)^−1.5"),
        ("y[] = −1/B · Σ_b x[b,Y[b]]", (), "−1/4 · Σ_b x[b, Y[b]]", "−1/4 · 8"),
        ("y[v,i] = Σ_{b : Y[b] = v} x[b,i]", (2, 0), "Σ_{b : Y[b] = 2} x[b, 0]", "4"),
    ],
)
def test_an_equation_is_written_with_names_and_with_numbers(
    text: str, cell: tuple[int, ...], names: str, numbers: str
) -> None:
    arrays = {"x": np.full((4, 3), 2.0), "W": np.full((3, 2), -3.0), "Y": Y}
    own = Scope(arrays, {name: name for name in arrays}, {"B": 4}, {})
    equation = read_equation(text)
    at = bound(equation.left, cell)

    def write(*, with_numbers: bool) -> str:
        return Writer(own, lambda tensor, axis, number: str(number), with_numbers).write(equation.right, at)

    assert write(with_numbers=False) == names
    assert write(with_numbers=True) == numbers
