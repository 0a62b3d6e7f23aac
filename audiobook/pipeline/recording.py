"""A running recording: what is done, what is complete, what can be mastered and encoded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from audiobook import levels
from audiobook.attend import AttentiveRecorder
from audiobook.audio import ChapterPlan, Passage, Plan, Take, Track
from audiobook.master import shortfalls
from audiobook.measure import Levels
from audiobook.progress import Event, Progress
from audiobook.record import Recorded, Recorder
from audiobook.settings import Profile

__all__ = ["ChapterLevels", "Recording", "Unclear"]


@dataclass(frozen=True, slots=True)
class ChapterLevels:
    """What was measured on one mastered chapter."""

    number: int
    title: str
    levels: Levels

    @property
    def figures(self) -> tuple[float, float, float, float]:
        """RMS, peak, noise floor in dBFS, and LUFS."""
        return self.levels.rms_db, self.levels.peak_db, self.levels.noise_floor_db, self.levels.lufs


@dataclass(frozen=True, slots=True)
class Unclear:
    """A line that a recognizer could not follow, however it was spoken."""

    chapter: int
    text: str
    """As written."""
    heard: str

    def __str__(self) -> str:
        where = f"chapter {self.chapter}: " if self.chapter > 0 else ""
        return f"{where}“{self.text}” was heard as “{self.heard}”; listen to it, or change its words or voice"


@dataclass(slots=True)
class Recording:
    """Counts of a running recording; lives for one build."""

    plan: Plan
    progress: Progress
    standard: Profile
    total: int = 0
    """Lines of the plan."""
    total_letters: int = 0
    tracks: list[Track] = field(default_factory=list)
    levels: list[ChapterLevels] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    takes: int = 0
    spoken: int = 0
    letters: int = 0
    spoken_letters: int = 0
    audio_s: float = 0.0
    spoken_s: float = 0.0
    speaking_s: float = 0.0
    """For which speakers were busy."""
    unclear: list[Unclear] = field(default_factory=list)
    """Lines that a recognizer could not follow in any take."""
    invited: bool = False
    """Where the first chapter can be heard has been told, or needs not be."""
    encoded: int = 0
    """Chapters, from the first, whose encoding has been ordered."""

    def __post_init__(self) -> None:
        """Count the plan and tell of it."""
        passages = [passage for chapter in self.plan.chapters for passage in chapter.passages]
        self.total = len(passages)
        self.total_letters = sum(len(passage.utterance.text) for passage in passages)
        self.progress(Event("planned", total=self.total, total_letters=self.total_letters))

    def chapters(
        self, recorder: Recorder | AttentiveRecorder
    ) -> Iterator[tuple[ChapterPlan, list[Take], dict[str, float]] | None]:
        """Record what is not there; yield each chapter, its takes and its voices' gains as soon as it is complete.

        After each line None is yielded, so that whoever waits for other things can look at them. What measures the
        voices is spoken first, in one run with the lines, so that no core waits for it. A chapter with a line that
        failed is not yielded, nor one that was there before.
        """
        there = {track.number for track in self.tracks}
        missing = [chapter for chapter in self.plan.chapters if chapter.number not in there]
        voices = {passage.utterance.voice.address for chapter in missing for passage in chapter.passages}
        calibration = [each for each in levels.calibration_utterances(self.plan) if each.voice.address in voices]
        measured: dict[int, Take | None] = {}
        gains: dict[str, float] | None = None
        places = [(chapter, number) for chapter in missing for number in range(len(chapter.passages))]
        takes: dict[int, dict[int, Take]] = {chapter.number: {} for chapter in missing}
        complete: list[ChapterPlan] = []
        lines = (passage.utterance for chapter in missing for passage in chapter.passages)
        for result in recorder.record(itertools.chain(calibration, lines)):
            index = result.index - len(calibration)
            if index < 0:
                measured[result.index] = result.take
            else:
                chapter, number = places[index]
                self._note(result, chapter, chapter.passages[number])
                if result.take:
                    takes[chapter.number][number] = result.take
                if len(takes[chapter.number]) == len(chapter.passages):
                    complete.append(chapter)
            if gains is None and len(measured) == len(calibration):
                gains = levels.by_voice(calibration, [measured[place] for place in range(len(calibration))])
            if gains is not None:
                for chapter in complete:
                    found = takes.pop(chapter.number)
                    yield chapter, [found[place] for place in range(len(found))], gains
                complete.clear()
            yield None

    def _note(self, result: Recorded, chapter: ChapterPlan, passage: Passage) -> None:
        letters = len(passage.utterance.text)
        seconds = result.take.frames / result.take.sample_rate if result.take else 0.0
        self.takes += 1
        self.letters += letters
        self.audio_s += seconds
        if not result.cached:
            self.spoken += 1
            self.spoken_letters += letters
            self.spoken_s += seconds
        if result.misheard:
            self.unclear.append(Unclear(chapter.number, passage.written, result.misheard))
        if result.error:
            self.failures.append(f"chapter {chapter.number}: {result.error.message}")
            self.progress(Event("warning", f"chapter {chapter.number}: {result.error}", chapter=chapter.number))
        self._tell(chapter.number)

    def note_found(self, chapter: ChapterPlan, track: Track, measured: Levels) -> None:
        """Note a chapter that an earlier build has mastered."""
        self.takes += len(chapter.passages)
        self.letters += sum(len(passage.utterance.text) for passage in chapter.passages)
        self.audio_s += sum(mark.end - mark.start for mark in track.marks) / track.sample_rate
        self._tell(chapter.number)
        self.finish_chapter(track, measured)

    def _tell(self, number: int) -> None:
        self.progress(
            Event(
                "take",
                chapter=number,
                done=self.takes,
                total=self.total,
                letters=self.letters,
                total_letters=self.total_letters,
                recorded_letters=self.spoken_letters,
                audio_s=self.audio_s,
                recorded_s=self.spoken_s,
            )
        )

    def ready_to_encode(self) -> tuple[tuple[Track, ...], range]:
        """Return the mastered tracks without a gap from the first chapter, and which of them can be encoded now.

        A chapter's last frames lean on the next one, so it waits for that; the book's last one waits for none.
        """
        mastered = {track.number: track for track in self.tracks}
        run = tuple(itertools.takewhile(bool, (mastered.get(chapter.number) for chapter in self.plan.chapters)))
        tracks = tuple(track for track in run if track)
        known = len(tracks) if len(tracks) == len(self.plan.chapters) else len(tracks) - 1
        now = range(self.encoded, max(self.encoded, known))
        self.encoded = now.stop
        return tracks, now

    def invite_to_listen(self, track: Track) -> None:
        """Tell where the first chapter that was mastered can be heard, when others are still to be recorded."""
        if not self.invited and self.takes < self.total:
            self.progress(Event("stage", f"to be heard while the rest is recorded: {track.path}"))
        self.invited = True

    def finish_chapter(self, track: Track, measured: Levels) -> None:
        """Note a mastered chapter and tell of it."""
        self.tracks.append(track)
        self.levels.append(ChapterLevels(track.number, track.title, measured))
        for problem in shortfalls(measured, self.standard):
            self.progress(Event("warning", f"chapter {track.number} ({track.title}): {problem}", chapter=track.number))
        seconds = track.frames / track.sample_rate
        last = max((chapter.number for chapter in self.plan.chapters if not chapter.credits), default=0)
        place = "" if track.credits else f"chapter {track.number} of {last}: "
        message = f"{place}{track.title} ({seconds / 60:.1f} min)"
        self.progress(Event("chapter", message, chapter=track.number, audio_s=seconds, path=str(track.path)))
