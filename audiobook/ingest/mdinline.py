"""The running text of a Markdown block, taken from the source itself so that every letter keeps its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audiobook.book import Markup
from audiobook.ingest.clean import clean

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["HOLE", "Inline", "weave_inline"]

HOLE = "\u2003"
"""Stands where something was taken out of a line; white space to Markdown, and clean text never has it."""

_EMPHASIS = frozenset({"em_open", "strong_open"})
_EMPHASIS_END = frozenset({"em_close", "strong_close"})
_MAX_DESTINATION = 4000
"""Characters of a link's address and title; what is longer is taken for text."""


@dataclass(slots=True)
class Inline:
    """Text woven from a block's source."""

    text: str = ""
    points: list[tuple[int, int]] = field(default_factory=list)
    """Pairs of an index into ``text`` and one into the source, from which on both run in step."""
    markup: list[Markup] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)
    """Stretches of the source that are in ``text``."""
    changes: list[tuple[int, int, str]] = field(default_factory=list)
    """Entities of the source and what they mean."""
    pictures: list[tuple[int, int]] = field(default_factory=list)
    """Stretches of the source that are pictures and not read."""
    at: int = 0
    """Where in the source the walk has come to."""

    def take(self, start: int, end: int, text: str) -> None:
        """Add ``text``, which stands at ``start:end`` of the source."""
        if not self.points or self.points[-1][1] - self.points[-1][0] != start - len(self.text):
            self.points.append((len(self.text), start))
        self.text += text
        if len(text) != end - start:
            self.points.append((len(self.text), end))
        self.covered.append((start, end))
        self.at = end


def weave_inline(
    tokens: Sequence[Token], source: str, start: int, end: int, *, alt: bool = False, lines: bool = False
) -> Inline:
    """Weave the tokens of a block that stands at ``start:end`` of the source.

    Args:
        tokens: The children of an ``inline`` token, text joining disabled.
        source: What was parsed, at its original offsets.
        start: Where the block begins.
        end: Where it ends.
        alt: Read the alternative text of pictures.
        lines: Keep hard line breaks as line ends.
    """
    woven = Inline(at=start)
    _walk(woven, tokens, source, end, alt=alt, lines=lines)
    return woven


def _walk(woven: Inline, tokens: Sequence[Token], source: str, end: int, *, alt: bool, lines: bool) -> None:
    opened: list[int] = []
    for token in tokens:
        if token.type in _EMPHASIS:
            opened.append(len(woven.text))
        elif token.type in _EMPHASIS_END and opened:
            woven.markup.append(Markup(opened.pop(), len(woven.text), "emphasis"))
        elif token.type == "link_close" and token.info != "auto":
            woven.at = _after_link(source, woven.at, end)
        elif token.type == "image":
            _take_picture(woven, token, source, end, alt=alt)
        else:
            _take_leaf(woven, token, source, end, lines=lines)


def _take_leaf(woven: Inline, token: Token, source: str, end: int, *, lines: bool) -> None:
    if token.type in {"text", "code_inline"}:
        for piece in filter(None, re.split(f"{HOLE}+", token.content)):
            _take_text(woven, piece, source, end)
    elif token.type == "text_special":
        _take_special(woven, token, source, end)
    elif token.type in {"softbreak", "hardbreak"}:
        at = source.find("\n", woven.at, end)
        if at >= 0:
            woven.take(at, at + 1, "\n" if lines and token.type == "hardbreak" else " ")
    elif token.type == "html_inline":
        at = source.find(token.content, woven.at, end)
        woven.at = at + len(token.content) if at >= 0 else woven.at


def _take_text(woven: Inline, content: str, source: str, end: int) -> None:
    if woven.text[-1:].isspace():
        content = content.lstrip(" ")  # what stood between two spaces has been taken out
    if not content:
        return
    at = source.find(content, woven.at, end)
    if at >= 0:
        woven.take(at, at + len(content), content)
        return
    # The parser has changed it (a line end in code, an escaped bar in a table): go letter by letter.
    for char in content:
        at = source.find(char, woven.at, end)
        if char.isspace():
            woven.take(woven.at, woven.at, " ")
        elif at >= 0 and not any(passed.isalnum() for passed in source[woven.at : at]):
            woven.take(at, at + 1, char)


def _take_special(woven: Inline, token: Token, source: str, end: int) -> None:
    at = source.find(token.markup, woven.at, end)
    if at < 0:
        return
    text = clean(token.content)
    if token.info == "escape":
        # The backslash stays where it escapes nothing.
        woven.take(at + len(token.markup) - len(text), at + len(token.markup), text)
    else:
        woven.take(at, at + len(token.markup), text)
        woven.changes.append((at, at + len(token.markup), text))


def _take_picture(woven: Inline, token: Token, source: str, end: int, *, alt: bool) -> None:
    at = source.find("![", woven.at, end)
    if at < 0:
        return
    if alt:
        woven.at = at + 2
        _walk(woven, token.children or [], source, end, alt=True, lines=False)
        woven.at = _after_link(source, woven.at, end)
        return
    inside = at + 2
    if source.startswith(token.content, inside):
        inside += len(token.content)
    woven.at = _after_link(source, inside, end)
    woven.pictures.append((at, woven.at))


def _after_link(source: str, at: int, end: int) -> int:
    """Return the place behind ``](address "title")``, ``][label]`` or ``]``."""
    bracket = source.find("]", at, end)
    if bracket < 0:
        return at
    follows = source[bracket + 1 : bracket + 2]
    if follows == "[":
        close = source.find("]", bracket + 2, end)
        return close + 1 if close >= 0 else bracket + 1
    if follows != "(":
        return bracket + 1
    depth, quote = 0, ""
    position = bracket + 1
    limit = min(end, position + _MAX_DESTINATION)
    while position < limit:
        char = source[position]
        if char == "\\":
            position += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and source[position - 1].isspace():
            quote = char
        elif char == "<" and depth == 1:
            position = max(source.find(">", position, limit), position)
        else:
            depth += (char == "(") - (char == ")")
            if not depth:
                return position + 1
        position += 1
    return bracket + 1
