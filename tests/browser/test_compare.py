import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from tests.browser.dashboard import ALL_KINDS, Dashboard

STEPS = 20
OPS = 50


def compare_with(dashboard: Dashboard, change: str, value: str) -> str:
    """Make the other session in the dialog, with one thing changed, and wait until both are there; its id."""
    page = dashboard.page
    page.click('session-bar [data-action="compare"]')
    page.select_option('compare-dialog [name="change"]', label=change)
    field = page.locator("compare-dialog .fields").get_by_label("Value in B")
    if change in ("Batch norm", "Granularity"):
        page.select_option('compare-dialog [name="option"]', value)
    else:
        field.first.fill(value)
    page.click('compare-dialog button[type="submit"]')
    expect(page.locator("compare-bar")).to_be_visible()
    expect(page.locator("compare-bar")).to_have_attribute("aria-busy", "false")
    made = dashboard.rest.get("/api/sessions").raise_for_status().json()[-1]
    return str(made["id"])


def show(dashboard: Dashboard, tensor: str) -> None:
    """The difference of a tensor."""
    dashboard.click("compare-difference")
    dashboard.page.select_option("#difference-tensor", tensor)


def expect_compared(dashboard: Dashboard, tensor: str, step: int, op: int = OPS) -> None:
    expect(dashboard.page.locator("compare-difference")).to_have_attribute("data-compared", f"{tensor}:{step}:{op}")


def tensor_of(dashboard: Dashboard, session: str, name: str) -> NDArray[np.float64]:
    answer = dashboard.rest.get(f"/api/sessions/{session}/tensors/{name}").raise_for_status()
    return np.array(answer.json(), dtype=np.float64)


def position_of(dashboard: Dashboard, session: str) -> tuple[int, int]:
    position = dashboard.rest.get(f"/api/sessions/{session}").raise_for_status().json()["position"]
    return position["step"], position["op"]


def heatmap(dashboard: Dashboard, plot: str) -> NDArray[np.float64]:
    return np.array(dashboard.figure(plot)[0]["z"], dtype=np.float64)


def expect_difference(dashboard: Dashboard, other: str, tensor: str) -> NDArray[np.float64]:
    """Wait until what is shown is what REST's tensors give, cell by cell; that."""
    expected = tensor_of(dashboard, dashboard.id, tensor) - tensor_of(dashboard, other, tensor)
    shown = heatmap(dashboard, "#difference-plot")
    np.testing.assert_allclose(shown, expected.reshape(shown.shape), rtol=1e-6, atol=1e-12)
    return shown


@pytest.fixture
def other(dashboard: Dashboard) -> str:
    """A branch with another learning rate, compared with the session that it comes from."""
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": STEPS})
    dashboard.expect_position(STEPS, OPS)
    return compare_with(dashboard, "Learning rate", "0.9")


def test_where_it_branches_off_nothing_differs_and_after_it_the_branch_does(dashboard: Dashboard, other: str) -> None:
    show(dashboard, "dlogits")
    expect_compared(dashboard, "dlogits", STEPS)
    expect(dashboard.page.locator("#largest-difference")).to_have_text("no cell differs: equal to the last bit")
    assert not expect_difference(dashboard, other, "dlogits").any()
    dashboard.click("step")
    expect_compared(dashboard, "dlogits", STEPS + 1)
    expect(dashboard.page.locator("#largest-difference")).to_contain_text("864 of 864 cells differ")
    assert expect_difference(dashboard, other, "dlogits").all()
    dashboard.click("step-back")
    expect_compared(dashboard, "dlogits", STEPS)
    assert not expect_difference(dashboard, other, "dlogits").any()


def test_every_cell_is_what_the_two_tensors_differ_by(dashboard: Dashboard, other: str) -> None:
    dashboard.click("compare-difference")
    dashboard.click("step")
    for tensor in ("W1", "dW1", "emb", "hpreact", "b2", "dC"):
        show(dashboard, tensor)
        expect_compared(dashboard, tensor, STEPS + 1)
        figure = dashboard.page.locator("#difference-plot .gtitle")
        expect(figure).to_contain_text(f"{tensor}: A − B, largest ")
        difference = expect_difference(dashboard, other, tensor)
        largest = float(re.findall(r"largest (\S+) at", figure.text_content() or "")[0].replace("−", "-"))
        assert largest == pytest.approx(np.abs(difference).max(), rel=1e-3), tensor


def test_op_by_op_the_difference_follows_the_steps(dashboard: Dashboard, other: str) -> None:
    show(dashboard, "follow")
    dashboard.click("step")
    expect_compared(dashboard, "dC", STEPS + 1)
    dashboard.page.fill("#op-slider", "12")
    expect_compared(dashboard, "logits", STEPS + 1, 12)
    expect_difference(dashboard, other, "logits")
    dashboard.click("op-back")
    expect_compared(dashboard, "h", STEPS + 1, 11)
    expect_difference(dashboard, other, "h")


