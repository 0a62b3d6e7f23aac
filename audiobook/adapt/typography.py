"""What the print of a speech tells: marks, capitals, broken words, and its own telling words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiobook.adapt.cuewords import Hint, cue_words

__all__ = ["exclaims", "typographic", "words_spoken"]

_CAPITALS = re.compile(r"(?<![\w.&'])[A-Z]{2,}(?:'[A-Z]+)?(?![\w&])(?!\.\w)(?!\s(?:[VXLCDM][IVXLCDM]*|I[IVX]+|\d+)\b)")
_ROMAN = re.compile(r"[IVXLCDM]+")
_STUTTER = re.compile(r"\b([A-Za-z]{1,2})(?:-+|—|\.\.\.|…)\s?(?:\1(?:-+|—|…)\s?)*(?=\1\w)", re.IGNORECASE)
_ASTONISHED = re.compile(r"[?!]*(?:\?!|!\?)[?!]*")
_ELLIPSIS = re.compile(r"…|\.\s?\.\s?\.")
_EXCLAMATION = re.compile("!+")
_END = " \t\n\"'”’»)]*_"


_SENTENCE_END = re.compile(r"[.!?…]+(?=[\s\"'”’»)]|$)")
_PLEASE = re.compile(r"(?:^|[.!?,;:\"'“‘—-])\s*(?:oh,? |do |but |and )?please\b(?! (?:god|you|him|her|them|us)\b)")
"""Please as a request; elsewhere it is a verb: "if you please", "it will please her"."""
_SHORT = 30
"""Words of a speech that one word, or one mark in the middle, may colour as a whole."""
_SHARE = 0.5
"""Sentences of a longer speech that must bear a mark for it to colour the whole."""


def typographic(text: str) -> Iterator[Hint]:
    """Yield the cues that the print of a line of speech gives, the strongest first."""
    capitals = _loud_words(text)
    words = len(text.split())
    if len(capitals) >= 3 and len(capitals) * 3 >= words:
        yield "shout", 0.7
    elif capitals and words <= _SHORT:
        yield "emphasis", 0.6
    if _ASTONISHED.search(text) and words <= _SHORT:
        yield "surprise", 0.6
    if _STUTTER.search(text):
        yield "hesitant", 0.7
    elif _is_marked(text.rstrip(_END)[:-1], _ELLIPSIS):
        yield "hesitant", 0.5
    elif words <= _SHORT and _ELLIPSIS.search(text):
        yield "hesitant", 0.3


def exclaims(text: str) -> bool:
    """Tell whether a line of speech is an exclamation on the whole."""
    return "!" in text and _is_marked(text, _EXCLAMATION)


def words_spoken(text: str) -> Iterator[Hint]:
    """Yield cues from telling words of an English line of speech, in its order.

    In a long speech only its opening counts. ``text`` has straight apostrophes.
    """
    words = cue_words()
    if _PLEASE.search(" ".join(text.lower().split()[:_SHORT])):
        yield "pleading", 0.5
    opening = " ".join(text.lower().replace(",", "").split()[:_SHORT])
    for match in words.spoken_pattern.finditer(opening):
        yield words.spoken[match[0]]


def _is_marked(text: str, mark: re.Pattern[str]) -> bool:
    return len(mark.findall(text)) >= _SHARE * max(len(_SENTENCE_END.findall(text)), 1)


def _loud_words(text: str) -> list[str]:
    """Return words in capitals that stand for loudness, not for an abbreviation or a numeral."""
    acronyms = cue_words().acronyms
    return [
        word
        for word in _CAPITALS.findall(text)
        if word.lower() not in acronyms and not _ROMAN.fullmatch(word) and any(vowel in word for vowel in "AEIOUY")
    ]
