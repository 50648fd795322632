"""`python -m tests.browser.screenshot`: the README's pictures, taken of the running page."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.dashboard import Dashboard
from tests.serving import running_server

FOLDER = Path(__file__).parents[2] / "frontend" / "screenshots"
WIDTH = 1280


@dataclass(frozen=True)
class Picture:
    """One view of the page, on a session of its own."""

    name: str
    panels: str
    plots: tuple[str, ...]  # What has to be drawn first.
    choices: dict[str, str] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    step: int = 2000
    height: int = 800
    armed: bool = False  # Whether the trap that is chosen is planted.


PICTURES = (
    Picture("dashboard", "forces,example", ("#push-pull-plot", "#force-plot"), {"example": "3"}),
    Picture(
        "card",
        "card",
        ("#card-value", "#card-gradient"),
        {"tensor": "h", "cell": "dh[3,5]", "follow": "off"},
        height=860,
    ),
    Picture(
        "flow",
        "health",
        ("#health-layers-plot",),
        {"flow": "wide"},
        {
            "name": "eight layers",
            "model": {"hidden_sizes": [64] * 8, "batch_norm": "none"},
            "init": {"hidden_gain": 0.5},
        },
        step=0,
    ),
    Picture(
        "health",
        "health,units,activations",
        ("#health-layers-plot", "#health-course-plot"),
        {"flow": "off"},
        {"name": "too large a start", "model": {"batch_norm": "none"}, "init": {"hidden_gain": 5}},
    ),
    Picture("laboratory", "laboratory,forces", ("#push-pull-plot",), {"trap": "bndiff_without_square"}, armed=True),
    Picture("learning", "words,embedding", ("#embedding-plot",), {"flow": "off"}, step=200_000, height=840),
)


def main() -> None:
    """Take them one after the other."""
    FOLDER.mkdir(exist_ok=True)
    with (
        running_server() as url,
        httpx2.Client(base_url=url, timeout=600) as rest,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        for picture in PICTURES:
            page = browser.new_page(base_url=url, viewport={"width": WIDTH, "height": picture.height})
            take(picture, page, rest)
            page.close()
        browser.close()


def take(picture: Picture, page: Page, rest: httpx2.Client) -> None:
    """Bring a new session to its step, show it, and keep what is seen once all of it is drawn."""
    page.add_init_script("localStorage.setItem('gradient-flow-tour', 'seen')")
    dashboard = Dashboard(page, rest, picture.config, picture.panels)
    count = {"unit": "step", "count": picture.step}
    if picture.step:
        rest.post(f"/api/sessions/{dashboard.id}/advance", json=count).raise_for_status()
    if picture.armed:
        traps = {"traps": [{"name": picture.choices["trap"]}]}
        rest.patch(f"/api/sessions/{dashboard.id}/training", json=traps).raise_for_status()
    dashboard.open(**picture.choices)
    dashboard.expect_position(picture.step, dashboard.session()["position"]["ops"])
    for plot in picture.plots:
        dashboard.figure(plot)
    if picture.armed:
        page.wait_for_selector("flow-graph [data-verdict]")
        page.locator("laboratory-panel").evaluate("panel => panel.scrollIntoView()")
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{picture.name}.png")


if __name__ == "__main__":
    main()
