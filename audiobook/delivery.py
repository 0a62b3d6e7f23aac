"""Cues to numbers: how much faster, higher, livelier, louder or more breathy a line is spoken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from audiobook.cuetable import CUES
from audiobook.script import Cue, Delivery, Voice
from audiobook.settings import CueEffect, Settings

__all__ = ["FREE_ENGINES", "Resolved", "resolve"]

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
