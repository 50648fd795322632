from pathlib import Path

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings

TEXT = "---\ntitle: Mine\nsummary: My own.\norder: 1\n---\n## One\n```page\nstep: 3\n```\nText.\n## Two\n"


@pytest.fixture
def teachers(tmp_path: Path) -> TestClient:
    (tmp_path / "mine.md").write_text(TEXT)
    (tmp_path / "broken.md").write_text("# nothing")
    return TestClient(create_app(Settings(lessons=str(tmp_path), database="sqlite://")))


def test_the_list_has_every_lesson_the_broken_one_with_its_errors(teachers: TestClient) -> None:
    found = {lesson["name"]: lesson for lesson in teachers.get("/api/lessons").raise_for_status().json()}
    assert found.keys() >= {"mine", "broken", "backpropagation"}
    assert found["mine"]["chapters"] == ["One", "Two"]
    assert [error["line"] for error in found["broken"]["errors"]] == [1, 1, 1]
    assert found["mine"]["errors"] == found["backpropagation"]["errors"] == []


def test_a_lesson_comes_with_its_chapters(teachers: TestClient) -> None:
    lesson = teachers.get("/api/lessons/mine").raise_for_status().json()
    assert lesson["file"] == "mine.md"
    assert lesson["chapters"][0] == {
        "title": "One",
        "line": 6,
        "html": "<p>Text.</p>\n",
        "directives": [{"key": "step", "value": "3", "line": 8}],
        "session": None,
        "links": [],
    }


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fREADME", "%2e%2e"])
def test_a_lesson_that_there_is_not_is_404(teachers: TestClient, name: str) -> None:
    assert teachers.get(f"/api/lessons/{name}").status_code == 404
