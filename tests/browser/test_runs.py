"""How a run ends by itself, which engine it has, and how fast it is."""

import re

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard, OpenDashboard

DIVERGING = {
    "model": {"batch_norm": "none"},
    "training": {"learning_rate": [{"from_step": 0, "value": 1000}]},
}


def set_breakpoint(dashboard: Dashboard, metric: str, side: str, bound: str) -> None:
    """As a person does it: the button beside the speed, then the form."""
    dashboard.click("breakpoint")
    dashboard.page.select_option("#breakpoint-metric", metric)
    dashboard.page.select_option("#breakpoint-side", side)
    dashboard.page.fill("#breakpoint-bound", bound)
    dashboard.page.get_by_role("button", name="Set", exact=True).click()


def test_a_run_stops_at_the_breakpoint_that_was_set_and_says_why(dashboard: Dashboard) -> None:
    set_breakpoint(dashboard, "loss", "below", "2.9")
    expect(dashboard.page.locator("#breakpoint")).to_have_text("loss < 2.9")
    dashboard.click("run")
    said = dashboard.page.get_by_role("status").filter(has_text="below 2.9, where the run was to stop")
    expect(said).to_be_visible()
    session = dashboard.session()
    assert not session["running"]
    assert session["loss"] < 2.9
    expect(said).to_have_text(session["stopped"])
    dashboard.expect_position(session["position"]["step"], 50)


def test_why_a_run_stopped_is_said_to_whoever_comes_later_until_the_session_goes_on(dashboard: Dashboard) -> None:
    said = dashboard.page.locator("#standstill")
    set_breakpoint(dashboard, "gradient_norm.W1", "above", "0")
    dashboard.click("run")
    expect(said).to_contain_text("gradient_norm.W1 is")
    dashboard.page.reload()
    expect(said).to_contain_text("gradient_norm.W1 is")
    expect(dashboard.page.locator("#breakpoint")).to_have_text("gradient norm of W1 > 0")
    dashboard.click("step")
    expect(said).to_be_empty()
    expect(dashboard.page.locator("#position")).to_contain_text("dC ← emb")


def test_why_a_run_stopped_can_be_put_away_and_nothing_moves(dashboard: Dashboard) -> None:
    def height() -> int:
        found: int = dashboard.page.evaluate("document.querySelector('transport-bar').offsetHeight")
        return found

    before = height()
    set_breakpoint(dashboard, "saturation", "above", "-1")
    dashboard.click("run")
    expect(dashboard.page.locator("#standstill")).to_contain_text("saturation is")
    assert height() == before
    dashboard.page.get_by_role("button", name="Dismiss").click()
    expect(dashboard.page.locator("#standstill")).to_be_empty()
    assert height() == before


