import re

import httpx2
import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.dashboard import ALL_KINDS, Dashboard, OpenDashboard


def test_push_and_pull_shows_dlogits_centred_on_zero_with_labelled_rows(exhibit: Dashboard) -> None:
    (trace, *_) = exhibit.figure("#push-pull-plot")
    np.testing.assert_array_equal(trace["z"], exhibit.tensor("dlogits"))
    assert trace["zmin"] == -trace["zmax"]
    characters = ".abcdefghijklmnopqrstuvwxyz"
    contexts, targets = exhibit.tensor("Xb").astype(int), exhibit.tensor("Yb").astype(int)
    ticks = exhibit.page.locator("#push-pull-plot .ytick text").all_text_contents()
    expected = [
        f"{''.join(characters[number] for number in context)} → {characters[target]}"
        for context, target in zip(contexts, targets, strict=True)
    ]
    assert ticks == [label for label in expected if label in ticks]
    assert len(ticks) >= 10


@pytest.mark.parametrize(("on_target", "direction"), [(False, "should fall"), (True, "should rise")])
def test_hovering_a_force_tells_probability_target_and_force(
    exhibit: Dashboard, on_target: bool, direction: str
) -> None:
    exhibit.figure("#push-pull-plot")
    box = exhibit.page.locator("#push-pull-plot .nsewdrag").bounding_box()
    assert box is not None
    row = 3
    target = int(exhibit.tensor("Yb")[row])
    column = target if on_target else (target + 5) % 27
    # Beside the cells stand the losses.
    left, right = exhibit.page.locator("#push-pull-plot .js-plotly-plot").evaluate("plot => plot.layout.xaxis.range")
    exhibit.page.mouse.move(
        box["x"] + box["width"] * (column - left) / (right - left), box["y"] + box["height"] * (row + 0.5) / 32
    )
    tooltip = exhibit.page.locator("#push-pull-plot .hoverlayer")
    probability = exhibit.tensor("probs")[row, column]
    force = 32 * exhibit.tensor("dlogits")[row, column]
    expect(tooltip).to_contain_text(f"→ {'.abcdefghijklmnopqrstuvwxyz'[target]}")
    expect(tooltip).to_contain_text(direction)
    expect(tooltip).to_contain_text(f"probability {probability:.4f}")
    expect(tooltip).to_contain_text(f"force {force:.4f} = 32 · dlogits".replace("-", "−"))


def test_histograms_count_every_value_of_their_tensor(exhibit: Dashboard) -> None:
    (bars, *_) = exhibit.figure("#activation-plot")
    assert bars["type"] == "bar"
    assert sum(bars["y"]) == pytest.approx(1)  # Shares of all values
    values = exhibit.tensor("h").ravel()
    counts = np.histogram(values, len(bars["y"]), (values.min(), values.max()))[0]
    np.testing.assert_allclose(bars["y"], counts / len(values), atol=1.5 / len(values))


def test_the_saturated_share_is_that_of_h(exhibit: Dashboard) -> None:
    exhibit.figure("#activation-plot")
    share = (np.abs(exhibit.tensor("h")) > 0.97).mean()
    shown = exhibit.page.locator("#saturated-share")
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


def test_verification_says_26_of_26_and_how_old_it_is(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="loss,verification")
    rows = dashboard.page.locator("verification-panel tbody tr")
    expect(rows.get_by_text("not checked")).to_have_count(26)
    dashboard.click("verify")
    expect(dashboard.page.locator("#verification-count")).to_have_text("26 of 26 bit-exact")
    expect(dashboard.page.locator("verification-panel tbody tr.checked")).to_have_count(26)
    expect(rows.get_by_text("not checked")).to_have_count(0)
    dashboard.click("step")
    expect(dashboard.page.locator("#verification-age")).to_contain_text("1 step ago")


