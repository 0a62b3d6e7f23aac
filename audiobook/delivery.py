"""Cues to numbers: how much faster, higher, livelier, louder or more breathy a line is spoken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from audiobook.script import EMOTIONS, MANNERS, Cue, Delivery, Voice
from audiobook.settings import CueEffect, Settings

__all__ = ["CUES", "FREE_ENGINES", "Resolved", "resolve"]

CUES: dict[str, CueEffect] = {
    # name: rate, pitch (semitones), pitch_range, gain (dB), before_ms, after_ms, whisper
    "neutral": CueEffect(),
    "joy": CueEffect(1.04, 0.8, 1.15, 0.8, 0, 0),
    "excitement": CueEffect(1.08, 1.2, 1.20, 1.5, -50, -80),
    "sadness": CueEffect(0.93, -0.8, 0.85, -1.5, 120, 200),
    "anger": CueEffect(1.06, 1.2, 1.20, 2.5, 0, 100),
    "coldanger": CueEffect(0.95, -0.6, 0.85, 0.5, 120, 150),
    "fear": CueEffect(1.07, 1.3, 1.10, -0.5, 80, 80),
    "anxiety": CueEffect(1.03, 0.5, 0.95, -1.0, 60, 60),
    "surprise": CueEffect(1.04, 1.5, 1.25, 1.0, 120, 80),
    "disgust": CueEffect(0.94, -0.7, 1.00, -0.3, 80, 80),
    "tenderness": CueEffect(0.95, -0.3, 0.90, -2.0, 60, 120),
    "pride": CueEffect(0.97, -0.5, 1.05, 0.8, 80, 80),
    "boredom": CueEffect(0.92, -0.6, 0.75, -1.0, 60, 100),
    "shame": CueEffect(0.95, -0.4, 0.85, -1.8, 120, 120),
    "pleading": CueEffect(1.02, 0.8, 1.15, 0.3, 0, 80),
    "trust": CueEffect(0.98, -0.2, 0.95, -0.3, 0, 40),
    "anticipation": CueEffect(1.02, 0.4, 1.08, 0.3, 0, 0),
    "suspense": CueEffect(0.94, -0.4, 0.95, -1.0, 0, 250),
    "action": CueEffect(1.05, 0.3, 1.05, 0.5, 0, -100),
    "curious": CueEffect(1.01, 0.5, 1.10, 0.0, 0, 0),
    "whisper": CueEffect(0.94, 0.0, 1.00, -4.0, 60, 80, 1.0),
    "shout": CueEffect(0.97, 2.0, 1.10, 3.0, 0, 120),
    "soft": CueEffect(0.96, -0.3, 0.90, -2.5, 40, 60),
    "fast": CueEffect(1.10, 0.0, 1.00, 0.0, 0, -60),
    "slow": CueEffect(0.90, 0.0, 1.00, 0.0, 0, 80),
    "laughing": CueEffect(1.03, 1.0, 1.20, 0.5, 0, 60),
    "crying": CueEffect(0.92, 0.6, 0.90, -1.5, 150, 200),
    "sarcastic": CueEffect(0.94, -0.6, 0.85, 0.0, 60, 100),
    "hesitant": CueEffect(0.92, 0.0, 0.95, -1.0, 150, 120),
    "thought": CueEffect(0.97, -0.3, 0.90, -1.5, 120, 150),
    "emphasis": CueEffect(0.96, 0.5, 1.15, 1.0, 0, 40),
}
"""What each cue does at strength 1 and expression 1, about a tenth to a third of an actor's size.

