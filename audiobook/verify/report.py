"""What was found in one finished file."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from audiobook.ffmpeg import Chapter, Media
from audiobook.measure import Levels
from audiobook.verify.listening import Heard

__all__ = ["FileReport", "Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it should be."""

    code: str
    """Short and stable, e.g. ``rms-low``, ``chapters-order``, ``tag-missing``."""
    message: str
    """For people, with the figure and what is allowed."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """Measurements of one file and the judgement on them."""

    path: Path
    kind: str
    """The file's suffix without its dot."""
    levels: Levels | None = None
    """None for captions, and for a file that cannot be decoded."""
    media: Media | None = None
    """What the container says; None for captions and for a file that cannot be opened."""
    duration_s: float = 0.0
    """Of the decoded sound, or to the end of the last caption."""
    problems: tuple[Problem, ...] = ()
    """What breaks the standard."""
    warnings: tuple[Problem, ...] = ()
    """What a person should look at; the file passes all the same."""
    heard: Heard | None = None
    """What a recognizer made of it; None when nobody listened."""
    curve: tuple[float, ...] = field(default=(), repr=False)
    """RMS in dBFS of equal stretches from beginning to end, a thousand at most."""
    peaks: tuple[float, ...] = field(default=(), repr=False)
    """Highest absolute sample of the same stretches, where full scale is 1."""

    @property
    def passed(self) -> bool:
        """No problem was found."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``check --json`` prints; what does not apply or is minus infinity is null."""
        levels, media = self.levels, self.media
        return {
            "path": str(self.path),
            "kind": self.kind,
            "duration_s": round(self.duration_s, 3),
            "rms_db": _number(levels.rms_db if levels else None),
            "peak_db": _number(levels.peak_db if levels else None),
            "true_peak_db": _number(levels.true_peak_db if levels else None),
            "noise_floor_db": _number(levels.noise_floor_db if levels else None),
            "lufs": _number(levels.lufs if levels else None),
            "head_s": _number(levels.head_s if levels else None),
            "tail_s": _number(levels.tail_s if levels else None),
            "sample_rate": media.sample_rate if media else None,
            "channels": media.channels if media else None,
            "bitrate": media.bitrate if media else None,
            "chapters": [_chapter(chapter) for chapter in media.chapters] if media else [],
            "tags": dict(media.tags) if media else {},
            "passed": self.passed,
            "problems": [asdict(problem) for problem in self.problems],
            "warnings": [asdict(warning) for warning in self.warnings],
        } | ({"listening": self.heard.as_json()} if self.heard else {})


def _number(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else round(value, 2)


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {"title": chapter.title, "start_s": round(chapter.start_s, 3), "end_s": round(chapter.end_s, 3)}
