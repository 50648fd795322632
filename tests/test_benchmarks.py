import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from benchmarks import report
from benchmarks.__main__ import MEASURES
from benchmarks.peers import Eager, Peer, Retaining, Whole, whole_step
from benchmarks.plot import LEGEND, LINES, PANELS, figure, series
from benchmarks.products import Products
from benchmarks.report import Figure, Measured
from benchmarks.steps import COMPILED, GRID, OTHERS, Point, against_the_best, run
from benchmarks.timing import Round
from model.dataset import Dataset, load_names
from model.training import Run

POINTS = (Point(24), Point(12, 8, layers=3))
RESULTS = json.loads(report.RESULTS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def names() -> Dataset:
    return load_names()


@pytest.fixture(params=POINTS, ids=str)
def tape(request: pytest.FixtureRequest, names: Dataset) -> Run:
    """A run by the tape, some steps in, so that the running statistics have moved."""
    begun = run(request.param, names, "tape")
    begun.advance(3)
    return begun


def minibatch(tape: Run) -> tuple[Tensor, Tensor]:
    return tape.tape.values["Xb"], tape.tape.values["Yb"]


def uncompiled(tape: Run) -> Whole:
    return Whole(tape, whole_step)


def close(ours: Tensor, theirs: Tensor) -> bool:
    return torch.allclose(ours, theirs, rtol=1e-4, atol=1e-6)


# ── That all do the same work ──


@pytest.mark.parametrize("make", [Eager, Retaining, uncompiled], ids=["eager", "retaining", "whole"])
def test_a_peer_computes_the_tapes_loss_update_and_statistics(tape: Run, make: Any) -> None:
    peer: Peer = make(tape)
    assert close(peer.train(*minibatch(tape)), tape.tape.values["loss"])
    tape.advance(1)
    for name, value in tape.parameters.items():
        assert close(peer.by_name[name], value), name
    for name, value in tape.running.items():
        assert close(peer.running_by_name[name], value), name


@pytest.mark.parametrize("make", [Eager, Retaining])
def test_autograds_gradients_are_the_tapes(tape: Run, make: type[Eager]) -> None:
    peer = make(tape)
    peer.train(*minibatch(tape))
    for name, parameter in peer.by_name.items():
        assert parameter.grad is not None
        assert close(parameter.grad, tape.tape.gradients[f"d{name}"]), name


def test_the_retaining_peer_keeps_every_gradient_that_the_tape_keeps(tape: Run) -> None:
    peer = Retaining(tape)
    peer.train(*minibatch(tape))
    for name, gradient in tape.tape.gradients.items():
        kept = peer.values[name[1:]].grad
        assert kept is not None
        assert close(kept, gradient), name


def test_the_products_are_three_a_layer_of_the_networks_shapes(tape: Run) -> None:
    weights = [value for name, value in tape.parameters.items() if name.startswith("W")]
    products = Products(tape)
    products.step()
    assert len(products.products) == 3 * len(weights)
    assert [len(a) * a.shape[1] * b.shape[1] for a, b, _ in products.products] == [
        tape.config.training.batch_size * W.numel() for W in weights for _ in range(3)
    ]
    for a, b, out in products.products:
        assert close(out, a @ b)


def test_peers_draw_their_own_minibatches(tape: Run) -> None:
    peer = Eager(tape)
    peer.step()
    once = {name: value.clone() for name, value in peer.by_name.items()}
    peer.step()
    assert not close(once["W1"], peer.by_name["W1"])


def test_the_tests_checker_finds_a_wrong_gradient(tape: Run) -> None:
    gradient = tape.tape.gradients["dW1"]
    assert not close(gradient, gradient * 1.03)


# ── What is made of it ──


def test_the_kernels_rival_is_the_fastest_of_every_round() -> None:
    rounds: list[Round] = [
        dict.fromkeys(OTHERS, 4.0) | {"kernel": 1.0, "products": 0.1, other: 2.0} for other in OTHERS
    ]
    assert against_the_best(Point(1024), rounds, "").value == 0.5


@pytest.mark.parametrize(
    ("target", "reached"), [("≤ 2.0", True), ("≥ 2.0", True), ("< 2.0", False), ("> 1", True), ("≤ 1.9", False)]
)
def test_a_target_is_compared(target: str, reached: bool) -> None:
    assert Figure("a figure", 2.0, "of another", target=target).reached is reached


def test_a_figure_without_a_target_is_neither_reached_nor_missed() -> None:
    assert Figure("a figure", 2.0, "of another").reached is None


def test_the_table_says_all_of_a_figure() -> None:
    lines = report.table([Figure("first", 1234.5, "µs", "a note", "≤ 1000"), Figure("second", 0.123, "of it")])
    assert [line.split() for line in lines.splitlines()] == [
        ["first", "1,234", "µs", "≤", "1000", "MISSED", "a", "note"],
        ["second", "0.1230", "of", "it"],
    ]


def test_what_was_not_measured_again_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    report.write({"steps": Measured([Figure("old", 1.0, "s")]), "page": Measured([Figure("kept", 1.0, "s")])}, path)
    report.write({"steps": Measured([Figure("new", 2.0, "s", target="≤ 3")])}, path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert [entry["what"] for name in ("steps", "page") for entry in kept[name]["figures"]] == ["new", "kept"]
    assert kept["steps"]["figures"][0]["reached"] is True


def test_results_are_kept_of_every_benchmark_with_its_machine() -> None:
    assert set(RESULTS) == set(MEASURES)
    for benchmark in RESULTS.values():
        assert all(benchmark["machine"][part] for part in report.machine())
        assert benchmark["figures"]


@pytest.mark.parametrize("name", RESULTS)
def test_every_figure_kept_has_a_unit_and_a_verdict_that_fits(name: str) -> None:
    for kept in RESULTS[name]["figures"]:
        reached = kept.pop("reached")
        figure = Figure(**kept)
        assert figure.unit
        assert figure.reached is reached


def test_every_benchmark_can_be_called() -> None:
    assert all(callable(measure) for measure in MEASURES.values())


def test_the_plot_has_every_variant_over_every_size() -> None:
    assert set(LINES) == set(LEGEND) == {"kernel", "products", *OTHERS} - {"eager, retain_grad"}
    rows = [{**point._asdict(), **dict.fromkeys(LINES, 1.0)} for point in GRID]
    assert all(len(series(rows, varied)) == 5 for varied in PANELS)
    drawn = figure(rows, report.machine())
    assert len(drawn.data) == len(PANELS) * len(LINES)
    assert report.machine()["processor"] in drawn.layout.title.text
    assert all(axis.title.text for axis in (drawn.layout.xaxis, drawn.layout.xaxis2, drawn.layout.xaxis3))


def test_the_plot_does_without_what_could_not_be_compiled() -> None:
    rows = [{**point._asdict(), **dict.fromkeys(set(LINES) - set(COMPILED), 1.0)} for point in GRID]
    assert len(figure(rows, report.machine()).data) > 0
