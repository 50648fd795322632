"""The Markdown that a lesson is written in, as XHTML: no HTML of its own, no pictures, formulas as MathML."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import tostring

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

ErrorAt = Callable[[int, str], None]

PAIR = re.compile(r"([A-Za-z][\w.-]*)\s*:\s*(.*)")
OUTSIDE = re.compile(r"https?://\S+")
# XML has no place for these, not even as entities: one of them, and the browser could not read the text at all.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# In the panel the lesson's title is of the second level and the chapter's of the third.
DEEPER = {"h3": "h4", "h4": "h5"}


class KeyValue(NamedTuple):
    """One line `key: value`."""

    key: str
    value: str
    line: int


def key_values(content: str, first_line: int, error: ErrorAt) -> Iterator[KeyValue]:
    """The lines of a block, of which each is `key: value`, empty, or a comment that begins with #."""
    for line, text in enumerate(content.splitlines(), first_line):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        if found := PAIR.fullmatch(text.strip()):
            yield KeyValue(found[1], found[2].strip(), line)
        else:
            error(line, f"a line here is key: value, and this is not: {text.strip()}")


class Markdown:
    """Turns text into XHTML; what is wrong goes to `error` with its line."""

    def __init__(self, error: ErrorAt) -> None:
        self._error = error
        self._links: list[tuple[str, int]] = []
        self._parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table").disable("image")
        self._parser.use(front_matter_plugin)
        self._parser.use(dollarmath_plugin, allow_labels=False, allow_digits=False, allow_space=False)

    def parse(self, text: str) -> list[Token]:
        """Its tokens, on the top level in order."""
        return self._parser.parse(text) if text else []

    def fragment(self, text: str, first_line: int) -> str:
        """XHTML of a text that begins at this line of the file."""
        return self.render(self.parse(text), first_line - 1)

    def render(self, tokens: Sequence[Token], lines_before: int = 0) -> str:
        """XHTML of tokens, which belong to it from now on."""
        for token in tokens:
            token.tag = DEEPER.get(token.tag, token.tag)
            line = (token.map or [0])[0] + 1 + lines_before
            if token.type == "math_block":
                _become(token, "html_block", self._formula(token.content, line, display="block"))
            for child in token.children or []:
                self._finish(child, line)
                line += child.type in ("softbreak", "hardbreak")
        return str(self._parser.renderer.render(list(tokens), self._parser.options, {}))

    def _finish(self, token: Token, line: int) -> None:
        if token.type == "math_inline":
            _become(token, "html_inline", self._formula(token.content, line, display="inline"))
        elif token.type == "link_open":
            self._link(token, line)

    def _link(self, token: Token, line: int) -> None:
        address = str(token.attrs.get("href", ""))
        if address.startswith("?"):
            self._links.append((address, line))
        elif OUTSIDE.fullmatch(address):
            token.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
        else:
            self._error(
                line, f"a link goes to https://… or, beginning with ?, to a view of this page; not to {address}"
            )

    def _formula(self, latex: str, line: int, display: str) -> str:
        try:
            math = convert_to_element(latex.strip(), display=display)
            for part in math.iter():
                # The converter would take entities for characters once all is written: `<` for markup too.
                part.text = html.unescape(part.text or "")
                if "href" in part.attrib:
                    raise ValueError("a formula has no links")
            if unknown := re.search(r"\\\w*", "".join(math.itertext())):  # It lets through what it does not know.
                raise ValueError(f"{unknown[0]} is unknown")
        except Exception as problem:  # noqa: BLE001  The converter's errors have nothing else in common.
            self._error(
                line, f"this formula cannot be read: {latex.strip()} ({str(problem) or type(problem).__name__})"
            )
            return ""
        return tostring(math, encoding="unicode", short_empty_elements=False)

    def taken_links(self) -> list[tuple[str, int]]:
        """The links to views of the page since it was asked last, each with its line."""
        taken, self._links = self._links, []
        return taken

    @staticmethod
    def made(html: str) -> Token:
        """A token that is XHTML already."""
        return Token("html_block", "", 0, content=html)

    @staticmethod
    def plain(inline: Token) -> str:
        """The text of a heading, its marks left out."""
        return "".join(child.content for child in inline.children or []).strip()


def _become(token: Token, kind: str, content: str) -> None:
    token.type, token.content = kind, content
