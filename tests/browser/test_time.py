"""Time as a dimension on the page: back to any step, branches, the family of sessions, and what is asked first."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.dashboard import Dashboard, OpenDashboard

PLOT = "#push-pull-plot"


def advance(dashboard: Dashboard, count: int) -> int:
    """Make so many steps, and wait until the page shows the last one."""
    path = f"/api/sessions/{dashboard.id}/advance"
    answer = dashboard.rest.post(path, json={"unit": "step", "count": count}).raise_for_status().json()
    step: int = answer["position"]["step"]
    dashboard.expect_position(step, 50)
    return step


def shown(dashboard: Dashboard) -> dict[str, Any]:
    """What the page shows of the minibatch's forces: once it shows what the session stands at."""
    position = dashboard.session()["position"]
    panel = dashboard.page.locator("push-pull-panel")
    expect(panel).to_have_attribute("data-position", f"{position['step']}:{position['op']}")
    figure = dashboard.figure(PLOT)[0]
    return {"z": figure["z"], "text": figure["text"]}


def drag(dashboard: Dashboard, share: float) -> Locator:
    """Take the playhead where it is, and move it to a share of all steps; the pointer is still down."""
    scrubber = dashboard.page.locator("#scrubber")
    box = scrubber.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    dashboard.page.mouse.move(box["x"] + box["width"] - 7, middle)
    dashboard.page.mouse.down()
    dashboard.page.mouse.move(box["x"] + 7 + share * (box["width"] - 14), middle, steps=6)
    return scrubber


def open_sessions(dashboard: Dashboard) -> Locator:
    dashboard.click("sessions")
    return dashboard.page.locator("sessions-dialog dialog")


def row(dashboard: Dashboard, session: str) -> Locator:
    return dashboard.page.locator(f'sessions-dialog tr[data-id="{session}"]')


def test_a_drag_5000_steps_back_shows_the_exact_earlier_heatmap_again(dashboard: Dashboard) -> None:
    step = advance(dashboard, 1000)
    before, loss = shown(dashboard), dashboard.page.locator("#loss-value").inner_text()
    advance(dashboard, 5000)
    assert shown(dashboard) != before
    scrubber = drag(dashboard, 1 / 6)
    under = int(str(scrubber.get_attribute("aria-valuenow")))
    expect(dashboard.page.locator("#scrubber-step")).to_have_text(f"step {under:,} of 6,000")
    dashboard.page.mouse.up()
    dashboard.expect_position(under, 50)
    # A pixel is some six steps: keys go to the one that is meant.
    while (stands := dashboard.session()["position"]["step"]) != step:
        scrubber.press("ArrowLeft" if stands > step else "ArrowRight")
        expect(scrubber).not_to_have_attribute("aria-valuenow", str(stands))
        dashboard.expect_position(int(str(scrubber.get_attribute("aria-valuenow"))), 50)
    assert shown(dashboard) == before
    expect(dashboard.page.locator("#loss-value")).to_have_text(loss)
    dashboard.click("latest")
    dashboard.expect_position(6000, 50)


def test_a_drag_shows_steps_on_the_way_before_it_is_let_go(dashboard: Dashboard) -> None:
    advance(dashboard, 3000)
    drag(dashboard, 0.1)
    page = dashboard.page
    page.wait_for_function("document.querySelector('push-pull-panel').dataset.position !== '3000:50'")
    dashboard.wait_for_session(lambda session: session["position"]["step"] <= 310)
    page.mouse.up()


def test_a_run_is_paused_when_the_timeline_is_dragged(dashboard: Dashboard) -> None:
    advance(dashboard, 500)
    dashboard.click("run")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    drag(dashboard, 0.5)
    expect(dashboard.page.locator('[data-action="run"]')).to_be_enabled()
    dashboard.page.mouse.up()
    dashboard.wait_for_session(
        lambda session: not session["running"] and session["position"]["step"] < session["last_step"]
    )


def test_the_field_and_the_keys_of_the_timeline_go_to_a_step(dashboard: Dashboard) -> None:
    advance(dashboard, 400)
    dashboard.page.fill("#seek-step", "123")
    dashboard.page.press("#seek-step", "Enter")
    dashboard.expect_position(123, 50)
    scrubber = dashboard.page.locator("#scrubber")
    for key, step in [("ArrowRight", 124), ("PageUp", 144), ("Home", 0), ("PageUp", 20), ("End", 400)]:
        scrubber.press(key)
        dashboard.expect_position(step, 50)
    assert dashboard.session()["position"]["step"] == 400


