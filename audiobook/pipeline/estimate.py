"""What a build would record, and how long it takes, before anything is spoken."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from audiobook import publish
from audiobook.audio import ChapterPlan
from audiobook.cache import TakeCache
from audiobook.ingest.scripts import count_words
from audiobook.names import slug
from audiobook.pipeline.draft import OUTPUT, Request, draft, is_script, reconcile
from audiobook.pipeline.inspection import WORDS_PER_MINUTE
from audiobook.pipeline.planning import make_plan
from audiobook.pipeline.voices import require_voices
from audiobook.progress import Progress
from audiobook.record import Keys
from audiobook.settings import Settings

__all__ = ["ChapterEstimate", "Estimate", "estimate"]


@dataclass(frozen=True, slots=True)
class ChapterEstimate:
    """What one chapter would cost."""

    number: int
    title: str
    takes: int
    missing: int
    """Takes that are not in the cache."""
    seconds: float
    """Length of its audio: of its takes where they exist, estimated for the others."""
    missing_s: float
    """Length of what would be recorded, estimated."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a build would cost."""

    chapters: tuple[ChapterEstimate, ...]

    @property
    def takes(self) -> int:
        """Lines of the book."""
        return sum(chapter.takes for chapter in self.chapters)

    @property
    def missing(self) -> int:
        """Lines that would be recorded."""
        return sum(chapter.missing for chapter in self.chapters)

    @property
    def seconds(self) -> float:
        """Length of the book."""
        return sum(chapter.seconds for chapter in self.chapters)

    @property
    def missing_s(self) -> float:
        """Length of what would be recorded."""
        return sum(chapter.missing_s for chapter in self.chapters)

    def as_json(self) -> dict[str, Any]:
        """Return what ``build --dry-run --json`` prints."""
        return {
            "takes": self.takes,
            "missing": self.missing,
            "seconds": round(self.seconds, 1),
            "missing_s": round(self.missing_s, 1),
            "chapters": [asdict(chapter) for chapter in self.chapters],
        }


def estimate(request: Request, settings: Settings, progress: Progress) -> Estimate:
    """Plan a build without writing or speaking anything.

    Raises:
        AudiobookError: as `audiobook.pipeline.build` until it records.
    """
    publish.require_formats(settings)
    made = draft(request.source, settings, progress)
    script = made.script
    name = slug(script.metadata.title)
    if not is_script(request.source):
        path = (request.out or OUTPUT / name) / f"{name}.script"
        script = reconcile(path, made, rescript=request.rescript).script
    require_voices(script.cast, script.metadata.language)
    plan = make_plan(script, settings, made.book, Path(request.source), progress)
    cache = TakeCache()
    keys = Keys(settings.record.seed, settings.record.device)
    try:
        return Estimate(tuple(_chapter(chapter, keys, cache) for chapter in plan.chapters))
    finally:
        keys.close()


def _chapter(chapter: ChapterPlan, keys: Keys, cache: TakeCache) -> ChapterEstimate:
    seconds = missing_s = 0.0
    missing = 0
    for passage in chapter.passages:
        take = cache.get(keys.key(passage.utterance))
        if take:
            seconds += take.frames / take.sample_rate + passage.pause_after_ms / 1000
            continue
        guess = count_words(passage.utterance.text) * 60 / WORDS_PER_MINUTE
        missing += 1
        missing_s += guess
        seconds += guess
    return ChapterEstimate(chapter.number, chapter.title, len(chapter.passages), missing, seconds, missing_s)
