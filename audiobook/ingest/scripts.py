"""Writing systems: where sentences end, what opens speech, and which scripts have neither capitals nor spaces."""

from __future__ import annotations

import re

__all__ = [
    "CLOSERS", "ENDERS", "SPEECH", "count_words", "ends_sentence", "is_caseless", "is_unspaced", "opens_line",
]  # fmt: skip

ENDERS = frozenset(".!?…。．｡！？؟۔।॥։።፧፨។៕‼⁇⁈⁉‽⸮")
"""What ends a sentence in any script (Unicode's Sentence_Terminal where books use it, and the ellipsis)."""
CLOSERS = frozenset("\"'”’»›«‹“)]*_」』）〉》】〕］｣")
"""What may stand behind the end of a sentence."""
SPEECH = frozenset('"“”„«»‹›「」『』｢｣')
"""Marks of speech, apostrophes left out."""
_OPENERS = frozenset("\"'“‘«—-[(_*„「『｢（《〈【¿¡")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af]"
)
"""Thai, Lao, Burmese, Khmer, kana and Han: scripts that set no spaces between words."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def ends_sentence(text: str) -> bool:
    """Does the text end like a sentence, closing marks aside?"""
    return text.rstrip("".join(CLOSERS) + " ")[-1:] in ENDERS and any(char.isalnum() for char in text)


def is_caseless(text: str) -> bool:
    """Are most letters of scripts without capitals, such as Han, Arabic, Hebrew or Devanagari?"""
    if text.isascii():
        return False
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(char.lower() == char.upper() for char in letters) > len(letters)


def is_unspaced(text: str) -> bool:
    """Are most letters of scripts that set no spaces between words?"""
    found = len(_UNSPACED.findall(text))
    return bool(found) and 2 * found > sum(char.isalpha() for char in text)


def count_words(text: str) -> int:
    """Count words; in scripts without spaces every two letters are one, as words of Chinese mostly are."""
    unspaced = len(_UNSPACED.findall(text))
    return (unspaced + 1) // 2 + len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text))


def opens_line(char: str) -> bool:
    """May a sentence begin with the character? Capitals, digits, opening marks, and letters without case."""
    return char in _OPENERS or char.isdigit() or (char.isalpha() and not char.islower())
