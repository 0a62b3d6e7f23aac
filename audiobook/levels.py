"""How loud voices are before they are mixed.

Every voice is measured once, on a fixed text at its plain delivery, and gets one gain that brings it to `STAGE_LUFS`.
That gain hangs on the voice alone: editing, adding or dropping a line changes no other line's level, a whisper stays a
whisper, and no chapter waits for another. (A median over the voice's own lines would move with every edit.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from audiobook.audio import Plan, Take, Utterance
from audiobook.cache import read_take
from audiobook.calibration import calibration_utterance
from audiobook.measure import measure_samples
from audiobook.script import Voice
from audiobook.settings import Profile

__all__ = ["STAGE_LUFS", "by_voice", "calibration_utterances", "makeup_db", "tone_db", "voice_gain"]

STAGE_LUFS = -27.0
"""Loudness of plain speech in a stitched, not yet mastered track: low enough that a shout does not clip in 16 bits."""

_SPEECH_RMS_OFFSET = -1.0
"""RMS of a chapter, pauses included, minus the gated loudness of its speech, in dB: the mean over engines tried."""
_MAX_GAIN_DB = 30.0


def calibration_utterances(plan: Plan) -> tuple[Utterance, ...]:
    """Return what each voice of a plan says to be measured, in the order the voices appear.

    They are recorded like any other utterance, once for all books, as the cache keeps them.
    """
    voices: dict[str, tuple[Voice, str]] = {}
    for chapter in plan.chapters:
        for passage in chapter.passages:
            utterance = passage.utterance
            voices.setdefault(utterance.voice.address, (utterance.voice, utterance.language))
    return tuple(calibration_utterance(voice, language) for voice, language in voices.values())


def voice_gain(take: Take) -> float:
    """Return the decibels that bring a voice to `STAGE_LUFS`, from the take of its calibration utterance.

    The gain is rounded to a tenth, and 0 for a voice without measurable sound.

    Raises:
        OutputError: the take is gone from the cache.
    """
    loudness = measure_samples(read_take(take), take.sample_rate).lufs
    if math.isinf(loudness):
        return 0.0
    return round(max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, STAGE_LUFS - loudness)), 1)


def makeup_db(profile: Profile) -> float:
    """Return the one gain of a book, in dB: from `STAGE_LUFS` to the profile's target.

    It follows from the profile alone, so a book's chapters can be mastered one by one, in any order, as soon as each is
    stitched, and an edit in one changes no other.
    """
    if profile.rms_db is not None:
        return profile.rms_db - (STAGE_LUFS + _SPEECH_RMS_OFFSET)
    if profile.lufs is not None:
        return profile.lufs - STAGE_LUFS
    return 6.0  # a profile that is not levelled: only the headroom of the stage is given back


def tone_db(profile: Profile) -> float:
    """Return the level of room tone in a stitched track, in dBFS RMS: the profile's own once the book's gain is on."""
    return profile.floor_db - makeup_db(profile)


def by_voice(utterances: Iterable[Utterance], takes: Iterable[Take | None]) -> dict[str, float]:
    """Return the gain of each voice by its address.

    Args:
        utterances: those of `calibration_utterances`.
        takes: theirs, in the same order; a voice whose take failed is left out and keeps its level.
    """
    return {
        utterance.voice.address: voice_gain(take)
        for utterance, take in zip(utterances, takes, strict=True)
        if take is not None
    }
