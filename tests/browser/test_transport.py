import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard

PLOTS = ("#push-pull-plot", "#activation-plot", "#loss-plot")


def test_a_step_changes_the_heatmap_the_histograms_and_the_loss(dashboard: Dashboard) -> None:
    before = [dashboard.figure(plot) for plot in PLOTS]
    loss = dashboard.page.locator("#loss-value").inner_text()
    dashboard.click("step")
    dashboard.expect_position(1, 50)
    for plot, figure in zip(PLOTS, before, strict=True):
        dashboard.wait_for_other_figure(plot, figure)
    assert dashboard.page.locator("#loss-value").inner_text() != loss


def test_run_moves_the_plots_and_pause_stops_them(dashboard: Dashboard) -> None:
    dashboard.click("run")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    for plot in PLOTS:
        dashboard.page.locator(plot).scroll_into_view_if_needed()
        expect(dashboard.page.locator(plot)).to_have_attribute("state", "live")
        seen = dashboard.pixels(plot)
        dashboard.page.wait_for_function(
            "([plot, seen]) => document.querySelector(`${plot} canvas`).toDataURL() !== seen", arg=[plot, seen]
        )
    dashboard.click("pause")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_disabled()
    session = dashboard.session()
    assert not session["running"]
    dashboard.expect_position(session["position"]["step"], 50)
    assert {"each step", "smoothed"} <= {trace["name"] for trace in dashboard.figure("#loss-plot")}


def test_running_at_a_rate_is_no_faster_than_asked(dashboard: Dashboard) -> None:
    dashboard.page.select_option("#speed", "5")
    dashboard.click("run")
    dashboard.expect_position(2, 50)
    dashboard.click("pause")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_disabled()
    assert dashboard.session()["position"]["step"] < 50


def test_op_by_op_the_page_says_where_it_stands_and_what_was_computed(dashboard: Dashboard) -> None:
    dashboard.click("op-forward")
    dashboard.expect_position(1, 0)
    for op in (1, 2, 3):
        dashboard.click("op-forward")
        dashboard.expect_position(1, op)
    expect(dashboard.page.locator("#position")).to_contain_text("hprebn = embcat @ W1 + b1")


def test_back_an_op_a_tensor_that_was_known_is_not_shown_any_more(dashboard: Dashboard) -> None:
    known_at = next(
        tensor["known_at"]
        for tensor in dashboard.rest.get(f"/api/sessions/{dashboard.id}/tensors").json()
        if tensor["name"] == "dlogits"
    )
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "op", "count": known_at - 50})
    dashboard.expect_position(0, known_at)
    assert dashboard.figure("#push-pull-plot")[0]["type"] == "heatmap"
    dashboard.click("op-back")
    dashboard.expect_position(0, known_at - 1)
    expect(dashboard.page.locator("#push-pull-plot")).to_contain_text(f"known from op {known_at} on")


def test_pass_buttons_go_to_the_ends_of_passes(dashboard: Dashboard) -> None:
    dashboard.click("pass-forward")
    dashboard.expect_position(1, 20)
    dashboard.click("pass-forward")
    dashboard.expect_position(1, 50)
    dashboard.click("pass-back")
    dashboard.expect_position(1, 20)


def test_at_the_beginning_of_a_step_back_is_disabled_and_says_why(dashboard: Dashboard) -> None:
    dashboard.click("op-forward")
    dashboard.expect_position(1, 0)
    back = dashboard.page.locator('[data-action="op-back"]')
    expect(back).to_be_disabled()
    expect(back).to_have_attribute("title", "This is where the step begins.")


@pytest.mark.parametrize(
    ("key", "step", "op"), [("ArrowLeft", 0, 49), ("ArrowRight", 1, 0), ("Shift+ArrowRight", 1, 20), ("s", 1, 50)]
)
def test_keys_move_like_buttons(dashboard: Dashboard, key: str, step: int, op: int) -> None:
    dashboard.page.keyboard.press(key)
    dashboard.expect_position(step, op)


def test_space_runs_and_pauses(dashboard: Dashboard) -> None:
    dashboard.page.keyboard.press("Space")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    dashboard.page.keyboard.press("Space")
    expect(dashboard.page.locator('[data-action="run"]')).to_be_enabled()
    assert not dashboard.session()["running"]


def test_stepping_while_running_pauses_first(dashboard: Dashboard) -> None:
    dashboard.click("run")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    dashboard.click("step")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_disabled()
    assert not dashboard.session()["running"]


def test_the_page_follows_what_a_script_does(dashboard: Dashboard) -> None:
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 7})
    dashboard.expect_position(7, 50)
    np.testing.assert_array_equal(dashboard.figure("#push-pull-plot")[0]["z"], dashboard.tensor("dlogits"))
