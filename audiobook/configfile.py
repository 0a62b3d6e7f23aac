"""Settings from ``audiobook.toml`` files and ``--set``, checked once, at the door."""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook.cuetable import CUES
from audiobook.errors import SettingsError, UsageError
from audiobook.settings import PROFILES, Profile, Settings
from audiobook.usertext import parse_toml, read_user_file, reason

__all__ = [
    "FILE_NAME",
    "PATHS",
    "Layer",
    "build_settings",
    "config_folder",
    "explain",
    "file_layers",
    "located",
    "read_layer",
    "set_layer",
]

FILE_NAME = "audiobook.toml"
_NOT_A_BOOKS = (FILE_NAME, "lexicon.toml")
"""Files beside a book that are not the book's own settings, whatever the book is called."""
PATHS = (("metadata", "cover"), ("spoken", "lexicon"), ("adapt", "cast_from"))
"""Settings that name files: section and key."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings."""

    origin: str
    """A path or ``--set``; errors name it."""
    table: Mapping[str, Any]
    """Nested as in TOML."""


def read_layer(path: Path) -> Layer:
    """Read one settings file; raise SettingsError when it is missing, unreadable or not TOML."""
    try:
        text = read_user_file(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsError("there is no such settings file", place=str(path), remedy="Check --config") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be read: {reason(error)}", place=str(path), remedy="Check --config") from error
    try:
        return Layer(str(path), parse_toml(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"is not valid TOML: {error}", place=str(path), remedy='Write key = value, text in "quotes"'
        ) from error


def config_folder() -> Path:
    """Return the folder of the user's own settings and lexicon; ``AUDIOBOOK_CONFIG`` moves it."""
    import platformdirs

    return Path(os.environ.get("AUDIOBOOK_CONFIG") or platformdirs.user_config_dir("audiobook", appauthor=False))


def file_layers(source: str | None, config: Path | None, top: Path | None = None) -> tuple[Layer, ...]:
    """Read the settings files that apply to ``source``, the strongest last.

    These are the user's own; then ``config`` where it is given, else ``audiobook.toml`` in the source's folder; then
    the book's own, ``emma.toml`` beside ``emma.epub``.

    Args:
        source: the book; None and ``-`` have no folder.
        config: stands in for the folder's file.
        top: a folder above the source; ``audiobook.toml`` of it and of every folder between applies too.

    Raises:
        SettingsError: a file is not TOML, or ``config`` is not there.
    """
    paths = [config_folder() / FILE_NAME]
    if config:
        paths.append(config)
    if source and source != "-":
        book = Path(source)
        above = [folder for folder in book.parents if top and folder.is_relative_to(top)] or [book.parent]
        paths += [] if config else [folder / FILE_NAME for folder in reversed(above)]
        own = book.with_suffix(".toml") if book.name else book
        paths += [own] if own.name not in _NOT_A_BOOKS else []
    layers = [(path, read_layer(path)) for path in dict.fromkeys(paths) if path == config or path.is_file()]
    return tuple(Layer(layer.origin, located(layer.table, path.parent)) for path, layer in layers)


def located(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a settings file's table with the files that it names counted from its ``folder``."""
    settled = dict(table)
    for section, key in PATHS:
        inner = settled.get(section)
        if isinstance(inner, Mapping) and isinstance(inner.get(key), str) and inner[key]:
            settled[section] = {**inner, key: str(folder / inner[key])}
    return settled


def set_layer(assignments: Sequence[str], origin: str = "--set") -> Layer:
    """Turn ``key.path=value`` words into a layer; a value that is not TOML is taken as text.

    Raises:
        UsageError: a word has no ``=`` or no key, or two words make a key both a value and a table.
    """
    table: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"{assignment!r} is not KEY=VALUE", place=origin, remedy="Write it like --set pauses.comma=300"
            )
        *path, last = _split_key(key.strip())
        inner = table
        for name in path:
            inner = inner.setdefault(name, {})
            if not isinstance(inner, dict):
                raise UsageError(
                    f"{name} has a value and also {key.strip()}", place=origin, remedy="Leave one of the two out"
                )
        inner[last] = _toml_value(value.strip())
    return Layer(origin, table)


def build_settings(layers: Sequence[Layer]) -> Settings:
    """Merge layers, later ones winning key by key, into checked settings; a file that they name must be there.

    Raises:
        SettingsError: names origin, key, value, what is allowed and the nearest valid key.
    """
    settings = _merge_all(layers)
    for section, key in PATHS:
        name = getattr(getattr(settings, section), key)
        if name and not Path(name).exists():
            origin = next(layer.origin for layer in reversed(layers) if key in layer.table.get(section, {}))
            whence = "the working directory" if origin.startswith("--") else "the folder of the file that names it"
            raise SettingsError(
                f"{section}.{key}: there is no file {name}", place=origin, remedy=f"Name it as seen from {whence}"
            )
    if settings.profile not in PROFILES | dict(settings.profiles):
        names = tuple(sorted(PROFILES | dict(settings.profiles)))
        origin = next((layer.origin for layer in reversed(layers) if "profile" in layer.table), "settings")
        raise _wrong(origin, "profile", settings.profile, f"one of {', '.join(names)}", names)
    return settings


def explain(layers: Sequence[Layer]) -> tuple[tuple[str, object, str], ...]:
    """List every setting as (key, value, origin); the origin of an untouched one is ``default``."""
    build_settings(layers)
    rows = {key: (value, "default") for key, value in _flatten(Settings(), "")}
    for index, layer in enumerate(layers):
        before = dict(_flatten(_merge_all(layers[:index]), ""))
        named = set(_named(layer.table, ""))
        for key, value in _flatten(_merge_all(layers[: index + 1]), ""):
            if key in named or before.get(key) != value:
                rows[key] = (value, layer.origin)
    return tuple((key, value, origin) for key, (value, origin) in sorted(rows.items()))


def _merge_all(layers: Sequence[Layer]) -> Settings:
    settings = Settings()
    for layer in layers:
        settings = _merge(settings, layer.table, layer.origin, "")
    return settings


def _merge(section: Any, table: Mapping[str, Any], origin: str, prefix: str) -> Any:
    hints = _hints(type(section))
    changes: dict[str, Any] = {}
    for name, value in table.items():
        key = prefix + name
        field = next((field for field in dataclasses.fields(section) if field.name == name), None)
        if field is None:
            raise _unknown(origin, key, tuple(field.name for field in dataclasses.fields(section)), prefix)
        old = getattr(section, name)
        if not prefix and name in _OPEN_TABLES:
            changes[name] = _OPEN_TABLES[name](old, value, origin)
        elif dataclasses.is_dataclass(old):
            if not isinstance(value, Mapping):
                raise _wrong(origin, key, value, f"a table: write [{key}] and its keys below it")
            changes[name] = _merge(old, value, origin, key + ".")
        else:
            changes[name] = _checked(field, hints[name], value, origin, key)
    return dataclasses.replace(section, **changes)


def _checked(field: dataclasses.Field[Any], hint: Any, value: Any, origin: str, key: str) -> Any:
    choices: tuple[str, ...] = field.metadata.get("choices", ())
    low: float | None = field.metadata.get("low")
    high: float | None = field.metadata.get("high")
    kind = _base_type(hint)
    if key == "voice" and value and not _is_voice(value):
        raise _wrong(origin, key, value, _VOICE_WORDS)
    if kind is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)  # year = 1912 and series_part = 2 are what people write
    if kind is tuple:
        words = _words(value)
        if not words:
            raise _wrong(origin, key, value, "a list of words, at least one")
        return words
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise _wrong(origin, key, value, _TYPE_WORDS[kind])
    number: Any = value
    if choices and value not in choices:
        raise _wrong(origin, key, value, f"one of {', '.join(choices)}", choices)
    pattern: str = field.metadata.get("pattern", "")
    if pattern and value and not re.fullmatch(pattern, str(value)):
        raise _wrong(origin, key, value, field.metadata["doc"])
    if low is not None and high is not None and not low <= number <= high:
        raise _wrong(origin, key, value, f"{low:g} to {high:g}")
    return value


def _is_voice(value: Any) -> bool:
    return isinstance(value, str) and all(part.strip() for part in value.partition(":"))


def _merge_cast(old: Sequence[tuple[str, str]], value: Any, origin: str) -> tuple[tuple[str, str], ...]:
    cast = dict(old)
    for speaker, address in _table(value, origin, "cast").items():
        if not _is_voice(address):
            raise _wrong(origin, f"cast.{speaker}", address, _VOICE_WORDS)
        cast[speaker] = address
    return tuple(cast.items())


def _merge_named(default: Any, what: str) -> Any:
    def merge(old: Sequence[tuple[str, Any]], value: Any, origin: str) -> tuple[tuple[str, Any], ...]:
        entries = dict(old)
        for name, table in _table(value, origin, what).items():
            start = entries.get(name) or default(name)
            if start is None:
                raise _wrong(origin, what, name, f"one of {', '.join(CUES)}", tuple(CUES))
            entries[name] = _merge(start, _table(table, origin, f"{what}.{name}"), origin, f"{what}.{name}.")
        return tuple(entries.items())

    return merge


_OPEN_TABLES: dict[str, Any] = {
    "cast": _merge_cast,
    "cues": _merge_named(CUES.get, "cues"),
    "profiles": _merge_named(lambda name: PROFILES.get(name, Profile()), "profiles"),
}
"""Top-level tables whose keys the user chooses."""

_VOICE_WORDS = 'a voice as "ENGINE:NAME"; see audiobook voices'
_TYPE_WORDS = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


def _table(value: Any, origin: str, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(origin, key, value, f"a table: write [{key}] and its keys below it")
    return value


def _hints(section: type) -> dict[str, Any]:
    return typing.get_type_hints(section)


def _base_type(hint: Any) -> type:
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    origin: type = typing.get_origin(hint) or hint
    return origin


def _words(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        value = [word.strip() for word in value.split(",") if word.strip()]
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return None
    return tuple(value)


def _split_key(key: str) -> list[str]:
    head, _dot, name = key.partition(".")
    if head == "cast":  # speakers have dots and spaces: cast.Mr. Darcy=...
        return [head, name.strip("\"'")]
    try:
        table: Any = parse_toml(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return key.split(".")
    path = []
    while isinstance(table, dict):
        name, table = next(iter(table.items()))
        path.append(name)
    return path


def _toml_value(text: str) -> Any:
    try:
        return parse_toml(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return text


def _flatten(section: Any, prefix: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for field in dataclasses.fields(section):
        value = getattr(section, field.name)
        if dataclasses.is_dataclass(value):
            rows += _flatten(value, f"{prefix}{field.name}.")
        elif not prefix and field.name in _OPEN_TABLES:
            for name, entry in value:
                key = f"{field.name}.{name}"
                rows += _flatten(entry, key + ".") if dataclasses.is_dataclass(entry) else [(key, entry)]
        else:
            rows.append((prefix + field.name, value))
    return rows


def _named(table: Mapping[str, Any], prefix: str) -> list[str]:
    names = []
    for name, value in table.items():
        names += _named(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [prefix + name]
    return names


def _unknown(origin: str, key: str, known: tuple[str, ...], prefix: str) -> SettingsError:
    name = key.rpartition(".")[2]
    elsewhere = [known_key for known_key, _value in _flatten(Settings(), "") if known_key.rpartition(".")[2] == name]
    near = [prefix + word for word in difflib.get_close_matches(name, known, n=1, cutoff=0.6)]
    meant = elsewhere or near
    remedy = f"Did you mean {meant[0]}?" if meant else f"Known keys: {', '.join(known)}"
    return SettingsError(f"unknown setting {key!r}", place=origin, remedy=remedy)


def _wrong(origin: str, key: str, value: Any, allowed: str, choices: Sequence[str] = ()) -> SettingsError:
    near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.6)
    remedy = f"Did you mean {near[0]!r}?" if near else ""
    return SettingsError(f"{key} = {value!r} is not allowed; allowed: {allowed}", place=origin, remedy=remedy)
