"""What each cue does, where settings say nothing else."""

from __future__ import annotations

from audiobook.script import EMOTIONS, MANNERS
from audiobook.settings import CueEffect

__all__ = ["CUES"]

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
