"""What is measured inside the page: scripts that run there, and Chromium's own counters."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

# When the gradient on the first screen was first drawn, in ms after navigation.
NOTE_FIRST_GRADIENT = """
const wipe = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  wipe.apply(this, area);
  if (this.canvas.closest?.("push-pull-panel") && document.querySelector("push-pull-panel").dataset.position) {
    CanvasRenderingContext2D.prototype.clearRect = wipe;
    requestAnimationFrame(() => setTimeout(() => { window.firstGradient = performance.now(); }));
  }
};
"""

# A plot has been drawn in an animation frame when its canvas was wiped in it.
COUNT_FRAMES = """
async (seconds) => {
  const counts = new Map();
  const wipe = CanvasRenderingContext2D.prototype.clearRect;
  let second = 0;
  let drawn = false;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    const plot = this.canvas.closest?.("live-plot");
    if (plot) {
      drawn = true;
      if (!counts.has(plot)) counts.set(plot, new Array(Math.ceil(seconds)).fill(0));
      counts.get(plot)[second]++;
    }
    wipe.apply(this, area);
  };
  const begin = performance.now();
  const gaps = [];
  let last = begin;
  let frames = 0;
  await new Promise((resolve) => {
    requestAnimationFrame(function frame(now) {
      frames += drawn;
      drawn = false;
      gaps.push(now - last);
      last = now;
      second = Math.floor((now - begin) / 1000);
      if (second < seconds) requestAnimationFrame(frame);
      else resolve();
    });
  });
  CanvasRenderingContext2D.prototype.clearRect = wipe;
  gaps.sort((a, b) => a - b);
  const visible = [...document.querySelectorAll("live-plot")].filter((plot) => plot.checkVisibility());
  const slowest = Array.from({ length: seconds }, (_, i) =>
    Math.min(...visible.map((plot) => counts.get(plot)?.[i] ?? 0)));
  return { plots: visible.length, slowest, frames, p99: gaps[Math.floor(gaps.length * 0.99)] };
}
"""

# Until so many frames of the stream have been drawn.
AWAIT_FRAMES = """
async (wanted) => {
  const panel = document.querySelector("push-pull-panel");
  let shown = panel.dataset.position;
  let frames = 0;
  await new Promise((resolve) => {
    requestAnimationFrame(function frame() {
      frames += panel.dataset.position !== shown;
      shown = panel.dataset.position;
      if (frames < wanted) requestAnimationFrame(frame);
      else resolve();
    });
  });
}
"""

# From the click on Pause until every plot on screen is a true Plotly figure.
PAUSE_AND_REST = """
async () => {
  const plots = [...document.querySelectorAll("live-plot")].filter((plot) => plot.checkVisibility());
  const button = document.querySelector('[data-action="pause"]');
  button.click();
  // What is measured is the page: the run has ended once the page has heard of it.
  while (!button.disabled) await new Promise(requestAnimationFrame);
  const begin = performance.now();
  while (plots.some((plot) => plot.getAttribute("state") !== "rest")) await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}
"""

# The same plots, as large and with the same data, drawn by Plotly.react in every animation frame: frames a second.
REACT = """
async (seconds) => {
  const plots = [...document.querySelectorAll("live-plot")].filter((plot) => plot.checkVisibility());
  const stage = document.createElement("div");
  stage.style = "position: fixed; inset: 0; z-index: 99; overflow: auto; background: white";
  document.body.append(stage);
  const figures = [];
  for (const plot of plots) {
    const graph = plot.querySelector(".js-plotly-plot");
    const div = document.createElement("div");
    stage.append(div);
    const layout = { ...structuredClone(graph.layout), width: plot.clientWidth, height: plot.clientHeight };
    const data = structuredClone(graph.data);
    await Plotly.newPlot(div, data, layout, { displayModeBar: false });
    figures.push({ div, data, layout });
  }
  const scaled = (values, by) => values?.map((value) => (typeof value === "number" ? value * by : value));
  const begin = performance.now();
  let frames = 0;
  while (performance.now() - begin < seconds * 1000) {
    await new Promise(requestAnimationFrame);
    const by = 1 + 0.1 * Math.sin(frames++);
    for (const { div, data, layout } of figures) {
      await Plotly.react(div, data.map((trace) => (trace.z
        ? { ...trace, z: trace.z.map((row) => scaled(row, by)) } : { ...trace, y: scaled(trace.y, by) })), layout);
    }
  }
  stage.remove();
  return frames / ((performance.now() - begin) / 1000);
}
"""

# Resolves with the ms from the next click or key to the paint after the first change below a node.
ANSWER = """
(selector) => {
  let begin = null;
  const note = (event) => { begin ??= event.timeStamp; };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, note, { capture: true, once: true });
  window.answered = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (begin === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
    });
    const target = document.querySelector(selector);
    observer.observe(target, { subtree: true, childList: true, characterData: true, attributes: true,
      attributeFilter: ["hidden", "data-state"] });
  });
}
"""


def answer(page: Page, act: Callable[[], Any], selector: str) -> float:
    """How many ms a click or key takes to be seen below this node."""
    page.evaluate(ANSWER, selector)
    act()
    milliseconds: float = page.evaluate("window.answered")
    return milliseconds


class Meter:
    """Chromium's counters of a page: seconds of script, nodes, listeners, bytes of the heap.

    Seconds are those in which the main thread had a processor; with `wall` also those in which it waited for one,
    beside a server that trains on all there are.
    """

    def __init__(self, page: Page, *, wall: bool = False) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable", {"timeDomain": "timeTicks" if wall else "threadTicks"})

    def read(self, *, collected: bool = False) -> dict[str, float]:
        """All counters, after the garbage is collected if that is wanted."""
        if collected:
            self._devtools.send("HeapProfiler.collectGarbage")
        metrics = self._devtools.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}
