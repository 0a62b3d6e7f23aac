"""What a book says of how its words are said: their sounds, other words for them, the language that they are in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from audiobook.book import Paragraph
from audiobook.script import Override
from audiobook.spoken.ipa import fault
from audiobook.spoken.tongues import base, by_script, reads_latin, voice_of

__all__ = ["overrides"]

_Piece = tuple[int, int, str]
"""Start, end and what is said, as in `Override`."""

_WORD = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_LETTERS = "\u0370-\u04ff\u1f00-\u1fff"
_OTHER_LETTERS = re.compile(rf"[{_LETTERS}](?:[\W{_LETTERS}]*[{_LETTERS}])?")
"""Greek or Cyrillic words, with what stands between them."""
_NO_WORD = 2
"""Letters of another script that are no word: ``α particles``, ``the Я``."""


def overrides(paragraph: Paragraph, start: int, end: int, language: str) -> tuple[Override, ...]:
    """Return what is settled about the words of a line.

    Sounds and other words are kept where they lie inside the line. What is marked as another language that can be
    spoken, or written in Greek or Cyrillic letters, is marked in the script, punctuation at its ends left out.

    Args:
        paragraph: holds the line.
        start: first character of the line.
        end: one past its last.
        language: BCP 47 of the book.
    """
    given: list[_Piece] = []
    for mark in paragraph.markup:
        if mark.kind in {"alias", "phonemes"} and mark.value and start <= mark.start < mark.end <= end:
            said = f"/{mark.value}/" if mark.kind == "phonemes" else mark.value
            if not fault(said) and (not given or given[-1][1] <= mark.start):
                given.append((mark.start, mark.end, said))
    found = list(given)
    for first, past, tongue in _tongues(paragraph, start, end, language):
        found += ((a, b, f"lang={tongue}") for a, b in _without(first, past, given, paragraph.text))
    return tuple(Override(first - start, past - start, said) for first, past, said in sorted(found))


def _tongues(paragraph: Paragraph, start: int, end: int, language: str) -> list[_Piece]:
    """Return the stretches of a line that are in other languages than the book; the innermost mark counts."""
    marks = [mark for mark in paragraph.markup if mark.kind == "language" and mark.start < end and start < mark.end]
    cuts = sorted({start, end, *(at for mark in marks for at in (mark.start, mark.end) if start < at < end)})
    found: list[_Piece] = []
    for first, past in itertools.pairwise(cuts):
        around = [mark for mark in marks if mark.start <= first and past <= mark.end]
        if around:
            inner = min(around, key=lambda mark: mark.end - mark.start)
            found.append((first, past, inner.value.replace("_", "-")))
        elif reads_latin(language):
            found += _in_other_letters(paragraph.text, first, past)
    pieces: list[_Piece] = []
    for first, past, tongue in found:
        if not voice_of(tongue) or base(tongue) == base(language):
            continue
        begin = first
        if pieces and pieces[-1][2] == tongue and not _WORD.search(paragraph.text, pieces[-1][1], first):
            begin = pieces.pop()[0]  # Word and makers of e-books cut one phrase into many marks
        pieces.append((begin, past, tongue))
    return pieces


def _in_other_letters(text: str, start: int, end: int) -> list[_Piece]:
    if text.isascii():
        return []
    return [
        (match.start(), match.end(), by_script(match[0]))
        for match in _OTHER_LETTERS.finditer(text, start, end)
        if sum(map(str.isalpha, match[0])) > _NO_WORD
    ]


def _without(start: int, end: int, given: list[_Piece], text: str) -> Iterator[tuple[int, int]]:
    """Yield the words of a stretch that lie outside what is given, without the marks at their ends."""
    for first, past, _ in (*given, (end, end, "")):
        if first >= start:
            words = _WORD.search(text, start, min(first, end))
            if words:
                yield words.start(), words.end()
            start = max(start, past)
        if start >= end:
            return
