"""Mastered chapters, kept by all that goes into their sound: what did not change is neither stitched nor mastered anew.

A chapter's key is made from the keys of its takes, the gains and pauses between them, what the profile says of sound,
and the code that stitches and masters. Beside the sound lie the frames at which its passages are heard, its levels,
and the state in which its takes were used: a take that was recorded anew since makes a new master.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from audiobook import levels
from audiobook.audio import ChapterPlan, Levels, Mark, Plan, Take, Track, Utterance, WordTime
from audiobook.cache import TakeCache
from audiobook.master import compress, master
from audiobook.record import Keys
from audiobook.settings import Settings
from audiobook.stitch import scene_starts, stitch
from audiobook.store import Kept, digest_of

__all__ = ["Mastered", "Masters", "Order"]

_SCHEMA = 1
_CODE = ("stitch", "master", "dynamics", "filters", "levels", "measure", "loudness", "truepeak", "audio")
"""Modules that decide how a chapter sounds, and what is noted of it."""
_LIBRARIES = ("numpy", "soundfile", "soxr")
_SOUND = ("rms_db", "lufs", "lufs_tolerance", "peak_db", "floor_db", "head_ms", "tail_ms", "compress")
"""What of a profile goes into the sound of a master."""
_EFFORT = ("timeout_s", "memory_mb")
"""Settings of recording that change no take."""


@dataclass(frozen=True, slots=True)
class Mastered:
    """A finished chapter."""

    track: Track
    levels: Levels


@dataclass(frozen=True, slots=True)
class Order:
    """A chapter whose takes are there and that is to be mastered."""

    chapter: ChapterPlan
    takes: tuple[Take, ...]
    gains: Mapping[str, float]
    """dB by voice, see `audiobook.levels`."""
    key: str
    """In the store."""


class Masters:
    """The masters of one book. `find` and `key` are for one thread; `make` is for any."""

    def __init__(
        self, cache: TakeCache, settings: Settings, sample_rate: int, keys: Keys, *, words: bool = True
    ) -> None:
        """Open the masters of a book.

        Args:
            cache: where takes and masters are kept.
            settings: of this book.
            sample_rate: hertz of the tracks.
            keys: of its takes.
            words: give marks with the times of their words; they are kept on disk in any case.
        """
        self._cache = cache
        self._words = words
        self._settings = settings
        self._sample_rate = sample_rate
        self._keys = keys
        profile = settings.delivery_standard()
        recording = dataclasses.asdict(settings.record)
        self._common = [
            _SCHEMA,
            _code(),
            [metadata.version(name) for name in _LIBRARIES],
            sample_rate,
            [getattr(profile, name) for name in _SOUND],
            settings.master.high_pass_hz,
            {name: value for name, value in sorted(recording.items()) if name not in _EFFORT},
        ]

    def find(self, plan: Plan, calibration: Sequence[Utterance]) -> Iterator[Mastered]:
        """Yield every chapter that is there, without looking at the sound of its takes."""
        takes = [self._cache.get(self._keys.key(utterance)) for utterance in calibration]
        gains = levels.by_voice(calibration, takes)
        for chapter in plan.chapters:
            voices = {passage.utterance.voice.address for passage in chapter.passages}
            if voices <= gains.keys() and (found := self._kept(chapter, self.key(chapter, gains))):
                yield found

    def key(self, chapter: ChapterPlan, gains: Mapping[str, float]) -> str:
        """Return where a chapter is kept.

        Raises:
            VoiceError, EngineError: a voice or engine is not there.
        """
        passages = [
            [
                self._keys.key(passage.utterance),
                passage.gain + gains.get(passage.utterance.voice.address, 0.0),
                passage.pause_before_ms,
                passage.pause_after_ms,
            ]
            for passage in chapter.passages
        ]
        return digest_of([self._common, passages])

    def make(self, order: Order, studio: Path) -> Mastered:
        """Return an ordered chapter, stitched and mastered unless it is there.

        Args:
            order: what to master.
            studio: a folder for files on their way. The sound of a chapter that was made stays there uncompressed, as
                a WAV called like the kept file, for whoever encodes it.

        Raises:
            OutputError: a take is gone, or the chapter cannot be written.
        """
        if found := self._kept(order.chapter, order.key):
            return found
        made: list[Mastered] = []

        raw, sound = (studio / f"{order.chapter.number:04d}{suffix}.wav" for suffix in ("-raw", ""))

        def write(path: Path) -> Mapping[str, Any]:
            stitched = stitch(order.chapter, order.takes, raw, self._settings, self._sample_rate, order.gains)
            made.append(Mastered(*master(stitched, sound, self._settings)))
            raw.unlink()
            compress(made[0].track, path)
            return self._note(made[0], order.takes)

        kept = self._cache.masters.put(order.key, ".flac", write)
        # It is called as the kept file, as they hold the same.
        sound.replace(studio / f"{kept.path.stem}.wav")
        marks = made[0].track.marks
        if not self._words:
            marks = tuple(dataclasses.replace(mark, words=()) for mark in marks)
        return dataclasses.replace(made[0], track=dataclasses.replace(made[0].track, path=kept.path, marks=marks))

    def _note(self, made: Mastered, takes: Sequence[Take]) -> Mapping[str, Any]:
        keys = dict.fromkeys(_take_key(take) for take in takes)
        return {
            "frames": made.track.frames,
            "marks": [
                [mark.start, mark.end, [[word.text, word.start, word.end] for word in mark.words]]
                for mark in made.track.marks
            ],
            "levels": dataclasses.asdict(made.levels),
            "takes": {key: self._cache.stamp(key) for key in keys},
        }

    def _kept(self, chapter: ChapterPlan, key: str) -> Mastered | None:
        kept = self._cache.masters.get(key, ".flac")
        try:
            return self._opened(chapter, kept) if kept else None
        except (KeyError, TypeError, ValueError):  # not what `_note` wrote: made anew
            return None

    def _opened(self, chapter: ChapterPlan, kept: Kept) -> Mastered | None:
        for key, stamp in kept.note["takes"].items():
            if self._cache.stamp(key) not in (stamp, None):
                return None
            self._cache.touch(key)  # else takes would be pruned before what is made of them
        marks = tuple(
            Mark(
                passage.written, passage.speaker, start, end, passage.paragraph, passage.scene,
                tuple(WordTime(text, first, past) for text, first, past in words) if self._words else (),
                passage.foreign,
            )
            for passage, (start, end, words) in zip(chapter.passages, kept.note["marks"], strict=True)
        )  # fmt: skip
        track = Track(
            chapter.number, chapter.title, kept.path, int(kept.note["frames"]), self._sample_rate,
            marks, scene_starts(chapter, marks), chapter.credits,
        )  # fmt: skip
        return Mastered(track, Levels(**kept.note["levels"]))


def _take_key(take: Take) -> str:
    return take.path.stem.rpartition("-")[0]


@cache
def _code() -> str:
    package = resources.files("audiobook")
    seen = hashlib.sha256()
    for name in _CODE:
        seen.update(package.joinpath(f"{name}.py").read_bytes())
    return seen.hexdigest()
