"""The lessons there are, and one of them, ready to be shown."""

from typing import Annotated

from fastapi import APIRouter, Path

from server.lessons.folder import all_lessons, one_lesson
from server.lessons.schemas import Lesson, LessonInfo
from server.routes.access import AppSettings, errors

router = APIRouter(prefix="/api/lessons", tags=["lessons"])

LessonName = Annotated[str, Path(description="The lesson's name: its file's, without the ending.")]


@router.get("")
def list_lessons(settings: AppSettings) -> list[LessonInfo]:
    """All lessons in order, those with errors too."""
    return [
        LessonInfo.model_validate(lesson.model_dump() | {"chapters": [chapter.title for chapter in lesson.chapters]})
        for lesson in all_lessons(settings.lessons)
    ]


@router.get("/{name}", responses=errors(404))
def get_lesson(settings: AppSettings, name: LessonName) -> Lesson:
    """One lesson, its chapters as XHTML, and what they tell the page; what is wrong with it stands in its errors."""
    return one_lesson(settings.lessons, name)
