"""Lessons as they go over the wire. The page's side of it is `frontend/types/lessons.d.ts`."""

from pydantic import Field

from model.config import Config
from server.schemas.base import Wire


class LessonError(Wire):
    """What is wrong with a lesson, and where."""

    line: int = Field(description="Of the file, counted from 1.")
    text: str = Field(description="What is wrong, and what would be right.")


class Directive(Wire):
    """One line of a chapter's page block: what the page is to show. The page checks what it names."""

    key: str = Field(description="`session`, `step`, `op`, `highlight`, or what the page's address can hold.")
    value: str = Field(description="As it was written.")
    line: int = Field(description="Of the file, counted from 1.")


class ChapterLink(Wire):
    """A link to a view of the page."""

    address: str = Field(description="The view, as the page's address has it: `?panels=card&tensor=h`.")
    line: int = Field(description="Of the file, counted from 1.")


class LessonChapter(Wire):
    """What stands under one heading of the second level."""

    title: str = Field(description="The heading, without its marks.")
    line: int = Field(description="Where the heading stands, counted from 1.")
    html: str = Field(description="The text as XHTML, formulas as MathML; nothing in it comes from HTML in the file.")
    directives: list[Directive] = Field(description="Its page block, line by line.")
    session: Config | None = Field(
        description="The config that its page block asks for, complete; null where it asks for none."
    )
    links: list[ChapterLink] = Field(description="The links in its text that change what the page shows.")


class LessonHead(Wire):
    """What there is to say of a lesson."""

    name: str = Field(description="Its file's name, without the ending.")
    file: str = Field(description="Its file's name.")
    title: str = Field(description="The title; of a lesson that has none, its name.")
    summary: str = Field(description="What it is about, in a sentence.")
    language: str = Field(description="The language of its text, such as en.")
    order: int = Field(description="Its place in the list.")
    errors: list[LessonError] = Field(description="What is wrong with it, in order of lines.")


class LessonInfo(LessonHead):
    """A lesson in the list."""

    chapters: list[str] = Field(description="The titles of its chapters, in order.")


class Lesson(LessonHead):
    """A whole lesson."""

    chapters: list[LessonChapter] = Field(description="Its chapters, in order.")
