"""`python -m tests.browser.screenshot`: the README's pictures, taken of the running page."""

from pathlib import Path

import httpx2
from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.dashboard import Dashboard
from tests.serving import running_server

FOLDER = Path(__file__).parents[2] / "frontend" / "screenshots"
STEPS = 2000


def main() -> None:
    """Train a while, verify, and take the first screen, then the inspector at tanh."""
    with (
        running_server() as url,
        httpx2.Client(base_url=url, timeout=60) as rest,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(base_url=url, viewport={"width": 1440, "height": 900})
        dashboard = Dashboard(page, rest, {})
        rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": STEPS}).raise_for_status()
        dashboard.expect_position(STEPS, 50)
        dashboard.click("verify")
        expect(page.locator("#verification-count")).to_have_text("26 of 26 bit-exact")
        FOLDER.mkdir(exist_ok=True)
        for plot in ("#push-pull-plot", "#loss-plot"):
            dashboard.figure(plot)
        page.mouse.move(0, 0)
        page.screenshot(path=FOLDER / "dashboard.png")
        inspector = page.locator("card-panel")
        page.set_viewport_size({"width": 1440, "height": 1300})
        page.locator('flow-graph [data-node="h"]').click()
        for plot in ("#card-value", "#card-gradient"):
            dashboard.figure(plot)
        inspector.screenshot(path=FOLDER / "inspector.png")
        browser.close()


if __name__ == "__main__":
    main()
