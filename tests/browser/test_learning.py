"""What a session has learnt, as the page shows it: losses of splits, words, and the map of the embedding."""

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from model.dataset import load_names
from tests.browser.dashboard import Dashboard, OpenDashboard

LEARNING = "loss,evaluation,words,embedding"
# Evaluations and words rest for as long as they take, which beside other tests may be seconds.
SLOW = 20_000


@pytest.fixture
def dashboard(page: Page, open_dashboard: OpenDashboard) -> Dashboard:
    return open_dashboard({}, panels=LEARNING)


@pytest.fixture
def few_words(page: Page, open_dashboard: OpenDashboard) -> Dashboard:
    """With so few words that they are evaluated in no time."""
    words = "\n".join(load_names().words[:500])
    made = page.request.post("/api/datasets?name=few", data=words, headers={"Content-Type": "text/plain"})
    return open_dashboard({"data": {"dataset": made.json()["id"]}}, panels=LEARNING)


def evaluate(dashboard: Dashboard, **wanted: Any) -> dict[str, float]:
    """The losses as REST has them where the session stands."""
    answer = dashboard.rest.post(f"/api/sessions/{dashboard.id}/evaluate", json=wanted).raise_for_status()
    losses: dict[str, float] = answer.json()
    return losses


def draw(dashboard: Dashboard, **wanted: Any) -> list[dict[str, Any]]:
    """The words as REST has them where the session stands."""
    answer = dashboard.rest.post(f"/api/sessions/{dashboard.id}/samples", json=wanted).raise_for_status()
    words: list[dict[str, Any]] = answer.json()
    return words


def expect_words(dashboard: Dashboard, words: list[dict[str, Any]]) -> None:
    shown = dashboard.page.locator("words-panel .word")
    expect(shown).to_have_text([word["word"] + "." * word["complete"] for word in words])


def test_an_evaluation_shows_the_loss_and_the_perplexity_of_each_split(few_words: Dashboard) -> None:
    dashboard = few_words
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 300})
    dashboard.expect_position(300, 50)
    page = dashboard.page
    page.check("#evaluation-test")
    page.select_option("#evaluation-statistics", "running")
    dashboard.click("evaluate")
    expect(page.locator("evaluation-panel caption")).to_have_text("With the parameters of step 300", timeout=SLOW)
    for split, loss in evaluate(dashboard, statistics="running").items():
        row = page.locator(f'evaluation-panel tr[data-split="{split}"] td')
        expect(row).to_have_text([f"{loss:.4f}", f"{np.exp(loss):.2f}"])
    assert [[trace["x"], len(trace["y"])] for trace in dashboard.figure("#evaluation-plot")] == [[[300], 1]] * 3
    expect(page.locator("evaluation-panel .note")).to_contain_text("averages collected while training")


def test_while_it_trains_it_is_evaluated_every_so_many_steps(few_words: Dashboard) -> None:
    dashboard = few_words
    page = dashboard.page
    page.select_option("#evaluation-every", "1000")
    expect(page.locator("evaluation-panel caption")).to_have_text("With the parameters of step 0", timeout=SLOW)
    page.select_option("#speed", "1000")
    dashboard.click("run")
    dashboard.wait_for_session(lambda session: session["position"]["step"] > 3000)
    expect(page.locator("evaluation-panel caption")).to_have_text(re.compile(r"step (?!0$)"), timeout=SLOW)
    dashboard.click("pause")
    dashboard.wait_for_session(lambda session: not session["running"])
    drawn = {trace["name"]: trace for trace in dashboard.figure("#evaluation-plot")}
    training, validation = drawn["training split"], drawn["validation split"]
    steps, losses = training["x"], training["y"]
    assert len(steps) >= 2
    assert len({step // 1000 for step in steps}) == len(steps)
    # What is drawn for a step that training ran through is what REST finds when it goes back there.
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/seek", json={"step": steps[1]}).raise_for_status()
    there = evaluate(dashboard)
    assert [losses[1], validation["y"][1]] == pytest.approx([there["train"], there["validation"]], rel=1e-6)
    over_the_losses = {trace["name"]: trace for trace in dashboard.figure("#loss-plot")}
    assert over_the_losses["training split"]["x"][: len(steps)] == steps


def test_words_are_those_that_the_network_draws_with_this_seed_and_beginning(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.locator("words-panel").scroll_into_view_if_needed()
    expect_words(dashboard, draw(dashboard, count=15, seed=1))
    page.click("#words-again")
    expect_words(dashboard, draw(dashboard, count=15, seed=2))
    page.fill("#words-prompt", "em")
    page.press("#words-prompt", "Enter")
    words = draw(dashboard, count=15, seed=2, prompt="em")
    expect_words(dashboard, words)
    shown = [float(text.replace("−", "-")) for text in page.locator("words-panel td.probability").all_text_contents()]
    assert shown == pytest.approx([word["probability"] for word in words], rel=0.006)
    places = {None: "new", "train": "in the training data", "validation": "in the validation data"}
    expected = [places[word["found_in"]] if word["complete"] else "cut: it does not end" for word in words]
    expect(page.locator("words-panel .place")).to_have_text(expected)
    page.fill("#words-prompt", "X")
    page.press("#words-prompt", "Enter")
    expect(page.locator("words-panel .problem")).to_contain_text("No word of the data has a ‘X’")


def test_as_it_learns_the_words_change(few_words: Dashboard) -> None:
    dashboard = few_words
    page = dashboard.page
    page.locator("words-panel").scroll_into_view_if_needed()
    expect_words(dashboard, draw(dashboard, count=15, seed=1))
    page.select_option("#words-refresh", "1")
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 2000})
    expect(page.locator("words-panel .status")).to_contain_text("Step 2,000:", timeout=SLOW)
    expect_words(dashboard, draw(dashboard, count=15, seed=1))


def test_the_map_has_the_principal_components_of_frequent_characters_and_each_ones_next_step(
    dashboard: Dashboard,
) -> None:
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 1000})
    dashboard.expect_position(1000, 50)
    C, W1 = dashboard.tensor("C"), dashboard.tensor("W1")
    read = np.hstack(np.split(W1, 3))  # What the first layer reads of a character, at each place of the context.
    expect_map(dashboard, read)
    layer = dashboard.figure("#embedding-plot")
    dashboard.page.select_option("#embedding-distances", "rows")
    dashboard.wait_for_other_figure("#embedding-plot", layer)
    expect_map(dashboard, np.eye(C.shape[1]))


