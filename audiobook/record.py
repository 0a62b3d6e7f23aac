"""Utterances become takes: from the cache at once, else spoken by as many processes as there are cores."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psutil

from audiobook import prosody
from audiobook.accept import spoken_units
from audiobook.audio import Take, Utterance
from audiobook.cache import TakeCache, take_key
from audiobook.engines import open_engine
from audiobook.engines.base import Engine
from audiobook.errors import AudiobookError, EngineError, RecordingError
from audiobook.script import NEUTRAL
from audiobook.settings import RecordSettings
from audiobook.workers import Reply, Worker, WorkerDied

__all__ = ["Recorded", "Recorder", "default_jobs", "open_recorder"]

_WORKER_MB = 500
"""Memory that a neural voice needs."""
_LEARN = 5
"""Takes after which an engine's pace is known."""
_PATIENCE = 20.0
"""Times its slowest pace that a take may last before it counts as hung; the machine may have got busy."""
_LEAST_S = 15.0
_POLL_S = 0.25
"""How often a wait looks up, as Ctrl-C does not wake a waiting thread on every system."""


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


@dataclass(frozen=True, slots=True)
class _Job:
    key: str
    utterance: Utterance


def default_jobs() -> int:
    """Return how many processes may speak at once: one a core that this process may use, if memory suffices."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    fitting = int(psutil.virtual_memory().available / 1e6) // _WORKER_MB
    return max(1, min(cores, fitting))


@contextlib.contextmanager
def open_recorder(cache: TakeCache, settings: RecordSettings, jobs: int = 0) -> Iterator[Recorder]:
    """Give a recorder; when the block ends its processes have ended too.

    When Ctrl-C ends the block, lines that are being spoken are finished first; a second Ctrl-C ends them at once.
    Any other error ends them at once. Finished takes are in the cache in any case.

    Args:
        cache: where takes are found and kept.
        settings: retries, time limit, seed, memory.
        jobs: processes that speak at once; 0 is `default_jobs`.
    """
    recorder = Recorder(cache, settings, jobs or default_jobs())
    with cache.session():
        try:
            yield recorder
            recorder.close()
        except KeyboardInterrupt:
            recorder.close()
            raise
        finally:
            recorder.abort()


class Recorder:
    """Records utterances; made by `open_recorder`."""

    def __init__(self, cache: TakeCache, settings: RecordSettings, jobs: int) -> None:
        self._cache = cache
        self._settings = settings
        self._limit = jobs
        self._look_ahead = 64 + 32 * jobs
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._results: queue.Queue[tuple[str, Reply]] = queue.Queue()
        self._speakers: list[_Speaker] = []
        self._engines: dict[str, Engine] = {}
        self._fingerprints: dict[str, str] = {}
        self._lost: dict[str, AudiobookError] = {}
        self._in_a_row = 0

    def record(self, utterances: Iterable[Utterance]) -> Iterator[Recorded]:
        """Yield each utterance's take as soon as there is one: cached ones at once, the others as they are finished.

        Utterances are drawn from the iterable only so far ahead that no process waits. What occurs twice is spoken
        once. No process is started while everything comes from the cache.

        Raises:
            VoiceError, EngineError: a voice or engine cannot be used at all, or fails on every line.
            OutputError: the cache cannot be written.
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
                key = self.key(utterance)
                if key in waiting:
                    waiting[key].append(index)
                elif key in self._lost:
                    yield Recorded(index, None, error=self._lost[key])
                elif take := self._cache.get(key):
                    yield Recorded(index, take, cached=True)
                else:
                    waiting[key] = [index]
                    self._jobs.put(_Job(key, utterance))
                    self._staff(len(waiting))
            if not waiting:
                return
            key, reply = self._next_result()
            yield from self._outcomes(waiting.pop(key), key, reply)

    def key(self, utterance: Utterance) -> str:
        """Return the utterance's key in the cache; loads no model.

        Raises:
            VoiceError, EngineError: its voice or engine is not there.
        """
        address = utterance.voice.address
        if address not in self._fingerprints:
            name = utterance.voice.engine
            if name not in self._engines:
                self._engines[name] = open_engine(name)
            engine = self._engines[name]
            self._fingerprints[address] = engine.fingerprint(utterance.voice.name)
        engine = self._engines[utterance.voice.engine]
        fingerprint = self._fingerprints[address]
        if prosody.rest(utterance.delivery, engine.honours) != NEUTRAL:
            fingerprint += f" {prosody.FINGERPRINT}"
        return take_key(fingerprint, utterance, self._settings.seed)

    def close(self) -> None:
        """Finish the lines that are being spoken, drop the others, end the processes."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._jobs.get_nowait()
        for _ in self._speakers:
            self._jobs.put(None)
        for speaker in self._speakers:
            while speaker.is_alive():
                speaker.join(_POLL_S)

    def abort(self) -> None:
        """End the processes at once; harmless after `close`."""
        for speaker in self._speakers:
            speaker.abort()
        for _ in self._speakers:
            self._jobs.put(None)
        for speaker in self._speakers:
            speaker.join()
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()
        self._speakers.clear()

    def _staff(self, waiting: int) -> None:
        if len(self._speakers) < min(waiting, self._limit):
            speaker = _Speaker(self._cache, self._settings, self._jobs, self._results)
            self._speakers.append(speaker)
            speaker.start()

    def _next_result(self) -> tuple[str, Reply]:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._results.get(timeout=_POLL_S)

    def _outcomes(self, indexes: list[int], key: str, reply: Reply) -> Iterator[Recorded]:
        if reply.error is None:
            self._in_a_row = 0
            for place, index in enumerate(indexes):
                yield Recorded(index, reply.take, cached=place > 0)
            return
        self._in_a_row += 1
        if reply.hopeless:
            raise reply.error
        if self._in_a_row >= 8 * self._limit:
            raise EngineError(
                f"{self._in_a_row} lines in a row could not be recorded, the last because {reply.error.message}",
                remedy="Run audiobook doctor, or choose another voice with --voice",
            )
        self._lost[key] = reply.error
        for index in indexes:
            yield Recorded(index, None, error=reply.error)


class _Speaker(threading.Thread):
    """Takes jobs from a queue and has them spoken by a process of its own, which it replaces when it fails."""

    def __init__(
        self,
        cache: TakeCache,
        settings: RecordSettings,
        jobs: queue.Queue[_Job | None],
        results: queue.Queue[tuple[str, Reply]],
    ) -> None:
        super().__init__(daemon=True)
        self._cache = cache
        self._settings = settings
        self._jobs = jobs
        self._results = results
        self._pace = _Pace(settings.timeout_s)
        self._worker: Worker | None = None
        self._aborted = False
        self._guard = threading.Lock()

    def run(self) -> None:
        """Serve until the queue says None."""
        while (job := self._jobs.get()) is not None and not self._aborted:
            self._results.put((job.key, self._record(job)))
            if self._worker is not None and self._worker.memory_mb() > self._settings.memory_mb:
                self._dismiss()
        self._dismiss()

    def abort(self) -> None:
        """Kill the process; the thread then ends by itself."""
        with self._guard:
            self._aborted = True
            if self._worker is not None:
                self._worker.kill()

    def _record(self, job: _Job) -> Reply:
        """Try until there is a take or no try is left."""
        reason = ""
        refusals = 0
        for _ in range(self._settings.retries + 1):
            if self._aborted:
                break
            begun = time.monotonic()
            try:
                reply = self._hire().ask(job.key, job.utterance, refusals, self._pace.limit_s(job.utterance))
            except WorkerDied as death:
                reason = str(death)
                self._dismiss()
                continue
            if reply.error is None or reply.hopeless:
                self._pace.learn(job.utterance, time.monotonic() - begun)
                return reply
            reason = reply.error.message
            refusals += 1
        return Reply(None, _failure(job.utterance, reason, self._settings.retries + 1))

    def _hire(self) -> Worker:
        with self._guard:
            if self._worker is None:
                self._worker = Worker(self._cache.folder, self._settings.seed)
                if self._aborted:
                    self._worker.kill()
            return self._worker

    def _dismiss(self) -> None:
        with self._guard:
            worker, self._worker = self._worker, None
        self._pace.worker_left()
        if worker is not None:
            worker.close()


class _Pace:
    """How long a take may last: far longer than any before, but not two minutes when it should be two seconds."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._takes: Counter[str] = Counter()
        self._slowest: dict[str, float] = {}
        """Seconds a unit of text, by engine."""
        self._loaded: set[str] = set()
        """Engines that the present worker has used: the first take of each loads a model."""

    def limit_s(self, utterance: Utterance) -> float:
        """Return the seconds after which a take is given up."""
        engine = utterance.voice.engine
        if engine not in self._loaded or self._takes[engine] < _LEARN:
            return self._most_s
        return min(self._most_s, max(_LEAST_S, _PATIENCE * self._slowest[engine] * _units(utterance)))

    def learn(self, utterance: Utterance, seconds: float) -> None:
        """Note how long a take lasted."""
        engine = utterance.voice.engine
        if engine in self._loaded:
            self._takes[engine] += 1
            self._slowest[engine] = max(self._slowest.get(engine, 0.0), seconds / _units(utterance))
        self._loaded.add(engine)

    def worker_left(self) -> None:
        """Forget what the process had loaded."""
        self._loaded.clear()


def _units(utterance: Utterance) -> float:
    return max(20.0, spoken_units(utterance))


def _failure(utterance: Utterance, reason: str, tries: int) -> RecordingError:
    words = utterance.text if len(utterance.text) <= 60 else f"{utterance.text[:57]}..."
    return RecordingError(
        f"“{words}” could not be recorded by {utterance.voice.address} in {tries} tries: {reason}",
        remedy="Change the line's words or voice in the script and run the same command again",
    )
