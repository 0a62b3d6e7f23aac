"""The text of one block as it grows: white space collapsed, characters cleaned, markup kept in step."""

from __future__ import annotations

import bisect
import itertools
import re
from dataclasses import dataclass, field

from audiobook.book import Markup, MarkupKind
from audiobook.ingest.clean import clean

__all__ = ["Inline", "Open"]

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_LINE_SPACES = re.compile(r" *\n *")


_MAX_OPEN = 16
"""Markup that is open at once."""


@dataclass(slots=True, eq=False)
class Open:
    """Markup that has begun and not ended."""

    kind: MarkupKind
    value: str
    start: int = 0


@dataclass(slots=True)
class Inline:
    """A block's text under construction."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    last: str = ""
    """The last character written."""
    done: list[Markup] = field(default_factory=list)
    opened: list[Open] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    linked: int = 0

    def add(self, text: str, *, keep_lines: bool = False) -> None:
        """Append text; runs of white space become one space, line ends too unless they are kept."""
        text = clean(text) if keep_lines else _SPACES.sub(" ", clean(text).replace("\n", " "))
        if not self.length or self.last in " \n":
            text = text.lstrip(" ") if not keep_lines else text
        if not text:
            return
        self.parts.append(text)
        self.length += len(text)
        self.last = text[-1]

    def separate(self, mark: str) -> None:
        """Put a mark between what is written and what comes, unless punctuation stands there already."""
        while self.parts and self.last == " ":
            piece = self.parts.pop()
            kept = piece.rstrip(" ")
            self.length -= len(piece) - len(kept)
            if kept:
                self.parts.append(kept)
            self.last = self.parts[-1][-1] if self.parts else ""
        if self.length:
            self.add(mark if self.last.isalnum() or self.last in ")]”’\"'%" else " ")

    def line(self, *, again: bool = False) -> None:
        """End a line inside the block; a line that has ended already ends ``again`` only for a line break."""
        if self.length and (again or self.last != "\n"):
            self.parts.append("\n")
            self.length += 1
            self.last = "\n"

    def open(self, kind: MarkupKind, value: str = "") -> Open:
        """Begin markup at the end of the text so far; none is kept inside a great many others."""
        opened = Open(kind, value, self.length)
        if len(self.opened) < _MAX_OPEN:
            self.opened.append(opened)
        return opened

    def close(self, opened: Open) -> None:
        """End markup; it is kept when it covers any text."""
        if opened not in self.opened:
            return
        self.opened.remove(opened)
        if self.length > opened.start:
            self.done.append(Markup(opened.start, self.length, opened.kind, opened.value))

    def take(self) -> tuple[str, tuple[Markup, ...]]:
        """Return the text with its markup and begin anew; open markup goes on in the next block."""
        for opened in self.opened:
            if self.length > opened.start:
                self.done.append(Markup(opened.start, self.length, opened.kind, opened.value))
            opened.start = 0
        raw = "".join(self.parts)
        text, markup = _trimmed(raw, self.done)
        self.parts, self.length, self.last, self.done = [], 0, "", []
        return text, markup


def _trimmed(raw: str, marks: list[Markup]) -> tuple[str, tuple[Markup, ...]]:
    """Strip the ends of the text and of every line, and move the markup along."""
    lead = len(raw) - len(raw.lstrip())
    cuts = [(match.start(), match.end()) for match in _LINE_SPACES.finditer(raw) if match[0] != "\n"]
    text = _LINE_SPACES.sub("\n", raw).strip()

    starts = [start for start, _ in cuts]
    shifts = list(itertools.accumulate((end - start - 1 for start, end in cuts), initial=0))

    def moved(at: int) -> int:
        before = bisect.bisect_left(starts, at)
        shift = shifts[before]
        if before and at < cuts[before - 1][1]:  # inside white space that went
            shift -= cuts[before - 1][1] - at
        return min(max(at - shift - lead, 0), len(text))

    kept = []
    for mark in marks:
        start, end = moved(mark.start), moved(mark.end)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end > start and not (mark.kind == "emphasis" and end - start == len(text)):
            kept.append(Markup(start, end, mark.kind, mark.value))
    return text, tuple(sorted(kept, key=lambda mark: (mark.start, -mark.end, mark.kind)))
