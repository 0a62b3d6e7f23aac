"""Pronunciations for a book: a named file, its own, its folder's, its series', the user's, then the book's."""

from __future__ import annotations

from pathlib import Path

from audiobook.book import Book
from audiobook.configfile import config_folder
from audiobook.settings import Settings
from audiobook.spoken import EMPTY, Lexicon
from audiobook.spoken.lexiconfile import from_book, read_lexicon

__all__ = ["gather", "lexicon_files"]

_NAMES = ("lexicon.toml", "lexicon.pls")


def lexicon_files(settings: Settings, source: Path) -> tuple[Path, ...]:
    """Return the lexicon files that apply to a source, the strongest first.

    These are: the named one; the book's own, ``emma.lexicon.toml`` beside ``emma.epub``; ``lexicon.toml`` of the
    book's folder, and of the folder above, where a series has it; the user's. All may be PLS as well.
    """
    paths = [Path(settings.spoken.lexicon)] if settings.spoken.lexicon else []
    folders = [config_folder()]
    if str(source) != "-":
        book = source.resolve()
        folders = [book.parent, book.parent.parent, config_folder()]
        paths += [path for name in _NAMES if (path := book.with_name(f"{book.stem}.{name}")).is_file()]
    paths += [folder / name for folder in folders for name in _NAMES if (folder / name).is_file()]
    return tuple(dict.fromkeys(paths))


def gather(settings: Settings, book: Book | None, source: Path) -> Lexicon:
    """Merge the lexicons that apply to a book, those of `lexicon_files` before what the book brings along.

    Raises:
        SettingsError: a lexicon file is missing or wrong.
    """
    lexicon = EMPTY
    for path in lexicon_files(settings, source):
        lexicon = lexicon.merged(read_lexicon(path))
    return lexicon.merged(from_book(book.lexicon)) if book else lexicon
