"""Batch norm's paths, and health: what is shown against REST's numbers."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import OpenDashboard

DEEP = {"model": {"hidden_sizes": [16] * 8, "batch_norm": "none"}, "init": {"hidden_gain": 0.5}}
SATURATED = {"model": {"hidden_sizes": [24], "batch_norm": "none"}, "init": {"hidden_gain": 30.0}}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_three_paths_are_shown_and_add_up_to_the_gradient(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({"model": {"hidden_sizes": [12]}}, panels="paths")
    shown = {path: dashboard.figure(f"#norm-path-{path}")[0] for path in ("direct", "mean", "variance", "sum")}
    gradient = dashboard.tensor("dhprebn")
    for path in ("direct", "mean", "variance"):
        np.testing.assert_array_equal(shown[path]["z"], dashboard.tensor(f"dhprebn:{path}"))
    np.testing.assert_array_equal(shown["sum"]["z"], gradient)
    total = sum(np.array(shown[path]["z"]) for path in ("direct", "mean", "variance"))
    np.testing.assert_allclose(total, gradient, atol=1e-6 * np.abs(gradient).max())
    assert len({trace["zmax"] for trace in shown.values()}) == 1, "one scale for all"
    told = dashboard.page.locator("#norm-paths-remainder").inner_text()
    largest, of = re.findall(r"[\d.]+(?:e−\d+)?(?=[,.](?:\s|$))", told)
    assert number(largest) == pytest.approx(np.abs(dashboard.tensor("dhprebn:remainder")).max(), rel=0.01)
    assert number(of) == pytest.approx(np.abs(gradient).max(), rel=0.01)
    vanishing = dashboard.page.locator("#norm-paths-vanishing").inner_text()
    sums = re.search(r"channel is (\S+),", vanishing)
    assert sums
    assert number(sums[1]) == pytest.approx(np.abs(dashboard.tensor("hprebn:difference_sum")).max(), rel=0.01)


def test_a_path_is_not_shown_before_the_backward_pass_has_come_to_it(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({"model": {"hidden_sizes": [8]}}, panels="paths")
    dashboard.figure("#norm-path-sum")
    dashboard.click("pass-back")
    expect(dashboard.page.locator("#norm-paths-remainder")).to_contain_text("Not known yet")
    expect(dashboard.page.locator("#norm-path-direct")).to_contain_text("known from op")


def test_which_units_are_dead_is_told_marked_and_sorted(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard(SATURATED, panels="units")
    saturated = np.abs(dashboard.tensor("h")) > 0.97
    dead = np.flatnonzero(saturated.all(axis=0)).tolist()
    assert 2 <= len(dead) <= 20, "the test wants some dead units"
    traces = dashboard.figure("#units-plot")
    np.testing.assert_array_equal(traces[0]["z"], saturated.astype(float))
    assert traces[-1]["x"] == dead
    text = dashboard.page.locator("#dead-units").inner_text()
    assert [int(unit) for unit in re.findall(r"\d+", text.split(":")[1])] == dead
    dashboard.page.get_by_label("Order of the units").select_option("share")
    dashboard.wait_for_other_figure("#units-plot", traces)
    shares = np.array(dashboard.figure("#units-plot")[0]["z"]).sum(axis=0)
    assert shares.tolist() == sorted(saturated.sum(axis=0), reverse=True)


def test_where_the_gradient_vanishes_is_seen_across_the_layers_and_said(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard(DEEP, panels="health")
    # Until the first readings are there, each layer has a place, and no value.
    values, gradients = dashboard.figure(
        "#health-layers-plot", lambda traces: bool(traces) and all(None not in trace["y"] for trace in traces)
    )
    layers = range(1, 9)
    np.testing.assert_allclose(values["y"], [dashboard.tensor(f"h_{k}").std(ddof=1) for k in layers], rtol=1e-5)
    expected = [dashboard.tensor(f"dh_{k}").std(ddof=1) for k in layers]
    np.testing.assert_allclose(gradients["y"], expected, rtol=1e-5)
    ratio = expected[0] / expected[-1]
    assert ratio < 0.01, "the test wants a gradient that vanishes"
    way = dashboard.page.locator("health-panel .way").inner_text()
    said = re.search(r"from dh_8 to dh_1, .* becomes (\S+) times", way)
    assert said
    assert number(said[1]) == pytest.approx(ratio, rel=0.01)
    first = dashboard.page.locator('[data-key="gradient_std.h_1"]')
    expect(first).to_contain_text("✕ bad")
    expect(dashboard.page.locator('[data-key="gradient_std.h_8"]')).to_contain_text("✓ fine")
    expect(dashboard.page.locator("health-panel .findings")).to_contain_text("has vanished on its way back")


def test_a_reading_shows_its_course_as_rest_has_it_and_what_it_is_judged_by(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({"model": {"hidden_sizes": [16]}}, panels="health")
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 60}).raise_for_status()
    dashboard.open()
    reading = dashboard.page.locator('[data-key="update_ratio.W2"]')
    reading.click()
    expect(reading).to_have_attribute("aria-pressed", "true")
    expect(dashboard.page).to_have_url(re.compile("health=update_ratio.W2"))
    expect(dashboard.page.locator("health-panel .about")).to_contain_text("−3.5 to −2.5 fine")
    expect(dashboard.page.locator("#health-course-plot")).to_contain_text("update:data of W2")
    answer = dashboard.rest.get(f"/api/sessions/{dashboard.id}/metrics", params={"names": "update_ratio.W2"})
    series: dict[str, Any] = answer.raise_for_status().json()["series"]["update_ratio.W2"]
    course, level, *_ = dashboard.figure("#health-course-plot")
    assert course["x"] == series["step"] == list(range(0, 61, 10))
    np.testing.assert_allclose(course["y"], series["mean"], rtol=1e-3)
    assert level["y"] == [-3, -3]
    assert number(reading.locator(".number").inner_text()) == pytest.approx(series["mean"][-1], abs=0.006)


def test_a_click_on_a_channel_follows_it_over_time(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({"model": {"hidden_sizes": [10]}}, panels="norm")
    plot = dashboard.page.locator("batch-norm-panel live-plot").first
    expect(plot).to_have_attribute("state", "rest")
    box = plot.locator(".nsewdrag").bounding_box()
    assert box is not None
    dashboard.page.mouse.click(box["x"] + box["width"] * 3.5 / 10, box["y"] + box["height"] / 2)
    expect(dashboard.page.locator("#norm-channel")).to_have_value("3")
    seen = [dashboard.tensor("bnmeani")[0, 3]]
    before = dashboard.figure("#norm-mean-course")
    dashboard.click("step")
    dashboard.expect_position(1, dashboard.session()["position"]["ops"])
    dashboard.wait_for_other_figure("#norm-mean-course", before)
    seen.append(dashboard.tensor("bnmeani")[0, 3])
    batch, running = dashboard.figure("#norm-mean-course")
    assert batch["x"] == [0, 1]
    np.testing.assert_allclose(batch["y"], seen, rtol=1e-6)
    np.testing.assert_allclose(running["y"][-1], dashboard.tensor("bnmean_running")[0, 3], rtol=1e-6)
