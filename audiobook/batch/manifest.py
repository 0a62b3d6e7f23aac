"""A list of books with settings of their own: TOML with ``[defaults]`` and ``[[book]]``, or a CSV table."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from audiobook.configfile import Layer, located, read_layer, set_layer
from audiobook.errors import SettingsError
from audiobook.names import MAX_BYTES, safe_name
from audiobook.settings import Settings
from audiobook.usertext import read_user_file, reason

__all__ = ["SUFFIXES", "Listed", "Manifest", "read_manifest"]

SUFFIXES = (".toml", ".csv")
_OWN = ("source", "output")
_DEFAULTS = "[defaults]"
"""What a CSV row has in place of a source when it holds the defaults."""
_MOST = 100_000
_TOML_EXAMPLE = 'Write:  [[book]]  and below it  source = "emma.epub"'
_CSV_EXAMPLE = "Name the columns in the first row: source,output,voice,metadata.series"


@dataclass(frozen=True, slots=True)
class Listed:
    """One book of a manifest."""

    source: Path
    output: str
    """Folder below the output folder; empty takes the source's name."""
    layer: Layer
    """Its own settings; the origin names file, line and book."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A list of books."""

    defaults: Layer
    books: tuple[Listed, ...]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; sources count from its folder.

    Raises:
        SettingsError: it is missing, unreadable or wrong; file, line, book and remedy are named.
    """
    manifest = _read_toml(path) if path.suffix.lower() == ".toml" else _read_csv(path)
    if not manifest.books:
        example = _TOML_EXAMPLE if path.suffix.lower() == ".toml" else _CSV_EXAMPLE
        raise SettingsError("lists no book", place=str(path), remedy=example)
    return manifest


def _read_toml(path: Path) -> Manifest:
    if not path.exists():
        raise SettingsError("there is no such manifest", place=str(path), remedy="Check the name")
    table = dict(read_layer(path).table)
    defaults, books = table.pop("defaults", {}), table.pop("book", [])
    if table:
        key = next(iter(table))
        remedy = f"Put it below [defaults], or below the [[book]] it is for. {_TOML_EXAMPLE}"
        raise SettingsError(f"{key!r} stands alone", place=str(path), remedy=remedy)
    if not isinstance(defaults, Mapping) or not isinstance(books, list):
        raise SettingsError("[defaults] is a table and [[book]] a list", place=str(path), remedy=_TOML_EXAMPLE)
    lines = _headings(path)
    listed = []
    for number, book in enumerate(books, 1):
        line = f":{lines[number - 1]}" if len(lines) == len(books) else ""
        place = f"{path}{line}, book {number}"
        if not isinstance(book, Mapping):
            raise SettingsError("is not a table", place=place, remedy=_TOML_EXAMPLE)
        listed.append(_listed(path, place, dict(book)))
    return Manifest(_settings(path, f"{path} [defaults]", defaults), tuple(listed))


def _headings(path: Path) -> list[int]:
    text = path.read_text("utf-8-sig", "replace")
    return [
        text.count("\n", 0, found.start()) + 1 for found in re.finditer(r"(?m)^[ \t]*\[\[[ \t]*book[ \t]*\]\]", text)
    ]


def _read_csv(path: Path) -> Manifest:
    try:
        text = read_user_file(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsError("there is no such manifest", place=str(path), remedy="Check the name") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be read: {reason(error)}", place=str(path), remedy="Save it as UTF-8") from error
    defaults = Layer(f"{path} {_DEFAULTS}", {})
    listed = []
    for number, (place, cells) in enumerate(_rows(path, text), 1):
        if cells.get("source") == _DEFAULTS:
            if number > 1:
                raise SettingsError(f"{_DEFAULTS} is not the first row", place=place, remedy="Move it to the top")
            del cells["source"]
            defaults = _settings(path, f"{place} {_DEFAULTS}", _nested(place, cells))
            continue
        listed.append(_listed(path, place, _nested(place, cells)))
    return Manifest(defaults, tuple(listed))


def _rows(path: Path, text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the place and the filled cells of each row."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    header: list[str] = []
    try:
        for cells in reader:
            place = f"{path}:{reader.line_num}"
            words = [cell.strip() for cell in cells]
            if not header:
                header = [word.strip() for word in words]
                _check_header(header, place)
            elif any(words):
                if len(words) > len(header):
                    remedy = 'Put text that holds the separator in "quotes"'
                    raise SettingsError(f"has {len(words)} cells for {len(header)} columns", place=place, remedy=remedy)
                rows.append((place, {name: word for name, word in zip(header, words, strict=False) if word}))
            if len(rows) > _MOST:
                raise SettingsError(f"has more than {_MOST} rows", place=str(path), remedy="Divide it")
    except csv.Error as error:
        raise SettingsError(
            f"is not CSV: {error}", place=f"{path}:{reader.line_num}", remedy='Double a quotation mark inside "quotes"'
        ) from error
    return rows


def _check_header(header: list[str], place: str) -> None:
    if "source" not in header:
        raise SettingsError("there is no column source", place=place, remedy=_CSV_EXAMPLE)
    twice = next((name for name in header if name and header.count(name) > 1), "")
    if twice or "" in header:
        what = f"column {twice!r} stands twice" if twice else "a column has no name"
        raise SettingsError(what, place=place, remedy=_CSV_EXAMPLE)


def _nested(place: str, cells: Mapping[str, str]) -> dict[str, Any]:
    """Turn ``metadata.series`` -> ``Emma`` into nested tables; a cell is what its setting wants, never more."""
    table: dict[str, Any] = {name: cells[name] for name in _OWN if name in cells}
    assignments = [f"{name}={word}" for name, word in cells.items() if name not in _OWN]
    for assignment in assignments:
        key, _equals, word = assignment.partition("=")
        layer = set_layer([assignment], place).table
        _graft(table, _as_text(layer, word) if _wants_text(key) else layer)
    return table


def _graft(table: dict[str, Any], other: Mapping[str, Any]) -> None:
    for name, value in other.items():
        if isinstance(value, Mapping):
            inner = table.setdefault(name, {})
            _graft(inner, value)
        else:
            table[name] = value


def _as_text(layer: Mapping[str, Any], word: str) -> dict[str, Any]:
    return {name: _as_text(value, word) if isinstance(value, Mapping) else word for name, value in layer.items()}


def _wants_text(key: str) -> bool:
    """Tell whether a setting is text: a title may be 1984 or true."""
    section: Any = Settings
    *path, last = key.split(".")
    for name in path:
        section = typing.get_type_hints(section).get(name) if dataclasses.is_dataclass(section) else None
    return dataclasses.is_dataclass(section) and typing.get_type_hints(section).get(last) is str


def _listed(path: Path, place: str, table: dict[str, Any]) -> Listed:
    source, output = table.pop("source", ""), table.pop("output", "")
    if not isinstance(source, str) or not source.strip() or "\0" in source:
        raise SettingsError("names no source", place=place, remedy=_TOML_EXAMPLE)
    place = f"{place} ({source})"
    if "jobs" in table:
        raise SettingsError("jobs is for the whole batch", place=place, remedy="Use --jobs, or put it below [defaults]")
    if not isinstance(output, str):
        raise SettingsError(f"output = {output!r} is not text", place=place, remedy='Write output = "austen/emma"')
    return Listed(path.parent / source, _folder(output, place), _settings(path, place, table))


def _folder(output: str, place: str) -> str:
    """Check an output name: folders below the output folder, joined by ``/``."""
    parts = PurePosixPath(output.replace("\\", "/")).parts
    outside = ".." in parts or output.startswith(("/", "\\")) or PureWindowsPath(output).drive
    strange = [part for part in parts if safe_name(part) != part]
    if outside or strange or len(output.encode()) > 4 * MAX_BYTES:
        what = "leaves the output folder" if outside else "is no name that every system accepts"
        remedy = "Write a name such as austen/emma"
        raise SettingsError(f"output = {output!r} {what}", place=place, remedy=remedy)
    return "/".join(parts)


def _settings(path: Path, place: str, table: Mapping[str, Any]) -> Layer:
    """Make a layer whose file names count from the manifest's folder, as sources do."""
    return Layer(place, located(table, path.parent))
