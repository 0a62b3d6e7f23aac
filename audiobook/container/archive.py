"""Zip containers read in memory under limits: nothing is unpacked to disk, no header is believed."""

from __future__ import annotations

import itertools
import posixpath
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from audiobook.errors import HostileSourceError, SourceError

__all__ = ["Archive", "open_archive"]

_MAX_ENTRIES = 10_000
_MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
"""Size of the central directory; 10,000 names of 800 bytes, read before zipfile makes objects of it."""
_MAX_ENTRY_BYTES = 48 * 1024 * 1024
_MAX_TOTAL_BYTES = 256 * 1024 * 1024
_MAX_RATIO = 200
_RATIO_FLOOR = 1024 * 1024
"""Below this size the ratio says nothing: short files of one letter compress without end."""
_CHUNK = 256 * 1024
_REMEDY = "Get the book from its publisher again, or convert it with a tool you trust"


class Archive:
    """The members of one zip file, found by tolerant names, read under limits on bytes that really come out."""

    def __init__(self, source: zipfile.ZipFile, path: Path) -> None:
        self._zip = source
        self._path = path
        self._total = 0
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._folded: dict[str, str] = {}
        for info in source.infolist():
            self._admit(info)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members in the order of the archive's directory."""
        return tuple(self._infos)

    @property
    def place(self) -> str:
        """The archive's path, for errors."""
        return str(self._path)

    def find(self, name: str) -> str | None:
        """Return the member that a link means: as written, percent-decoded, or in another case; else None."""
        for candidate in (name, unquote(name)):
            clean = posixpath.normpath(candidate.replace("\\", "/")).lstrip("/")
            while clean.startswith("../"):
                clean = clean[3:]
            if clean in self._infos:
                return clean
            if _fold(clean) in self._folded:
                return self._folded[_fold(clean)]
        return None

    def read(self, name: str, limit: int = _MAX_ENTRY_BYTES) -> bytes:
        """Return a member's bytes.

        Raises:
            HostileSourceError: more than ``limit`` bytes come out, or the archive's total or ratio is too high.
            SourceError: the member is encrypted or damaged.
        """
        info = self._infos[name]
        if info.flag_bits & 0x1:
            raise SourceError(f"{_shown(name)} is encrypted with a password", place=self.place, remedy=_REMEDY)
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    self._total += len(piece)
                    self._check(info, size, limit)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as e:
            raise SourceError(f"{_shown(name)} inside it is damaged ({e})", place=self.place, remedy=_REMEDY) from e
        return b"".join(pieces)

    def _check(self, info: zipfile.ZipInfo, size: int, limit: int) -> None:
        if size > min(limit, _MAX_ENTRY_BYTES):
            self._refuse(f"{_shown(info.filename)} unpacks to more than {min(limit, _MAX_ENTRY_BYTES) >> 20} MB")
        if self._total > _MAX_TOTAL_BYTES:
            self._refuse(f"its files unpack to more than {_MAX_TOTAL_BYTES >> 20} MB")
        if size > _RATIO_FLOOR and size > _MAX_RATIO * max(info.compress_size, 1):
            self._refuse(f"{_shown(info.filename)} grows more than {_MAX_RATIO} times when unpacked")

    def _admit(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename
        if "\0" in name:
            self._refuse("a file name inside it holds a NUL")
        name = info.filename.replace("\\", "/")
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or (len(parts[0]) == 2 and parts[0][1] == ":"):
            self._refuse(f"the name {_shown(name)} inside it leads outside")
        if info.create_system == 3 and stat.S_ISLNK(info.external_attr >> 16):
            self._refuse(f"{_shown(name)} inside it is a symbolic link")
        if name.endswith("/"):
            return
        clean = posixpath.normpath(name)
        # A repeated name leaves it open which one is meant; the first is what a reader going through the file sees.
        if clean not in self._infos:
            self._infos[clean] = info
            self._folded.setdefault(_fold(clean), clean)

    def _refuse(self, message: str) -> None:
        raise HostileSourceError(message, place=self.place, remedy=_REMEDY)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a zip file for reading.

    Raises:
        SourceError: the file is missing, empty, truncated or no zip file.
        HostileSourceError: too many members, overlapping members, or names that lead outside.
    """
    try:
        _check_directory(path)
        source = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, EOFError) as error:
        size = path.stat().st_size if path.is_file() else -1
        what = "the file is empty" if size == 0 else f"the file is damaged or no zip container ({error})"
        raise SourceError(what, place=str(path), remedy=_REMEDY) from error
    with source:
        _check_overlap(source, path)
        yield Archive(source, path)


def _check_directory(path: Path) -> None:
    """Look at the end record before zipfile builds an object for every entry it promises."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return  # zipfile says what is wrong
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if entries > _MAX_ENTRIES or directory > _MAX_DIRECTORY_BYTES:
        raise HostileSourceError(f"it holds more than {_MAX_ENTRIES:,} files", place=str(path), remedy=_REMEDY)


def _check_overlap(source: zipfile.ZipFile, path: Path) -> None:
    """Refuse members that share bytes of the file, the trick of quadratic bombs."""
    infos = sorted(source.infolist(), key=lambda info: info.header_offset)
    if len(infos) > _MAX_ENTRIES:
        raise HostileSourceError(f"it holds more than {_MAX_ENTRIES:,} files", place=str(path), remedy=_REMEDY)
    for info, following in itertools.pairwise(infos):
        if following.header_offset < info.header_offset + 30 + info.compress_size:
            raise HostileSourceError("files inside it overlap", place=str(path), remedy=_REMEDY)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _shown(name: str) -> str:
    """Return a name that is safe to print on one line."""
    return "".join(char if char.isprintable() else "?" for char in name)[:80]
