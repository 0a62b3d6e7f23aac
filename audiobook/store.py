"""Files kept by the content they are made from, each proved whole before it is used.

Under a store's folder::

    3f/3f9c...e1.json              sidecar: hash of the file, and a note of whoever put it
    3f/3f9c...e1-77ab01cd.flac     the file, named after its own hash

An entry counts only when its sidecar exists and the file has the hash that the sidecar states, so what a crash cut
short is made anew instead of being used. The file's name holds its hash: two processes that make the same entry at
once cannot mix their files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audiobook import atomic
from audiobook.errors import OutputError

__all__ = ["Entry", "Kept", "Store", "digest_of"]


def digest_of(facts: object) -> str:
    """Return the SHA-256 in hex over the canonical JSON of ``facts``: the key of whatever is made from them."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@contextlib.contextmanager
def _of_cache(folder: Path) -> Iterator[None]:
    """Let a failure to write below ``folder`` name what moves the cache; ``-o`` would not."""
    try:
        yield
    except OutputError as error:
        cause = error.__cause__
        of_tool = error.place.startswith(atomic.PARTIAL)  # ffmpeg was full, and names the hidden file it was given
        if not of_tool and not (isinstance(cause, OSError) and Path(error.place).is_relative_to(folder)):
            raise
        full = not isinstance(cause, OSError) or cause.errno in atomic.FULL
        free = "Free some disk space or move" if full else "Move"
        remedy = f"{free} the cache with AUDIOBOOK_CACHE=DIR, then run the same command again; finished takes are kept"
        raise OutputError(error.message, place=str(folder) if of_tool else error.place, remedy=remedy) from error


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a store."""

    path: Path
    digest: str
    """SHA-256 of the file, in hex."""
    note: Mapping[str, Any] = field(repr=False)
    """What was put with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What pruning needs to know of a file and its sidecar."""

    key: str
    used_ns: int
    """When it was last put or found, in nanoseconds since 1970."""
    size: int
    """Bytes on disk, sidecar included."""


class Store:
    """Files by key. Several threads and processes may read and write one folder at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """Where it lies; nothing is made before the first file is put."""

    def get(self, key: str, suffix: str) -> Kept | None:
        """Return the file, proved by its hash, or None; what is corrupt is deleted."""
        try:
            sealed = self._sidecar(key).read_bytes()
        except OSError:  # never made, or another process is about to finish it
            return None
        try:
            note = json.loads(sealed)
            digest = str(note.pop("sha256"))
            path = self._file(key, digest, suffix)
            with path.open("rb") as file:
                whole = hashlib.file_digest(file, "sha256").hexdigest() == digest
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            whole = False
        if not whole:
            self.drop(key)
            return None
        self.touch(key)
        return Kept(path, digest, note)

    def put(self, key: str, suffix: str, make: Callable[[Path], Mapping[str, Any]]) -> Kept:
        """Keep the file that ``make`` writes to the path it is given, with the note that it returns.

        Raises:
            OutputError: the folder cannot be written or the disk is full.
        """
        with _of_cache(self.folder):
            return self._put(key, suffix, make)

    def _put(self, key: str, suffix: str, make: Callable[[Path], Mapping[str, Any]]) -> Kept:
        folder = self.folder / key[:2]
        atomic.make_folder(folder)
        with atomic.translated(folder):
            handle, name = tempfile.mkstemp(prefix=atomic.PARTIAL, suffix=suffix, dir=folder)
            os.close(handle)
        temporary = Path(name)
        try:
            note = dict(make(temporary))
            with atomic.translated(folder):
                with temporary.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                path = self._file(key, digest, suffix)
                temporary.chmod(0o644)
                # Not flushed to the disk: entries are proved when read, and waiting for the disk would idle a core.
                temporary.replace(path)
            sealed = json.dumps({"sha256": digest, **note}, sort_keys=True, separators=(",", ":"))
            atomic.write_bytes(self._sidecar(key), sealed.encode(), flush=False)
        except OutputError:
            # Windows refuses to replace a file that another process reads at that moment: then it is there.
            if theirs := self.get(key, suffix):
                return theirs
            raise
        finally:
            temporary.unlink(missing_ok=True)
        return Kept(path, digest, note)

    def stamp(self, key: str) -> str | None:
        """Return what changes whenever another file or note is put under ``key``; None when there is no entry.

        The file itself is not looked at.
        """
        try:
            return hashlib.sha256(self._sidecar(key).read_bytes()).hexdigest()
        except OSError:
            return None

    def touch(self, key: str) -> None:
        """Note that an entry is in use, so that it is pruned late."""
        with contextlib.suppress(OSError):  # a read-only store still serves; it only forgets when it was used
            os.utime(self._sidecar(key))

    def drop(self, key: str) -> None:
        """Delete an entry; harmless when there is none or it cannot be deleted."""
        for path in (self._sidecar(key), *self._files(key)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def entries(self) -> Iterator[Entry]:
        """Yield all entries in the order of their keys."""
        for sidecar in sorted(self.folder.glob("??/*.json")):
            if not sidecar.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    status = sidecar.stat()
                    size = status.st_size + sum(path.stat().st_size for path in self._files(sidecar.stem))
                    yield Entry(sidecar.stem, status.st_mtime_ns, size)

    def note(self, key: str) -> Mapping[str, Any]:
        """Return what was put with a file, unproved; empty when it cannot be read."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._sidecar(key).read_bytes())
            if isinstance(found, dict):
                return found
        return {}

    def verify(self) -> tuple[str, ...]:
        """Read every file, delete the corrupt ones, and return the keys deleted."""
        broken = []
        for entry in self.entries():
            suffix = next((path.suffix for path in self._files(entry.key)), "")
            if self.get(entry.key, suffix) is None:
                self.drop(entry.key)
                broken.append(entry.key)
            else:
                with contextlib.suppress(OSError):  # looking at it is not using it
                    os.utime(self._sidecar(entry.key), ns=(entry.used_ns, entry.used_ns))
        return tuple(broken)

    def sweep(self) -> None:
        """Delete files that no sidecar names, left by processes that were killed; only while no other writes here."""
        for folder in sorted(self.folder.glob("*/")):
            if len(folder.name) != 2:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            named = {f"{path.stem}-{str(self.note(path.stem).get('sha256'))[:8]}" for path in folder.glob("*.json")}
            for path in folder.iterdir():
                if path.name.startswith(".") or (path.suffix != ".json" and path.stem not in named):
                    with contextlib.suppress(OSError):
                        path.unlink(missing_ok=True)

    def _sidecar(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _file(self, key: str, digest: str, suffix: str) -> Path:
        return self.folder / key[:2] / f"{key}-{digest[:8]}{suffix}"

    def _files(self, key: str) -> list[Path]:
        return sorted((self.folder / key[:2]).glob(f"{key}-*"))
