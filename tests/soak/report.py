"""What came of a soak, as one page: a plot for each server, and the figures in words."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from tests.soak.seen import Seen

SECONDS_OF_A_BIN = 5.0  # Of commands that are put together to a p95
ROWS = (
    "commands: p95 of the answer (ms)",
    "memory (MB)",
    "open files and sockets",
    "frames a second",
    "steps a second",
)


def write_report(seen: Sequence[Seen], words: Sequence[str], file: Path) -> None:
    """One HTML file that needs nothing else."""
    parts = [f"<p>{escape(line)}</p>" for line in words]
    for number, each in enumerate(seen):
        parts.append(f"<h2>{escape(each.name)}</h2>" + table(each))
        parts.append(figure(each).to_html(full_html=False, include_plotlyjs=number == 0))
    style = "<style>body{font:14px sans-serif;margin:24px}td{padding:2px 12px;vertical-align:top}</style>"
    head = f"<meta charset=utf-8><title>Soak</title>{style}"
    file.write_text(f"<!doctype html>{head}<h1>A soak of Gradient Flow's server</h1>{''.join(parts)}")


def table(seen: Seen) -> str:
    """Totals."""
    delays = [delay for _, delay in seen.delays]
    rows = {
        "commands acknowledged": f"{seen.acknowledged.total():,} ({_listed(seen.acknowledged)})",
        "commands refused while the store was away": f"{len(seen.refused):,}",
        "p95, longest": f"{1000 * np.quantile(delays, 0.95):.0f} ms, {max(delays):.1f} s" if delays else "",
        "clients that left": f"{seen.left.total():,} ({_listed(seen.left)})",
        "frames": f"{seen.frames:,}",
        "faults": ", ".join(f"{name} at {begin:.0f} s for {end - begin:.1f} s" for name, begin, end in seen.faults),
    }
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{cells}</table>"


def figure(seen: Seen) -> go.Figure:
    """All over time, with the faults shaded."""
    found = make_subplots(rows=len(ROWS), cols=1, shared_xaxes=True, subplot_titles=ROWS, vertical_spacing=0.05)
    seconds = np.array([sample.second for sample in seen.samples])
    per_second = [
        np.diff([getattr(sample, name) for sample in seen.samples]) / np.diff(seconds) for name in ("frames", "steps")
    ]
    begins, p95 = delays_over_time(seen)
    curves = [
        (begins, p95),
        (seconds, [sample.megabytes for sample in seen.samples]),
        (seconds, [sample.descriptors for sample in seen.samples]),
        *((seconds[1:], rate) for rate in per_second),
    ]
    for row, (x, y) in enumerate(curves, start=1):
        found.add_trace(go.Scatter(x=x, y=y, mode="lines", showlegend=False), row=row, col=1)
    for name, begin, end in seen.faults:
        found.add_vrect(x0=begin, x1=end, fillcolor="crimson", opacity=0.15, line_width=0, row="all", col=1)
        found.add_annotation(x=begin, y=1, yref="y domain", text=name, showarrow=False, textangle=-90, xanchor="left")
    found.update_xaxes(title_text="seconds since the soak began", row=len(ROWS), col=1)
    found.update_yaxes(rangemode="tozero")
    return found.update_layout(height=1100, title=f"{seen.name}: shaded is while its store was away", margin={"t": 80})


def delays_over_time(seen: Seen) -> tuple[list[float], list[float]]:
    """The p95 of the answers to commands in ms, for every bin that has any."""
    bins: dict[float, list[float]] = {}
    for second, delay in seen.delays:
        bins.setdefault(second // SECONDS_OF_A_BIN * SECONDS_OF_A_BIN, []).append(1000 * delay)
    return sorted(bins), [float(np.quantile(bins[begin], 0.95)) for begin in sorted(bins)]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
