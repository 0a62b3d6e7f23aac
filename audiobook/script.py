"""The marked-up book: who speaks each line, how, and in whose voice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from audiobook.book import Metadata, Span

__all__ = [
    "EMOTIONS",
    "MANNERS",
    "NARRATOR",
    "NEUTRAL",
    "NUMBERS",
    "UNKNOWN",
    "Cue",
    "Delivery",
    "Line",
    "LineKind",
    "Override",
    "Scene",
    "Script",
    "ScriptChapter",
    "ScriptParagraph",
    "Voice",
]

_LANGUAGE = re.compile(r"\s*lang=([A-Za-z0-9-]+)\s*")

NARRATOR = "NARRATOR"
UNKNOWN = "UNKNOWN"
"""Speaker of a line that somebody says, nobody knows who; JSON prints it as null."""

LineKind = Literal["narration", "speech", "thought"]

EMOTIONS = (
    "neutral", "joy", "excitement", "sadness", "anger", "coldanger", "fear", "anxiety", "surprise", "disgust",
    "tenderness", "pride", "boredom", "shame", "pleading", "trust", "anticipation", "suspense", "action",
    "curious",
)  # fmt: skip
MANNERS = (
    "whisper",
    "shout",
    "soft",
    "fast",
    "slow",
    "laughing",
    "crying",
    "sarcastic",
    "hesitant",
    "thought",
    "emphasis",
)
NUMBERS = ("rate", "pitch", "gain")
"""Cues that carry a number: factor, semitones, decibels."""


@dataclass(frozen=True, slots=True)
class Voice:
    """An address of a voice and the offsets that make it one character's own."""

    engine: str
    name: str
    """As the engine lists it; a blend ("af_heart*0.6+bf_emma*0.4") is a name too."""
    rate: float = 1.0
    """Factor on the engine's normal speed."""
    pitch: float = 0.0
    """Semitones."""
    gain: float = 0.0
    """Decibels."""
    timbre: float = 1.0
    """Factor on the formants: above 1 sounds smaller, below 1 larger."""

    @property
    def address(self) -> str:
        """``engine:name``."""
        return f"{self.engine}:{self.name}"

    @classmethod
    def parse(cls, address: str) -> Voice:
        """Read ``engine:name``; raise ValueError when there is no colon or a part is empty."""
        engine, colon, name = address.strip().partition(":")
        if not (colon and engine.strip() and name.strip()):
            msg = f"{address!r} is not ENGINE:NAME"
            raise ValueError(msg)
        return cls(engine.strip(), name.strip())


@dataclass(frozen=True, slots=True)
class Cue:
    """How a line is said: an emotion or manner with its strength, or a number to apply as it is."""

    name: str
    """One of `EMOTIONS`, `MANNERS` or `NUMBERS`."""
    value: float | None = None
    """Strength of an emotion or manner (None is 1), or the number of a `NUMBERS` cue."""

    def __str__(self) -> str:
        if self.value is None:
            return self.name
        short = f"{self.value:g}"
        return f"{self.name}={short if float(short) == self.value else repr(self.value)}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Cues resolved to numbers, voice offsets included."""

    rate: float = 1.0
    """Factor on the engine's normal speed."""
    pitch: float = 0.0
    """Semitones."""
    pitch_range: float = 1.0
    """Factor on log-F0 around its median."""
    gain: float = 0.0
    """Decibels; applied when takes are stitched, so changing it records nothing anew."""
    timbre: float = 1.0
    """Factor on the formants."""
    whisper: float = 0.0
    """0 voiced ... 1 all breath."""


NEUTRAL = Delivery()


@dataclass(frozen=True, slots=True)
class Override:
    """``{written|spoken}``: what is said in place of a piece of a line's text, or how."""

    start: int
    """First character of the written piece, an index into ``Line.text``."""
    end: int
    spoken: str
    """Words to say; phonemes between slashes, ``/ipa/``; or the language that the piece is in, ``lang=fr``."""

    @property
    def language(self) -> str:
        """BCP 47 code of a piece that is said as it is written, in its own language; empty for all others."""
        match = _LANGUAGE.fullmatch(self.spoken)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one speaker in one breath of the book: narration, or one stretch of speech."""

    speaker: str
    text: str
    """Exactly as written, quotation marks included."""
    cues: tuple[Cue, ...] = ()
    pause_after_ms: int | None = None
    """A pause set by hand; None leaves it to the settings."""
    overrides: tuple[Override, ...] = ()
    comments: tuple[str, ...] = ()
    """Comment lines above it in the script file, without the ``; ``."""
    source: Span | None = field(default=None, compare=False)
    confidence: float = field(default=1.0, compare=False)
    """How sure the speaker is, 0 to 1."""
    number: int = field(default=0, compare=False)
    """Where it begins in the script file, counted from 1; 0 when it was not read from one."""

    @property
    def kind(self) -> LineKind:
        """``narration``, ``speech`` or ``thought``."""
        if self.speaker == NARRATOR:
            return "narration"
        return "thought" if any(cue.name == "thought" for cue in self.cues) else "speech"


@dataclass(frozen=True, slots=True)
class ScriptParagraph:
    """Lines that stand in one paragraph of the book."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of a chapter without a break."""

    paragraphs: tuple[ScriptParagraph, ...]
    title: str = ""
    title_overrides: tuple[Override, ...] = ()
    """How pieces of the title are said."""


@dataclass(frozen=True, slots=True)
class ScriptChapter:
    """A chapter's title and scenes; the title is announced and is not also a line."""

    title: str
    scenes: tuple[Scene, ...]
    source: Span | None = field(default=None, compare=False)
    title_overrides: tuple[Override, ...] = ()
    """How pieces of the title are said."""

    def lines(self) -> Iterator[Line]:
        """Every line in reading order."""
        for scene in self.scenes:
            for paragraph in scene.paragraphs:
                yield from paragraph.lines


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that is needed to record a book."""

    metadata: Metadata
    cast: tuple[tuple[str, Voice], ...]
    """Speaker and voice, the narrator first, then by first appearance."""
    chapters: tuple[ScriptChapter, ...]
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Speaker and the other names the book has for them; for people, and for the cast of a series."""

    def voice(self, speaker: str) -> Voice | None:
        """The speaker's voice, or None when the cast does not name the speaker."""
        return dict(self.cast).get(speaker)