def expect_map(dashboard: Dashboard, read: NDArray[np.float64]) -> None:
    """The map shows C @ read along its components, where each character counts as often as it occurs."""
    traces = dashboard.figure("#embedding-plot")
    (arrows,) = (trace for trace in traces if trace["mode"] == "lines")
    texts = [trace for trace in traces if trace["mode"] == "text"]
    names = dashboard.rest.get("/api/datasets").json()[0]
    weights = np.array(names["occurrences"], dtype=np.float64)
    points, gradients = dashboard.tensor("C") @ read, dashboard.tensor("dC") @ read
    rows = points - weights @ points / weights.sum()
    _, spreads, directions = np.linalg.svd(np.sqrt(weights)[:, None] * rows, full_matrices=False)
    at = {text.strip("[]"): (x, y) for t in texts for text, x, y in zip(t["text"], t["x"], t["y"], strict=True)}
    shown = np.array([at[character] for character in names["characters"]])
    expected = rows @ directions[:2].T
    signs = np.sign((shown * expected).sum(0))
    np.testing.assert_allclose(shown, expected * signs, atol=1e-4 * np.abs(expected).max())
    shares = spreads**2 / (spreads**2).sum()
    for number, axis in enumerate(["xtitle", "ytitle"]):
        share = f"component {number + 1}: {100 * shares[number]:.1f} % of the variance"
        expect(dashboard.page.locator(f"#embedding-plot .{axis}")).to_have_text(share)
    assert next(t["text"] for t in texts if t["name"] == "vowels") == list("aeiou")
    discs = next(trace for trace in traces if trace["name"] == "vowels: how frequent")["marker"]["size"]
    vowels = weights[[names["characters"].index(vowel) for vowel in "aeiou"]]
    np.testing.assert_allclose((np.array(discs) / 44) ** 2, vowels / weights.max())
    times = float(arrows["name"].removeprefix("next step × ").replace(",", ""))
    tips = np.array([arrows["x"][1::7], arrows["y"][1::7]]).T
    steps = -0.1 * times * (gradients @ directions[:2].T) * signs
    np.testing.assert_allclose(tips - shown, steps, atol=1e-3 * np.abs(steps).max())


def test_the_address_keeps_which_losses_are_drawn_and_how(dashboard: Dashboard) -> None:
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/advance", json={"unit": "step", "count": 40})
    dashboard.expect_position(40, 50)
    page = dashboard.page
    page.uncheck("#loss-each")
    page.check("#loss-log")
    expected = ["smoothed, ~20 steps", "guessing: ln 27 = 3.30"]
    for reload in (lambda: None, page.reload):
        reload()
        assert [trace["name"] for trace in dashboard.figure("#loss-plot")] == expected
        expect(page.locator("#loss-smoothed")).to_be_disabled()
        expect(page.locator("#loss-log")).to_be_checked()
