"""The page while training runs: how often every panel is drawn, and what that costs the training."""

import time
from typing import Any

import httpx2
from playwright.sync_api import Page, ViewportSize, sync_playwright

from benchmarks.report import Figure, Measured
from tests.browser.chromium import FLAGS, find_chromium
from tests.serving import running_server

SECONDS = 5.0
# Tall enough that all panels are on screen, and so drawn, at once.
VIEWPORT = ViewportSize(width=1440, height=2800)

COUNT_FRAMES = """
async (seconds) => {
  // A plot has been drawn in an animation frame when its canvas was wiped in it.
  const wiped = new Map();
  const wipe = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    if (this.canvas.closest("live-plot")) wiped.set(this.canvas, (wiped.get(this.canvas) ?? 0) + 1);
    wipe.apply(this, area);
  };
  const begin = performance.now();
  const gaps = [];
  let last = begin;
  await new Promise((resolve) => {
    requestAnimationFrame(function frame(now) {
      gaps.push(now - last);
      last = now;
      if (now - begin < seconds * 1000) requestAnimationFrame(frame);
      else resolve();
    });
  });
  CanvasRenderingContext2D.prototype.clearRect = wipe;
  const elapsed = (performance.now() - begin) / 1000;
  gaps.sort((a, b) => a - b);
  return {
    plots: [...wiped.values()].map((count) => count / elapsed),
    expected: document.querySelectorAll("live-plot").length,
    p99: gaps[Math.floor(gaps.length * 0.99)],
  };
}
"""


def measure() -> Measured:
    """Drawn frames of the slowest panel, and steps per second with and without the page."""
    with (
        running_server() as url,
        httpx2.Client(base_url=url) as rest,
        sync_playwright() as playwright,
    ):
        session = rest.get("/api/sessions").json()[0]["id"]
        rest.post(f"/api/sessions/{session}/run", json={})
        alone = steps_per_second(rest, session)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(url)
        wait_for_all_plots(page)
        begin, first = time.monotonic(), step_of(rest, session)
        counted: dict[str, Any] = page.evaluate(COUNT_FRAMES, SECONDS)
        watched = (step_of(rest, session) - first) / (time.monotonic() - begin)
        browser.close()
    assert len(counted["plots"]) == counted["expected"], "some plots were not drawn at all"
    panels, without = f"{len(counted['plots'])} panels live", f"{alone:,.0f} steps/s without"
    return Measured(
        [
            Figure("frames of the slowest panel", min(counted["plots"]), "a second", panels),
            Figure("gap between animation frames, p99", counted["p99"], "ms"),
            Figure("steps with the page watching", watched / alone, "of those without", without),
        ]
    )


def step_of(rest: httpx2.Client, session: str) -> int:
    """The step at which the session stands."""
    step: int = rest.get(f"/api/sessions/{session}").json()["position"]["step"]
    return step


def steps_per_second(rest: httpx2.Client, session: str) -> float:
    """Measured over a few seconds."""
    begin, first = time.monotonic(), step_of(rest, session)
    time.sleep(SECONDS)
    return (step_of(rest, session) - first) / (time.monotonic() - begin)


def wait_for_all_plots(page: Page) -> None:
    """All panels have been drawn once: from then on only data moves."""
    page.wait_for_function(
        "() => { const plots = [...document.querySelectorAll('live-plot')];"
        " return plots.length > 5 && plots.every((plot) => plot.querySelector('canvas')); }"
    )
    page.wait_for_timeout(2000)  # Let axes find their ranges.