The sizes follow the directions reported by Mozziconacci 1998, Schröder 2003, Murray & Arnott 1993 and
Andersson et al. 1996; the amounts are this program's judgement of what a narrator does. ``trust``,
``anticipation``, ``curious``, ``fast``, ``slow`` and ``emphasis`` are judgement alone.
"""

assert set(CUES) == {*EMOTIONS, *MANNERS}

FREE_ENGINES = frozenset({"pyttsx3", "silent"})
"""Engines whose rate has no natural limits to keep: rule-based speech stays clear at any speed."""

SECOND = 0.5
"""Share of the second strongest cue; weaker ones are dropped."""

_RATE = (0.85, 1.2)
_RANGE = (0.75, 1.3)
_GAIN = (-4.0, 3.0)
_PITCH = 2.0
"""Semitones that emotion may move the voice."""
_TOTAL_PITCH = 3.0
"""Semitones that emotion and character together may."""
_HARD_RATE = (0.5, 2.0)
_HARD_PITCH = 12.0
_HARD_GAIN = (-24.0, 12.0)
_SPREAD = (-300, 300)
"""Milliseconds that cues may add to one pause."""


class Resolved(NamedTuple):
    """A line's cues and its voice's offsets, as numbers."""

    delivery: Delivery
    """Gain is 0: it is applied when takes are stitched."""
    gain_db: float
    """Of the voice and the cues."""
    before_ms: int
    """Added to the pause before the line; may be negative."""
    after_ms: int


def resolve(cues: Iterable[Cue], voice: Voice, settings: Settings) -> Resolved:
    """Combine cues, strongest first, with the voice's own offsets, within what sounds natural.

    The strongest cue counts in full, the second by half, others not at all; effects add up as logarithms
    and are multiplied by ``settings.expression``. Numbers set by hand (``rate=``, ``pitch=``, ``gain=``)
    are applied as they are, on top of the limits.
    """
    return _resolve(tuple(cues), voice, settings.cues, settings.expression)


@lru_cache(maxsize=4096)
def _resolve(
    cues: tuple[Cue, ...], voice: Voice, own: tuple[tuple[str, CueEffect], ...], expression: float
) -> Resolved:
    table = CUES | dict(own)
    felt = [(1.0 if cue.value is None else cue.value, table[cue.name]) for cue in cues if cue.name in table]
    felt.sort(key=lambda pair: -pair[0])  # stable: of two equally strong cues the one written first leads
    weighted = [
        (strength * share * expression, effect)
        for (strength, effect), share in zip(felt, (1.0, SECOND), strict=False)
        if strength > 0
    ]
    numbers = {cue.name: cue.value for cue in cues if cue.name not in table and cue.value is not None}
    delivery = Delivery(
        rate=round(_rate(weighted, voice) * numbers.get("rate", 1.0), 3),
        pitch=round(_pitch(weighted, voice) + numbers.get("pitch", 0.0), 2),
        pitch_range=round(_within(math.exp(_sum(weighted, _log_range)), _RANGE), 3),
        timbre=round(voice.timbre, 3),
        whisper=round(_within(_sum(weighted, lambda effect: effect.whisper), (0.0, 1.0)), 2),
    )
    gain = voice.gain + _within(_sum(weighted, lambda effect: effect.gain), _GAIN) + numbers.get("gain", 0.0)
    return Resolved(
        _hard_limits(delivery),
        round(_within(gain, _HARD_GAIN), 2),
        round(_within(_sum(weighted, lambda effect: effect.before_ms), _SPREAD)),
        round(_within(_sum(weighted, lambda effect: effect.after_ms), _SPREAD)),
    )


Weighted = list[tuple[float, CueEffect]]


def _sum(weighted: Weighted, amount: Callable[[CueEffect], float]) -> float:
    return math.fsum(weight * amount(effect) for weight, effect in weighted)


def _log_rate(effect: CueEffect) -> float:
    return math.log(effect.rate)


def _log_range(effect: CueEffect) -> float:
    return math.log(effect.pitch_range)


def _rate(weighted: Weighted, voice: Voice) -> float:
    rate = voice.rate * math.exp(_sum(weighted, _log_rate))
    if voice.engine in FREE_ENGINES:
        return rate
    # A voice that its user set beyond the limits stays there; cues may only bring it back.
    return _within(rate, (min(_RATE[0], voice.rate), max(_RATE[1], voice.rate)))


def _pitch(weighted: Weighted, voice: Voice) -> float:
    moved = _within(_sum(weighted, lambda effect: effect.pitch), (-_PITCH, _PITCH))
    return _within(voice.pitch + moved, (min(-_TOTAL_PITCH, voice.pitch), max(_TOTAL_PITCH, voice.pitch)))


def _hard_limits(delivery: Delivery) -> Delivery:
    return replace(
        delivery,
        rate=_within(delivery.rate, _HARD_RATE),
        pitch=_within(delivery.pitch, (-_HARD_PITCH, _HARD_PITCH)),
    )


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
