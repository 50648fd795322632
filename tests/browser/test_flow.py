"""The flow as a person reads and moves it, against REST's numbers."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.dashboard import Dashboard, OpenDashboard

LEVELS = 24
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
DEEP = {
    "model": {"batch_norm": "none", "hidden_sizes": [32] * 8},
    "init": {"hidden_gain": 0.5},
}


def node(dashboard: Dashboard, name: str) -> Locator:
    return dashboard.page.locator(f'flow-graph [data-node="{name}"]')


def line(dashboard: Dashboard, begin: str, end: str) -> Locator:
    return dashboard.page.locator(f'flow-graph [data-line="{begin} > {end}"]')


def decades(dashboard: Dashboard) -> tuple[int, int]:
    """The ends of the legend's scale, as powers of ten."""
    ticks = dashboard.page.locator("flow-graph .legend svg text").all_text_contents()
    low, *_, high = (int(tick.removeprefix("10").translate(SUPERSCRIPTS)) for tick in ticks)
    return low, high


def root_mean_square(dashboard: Dashboard, name: str) -> float:
    return float(np.sqrt(np.mean(np.square(dashboard.tensor(name)))))


def expect_magnitude(dashboard: Dashboard, edge: Locator, gradient: str) -> None:
    """By the legend, the edge is as wide and as coloured as this gradient is large."""
    low, high = decades(dashboard)
    place = (math.log10(root_mean_square(dashboard, gradient)) - low) / (high - low)
    level = round(min(1, max(0, place)) * (LEVELS - 1))
    shown = edge.get_attribute("data-level")
    assert shown is not None
    assert abs(int(shown) - level) <= 1, f"{gradient}: {shown} for {level}"  # It may lie between two of them.
    width = edge.evaluate("line => parseFloat(getComputedStyle(line).strokeWidth)")
    assert width == pytest.approx(1.5 + 8.5 * int(shown) / (LEVELS - 1), rel=1e-3)


def test_edges_are_as_wide_as_the_gradients_on_them_are_large(dashboard: Dashboard) -> None:
    expect(line(dashboard, "emb", "embcat")).to_have_attribute("data-state", "backward")
    for begin, end in [("logits", "norm_logits"), ("counts", "probs"), ("hprebn", "bndiff"), ("h", "logits")]:
        expect_magnitude(dashboard, line(dashboard, begin, end), f"d{begin}.{end}")
    expect_magnitude(dashboard, line(dashboard, "W1 in hprebn", "hprebn"), "dW1")
    expect(node(dashboard, "logits")).to_contain_text(f"Σ {root_mean_square(dashboard, 'dlogits'):.2g}")
    node(dashboard, "h").hover()
    tip = dashboard.page.locator("flow-graph .tip")
    expect(tip).to_contain_text("32 × 64")
    expect(tip).to_contain_text(f"RMS of h{root_mean_square(dashboard, 'h'):.3g}")


def test_steps_light_ops_up_and_bring_the_gradient_back_part_by_part(dashboard: Dashboard) -> None:
    dashboard.click("pass-back")
    dashboard.expect_position(0, 20)
    expect(line(dashboard, "counts", "probs")).to_have_attribute("data-state", "forward")
    for op, name, said in [(23, "probs", "1 of 2"), (26, "counts_sum", "Σ")]:
        while dashboard.session()["position"]["op"] < op:
            at = dashboard.session()["position"]["op"]
            dashboard.page.keyboard.press("ArrowRight")
            dashboard.expect_position(0, at + 1)
        expect(line(dashboard, "counts", name)).to_have_attribute("data-state", "backward")
        expect(node(dashboard, "counts")).to_contain_text(said)
    expect(node(dashboard, "counts")).to_have_attribute("aria-current", "step")
    expect(line(dashboard, "norm_logits", "counts")).to_have_attribute("data-state", "forward")
    dashboard.page.keyboard.press("Shift+ArrowLeft")
    dashboard.page.keyboard.press("Shift+ArrowLeft")
    dashboard.expect_position(0, 0)
    expect(node(dashboard, "h")).to_have_attribute("data-state", "unknown")
    expect(line(dashboard, "counts", "probs")).to_have_attribute("data-state", "unknown")


def test_where_the_gradient_vanishes_is_seen_at_a_glance_and_a_layer_opens(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard(DEEP, panels="loss")
    first = node(dashboard, "group 1")
    expect(first).to_contain_text("↑")
    between = [line(dashboard, f"group {layer}", f"group {layer + 1}") for layer in range(1, 8)]
    levels = [int(edge.get_attribute("data-level") or -1) for edge in between]
    assert levels == sorted(levels)
    assert levels[-1] - levels[0] >= 6
    for layer, edge in enumerate(between, start=1):
        expect_magnitude(dashboard, edge, f"dh_{layer}.hpreact_{layer + 1}")
    leaving, coming = root_mean_square(dashboard, "dembcat"), root_mean_square(dashboard, "dh_1")
    expect(first).to_contain_text(f"×{leaving / coming:.2g}")
    node(dashboard, "group 3").dblclick()
    expect(node(dashboard, "hpreact_3")).to_be_visible()
    expect(node(dashboard, "W3 in hpreact_3")).to_be_visible()
    expect(dashboard.page).to_have_url(re.compile("layers=3%2Closs"))


def test_the_flow_is_walked_chosen_and_travelled_by_keyboard_alone(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="card")
    keyboard = dashboard.page.keyboard
    dashboard.page.locator("flow-graph .tools button:visible").last.focus()
    keyboard.press("Tab")
    expect(node(dashboard, "emb")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight"):
        keyboard.press(key)
    expect(node(dashboard, "W1 in hprebn")).to_be_focused()
    keyboard.press("Enter")
    expect(node(dashboard, "W1 in hprebn")).to_have_attribute("aria-pressed", "true")
    expect(dashboard.page.locator("card-panel h3")).to_contain_text("W1")
    keyboard.press("ArrowLeft")
    keyboard.press("Shift+Enter")
    dashboard.expect_position(0, 3)
    keyboard.press("+")
    expect(dashboard.page).to_have_url(re.compile(r"flowzoom="))
    keyboard.press("Tab")
    expect(dashboard.page.locator("flow-graph [data-node]:focus")).to_have_count(0)


def test_what_is_not_finite_has_a_mark_of_its_own_and_is_counted(open_dashboard: OpenDashboard) -> None:
    training = {"learning_rate": [{"from_step": 0, "value": 1000.0}]}
    dashboard = open_dashboard({"model": {"batch_norm": "none"}, "training": training}, panels="loss")
    ops = dashboard.session()["position"]["ops"]
    for step in range(1, 10):
        dashboard.click("step")
        dashboard.expect_position(step, ops)
        if not np.isfinite(dashboard.tensor("dlogits")).any():
            break
    expect(node(dashboard, "loss")).to_have_attribute("data-state", "not-finite")
    expect(line(dashboard, "h", "logits")).to_have_attribute("data-state", "not-finite")
    expect(dashboard.page.locator("flow-graph .wrong")).to_contain_text("with NaN or ∞")