def test_choosing_an_op_opens_its_card_with_formula_code_and_summary(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces,example")
    card = dashboard.page.locator("card-panel")
    expect(card).to_be_hidden()
    dashboard.page.locator('flow-graph [data-node="h"]').click()
    expect(card.locator("h3")).to_contain_text("h")
    expect(card.locator("code.line", has_text="h = torch.tanh(hpreact)").first).to_be_visible()
    expect(card.locator("math").first).to_be_visible()
    expect(card).to_contain_text("dhpreact = (1.0 - h**2) * dh")  # The line as texts have it
    expect(card).to_contain_text("torch.addcmul")
    value, gradient = (dashboard.figure(f"card-panel live-plot >> nth={index}")[0] for index in (0, 1))
    np.testing.assert_array_equal(value["z"], dashboard.tensor("h"))
    np.testing.assert_array_equal(gradient["z"], dashboard.tensor("dh"))
    expect(card).to_contain_text("saturated")


def test_batch_norm_shows_batch_and_running_statistics(exhibit: Dashboard) -> None:
    exhibit.page.locator("batch-norm-panel").scroll_into_view_if_needed()
    shown = [
        np.array(trace["y"])
        for index in range(exhibit.page.locator("batch-norm-panel live-plot").count())
        for trace in exhibit.figure(f"batch-norm-panel live-plot >> nth={index}")
    ]
    for tensor in ("bnmeani", "bnmean_running", "bnvar", "bnvar_running", "bngain", "bnbias"):
        assert any(np.array_equal(y, exhibit.tensor(tensor)[0]) for y in shown), tensor


def test_every_kind_of_network_is_shown_without_complaint(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels=ALL_KINDS)
    page = dashboard.page
    for model in (
        {"batch_norm": "none"},
        {"granularity": "fused"},
        {"hidden_sizes": [16, 16, 16], "batch_norm": "all"},
        {"hidden_sizes": [8] * 16, "granularity": "fused"},
    ):
        dashboard.id = dashboard.rest.post("/api/sessions", json={"model": model}).raise_for_status().json()["id"]
        page.focus("#session")
        page.select_option("#session", dashboard.id)
        dashboard.expect_position(0, dashboard.session()["position"]["ops"])
        for panel in ("card-panel", "activations-panel", "batch-norm-panel"):
            page.locator(panel).scroll_into_view_if_needed()
            for plot in page.locator(f"{panel} live-plot:visible").all():
                expect(plot).to_have_attribute("state", "rest")
        dashboard.click("step")
        dashboard.expect_position(1, dashboard.session()["position"]["ops"])


def hover(dashboard: Dashboard, plot: str, row: float, column: float) -> Locator:
    """Move the mouse to a cell, in shares of the plot's height and width; returns the layer of hover texts."""
    dashboard.figure(plot)
    box = dashboard.page.locator(f"{plot} .nsewdrag").bounding_box()
    assert box is not None
    dashboard.page.mouse.move(box["x"] + box["width"] * column, box["y"] + box["height"] * row)
    return dashboard.page.locator(f"{plot} .hoverlayer")


def inspect(dashboard: Dashboard, node: str) -> None:
    """Choose a tensor in the flow, and wait until the card shows it."""
    dashboard.page.locator(f'flow-graph [data-node="{node}"]').click()
    tensor = node.split(" ")[0]
    for plot, name in (("#card-value", tensor), ("#card-gradient", f"d{tensor}")):
        dashboard.page.locator(plot).scroll_into_view_if_needed()
        expect(dashboard.page.locator(plot)).to_have_attribute("aria-label", re.compile(rf"^{name}\b"))
        dashboard.wait_for_rest(plot)


def test_a_hover_text_shows_characters_that_look_like_markup(open_dashboard: OpenDashboard, server: str) -> None:
    words = "\n".join(["<b>x", "<i>&y", "x<br>", "&lt;"] * 10)
    dataset = httpx2.post(f"{server}/api/datasets", content=words, headers={"content-type": "text/plain"}).json()["id"]
    dashboard = open_dashboard({"data": {"dataset": dataset}}, panels="forces")
    found = dashboard.rest.get("/api/datasets").json()
    characters = next(each["characters"] for each in found if each["id"] == dataset)
    contexts, targets = dashboard.tensor("Xb").astype(int), dashboard.tensor("Yb").astype(int)
    rows = ["".join(characters[number] for number in context) for context in contexts]
    row = next(i for i, context in enumerate(rows) if "<" in context and ">" in context)
    tooltip = hover(dashboard, "#push-pull-plot", (row + 0.5) / len(rows), 0.5 / len(characters))
    expect(tooltip).to_contain_text(f"{rows[row]} → {characters[targets[row]]}, logit of .")


def test_the_card_calls_rows_and_columns_what_they_are(open_dashboard: OpenDashboard) -> None:
    # As many hidden units as examples: no size tells their axes apart.
    dashboard = open_dashboard({"model": {"hidden_sizes": [32]}}, panels="card")
    for node, rows, columns in (
        ("emb", "example · place", "component of the embedding"),
        ("W1 in hprebn", "place · component", "hidden unit"),
        ("h", "example in the batch", "hidden unit"),
        ("W2 in logits", "hidden unit", "character"),
        ("C in emb", "character", "component of the embedding"),
    ):
        inspect(dashboard, node)
        for plot in ("#card-value", "#card-gradient"):
            expect(dashboard.page.locator(f"{plot} .ytitle")).to_have_text(rows)
            expect(dashboard.page.locator(f"{plot} .xtitle")).to_have_text(columns)


def test_characters_label_what_stands_for_characters(exhibit: Dashboard) -> None:
    inspect(exhibit, "counts")
    letters = exhibit.page.locator("#card-gradient .xtick text").all_text_contents()
    assert letters == list(".abcdefghijklmnopqrstuvwxyz")


def test_a_batch_too_large_to_be_sent_whole_is_said_to_be_reduced(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({"training": {"batch_size": 4000}}, panels="forces")
    dashboard.figure("#push-pull-plot")
    plot = dashboard.page.locator("#push-pull-plot")
    expect(plot.locator(".gtitle")).to_contain_text("largest magnitude of each 2 × 1 block")
    expect(plot.locator(".ytitle")).to_have_text("example in the batch")


def test_a_diverged_run_is_said_not_to_be_finite_everywhere(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({"training": {"learning_rate": [{"from_step": 0, "value": 1000}]}}, panels=ALL_KINDS)
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 40})
    dashboard.expect_position(40, 50)
    page = dashboard.page
    tooltip = hover(dashboard, "#push-pull-plot", 0.3, 0.4)
    expect(tooltip).to_contain_text("the gradient is not finite")
    expect(tooltip).not_to_contain_text("force")
    # The colour bar stays, and a key names the colour of NaN.
    expect(page.locator("#push-pull-plot .colorbar")).to_have_count(1)
    expect(page.locator("#push-pull-plot .legendtext")).to_have_text(["× 864 NaN"])
    dashboard.figure("#loss-plot")
    losses = dashboard.rest.get(f"/api/sessions/{dashboard.id}/metrics").json()["series"]["loss"]["mean"]
    expect(page.locator("#loss-plot .gtitle")).to_contain_text(f"not finite since step {losses.index(None)}")
    expect(page.locator("#loss-plot .points path").first).to_be_visible()
    page.locator("activations-panel").scroll_into_view_if_needed()
    expect(page.locator("#saturated-share")).to_have_text("–")
    expect(page.locator("activations-panel .figure-of")).to_contain_text("all are NaN")
    expect(page.locator("summary-table th", has_text="mean")).to_have_attribute("title", "mean of the finite values")
    # And all else is shown without complaint.
    for panel in ("batch-norm-panel", "card-panel"):
        page.locator(panel).scroll_into_view_if_needed()
        for plot in page.locator(f"{panel} live-plot:visible").all():
            expect(plot).to_have_attribute("state", "rest")


def test_the_loss_of_the_first_step_is_seen(exhibit: Dashboard) -> None:
    exhibit.figure("#loss-plot")
    expect(exhibit.page.locator("#loss-plot .points path").first).to_be_visible()


def test_a_long_run_says_how_many_steps_a_point_is_the_mean_of(dashboard: Dashboard) -> None:
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 2500})
    dashboard.expect_position(2500, 50)
    legend = dashboard.page.locator("#loss-plot .legendtext")
    for reload in (lambda: None, dashboard.page.reload):
        reload()
        expect(legend).to_have_text([re.compile(r"^means of ~?[1-3–]+ steps$"), re.compile("^smoothed, ~[46]0 steps$")])
        assert "each step" not in [trace["name"] for trace in dashboard.figure("#loss-plot")]
    assert "2,000" in dashboard.page.locator("#loss-plot .xtick text").all_text_contents()