def test_the_losses_of_later_steps_stay_with_a_mark_where_one_stands(dashboard: Dashboard) -> None:
    advance(dashboard, 300)

    def names() -> list[str]:
        return [trace["name"] for trace in dashboard.figure("#loss-plot")]

    assert "here" not in names()
    dashboard.page.fill("#seek-step", "100")
    dashboard.page.press("#seek-step", "Enter")
    dashboard.expect_position(100, 50)
    expect(dashboard.page.locator("#loss-plot")).to_contain_text("step 100")
    figure = {trace["name"]: trace for trace in dashboard.figure("#loss-plot")}
    assert figure["here"]["x"] == [100, 100]
    assert max(figure["each step"]["x"]) == 300


def test_a_branch_with_another_learning_rate_shares_the_past_and_leaves_the_original_alone(
    dashboard: Dashboard,
) -> None:
    advance(dashboard, 200)
    dashboard.page.fill("#seek-step", "150")
    dashboard.page.press("#seek-step", "Enter")
    dashboard.expect_position(150, 50)
    before = shown(dashboard)
    dashboard.click("branch")
    form = dashboard.page.locator("branch-dialog form")
    expect(form.locator('[name="step"]')).to_have_value("150")
    form.locator('[name="name"]').fill("slower")
    form.locator('[name="learning_rate"]').fill("0.01")
    form.get_by_role("button", name="Branch").click()
    expect(dashboard.page.locator("#session option:checked")).to_have_text("slower")
    expect(dashboard.page.locator("#learning-rate")).to_have_value("0.01")
    made = dashboard.rest.get("/api/sessions").json()[-1]
    assert made["parent"] == {"id": dashboard.id, "step": 150}
    original = dashboard.session()
    assert (original["last_step"], original["training"]["learning_rate"]) == (200, 0.1)
    dashboard.id = made["id"]
    assert shown(dashboard) == before
    mark = dashboard.page.locator("step-scrubber .marks button")
    expect(mark).to_have_attribute("title", re.compile(r"^step 150: .*0\.01"))


def test_a_branch_that_is_refused_is_said_in_the_form(dashboard: Dashboard, complaints: list[str]) -> None:
    dashboard.click("branch")
    form = dashboard.page.locator("branch-dialog form")
    form.locator('[name="step"]').fill("99")
    form.get_by_role("button", name="Branch").click()
    expect(form.get_by_role("alert")).not_to_be_empty()
    complaints.clear()


@pytest.mark.parametrize("answer", ["cancel", "discard", "branch"])
def test_a_change_at_an_earlier_step_asks_first(dashboard: Dashboard, answer: str) -> None:
    advance(dashboard, 60)
    dashboard.page.fill("#seek-step", "40")
    dashboard.page.press("#seek-step", "Enter")
    dashboard.expect_position(40, 50)
    dashboard.page.fill("#learning-rate", "0.5")
    dashboard.page.press("#learning-rate", "Enter")
    question = dashboard.page.locator("question-dialog dialog")
    expect(question).to_contain_text("20 steps")
    assert dashboard.session()["training"]["learning_rate"] == 0.1
    question.locator(f'[data-answer="{answer}"]').click()
    expect(question).to_be_hidden()
    field = dashboard.page.locator("#learning-rate")
    expect(field).to_have_value("0.1" if answer == "cancel" else "0.5")
    session = dashboard.session()
    assert session["last_step"] == (40 if answer == "discard" else 60)
    assert session["training"]["learning_rate"] == (0.5 if answer == "discard" else 0.1)
    if answer == "discard":
        expect(dashboard.page.locator("#scrubber")).to_have_attribute("aria-valuemax", "40")
        assert max(max(trace["x"]) for trace in dashboard.figure("#loss-plot")[:2]) == 40
    if answer == "branch":
        assert dashboard.rest.get("/api/sessions").json()[-1]["parent"] == {"id": dashboard.id, "step": 40}


def test_nothing_is_asked_at_the_last_step(dashboard: Dashboard) -> None:
    advance(dashboard, 5)
    dashboard.page.fill("#learning-rate", "0.5")
    dashboard.page.press("#learning-rate", "Enter")
    expect(dashboard.page.locator("#learning-rate")).to_have_value("0.5")
    expect(dashboard.page.locator("step-scrubber .marks button")).to_have_count(1)
    expect(dashboard.page.locator("question-dialog dialog")).to_be_hidden()


def test_a_mark_of_the_timeline_leads_to_its_change(dashboard: Dashboard) -> None:
    advance(dashboard, 50)
    dashboard.rest.patch(f"/api/sessions/{dashboard.id}/training", json={"learning_rate": 0.02}).raise_for_status()
    advance(dashboard, 50)
    dashboard.page.locator("step-scrubber .marks button").click()
    dashboard.expect_position(50, 50)