def test_one_number_is_told_in_figures(dashboard: Dashboard, other: str) -> None:
    show(dashboard, "loss")
    dashboard.click("step")
    expect_compared(dashboard, "loss", STEPS + 1)
    told = dashboard.page.locator("#largest-difference").text_content() or ""
    for side, session in (("A", dashboard.id), ("B", other)):
        assert float(re.findall(rf"{side} ([\d.]+)", told)[0]) == pytest.approx(
            float(tensor_of(dashboard, session, "loss")), rel=1e-5
        )


def test_both_come_to_stand_at_the_same_step_and_op(dashboard: Dashboard, other: str) -> None:
    def expect_both(step: int, op: int) -> None:
        dashboard.expect_position(step, op)
        expect(dashboard.page.locator("compare-bar")).not_to_have_class(re.compile("is-apart"))
        # The page shows where A stands, and B may be on its way there for a moment more.
        while any(position_of(dashboard, each) != (step, op) for each in (dashboard.id, other)):
            pass

    expect_both(STEPS, OPS)
    for action, place in {
        "op-forward": (STEPS + 1, 0), "pass-forward": (STEPS + 1, 20), "op-back": (STEPS + 1, 19),
        "step-back": (STEPS, OPS), "step": (STEPS + 1, OPS), "pass-back": (STEPS + 1, 20),
    }.items():  # fmt: skip
        dashboard.click(action)
        expect_both(*place)
    dashboard.page.fill("#seek-step", "7")
    dashboard.page.press("#seek-step", "Enter")
    expect_both(7, OPS)


def test_a_drag_along_the_timeline_takes_both_along(dashboard: Dashboard, other: str) -> None:
    dashboard.page.hover("#scrubber")
    dashboard.page.mouse.down()
    box = dashboard.page.locator("#scrubber").bounding_box()
    assert box
    for share in (0.8, 0.5, 0.2):
        dashboard.page.mouse.move(box["x"] + share * box["width"], box["y"] + 10)
    dashboard.page.mouse.up()
    expect(dashboard.page.locator("#position-step")).to_have_text(re.compile(r"^[345]$"))
    expect(dashboard.page.locator("compare-bar")).to_have_attribute("aria-busy", "false")
    assert position_of(dashboard, dashboard.id) == position_of(dashboard, other)
    dashboard.expect_position(*position_of(dashboard, other))


def test_a_run_takes_both_along_and_ends_at_the_same_step(dashboard: Dashboard, other: str) -> None:
    dashboard.click("run")
    expect(dashboard.page.locator("#position-step")).not_to_have_text(re.compile(rf"^({STEPS}|{STEPS + 1})$"))
    expect(dashboard.page.locator("#steps-per-second")).not_to_have_text("–")
    dashboard.click("pause")
    expect(dashboard.page.locator('[data-action="run"]')).to_be_enabled()
    assert position_of(dashboard, dashboard.id) == position_of(dashboard, other)
    step, op = position_of(dashboard, other)
    assert step > STEPS
    dashboard.expect_position(step, op)


def test_a_run_ends_where_one_of_them_comes_to_the_breakpoint(dashboard: Dashboard, other: str) -> None:
    dashboard.page.click("#breakpoint")
    dashboard.page.select_option("#breakpoint-metric", "loss")
    dashboard.page.fill("#breakpoint-bound", "2.6")
    dashboard.page.press("#breakpoint-bound", "Enter")
    dashboard.click("run")
    stopped = dashboard.page.locator("#standstill")
    expect(stopped).to_have_text(re.compile(r"^[AB]: loss is 2\.\d+ at step [\d,]+\.$"), timeout=30_000)
    step = int(re.findall(r"step ([\d,]+)", stopped.text_content() or "")[0].replace(",", ""))
    dashboard.expect_position(step, OPS)
    losses = [float(tensor_of(dashboard, session, "loss")) for session in (dashboard.id, other)]
    assert min(losses) < 2.6
    for session in (dashboard.id, other):
        before = dashboard.rest.get(f"/api/sessions/{session}/metrics?to={step - 1}&from={STEPS + 1}").json()
        assert min(before["series"]["loss"]["mean"], default=3) >= 2.6


def test_the_two_losses_are_one_until_they_part(dashboard: Dashboard, other: str) -> None:
    for _ in range(3):
        dashboard.click("step")
    dashboard.expect_position(STEPS + 3, OPS)
    expect(dashboard.page.locator("#compare-b")).to_contain_text("rate 0.9")

    def lines() -> dict[str, Any]:
        traces = dashboard.figure("#compared-losses")
        return {trace["name"][0]: trace for trace in traces if "each" in trace["name"] and "fill" not in trace}

    dashboard.page.wait_for_function("step => document.querySelector('#compared-losses .annotation-text')", arg=0)
    drawn = lines()
    assert drawn["A"]["x"] == list(range(STEPS + 4))
    assert drawn["B"]["x"] == list(range(STEPS, STEPS + 4))
    assert drawn["B"]["y"][0] == drawn["A"]["y"][STEPS]
    assert all(a != b for a, b in zip(drawn["A"]["y"][STEPS + 1 :], drawn["B"]["y"][1:], strict=True))
    for side, session in (("A", dashboard.id), ("B", other)):
        recorded = dashboard.rest.get(f"/api/sessions/{session}/metrics").json()["series"]["loss"]["mean"]
        np.testing.assert_allclose(drawn[side]["y"], recorded[-len(drawn[side]["y"]) :])
    expect(dashboard.page.locator("#compared-losses .annotation-text").last).to_have_text(f"they part at step {STEPS}")


