import re

import numpy as np
from playwright.sync_api import expect

from tests.browser.dashboard import ALL_KINDS, Dashboard, OpenDashboard

PLOTS = ("#push-pull-plot", "#activation-plot", "#loss-plot")
VERIFICATION = "loss,verification"


def test_a_step_changes_the_heatmap_the_histograms_and_the_loss(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces,activations,loss")
    before = [dashboard.figure(plot) for plot in PLOTS]
    loss = dashboard.page.locator("#loss-value").inner_text()
    dashboard.click("step")
    dashboard.expect_position(1, 50)
    for plot, figure in zip(PLOTS, before, strict=True):
        dashboard.wait_for_other_figure(plot, figure)
    assert dashboard.page.locator("#loss-value").inner_text() != loss


def test_run_moves_the_plots_and_pause_stops_them(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces,activations,loss")
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
    assert any(trace["name"].startswith("smoothed") for trace in dashboard.figure("#loss-plot"))


def test_running_at_a_rate_is_no_faster_than_asked(dashboard: Dashboard) -> None:
    dashboard.page.select_option("#speed", "5")
    dashboard.click("run")
    # No step is waited for by its number: it goes on while that is looked for.
    dashboard.wait_for_session(lambda session: session["position"]["step"] >= 2)
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


def test_twice_back_by_a_pass_in_quick_succession_ends_where_the_step_begins(dashboard: Dashboard) -> None:
    for _ in range(2):
        dashboard.page.keyboard.press("Shift+ArrowLeft")
    dashboard.expect_position(0, 0)
    expect(dashboard.page.locator("notice-list")).to_be_empty()
    current = dashboard.page.locator('flow-graph [aria-current="step"]')
    expect(current).to_contain_text("Xb")


def test_the_slider_ends_where_it_was_moved_to(dashboard: Dashboard) -> None:
    slider = dashboard.page.locator("#op-slider")
    slider.fill("10")
    dashboard.expect_position(0, 10)
    for _ in range(5):
        slider.press("ArrowRight")
    # What is asked for is said at once.
    expect(dashboard.page.locator("#position-op")).to_have_text("15 of 50")
    code = next(
        call["code"]
        for call in dashboard.rest.get(f"/api/sessions/{dashboard.id}/network").json()["calls"]
        if call["known_at"] == 15
    )
    expect(dashboard.page.locator("#position")).to_contain_text(code)
    expect(dashboard.page.locator("push-pull-panel")).to_have_attribute("data-position", "0:15")
    assert dashboard.session()["position"]["op"] == 15


def test_a_drag_of_the_slider_is_followed_before_it_is_let_go(dashboard: Dashboard) -> None:
    box = dashboard.page.locator("#op-slider").bounding_box()
    assert box is not None
    dashboard.page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    dashboard.page.mouse.down()
    dashboard.page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2, steps=5)
    dashboard.expect_position(0, 0)
    expect(dashboard.page.locator("push-pull-panel")).to_have_attribute("data-position", "0:0")
    dashboard.page.mouse.up()


def test_on_the_slider_and_after_a_choice_keys_do_what_they_do_on_the_page(dashboard: Dashboard) -> None:
    dashboard.page.focus("#speed")
    dashboard.page.select_option("#speed", "30")
    dashboard.page.keyboard.press("Space")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    dashboard.page.keyboard.press("Space")
    expect(dashboard.page.locator('[data-action="run"]')).to_be_enabled()
    step = dashboard.session()["position"]["step"]
    dashboard.page.focus("#op-slider")
    dashboard.page.keyboard.press("s")
    dashboard.expect_position(step + 1, 50)


def test_space_held_down_starts_a_run_and_leaves_it(dashboard: Dashboard) -> None:
    for _ in range(4):
        dashboard.page.keyboard.down("Space")
    dashboard.page.keyboard.up("Space")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    assert dashboard.session()["running"]
    dashboard.click("pause")
    expect(dashboard.page.locator('[data-action="run"]')).to_be_enabled()


def test_the_key_that_shows_the_help_hides_it_and_others_do_nothing_behind_it(dashboard: Dashboard) -> None:
    help_ = dashboard.page.locator("shortcut-help dialog")
    dashboard.page.keyboard.press("?")
    expect(help_).to_be_visible()
    dashboard.page.keyboard.press("s")
    dashboard.page.keyboard.press("?")
    expect(help_).to_be_hidden()
    dashboard.expect_position(0, 50)


def test_the_learning_rate_is_changed_where_it_stands(dashboard: Dashboard) -> None:
    field = dashboard.page.locator("#learning-rate")
    expect(field).to_have_value("0.1")
    field.fill("0.000123456789")
    field.press("Enter")
    expect(field).to_have_value("0.0001235")
    expect(field).to_have_attribute("title", re.compile("0.000123456789"))
    assert dashboard.session()["training"]["learning_rate"] == 0.000123456789


def test_a_learning_rate_that_is_refused_is_said_and_the_one_in_force_stays(
    dashboard: Dashboard, complaints: list[str]
) -> None:
    field = dashboard.page.locator("#learning-rate")
    field.fill("fast")
    field.press("Enter")
    expect(dashboard.page.locator("notice-list")).to_contain_text("learning_rate")
    expect(field).to_have_value("0.1")
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_a_button_of_the_card_keeps_the_focus_while_ops_go_by(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="card")
    button = dashboard.page.locator("tensor-card button[data-contribution]").first
    button.scroll_into_view_if_needed()
    button.press("Enter")
    focused = dashboard.page.evaluate("document.activeElement.textContent")
    dashboard.page.keyboard.press("ArrowLeft")
    dashboard.expect_position(0, 49)
    expect(dashboard.page.locator("card-panel")).to_have_attribute("data-position", "0:49")
    assert dashboard.page.evaluate("document.activeElement.textContent") == focused


def test_nothing_moves_while_ops_go_by(open_dashboard: OpenDashboard) -> None:
    page = open_dashboard({}, panels="card").page
    for size, key, ops in (((1280, 720), "ArrowLeft", range(50, -1, -1)), ((1440, 900), "ArrowRight", range(51))):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        heights = set()
        for op in ops:
            expect(page.locator("card-panel")).to_have_attribute("data-position", f"0:{op}")
            heights.add(page.evaluate("document.querySelector('main').offsetHeight"))
            if op != ops[-1]:
                page.keyboard.press(key)
        assert len(heights) == 1, size


def test_a_narrow_window_needs_no_scrolling_sideways(open_dashboard: OpenDashboard) -> None:
    page = open_dashboard({}, panels=ALL_KINDS).page
    for width in (600, 800, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_an_address_that_asks_for_a_speed_there_is_not_gets_the_default(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, speed="foo")
    expect(dashboard.page.locator("#speed")).to_have_value("max")


def test_verification_says_that_parameters_were_changed_since(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels=VERIFICATION)
    dashboard.click("verify")
    expect(dashboard.page.locator("#verification-age")).to_contain_text("that is here")
    changed = (dashboard.tensor("W2") * 2).tolist()
    dashboard.rest.put(f"/api/sessions/{dashboard.id}/tensors/W2", json=changed).raise_for_status()
    expect(dashboard.page.locator("#verification-age")).to_contain_text("before the parameters were changed")


def test_verification_of_a_fused_network_leads_with_what_agrees(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({"model": {"granularity": "fused"}}, panels=VERIFICATION)
    dashboard.click("verify")
    expect(dashboard.page.locator("#verification-count")).to_have_text(re.compile(r"^(\d+) of \1 (agree|bit-exact)"))
    expect(dashboard.page.locator("verification-panel tbody .bad")).to_have_count(0)


def test_verification_of_a_network_that_is_not_finite_says_that_nothing_can_be_compared(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({}, panels=VERIFICATION)
    huge = np.full_like(dashboard.tensor("W2"), 3e38).tolist()
    dashboard.rest.put(f"/api/sessions/{dashboard.id}/tensors/W2", json=huge).raise_for_status()
    dashboard.click("verify")
    verdict = dashboard.page.locator("#verification-count")
    expect(verdict).to_contain_text("not finite, cannot be compared")
    expect(verdict).not_to_have_class("bad")


def test_back_leads_into_the_step_before(dashboard: Dashboard) -> None:
    dashboard.click("op-forward")
    dashboard.expect_position(1, 0)
    dashboard.click("op-back")
    dashboard.expect_position(0, 50)
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 4})
    dashboard.expect_position(4, 50)
    dashboard.click("step-back")
    dashboard.expect_position(3, 50)


def test_at_the_beginning_of_the_run_back_is_disabled_and_says_why(dashboard: Dashboard) -> None:
    expect(dashboard.page.locator('[data-action="step-back"]')).to_be_disabled()
    dashboard.page.locator("#op-slider").fill("0")
    dashboard.expect_position(0, 0)
    for action in ("op-back", "pass-back"):
        back = dashboard.page.locator(f'[data-action="{action}"]')
        expect(back).to_be_disabled()
        expect(back).to_have_attribute("title", "This is where the run begins.")


def test_keys_move_like_buttons(dashboard: Dashboard) -> None:
    for key, step, op in (
        ("ArrowLeft", 0, 49),
        ("ArrowRight", 0, 50),
        ("ArrowRight", 1, 0),
        ("Shift+ArrowRight", 1, 20),
        ("Shift+ArrowRight", 1, 50),
        ("s", 2, 50),
    ):
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
