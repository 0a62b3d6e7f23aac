"""Pronunciations for a book: its own first, then the file beside it, then the user's."""

from __future__ import annotations

from pathlib import Path

from audiobook.book import Book
from audiobook.settings import Settings
from audiobook.spoken import EMPTY, Lexicon

__all__ = ["gather"]


def gather(settings: Settings, book: Book | None, source: Path) -> Lexicon:
    """Merge the lexicons that apply to a book, the strongest first.

    Raises:
        SettingsError: a lexicon file is missing or wrong.
    """
    return EMPTY
