"""The laboratory: a bug is planted, the graph shows where it enters and what it spoils."""

import re

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.dashboard import Dashboard, OpenDashboard

SPOILT = {"bndiff", "hprebn", "W1", "embcat", "emb", "C"}


def arm(page: Page, trap: str) -> None:
    page.click(f'[data-trap="{trap}"]')
    page.click("#arm-trap")


def wrong_by_rest(dashboard: Dashboard) -> set[str]:
    rows = dashboard.rest.get(f"/api/sessions/{dashboard.id}/verification").raise_for_status().json()["rows"]
    return {row["name"][1:] for row in rows if not row["approximate"]}


def tinted(page: Page) -> set[str]:
    """The tensors whose nodes are marked: a parameter's node is called after the call that it enters."""
    nodes = page.locator('flow-graph [data-verdict="wrong"], flow-graph [data-verdict="entry"]')
    names: list[str] = nodes.evaluate_all("nodes => nodes.map((node) => node.dataset.node.split(' ')[0])")
    return set(names)


def test_a_planted_bug_is_outlined_where_it_enters_and_tinted_where_it_spreads(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="laboratory,forces")
    page = dashboard.page
    arm(page, "bndiff_without_square")
    expect(page.locator("laboratory-panel [data-place] dd").nth(2)).to_have_text("dbndiff = 0  # left out")
    expect(page.locator("#flow-map")).to_have_text("6 of 26 gradients are wrong. The error enters at dbndiff.")
    expect(page.locator('flow-graph [data-verdict="entry"]')).to_have_attribute("data-node", "bndiff")
    assert tinted(page) == wrong_by_rest(dashboard) == SPOILT
    expect(page.locator('flow-graph [data-node="bndiff"]')).to_have_attribute("aria-label", re.compile(r"✕ 1\d %"))
    expect(page.locator("#traps-armed")).to_have_text("● 1 trap armed")
    dashboard.click("step")
    expect(page.locator("#position-step")).to_have_text("1")
    expect(page.locator("#flow-map")).to_be_empty()
    page.click("#disarm-all")
    expect(page.locator("#flow-map")).to_have_text("All 26 gradients are right.")
    assert tinted(page) == wrong_by_rest(dashboard) == set()
    expect(page.locator("#traps-armed")).to_be_hidden()


def test_a_closed_layer_is_as_wrong_as_the_worst_in_it(open_dashboard: OpenDashboard) -> None:
    page = open_dashboard({}, panels="laboratory,forces", layers="loss").page
    expect(page.locator('flow-graph [data-node="group 1"]')).to_be_visible()
    arm(page, "bndiff_without_square")
    expect(page.locator('flow-graph [data-node="group 1"]')).to_have_attribute("data-verdict", "entry")


