"""Pronunciations for a book: a named file, the one beside it, the user's, then what the book itself brings."""

from __future__ import annotations

from pathlib import Path

from audiobook.book import Book
from audiobook.configfile import config_folder
from audiobook.settings import Settings
from audiobook.spoken import EMPTY, Lexicon
from audiobook.spoken.lexiconfile import from_book, read_lexicon

__all__ = ["gather"]

_NAMES = ("lexicon.toml", "lexicon.pls")


def gather(settings: Settings, book: Book | None, source: Path) -> Lexicon:
    """Merge the lexicons that apply to a book, the strongest first: named, beside the source, the user's, the book's.

    Raises:
        SettingsError: a lexicon file is missing or wrong.
    """
    folders = [config_folder()] if str(source) == "-" else [source.resolve().parent, config_folder()]
    paths = [Path(settings.spoken.lexicon)] if settings.spoken.lexicon else []
    paths += [folder / name for folder in folders for name in _NAMES if (folder / name).is_file()]
    lexicon = EMPTY
    for path in dict.fromkeys(paths):
        lexicon = lexicon.merged(read_lexicon(path))
    return lexicon.merged(from_book(book.lexicon)) if book else lexicon
