"""Figures as they are printed and kept."""

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Figure:
    """One measurement: a number and what it is a number of."""

    what: str
    value: float
    unit: str
    note: str = ""


def write(figures: list[Figure]) -> None:
    """Print a table, and keep the figures with the machine they were measured on."""
    width = max(len(figure.what) for figure in figures)
    for figure in figures:
        note = f"  ({figure.note})" if figure.note else ""
        print(f"{figure.what:<{width}}  {figure.value:8.2f} {figure.unit}{note}")
    machine = {
        "processor": processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    kept = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
    RESULTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
