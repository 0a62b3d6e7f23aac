"""What a batch would take, before anything is spoken: books, chapters, hours, time and disk."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook import pipeline
from audiobook.atomic import write_text
from audiobook.batch.entries import Entry
from audiobook.batch.outcome import Failure, Outcome
from audiobook.cache import cache_folder
from audiobook.errors import AudiobookError, OutputError
from audiobook.pipeline.voices import resolve_engine
from audiobook.progress import Silent
from audiobook.settings import Settings

__all__ = ["Forecast", "forecast", "remember_pace"]

_PACE = {"kokoro": 2.7, "piper": 9.5, "pyttsx3": 60.0, "silent": 500.0}
"""Seconds of speech a core second, measured on one machine (see README); used until this machine's own is known."""
_PCM = 24_000 * 2
"""Bytes a second of 16-bit speech at a neural voice's rate."""
_FLAC = 0.55
"""Size of FLAC over PCM, of speech."""
_MP3 = frozenset({"mp3", "mp3-single", "epub", "web", "podcast", "lpf", "readium", "audiobookshelf"})
_AAC = frozenset({"m4b", "m4a"})


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one book would take."""

    entry: Entry
    chapters: int = 0
    seconds: float = 0.0
    """Length of its audio."""
    missing_s: float = 0.0
    """Length of what would be spoken."""
    core_s: float = 0.0
    """Time in which one core speaks that."""
    disk: int = 0
    """Bytes that its takes and packages would add."""
    failure: Failure | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        row = dataclasses.asdict(self) | {"name": self.entry.name, "source": str(self.entry.source)}
        del row["entry"]
        return row


def forecast(entries: Sequence[Entry]) -> Iterator[Forecast]:
    """Plan each of ``entries`` without writing or speaking anything; a book that cannot be read is named."""
    paces = _PACE | _known_paces()
    for entry in entries:
        try:
            engine = resolve_engine(entry.settings, entry.settings.metadata.language).engine
            found = pipeline.estimate(pipeline.Request(str(entry.source), entry.folder), entry.settings, Silent())
        except AudiobookError as error:
            yield Forecast(entry, failure=Failure.of(error))
            continue
        core_s = found.missing_s / paces.get(engine, _PACE["piper"])
        disk = int(found.missing_s * _PCM * _FLAC + found.seconds * _packages(entry.settings))
        yield Forecast(entry, len(found.chapters), found.seconds, found.missing_s, core_s, disk)


def remember_pace(outcomes: Sequence[Outcome]) -> None:
    """Note how fast each engine spoke on this machine, for the next forecast."""
    paces = _known_paces()
    for engine in sorted({_engine(outcome) for outcome in outcomes} - {""}):
        spoken = [outcome for outcome in outcomes if _engine(outcome) == engine]
        seconds = sum(outcome.speaking_s for outcome in spoken)
        if seconds > 1:
            paces[engine] = round(sum(outcome.audio_s for outcome in spoken) / seconds, 3)
    try:
        write_text(_file(), json.dumps(paces, sort_keys=True))
    except OutputError:
        return  # a forecast is no reason to fail


def _engine(outcome: Outcome) -> str:
    """Return the engine that spoke a whole book in its last run, empty when several did or much of it was there."""
    engines = {address.partition(":")[0] for address, _mark in outcome.voices}
    return engines.pop() if len(engines) == 1 and outcome.recorded >= 0.9 * outcome.lines else ""


def _packages(settings: Settings) -> float:
    """Return bytes of packages a second of audio; sound is encoded once for each coder and kept for the next time."""
    profile = settings.delivery_standard()
    pcm = (profile.sample_rate or 24_000) * 2
    rates: dict[str, float] = {"opus": profile.opus_kbps * 125, "flac": pcm * _FLAC, "wav": pcm}
    rates |= dict.fromkeys(_MP3, profile.mp3_kbps * 125) | dict.fromkeys(_AAC, profile.aac_kbps * 125)
    made = [rates[kind] for kind in settings.formats if kind in rates]
    return sum(made) + sum(set(made))


def _file() -> Path:
    return cache_folder() / "pace.json"


def _known_paces() -> dict[str, float]:
    try:
        rows = json.loads(_file().read_bytes())
        return {str(name): float(pace) for name, pace in rows.items() if float(pace) > 0}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
