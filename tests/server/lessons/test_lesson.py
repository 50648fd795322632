"""A lesson's text: what becomes of it, and what is wrong with it, by line."""

import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from model.config import Config, ModelConfig
from server.lessons.lesson import parse
from server.lessons.schemas import Lesson

HEAD = "---\ntitle: Push and pull\nsummary: What the loss does.\n---\n"
FIRST_LINE = 5  # Of what follows the head.


def lesson(body: str, head: str = HEAD) -> Lesson:
    return parse("lesson", "lesson.md", head + body)


def errors(body: str, head: str = HEAD) -> list[tuple[int, str]]:
    return [(error.line, error.text) for error in lesson(body, head).errors]


def html(text: str) -> str:
    return lesson(f"## One\n{text}\n").chapters[0].html


def test_a_lesson_has_what_its_front_matter_says_and_a_chapter_for_each_heading() -> None:
    found = lesson(
        "## The *loss* at `h`\nText.\n### More\n\n## Two\n", HEAD.replace("---\ntitle", "---\norder: 7\ntitle")
    )
    assert (found.title, found.summary, found.language, found.order) == (
        "Push and pull",
        "What the loss does.",
        "en",
        7,
    )
    assert [chapter.title for chapter in found.chapters] == ["The loss at h", "Two"]
    assert "<h4>More</h4>" in found.chapters[0].html
    assert found.errors == []


def test_a_page_block_is_not_shown_and_comes_line_by_line() -> None:
    body = '## One\n\n```page\n# why these\npanels: forces, card\n\nsession: {"model": {}}\nstep: 3\n```\nText.\n'
    (chapter,) = lesson(body).chapters
    assert [(each.key, each.value, each.line) for each in chapter.directives] == [
        ("panels", "forces, card", FIRST_LINE + 4),
        ("session", '{"model": {}}', FIRST_LINE + 6),
        ("step", "3", FIRST_LINE + 7),
    ]
    assert chapter.html == "<p>Text.</p>\n"


def test_a_session_is_told_whole_and_has_the_lessons_title_for_a_name_unless_it_has_one() -> None:
    body = (
        """## One\n```page\nsession: {"model": {"hidden_sizes": [8]}}\n```\n## Two\n```page\nsession: current\n```\n"""
    )
    own, current, named = lesson(body + """## Three\n```page\nsession: {"name": "Mine"}\n```\n""").chapters
    assert own.session == Config(name="Push and pull", model=ModelConfig(hidden_sizes=(8,)))
    assert current.session is None
    assert named.session == Config(name="Mine")


def test_formulas_become_mathml() -> None:
    shown = fromstring("<div>" + html("So $\\frac{1}{B}$, and\n\n$$x < y$$") + "</div>")
    maths = list(shown.iter("{http://www.w3.org/1998/Math/MathML}math"))
    assert [math.get("display") for math in maths] == ["inline", "block"]
    assert "".join(maths[1].itertext()) == "x<y"


def test_markup_within_a_formula_is_text() -> None:
    shown = html('$\\text{<script>alert(1)</script><a xmlns="http://www.w3.org/1999/xhtml" href="javascript:1">x</a>}$')
    parts = list(fromstring(shown).iter())
    assert {part.tag.rpartition("}")[2] for part in parts} == {"p", "math", "mrow", "mtext"}
    assert "<script>alert(1)</script>" in "".join(fromstring(shown).itertext())


def test_prices_are_no_formulas() -> None:
    assert "math" not in html("From $5 to $10.")


def test_an_answer_waits_to_be_asked_for() -> None:
    shown = fromstring(html("```ask\nWhich *one*?\n---\nThis, $x$.\n```"))
    details = shown.find("details")
    assert "".join(shown.find("p").itertext()) == "Which one?"  # type: ignore[union-attr]
    assert details is not None
    assert details.get("open") is None
    assert "".join(details.itertext()).strip() == "AnswerThis, x."


@pytest.mark.parametrize(
    "written", ["<script>alert(1)</script>", "<b onclick='x()'>b</b>", "&lt;i&gt; &amp; 'q' \"p\""]
)
def test_html_in_a_lesson_is_text(written: str) -> None:
    shown = fromstring(f"<div>{html(written)}</div>")
    assert {child.tag for child in shown.iter()} <= {"div", "p"}


def test_a_link_to_a_view_of_the_page_is_told_with_its_line_and_one_to_elsewhere_leaves_the_page_open() -> None:
    (chapter,) = lesson("## One\nSee [it](?panels=card)\nand [that](https://example.org/a).\n").chapters
    assert [(link.address, link.line) for link in chapter.links] == [("?panels=card", FIRST_LINE + 1)]
    assert '<a href="?panels=card">it</a>' in chapter.html
    assert 'target="_blank" rel="noopener noreferrer"' in chapter.html


