"""Engines that misbehave on purpose; each voice is one kind of misbehaviour.

Workers find this package like any other: its folder is on sys.path and its metadata names the entry points.
FAKE_LOG names a folder where every call leaves a file ``<text>.<n>`` holding the number of its process.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

import numpy as np

from audiobook.audio import Speech, Utterance, WordTime
from audiobook.engines.base import VoiceInfo, speakable, unknown_voice
from audiobook.errors import EngineError

RATE = 16_000
VOICES = (
    "good", "slow", "hangs", "hangs-once", "dies", "dies-once", "raises", "refuses", "mute", "mute-once", "chatty",
    "disk-full", "pitchless",
)  # fmt: skip


def tone(text: str) -> Speech:
    frames = round(RATE * (0.1 + 0.07 * sum(character.isalpha() for character in text)))
    sound = 0.3 * np.sin(np.arange(frames) * (2 * np.pi * 220 / RATE))
    return Speech(sound.astype(np.float32), RATE)


def note_call(text: str) -> int:
    """Leave a file for this call and return how many there were before."""
    folder = Path(os.environ["FAKE_LOG"])
    number = 0
    while True:
        try:
            with (folder / f"{text[:40]}.{number}").open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            number += 1
        else:
            return number


class FakeEngine:
    """Behaves as its voice is called."""

    name = "fake"
    honours = frozenset({"rate", "pitch", "pitch_range", "timbre", "whisper"})
    deterministic = False
    timings = "none"

    def voices(self) -> tuple[VoiceInfo, ...]:
        return tuple(VoiceInfo("fake", name, "en") for name in VOICES)

    def sample_rate(self, voice: str) -> int:
        return RATE

    def fingerprint(self, voice: str) -> str:
        if voice not in VOICES:
            raise unknown_voice("fake", voice, VOICES)
        return f"fake 1 {voice}"

    def speak(self, utterance: Utterance) -> Speech:
        voice = utterance.voice.name
        if not speakable(utterance.text):
            return Speech(np.zeros(0, np.float32), RATE)
        before = note_call(utterance.text)
        if voice == "slow":
            time.sleep(0.4)
        if voice == "hangs" or (voice == "hangs-once" and not before):
            time.sleep(3600)
        if voice == "dies" or (voice == "dies-once" and not before):
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        if voice == "raises":
            raise IndexError("list index out of range")
        if voice == "refuses":
            raise EngineError("the voice has lost its tongue")
        if voice == "chatty":
            print("loading model ..." * 10_000, flush=True)  # noqa: T201 - the misbehaviour under test
        if voice == "mute" or (voice == "mute-once" and not before):
            return Speech(np.zeros(RATE, np.float32), RATE)
        if voice == "disk-full":
            Path.write_bytes = _no_space
        return tone(utterance.text)

    def close(self) -> None:
        pass


class SteadyEngine(FakeEngine):
    """Chokes on the same texts every time: on those of more than 40 letters."""

    name = "steady"
    deterministic = True

    def speak(self, utterance: Utterance) -> Speech:
        note_call(utterance.text)
        if len(utterance.text) > 40:
            return Speech(np.zeros(RATE, np.float32), RATE)
        speech = tone(utterance.text)
        return Speech(speech.samples, RATE, (WordTime(utterance.text.split()[0], 0, len(speech.samples)),))


class AbsentEngine:
    def __init__(self) -> None:
        raise EngineError("engine absent is not installed", remedy="Install it")


def _no_space(path: Path, data: bytes) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
