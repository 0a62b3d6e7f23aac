"""What the print of a speech tells: marks, capitals, broken words, and its own telling words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiobook.adapt.cuewords import Hint, cue_words

__all__ = ["typographic", "words_spoken"]

_CAPITALS = re.compile(r"(?<![\w.&'])[A-Z]{2,}(?:'[A-Z]+)?(?![\w&])(?!\.\w)")
_ROMAN = re.compile(r"[IVXLCDM]+")
_STUTTER = re.compile(r"\b([A-Za-z]{1,2})(?:-+|—|\.\.\.|…)\s?(?:\1(?:-+|—|…)\s?)*(?=\1\w)", re.IGNORECASE)
_ASTONISHED = re.compile(r"[?!]*(?:\?!|!\?)[?!]*")
_ELLIPSIS = re.compile(r"…|\.\s?\.\s?\.")
_END = " \t\n\"'”’»)]*_"


def typographic(text: str) -> Iterator[Hint]:
    """Yield the cues that the print of a line of speech gives, the strongest first."""
    capitals = _loud_words(text)
    if len(capitals) >= 3:
        yield "shout", 0.7
    elif capitals:
        yield "emphasis", 0.6
    if _ASTONISHED.search(text):
        yield "surprise", 0.6
    if _STUTTER.search(text):
        yield "hesitant", 0.7
    elif _ELLIPSIS.search(text.rstrip(_END)[:-1]):
        yield "hesitant", 0.5
    elif _ELLIPSIS.search(text):
        yield "hesitant", 0.3


def words_spoken(text: str) -> Iterator[Hint]:
    """Yield cues from telling words of an English line of speech, in its order; ``text`` has straight apostrophes."""
    words = cue_words()
    low = text.lower()
    for match in words.spoken_pattern.finditer(low.replace(",", "") if "," in low else low):
        yield words.spoken[match[0]]


def _loud_words(text: str) -> list[str]:
    """Return words in capitals that stand for loudness, not for an abbreviation or a numeral."""
    acronyms = cue_words().acronyms
    return [
        word
        for word in _CAPITALS.findall(text)
        if word.lower() not in acronyms and not _ROMAN.fullmatch(word) and any(vowel in word for vowel in "AEIOUY")
    ]
