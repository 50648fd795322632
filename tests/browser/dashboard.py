"""The page as a person uses it, for tests: a session of its own, what the plots show, and how to wait for it."""

import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

# What a plot holds once the true Plotly figure is drawn: plain lists, since typed arrays do not cross to Python.
FIGURE = """
plot => {
  const plain = (value) =>
    ArrayBuffer.isView(value) ? Array.from(value)
    : Array.isArray(value) ? value.map(plain)
    : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
    : typeof value === "number" && !Number.isFinite(value) ? null
    : value;
  // While data moves, Plotly holds axes and no data.
  return plot.getAttribute("state") === "rest" ? plain(plot.querySelector(".js-plotly-plot").data) : [];
}
"""


# Each panel makes a page's opening longer; a test names those that it looks at.
PANELS = "forces,loss"
ALL_KINDS = "forces,loss,verification,card,activations,norm"


class OpenDashboard(Protocol):
    """Opens the page on a new session with the config it is given."""

    def __call__(self, config: dict[str, Any], panels: str = PANELS, **choices: str) -> "Dashboard": ...


class Dashboard:
    """One page on a session of its own, with these panels open, and these choices in its address."""

    def __init__(
        self, page: Page, rest: httpx2.Client, config: dict[str, Any], panels: str = PANELS, **choices: str
    ) -> None:
        self.page = page
        self.rest = rest
        self.panels = panels
        self.id = self.rest.post("/api/sessions", json=config).raise_for_status().json()["id"]
        self.open(**choices)
        expect(page.locator("live-plot:visible").first).to_have_attribute("state", "rest", timeout=30_000)

    def open(self, **choices: str) -> None:
        """Go to the page anew, with these choices in its address."""
        self.page.goto(f"/?{urlencode({'session': self.id, 'panels': self.panels, **choices})}")

    def click(self, action: str) -> None:
        """Press a button of the transport."""
        self.page.click(f'[data-action="{action}"]')

    def session(self) -> dict[str, Any]:
        """The session as REST has it."""
        found: dict[str, Any] = self.rest.get(f"/api/sessions/{self.id}").raise_for_status().json()
        return found

    def tensor(self, name: str) -> NDArray[np.float64]:
        """A tensor as REST has it."""
        answer = self.rest.get(f"/api/sessions/{self.id}/tensors/{name}").raise_for_status()
        return np.array(answer.json(), dtype=np.float64)

    def wait_for_rest(self, plot: str) -> Locator:
        """A plot, named by a selector, once it rests, be it with a message or a number in place of traces."""
        found = self.page.locator(plot)
        found.scroll_into_view_if_needed()
        expect(found).to_have_attribute("state", "rest")
        return found

    def figure(self, plot: str, holds: Callable[[list[dict[str, Any]]], bool] = bool) -> list[dict[str, Any]]:
        """The traces of a plot once it rests and this holds of them: at first there is only a message."""
        deadline = time.monotonic() + 10
        while True:
            traces: list[dict[str, Any]] = self.wait_for_rest(plot).evaluate(FIGURE)
            if holds(traces):
                return traces
            assert time.monotonic() < deadline, f"{plot} rests, but shows {traces or 'nothing'}"
            self.page.wait_for_timeout(20)

    def wait_for_other_figure(self, plot: str, figure: list[dict[str, Any]]) -> None:
        """Wait until a plot rests and shows something else: one off screen is brought up to date when it is seen."""
        deadline = time.monotonic() + 10
        while self.figure(plot) == figure:
            assert time.monotonic() < deadline, f"{plot} still shows what it did"
            self.page.wait_for_timeout(20)

    def pixels(self, plot: str) -> str:
        """What a plot's canvas shows while data moves."""
        shown: str = self.page.locator(f"{plot} canvas").evaluate("canvas => canvas.toDataURL()")
        return shown

    def expect_position(self, step: int, op: int) -> None:
        """Wait until the page says that the session stands there, and it does: the page tells at once where it will."""
        ops = self.session()["position"]["ops"]
        expect(self.page.locator("#position-step")).to_have_text(f"{step:,}")
        expect(self.page.locator("#position-op")).to_have_text(f"{op} of {ops}")
        self.wait_for_session(lambda session: session["position"] == {"step": step, "op": op, "ops": ops})

    def wait_for_session(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The session as REST has it, once this holds of it."""
        deadline = time.monotonic() + 10
        while not holds(session := self.session()):
            assert time.monotonic() < deadline, f"it came to {session}"
            self.page.wait_for_timeout(20)
        return session