def test_the_family_shows_branches_below_what_they_came_from(dashboard: Dashboard) -> None:
    advance(dashboard, 30)
    branch = dashboard.rest.post(f"/api/sessions/{dashboard.id}/branch", json={"step": 20}).raise_for_status().json()
    deep = dashboard.rest.post(f"/api/sessions/{branch['id']}/branch", json={"step": 10}).raise_for_status().json()
    open_sessions(dashboard)
    expect(row(dashboard, deep["id"])).to_be_visible()
    order = dashboard.page.locator("sessions-dialog tbody tr").evaluate_all("rows => rows.map(row => row.dataset.id)")
    at = order.index(dashboard.id)
    assert order[at : at + 3] == [dashboard.id, branch["id"], deep["id"]]
    depths = [
        row(dashboard, id_).evaluate("row => row.style.getPropertyValue('--depth')")
        for id_ in (dashboard.id, branch["id"], deep["id"])
    ]
    assert depths == ["0", "1", "2"]
    expect(row(dashboard, branch["id"]).locator("td").nth(0)).to_have_text("20")
    dashboard.rest.delete(f"/api/sessions/{branch['id']}").raise_for_status()
    dashboard.page.keyboard.press("Escape")
    open_sessions(dashboard)
    expect(row(dashboard, branch["id"])).not_to_be_attached()
    expect(row(dashboard, deep["id"])).to_contain_text("its parent was deleted")
    row(dashboard, deep["id"]).get_by_role("button", name="Open").click()
    expect(dashboard.page.locator("#session")).to_have_value(deep["id"])


def test_a_session_is_renamed_in_its_row(dashboard: Dashboard) -> None:
    open_sessions(dashboard)
    name = row(dashboard, dashboard.id).get_by_role("textbox")
    name.fill("a better name")
    name.press("Enter")
    expect(dashboard.page.locator("#session option:checked")).to_have_text("a better name")
    assert dashboard.session()["name"] == "a better name"


def test_a_deleted_session_comes_back_by_undo_as_it_was(dashboard: Dashboard) -> None:
    advance(dashboard, 25)
    before = shown(dashboard)
    open_sessions(dashboard)
    row(dashboard, dashboard.id).get_by_role("button", name="Delete").click()
    notice = dashboard.page.locator("notice-list .notice")
    expect(notice).to_contain_text("Deleted “my first run”.")
    expect(row(dashboard, dashboard.id)).not_to_be_attached()
    expect(dashboard.page.locator("#session")).not_to_have_value(dashboard.id)
    notice.get_by_role("button", name="Undo").click()
    expect(notice).not_to_be_attached()
    expect(dashboard.page.locator("#session")).to_have_value(dashboard.id)
    dashboard.page.keyboard.press("Escape")
    dashboard.expect_position(25, 50)
    assert shown(dashboard) == before


def test_a_session_is_exported_and_imported(dashboard: Dashboard, tmp_path: Path) -> None:
    advance(dashboard, 25)
    tensor = dashboard.tensor("dlogits")
    open_sessions(dashboard)
    with dashboard.page.expect_download() as download:
        row(dashboard, dashboard.id).get_by_role("link", name="Export").click()
    file = tmp_path / "session.zip"
    download.value.save_as(file)
    dashboard.page.set_input_files("#session-file", file)
    expect(dashboard.page.locator("sessions-dialog dialog")).to_be_hidden()
    expect(dashboard.page.locator("#session")).not_to_have_value(dashboard.id)
    dashboard.id = dashboard.page.locator("#session").input_value()
    dashboard.expect_position(25, 50)
    np.testing.assert_array_equal(dashboard.tensor("dlogits"), tensor)


def test_a_file_that_is_no_session_is_refused_in_the_dialog(dashboard: Dashboard, complaints: list[str]) -> None:
    dialog = open_sessions(dashboard)
    file = {"name": "holiday.zip", "mimeType": "application/zip", "buffer": b"no zip"}
    dashboard.page.set_input_files("#session-file", file)  # type: ignore[arg-type]
    expect(dialog.get_by_role("alert").first).not_to_be_empty()
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_at_1280_by_720_flow_forces_and_timeline_are_seen_at_once(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces,example")
    page = dashboard.page
    page.set_viewport_size({"width": 1280, "height": 720})
    advance(dashboard, 100)
    for theme in ("light", "dark"):
        page.select_option("#theme", theme)
        for selector in (PLOT, "flow-graph", "timeline-bar", "cell-answer"):
            box = page.locator(selector).bounding_box()
            assert box is not None
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 720
