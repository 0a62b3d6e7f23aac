"""Direct a book: who speaks, how, and in whose voice."""

from __future__ import annotations

from audiobook.adapt.casting import cast_voices
from audiobook.adapt.compose import compose
from audiobook.adapt.cues import add_cues
from audiobook.adapt.marked import MarkedBook
from audiobook.adapt.marking import mark
from audiobook.book import Book
from audiobook.engines.base import VoiceInfo
from audiobook.script import Script, Voice
from audiobook.settings import Settings

__all__ = ["adapt", "direct", "mark"]


def adapt(book: Book, settings: Settings, voices: tuple[VoiceInfo, ...]) -> Script:
    """Turn a book into a script.

    Args:
        book: The text.
        settings: All choices; ``adapt``, ``engine``, ``voice``, ``cast`` and ``expression`` matter here.
        voices: What may be cast, best first.

    Returns:
        A script whose lines, joined, are the paragraphs of the book but for white space between lines.
    """
    return direct(mark(book, settings.adapt), settings, voices)


def direct(
    marked: MarkedBook, settings: Settings, voices: tuple[VoiceInfo, ...], earlier: tuple[tuple[str, Voice], ...] = ()
) -> Script:
    """Turn a marked-up book into a script: the second half of `adapt`, for callers that refine the marks first.

    ``earlier`` is the cast of an earlier book of the series.
    """
    cast = cast_voices(marked, settings, voices, earlier=earlier)
    return compose(add_cues(marked, settings), settings.adapt, cast)
