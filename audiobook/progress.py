"""How a running build tells the outside world what it does, without printing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["Event", "Progress", "Silent"]

EventKind = Literal["stage", "planned", "take", "chapter", "package", "warning", "done"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    kind: EventKind
    message: str = ""
    """For people; a path for ``package``."""
    chapter: int = 0
    """Number of the chapter it belongs to, 0 for the book."""
    done: int = 0
    """Takes finished so far, in the book."""
    total: int = 0
    """Takes of the book."""
    letters: int = 0
    """Characters of the takes finished so far; remaining time follows from them."""
    total_letters: int = 0
    """Characters of all takes of the book."""
    recorded_letters: int = 0
    """Characters that were spoken in this run, not taken from the cache."""
    audio_s: float = 0.0
    """Seconds of speech finished so far, cached takes included."""
    recorded_s: float = 0.0
    """Seconds of speech that were spoken in this run."""
    path: str = ""
    """For ``chapter``: its mastered sound, which can be played while the rest of the book is recorded."""


class Progress(Protocol):
    """Receives events in the order they happen, always from the caller's own thread."""

    def __call__(self, event: Event) -> None:
        """Take note of ``event``; must return quickly and never raise."""


class Silent:
    """Ignores everything."""

    def __call__(self, event: Event) -> None:
        """Do nothing."""
