"""Which marks this book puts around speech: a vote over opening and closing events."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.adapt.plays import is_play

__all__ = ["Style", "vote"]


@dataclass(frozen=True, slots=True)
class Style:
    """A convention of speech and the marks it uses."""

    name: str
    """``double``, ``single``, ``guillemets``, ``low-high``, ``corner``, ``dash``, ``play`` or ``none``."""
    openers: frozenset[str] = frozenset()
    """Marks that can only open."""
    closers: frozenset[str] = frozenset()
    """Marks that can only close."""
    both: frozenset[str] = frozenset()
    """Marks that may open or close."""
    spaced: bool = False
    """Marks stand apart from the words, as in tokenized or French text."""


_DASH = r"(?:—|–|―|--)"
_START = r"(?:^|\n|(?<=[\s(\[—–-]))"
_ELIDED = r"(?!(?:tis|twas|twere|twill|em|cause|bout|til|till|un|im|er|ere|round|neath|gainst|n|nd|s|t|d|m|ll|re|ve)\b)"
_OPENING = {
    "double": re.compile(rf"{_START}(?:[“\"]|``)\s?[A-Z¿¡']"),
    "single": re.compile(rf"(?i:{_START}['‘]\s?{_ELIDED})(?:(?<=\s)|(?<=['‘]))[A-Z“\"]"),
    "guillemets": re.compile(rf"{_START}[«»‹›]\s?[^\W\d_a-z]"),
    "low-high": re.compile(rf"{_START}[„‚]\s?\w"),
    "corner": re.compile(r"[「『﹁]\s?\w"),
    "dash": re.compile(rf"(?:^|\n){_DASH}\s?[^\W\d_a-z]"),
}
_CLOSING = {
    "double": re.compile(r"[.,!?;:—…-]\s?(?:[”\"]|'')(?=\s|$|[—)-])"),
    "single": re.compile(r"[.,!?;:—…-]\s?['’](?=\s|$|[—)-])"),
    "guillemets": re.compile(r"[\w.,!?;:—…]\s?[«»‹›](?=[\s,.]|$)"),
    "low-high": re.compile(r"[\w.,!?;:—…][“”‘]"),
    "corner": re.compile(r"[」』﹂]"),
}
_SPACED = re.compile(r"\w [,.] ")


def style_named(name: str, text: str) -> Style:
    """Build the style of a name for a text, which tells which way its guillemets point."""
    spaced = len(_SPACED.findall(text[:200_000])) * 400 > min(len(text), 200_000)
    if name == "double":
        return Style(name, frozenset({"“", "``", "„", "‟"}), frozenset({"”", "''"}), frozenset({'"', "″"}), spaced)
    if name == "single":
        return Style(name, frozenset({"‘", "‛"}), frozenset(), frozenset({"'", "’"}), spaced)
    if name == "guillemets":
        left = len(re.findall(r"(?:^|\n|\s)[«‹]\s?\w", text))
        right = len(re.findall(r"(?:^|\n|\s)[»›]\w", text))
        marks = (frozenset({"«"}), frozenset({"»"}))
        return Style(name, *(marks if left >= right else marks[::-1]), frozenset(), spaced=True)
    if name == "low-high":
        return Style(name, frozenset({"„"}), frozenset({"“", "”"}), frozenset({'"'}), spaced)
    if name == "corner":
        return Style(name, frozenset({"「", "﹁"}), frozenset({"」", "﹂"}))
    return Style(name, spaced=spaced)


def vote(text: str, wanted: str = "auto") -> Style:
    """Choose the convention of a text's speech.

    An opening event is a mark before a capital at the start of a paragraph or after white space; a closing
    event is a mark after punctuation. A convention's score is the smaller of its two counts, so that
    apostrophes, which never open, cannot win. Dashes count only at the start of paragraphs.
    """
    if wanted != "auto":
        return style_named(wanted, text)
    scores = {}
    for name, closing in _CLOSING.items():
        opened = len(_OPENING[name].findall(text))
        scores[name] = min(opened, len(closing.findall(text))) if opened else 0
    best = max(scores, key=lambda name: scores[name])
    paragraphs = text.count("\n") + 1
    dashes = len(_OPENING["dash"].findall(text))
    if dashes > 2 * scores[best] and dashes * 20 >= paragraphs:
        return style_named("dash", text)
    if is_play(text, scores[best]):
        return style_named("play", text)
    return style_named(best if scores[best] else "none", text)
