"""The crew of this machine: threads, each with a speaking process that it replaces when it hangs, dies or grows."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from audiobook.accept import spoken_units
from audiobook.audio import Utterance
from audiobook.cache import TakeCache
from audiobook.crew import Desk, Job, Reply, Seat
from audiobook.errors import RecordingError
from audiobook.workers import Worker, WorkerDied

__all__ = ["LocalCrew", "Speaker", "default_jobs", "open_crew"]

_WORKER_MB = 500
"""Memory that a neural voice needs."""
_LEARN = 5
"""Takes after which an engine's pace is known."""
_PATIENCE = 20.0
"""Times its slowest pace that a take may last before it counts as hung; the machine may have got busy."""
_LEAST_S = 15.0
_POLL_S = 0.25
"""How often a wait looks up, as Ctrl-C does not wake a waiting thread on every system."""


def default_jobs() -> int:
    """Return how many processes may speak at once: one a core that this process may use, if memory suffices."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    fitting = int(psutil.virtual_memory().available / 1e6) // _WORKER_MB
    return max(1, min(cores, fitting))


@contextlib.contextmanager
def open_crew(cache: TakeCache, jobs: int = 0) -> Iterator[LocalCrew]:
    """Give a crew; when the block ends its processes have ended too.

    When Ctrl-C ends the block, lines that are being spoken are finished first; a second Ctrl-C ends them at once.
    Any other error ends them at once. Finished takes are in the cache in any case.

    Args:
        cache: where takes are kept.
        jobs: processes that speak at once; 0 is `default_jobs`.
    """
    crew = LocalCrew(cache, jobs or default_jobs())
    with cache.session():
        try:
            yield crew
            crew.close()
        except KeyboardInterrupt:
            crew.close()
            raise
        finally:
            crew.abort()


class LocalCrew:
    """Processes of this machine; made by `open_crew`. None is started before there is something to say."""

    def __init__(self, cache: TakeCache, size: int) -> None:
        self.size = size
        self._cache = cache
        self._desk = Desk(self._staff)
        self._hiring = threading.Lock()
        self._threads: list[_SpeakerThread] = []

    def open_seat(self, rank: int = 0) -> Seat:
        """Let a book in; see `audiobook.crew.Crew`."""
        return self._desk.open_seat(rank)

    def require(self, voice: str, fingerprint: str) -> None:
        """Do nothing: what the caller found on this machine, its speakers find too."""

    def close(self) -> None:
        """Finish the lines that are being spoken, drop the others, end the processes."""
        self._desk.close()
        for thread in self._hired():
            while thread.is_alive():
                thread.join(_POLL_S)
        self._desk.dismiss()

    def abort(self) -> None:
        """End the processes at once; harmless after `close`."""
        self._desk.close()
        hired = self._hired()
        for thread in hired:
            thread.speaker.abort()
        for thread in hired:
            thread.join()
        self._desk.dismiss()

    def _hired(self) -> tuple[_SpeakerThread, ...]:
        with self._hiring:
            return tuple(self._threads)

    def _staff(self, waiting: int) -> None:
        with self._hiring:
            if len(self._threads) < min(waiting, self.size):
                thread = _SpeakerThread(self._desk, self._cache)
                self._threads.append(thread)
                thread.start()


class _SpeakerThread(threading.Thread):
    """Picks up jobs until the desk closes."""

    def __init__(self, desk: Desk, cache: TakeCache) -> None:
        super().__init__(daemon=True)
        self.speaker = Speaker(cache.folder)
        self._desk = desk
        self._cache = cache

    def run(self) -> None:
        """Serve until the desk closes."""
        try:
            while job := self._desk.take():
                # Another book, or another program, may have had it spoken since the book looked for it.
                found = self._cache.find(job.key)
                reply = Reply(found, spoken=False) if found else self.speaker.speak(job)
                self._desk.finish(job.key, reply)
        finally:
            self.speaker.close()


class Speaker:
    """Has jobs spoken by a process of its own, which it replaces when it fails. Used by one thread; `abort` by any."""

    def __init__(self, folder: Path) -> None:
        """Make a speaker; its process starts with the first job.

        Args:
            folder: of the cache that takes are put into.
        """
        self._folder = folder
        self._pace = _Pace()
        self._worker: Worker | None = None
        self._aborted = False
        self._guard = threading.Lock()

    def speak(self, job: Job) -> Reply:
        """Try until there is a take or no try is left; a process that grew too large is replaced afterwards."""
        begun = time.monotonic()
        reply = self._record(job)
        if self._worker is not None and self._worker.memory_mb() > job.settings.memory_mb:
            self._dismiss()
        return dataclasses.replace(reply, seconds=time.monotonic() - begun)

    def close(self) -> None:
        """End the process; another job would start a new one."""
        self._dismiss()

    def abort(self) -> None:
        """Kill the process; a job in hand is answered with an error at once."""
        with self._guard:
            self._aborted = True
            if self._worker is not None:
                self._worker.kill()

    def _record(self, job: Job) -> Reply:
        reason = ""
        refusals = job.refusals
        tries = job.settings.retries + 1
        for _ in range(tries):
            if self._aborted:
                break
            begun = time.monotonic()
            try:
                reply = self._hire().ask(job, refusals, self._pace.limit_s(job))
            except (WorkerDied, OSError) as death:  # OSError: no process can be started, or none any more
                reason = str(death)
                self._dismiss()
                continue
            if reply.error is None or reply.hopeless:
                self._pace.learn(job.utterance, time.monotonic() - begun)
                return reply
            reason = reply.error.message
            refusals += 1
        return Reply(None, _failure(job.utterance, reason, tries))

    def _hire(self) -> Worker:
        with self._guard:
            if self._worker is None:
                self._worker = Worker(self._folder)
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

    def __init__(self) -> None:
        self._takes: Counter[str] = Counter()
        self._slowest: dict[str, float] = {}
        """Seconds a unit of text, by engine."""
        self._loaded: set[str] = set()
        """Engines that the present worker has used: the first take of each loads a model."""

    def limit_s(self, job: Job) -> float:
        """Return the seconds after which a take is given up."""
        engine = job.utterance.voice.engine
        most_s = job.settings.timeout_s
        if engine not in self._loaded or self._takes[engine] < _LEARN:
            return most_s
        return min(most_s, max(_LEAST_S, _PATIENCE * self._slowest[engine] * _units(job.utterance)))

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
