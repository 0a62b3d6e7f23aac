"""How long the silence after a sentence is: by kind of boundary, with a seeded, natural unevenness."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from audiobook.script import NARRATOR, Line
from audiobook.settings import PauseSettings

__all__ = ["Boundary", "Context", "after_line", "cut", "identity", "inside_line", "pause_ms"]

Boundary = Literal[
    "comma", "semicolon", "dash", "ellipsis", "ellipsis_inside", "interruption", "sentence", "dialogue_sentence",
    "to_speech", "to_tag", "resume", "to_narration", "speaker_change", "paragraph", "scene", "heading",
]  # fmt: skip
"""Names of the milliseconds in `PauseSettings`."""

_STEADY: frozenset[Boundary] = frozenset({"scene", "heading"})
_STEADY_SIGMA = 0.05
"""Spread at scenes and headings: a listener takes their length for a sign."""
_CLAMP = (0.7, 1.4)
_TYPICAL_WORDS = 12
_PER_WORD = 0.02
"""Growth of a pause with each word of the sentence before it (Kazlauskienė 2020: x 1.4 after long ones)."""
_LENGTH_CLAMP = (0.85, 1.3)
_LONG_MS = 1000
_GROWING: frozenset[Boundary] = frozenset(
    {"sentence", "dialogue_sentence", "to_narration", "speaker_change", "paragraph", "ellipsis", "ellipsis_inside"}
)
"""Boundaries behind a whole sentence, where its length counts."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Context:
    """What a pause depends on besides its boundary."""

    identity: str
    """Of the book, the chapter and the sentence before the pause; never its place, so that an edit stays local."""
    words: int
    """Of the sentence before the pause."""
    rate: float = 1.0
    """Factor on the engine's normal speed, of the sentence before the pause."""


def pause_ms(boundary: Boundary, context: Context, settings: PauseSettings, seed: int = 0) -> int:
    """Return milliseconds of silence at ``boundary``.

    The variation is log-normal, as measured pauses are (Campione & Véronis 2002), and drawn from a hash of
    the context's identity and ``seed``. Faster speech shortens short pauses most (Demol 2007).
    """
    ms: float = getattr(settings, boundary)
    sigma = min(settings.variation, _STEADY_SIGMA) if boundary in _STEADY else settings.variation
    ms *= _within(math.exp(sigma * _draw(context.identity, seed)), _CLAMP)
    if boundary in _GROWING:
        ms *= _within(1 + _PER_WORD * (context.words - _TYPICAL_WORDS), _LENGTH_CLAMP)
    faster: float = context.rate ** (-1.5 if ms < _LONG_MS else -0.5)
    return round(ms * faster)


_CLOSERS = "\"'”’»›«‹“‘」』）】)]}*_ \t\n"
_TRAILS = ("…", "...", ". . .")
_BREAKS_OFF = ("—", "–", "--", "-")
_TAG = re.compile(
    r"\W*(?:[\w.’'-]+\s+){0,4}?(?:said|says|asked|asks|cried|cries|replied|answered|whispered|shouted|called|murmured"
    r"|muttered|added|exclaimed|continued|went\s+on|inquired|observed|remarked|returned|yelled|screamed)\b"
)


def inside_line(before: str, *, speech: bool) -> Boundary:
    """Return the boundary after the sentence ``before`` when its line goes on."""
    if _bare(before).endswith(_TRAILS):
        return "ellipsis_inside"
    return "dialogue_sentence" if speech else "sentence"


def cut(before: str) -> Boundary:
    """Return the boundary where a long sentence was cut after the clause ``before``."""
    bare = before.rstrip()
    if bare.endswith(_TRAILS):
        return "ellipsis_inside"
    if bare.endswith((";", ":")):
        return "semicolon"
    return "dash" if bare.endswith((*_BREAKS_OFF, ")", "]")) else "comma"


def after_line(before: Line, after: Line, *, resumes: bool, new_paragraph: bool) -> Boundary:
    """Return the boundary between two lines of a scene.

    Args:
        before: The line that ends.
        after: The line that follows.
        resumes: ``after`` goes on with what its speaker was saying before ``before``.
        new_paragraph: A paragraph of the book ends between them.
    """
    words = _bare(before.text)
    from_speech, to_speech = before.speaker != NARRATOR, after.speaker != NARRATOR
    if from_speech and to_speech and before.speaker != after.speaker:
        return "interruption" if words.endswith(_BREAKS_OFF) else "speaker_change"
    if new_paragraph:
        return "speaker_change" if from_speech and to_speech else "paragraph"
    if from_speech == to_speech:
        return "ellipsis" if words.endswith(_TRAILS) else inside_line(before.text, speech=from_speech)
    if from_speech:
        return _to_narration(words, after.text)
    return _to_speech(words, resumes=resumes)


def _to_narration(words: str, narration: str) -> Boundary:
    first = narration.lstrip("\"'“”‘’—–-, ")[:1]
    if words.endswith(",") or first.islower() or _TAG.match(narration):
        return "to_tag"
    return "ellipsis" if words.endswith(_TRAILS) else "to_narration"


def _to_speech(words: str, *, resumes: bool) -> Boundary:
    if words.endswith(_TRAILS):
        return "ellipsis"
    if words.endswith((".", "!", "?")):
        # A finished tag or sentence: the speech after it starts afresh.
        return "to_speech" if resumes else "dialogue_sentence"
    return "resume" if resumes else "to_speech"


def _bare(text: str) -> str:
    return text.rstrip(_CLOSERS)


def identity(parts: Iterable[str]) -> str:
    """Join the parts of an identity; parts may hold anything but the unit separator."""
    return "\x1f".join(parts)


def _draw(name: str, seed: int) -> float:
    """Draw a standard normal number that depends on ``name`` and ``seed`` alone."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=seed.to_bytes(8, "big"))
    # Half a step from both ends: the inverse of the distribution is infinite at 0 and 1.
    return _NORMAL.inv_cdf((int.from_bytes(digest.digest()[:6], "big") + 0.5) / 2**48)


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
