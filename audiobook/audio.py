"""Sound and its places: utterances, takes, marks, tracks, packages. Times are frames until a writer needs more."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.book import Cover, Metadata
from audiobook.script import NARRATOR, NEUTRAL, Delivery, Voice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Audiobook",
    "ChapterPlan",
    "Levels",
    "Mark",
    "Package",
    "Passage",
    "Plan",
    "Speech",
    "Take",
    "Track",
    "Utterance",
    "WordTime",
    "frames_to_ms",
    "ms_to_frames",
]


def frames_to_ms(frames: int, sample_rate: int) -> int:
    """Round half up to whole milliseconds."""
    return (frames * 2000 + sample_rate) // (2 * sample_rate)


def ms_to_frames(ms: float, sample_rate: int) -> int:
    """Round to the nearest frame."""
    return round(ms * sample_rate / 1000)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What an engine sees. With the engine's fingerprint it is all that the cache key hashes."""

    text: str
    """Spoken form: words as they are said; ``/ipa/`` pieces are in ``phonemes``."""
    language: str
    """BCP 47."""
    voice: Voice
    """Only ``engine`` and ``name`` matter to an engine: offsets are already in ``delivery``."""
    delivery: Delivery = NEUTRAL
    """Gain is 0 here; it is applied when takes are stitched."""
    phonemes: tuple[tuple[int, int, str], ...] = ()
    """(start, end, IPA) over ``text``: pieces whose sound is given."""
    foreign: tuple[tuple[int, int, str], ...] = ()
    """(start, end, BCP 47) over ``text``: pieces in another language, said in its sounds as well as the voice can."""


@dataclass(frozen=True, slots=True)
class WordTime:
    """When a word of an utterance is heard."""

    text: str
    start: int
    """First frame, counted at the take's sample rate."""
    end: int


@dataclass(frozen=True, slots=True)
class Speech:
    """What an engine returns: mono samples and, when it knows them, the times of the words."""

    samples: NDArray[np.float32] = field(repr=False)
    """shape = (frames,), range [-1, 1]."""
    sample_rate: int
    """Hertz."""
    words: tuple[WordTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """One recorded utterance in the cache."""

    path: Path
    frames: int
    sample_rate: int
    """Hertz."""
    words: tuple[WordTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """One utterance in its place in a chapter."""

    written: str
    """The words as the book writes them; captions show these."""
    speaker: str
    utterance: Utterance
    gain: float = 0.0
    """Decibels, of the voice and of the cue."""
    pause_before_ms: int = 0
    pause_after_ms: int = 0
    paragraph: int = 0
    """Number of its paragraph within the chapter, from 0; the announced title is -1."""
    scene: int = 0
    """Number of its scene within the chapter, from 0."""
    line: int = 0
    """Number of its line within the chapter, from 0; the announced title is -1."""
    foreign: tuple[tuple[int, int, str], ...] = ()
    """(start, end, BCP 47) over ``written``: pieces in another language."""


@dataclass(frozen=True, slots=True)
class ChapterPlan:
    """All that is spoken in a chapter, in order."""

    number: int
    """From 1."""
    title: str
    passages: tuple[Passage, ...]
    scene_titles: tuple[str, ...] = ()
    credits: bool = False
    """It is no chapter of the book: it says who wrote and who reads it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is spoken in a book."""

    metadata: Metadata
    chapters: tuple[ChapterPlan, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """When a passage is heard."""

    text: str
    """As written."""
    speaker: str
    start: int
    """First frame, counted at the track's sample rate."""
    end: int
    """One past the last frame of speech, pause excluded."""
    paragraph: int = 0
    scene: int = 0
    words: tuple[WordTime, ...] = ()
    """Frames counted from the start of the track."""
    foreign: tuple[tuple[int, int, str], ...] = ()
    """(start, end, BCP 47) over ``text``: pieces in another language."""


@dataclass(frozen=True, slots=True)
class Track:
    """A chapter as sound: 16-bit mono, WAV or FLAC."""

    number: int
    title: str
    path: Path
    frames: int
    sample_rate: int
    marks: tuple[Mark, ...] = ()
    scenes: tuple[tuple[str, int], ...] = ()
    """Title (may be empty) and first frame of each scene."""
    credits: bool = False
    """It is no chapter of the book: it says who wrote and who reads it."""


@dataclass(frozen=True, slots=True)
class Audiobook:
    """Everything that a package is made of."""

    metadata: Metadata
    tracks: tuple[Track, ...]
    cover: Cover | None = None
    cast: tuple[tuple[str, Voice], ...] = ((NARRATOR, Voice("silent", "silent")),)
    licences: tuple[tuple[str, str], ...] = ()
    """Address of a voice and its licence as the engine states it; told in the metadata."""
    source: Path | None = None
    """The EPUB that was read, if it was one; an EPUB that reads along keeps its pages."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What was measured on one recording. A level of nothing but zeros is -inf."""

    duration_s: float
    sample_rate: int
    """Hertz."""
    channels: int
    rms_db: float
    """dBFS."""
    peak_db: float
    """dBFS, of samples."""
    true_peak_db: float
    """dBTP."""
    noise_floor_db: float
    """dBFS RMS of the quietest 0.4 s; of the whole when it is shorter."""
    lufs: float
    """Integrated loudness; -inf when no block passes the gates."""
    head_s: float
    """Seconds before the first window above `audiobook.measure.SILENCE_DB`; the whole duration when there is none."""
    tail_s: float
    """Seconds after the last one."""


@dataclass(frozen=True, slots=True)
class Package:
    """A finished format on disk."""

    kind: str
    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    """What a user should know: why there is no file, or why it is less than was asked for."""
    measured: tuple[tuple[Path, Levels], ...] = ()
    """What was measured on the decoded sound of those paths that need not be decoded again."""
