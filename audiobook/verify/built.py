"""Files that were measured while they were made: judged without decoding them again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from audiobook import ffmpeg
from audiobook.audio import Levels
from audiobook.errors import ToolError
from audiobook.settings import Profile
from audiobook.verify.report import FileReport, Problem
from audiobook.verify.standard import judge

__all__ = ["check_measured"]

_DURATION_S = 0.1
"""What a container may state more or less than was decoded: encoders fill their last frame."""


def check_measured(measured: Iterable[tuple[Path, Levels]], profile: Profile) -> tuple[FileReport, ...]:
    """Judge finished files by their container, chapters and tags, and by what was measured on their decoded sound.

    Args:
        measured: Files, and the levels of exactly the sound that they hold.
        profile: The standard.
    """
    return tuple(_report(path, levels, profile) for path, levels in measured)


def _report(path: Path, levels: Levels, profile: Profile) -> FileReport:
    kind = path.suffix[1:].lower()
    try:
        media = ffmpeg.probe(path)
    except ToolError as error:
        return FileReport(path, kind, problems=(Problem("unreadable", error.message),))
    problems = list(judge(path, media, levels, profile))
    if abs(media.duration_s - levels.duration_s) > _DURATION_S:
        message = f"lasts {media.duration_s:.3f} s, and {levels.duration_s:.3f} s were encoded"
        problems.insert(0, Problem("damaged", message))
    return FileReport(path, kind, levels=levels, media=media, duration_s=levels.duration_s, problems=tuple(problems))
