"""One example as forces: what the page says of it, held against REST's tensors."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard, OpenDashboard

CHARACTERS = ".abcdefghijklmnopqrstuvwxyz"
PANELS = "forces,example"


@pytest.fixture
def forces(open_dashboard: OpenDashboard) -> Dashboard:
    return open_dashboard({}, panels=PANELS)


def bars(dashboard: Dashboard, plot: str) -> NDArray[np.float64]:
    """The bars of both directions, in the order in which they stand."""
    up, down = dashboard.figure(plot)
    return np.array(up["y"], dtype=np.float64) + np.array(down["y"], dtype=np.float64)


def choose(dashboard: Dashboard, row: int) -> None:
    field = dashboard.page.locator("#example-row")
    field.fill(str(row))
    field.press("Enter")


def test_a_click_on_a_row_shows_the_forces_of_its_example(forces: Dashboard) -> None:
    forces.figure("#push-pull-plot")
    box = forces.page.locator("#push-pull-plot .nsewdrag").bounding_box()
    assert box is not None
    row = 7
    forces.page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] * (row + 0.5) / 32)
    expect(forces.page.locator("#example-row")).to_have_value(str(row))
    context, target = forces.tensor("Xb")[row].astype(int), int(forces.tensor("Yb")[row])
    tiles = forces.page.locator("example-panel .tile")
    expect(tiles).to_have_text([CHARACTERS[number] for number in [*context, target]])
    expected = 32 * forces.tensor("dlogits")[row]
    np.testing.assert_allclose(bars(forces, "#force-plot"), expected, rtol=1e-6)
    frame = next(trace for trace in forces.figure("#push-pull-plot") if trace["name"] == "chosen example")
    assert (min(frame["y"]), max(frame["y"])) == (row - 0.5, row + 0.5)


def test_it_is_told_which_character_is_pushed_hardest_and_that_the_pull_equals_all_pushes(forces: Dashboard) -> None:
    choose(forces, 3)
    probabilities, target = forces.tensor("probs")[3], int(forces.tensor("Yb")[3])
    wrong = np.delete(np.arange(27), target)
    hardest = wrong[probabilities[wrong].argmax()]
    told = forces.page.locator("#hardest-push")
    expect(told).to_contain_text(f"Pushed hardest: ‘{CHARACTERS[hardest]}’")
    expect(told).to_contain_text(f"p = {probabilities[hardest]:.4f}")
    pull = f"{1 - probabilities[target]:.4f}"
    shown = forces.page.locator("#force-sum").text_content() or ""
    pushed = re.fullmatch(r"Pull (\S+) = pushes .* \+ \d+ more = (\S+)\. Total (\S+): zero, but for rounding\.", shown)
    assert pushed, shown
    assert pushed[1] == pushed[2] == pull
    assert abs(float(pushed[3].replace("−", "-"))) < 1e-6


def test_the_pending_updates_effect_is_what_the_next_step_does(forces: Dashboard) -> None:
    """On a copy of the session, whose parameters are set to those of the next step."""
    choose(forces, 3)
    update = forces.page.locator("#update-example")
    expect(update).to_contain_text(" → ")
    ahead, copy = (forces.rest.post(f"/api/sessions/{forces.id}/branch", json={}).json()["id"] for _ in range(2))
    forces.rest.post(f"/api/sessions/{ahead}/advance", json={}).raise_for_status()
    for tensor in forces.rest.get(f"/api/sessions/{ahead}/tensors").json():
        if tensor["role"] == "parameter":
            values = forces.rest.get(f"/api/sessions/{ahead}/tensors/{tensor['name']}").json()
            forces.rest.put(f"/api/sessions/{copy}/tensors/{tensor['name']}", json=values).raise_for_status()
    after = forces.rest.get(f"/api/sessions/{copy}/tensors/probs", params={"slice": "3,:"}).json()
    before, target = forces.tensor("probs")[3], int(forces.tensor("Yb")[3])
    expect(update).to_contain_text(f"p({CHARACTERS[target]}) {before[target]:.4f} → {after[target]:.4f}")
    expect(update).to_contain_text(f"loss {-np.log(before[target]):.4f} → {-np.log(after[target]):.4f} nats")
    losses = [forces.rest.get(f"/api/sessions/{each}").json()["loss"] for each in (forces.id, copy)]
    expect(forces.page.locator("#update-minibatch")).to_contain_text(f"loss {losses[0]:.4f} → {losses[1]:.4f} nats")
    np.testing.assert_allclose(bars(forces, "#update-plot"), np.array(after) - before, atol=1e-6)


def test_the_hardest_examples_stand_first_and_the_arrow_leads_down_from_one_to_the_next(
    open_dashboard: OpenDashboard,
) -> None:
    forces = open_dashboard({"model": {"granularity": "fused"}}, panels=PANELS)
    forces.page.select_option("#example-sort", "loss")
    logits, targets = forces.tensor("logits"), forces.tensor("Yb").astype(int)
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(32), targets]
    order = np.argsort(-losses, kind="stable")
    expect(forces.page.locator("#push-pull-plot .ytitle")).to_have_text(re.compile("hardest first"))
    cells = forces.figure("#push-pull-plot")[0]["z"]
    np.testing.assert_array_equal(cells, forces.tensor("dlogits")[order])
    choose(forces, int(order[0]))
    forces.page.locator("#example-after").press("ArrowDown")
    expect(forces.page.locator("#example-row")).to_have_value(str(order[1]))
    expect(forces.page.locator("example-panel .tiles")).to_contain_text(f"loss −ln p = {losses[order[1]]:.4g}"[:-1])
    expect(forces.page).to_have_url(re.compile(f"example={order[1]}(?!\\d)"))
    expect(forces.page).to_have_url(re.compile("sort=loss"))


def test_an_example_of_a_minibatch_too_large_to_be_sent_whole_is_read_by_itself(open_dashboard: OpenDashboard) -> None:
    forces = open_dashboard({"training": {"batch_size": 4000}}, panels=PANELS)
    choose(forces, 3999)
    expect(forces.page.locator("#hardest-push")).to_contain_text("Pushed hardest: ‘")
    expect(forces.page.locator("#example-sort")).to_be_disabled()
    row = forces.rest.get(f"/api/sessions/{forces.id}/tensors/dlogits", params={"slice": "3999,:"}).json()
    np.testing.assert_allclose(bars(forces, "#force-plot"), 4000 * np.array(row), rtol=1e-5)


def test_before_all_gradients_are_known_it_is_said_when_the_update_will_be(forces: Dashboard) -> None:
    forces.rest.post(f"/api/sessions/{forces.id}/seek", json={"step": 0, "op": 21}).raise_for_status()
    forces.expect_position(0, 21)
    expect(forces.page.locator("#update-minibatch")).to_have_text("The minibatch's loss: –")
    expect(forces.page.locator("#update-plot")).to_contain_text("op 50")
    expect(forces.page.locator("#force-plot")).to_contain_text("known from op")