def test_each_column_shows_its_own_session(dashboard: Dashboard, other: str) -> None:
    dashboard.click("step")
    for plot, session in (("#push-pull-plot", dashboard.id), ("#push-pull-plot-b", other)):
        panel = dashboard.page.locator("push-pull-panel", has=dashboard.page.locator(plot))
        panel.scroll_into_view_if_needed()
        expect(panel).to_have_attribute("data-position", f"{STEPS + 1}:{OPS}")
        np.testing.assert_allclose(heatmap(dashboard, plot), tensor_of(dashboard, session, "dlogits"), rtol=1e-6)


def test_no_id_stands_twice_and_labels_name_what_is_beside_them(dashboard: Dashboard, other: str) -> None:
    dashboard.open(panels=ALL_KINDS, compare=other)
    expect(dashboard.page.locator("card-panel.second")).to_be_visible()
    ids = dashboard.page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert len(ids) == len(set(ids))
    labels = "[...document.querySelectorAll('[aria-labelledby]')].map((each) => each.getAttribute('aria-labelledby'))"
    assert {label for labelled in dashboard.page.evaluate(labels) for label in labelled.split()} <= set(ids)
    for side in "AB":
        expect(dashboard.page.get_by_role("region", name=f"Tensor {side}", exact=True)).to_have_count(1)


def test_the_address_keeps_the_pair_and_how_it_is_shown(dashboard: Dashboard, other: str) -> None:
    show(dashboard, "dW2")
    dashboard.click("step")
    expect_compared(dashboard, "dW2", STEPS + 1)
    dashboard.page.reload()
    expect_compared(dashboard, "dW2", STEPS + 1)
    expect_difference(dashboard, other, "dW2")


def test_leaving_goes_back_to_the_one_session(dashboard: Dashboard, other: str) -> None:
    dashboard.click("leave-compare")
    expect(dashboard.page.locator("compare-bar")).to_be_hidden()
    expect(dashboard.page.locator("#loss-plot")).to_be_visible()
    expect(dashboard.page.locator("push-pull-panel.second")).to_be_hidden()
    dashboard.click("step")
    dashboard.expect_position(STEPS + 1, OPS)
    assert position_of(dashboard, other) == (STEPS, OPS)


def test_another_network_stands_where_as_much_is_known(dashboard: Dashboard) -> None:
    other = compare_with(dashboard, "Batch norm", "none")
    show(dashboard, "h")
    expect_compared(dashboard, "h", 0)
    expect_difference(dashboard, other, "h")
    dashboard.click("pass-back")
    expect_compared(dashboard, "h", 0, 20)
    forward_ops = dashboard.rest.get(f"/api/sessions/{other}/network").json()["forward_ops"]
    assert position_of(dashboard, other) == (0, forward_ops)
    dashboard.page.select_option("#difference-tensor", "dh")
    told = dashboard.page.locator("#difference-plot .annotation-text")
    expect(told).to_contain_text("dh is not known yet in A")
    dashboard.page.select_option("#difference-tensor", "bnraw")
    expect(told).to_have_text("The network of B has no bnraw")


def test_tensors_of_other_shapes_are_said_not_to_compare(dashboard: Dashboard) -> None:
    wide = dashboard.rest.post("/api/sessions", json={"model": {"hidden_sizes": [20]}}).raise_for_status().json()["id"]
    dashboard.open(compare=wide, **{"as": "difference"}, difference="W1")
    told = dashboard.page.locator("#difference-plot .annotation-text")
    expect(told).to_contain_text("W1 is 30 × 64 in A and 30 × 20 in B")


def test_what_is_moved_elsewhere_is_said_and_can_be_brought_together(dashboard: Dashboard, other: str) -> None:
    dashboard.rest.post(f"/api/sessions/{other}/seek", json={"step": 3}).raise_for_status()
    bar = dashboard.page.locator("compare-bar")
    expect(bar).to_contain_text(f"A is at step {STEPS}, B at step 3")
    dashboard.click("align")
    expect(bar).not_to_contain_text("B at step")
    expect(bar).to_have_attribute("aria-busy", "false")
    assert position_of(dashboard, other) == (STEPS, OPS)


def test_what_the_server_refuses_is_said_in_the_dialog(dashboard: Dashboard, complaints: list[str]) -> None:
    dashboard.page.click('session-bar [data-action="compare"]')
    dashboard.page.locator('compare-dialog [name="text"]').fill("much")
    dashboard.page.click('compare-dialog button[type="submit"]')
    expect(dashboard.page.locator("#compare-refused")).to_contain_text("learning_rate")
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()
