"""The books of a batch, each with settings of its own, all checked before the first is begun."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook import publish
from audiobook.batch.manifest import SUFFIXES, read_manifest
from audiobook.batch.sources import Found, find_sources, own_names
from audiobook.configfile import Layer, build_settings, file_layers, located
from audiobook.errors import SettingsError, UsageError
from audiobook.names import slug
from audiobook.settings import Settings

__all__ = ["Asked", "Batch", "Entry", "gather"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for, in the words of the command line."""

    words: tuple[str, ...]
    """Files, folders and patterns, or one manifest (``.toml``, ``.csv``)."""
    options: tuple[Layer, ...] = ()
    """Settings given as options, for every book."""
    config: Path | None = None
    """Stands in for the ``audiobook.toml`` of the folders."""

    def as_json(self) -> dict[str, Any]:
        """Return plain values that mean the same in any folder, of which `from_json` makes the same request."""
        return {
            "words": [os.path.abspath(word) for word in self.words],  # noqa: PTH100 - a pattern is no path
            "options": [[layer.origin, located(layer.table, Path.cwd())] for layer in self.options],
            "config": os.path.abspath(self.config) if self.config else "",  # noqa: PTH100 - as it was named
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Asked:
        """Read plain values; raise ValueError, TypeError or KeyError when they are not a request's."""
        options = tuple(Layer(str(origin), dict(table)) for origin, table in row["options"])
        return cls(tuple(map(str, row["words"])), options, Path(row["config"]) if row["config"] else None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One book of a batch."""

    name: str
    """Its folder below the output folder, parts joined by ``/``; no other book has it."""
    source: Path
    folder: Path
    """Where its packages go."""
    settings: Settings


@dataclass(frozen=True, slots=True)
class Batch:
    """All that a batch is to make."""

    entries: tuple[Entry, ...]
    """In the order in which they were listed."""
    out: Path
    asked: Asked
    jobs: int = 0
    """Processes that speak at once; 0 is one a core."""


def gather(asked: Asked, out: Path) -> Batch:
    """Find the books that were asked for and settle what each is made with.

    Settings merge in this order, later ones winning key by key: the user's own file; ``config``, else the
    ``audiobook.toml`` of the folders from the one that was named down to the book's; the book's own file; a manifest's
    defaults; the manifest's words on the book; the options. What one book sets no other book sees.

    Args:
        asked: books and options.
        out: folder below which each book gets its own.

    Raises:
        SourceError: a word matches nothing.
        SettingsError: a settings file or the manifest is wrong.
        UsageError: two books would be written to one folder, or a format is unknown.
    """
    words, options, config = asked.words, asked.options, asked.config
    manifests = [Path(word) for word in words if Path(word).suffix.lower() in SUFFIXES]
    if manifests and len(words) > 1:
        raise UsageError(
            "a manifest stands alone", place=str(manifests[0]), remedy="List all books in it, or name no manifest"
        )
    defaults: tuple[Layer, ...] = ()
    own: list[tuple[Layer, ...]]
    if manifests:
        manifest = read_manifest(manifests[0])
        defaults = (manifest.defaults,)
        found = own_names([_listed(book.source, book.output) for book in manifest.books])
        own = [(*_files(book, config, manifests[0]), *defaults, listed.layer)
               for book, listed in zip(found, manifest.books, strict=True)]  # fmt: skip
    else:
        found = own_names(find_sources(words, out))
        own = [file_layers(str(book.source), config, book.top) for book in found]
    entries = tuple(
        Entry(book.name, book.source, out / book.name, _settled((*layers, *options), book))
        for book, layers in zip(found, own, strict=True)
    )
    return Batch(entries, out, asked, build_settings((*file_layers(None, config), *defaults, *options)).jobs)


def _listed(source: Path, output: str) -> Found:
    return Found(source, output or slug(source.stem), fixed=bool(output))


def _files(book: Found, config: Path | None, manifest: Path) -> tuple[Layer, ...]:
    """Read the settings files of a listed book; the manifest may lie where its own would."""
    layers = file_layers(str(book.source), config)
    return tuple(layer for layer in layers if Path(layer.origin).resolve() != manifest.resolve())


def _settled(layers: Sequence[Layer], book: Found) -> Settings:
    settings = build_settings(layers)
    try:
        publish.require_formats(settings)
    except (UsageError, SettingsError) as error:
        place = f"{book.source}, {error.place}" if error.place else str(book.source)
        raise type(error)(error.message, place=place, remedy=error.remedy) from error
    return settings
