"""Utterances become takes: from the cache at once, else spoken by a crew."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from audiobook import prosody
from audiobook.audio import Take, Utterance
from audiobook.cache import TakeCache, take_facts
from audiobook.calibration import calibration_utterance
from audiobook.crew import Crew, Job, Reply
from audiobook.engines import open_engine
from audiobook.engines.base import Engine
from audiobook.engines.device import chosen
from audiobook.errors import AudiobookError, EngineError
from audiobook.script import NEUTRAL, Voice
from audiobook.settings import RecordSettings
from audiobook.speakers import default_jobs, open_crew
from audiobook.store import digest_of

__all__ = ["Keys", "Recorded", "Recorder", "open_recorder"]

_SHARING = 4
"""Processes that share a card: a model takes one text at a time, so several keep it busy; each holds a model there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one utterance."""

    index: int
    """Its place among the utterances that were given, from 0."""
    take: Take | None
    """None when it could not be recorded."""
    cached: bool = False
    """Nothing was spoken for it in this run."""
    error: AudiobookError | None = None
    """Why there is no take, with the words of the line."""
    misheard: str = ""
    """What a recognizer heard instead of the words; empty when it heard them, or when nothing listened."""


@contextlib.contextmanager
def open_recorder(
    cache: TakeCache, settings: RecordSettings, jobs: int = 0, crew: Crew | None = None, rank: int = 0
) -> Iterator[Recorder]:
    """Give a recorder for one book; when the block ends nothing that it asked for is spoken any more.

    Args:
        cache: where takes are found and kept.
        settings: retries, time limit, seed, memory.
        jobs: processes that speak at once when the recorder has a crew of its own; 0 is one a core, or a few when they
            share a graphics card.
        crew: speakers that serve other books too; None hires some for this recorder, see `open_crew`.
        rank: of the book among those the crew serves; lower goes first.
    """
    if crew is None:
        if not jobs and chosen(settings.device) != "cpu":
            jobs = min(_SHARING, default_jobs())
        with open_crew(cache, jobs) as own, open_recorder(cache, settings, jobs, own, rank) as recorder:
            yield recorder
        return
    recorder = Recorder(cache, settings, crew, rank)
    try:
        yield recorder
    finally:
        recorder.close()


class Recorder:
    """Records the utterances of one book; made by `open_recorder`."""

    def __init__(self, cache: TakeCache, settings: RecordSettings, crew: Crew, rank: int = 0) -> None:
        self.spent_s = 0.0
        """Seconds for which speakers were busy with this book."""
        self._cache = cache
        self._settings = settings
        self._crew = crew
        self._seat = crew.open_seat(rank)
        self._keys = Keys(settings.seed, settings.device)
        self._look_ahead = 64 + 32 * crew.size
        self._calibrations: dict[tuple[str, str], str] = {}
        self._required: set[str] = set()
        self._lost: dict[str, AudiobookError] = {}
        self._in_a_row = 0

    def record(self, utterances: Iterable[Utterance], refusals: int = 0) -> Iterator[Recorded]:
        """Yield each utterance's take as soon as there is one: cached ones at once, the others as they are finished.

        Utterances are drawn from the iterable only so far ahead that no speaker waits. What occurs twice is spoken
        once. No speaker is hired while everything comes from the cache.

        Args:
            utterances: what is to be said.
            refusals: takes of them that were not good enough; they are then spoken in another way, see
                `Booth.record`, and such takes are kept beside the usual ones.

        Raises:
            VoiceError, EngineError: a voice or engine cannot be used at all, or fails on every line.
            OutputError: the cache cannot be written.
            CrewLeft: the crew was told to stop.
        """
        waiting: dict[str, list[int]] = {}
        source = enumerate(utterances)
        drained = False
        while True:
            while not drained and len(waiting) < self._look_ahead:
                index, utterance = next(source, (-1, None))
                if utterance is None:
                    drained = True
                    break
                key = self.key(utterance, refusals)
                if key in waiting:
                    waiting[key].append(index)
                elif key in self._lost:
                    yield Recorded(index, None, error=self._lost[key])
                elif take := self._cache.get(key):
                    yield Recorded(index, take, cached=True)
                else:
                    waiting[key] = [index]
                    self._submit(Job(key, utterance, self._settings, refusals, self._calibration(utterance)))
            if not waiting:
                return
            key, reply = self._seat.next()
            if refusals:  # that a voice cannot say hard lines in another way is no sign that it cannot speak
                self._in_a_row = 0
            yield from self._outcomes(waiting.pop(key), key, reply)

    def close(self) -> None:
        """Withdraw what is not spoken yet; harmless when done twice."""
        self._seat.leave()
        self._keys.close()

    def key(self, utterance: Utterance, refusals: int = 0) -> str:
        """Return where a take is kept.

        Raises:
            VoiceError, EngineError: its voice or engine is not there.
        """
        return self._keys.key(utterance, refusals)

    def _calibration(self, utterance: Utterance) -> str:
        """Return the key of the text that measures the utterance's voice."""
        who = utterance.voice.address, utterance.language
        if who not in self._calibrations:
            self._calibrations[who] = self.key(calibration_utterance(utterance.voice, utterance.language))
        return self._calibrations[who]

    def _submit(self, job: Job) -> None:
        voice = job.utterance.voice
        if voice.address not in self._required:
            self._crew.require(voice.address, self._keys.fingerprint(voice))
            self._required.add(voice.address)
        self._seat.submit(job)

    def _outcomes(self, indexes: list[int], key: str, reply: Reply) -> Iterator[Recorded]:
        self.spent_s += reply.seconds
        if reply.error is None:
            self._in_a_row = 0
            for place, index in enumerate(indexes):
                yield Recorded(index, reply.take, cached=place > 0 or not reply.spoken)
            return
        self._in_a_row += 1
        if reply.hopeless:
            raise reply.error
        if self._in_a_row >= 8 * self._crew.size:
            raise EngineError(
                f"{self._in_a_row} lines in a row could not be recorded, the last because {reply.error.message}",
                remedy="Run audiobook doctor, or choose another voice with --voice",
            )
        self._lost[key] = reply.error
        for index in indexes:
            yield Recorded(index, None, error=reply.error)


