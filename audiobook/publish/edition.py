"""What every package writer gets: the audiobook, where to write, and the words and times all packages share."""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from audiobook.audio import Audiobook, Mark, Track
from audiobook.book import Metadata
from audiobook.publish.sortnames import sort_person
from audiobook.script import NARRATOR
from audiobook.settings import Profile, Settings

__all__ = ["AAC_FRAME", "RATES", "Edition", "Timeline", "frames_at"]

AAC_FRAME = 1024
"""Samples of one AAC frame; chapters begin on such a border in every package that holds the whole book."""
RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Sampling rates that MP3 and AAC both know, in Hertz."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where each chapter stands in a file that holds the whole book."""

    sample_rate: int
    """Hertz in which it counts, those of AAC; not always of the tracks."""
    starts: tuple[int, ...]
    """First frame of each track."""
    frames: int
    """Length of the book."""

    def seconds(self, index: int, track: Track, frame: int) -> Fraction:
        """Return the book's time of ``frame`` (counted at ``track``'s rate) of the track at ``index``."""
        return Fraction(self.starts[index], self.sample_rate) + Fraction(frame, track.sample_rate)

    def end(self, index: int) -> int:
        """Return one past the last frame of the track at ``index``."""
        return self.starts[index + 1] if index + 1 < len(self.starts) else self.frames


@dataclass(frozen=True, slots=True)
class Edition:
    """An audiobook on its way to one or more packages."""

    audiobook: Audiobook
    folder: Path
    """Where packages go; nothing is written outside."""
    slug: str
    """Name of files that hold the whole book, without suffix."""
    settings: Settings
    store: Path
    """Where encoded chapters are kept for the next time."""
    part: int = 1
    """Number of this part of a long book."""
    of_parts: int = 1

    @property
    def profile(self) -> Profile:
        """The delivery standard."""
        return self.settings.delivery_standard()

    @property
    def jobs(self) -> int:
        """Encoders that may run at once."""
        return self.settings.jobs or os.cpu_count() or 1

    @property
    def sample_rate(self) -> int:
        """Hertz of the packages but AAC: the profile's, else the tracks', raised to the next rate that codecs know."""
        return self._rate(self.profile.sample_rate)

    @property
    def aac_rate(self) -> int:
        """Hertz of M4B and M4A, likewise. Shops that fix a rate take MP3s, and AAC is best at the voice's own."""
        return self._rate(self.profile.aac_sample_rate)

    @property
    def metadata(self) -> Metadata:
        """The book's metadata, the settings' words before the source's; title and narrator are never empty."""
        chosen = self.settings.metadata
        values = {}
        for each in fields(Metadata):
            values[each.name] = getattr(chosen, each.name, "") or getattr(self.audiobook.metadata, each.name)
        values["title"] = values["title"] or self.slug
        values["narrator"] = values["narrator"] or self._narrator()
        return Metadata(**values)

    @property
    def identifier(self) -> str:
        """The book's ISBN or identifier as a URN; without one, made from title, author and language."""
        metadata = self.metadata
        given = metadata.identifier.strip()
        digits = re.sub(r"(?i)^(urn:)?(isbn:?)?|[\s-]", "", given)
        if re.fullmatch(r"\d{13}|\d{9}[\dXx]", digits):
            return f"urn:isbn:{digits.upper()}"
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:\S+$", given):
            return given
        facts = f"{given}\n{metadata.title}\n{metadata.author}\n{metadata.language}"
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, facts)}"

    @property
    def isbn(self) -> str:
        """The book's ISBN without hyphens; empty when it has none."""
        return self.identifier.removeprefix("urn:isbn:") if self.identifier.startswith("urn:isbn:") else ""

    @property
    def modified(self) -> datetime:
        """The time that packages state: ``SOURCE_DATE_EPOCH``, else a fixed one, for two builds must be equal."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def authors(self) -> tuple[str, ...]:
        """Each author by name."""
        return tuple(name.strip() for name in self.metadata.author.split(";") if name.strip())

    @property
    def author_sort(self) -> str:
        """The authors as libraries file them."""
        return "; ".join(sort_person(name) for name in self.authors)

    @property
    def notice(self) -> str:
        """The sentence on synthetic voices and their licences; empty when the settings say not to disclose."""
        if not self.settings.publish.disclose:
            return ""
        voices = dict.fromkeys(voice.address for _, voice in self.audiobook.cast)
        licences = dict(self.audiobook.licences)
        named = [f"{voice} ({licences[voice]})" if licences.get(voice) else voice for voice in voices]
        return f"Read by synthetic voices (text to speech): {', '.join(named)}."

    def timeline(self) -> Timeline:
        """Lay the chapters end to end, each filled up to whole AAC frames."""
        starts, at = [], 0
        for track in self.audiobook.tracks:
            starts.append(at)
            at += self.padded_frames(track)
        return Timeline(self.aac_rate, tuple(starts), at)

    def parts(self) -> tuple[Edition, ...]:
        """Divide a long book between chapters into the fewest parts that fit, as even in length as they come.

        A chapter that is longer than a part may be stays whole.
        """
        limit = self.settings.publish.part_hours * 3600 * self.aac_rate
        lengths = [self.padded_frames(track) for track in self.audiobook.tracks]
        if not limit or sum(lengths) <= limit:
            return (self,)
        count = len(_divided(lengths, limit))
        # The smallest limit that still gives as few parts makes them even.
        low, high = max(lengths), max(round(limit), *lengths)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if len(_divided(lengths, middle)) <= count else (middle + 1, high)
        groups = _divided(lengths, high)
        tracks = self.audiobook.tracks
        return tuple(
            replace(
                self,
                audiobook=replace(self.audiobook, tracks=tracks[first:last]),
                slug=f"{self.slug}-{number}",
                part=number,
                of_parts=len(groups),
            )
            for number, (first, last) in enumerate(groups, 1)
        )

    def padded_frames(self, track: Track) -> int:
        """Return the length of ``track`` at `aac_rate`, filled up to whole AAC frames; never 0."""
        return max(1, -(-frames_at(track, self.aac_rate) // AAC_FRAME)) * AAC_FRAME

    def marks(self) -> tuple[tuple[int, Track, Mark], ...]:
        """List every mark with its track and the track's index, in the book's order."""
        return tuple((index, track, mark) for index, track in enumerate(self.audiobook.tracks) for mark in track.marks)

    def _rate(self, wanted: int) -> int:
        wanted = wanted or max(track.sample_rate for track in self.audiobook.tracks)
        return min((rate for rate in RATES if rate >= wanted), default=RATES[-1])

    def _narrator(self) -> str:
        cast = dict(self.audiobook.cast)
        voice = cast.get(NARRATOR) or next(iter(cast.values()), None)
        return f"{voice.name} ({voice.engine})" if voice else ""


def frames_at(track: Track, rate: int) -> int:
    """Return the length of ``track`` at ``rate`` Hertz, rounded up."""
    return -(-track.frames * rate // track.sample_rate)


def _divided(lengths: list[int], limit: float) -> list[tuple[int, int]]:
    """Fill parts one after another; return the first chapter of each and one past its last."""
    groups, first, filled = [], 0, 0
    for index, length in enumerate(lengths):
        if filled and filled + length > limit:
            groups.append((first, index))
            first, filled = index, 0
        filled += length
    return [*groups, (first, len(lengths))]
