import re

from playwright.sync_api import FilePayload, expect

from tests.browser.dashboard import Dashboard


def open_dialog(dashboard: Dashboard) -> None:
    dashboard.page.get_by_role("button", name=re.compile("New session")).click()


def test_a_new_session_is_made_from_the_form_and_shown(dashboard: Dashboard) -> None:
    open_dialog(dashboard)
    dashboard.page.fill('session-dialog [name="name"]', "two layers")
    dashboard.page.fill('session-dialog [name="hidden_sizes"]', "20 30")
    dashboard.page.fill('session-dialog [name="hidden_gain"]', "1/2")
    dashboard.page.get_by_role("button", name="Create").click()
    expect(dashboard.page.locator("#position-op")).to_have_text("74 of 74")
    made = dashboard.rest.get("/api/sessions").json()[-1]
    assert made["name"] == "two layers"
    assert made["config"]["model"]["hidden_sizes"] == [20, 30]
    assert made["config"]["init"]["hidden_gain"] == 0.5


def test_what_the_server_refuses_is_said_in_the_form(dashboard: Dashboard, complaints: list[str]) -> None:
    open_dialog(dashboard)
    dashboard.page.fill('session-dialog [name="hidden_sizes"]', "5000")
    dashboard.page.get_by_role("button", name="Create").click()
    expect(dashboard.page.locator("session-dialog [role=alert]")).to_contain_text("less than or equal to 4096")
    expect(dashboard.page.locator('session-dialog [name="hidden_sizes"]')).to_have_attribute("aria-invalid", "true")
    # Chromium itself reports every answer of 4xx.
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_a_session_deleted_elsewhere_is_said_on_the_page(dashboard: Dashboard, complaints: list[str]) -> None:
    dashboard.rest.delete(f"/api/sessions/{dashboard.id}")
    expect(dashboard.page.locator("notice-list")).to_contain_text("deleted")
    complaints.clear()


def test_each_field_that_is_refused_has_a_line_of_its_own(dashboard: Dashboard, complaints: list[str]) -> None:
    open_dialog(dashboard)
    dashboard.page.fill('session-dialog [name="learning_rate"]', "5000")
    dashboard.page.fill('session-dialog [name="batch_size"]', "0")
    dashboard.page.get_by_role("button", name="Create").click()
    refused = dashboard.page.locator("session-dialog [role=alert]")
    expect(refused).to_have_text(re.compile(r"^Batch size: .*\nLearning rate: .*"), use_inner_text=True)
    expect(dashboard.page.locator("session-dialog [aria-invalid=true]")).to_have_count(2)
    complaints.clear()


def test_a_session_made_elsewhere_is_in_the_list_with_its_own_data_set(dashboard: Dashboard) -> None:
    dataset = dashboard.rest.post(
        "/api/datasets?name=two", content="ab\nba\n" * 50, headers={"Content-Type": "text/plain"}
    ).json()
    config = {"name": "made elsewhere", "data": {"dataset": dataset["id"]}}
    made = dashboard.rest.post("/api/sessions", json=config).raise_for_status().json()
    dashboard.page.focus("#session")
    dashboard.page.select_option("#session", made["id"])
    expect(dashboard.page.locator("session-bar .facts")).to_contain_text("two")
    names = [trace["name"] for trace in dashboard.figure("#loss-plot")]
    assert any("1.10" in name for name in names), names  # ln 3: "." and two characters


def test_a_session_deleted_while_it_stood_in_the_list_is_said_and_not_shown_as_chosen(
    dashboard: Dashboard, complaints: list[str]
) -> None:
    made = dashboard.rest.post("/api/sessions", json={"name": "soon gone"}).json()
    dashboard.page.focus("#session")
    gone = dashboard.page.locator(f'#session option[value="{made["id"]}"]')
    expect(gone).to_be_attached()
    dashboard.rest.delete(f"/api/sessions/{made['id']}")
    dashboard.page.select_option("#session", made["id"])
    expect(dashboard.page.locator("notice-list")).to_contain_text(made["id"])
    expect(dashboard.page.locator("#session")).to_have_value(dashboard.id)
    expect(gone).not_to_be_attached()
    complaints.clear()


def test_own_words_are_learnt_from(dashboard: Dashboard) -> None:
    open_dialog(dashboard)
    words = FilePayload(name="rhymes.txt", mimeType="text/plain", buffer=b"hat\ncat\nthat\n" * 40)
    dashboard.page.set_input_files("#words-file", words)
    expect(dashboard.page.locator('session-dialog [name="dataset"] option:checked')).to_have_text(
        "rhymes.txt (120 words)"
    )
    dashboard.page.get_by_role("button", name="Create").click()
    expect(dashboard.page.locator("session-dialog dialog")).to_be_hidden()
    expect(dashboard.page.locator("session-bar .facts")).to_contain_text("rhymes.txt")


def test_words_that_are_refused_are_said_in_the_form(dashboard: Dashboard, complaints: list[str]) -> None:
    open_dialog(dashboard)
    dashboard.page.set_input_files("#words-file", {"name": "empty.txt", "mimeType": "text/plain", "buffer": b"\n"})
    expect(dashboard.page.locator("session-dialog [role=alert]")).not_to_be_empty()
    expect(dashboard.page.locator('session-dialog [name="dataset"]')).to_have_value("names")
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()
