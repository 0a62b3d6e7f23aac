"""Is a finished book still what would be made now? What it was made from, and whether its files are there."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from audiobook import __version__
from audiobook.batch.entries import Entry
from audiobook.batch.outcome import FileNote, Outcome
from audiobook.configfile import PATHS
from audiobook.errors import AudiobookError, EngineError
from audiobook.pipeline import Built
from audiobook.pipeline.lexicons import lexicon_files
from audiobook.pipeline.voices import resolve_engine
from audiobook.record import Keys
from audiobook.script import Voice

__all__ = ["Voices", "file_notes", "inputs_digest", "is_current", "script_note"]

_BLOCK = 1 << 20
_NO_MATTER = ("jobs",)
_NO_MATTER_RECORD = ("retries", "timeout_s", "memory_mb")
"""Settings that change how a book is made, but nothing in it."""


def inputs_digest(entry: Entry) -> str:
    """Return a digest of the source, the settings, the files they name and this program's version.

    Empty when the source cannot be read or no engine is there: the build then says why.
    """
    try:
        files = [str(entry.source), *_named(entry)]
        content = {
            "version": __version__,
            "settings": _that_matter(entry),
            "engine": resolve_engine(entry.settings, entry.settings.metadata.language).engine,
            "files": [_sha256(Path(file)) for file in files],
            "names": [bool(entry.settings.metadata.cover), bool(entry.settings.adapt.cast_from)],
        }
    except (OSError, AudiobookError):
        return ""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def is_current(outcome: Outcome, inputs: str, entry: Entry, out: Path, voices: Voices) -> bool:
    """Tell whether a book is done and would come out the same: nothing it was made from or consists of has changed."""
    return (
        outcome.state == "done"
        and bool(inputs)
        and outcome.inputs == inputs
        and bool(outcome.files)
        and all(_is_there(file, out) for file in outcome.files)
        and _try_sha256(out / outcome.script[0]) == outcome.script[1]
        and all(voices.fingerprint(address, entry.settings.record.device) == mark for address, mark in outcome.voices)
    )


def file_notes(built: Built, out: Path) -> tuple[FileNote, ...]:
    """Note the files of a book's packages."""
    notes = []
    for path in dict.fromkeys(path for package in built.packages for path in package.paths):
        status = path.stat()
        notes.append(FileNote(_below(path, out), status.st_size, _sha256(path), status.st_mtime_ns))
    return tuple(notes)


def script_note(built: Built, out: Path) -> tuple[str, str]:
    """Note the script that a book was spoken from; a source that is a script may lie anywhere."""
    return _below(built.script, out), _sha256(built.script)


class Voices:
    """Fingerprints of voices, each looked up once; loads no model."""

    def __init__(self) -> None:
        self._keys: dict[str, Keys] = {}

    def fingerprint(self, address: str, device: str) -> str:
        """Return what tells this version of ENGINE:NAME, on a device, from any other; empty when it is not there."""
        keys = self._keys.setdefault(device, Keys(0, device))
        try:
            return keys.fingerprint(Voice.parse(address))
        except (ValueError, EngineError):
            return ""

    def close(self) -> None:
        """Close the engines that were asked."""
        for keys in self._keys.values():
            keys.close()


def _that_matter(entry: Entry) -> dict[str, Any]:
    settings = dataclasses.asdict(entry.settings)
    for name in _NO_MATTER:
        del settings[name]
    for name in _NO_MATTER_RECORD:
        del settings["record"][name]
    for section, key in PATHS:  # what is in these files counts, not where they lie
        del settings[section][key]
    return settings


def _named(entry: Entry) -> list[str]:
    """List the files besides the source that have a say in a book."""
    settings = entry.settings
    named = [name for name in (settings.metadata.cover, settings.adapt.cast_from) if name]
    return [*named, *map(str, lexicon_files(settings, entry.source))]


def _is_there(file: FileNote, out: Path) -> bool:
    path = out / file.path
    try:
        status = path.stat()
        if status.st_size != file.size:
            return False
        return status.st_mtime_ns == file.mtime_ns or _sha256(path) == file.sha256
    except OSError:
        return False


def _below(path: Path, out: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(out.resolve()).as_posix() if resolved.is_relative_to(out.resolve()) else str(resolved)


def _try_sha256(path: Path) -> str:
    try:
        return _sha256(path)
    except OSError:
        return ""


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
