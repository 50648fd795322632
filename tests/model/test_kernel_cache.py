"""What numba keeps of the kernel on disk, and what it must notice."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numba
import pytest

import model.kernel
from model.layout import LAYER

ROOT = Path(__file__).parents[2]
IMPORT = "import model.kernel as kernel; print(sum(kernel.train.stats.cache_hits.values()))"


def test_what_one_process_has_compiled_the_next_one_loads() -> None:
    # This process has compiled it, if nobody else had.
    run = subprocess.run([sys.executable, "-c", IMPORT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(run.stdout) == 1


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def njit(*_: object, cache: bool = False, **__: object) -> Callable[[object], object]:
        if cache:
            raise RuntimeError("cannot cache function 'train': no locator available")
        return lambda function: ("compiled", function)

    monkeypatch.setattr(model.kernel, "njit", njit)
    assert model.kernel.cached("train") == ("compiled", "train")


def test_all_that_is_compiled_stands_in_one_file() -> None:
    """Else a change elsewhere would go unnoticed, and what is on disk would run on."""
    compiled = [value for value in vars(model.kernel).values() if isinstance(value, numba.core.dispatcher.Dispatcher)]
    assert len(compiled) > 10
    assert {function.py_func.__module__ for function in compiled} == {"model.kernel"}


def test_it_takes_no_constant_from_elsewhere() -> None:
    """Only types come from the model: they are part of the signature, which the cache goes by."""
    tree = ast.parse((ROOT / "model" / "kernel.py").read_text())
    imported = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("model")
        for alias in node.names
    }
    assert imported == {"LAYER", "Constants"}
    assert LAYER.names is not None