def test_what_cannot_be_armed_says_why(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({"model": {"batch_norm": "none"}}, panels="laboratory,forces", trap="gain_forgotten")
    page = dashboard.page
    expect(page.locator("laboratory-panel .missing")).to_have_text(
        "gain_forgotten has no place in this network: it needs batch norm"
    )
    expect(page.locator("#arm-trap")).to_be_disabled()
    page.click('[data-trap="loss_clipping"]')
    page.fill("#trap-threshold", "-1")
    page.click("#arm-trap")
    expect(page.locator("#trap-refused")).to_have_text("The threshold must be a positive, finite number, got “-1”.")
    assert dashboard.session()["training"]["traps"] == []
    page.fill("#trap-threshold", "3.5")
    page.click("#arm-trap")
    expect(page.locator("#armed-traps")).to_have_text("Armed: loss_clipping.")
    page.click('[data-trap="mean_forgotten"]')
    expect(page.locator("laboratory-panel .missing")).to_have_text(
        "loss_clipping is armed, and changes the same rule: disarm it first."
    )
    expect(page.locator("#arm-trap")).to_be_disabled()
    assert dashboard.session()["training"]["traps"] == [{"name": "loss_clipping", "threshold": 3.5}]


def test_twins_stand_side_by_side_with_the_same_seed(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="laboratory,forces", trap="output_too_confident")
    page = dashboard.page
    page.click("#open-twins")
    expect(page.locator("compare-bar")).to_contain_text("right: Output weights of scale 1")
    expect(page.locator("health-panel:visible")).to_have_count(2)
    made = [
        each
        for each in dashboard.rest.get("/api/sessions").json()
        if each["name"].endswith("Output weights of scale 1")
    ]
    assert [each["config"]["init"]["output_scale"] for each in made] == [0.1, 1.0]
    assert len({each["config"]["init"]["seed"] for each in made}) == 1
    assert made[1]["loss"] > 2 * made[0]["loss"]


def test_a_hidden_bug_is_found_with_the_instruments_of_the_page(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="hunt,forces")
    page = dashboard.page
    expect(page.locator("#hunt-score")).to_have_text("No bug was answered yet in this session.")
    page.fill("#hunt-seed", "12.5")
    page.click("#hide-bug")
    expect(page.locator("#hunt-refused")).to_have_text("A seed is a whole number of up to nine digits, got “12.5”.")
    page.fill("#hunt-seed", "2")
    page.click("#hide-bug")
    expect(page.locator("#hunt-state")).to_have_text("hidden-1-2: a bug of difficulty 1 is hidden.")
    expect(page.locator("#traps-armed")).to_have_text("● a bug is hidden")

    # The graph tells which gradients are wrong, and not where the error enters.
    expect(page.locator("#flow-map")).to_have_text(re.compile(r"^\d+ of 26 gradients are wrong\.$"))
    assert tinted(page) == wrong_by_rest(dashboard)
    expect(page.locator('flow-graph [data-verdict="entry"]')).to_have_count(0)

    # Who solves it: the first wrong gradient in the order of the backward pass has one op that hands back too little.
    page.click("#hunt-hint")
    expect(page.locator("#hunt-hints li")).to_have_count(1)
    assert tinted(page) == wrong_by_rest(dashboard)
    expect(page.locator("#hunt-answer")).to_be_disabled()
    op, mistake = suspect(dashboard)
    page.select_option("#hunt-op", op)
    page.select_option("#hunt-mistake", mistake)
    page.click("#hunt-answer")
    expect(page.locator("#hunt-state")).to_have_text(
        "hidden-1-2: Found: the op and the mistake are right. 3 points of 4."
    )
    expect(page.locator("#hunt-score")).to_have_text("Score of this session: 3 of 4 points, 1 of 1 bug found.")
    expect(page.locator("#hunt-told .trap-place dd").nth(2)).to_have_text(re.compile("left out"))
    expect(page.locator("#flow-map")).to_have_text(re.compile("The error enters at"))


def suspect(dashboard: Dashboard) -> tuple[str, str]:
    """The op whose contribution is zero throughout, at the first wrong gradient: that one is lost."""
    url = f"/api/sessions/{dashboard.id}"
    rows = dashboard.rest.get(f"{url}/verification").raise_for_status().json()["rows"]
    first = next(row["name"] for row in rows if not row["approximate"])
    gradients = dashboard.rest.get(f"{url}/network").raise_for_status().json()["gradients"]
    parts = next(gradient["contributions"] for gradient in gradients if gradient["name"] == first)
    for part in parts:
        values = dashboard.rest.get(f"{url}/tensors/{part['name']}").raise_for_status().json()
        if not any(any(row) for row in values):
            return part["via"], "lost"
    raise AssertionError(f"no part of {first} is zero throughout: {[part['name'] for part in parts]}")


def test_a_class_gets_a_sheet_of_bugs_and_its_teacher_the_answers(open_dashboard: OpenDashboard) -> None:
    page = open_dashboard({}, panels="hunt,forces").page
    page.click("#hunt-sheet summary")
    rows = page.locator("#hunt-sheet tbody tr")
    expect(rows.first.locator("td").nth(1)).to_have_text("hidden-1-1")
    expect(rows.first.locator("td").nth(2)).to_be_empty()
    page.check("#sheet-answers")
    expect(rows.first.locator("td").nth(2)).not_to_be_empty()
    rows.first.locator("button").click()
    expect(page.locator("#hunt-state")).to_have_text("hidden-1-1: a bug of difficulty 1 is hidden.")


def test_outliers_are_learnt_where_the_gradient_is_clipped_and_never_where_the_loss_is(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({}, panels="outliers,forces")
    page = dashboard.page
    page.click("#prepare-outliers")
    expect(page.locator("#position-step")).to_have_text("40,000", timeout=60_000)
    page.click("#compare-clippings")
    told = page.locator("#outliers-told")
    expect(told).to_contain_text("each outlier was drawn about 119 times", timeout=60_000)
    lost = {
        treatment: int(percent)
        for treatment, percent in re.findall(
            r"(nothing|loss clipping|clipping by \w+) .*?\((?:−|\+)(\d+) %\)", told.inner_text()
        )
    }
    assert lost["loss clipping"] <= 5
    assert min(lost["nothing"], lost["clipping by norm"], lost["clipping by value"]) >= 50
    expect(page.locator("#outliers-plot .legendtext")).to_have_count(4)

    page.click("#plant-outliers")
    expect(page.locator("#outliers-state")).to_have_text("Planted in this session: 5, seed 0.")
    rows = page.locator("outliers-panel tbody tr")
    expect(rows).to_have_count(5)
    page.click("#remove-outliers")
    expect(page.locator("#outliers-state")).to_have_text("No outliers are planted in this session.")
    page.fill("#outliers-count", "21")
    page.click("#compare-clippings")
    expect(page.locator("#outliers-refused")).to_contain_text("“outliers” is to be a whole number, 1 to 20.")


def test_a_cut_is_operated_and_what_it_changes_is_told_and_seen(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="surgery,forces")
    page = dashboard.page
    page.select_option("#cut-tensor", "bnmeani")
    page.click("#add-cut")
    changed = page.locator("[data-changed]")
    expect(changed.first).to_be_visible()
    told = dashboard.rest.post(
        f"/api/sessions/{dashboard.id}/surgery",
        json={"cuts": [{"kind": "detach", "tensor": "bnmeani"}], "show": "db1"},
    ).json()
    names: list[str] = changed.evaluate_all("rows => rows.map((row) => row.dataset.changed)")
    assert names == [each["name"] for each in told["changed"]]
    rows = page.locator("surgery-panel .effects tbody tr")
    expect(rows).to_have_count(2)
    for row, effect in zip(rows.all(), (told["ordinary"], told["operated"]), strict=True):
        for cell, loss in zip(row.locator("td").all(), ("before", "after", "predicted"), strict=True):
            expect(cell).to_contain_text(f"{effect[loss]:.5f}")

    page.click('[data-changed="db1"]')
    (change, *_) = dashboard.figure("#surgery-change")
    np.testing.assert_allclose(change["z"], np.array(told["shown"]["difference"]), rtol=1e-6)
    assert dashboard.session()["training"]["traps"] == []

    # A second cut beside it, one that is refused, and both undone.
    page.select_option("#cut-kind", "set")
    page.select_option("#cut-tensor", "h")
    page.fill("#cut-cell", "0, 64")
    page.click("#add-cut")
    expect(page.locator("#cut-refused")).to_have_text("h is 32 × 64: it has no cell 0, 64.")
    page.fill("#cut-cell", "0, 63")
    page.click("#add-cut")
    expect(page.locator("#cuts li")).to_have_count(2)
    expect(page.locator('[data-changed="h"]')).to_contain_text("1 of 2,048 cells")
    expect(rows).to_have_count(3)
    for _ in range(2):
        page.locator("#cuts button").first.click()
    expect(changed.first).to_be_hidden()
    expect(page.locator("#surgery-state")).to_contain_text("No cut yet")
