"""Caption files: do times run forward, are texts there, does all of it end with the sound?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.errors import SourceError
from audiobook.verify.flaws import WINDOW_S
from audiobook.verify.report import FileReport, Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["check_captions", "read_captions"]

_TIMES = re.compile(
    r"^(?:(\d+):)?([0-5]\d):([0-5]\d)([.,])(\d{3})[ \t]+-->[ \t]+(?:(\d+):)?([0-5]\d):([0-5]\d)[.,](\d{3})(?:[ \t].*)?$"
)
_LATE_S = 0.1 + WINDOW_S
_SILENT_SHARE = 0.2
"""A caption with less speech than this stands in silence."""
_DRIFTED_SHARE = 0.05
"""More captions than this in silence are no accident of a whisper or a long pause."""


def read_captions(path: Path) -> tuple[tuple[float, float, str], ...]:
    """Read (start, end, text), times in seconds, of an SRT or WebVTT file.

    Raises:
        SourceError: the file cannot be read or is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"cannot be read as UTF-8 ({error})", place=str(path)) from error
    cues = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        for number, line in enumerate(lines[:2]):
            if match := _TIMES.match(line.strip()):
                start = _seconds(match[1], match[2], match[3], match[5])
                end = _seconds(match[6], match[7], match[8], match[9])
                cues.append((start, end, "\n".join(lines[number + 1 :]).strip()))
                break
    return tuple(cues)


def check_captions(path: Path, speech: NDArray[np.bool_] | None) -> FileReport:
    """Check a caption file by itself and against its sound.

    Args:
        path: An SRT or WebVTT file.
        speech: For each window of `WINDOW_S` of the sound whether something is heard; None without a sound.
    """
    kind = path.suffix[1:].lower()
    try:
        cues = read_captions(path)
    except SourceError as error:
        return FileReport(path, kind, problems=(Problem("unreadable", error.message),))
    end = max((cue[1] for cue in cues), default=0.0)
    return FileReport(path, kind, duration_s=end, problems=tuple(_problems(path, cues, end, speech)))


def _problems(
    path: Path, cues: tuple[tuple[float, float, str], ...], end: float, speech: NDArray[np.bool_] | None
) -> Iterator[Problem]:
    if not cues:
        yield Problem("captions-missing", "holds no captions")
    if path.suffix.lower() == ".vtt" and not path.read_text(encoding="utf-8-sig").startswith("WEBVTT"):
        yield Problem("vtt-header", "does not begin with WEBVTT")
    before = 0.0
    for number, (start, stop, text) in enumerate(cues, 1):
        if stop <= start:
            yield Problem("caption-empty", f"caption {number} ends at {stop:.3f} s, not after its start")
        if start < before - 0.0005:
            yield Problem("captions-overlap", f"caption {number} starts before caption {number - 1} ends")
        if not text:
            yield Problem("caption-text", f"caption {number} has no text")
        before = stop
    if speech is not None and cues:
        yield from _against(cues, end, speech)


def _against(cues: tuple[tuple[float, float, str], ...], end: float, speech: NDArray[np.bool_]) -> Iterator[Problem]:
    """Compare captions with where there is speech."""
    sound_s = len(speech) * WINDOW_S
    if end > sound_s + _LATE_S:
        yield Problem("captions-late", f"the last caption ends at {end:.3f} s, the sound at {sound_s:.3f} s")
        return
    silent = []
    for start, stop, _ in cues:
        windows = speech[int(start / WINDOW_S) : max(int(start / WINDOW_S) + 1, int(stop / WINDOW_S))]
        if windows.mean() < _SILENT_SHARE:
            silent.append(start)
    if len(silent) > _DRIFTED_SHARE * len(cues):
        yield Problem(
            "captions-drift",
            f"{len(silent)} of {len(cues)} captions stand where nothing is said, the first at {silent[0]:.3f} s",
        )


def _seconds(hours: str | None, minutes: str, seconds: str, ms: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(ms) / 1000
