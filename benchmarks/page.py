"""The page in Chromium: how often live panels are drawn, what that costs, how soon the page answers and is there."""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from playwright.sync_api import Browser, BrowserType, Page, ViewportSize, sync_playwright

from benchmarks import probes
from benchmarks.report import Figure, Measured
from tests.browser.chromium import FLAGS, find_chromium
from tests.serving import running_server

SECONDS = 10.0
GROWTH_FRAMES = 10_000
ANSWERS = 15
PAUSES = 9
# All panels on screen, and so drawn, at once: in a browser that is zoomed out to half. It is zoomed as a user does it;
# an emulated `device_scale_factor` has every layer resampled in every frame, which costs more than all drawing.
TALL = ViewportSize(width=1440, height=1550)
ZOOM = 0.5
SCREEN = ViewportSize(width=1440, height=900)
PANELS = "forces,loss,embedding,units,paths,activations"
LARGE = {
    "model": {"hidden_sizes": [1024] * 16},
    "training": {"batch_size": 256, "learning_rate": [{"from_step": 0, "value": 0.01}]},
}


def measure() -> Measured:
    """All in one run: the same plots live and by Plotly.react, then answers, first visits, growth, a large network."""
    with (
        running_server() as url,
        httpx2.Client(base_url=url, timeout=120) as rest,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        session = rest.get("/api/sessions").json()[0]["id"]
        figures = [
            *loading(playwright.chromium, url),
            *live(playwright.chromium, rest, url, session),
            *answers(browser, rest, url, session),
            *large(browser, rest, url),
        ]
        browser.close()
    return Measured(figures)


def loading(browser_type: BrowserType, url: str) -> list[Figure]:
    """From navigation to the first gradient drawn: first with nothing cached, then with what the browser keeps."""
    seconds = []
    with tempfile.TemporaryDirectory() as profile:
        context = browser_type.launch_persistent_context(
            profile, executable_path=find_chromium(), args=list(FLAGS), viewport=SCREEN
        )
        for _ in range(8):
            page = context.new_page()
            page.add_init_script(probes.NOTE_FIRST_GRADIENT)
            page.goto(url)
            page.wait_for_function("window.firstGradient !== undefined")
            seconds.append(page.evaluate("window.firstGradient / 1000"))
            page.close()
        context.close()
    return [
        Figure("first gradient drawn, first visit", seconds[0], "s", "from navigation", "≤ 3"),
        # Compiled code is kept from the second visit on.
        Figure(
            "first gradient drawn, later visits", statistics.median(seconds[3:]), "s", "the fourth to eighth", "≤ 1"
        ),
    ]


def live(browser_type: BrowserType, rest: httpx2.Client, url: str, session: str) -> list[Figure]:
    """Training at full speed, all panels on screen; then the same plots drawn by Plotly.react alone."""
    rest.post(f"/api/sessions/{session}/run", json={})
    alone = steps_per_second(rest, session, lambda: time.sleep(SECONDS))
    with zoomed_out(browser_type) as page:
        page.goto(address(url, session, panels=PANELS))
        wait_for_all_plots(page)
        meter, clock = probes.Meter(page), probes.Meter(page, wall=True)
        before = [each.read()["ScriptDuration"] for each in (meter, clock)]
        counted: dict[str, Any] = {}
        watched = steps_per_second(rest, session, lambda: counted.update(page.evaluate(probes.COUNT_FRAMES, SECONDS)))
        after = [each.read()["ScriptDuration"] for each in (meter, clock)]
        script, waiting = (1e3 * (end - begin) / counted["frames"] for begin, end in zip(before, after, strict=True))
        growth = grown(page, meter)
        rested = statistics.median(pauses(page, rest, session))
        reacted = page.evaluate(probes.REACT, SECONDS / 2)
    frames = statistics.median(counted["slowest"])
    panels = f"{counted['plots']} plots live"
    return [
        Figure("frames of the slowest plot, median", frames, "a second", panels, "≥ 50"),
        Figure("script on the main thread", script, "ms a frame", f"{waiting:.1f} with waits for a processor", "≤ 4"),
        Figure("gap between frames, p99", counted["p99"], "ms", panels, "≤ 100"),
        Figure("frames, of those of Plotly.react", frames / reacted, "times", f"{reacted:.1f} a second by it", "≥ 8"),
        Figure("true figures after a pause, median", rested, "ms", f"the last of {counted['plots']}", "≤ 250"),
        Figure("steps with the page watching", watched / alone, "of those without", f"{alone:,.0f} steps/s without"),
        *growth,
    ]


@contextmanager
def zoomed_out(browser_type: BrowserType) -> Iterator[Page]:
    """A page in a browser whose profile zooms all pages to `ZOOM`."""
    with tempfile.TemporaryDirectory() as profile:
        default = Path(profile, "Default")
        default.mkdir()
        # Chromium counts zoom in steps of a fifth.
        level = {"x": math.log(ZOOM) / math.log(1.2)}
        default.joinpath("Preferences").write_text(json.dumps({"partition": {"default_zoom_level": level}}))
        context = browser_type.launch_persistent_context(
            profile, executable_path=find_chromium(), args=list(FLAGS), viewport=TALL
        )
        yield context.new_page()
        context.close()


def pauses(page: Page, rest: httpx2.Client, session: str) -> list[float]:
    """How long it takes until all plots are Plotly's, in ms, of several pauses. A first one compiles Plotly's code."""
    taken = []
    for _ in range(PAUSES + 1):
        taken.append(page.evaluate(probes.PAUSE_AND_REST))
        rest.post(f"/api/sessions/{session}/run", json={})
        page.wait_for_timeout(2000)
    page.evaluate(probes.PAUSE_AND_REST)  # What comes next has the processors to itself, as it did.
    return taken[1:]


def grown(page: Page, meter: probes.Meter) -> list[Figure]:
    """What so many frames leave behind."""
    page.evaluate(probes.AWAIT_FRAMES, GROWTH_FRAMES // 20)  # Once all has been in use
    before = meter.read(collected=True)
    page.evaluate(probes.AWAIT_FRAMES, GROWTH_FRAMES)
    after = meter.read(collected=True)
    note = f"over {GROWTH_FRAMES:,} frames"
    return [
        Figure("growth of nodes", after["Nodes"] - before["Nodes"], "nodes", note, "≤ 50"),
        Figure("growth of listeners", after["JSEventListeners"] - before["JSEventListeners"], "listeners", note, "≤ 5"),
        Figure("growth of the heap", (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1e6, "MB", note, "≤ 5"),
    ]


def answers(browser: Browser, rest: httpx2.Client, url: str, session: str) -> list[Figure]:
    """From a click or key to the paint that shows what it did, at rest and while training runs."""
    page = browser.new_page(viewport=SCREEN)
    page.goto(address(url, session))
    wait_for_all_plots(page)
    back = [probes.answer(page, lambda: page.keyboard.press("ArrowLeft"), "#position-op") for _ in range(ANSWERS)]
    rest.post(f"/api/sessions/{session}/run", json={})
    page.wait_for_timeout(1000)
    tabs = []
    for _ in range(ANSWERS):
        for view in ("tensor", "forces"):
            tabs.append(probes.answer(page, lambda: page.click(f'[data-view="{view}"]'), "main"))  # noqa: B023 (called at once)
    rest.post(f"/api/sessions/{session}/pause")
    page.close()
    return [
        Figure("a key at rest, longest", max(back), "ms", f"{ANSWERS} ops back", "≤ 100"),
        Figure("a click while training runs, longest", max(tabs), "ms", f"{2 * ANSWERS} changes of view", "≤ 100"),
    ]


def large(browser: Browser, rest: httpx2.Client, url: str) -> list[Figure]:
    """Sixteen layers of 1,024 units, batches of 256: op after op as long as a key is held, and a click meanwhile."""
    session = rest.post("/api/sessions", json=LARGE).raise_for_status().json()["id"]
    page = browser.new_page(viewport=SCREEN)
    page.goto(address(url, session, panels="card"))
    page.wait_for_selector("#card-value[state=rest]", timeout=60_000)
    begin = time.monotonic()
    steps = [probes.answer(page, lambda: page.keyboard.press("ArrowLeft"), "#position-op") for _ in range(ANSWERS)]
    pace = ANSWERS / (time.monotonic() - begin)
    clicks = []
    for _ in range(ANSWERS):
        for view in ("forces", "tensor"):
            clicks.append(probes.answer(page, lambda: page.click(f'[data-view="{view}"]'), "main"))  # noqa: B023
    page.close()
    rest.delete(f"/api/sessions/{session}")
    note = "16 layers of 1,024, batch 256"
    return [
        Figure("ops, one after the other", pace, "a second", f"{note}; the slowest {max(steps):.0f} ms", "≥ 5"),
        Figure("a click on it, longest", max(clicks), "ms", note, "≤ 100"),
    ]


def address(url: str, session: str, **choices: str) -> str:
    """Where the page shows this session, with these choices."""
    return f"{url}/?{urlencode({'session': session, **choices})}"


def steps_per_second(rest: httpx2.Client, session: str, meanwhile: Callable[[], object]) -> float:
    """How fast a session trains while something is done."""

    def step() -> int:
        found: int = rest.get(f"/api/sessions/{session}").json()["position"]["step"]
        return found

    begin, first = time.monotonic(), step()
    meanwhile()
    return (step() - first) / (time.monotonic() - begin)


def wait_for_all_plots(page: Page) -> None:
    """All panels have been drawn once: from then on only data moves."""
    page.wait_for_function(
        "() => { const plots = [...document.querySelectorAll('live-plot')].filter((plot) => plot.checkVisibility());"
        " return plots.length && plots.every((plot) => plot.querySelector('canvas')); }"
    )
    page.wait_for_timeout(3000)  # Axes find their ranges, and Chromium compiles what is run often.
