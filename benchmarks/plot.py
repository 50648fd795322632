"""The picture of results.json that the README shows: step times over widths, minibatch sizes and layers."""

import json
import math
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.io import to_html
from plotly.subplots import make_subplots

from benchmarks.report import RESULTS
from tests.browser.chromium import FLAGS, find_chromium

PICTURE = RESULTS.with_suffix(".png")
WIDTH, HEIGHT = 1080, 500
SCALE = 1.6  # Twice as many pixels as a README is wide on GitHub
Row = dict[str, float]

# What each panel varies; everything else stays at the default.
DEFAULT = {"H": 64, "B": 32, "layers": 1}
PANELS = {"H": "hidden units H", "B": "examples a minibatch B", "layers": "hidden layers"}
FIXED = {"H": "B = 32, 1 layer", "B": "H = 64, 1 layer", "layers": "H = 64, B = 32"}

# Colours of Okabe and Ito, which people with any colour vision tell apart.
LINES: dict[str, dict[str, Any]] = {
    "fused tape": {"color": "#CC79A7", "symbol": "diamond"},
    "tape": {"color": "#D55E00", "symbol": "square"},
    "eager": {"color": "#E69F00", "symbol": "triangle-up"},
    "torch.compile": {"color": "#009E73", "symbol": "triangle-down"},
    "torch.compile, whole step": {"color": "#56B4E9", "symbol": "cross"},
    "kernel": {"color": "#0F4C81", "symbol": "circle"},
    "products": {"color": "#808790", "symbol": "line-ew"},
}
LEGEND = {
    "fused tape": "tape, fused ops",
    "tape": "tape, every op",
    "eager": "eager autograd",
    "torch.compile": "torch.compile + autograd",
    "torch.compile, whole step": "torch.compile, whole step",
    "kernel": "<b>kernel</b>",
    "products": "matrix products alone",
}


def write(results: Path = RESULTS, picture: Path = PICTURE) -> None:
    """Draw what was last measured of steps, if it was."""
    kept = json.loads(results.read_text(encoding="utf-8")).get("steps")
    if kept is not None:
        picture.write_bytes(rendered(figure(kept["rows"], kept["machine"])))


def figure(rows: list[Row], machine: dict[str, Any]) -> go.Figure:
    """Step times on logarithmic axes: an equal distance is an equal ratio, in every panel."""
    drawn = make_subplots(rows=1, cols=3, shared_yaxes=True, horizontal_spacing=0.025)
    for column, varied in enumerate(PANELS, start=1):
        points = series(rows, varied)
        for name, style in LINES.items():
            drawn.add_trace(line(points, varied, name, style, show_legend=column == 1), row=1, col=column)
        for point in points:
            drawn.add_annotation(ratio(point, varied), row=1, col=column)
        drawn.update_xaxes(
            title={"text": f"{PANELS[varied]}<br><span style='color:#6b7480'>{FIXED[varied]}</span>"},
            tickvals=[point[varied] for point in points],
            ticktext=[f"{point[varied]:,}" for point in points],
            range=padded(math.log10(points[0][varied]), math.log10(points[-1][varied])),
            row=1,
            col=column,
        )
    drawn.update_xaxes(type="log", showgrid=False, showline=True, linecolor="#b8c0c8", ticks="outside")
    drawn.update_yaxes(
        type="log",
        gridcolor="#e6eaee",
        tickvals=[10, 100, 1000, 10_000],
        ticktext=["10 µs", "100 µs", "1 ms", "10 ms"],
    )
    drawn.update_yaxes(title={"text": "time of a training step"}, row=1, col=1)
    drawn.update_layout(
        title={"text": title(machine), "x": 0.012, "xanchor": "left", "y": 0.94, "yanchor": "top"},
        template="plotly_white",
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#1a2027"},
        width=WIDTH,
        height=HEIGHT,
        margin={"l": 76, "r": 200, "t": 84, "b": 72},
        legend={"x": 1.012, "y": 1, "xanchor": "left", "traceorder": "normal"},
    )
    return drawn


def series(rows: list[Row], varied: str) -> list[Row]:
    """The rows that differ from the default in this alone, in order."""
    fixed = {name: value for name, value in DEFAULT.items() if name != varied}
    return sorted((row for row in rows if fixed.items() <= row.items()), key=lambda row: row[varied])


def padded(first: float, last: float) -> tuple[float, float]:
    """An axis from first to last, with room for a label behind the last."""
    return first - 0.05 * (last - first), last + 0.13 * (last - first)


def line(points: list[Row], varied: str, name: str, style: dict[str, Any], *, show_legend: bool) -> go.Scatter:
    """One variant's times."""
    known = [point for point in points if name in point]
    alone = name == "products"
    return go.Scatter(
        x=[point[varied] for point in known],
        y=[point[name] for point in known],
        name=LEGEND[name],
        mode="lines" if alone else "lines+markers",
        line={
            "color": style["color"],
            "width": 3.5 if name == "kernel" else 1.75,
            "dash": "dot" if alone else "solid",
        },
        marker={"symbol": style["symbol"], "size": 8 if name == "kernel" else 7},
        showlegend=show_legend,
    )


def ratio(point: Row, varied: str) -> dict[str, Any]:
    """How many times as fast as eager autograd the kernel is, to the right below its line, which rises."""
    return {
        "x": math.log10(point[varied]),
        "y": math.log10(min(point["kernel"], point["products"])),
        "text": f"{point['eager'] / point['kernel']:.2g}×",
        "font": {"color": LINES["kernel"]["color"], "size": 12},
        "showarrow": False,
        "xanchor": "left",
        "xshift": 3,
        "yshift": -12,
    }


def title(machine: dict[str, Any]) -> str:
    """What is shown, and on which machine it was measured."""
    versions = f"torch {machine['torch']}, numba {machine['numba']}, {machine['capability']}"
    return (
        "<b>One training step, in one thread</b> · under the kernel: how many times as fast as eager autograd<br>"
        f"<span style='font-size:13px;color:#6b7480'>{machine['processor']}, one of {machine['cores']} cores; "
        f"{versions}; median of 5 rounds</span>"
    )


def rendered(drawn: go.Figure) -> bytes:
    """The figure as PNG, drawn by the browser that the tests use."""
    page_html = to_html(drawn, include_plotlyjs=True, full_html=True, config={"staticPlot": True})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": WIDTH + 40, "height": HEIGHT + 40}, device_scale_factor=SCALE)
        page.set_content(page_html)
        page.wait_for_selector(".plotly .main-svg")
        picture = page.locator(".js-plotly-plot").screenshot()
        browser.close()
    return picture
