"""The marked-up manuscript between the steps of adapting: who is in it, and which stretch of text is whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audiobook.book import Book, Chapter, Markup
from audiobook.script import Cue, LineKind

__all__ = ["Age", "MarkedBook", "MarkedChapter", "Person", "Piece", "SceneSpan", "Sex"]

Sex = Literal["female", "male", "unknown"]
Age = Literal["child", "adult", "old", "unknown"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks."""

    name: str
    """The name that the script uses, unique in the book."""
    aliases: tuple[str, ...] = ()
    sex: Sex = "unknown"
    age: Age = "unknown"
    is_narrator: bool = False
    """A first-person narrator, who then also speaks under this name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one paragraph with one speaker. The pieces of a chapter cover its paragraphs without a gap."""

    paragraph: int
    """Index into ``Chapter.paragraphs``."""
    start: int
    """First character, an index into the paragraph's text."""
    end: int
    speaker: str
    """`NARRATOR`, `UNKNOWN` or a `Person.name`."""
    kind: LineKind
    confidence: float = 1.0
    """0 to 1."""
    doubt: str = ""
    """For the script's check comment: runners-up and reason; empty when there is nothing to check."""
    tag: tuple[int, int] | None = None
    """Where this paragraph says who speaks and how ("whispered Mary softly"), for a piece of speech."""
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneSpan:
    """A scene as a half-open range of a chapter's paragraphs."""

    first: int
    end: int
    title: str = ""
    markup: tuple[Markup, ...] = ()
    """Of the title."""


@dataclass(frozen=True, slots=True)
class MarkedChapter:
    """A chapter with its scenes and pieces, both in reading order."""

    chapter: Chapter
    scenes: tuple[SceneSpan, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class MarkedBook:
    """A book with its people, most lines first."""

    book: Book
    people: tuple[Person, ...]
    chapters: tuple[MarkedChapter, ...]
