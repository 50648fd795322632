import re

from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard


def open_dialog(dashboard: Dashboard) -> None:
    dashboard.page.get_by_role("button", name=re.compile("New session")).click()


def test_a_new_session_is_made_from_the_form_and_shown(dashboard: Dashboard) -> None:
    open_dialog(dashboard)
    dashboard.page.fill('session-dialog [name="name"]', "two layers")
    dashboard.page.fill('session-dialog [name="hidden_sizes"]', "20 30")
    dashboard.page.get_by_role("button", name="Create").click()
    expect(dashboard.page.locator("#position-op")).to_have_text("74 of 74")
    made = dashboard.rest.get("/api/sessions").json()[-1]
    assert made["name"] == "two layers"
    assert made["config"]["model"]["hidden_sizes"] == [20, 30]


def test_what_the_server_refuses_is_said_in_the_form(dashboard: Dashboard, complaints: list[str]) -> None:
    open_dialog(dashboard)
    dashboard.page.fill('session-dialog [name="hidden_sizes"]', "5000")
    dashboard.page.get_by_role("button", name="Create").click()
    expect(dashboard.page.locator("session-dialog [role=alert]")).to_contain_text("less than or equal to 4096")
    # Chromium itself reports every answer of 4xx.
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_a_session_deleted_elsewhere_is_said_on_the_page(dashboard: Dashboard, complaints: list[str]) -> None:
    dashboard.rest.delete(f"/api/sessions/{dashboard.id}")
    expect(dashboard.page.locator("notice-list")).to_contain_text("deleted")
    complaints.clear()
