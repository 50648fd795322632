"""The card: one tensor with its gradient, explained."""

import re
from typing import Any

import numpy as np
from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard, OpenDashboard


def show(open_dashboard: OpenDashboard, tensor: str, config: dict[str, Any] | None = None) -> Dashboard:
    """The page with this tensor's card."""
    card = open_dashboard(config or {}, panels="card", follow="off", tensor=tensor)
    card.figure("#card-gradient")
    return card


def test_contributions_are_pictured_on_one_scale_and_add_up_to_their_gradient(open_dashboard: OpenDashboard) -> None:
    card = show(open_dashboard, "logits")
    first, second, together = (card.figure(f"sum-section live-plot >> nth={place}")[0] for place in range(3))
    assert {(trace["zmin"], trace["zmax"]) for trace in (first, second, together)} == {(-first["zmax"], first["zmax"])}
    np.testing.assert_array_equal(first["z"], card.tensor("dlogits.norm_logits"))
    np.testing.assert_array_equal(second["z"], card.tensor("dlogits.logit_maxes"))
    np.testing.assert_array_equal(together["z"], card.tensor("dlogits"))
    sums = np.array(first["z"], np.float32) + np.array(second["z"], np.float32)
    np.testing.assert_array_equal(sums, np.array(together["z"], np.float32))
    expect(card.page.locator("sum-section .adds")).to_have_text(
        "They add up, bit for bit: the largest |dlogits − sum| is 0."
    )


def test_a_lines_dimensions_are_those_of_its_tensors(open_dashboard: OpenDashboard) -> None:
    card = show(open_dashboard, "logits")
    page = card.page

    def sizes(*names: str) -> list[str]:
        return ["×".join(map(str, card.tensor(name).shape)) for name in names]

    (h, W2, b2, logits) = sizes("h", "W2", "b2", "logits")
    forward = page.locator("tensor-card .forward .dimensions").first
    expect(forward.locator("tr").nth(1)).to_have_text("B H·H V,V→B V")
    expect(forward.locator("tr").nth(2)).to_have_text(f"{h}·{W2},{b2}→{logits}")
    expect(forward.locator("mark")).to_have_text(["H", "H", "64", "64"])
    to_weights = page.locator("tensor-card .backward .rule", has_text="to dW2")
    (turned, gradient, weights) = ("×".join(h.split("×")[::-1]), *sizes("dlogits", "dW2"))
    expect(to_weights.locator("tr")).to_have_text(["hᵀ·dlogits→dW2", "H B·B V→H V", f"{turned}·{gradient}→{weights}"])
    to_bias = page.locator("tensor-card .backward .rule", has_text="to db2")
    expect(to_bias.locator("svg.fold")).to_have_attribute(
        "aria-label", "b2 (27) is copied to logits (32×27); backwards dlogits is summed to db2."
    )


def test_ours_autograds_and_the_difference_are_shown_cell_by_cell_on_one_scale_on_demand(
    open_dashboard: OpenDashboard,
) -> None:
    card = show(open_dashboard, "hprebn", {"model": {"granularity": "fused"}})
    page = card.page
    page.get_by_role("button", name="Ours and autograd’s, cell by cell").click()
    autograd = np.array(card.rest.get(f"/api/sessions/{card.id}/verification/dhprebn").json(), np.float32)
    expected = card.tensor("dhprebn").astype(np.float32) - autograd
    (trace, *_) = card.figure("#card-difference")
    np.testing.assert_array_equal(np.array(trace["z"], np.float32), expected)
    (ours, *_), (theirs, *_) = (card.figure(f"#card-difference-{which}") for which in ("one", "other"))
    np.testing.assert_array_equal(np.array(ours["z"], np.float32), card.tensor("dhprebn").astype(np.float32))
    np.testing.assert_array_equal(np.array(theirs["z"], np.float32), autograd)
    assert ours["zmax"] == theirs["zmax"] == trace["zmax"] >= np.abs(autograd).max()
    page.get_by_role("button", name="Magnify the difference").click()
    expect(page.locator("#card-difference")).to_have_attribute("aria-label", re.compile("magnified"))
    (trace, *_) = card.figure("#card-difference")
    assert np.abs(expected).max() <= trace["zmax"] < 0.01 * ours["zmax"]
    said = page.locator("proof-section .difference")
    expect(said).to_contain_text(f"{np.count_nonzero(expected):,} of 2,048 cells differ")
    card.open(follow="off", tensor="logits", autograd="on")
    expect(said).to_contain_text("of 864 cells")
    page.get_by_role("button", name="Verify all").click()
    expect(page.locator("proof-section .verdict")).to_contain_text("dlogits")
    expect(page.locator("proof-section .verdict")).to_have_class("verdict good")


def test_the_histogram_in_the_margin_is_of_all_values(open_dashboard: OpenDashboard) -> None:
    card = show(open_dashboard, "h")
    strips = card.page.locator("value-strip")
    for place, name in enumerate(["h", "dh"]):
        values = card.tensor(name)
        label = strips.nth(place).get_attribute("aria-label") or ""
        count, low, high = label.split(": ")[1].replace(" values from ", " ").replace(" to ", " ").split(" ")
        assert int(count.replace(",", "")) == values.size
        shown = [float(number.replace("−", "-")) for number in (low, high)]
        np.testing.assert_allclose(shown, [values.min(), values.max()], rtol=1e-2)
        painted = (
            strips.nth(place)
            .locator("canvas")
            .evaluate(
                "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
            )
        )
        assert painted


def test_what_is_folded_stays_folded_on_the_next_card_and_by_the_link(open_dashboard: OpenDashboard) -> None:
    page = show(open_dashboard, "h").page
    backward = page.locator('details[data-section="backward"]')
    expect(backward).to_have_attribute("open", "")
    backward.locator("summary").click()
    expect(backward).not_to_have_attribute("open", "")
    page.locator("card-headline button", has_text="logits").click()
    expect(page.locator("#inspected")).to_contain_text("logits")
    expect(backward).not_to_have_attribute("open", "")
    page.reload()
    expect(page.locator('details[data-section="forward"]')).to_have_attribute("open", "")
    expect(backward).not_to_have_attribute("open", "")


def test_a_parameters_card_tells_how_it_began_what_moves_it_and_what_is_so_of_a_bias_before_batch_norm(
    open_dashboard: OpenDashboard,
) -> None:
    card = show(open_dashboard, "b1")
    text = card.page.locator("tensor-card")
    expect(text).to_contain_text("b1 = torch.randn((64,), generator=g) * 0.1")
    expect(text).to_contain_text("b1 = b1 - 0.1 * db1")
    ratio = np.log10(0.1 * card.tensor("db1").std(ddof=1) / card.tensor("b1").std(ddof=1))
    expect(text).to_contain_text(f"log₁₀(update:data) is {ratio:.2f}".replace("-", "−"))
    expect(text.locator(".note")).to_contain_text("Batch norm follows")
    source = text.locator(".note a")
    expect(source).to_have_attribute("href", "https://arxiv.org/abs/1502.03167")
    expect(source).to_have_attribute("rel", "noopener")
