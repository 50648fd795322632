"""Figures as they are printed and kept."""

import json
import operator
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

RESULTS = Path(__file__).with_name("results.json")
COMPARISONS = {"≤": operator.le, "≥": operator.ge, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True)
class Figure:
    """One measurement: a number and what it is a number of. A target is a comparison, `≤ 2.2`."""

    what: str
    value: float
    unit: str
    note: str = ""
    target: str | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the value is what the target wants; None where there is none."""
        if self.target is None:
            return None
        comparison, bound = self.target.split()
        reached: bool = COMPARISONS[comparison](self.value, float(bound))
        return reached


@dataclass(frozen=True)
class Measured:
    """What one benchmark measured: figures, and rows of numbers where a plot is made of them."""

    figures: list[Figure]
    rows: list[dict[str, float]] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """As JSON, with the machine it was measured on."""
        figures = [{**asdict(figure), "reached": figure.reached} for figure in self.figures]
        return {"machine": machine(), "figures": figures, "rows": self.rows}


def write(measured: Mapping[str, Measured], path: Path = RESULTS) -> None:
    """Keep what was measured, in place of these benchmarks' former figures; the others' stay."""
    former = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results = {**former, **{name: result.kept() for name, result in measured.items()}}
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(figures: list[Figure]) -> str:
    """A line for each figure: what, value, unit, target and whether it is reached, note."""
    verdicts = {None: "", True: "reached", False: "MISSED"}
    lines = [
        (
            figure.what,
            written(figure.value),
            figure.unit,
            figure.target or "",
            verdicts[figure.reached],
            figure.note,
        )
        for figure in figures
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = []
    for what, value, *others in lines:
        cells = [what.ljust(widths[0]), value.rjust(widths[1])]
        cells += [cell.ljust(width) for cell, width in zip(others, widths[2:], strict=True)]
        rows.append("  ".join(cells).rstrip())
    return "\n".join(rows)


def written(value: float) -> str:
    """Four figures, or all of a large number's."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:#.4g}".rstrip(".")


def machine() -> dict[str, str | int]:
    """What it was measured on: processor, and versions of what computes."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "numba": version("numba"),
        "numpy": version("numpy"),
        "python": platform.python_version(),
    }


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