BROKEN = {
    "no front matter": ("", "## One\n", 1, "front matter"),
    "empty": ("", "", 1, "front matter"),
    "a front matter that does not end": ("", "---\ntitle: x\n\n## One\n", 1, "front matter"),
    "no title": ("---\nsummary: s\n---\n", "## One\n", 1, "no title"),
    "no summary": ("---\ntitle: t\n---\n", "## One\n", 1, "no summary"),
    "an unknown key": ("---\ntitle: t\nauthor: me\nsummary: s\n---\n", "## One\n", 3, "author"),
    "a key twice": ("---\ntitle: t\ntitle: u\nsummary: s\n---\n", "## One\n", 3, "twice"),
    "an order that is none": ("---\ntitle: t\nsummary: s\norder: last\n---\n", "## One\n", 4, "order"),
    "a language that is none": ("---\ntitle: t\nsummary: s\nlanguage: plain English\n---\n", "## One\n", 4, "language"),
    "no chapters": (HEAD, "", 1, "chapters"),
    "text before the first chapter": (HEAD, "\nHello.\n\n## One\n", 6, "before the first chapter"),
    "a title in the text": (HEAD, "## One\n\n# Title\n", 7, "front matter"),
    "a heading too deep": (HEAD, "## One\n##### Deep\n", 6, "####"),
    "a line that is no pair": (HEAD, "## One\n```page\npanels: card\nforces\n```\n", 8, "forces"),
    "a directive twice": (HEAD, "## One\n```page\nstep: 1\nstep: 2\n```\n", 8, "twice"),
    "a session that is none": (HEAD, "## One\n```page\nsession: new\n```\n", 7, "JSON"),
    "a session with a field that there is not": (HEAD, '## One\n```page\nsession: {"colour": 1}\n```\n', 7, "colour"),
    "a session out of range": (HEAD, '## One\n```page\nsession: {"init": {"seed": -1}}\n```\n', 7, "init.seed"),
    "two page blocks": (HEAD, "## One\n```page\nstep: 1\n```\n\n```page\nop: 2\n```\n", 10, "already"),
    "a question without an answer": (HEAD, "## One\n\n```ask\nWhy?\n```\n", 7, "answer"),
    "a formula that does not end": (HEAD, "## One\nText,\n$\\frac{1}{$\n", 7, "\\frac{1}{"),
    "a formula with an unknown word": (HEAD, "## One\n\n$$\\foo x$$\n", 7, "\\foo"),
    "a formula with a link": (HEAD, "## One\n\n$\\href{javascript:alert(1)}{x}$\n", 7, "no links"),
    "a title without words": (HEAD.replace("Push and pull", ""), "## One\n", 1, "no title"),
    "a chapter in a quotation": (HEAD, "## One\n\n> ## Two\n\nText.\n", 7, "quotation"),
    "a heading in a list": (HEAD, "## One\n\n- ### More\n", 7, "list"),
    "a character that XML has no place for": (HEAD, "## One\n\nBell: \x07.\n", 7, "U+0007"),
    "a link to a file": (HEAD, "## One\nText\n[here](notes.html)\n", 7, "notes.html"),
    "a wrong link in an answer": (HEAD, "## One\n```ask\nWhy?\n---\nBecause\n[so](x.html)\n```\n", 10, "x.html"),
    "a wrong formula in a question": (HEAD, "## One\n```ask\n$x^$\n---\nBecause\n```\n", 7, "x^"),
}


@pytest.mark.parametrize(("head", "body", "line", "about"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_once_and_with_its_line(head: str, body: str, line: int, about: str) -> None:
    found = [text for at, text in errors(body, head) if at == line and about in text]
    assert len(found) == 1, errors(body, head)


@pytest.mark.parametrize(("head", "body", "line", "about"), BROKEN.values(), ids=BROKEN)
def test_a_broken_lesson_is_still_well_formed(head: str, body: str, line: int, about: str) -> None:
    for chapter in lesson(body, head).chapters:
        fromstring(f"<div>{chapter.html}</div>")


def test_all_that_is_wrong_is_said_in_order_of_lines() -> None:
    lines = [line for line, _ in errors("# A\n## One\n$x^$\n```page\nno\n```\n", "")]
    assert lines == [1, 1, 3, 5]


def test_the_documentations_lesson_is_one() -> None:
    documentation = (Path(__file__).parents[3] / "docs" / "lessons.md").read_text()
    (text,) = re.findall(r"^````markdown\n(.*?)^````", documentation, re.MULTILINE | re.DOTALL)
    found = parse("lessons", "lessons.md", text)
    assert found.errors == []
    (chapter,) = found.chapters
    assert [each.key for each in chapter.directives] == ["session", "step", "op", "panels"]
    assert "<details>" in chapter.html
