"""File names that every system accepts, and text that stays on one line."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from audiobook.errors import OutputError

__all__ = ["MAX_BYTES", "contained", "one_line", "safe_name", "slug"]

MAX_BYTES = 120
"""Longest file name in UTF-8 bytes: below the 143 of encrypted folders and the 255 of common file systems,
so that a temporary name beside it fits too."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def one_line(text: str) -> str:
    """Join ``text`` into one line: control, format and unassigned characters become spaces, runs of spaces one.

    Formats of one entry a line (cue, m3u8, ffmetadata, captions) would read a line break as a new entry.
    """
    kept = "".join(
        " " if unicodedata.category(char) in _INVISIBLE and char not in "\u200c\u200d" else char for char in text
    )
    return " ".join(kept.split())


def slug(text: str) -> str:
    """Make the name of a book's folder: lower case words joined by hyphens; letters of any script stay.

    ``"Alice's Adventures!"`` becomes ``alices-adventures``; text without letters or digits becomes ``audiobook``.
    """
    plain = unicodedata.normalize("NFC", one_line(text)).casefold()
    plain = re.sub(r"['’ʼ`]", "", plain)
    words = re.findall(r"(?:[^\W_]|\w[\u0300-\u036f])+[\w\u200c\u200d]*", plain)
    return _fit(unicodedata.normalize("NFC", "-".join(words)), "") or "audiobook"


def safe_name(text: str, suffix: str = "", *, default: str = "untitled") -> str:
    """Make a readable file name of at most `MAX_BYTES` bytes that ends with ``suffix``.

    It is NFC, without characters or names that Windows reserves, without a leading ``-`` or ``.`` (an
    option, a hidden file) and without a trailing dot or space.
    """
    name = unicodedata.normalize("NFC", one_line(_FORBIDDEN.sub(" ", text)))
    return (_fit(name, suffix) or default) + suffix


def _fit(name: str, suffix: str) -> str:
    name = name.lstrip("-. ")
    room = MAX_BYTES - len(suffix.encode("utf-8"))
    name = name.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip("-. ")
    if name.split(".")[0].strip().casefold() in _RESERVED:
        name = f"_{name}"
    return name


def contained(folder: Path, name: str) -> Path:
    """Return ``folder / name``; raise OutputError when that would lie outside ``folder``."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise OutputError("lies outside the output folder", place=str(path), remedy="Choose another place with -o DIR")
    return path
