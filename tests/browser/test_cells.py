"""Why this cell? What the page answers when a person points at one."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.dashboard import Dashboard, OpenDashboard

CHARACTERS = ".abcdefghijklmnopqrstuvwxyz"


def answer_of(dashboard: Dashboard, cell: str) -> Locator:
    """The answer, once it is that cell's."""
    answer = dashboard.page.locator("cell-answer")
    expect(answer).to_have_attribute("data-cell", cell, timeout=10_000)
    return answer


def number(text: str) -> float:
    """The number at a text's end, as the page writes numbers."""
    return float(text.replace("−", "-").split()[-1])


def place(plot: Locator, row: float, column: float) -> tuple[float, float]:
    """Where a place on a plot's axes is on the screen."""
    box = plot.locator(".nsewdrag").bounding_box()
    assert box is not None
    (left, right), (bottom, top) = plot.locator(".js-plotly-plot").evaluate(
        "plot => [plot.layout.xaxis.range, plot.layout.yaxis.range]"
    )
    across, down = (column - left) / (right - left), (row - top) / (bottom - top)
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def test_pointing_at_a_logits_gradient_says_probability_less_one_over_b(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces")
    dashboard.figure("#push-pull-plot")
    target = int(dashboard.tensor("Yb")[3])
    dashboard.page.mouse.move(*place(dashboard.page.locator("#push-pull-plot"), 3, target))
    answer = answer_of(dashboard, f"dlogits[3,{target}]")
    probability, gradient = dashboard.tensor("probs")[3, target], dashboard.tensor("dlogits")[3, target]
    formula = answer.locator(".formula").inner_text()
    character = re.escape(CHARACTERS[target]) if target else "'.'"
    assert re.match(rf"dlogits\[3, {character}\] = \(probs\[3, {character}\] − 1\) / 32 = \(", formula)
    assert float(re.findall(r"\(([\d.e−]+) − 1\)", formula)[-1].replace("−", "-")) == pytest.approx(
        probability, rel=1e-3
    )
    assert number(answer.locator(".value").inner_text()) == pytest.approx(gradient, rel=1e-6)
    dashboard.page.mouse.move(5, 5)
    expect(answer).to_have_attribute("data-empty", "")


def test_the_addends_shown_come_to_the_cells_value(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="card")
    for name, index in (("dlogits", (3, 5)), ("dW2", (5, 3)), ("dC", (1, 4)), ("h", (2, 7)), ("loss", ())):
        cell = ",".join(map(str, index))
        dashboard.open(cell=f"{name}[{cell}]" if cell else name)
        answer = answer_of(dashboard, f"{name}[{cell}]")
        total = number(answer.locator(".total").inner_text())
        assert total == pytest.approx(float(dashboard.tensor(name)[index]), rel=1e-6)
        shown = answer.locator("term-chips li:visible")
        addends = [float(each) for each in shown.evaluate_all("chips => chips.map((chip) => chip.dataset.value)")]
        assert addends
        rest = answer.locator(".rest").inner_text()
        others = number(rest) if rest else 0.0
        assert sum(addends) + others == pytest.approx(total, rel=1e-3, abs=1e-4 * sum(map(abs, addends)))


def test_the_row_and_column_that_a_cell_comes_from_light_up_in_other_panels(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces,card", cell="dW2[5,3]", follow="off", tensor="h")
    answer_of(dashboard, "dW2[5,3]")
    for plot, column in (("#push-pull-plot", 3), ("#card-value", 5)):
        dashboard.figure(plot)
        mark = dashboard.page.locator(f"{plot} > .marks path.source.line")
        expect(mark).to_have_attribute("d", re.compile("^M"))
        outline = mark.evaluate(
            "path => { const { x, y, width, height } = path.getBoundingClientRect(); return [x, y, width, height]; }"
        )
        left, top = place(dashboard.page.locator(plot), -0.5, column - 0.5)
        right, bottom = place(dashboard.page.locator(plot), 31.5, column + 0.5)
        np.testing.assert_allclose(outline, [left, top, right - left, bottom - top], atol=2.5)


def test_the_arrow_keys_go_from_cell_to_cell_and_enter_keeps_one(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="forces")
    dashboard.figure("#push-pull-plot")
    before = dashboard.session()["position"]
    plot = dashboard.page.locator("#push-pull-plot")
    plot.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        plot.press(key)
    answer_of(dashboard, "dlogits[1,1]")
    plot.press("Enter")
    expect(dashboard.page).to_have_url(re.compile(r"cell=dlogits%5B1%2C1%5D"))
    assert dashboard.session()["position"] == before
    dashboard.page.keyboard.press("Escape")
    expect(dashboard.page).not_to_have_url(re.compile("cell="))


def test_a_cell_of_an_addend_leads_to_its_own_answer(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="card", cell="dW2[5,3]", answer="long")
    answer = answer_of(dashboard, "dW2[5,3]")
    rows = answer.locator(".all tr")
    expect(rows).to_have_count(32)
    products = dashboard.tensor("h")[:, 5] * dashboard.tensor("dlogits")[:, 3]
    largest = int(np.abs(products).argmax())
    expect(rows.first.locator("th")).to_contain_text(f"{largest}: ")
    assert number(rows.first.locator("td.number").inner_text()) == pytest.approx(products[largest], rel=1e-2)
    rows.first.get_by_role("button", name=f"h[{largest}, 5]").click()
    answer_of(dashboard, f"h[{largest},5]")
    expect(dashboard.page.locator("#inspected")).to_contain_text("h")
