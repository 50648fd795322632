"""The guided path: lessons that set the page, chapter by chapter, and the tour of a first visit."""

import json
import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, Route, expect

LESSON = "backpropagation"
# Plots that one can see and that are not at rest.
MOVING = 'live-plot:visible:not([state="rest"])'


@pytest.fixture
def chapters(server: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx2.get(f"{server}/api/lessons/{LESSON}").raise_for_status().json()["chapters"]
    return found


def directive(chapter: dict[str, Any], key: str) -> str | None:
    return next((each["value"] for each in chapter["directives"] if each["key"] == key), None)


def session_on_show(page: Page, server: str) -> dict[str, Any]:
    id_ = page.locator("#session").input_value()
    found: dict[str, Any] = httpx2.get(f"{server}/api/sessions/{id_}").raise_for_status().json()
    return found


def test_every_chapter_sets_session_step_and_panels_and_the_last_one_trains(
    page: Page, server: str, chapters: list[dict[str, Any]]
) -> None:
    page.goto("/")
    page.click("[data-action=learn]")
    page.click(f"[data-lesson={LESSON}]")
    for number, chapter in enumerate(chapters, 1):
        expect(page.locator("lesson-panel article h3")).to_have_text(chapter["title"])
        if number == len(chapters):
            break
        expect(page.locator("lesson-status p")).to_contain_text("step", timeout=30_000)
        expect(page.locator("lesson-status p")).not_to_contain_text("…", timeout=30_000)
        session = session_on_show(page, server)
        config, step = directive(chapter, "session"), directive(chapter, "step")
        assert config is None or session["config"]["name"] == json.loads(config)["name"]
        assert step is None or session["position"]["step"] == int(step)
        panels = page.locator("main > [data-width]:visible")
        expect(panels).to_have_count(len((directive(chapter, "panels") or "").split(",")))
        expect(page.locator(MOVING)).to_have_count(0, timeout=15_000)
        expect(page.locator("lesson-panel .errors")).to_be_hidden()
        page.click("[data-action=next-chapter]")
    # To wait for 200,000 steps is for a reader: here it is enough that they are under way, and can be stopped.
    expect(page.locator("lesson-status p")).to_have_text("Training to step 200,000 …")
    page.click("[data-action=pause]")
    expect(page.locator("[data-action=chapter-view]")).to_be_visible()
    assert 0 < session_on_show(page, server)["last_step"] <= 200_000


def test_the_reader_plays_and_comes_back_to_the_chapters_view(page: Page, server: str) -> None:
    page.goto(f"/?lesson={LESSON}&chapter=3")
    expect(page.locator("lesson-status p")).to_contain_text("step 0", timeout=30_000)
    back = page.locator("[data-action=chapter-view]")
    expect(back).to_be_hidden()
    page.keyboard.press("s")
    page.click("view-bar [data-view=proof]")
    expect(back).to_be_visible()
    expect(page.locator("verification-panel")).to_be_visible()
    back.click()
    expect(page.locator("push-pull-panel")).to_be_visible()
    expect(page.locator("verification-panel")).to_be_hidden()
    expect(page.locator("#position-step")).to_have_text("0")
    expect(back).to_be_hidden()
    assert session_on_show(page, server)["position"]["step"] == 0


def test_a_link_in_the_text_changes_the_page_and_an_answer_waits_to_be_asked_for(page: Page) -> None:
    page.goto(f"/?lesson={LESSON}&chapter=4")
    expect(page.locator("lesson-status p")).to_contain_text("step 0", timeout=30_000)
    page.click("lesson-panel article a")
    expect(page.locator("card-panel h3").first).to_contain_text("W2")
    expect(page).to_have_url(re.compile("lesson=backpropagation"))
    answer = page.locator("lesson-panel .ask details")
    expect(answer.locator("p")).to_be_hidden()
    answer.locator("summary").click()
    expect(answer.locator("p")).to_be_visible()


def test_what_is_wrong_with_a_lesson_is_said_by_file_and_line(page: Page, complaints: list[str]) -> None:
    def broken(route: Route) -> None:
        lines = [("panels", "forces,forcez"), ("op", "nonsense"), ("example", "3")]
        directives = [{"key": key, "value": value, "line": 8 + i} for i, (key, value) in enumerate(lines)]
        chapter = {"title": "One", "line": 6, "html": "<p>Text.</p>", "directives": directives, "links": []}
        lesson = {"name": "mine", "file": "mine.md", "title": "Mine", "summary": "", "language": "en", "order": 1}
        route.fulfill(json=lesson | {"chapters": [chapter], "errors": [{"line": 2, "text": "no summary"}]})

    page.route("**/api/lessons/mine", broken)
    page.goto("/?lesson=mine")
    errors = page.locator("lesson-panel .errors li")
    expect(errors).to_have_count(3, timeout=30_000)
    shown = errors.all_text_contents()
    assert shown[0] == "mine.md, line 2: no summary"
    assert shown[1].startswith("mine.md, line 8: there is no panel “forcez”; there are forces, ")
    assert shown[2] == "mine.md, line 9: op: this session has no “nonsense”"
    expect(page.locator("lesson-panel article")).to_contain_text("Text.")
    page.unroute("**/api/lessons/mine")
    page.click("[data-action=reload-lesson]")
    expect(page.locator("notice-list")).to_contain_text("no lesson")
    complaints.clear()  # The 404 that was provoked.


def test_the_tour_lights_one_place_after_another_and_is_offered_once(page: Page) -> None:
    page.goto("/")
    invitation = page.locator("tour-invitation")
    invitation.locator("[data-action=tour]").click()
    card = page.get_by_role("dialog", name="The flow")
    expect(card).to_be_visible()
    titles = [page.locator("page-tour h2").inner_text()]
    while (count := page.locator("page-tour .count").inner_text().split(" of "))[0] != count[1]:
        page.keyboard.press("ArrowRight")
        expect(page.locator("page-tour .count")).to_have_text(f"{int(count[0]) + 1} of {count[1]}")
        titles.append(page.locator("page-tour h2").inner_text())
    assert len(set(titles)) == int(count[1])
    # The last place that is lit: the light stands around it.
    page.wait_for_function("""() => {
        const spot = document.querySelector("page-tour .spot").getBoundingClientRect();
        const lit = document.querySelector("session-bar [data-action=learn]").getBoundingClientRect();
        return spot.left < lit.left && spot.right > lit.right && spot.top < lit.top && spot.bottom > lit.bottom;
    }""")
    page.keyboard.press("Escape")
    expect(page.locator("page-tour dialog")).to_be_hidden()
    page.reload()
    expect(page.locator("#session")).not_to_have_value("")
    expect(invitation).to_be_hidden()
    page.keyboard.press("?")
    page.click("shortcut-help [data-action=tour]")
    expect(card).to_be_visible()
