"""What every speech engine offers.

Contract, proved for each installed engine by ``tests/test_engines_contract.py``:

- Listing voices, sample rates, statuses and fingerprints loads no model.
- `Engine.speak` returns finite float32 mono samples within [-1, 1] at ``sample_rate(voice)``.
- Text without a single letter or digit (`speakable` is False: punctuation, emoji, nothing at all)
  gives a `Speech` of zero frames, never an error and never noise.
- A voice that is not there raises VoiceError naming the nearest ones.
- Fields of `Delivery` named in ``honours`` are applied by the engine; ``gain`` never is.
- ``[[`` in ordinary text is text, never phoneme markup.
- With ``deterministic`` the same utterance gives the same samples, whatever was spoken before.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from audiobook.errors import VoiceError

if TYPE_CHECKING:
    from audiobook.audio import Speech, Utterance

__all__ = [
    "Engine",
    "EngineStatus",
    "Gender",
    "Timings",
    "VoiceInfo",
    "base_language",
    "described",
    "fitting",
    "nearest",
    "speakable",
    "unknown_voice",
]

Gender = Literal["female", "male", "neutral", "unknown"]
Timings = Literal["exact", "estimated", "none"]

_SAME_LANGUAGE = {"cmn": "zh", "nb": "no"}
"""Codes of engines that mean the language of a book's code."""


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice as a user chooses it."""

    engine: str
    name: str
    language: str
    """BCP 47."""
    gender: Gender = "unknown"
    quality: str = ""
    """The publisher's own grade ("A-", "medium"), empty when there is none."""
    licence: str = ""
    """SPDX where there is one."""
    commercial: bool | None = None
    """May recordings be sold? None when the licence does not say."""
    note: str = ""
    """What a user must know, such as the licence of the data the voice was trained on."""
    words_per_minute: int = 0
    """Measured while speaking at rate 1; 0 when not measured."""
    reads: tuple[str, ...] | None = None
    """Languages (``en``, without regions) whose text it can speak; None is any, foreign ones with its accent."""
    fluent: bool = True
    """False when it says much of its own language wrong."""

    @property
    def address(self) -> str:
        """``engine:name``."""
        return f"{self.engine}:{self.name}"

    def can_read(self, language: str) -> bool:
        """Tell whether it can say text in a language at all, be it with an accent."""
        return self.reads is None or base_language(language) in self.reads

    def speaks(self, language: str) -> bool:
        """Tell whether text in a language sounds right in it."""
        ours = base_language(self.language)
        return self.fluent and ours == base_language(language) and self.can_read(ours)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine can be used now."""

    name: str
    installed: bool
    detail: str
    """What is there ("54 voices"), or what is missing."""
    remedy: str = ""
    """A command that supplies what is missing; empty when nothing is."""


class Engine(Protocol):
    """One speech engine in one process; not thread-safe, never shared between processes."""

    name: str
    honours: frozenset[str]
    """Fields of `Delivery` it applies itself (``rate``, ``pitch``, ...); prosody.py does the rest."""
    deterministic: bool
    """The same utterance always gives the same bytes on one machine."""
    timings: Timings
    """Whether ``Speech.words`` come from the synthesis itself, are estimated from it, or are never given."""

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List the voices that can be used now, best first."""

    def describe(self, voice: str) -> VoiceInfo:
        """Tell what is known of a voice, listed or not (a blend, a path); raise VoiceError for an unknown voice."""

    def sample_rate(self, voice: str) -> int:
        """Hertz of the voice's samples; raise VoiceError for an unknown voice, naming the nearest."""

    def fingerprint(self, voice: str) -> str:
        """Engine, version and model hash: anything that changes the sound changes it."""

    def speak(self, utterance: Utterance) -> Speech:
        """Speak one utterance; raise VoiceError or EngineError."""

    def close(self) -> None:
        """Free models and processes; calling it twice is harmless."""


def described(engine: Engine, voice: str) -> VoiceInfo:
    """Return the facts of a voice, or of the listed one that its name begins with; raise VoiceError for none."""
    engine.sample_rate(voice)  # refuses what is not there
    listed = {info.name: info for info in engine.voices()}
    first = re.split(r"[*+#?]", voice)[0]
    return listed.get(voice) or listed.get(first) or VoiceInfo(engine.name, voice, "")


def base_language(code: str) -> str:
    """Return the language of a BCP 47 code without its region or script: ``en`` of en-GB, zh of Mandarin's cmn."""
    base = code.replace("_", "-").partition("-")[0].lower()
    return _SAME_LANGUAGE.get(base, base)


def fitting(voices: Iterable[VoiceInfo], language: str) -> tuple[VoiceInfo, ...]:
    """Return the voices that speak a language, those of its region first; all of them when none does."""
    ours = tuple(voices)
    spoken = [voice for voice in ours if voice.speaks(language)]
    return tuple(sorted(spoken, key=lambda voice: voice.language.lower() != language.lower())) or ours


def speakable(text: str) -> bool:
    """Tell whether ``text`` holds anything to say: a letter or a digit of any script."""
    return any(character.isalnum() for character in text)


def nearest(name: str, names: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """Return up to ``count`` of ``names`` that a person may have meant by ``name``, most alike first."""
    known = {candidate.lower(): candidate for candidate in names}
    wanted = name.lower()
    alike = difflib.get_close_matches(wanted, known, n=count, cutoff=0.5)
    alike += [low for low in known if wanted and wanted in low and low not in alike]
    return tuple(known[low] for low in alike[:count])


def unknown_voice(engine: str, name: str, names: Iterable[str]) -> VoiceError:
    """Make the error for a voice that ``engine`` does not have."""
    alike = nearest(name, names)
    meant = f"Did you mean {' or '.join(alike)}? " if alike else ""
    return VoiceError(
        f"engine {engine} has no voice {name!r}",
        remedy=f"{meant}See: audiobook voices --engine {engine}",
    )