def test_a_breakpoint_is_set_and_removed_with_the_keyboard_alone(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.focus("#breakpoint")
    page.keyboard.press("Enter")
    expect(page.locator("#breakpoint-metric")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    expect(page.locator("#breakpoint-popover")).to_be_hidden()
    expect(page.locator("#breakpoint")).to_be_focused()
    expect(page.locator("#breakpoint")).to_have_text("loss < 2.5")
    expect(page).to_have_url(re.compile("until=loss%3C2.5"))
    page.keyboard.press("Enter")
    page.locator("#breakpoint-popover").get_by_role("button", name="Remove").press("Enter")
    expect(page.locator("#breakpoint")).to_have_text("paused")
    page.keyboard.press("Enter")
    expect(page.locator("#breakpoint-popover")).to_be_visible()
    page.evaluate("document.activeElement.blur()")  # Escape is no less the popover's, wherever the focus is.
    page.keyboard.press("Escape")
    expect(page.locator("#breakpoint-popover")).to_be_hidden()


def test_after_a_breakpoint_was_set_with_the_mouse_space_runs(dashboard: Dashboard) -> None:
    set_breakpoint(dashboard, "loss", "above", "1000")
    dashboard.page.keyboard.press("Space")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()
    expect(dashboard.page.locator("#breakpoint-popover")).to_be_hidden()


def test_a_bound_that_is_no_number_is_refused_where_it_was_typed(dashboard: Dashboard) -> None:
    alert = dashboard.page.locator("#breakpoint-popover [role=alert]")
    for bound in ("", "low", "Infinity"):
        set_breakpoint(dashboard, "loss", "above", bound)
        expect(alert).to_contain_text("Enter a number")
        expect(dashboard.page.locator("#breakpoint-bound")).to_have_attribute("aria-invalid", "true")
        expect(dashboard.page.locator("#breakpoint")).to_have_text("paused")
        dashboard.page.fill("#breakpoint-bound", "4")
        expect(alert).to_be_empty()
        dashboard.page.keyboard.press("Escape")


def test_nan_in_a_gradient_takes_no_number(dashboard: Dashboard) -> None:
    dashboard.click("breakpoint")
    dashboard.page.select_option("#breakpoint-metric", "nan")
    expect(dashboard.page.locator("#breakpoint-bound")).to_be_disabled()
    dashboard.page.get_by_role("button", name="Set", exact=True).click()
    expect(dashboard.page.locator("#breakpoint")).to_have_text("NaN in a gradient")
    dashboard.click("run")
    expect(dashboard.page.locator('[data-action="pause"]')).to_be_enabled()


def test_every_metric_that_is_offered_is_one_that_the_server_has(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({"model": {"hidden_sizes": [8, 8], "batch_norm": "all"}})
    metrics = dashboard.page.locator("#breakpoint-metric option").evaluate_all("options => options.map((o) => o.value)")
    assert len(metrics) == len(set(metrics)) == 4 + 2 * 2 + 2 * 13
    for metric in metrics:
        until = {"metric": metric} if metric == "nan" else {"metric": metric, "above": 1e9}
        dashboard.rest.post(f"/api/sessions/{dashboard.id}/run", json={"until": until}).raise_for_status()
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/pause")


def test_a_run_that_diverges_says_so_wherever_it_is_looked_at(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard(DIVERGING)
    page = dashboard.page
    dashboard.click("run")
    expect(page.locator("#standstill")).to_contain_text("training has diverged")
    expect(page.locator("transport-bar")).to_have_attribute("data-standstill", "diverged")
    expect(page.locator("#loss-value")).to_have_text("not finite")
    step = dashboard.session()["position"]["step"]
    expect(page.locator("#standstill")).to_have_text(re.compile(r"The first number that is not: \w+.* = \S+, at op"))
    dashboard.figure("#loss-plot")
    expect(page.locator("#loss-plot .gtitle")).to_contain_text(f"not finite since step {step}")
    other = dashboard.rest.post("/api/sessions", json={"name": "in order"}).json()["id"]
    page.focus("#session")
    page.select_option("#session", other)
    expect(page.locator("#standstill")).to_be_empty()
    page.select_option("#session", dashboard.id)
    expect(page.locator("#standstill")).to_contain_text("training has diverged")
    page.click("#back-to-finite")
    expect(page.locator("#position-step")).to_have_text(str(step - 1))
    expect(page.locator("#back-to-finite")).to_be_hidden()
    assert dashboard.session()["loss"] is not None


def test_a_run_that_diverges_late_is_said_to_be_not_finite_since_the_very_step(
    open_dashboard: OpenDashboard,
) -> None:
    schedule = [{"from_step": 0, "value": 0.1}, {"from_step": 3333, "value": 1000}]
    dashboard = open_dashboard({"model": {"batch_norm": "none"}, "training": {"learning_rate": schedule}})
    dashboard.click("run")
    expect(dashboard.page.locator("#standstill")).to_contain_text("training has diverged")
    step = dashboard.session()["position"]["step"]
    assert step > 3333
    dashboard.expect_position(step, 32)
    dashboard.figure("#loss-plot")
    expect(dashboard.page.locator("#loss-plot .gtitle")).to_contain_text(f"not finite since step {step:,}")


def test_what_is_said_of_a_diverged_run_can_be_read_to_its_end(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard(DIVERGING)
    dashboard.click("run")
    said = dashboard.page.locator("#standstill")
    expect(said).to_contain_text("training has diverged")
    for width in (600, 1280):
        dashboard.page.set_viewport_size({"width": width, "height": 720})
        assert said.evaluate("said => said.scrollWidth <= said.clientWidth")


def test_the_engine_is_chosen_for_a_new_session_and_seen_beside_its_speed(dashboard: Dashboard) -> None:
    page = dashboard.page
    for engine in ("tape", "kernel"):
        page.get_by_role("button", name=re.compile("New session")).click()
        page.select_option('session-dialog [name="engine"]', engine)
        page.fill('session-dialog [name="name"]', f"by the {engine}")
        page.get_by_role("button", name="Create").click()
        expect(page.locator("session-dialog dialog")).to_be_hidden()
        assert dashboard.rest.get("/api/sessions").json()[-1]["engine"]["name"] == engine
        readout = page.locator("transport-bar .readouts > div", has=page.locator("#steps-per-second"))
        expect(readout).to_contain_text(f"steps/s · {engine}")
        expect(readout).to_have_attribute("title", re.compile(f"^The {engine} makes the steps"))


def test_the_speed_is_read_in_round_numbers_that_nothing_moves_for(dashboard: Dashboard) -> None:
    place = "document.querySelector('transport-bar .readouts').getBoundingClientRect().left"
    before = dashboard.page.evaluate(place)
    dashboard.click("run")
    expect(dashboard.page.locator("#steps-per-second")).to_have_text(re.compile(r"^\d{1,3}(,\d\d0|,000)+$"))
    assert dashboard.page.evaluate(place) == before


def test_a_run_too_fast_to_be_followed_is_drawn_step_by_step_once_it_rests(dashboard: Dashboard) -> None:
    dashboard.rest.post(f"/api/sessions/{dashboard.id}/run", json={"until_step": 1500}).raise_for_status()
    dashboard.expect_position(1500, 50)
    dashboard.page.wait_for_function(
        "document.querySelector('#loss-plot .legend')?.textContent.startsWith('each step')"
    )
    losses = dashboard.rest.get(f"/api/sessions/{dashboard.id}/metrics").json()["series"]["loss"]["mean"]
    shown = next(trace for trace in dashboard.figure("#loss-plot") if trace["name"] == "each step" and "y" in trace)
    assert max(shown["x"]) == 1500
    assert max(shown["y"]) == max(losses)


def test_verification_compares_the_kernel_with_the_tape_where_there_is_a_parameter(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({}, panels="loss,verification")
    dashboard.click("verify")
    said = dashboard.page.locator("#verification-kernel")
    expect(said).to_have_text(re.compile(r"^The kernel, which trains, agrees with the tape within \d\.\de−\d+\.$"))
    shown = dict(
        dashboard.page.locator("verification-panel tbody tr.checked").evaluate_all(
            "rows => rows.map((row) => [row.cells[0].textContent, row.cells[4].textContent])"
        )
    )
    rows = dashboard.rest.get(f"/api/sessions/{dashboard.id}/verification").json()["rows"]
    parameters = {row["name"] for row in rows if row["kernel_maxdiff"] is not None}
    assert parameters == {"dC", "dW1", "db1", "dbngain", "dbnbias", "dW2", "db2"}
    assert {name for name, difference in shown.items() if difference} == parameters


def test_verification_of_a_session_that_the_tape_trains_says_so(
    open_dashboard: OpenDashboard,
) -> None:
    dashboard = open_dashboard({"training": {"engine": "tape"}}, panels="loss,verification")
    dashboard.click("verify")
    expect(dashboard.page.locator("#verification-kernel")).to_contain_text("the tape, which trains here, within")


def test_verification_moves_nothing_and_shows_all_of_its_columns(open_dashboard: OpenDashboard) -> None:
    dashboard = open_dashboard({}, panels="loss,verification")
    panel = dashboard.page.locator("verification-panel")

    def places() -> list[tuple[list[int], bool]]:
        """Where the panel stands in windows of both sizes, and whether its table fits there."""
        found = []
        for width, height in ((1280, 720), (1440, 900)):
            dashboard.page.set_viewport_size({"width": width, "height": height})
            place = panel.evaluate("panel => [panel.offsetTop, panel.offsetHeight]")
            fits = panel.locator(".scroll").evaluate("table => table.scrollWidth <= table.clientWidth")
            found.append((place, fits))
        return found

    before = places()
    dashboard.click("verify")
    expect(panel.locator("tr.checked")).to_have_count(26)
    assert places() == before
    assert all(fits for _, fits in before)


def test_a_run_that_is_watched_is_told_by_the_stream_alone(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.click("run")
    # Its first frame after the page was opened may leave steps out.
    dashboard.wait_for_session(lambda session: session["position"]["step"] > 500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    step = dashboard.session()["position"]["step"]
    dashboard.wait_for_session(lambda session: session["position"]["step"] > step + 20_000)
    assert not [url for url in asked if "/metrics" in url]
    dashboard.click("pause")
    dashboard.wait_for_rest("#loss-plot")


def test_axes_follow_the_data_while_it_streams(dashboard: Dashboard) -> None:
    dashboard.click("run")
    session = dashboard.wait_for_session(lambda session: session["position"]["step"] > 20_000)
    dashboard.page.wait_for_function(
        "(step) => document.querySelector('#loss-plot .js-plotly-plot')._fullLayout.xaxis.range[1] > step",
        arg=session["position"]["step"],
        timeout=3000,
    )
    assert dashboard.session()["running"]
