"""One lesson: its text becomes chapters, and what is wrong with it is known by line."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from markdown_it.token import Token
from pydantic import ValidationError

from model.config import Config
from server.lessons.document import UNPRINTABLE, KeyValue, Markdown, key_values
from server.lessons.schemas import ChapterLink, Directive, Lesson, LessonChapter, LessonError
from server.validation import describe_errors

REQUIRED = ("title", "summary")
OPTIONAL = {"language": "en", "order": "100"}
BEGINNING = "a lesson begins with its front matter: a line ---, then title: … and summary: …, then a line ---"
DEEPEST = 4
EXAMPLE = '{"name": "Deep", "model": {"hidden_sizes": [64, 64]}}'


class Reader:
    """Reads one text; finds as much as it can, and keeps what is wrong as it goes."""

    def __init__(self, name: str, text: str) -> None:
        self.title = name
        self.errors: list[LessonError] = []
        self.markdown = Markdown(self.error)
        for line, content in enumerate(text.split("\n"), 1):
            if found := UNPRINTABLE.search(content):
                self.error(line, f"this line has the character U+{ord(found[0]):04X}, which cannot be shown")
        self.tokens = self.markdown.parse(UNPRINTABLE.sub("�", text))

    def error(self, line: int, text: str) -> None:
        """Keep what is wrong at a line, counted from 1."""
        self.errors.append(LessonError(line=line, text=text))

    def front_matter(self) -> dict[str, str]:
        """Its keys and values, the defaults among them."""
        found: dict[str, str] = {}
        if not self.tokens or self.tokens[0].type != "front_matter":
            self.error(1, BEGINNING)
            return OPTIONAL | found
        for key, value, line in self.pairs(self.tokens[0].content, 2):
            if key not in (*REQUIRED, *OPTIONAL):
                self.error(line, f"there is no {key} in the front matter: it has {', '.join((*REQUIRED, *OPTIONAL))}")
            elif key == "language" and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
                self.error(line, f"language is a short code, such as en or pt-BR; not {value}")
            elif key == "order" and not re.fullmatch(r"\d{1,6}", value):
                self.error(line, f"order is a whole number, the lesson's place in the list; not {value}")
            else:
                found[key] = value
        self.title = found.get("title") or self.title
        for key in REQUIRED:
            if not found.get(key):
                self.error(1, f"the front matter has no {key}")
        return OPTIONAL | found

    def pairs(self, content: str, first_line: int) -> Iterator[KeyValue]:
        """The `key: value` lines of a block; a key that comes twice, and any other line, is wrong."""
        seen: set[str] = set()
        for pair in key_values(content, first_line, self.error):
            if pair.key in seen:
                self.error(pair.line, f"{pair.key} is there twice")
            else:
                seen.add(pair.key)
                yield pair

    def chapters(self) -> list[LessonChapter]:
        """What stands under each heading of the second level."""
        body = [token for token in self.tokens if token.type != "front_matter"]
        starts = [at for at, token in enumerate(body) if is_chapter(token)]
        self._check_before(body[: starts[0]] if starts else body)
        if not starts:
            self.error(1, "a lesson needs chapters: each begins with a line ## and its title")
        return [self._chapter(body[start:end]) for start, end in pairwise([*starts, len(body)])]

    def _check_before(self, tokens: list[Token]) -> None:
        if tokens:
            self.error(
                line_of(tokens[0]), "this stands before the first chapter: a chapter begins with ## and its title"
            )

    def _chapter(self, tokens: list[Token]) -> LessonChapter:
        heading, title, _ = tokens[:3]
        directives: list[Directive] = []
        shown: list[Token] = []
        blocks = 0
        for token in tokens[3:]:
            kind = token.info.strip() if token.type == "fence" else ""
            line = line_of(token)
            if kind == "page":
                blocks += 1
                if blocks > 1:
                    self.error(line, "this chapter has a page block already")
                directives += [
                    Directive(key=key, value=value, line=at) for key, value, at in self.pairs(token.content, line + 1)
                ]
            elif kind == "ask":
                shown.append(self._ask(token.content, line + 1))
            else:
                self._check_heading(token)
                shown.append(token)
        return LessonChapter(
            title=self.markdown.plain(title) or "?",
            line=line_of(heading),
            html=self.markdown.render(shown),
            directives=directives,
            session=self._session(directives),
            links=[ChapterLink(address=address, line=line) for address, line in self.markdown.taken_links()],
        )

    def _session(self, directives: list[Directive]) -> Config | None:
        """What is left out is the default: so it is known which session that there is already is just that one."""
        asked = next((each for each in directives if each.key == "session" and each.value != "current"), None)
        if asked is None:
            return None
        try:
            config = Config.model_validate_json(asked.value)
        except ValidationError as problem:
            why = describe_errors(problem.errors())
            self.error(asked.line, f"session is current, or a config as JSON, such as {EXAMPLE}; here {why}")
            return None
        return config if "name" in config.model_fields_set else config.model_copy(update={"name": self.title})

    def _check_heading(self, token: Token) -> None:
        if token.type == "heading_open" and token.level > 0:
            self.error(line_of(token), "a heading stands for itself, not in a list or a quotation")
        elif token.type == "heading_open" and token.tag == "h1":
            self.error(line_of(token), "the lesson's title stands in the front matter; chapters begin with ##")
        elif token.type == "heading_open" and int(token.tag[1]) > DEEPEST:
            self.error(line_of(token), f"headings go down to {'#' * DEEPEST}")

    def _ask(self, content: str, first_line: int) -> Token:
        """A question, and the answer that shows when it is asked for."""
        question, rule, answer = (f"\n{content}").partition("\n---\n")
        if not rule or not question.strip() or not answer.strip():
            self.error(first_line - 1, "an ask block has a question, a line ---, and the answer")
        asked = self.markdown.fragment(question.removeprefix("\n"), first_line)
        answered = self.markdown.fragment(answer, first_line + question.count("\n") + 1)
        return Markdown.made(f'<div class="ask">{asked}<details><summary>Answer</summary>{answered}</details></div>\n')


def is_chapter(token: Token) -> bool:
    """Whether a chapter begins here: within a list or a quotation none does, since it would not end there."""
    return token.type == "heading_open" and token.tag == "h2" and token.level == 0


def line_of(token: Token) -> int:
    """The line where it begins, counted from 1."""
    return (token.map or [0])[0] + 1


def parse(name: str, file: str, text: str) -> Lesson:
    """The lesson that a text is. What is wrong with it stands in its errors, in order of lines; it never raises."""
    reader = Reader(name, text)
    head: Mapping[str, str] = reader.front_matter()
    chapters = reader.chapters()
    return Lesson(
        name=name,
        file=file,
        title=reader.title,
        summary=head.get("summary", ""),
        language=head["language"],
        order=int(head["order"]),
        chapters=chapters,
        errors=sorted(reader.errors, key=lambda error: error.line),
    )
