"""A font for a text: the first of those at hand that has all of its letters."""

from __future__ import annotations

import functools
import io
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

__all__ = ["Face", "face_for"]

_ABSENT = "\U0010fffd"
"""A character that no font has."""
_PROBE = 40
_STYLED = re.compile(r"(?i)bold|italic|oblique|light|thin|black|heavy|medium|semi|condensed|narrow|mono|emoji|symbol")
_FAMILIES = ("notosans", "dejavusans", "liberationsans", "arial", "segoeui", "helvetica", "noto")
"""Beginnings of the names of fonts that are taken before others."""
_EMPTY = re.compile(r"(?i)lastresort|blank|notdef")
"""Fonts that have a box, or nothing, for every character."""
_SHAPED = re.compile(r"[\u0900-\u0dff\u0e80-\u0fff\u1000-\u109f\u1780-\u17ff\u1b00-\u1cff]")
"""Letters of scripts in which neighbours change each other's form, besides those written from the right."""


class Face:
    """A font in all sizes."""

    def __init__(self, source: str | bytes) -> None:
        """Take a font's path or its bytes; an empty path is Pillow's built-in font."""
        self._source = source

    def at(self, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        """Return the font at a height of ``size`` pixels.

        Raises:
            OSError: it is no font.
        """
        from PIL import ImageFont

        if not self._source:
            return ImageFont.load_default(size)
        return ImageFont.truetype(io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source, size)

    def lacks(self, text: str) -> set[str]:
        """Return the characters of ``text`` for which the font shows a box."""
        font = self.at(_PROBE)
        absent = bytes(font.getmask(_ABSENT))
        return {char for char in set(text) if not char.isspace() and bytes(font.getmask(char)) == absent}


@functools.cache
def face_for(text: str) -> Face | None:
    """Return a font that has all letters, marks and digits of ``text``; None when there is none.

    Pillow's own font has Latin letters, FiraGO those of most alphabets of Europe, the Near East and India; for all
    others there are the system's. None as well when letters must be joined or run from the right and the library
    that does it (Raqm) is missing: wrong order is worse than nothing.
    """
    letters = "".join(sorted({char for char in text if unicodedata.category(char)[0] in "LMN"}))
    if not letters or (_must_be_shaped(letters) and not _can_shape()):
        return None
    for face in _faces():
        try:
            if not face.lacks(letters):
                return face
        except (OSError, ValueError):  # A damaged font of the system.
            continue
    return None


def _must_be_shaped(text: str) -> bool:
    return bool(_SHAPED.search(text)) or any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)


def _can_shape() -> bool:
    from PIL import features

    return bool(features.check("raqm"))


def _faces() -> Iterator[Face]:
    """Yield fonts, the ones that are the same everywhere first."""
    import pymupdf_fonts

    yield Face("")
    yield Face(pymupdf_fonts.fontbuffers["figo"]())
    yield from (Face(str(path)) for path in _system_fonts())


def _system_fonts() -> list[Path]:
    """List the system's and the user's fonts: upright ones of common families first, then all in a fixed order."""
    home = Path.home()
    if sys.platform == "win32":
        windows, local = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", str(home))
        folders = [Path(windows) / "Fonts", Path(local) / "Microsoft" / "Windows" / "Fonts"]
    elif sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), data / "fonts", home / ".fonts"]
    found = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in {".ttf", ".otf", ".ttc"} and not _EMPTY.search(path.stem)
    }
    return sorted(found, key=lambda path: (*_rank(path.stem), path.name, path))


def _rank(name: str) -> tuple[bool, int]:
    plain = re.sub(r"[\s_-]", "", name).lower()
    family = next((number for number, each in enumerate(_FAMILIES) if plain.startswith(each)), len(_FAMILIES))
    return bool(_STYLED.search(plain)), family
