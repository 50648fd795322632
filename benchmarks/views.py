"""What the page asks for: the views of its dashboard, heard on the wire."""

import functools
import json
from typing import Any

from playwright.sync_api import WebSocket, sync_playwright

from benchmarks.page import PANELS, TALL
from tests.browser.chromium import FLAGS, find_chromium
from tests.serving import running_server

Views = list[dict[str, Any]]
AT_REST = """
() => {
  const plots = [...document.querySelectorAll("live-plot")].filter((plot) => plot.checkVisibility());
  return plots.length > 5 && plots.every((plot) => plot.getAttribute("state") === "rest");
}
"""


@functools.cache
def dashboard_views() -> Views:
    """The views of all panels at once: the longest list that the page sends while it opens."""
    shown: list[Views] = []

    def listen(payload: str | bytes) -> None:
        message = json.loads(payload)
        if message["type"] == "show":
            shown.append(message["views"])

    def follow(socket: WebSocket) -> None:
        socket.on("framesent", listen)

    with running_server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport=TALL)
        page.on("websocket", follow)
        page.goto(f"{url}/?panels={PANELS}")
        page.wait_for_function(AT_REST)
        browser.close()
    return max(shown, key=len)
