"""Is a file what its name says, and does it hold all that it says it holds?"""

from __future__ import annotations

from pathlib import Path

from audiobook.ffmpeg import Media
from audiobook.verify.mpeg import after_id3, read_mpeg
from audiobook.verify.report import Problem

__all__ = ["cut_off", "misnamed"]

_FAMILIES = {
    "mp3": "MP3", "wav": "WAV", "flac": "FLAC", "ogg": "Ogg", "oga": "Ogg", "opus": "Ogg", "m4a": "MP4", "m4b": "MP4",
    "mp4": "MP4", "aac": "AAC",
}  # fmt: skip
_SHORT_S = 0.5
"""Seconds that a container may state more than is decoded: encoders fill their last frame, some count their delay."""
_LAST_PAGE = 1 << 16
"""Bytes; no page of Ogg is longer."""
_LAST = 4
"""The flag of a stream's last page."""


def misnamed(path: Path) -> Problem | None:
    """Return the problem of a file whose first bytes are those of another format than its suffix says.

    Raises:
        OSError: the file cannot be read.
    """
    named, found = _FAMILIES[path.suffix[1:].lower()], _family(path)
    if not found or found == named:
        return None
    return Problem("misnamed", f"is {found} under a name for {named}")


def cut_off(path: Path, media: Media, decoded_s: float) -> Problem | None:
    """Return the problem of a file that ends before it says it does.

    Args:
        path: The file.
        media: What its container says.
        decoded_s: Length of its sound, in seconds.

    Raises:
        OSError: the file cannot be read.
    """
    kind = _FAMILIES[path.suffix[1:].lower()]
    if kind == "WAV":
        missing = _missing_bytes(path)
        return Problem("cut-off", f"is cut off: {missing} bytes of its sound are missing") if missing > 0 else None
    if kind == "Ogg":
        return None if _ends(path) else Problem("cut-off", "is cut off: its last page is missing")
    # Without a header of its encoder an MP3's length is a guess from its first frames.
    if (kind == "MP3" and not read_mpeg(path).header) or media.duration_s - decoded_s <= _SHORT_S:
        return None
    return Problem(
        "cut-off", f"is cut off: it says that it lasts {media.duration_s:.1f} s, and holds {decoded_s:.1f} s"
    )


def _family(path: Path) -> str:
    """Name the format that the file's first bytes belong to; empty when they belong to none that is known."""
    with path.open("rb") as file:
        file.seek(after_id3(file.read(10)))
        head = file.read(12)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "WAV"
    if head[:4] in (b"fLaC", b"OggS"):
        return "FLAC" if head[:1] == b"f" else "Ogg"
    if head[4:8] == b"ftyp":
        return "MP4"
    if len(head) > 1 and head[0] == 0xFF and head[1] >= 0xE0:
        return "AAC" if head[1] & 0xF6 == 0xF0 else "MP3"
    return ""


def _missing_bytes(path: Path) -> int:
    """Return how many bytes of its sound a WAV announces and does not have."""
    with path.open("rb") as file:
        end, at = file.seek(0, 2), 12
        while at + 8 <= end:
            file.seek(at)
            head = file.read(8)
            size = int.from_bytes(head[4:], "little")
            # Programs that write to a pipe, and RF64, leave the length open.
            if head[:4] == b"data":
                return 0 if size >= 0xFFFFFFFF - 1024 else at + 8 + size - end
            at += 8 + size + size % 2
    return 0


def _ends(path: Path) -> bool:
    """Tell whether the last page of an Ogg file is marked as the last."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _LAST_PAGE))
        tail = file.read()
    at = tail.rfind(b"OggS")
    return at >= 0 and len(tail) > at + 5 and bool(tail[at + 5] & _LAST)
