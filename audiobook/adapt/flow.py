"""The book as one running text, so that every rule is one pass over a string."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from audiobook.book import Book

__all__ = ["Flow", "flow_of"]

_PLAIN = str.maketrans(
    {"’": "'", "ʼ": "'", "‘": "'", "_": " ", "*": " ", "\u00a0": " ", "\u202f": " ", "\n": " ", "\t": " "}
)
_SPOKEN_KINDS = frozenset({"prose", "verse", "quote", "list", "note"})


@dataclass(frozen=True, slots=True)
class Flow:
    """All paragraphs joined by line feeds; positions are indices into ``text``."""

    text: str
    """As written."""
    plain: str
    """Of the same length, with straight apostrophes and plain spaces, for matching words."""
    starts: tuple[int, ...]
    """First character of each paragraph."""
    ends: tuple[int, ...]
    """One past the last character of each paragraph."""
    places: tuple[tuple[int, int], ...]
    """Chapter and paragraph indices."""
    kinds: tuple[str, ...]
    """Kind of each paragraph."""
    breaks: frozenset[int]
    """Paragraphs that begin a scene or a chapter."""

    def paragraph_at(self, position: int) -> int:
        """Find the paragraph that holds a position."""
        return bisect.bisect_right(self.starts, position) - 1

    def spoken(self, paragraph: int) -> bool:
        """Tell whether the paragraph may hold speech at all."""
        return self.kinds[paragraph] in _SPOKEN_KINDS


def flow_of(book: Book) -> Flow:
    """Join the paragraphs of a book."""
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    kinds: list[str] = []
    breaks: list[int] = []
    for c, chapter in enumerate(book.chapters):
        fresh = True
        for p, paragraph in enumerate(chapter.paragraphs):
            if fresh or paragraph.kind in {"break", "heading"}:
                breaks.append(len(texts))
            fresh = paragraph.kind in {"break", "heading"}
            texts.append(paragraph.text)
            places.append((c, p))
            kinds.append(paragraph.kind)
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for text in texts:
        starts.append(at)
        ends.append(at + len(text))
        at += len(text) + 1
    joined = "\n".join(texts)
    # Paragraph ends stay line feeds in the plain text; line feeds inside a paragraph become spaces.
    plain = "\n".join(text.translate(_PLAIN) for text in texts)
    return Flow(joined, plain, tuple(starts), tuple(ends), tuple(places), tuple(kinds), frozenset(breaks))