class Keys:
    """Finds the keys of utterances in the cache; loads no model."""

    def __init__(self, seed: int, device: str = "auto") -> None:
        self._seed = seed
        self._device = device
        self._engines: dict[str, Engine] = {}
        self._fingerprints: dict[str, str] = {}

    def key(self, utterance: Utterance, refusals: int = 0) -> str:
        """Return the utterance's key, or that of the take which is made after so many were not good enough.

        Raises:
            VoiceError, EngineError: its voice or engine is not there.
        """
        key = digest_of(self.facts(utterance))
        return digest_of({"take": key, "refusals": refusals}) if refusals else key

    def facts(self, utterance: Utterance) -> dict[str, Any]:
        """Return what the key is made of, see `take_facts`.

        Raises:
            VoiceError, EngineError: its voice or engine is not there.
        """
        fingerprint = self.fingerprint(utterance.voice)
        engine = self._engines[utterance.voice.engine]
        if prosody.rest(utterance.delivery, engine.honours) != NEUTRAL:
            fingerprint += f" {prosody.FINGERPRINT}"
        return take_facts(fingerprint, utterance, self._seed)

    def fingerprint(self, voice: Voice) -> str:
        """Return what tells this version of a voice from any other.

        Raises:
            VoiceError, EngineError: the voice or its engine is not there.
        """
        if voice.address not in self._fingerprints:
            if voice.engine not in self._engines:
                self._engines[voice.engine] = open_engine(voice.engine, self._device)
            self._fingerprints[voice.address] = self._engines[voice.engine].fingerprint(voice.name)
        return self._fingerprints[voice.address]

    def close(self) -> None:
        """Close the engines that were asked."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()
        self._fingerprints.clear()
