"""Text for Piper, in which sounds that are given stand between ``[[`` and ``]]``."""

from __future__ import annotations

import unicodedata

from audiobook.audio import Utterance
from audiobook.spoken.ipa import tidy
from audiobook.spoken.tongues import other_pieces, phrases, said_by

__all__ = ["marked"]

_SENTENCE_MARKS = "?!.…;:,—–"
"""Marks at which a voice may pause, the one that weighs most first."""


def marked(utterance: Utterance, espeak: str) -> str:
    """Text in which given phonemes stand in Piper's ``[[ ]]`` and nothing else does.

    Words of another language than the voice's are given too, in sounds that it has learned.
    """
    text = utterance.text
    given = [(start, end, tidy(ipa)) for start, end, ipa in utterance.phonemes]
    if espeak:
        others = other_pieces(text, utterance.language, espeak, utterance.foreign, utterance.phonemes)
        given += [(start, end, _foreign(text[start:end], language, espeak)) for start, end, language in others]
    pieces = []
    at = 0
    for start, end, ipa in sorted(given):
        rest = text[end:].lstrip(_SENTENCE_MARKS)
        past = len(text) - len(rest)
        # Behind ]] a mark would be the first character of a text, and eSpeak says it: "exclamation".
        said = unicodedata.normalize("NFD", f"{ipa}{_mark(text[end:past])}")
        pieces += [_plain(text[at:start]), f"[[ {said} ]]{' ' if past > end and rest[:1].isalnum() else ''}"]
        at = past
    pieces.append(_plain(text[at:]))
    return "".join(pieces).strip()


def _mark(marks: str) -> str:
    """Return the one of several marks that weighs most, as Piper's voices know it."""
    mark = next((mark for mark in _SENTENCE_MARKS if mark in marks), "")
    return {"…": ".", "—": ",", "–": ","}.get(mark, mark)


def _foreign(text: str, language: str, espeak: str) -> str:
    """Return phonemes and marks of words in another language."""
    pieces = phrases(text)
    said = (
        _mark(piece) if place % 2 else f" {said_by(piece.strip(), language, espeak)}"
        for place, piece in enumerate(pieces)
        if piece.strip()
    )
    return "".join(said).strip()


def _plain(text: str) -> str:
    while "[[" in text:
        text = text.replace("[[", "[ [")
    return " ".join(text.split("\0"))
