"""Where lessons are: those that come with the page, and a teacher's own. Read anew each time, so an edit shows."""

import re
from collections.abc import Iterator
from pathlib import Path

from server.errors import NotFound
from server.lessons.lesson import parse
from server.lessons.schemas import Lesson, LessonError

BUILT_IN = Path(__file__).parents[2] / "frontend" / "lessons"
NAME = re.compile(r"[\w-]{1,100}")
MAX_BYTES = 1_000_000


def read(path: Path) -> Lesson:
    """The lesson in a file; where that cannot be read, a lesson without chapters that says why."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        why = "it is not written in UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)
        unread = parse(path.stem, path.name, "")
        return unread.model_copy(update={"errors": [LessonError(line=1, text=f"this file cannot be read: {why}")]})
    return parse(path.stem, path.name, text)


def all_lessons(own: str) -> list[Lesson]:
    """Every lesson, in order. A teacher's takes the place of one of the same name that comes with the page."""
    found = {path.stem: path for path in _files(own)}
    return sorted((read(path) for path in found.values()), key=lambda lesson: (lesson.order, lesson.title))


def one_lesson(own: str, name: str) -> Lesson:
    """The lesson of this name. Raises NotFound."""
    found = {path.stem: path for path in _files(own)}  # Never a path made of the name: it comes from anybody.
    if name not in found:
        raise NotFound(f"there is no lesson {name!r}; there are {', '.join(sorted(found))}")
    return read(found[name])


def _files(own: str) -> Iterator[Path]:
    for folder in (BUILT_IN, *([Path(own)] if own else [])):
        yield from (path for path in folder.glob("*.md") if NAME.fullmatch(path.stem))
