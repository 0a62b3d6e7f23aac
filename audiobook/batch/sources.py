"""Words of a command line become books: files, folders, patterns that the shell did not expand."""

from __future__ import annotations

import glob
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import SourceError, UsageError
from audiobook.ingest import SUFFIXES
from audiobook.names import slug

__all__ = ["Found", "find_sources", "own_names"]

_NOT_BOOKS = re.compile(r"(readme|licen[cs]e|copying|changelog|contributing|notice)(\W.*)?", re.IGNORECASE)
"""Files that lie beside books; named on the command line they are read all the same."""
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Found:
    """A source, and where it was found."""

    source: Path
    name: str
    """Its folder below the output folder, parts joined by ``/``."""
    top: Path | None = None
    """The folder that was searched, whose settings apply too."""
    fixed: bool = False
    """The user chose the name; it is never changed."""


def find_sources(words: Sequence[str], out: Path) -> tuple[Found, ...]:
    """Find the books that ``words`` mean, in the order given; what one word brings is sorted as people count.

    A folder is searched with all folders in it for files with the name of a book format (scripts, which most often are
    a book's own, only when they are named). Hidden files and the output folder are left out. A file found twice is
    taken once.

    Raises:
        SourceError: a word matches nothing.
    """
    found: dict[Path, Found] = {}
    for word in words:
        path = Path(word)
        if path.is_dir():
            books = [
                Found(file, "/".join(slug(part) for part in file.relative_to(path).with_suffix("").parts), path)
                for file in _inside(path, out)
            ]
        elif not path.exists() and _WILD.search(word):
            matches = sorted(glob.glob(word, recursive=True), key=_natural)  # noqa: PTH207 - Path has no absolute globs
            books = [Found(Path(match), slug(Path(match).stem)) for match in matches if Path(match).is_file()]
        else:
            books = [Found(path, slug(path.stem))] if path.exists() else []
        if not books:
            raise SourceError("no book matches", place=word, remedy="Check the name; see audiobook batch --help")
        for book in books:
            found.setdefault(book.source.resolve(), book)
    return tuple(found.values())


def own_names(books: Sequence[Found]) -> tuple[Found, ...]:
    """Give each book a folder of its own: those that would share one get their kind's suffix, ``emma-epub``.

    Raises:
        UsageError: two books still would write the same folder, or one inside the other's; both are named.
    """
    shared = _clashes(books)
    renamed = [
        Found(book.source, f"{book.name}-{book.source.suffix[1:].lower()}", book.top)
        if book.name in shared and not book.fixed and book.source.suffix
        else book
        for book in books
    ]
    for name, clash in _clashes(renamed).items():
        first, second = clash[:2]
        raise UsageError(
            f"{first.source} and {second.source} would be written to the same folder {name}",
            remedy="Give one of them an output name in a manifest, or name the folder above them",
        )
    return tuple(renamed)


def _clashes(books: Sequence[Found]) -> dict[str, list[Found]]:
    """Group books by a folder that more than one would write into."""
    users: defaultdict[str, list[Found]] = defaultdict(list)
    names = {book.name.casefold() for book in books}
    for book in books:
        users[book.name.casefold()].append(book)
        parts = book.name.casefold().split("/")
        for depth in range(1, len(parts)):
            if (above := "/".join(parts[:depth])) in names:
                users[above].append(book)
    return {book.name: users[book.name.casefold()] for book in books if len(users[book.name.casefold()]) > 1}


def _inside(folder: Path, out: Path) -> list[Path]:
    files = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and not _same(Path(place, name), out)]
        files += [
            Path(place, name)
            for name in names
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES and not _NOT_BOOKS.fullmatch(name)
        ]
    return sorted(files, key=lambda file: _natural(str(file)))


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort "Book 2" before "Book 10"."""
    pieces = re.split(r"([0-9]{1,18})", text.casefold().replace(os.sep, "\0"))
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece)
