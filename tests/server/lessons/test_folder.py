"""Where lessons are, those that come with the page and a teacher's own, and the command that checks one."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.errors import NotFound
from server.lessons.folder import BUILT_IN, MAX_BYTES, all_lessons, one_lesson

ROOT = Path(__file__).parents[3]
TEXT = "---\ntitle: Mine\nsummary: My own.\norder: 0\n---\n## One\nText.\n"
BUILT_IN_NAMES = [path.stem for path in BUILT_IN.glob("*.md")]


def test_a_lesson_comes_with_the_page() -> None:
    assert len(all_lessons("")) == len(BUILT_IN_NAMES) > 0


@pytest.mark.parametrize("name", BUILT_IN_NAMES)
def test_every_lesson_that_comes_with_the_page_is_without_errors(name: str) -> None:
    assert one_lesson("", name).errors == []


@pytest.mark.parametrize("name", BUILT_IN_NAMES)
def test_every_chapter_has_a_page_block_and_a_readable_length(name: str) -> None:
    for chapter in one_lesson("", name).chapters:
        assert chapter.directives, chapter.title


def test_a_teachers_lesson_stands_beside_them_in_order(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(TEXT)
    assert [lesson.name for lesson in all_lessons(str(tmp_path))] == ["mine", *(each.name for each in all_lessons(""))]


def test_a_teachers_lesson_takes_the_place_of_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / f"{BUILT_IN_NAMES[0]}.md").write_text(TEXT)
    assert one_lesson(str(tmp_path), BUILT_IN_NAMES[0]).title == "Mine"
    assert len(all_lessons(str(tmp_path))) == len(BUILT_IN_NAMES)


def test_an_edit_shows_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text(TEXT)
    assert one_lesson(str(tmp_path), "mine").errors == []
    path.write_text(TEXT + "$x^$")
    assert [error.line for error in one_lesson(str(tmp_path), "mine").errors] == [8]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * (MAX_BYTES + 1)], ids=["no UTF-8", "too large"])
def test_a_file_that_cannot_be_read_is_listed_with_the_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.md").write_bytes(content)
    (error,) = one_lesson(str(tmp_path), "mine").errors
    assert (error.line, "cannot be read" in error.text) == (1, True)
    assert len(all_lessons(str(tmp_path))) == len(BUILT_IN_NAMES) + 1


@pytest.mark.parametrize("name", ["../README", "..", "", "no-such", "/etc/passwd", "mine.md"])
def test_a_name_is_never_a_way_to_another_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.md").write_text(TEXT)
    with pytest.raises(NotFound):
        one_lesson(str(tmp_path), name)


def check(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server.lessons", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_prints_errors_by_line(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(TEXT)
    bad.write_text(TEXT + "# Two\n")
    assert check(good).returncode == 0
    checked = check(good, bad)
    assert checked.returncode == 1
    assert f"{bad}, line 8: " in checked.stdout
    assert f"{good}, line" not in checked.stdout


def test_the_command_without_a_lesson_says_what_it_wants() -> None:
    checked = check()
    assert (checked.returncode, checked.stdout) == (2, "")
    assert "python -m server.lessons" in checked.stderr
