import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard


def test_push_and_pull_shows_dlogits_centred_on_zero_with_labelled_rows(dashboard: Dashboard) -> None:
    (trace, *_) = dashboard.figure("#push-pull-plot")
    np.testing.assert_array_equal(trace["z"], dashboard.tensor("dlogits"))
    assert trace["zmin"] == -trace["zmax"]
    characters = ".abcdefghijklmnopqrstuvwxyz"
    contexts, targets = dashboard.tensor("Xb").astype(int), dashboard.tensor("Yb").astype(int)
    ticks = dashboard.page.locator("#push-pull-plot .ytick text").all_text_contents()
    expected = [
        f"{''.join(characters[number] for number in context)} → {characters[target]}"
        for context, target in zip(contexts, targets, strict=True)
    ]
    assert ticks == [label for label in expected if label in ticks]
    assert len(ticks) >= 10


@pytest.mark.parametrize(("on_target", "direction"), [(False, "should fall"), (True, "should rise")])
def test_hovering_a_force_tells_probability_target_and_force(
    dashboard: Dashboard, on_target: bool, direction: str
) -> None:
    dashboard.figure("#push-pull-plot")
    box = dashboard.page.locator("#push-pull-plot .nsewdrag").bounding_box()
    assert box is not None
    row = 3
    target = int(dashboard.tensor("Yb")[row])
    column = target if on_target else (target + 5) % 27
    dashboard.page.mouse.move(
        box["x"] + box["width"] * (column + 0.5) / 27, box["y"] + box["height"] * (row + 0.5) / 32
    )
    tooltip = dashboard.page.locator("#push-pull-plot .hoverlayer")
    probability = dashboard.tensor("probs")[row, column]
    force = 32 * dashboard.tensor("dlogits")[row, column]
    expect(tooltip).to_contain_text(f"→ {'.abcdefghijklmnopqrstuvwxyz'[target]}")
    expect(tooltip).to_contain_text(direction)
    expect(tooltip).to_contain_text(f"probability {probability:.4f}")
    expect(tooltip).to_contain_text(f"force {force:.4f} = 32 · dlogits".replace("-", "−"))


def test_histograms_count_every_value_of_their_tensor(dashboard: Dashboard) -> None:
    (bars, *_) = dashboard.figure("#activation-plot")
    assert bars["type"] == "bar"
    assert sum(bars["y"]) == pytest.approx(1)  # Shares of all values
    values = dashboard.tensor("h").ravel()
    counts = np.histogram(values, len(bars["y"]), (values.min(), values.max()))[0]
    np.testing.assert_allclose(bars["y"], counts / len(values), atol=1.5 / len(values))


def test_the_saturated_share_is_that_of_h(dashboard: Dashboard) -> None:
    dashboard.figure("#activation-plot")
    share = (np.abs(dashboard.tensor("h")) > 0.97).mean()
    shown = dashboard.page.locator("#saturated-share")
    expect(shown).to_have_text(f"{share:.1%}".replace("%", " %"))


def test_the_loss_of_every_step_is_shown(dashboard: Dashboard) -> None:
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 5})
    dashboard.expect_position(5, 50)
    series = dashboard.rest.get(f"/api/sessions/{dashboard.id}/metrics").json()["series"]["loss"]
    raw = next(
        trace for trace in dashboard.figure("#loss-plot") if trace["name"] == "each step" and "fill" not in trace
    )
    assert raw["x"] == series["step"]
    np.testing.assert_allclose(raw["y"], series["mean"])


def test_verification_says_26_of_26_and_how_old_it_is(dashboard: Dashboard) -> None:
    dashboard.click("verify")
    expect(dashboard.page.locator("#verification-count")).to_have_text("26 of 26 bit-exact")
    expect(dashboard.page.locator("verification-panel tbody tr")).to_have_count(26)
    dashboard.click("step")
    expect(dashboard.page.locator("#verification-age")).to_contain_text("1 step ago")


def test_choosing_an_op_shows_its_tensor_with_formula_code_and_summary(dashboard: Dashboard) -> None:
    inspector = dashboard.page.locator("inspector-panel")
    inspector.scroll_into_view_if_needed()
    inspector.locator("button.op", has_text="h").filter(has=dashboard.page.get_by_text("h", exact=True)).first.click()
    expect(inspector.locator("h3")).to_contain_text("h")
    expect(inspector.locator("code.line", has_text="h = torch.tanh(hpreact)").first).to_be_visible()
    expect(inspector.locator("math").first).to_be_visible()
    expect(inspector).to_contain_text("dhpreact = (1.0 - h**2) * dh")  # The line as texts have it
    expect(inspector).to_contain_text("torch.addcmul")
    value, gradient = (dashboard.figure(f"inspector-panel live-plot >> nth={index}")[0] for index in (0, 1))
    np.testing.assert_array_equal(value["z"], dashboard.tensor("h"))
    np.testing.assert_array_equal(gradient["z"], dashboard.tensor("dh"))
    expect(inspector).to_contain_text("saturated")


def test_batch_norm_shows_batch_and_running_statistics(dashboard: Dashboard) -> None:
    dashboard.page.locator("batch-norm-panel").scroll_into_view_if_needed()
    names = {
        trace["name"]: trace
        for index in range(dashboard.page.locator("batch-norm-panel live-plot").count())
        for trace in dashboard.figure(f"batch-norm-panel live-plot >> nth={index}")
    }
    shown = {name: np.array(trace["y"]) for name, trace in names.items()}
    assert any(np.array_equal(y, dashboard.tensor("bnmeani")[0]) for y in shown.values())
    assert any(np.array_equal(y, dashboard.tensor("bnvar_running")[0]) for y in shown.values())
    assert any(np.array_equal(y, dashboard.tensor("bngain")[0]) for y in shown.values())


@pytest.mark.parametrize(
    "model",
    [
        {"batch_norm": "none"},
        {"granularity": "fused"},
        {"hidden_sizes": [16, 16, 16], "batch_norm": "all"},
        {"hidden_sizes": [8] * 16, "granularity": "fused"},
    ],
    ids=str,
)
def test_every_kind_of_network_is_shown_without_complaint(
    open_dashboard: Callable[[dict[str, Any]], Dashboard], model: dict[str, Any]
) -> None:
    dashboard = open_dashboard({"model": model})
    for panel in ("inspector-panel", "activations-panel", "batch-norm-panel"):
        dashboard.page.locator(panel).scroll_into_view_if_needed()
        for plot in dashboard.page.locator(f"{panel} live-plot:visible").all():
            expect(plot).to_have_attribute("state", "rest")
    dashboard.click("step")
    dashboard.expect_position(1, dashboard.session()["position"]["ops"])


def test_a_network_that_has_diverged_is_shown_without_complaint(
    open_dashboard: Callable[[dict[str, Any]], Dashboard],
) -> None:
    dashboard = open_dashboard({"training": {"learning_rate": [{"from_step": 0, "value": 1000}]}})
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 40})
    assert math.isnan(dashboard.tensor("loss")) or dashboard.tensor("loss") > 10
    for panel in ("activations-panel", "batch-norm-panel", "inspector-panel", "push-pull-panel"):
        dashboard.page.locator(panel).scroll_into_view_if_needed()
        for plot in dashboard.page.locator(f"{panel} live-plot:visible").all():
            expect(plot).to_have_attribute("state", "rest")