def test_the_forces_colours_reach_as_far_as_a_force_can(exhibit: Dashboard) -> None:
    (trace, *_) = exhibit.figure("#push-pull-plot")
    assert [trace["zmin"], trace["zmax"]] == [-1 / 32, 1 / 32]
    bar = exhibit.page.locator("#push-pull-plot .colorbar .cbaxis text")
    expect(bar).to_have_text(["−1/32", "0", "1/32"])


def test_what_is_never_negative_has_the_whole_scale(exhibit: Dashboard) -> None:
    inspect(exhibit, "counts")
    assert exhibit.figure("#card-value")[0]["zmin"] == 0
    (gradient, *_) = exhibit.figure("#card-gradient")
    assert gradient["zmin"] == -gradient["zmax"]


def test_a_scalar_is_shown_as_a_number(exhibit: Dashboard) -> None:
    inspect(exhibit, "loss")
    expect(exhibit.page.locator("#card-value .textpoint")).to_have_text(f"{exhibit.tensor('loss'):.4g}")


def test_a_gradient_is_named_as_one_would_say_it(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="card", follow="off", tensor="C", contribution="dC.emb")
    title = dashboard.page.locator("#card-gradient .gtitle")
    expect(title).to_have_text("dC: gradient")
    inspect(dashboard, "counts")
    expect(title).to_have_text("dcounts: gradient")
    dashboard.page.locator('tensor-card button[data-contribution="dcounts.counts_sum"]').first.click()
    expect(title).to_have_text("dcounts through counts_sum (2 of 2)")


def test_no_line_joins_the_running_statistics_of_neighbouring_channels(exhibit: Dashboard) -> None:
    traces = exhibit.figure("batch-norm-panel live-plot >> nth=0")
    assert {trace["mode"] for trace in traces} == {"markers"}


def test_the_tab_key_passes_over_the_plots_buttons(exhibit: Dashboard) -> None:
    exhibit.figure("#push-pull-plot")
    exhibit.figure("#loss-plot")
    buttons = exhibit.page.locator("#push-pull-plot .modebar-btn, #loss-plot .modebar-btn")
    assert buttons.count() == 14
    assert buttons.evaluate_all("buttons => buttons.every((button) => button.tabIndex === -1)")
