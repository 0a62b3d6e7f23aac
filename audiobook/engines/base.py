"""What every speech engine offers, and the registry of engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from audiobook.audio import Speech, Utterance

__all__ = ["Engine", "Gender", "VoiceInfo"]

Gender = Literal["female", "male", "neutral", "unknown"]


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

    @property
    def address(self) -> str:
        """``engine:name``."""
        return f"{self.engine}:{self.name}"


class Engine(Protocol):
    """One speech engine in one process; not thread-safe, never shared between processes."""

    name: str
    honours: frozenset[str]
    """Fields of `Delivery` it applies itself (``rate``, ``pitch``, ...); prosody.py does the rest."""
    deterministic: bool
    """The same utterance always gives the same bytes on one machine."""

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List the voices that can be used now, best first."""

    def sample_rate(self, voice: str) -> int:
        """Hertz of the voice's samples; raise VoiceError for an unknown voice, naming the nearest."""

    def fingerprint(self, voice: str) -> str:
        """Engine, version and model hash: anything that changes the sound changes it."""

    def speak(self, utterance: Utterance) -> Speech:
        """Speak one utterance; raise VoiceError or EngineError."""

    def close(self) -> None:
        """Free models and processes; calling it twice is harmless."""
