"""The text of a book: metadata, chapters, paragraphs, and the ledger that proves nothing was lost."""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Book",
    "Chapter",
    "Cover",
    "Exclusion",
    "LexiconEntry",
    "Markup",
    "Metadata",
    "Paragraph",
    "ParagraphKind",
    "Span",
    "count_letters",
]

ParagraphKind = Literal["prose", "heading", "verse", "quote", "list", "code", "table", "note", "image", "break"]
"""``heading`` is below chapter level and titles a scene; ``break`` is an untitled scene break without text."""

MarkupKind = Literal["emphasis", "language", "phonemes", "alias"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of the decoded source (CRLF counts as one)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Markup:
    """What the source says of a piece of a paragraph's text."""

    start: int
    """First character, an index into ``Paragraph.text``."""
    end: int
    """One past the last character."""
    kind: MarkupKind
    """``emphasis``; ``language`` (value: BCP 47); ``phonemes`` (value: IPA); ``alias`` (value: words to say)."""
    value: str = ""

    def moved(self, by: int) -> Markup:
        """Return the same of a text with ``by`` characters more before the piece."""
        return Markup(self.start + by, self.end + by, self.kind, self.value)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of text as it is to be read: unwrapped, without note references or page furniture."""

    text: str
    kind: ParagraphKind = "prose"
    markup: tuple[Markup, ...] = ()
    source: Span | None = None
    """Where it stands in the decoded source; only TXT and Markdown have it."""
    anchors: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    """Ascending pairs (index into ``text``, index into the source) between which both run in step."""

    def source_index(self, index: int) -> int | None:
        """Map an index into ``text`` to an offset of the decoded source, or None when there is no source."""
        if self.source is None:
            return None
        if not self.anchors:
            return min(self.source.start + index, self.source.end)
        at = bisect.bisect_right(self.anchors, (index, float("inf"))) - 1
        text_index, source_index = self.anchors[max(at, 0)]
        return min(source_index + index - text_index, self.source.end)

    def source_span(self, start: int, end: int) -> Span | None:
        """Map the half-open range ``start:end`` of ``text`` to the source; None when there is no source."""
        first = self.source_index(start)
        if first is None:
            return None
        last = self.source_index(end - 1) if end > start else first - 1
        assert last is not None
        return Span(first, last + 1)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A unit of the book's own division, in reading order."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    source: Span | None = None
    """From the start of the heading to the end of the last paragraph."""
    part: str = ""
    """The part or book above the chapter ("Book the First"), empty when there is none."""
    href: str = ""
    """Where a container keeps the chapter ("text/ch1.xhtml#c1"); empty for plain text."""
    part_heading: str = ""
    """The heading of the part that begins with this chapter, as printed, to be said before the title."""
    part_markup: tuple[Markup, ...] = ()
    """What the source says of pieces of that heading."""
    title_markup: tuple[Markup, ...] = ()
    """What the source says of pieces of the title."""
    titled: bool = True
    """Does the title stand in the source's text? False when it comes from elsewhere (a table of contents, the
    book's own title); the ledger then leaves it out."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Text of the source that is not read aloud, and why."""

    reason: str
    """Short and stable, e.g. ``gutenberg-licence``, ``contents``, ``note-reference``, ``page-number``."""
    text: str
    source: Span | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover picture exactly as the source holds it."""

    data: bytes = field(repr=False)
    media_type: str
    """``image/jpeg`` or ``image/png``."""


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """How the source itself says that a word is spoken."""

    graphemes: tuple[str, ...]
    """Spellings, each matched as a whole and in its own case."""
    phonemes: str = ""
    """IPA; empty when there is an alias."""
    alias: str = ""
    """Words to say instead."""
    language: str = ""
    """BCP 47 of the text it holds for; empty holds for all."""
    part: str = ""
    """Part of speech in the source's words; empty where it says none."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the source says of itself; empty strings where it says nothing."""

    title: str = ""
    author: str = ""
    """Several authors are joined with ``"; "``."""
    language: str = "en"
    """BCP 47."""
    subtitle: str = ""
    narrator: str = ""
    year: str = ""
    description: str = ""
    series: str = ""
    series_part: str = ""
    publisher: str = ""
    identifier: str = ""
    rights: str = ""
    genre: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A whole book as text."""

    metadata: Metadata
    chapters: tuple[Chapter, ...]
    cover: Cover | None = None
    exclusions: tuple[Exclusion, ...] = ()
    toc: tuple[str, ...] = ()
    """Labels of the source's own table of contents, in its order."""
    letters: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    """The ledger's other side: how often each letter stands in the source's body text, counted before
    anything is taken out (see `count_letters`)."""

    lexicon: tuple[LexiconEntry, ...] = field(default=(), repr=False)
    """Pronunciations that the source brings along (PLS)."""

    def imbalance(self) -> dict[str, int]:
        """Letters lost (positive) or invented (negative) between source and book; empty when it balances."""
        texts = [paragraph.text for chapter in self.chapters for paragraph in chapter.paragraphs]
        texts += [chapter.part_heading for chapter in self.chapters]
        texts += [chapter.title for chapter in self.chapters if chapter.titled]
        texts += [exclusion.text for exclusion in self.exclusions]
        difference = Counter(dict(self.letters))
        difference.subtract(dict(count_letters("\n".join(texts))))
        return {letter: count for letter, count in sorted(difference.items()) if count}


def count_letters(text: str) -> tuple[tuple[str, int], ...]:
    """Count letters and digits, sorted; case and everything that is not alphanumeric are ignored.

    Case is ignored because headings may be re-cased; combining marks and punctuation because
    normalization composes and unwraps them.
    """
    counts = Counter(text.casefold())
    return tuple(sorted((letter, count) for letter, count in counts.items() if letter.isalnum()))
