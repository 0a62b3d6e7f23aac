"""Who speaks the lines: one crew for any number of books at once.

A book opens a `Seat` and submits jobs there; its answers come back on that seat. Which book's job is spoken next, and
that a key wanted by several books is spoken once, is the `Desk`'s affair and the same for every crew. A crew differs
only in where its speakers are: `audiobook.speakers.LocalCrew` has processes of this machine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from audiobook.audio import Take, Utterance
from audiobook.errors import AudiobookError
from audiobook.settings import RecordSettings

__all__ = ["Crew", "CrewLeft", "Desk", "Job", "Reply", "Seat"]

_POLL_S = 0.25
"""How often a wait looks up, as Ctrl-C does not wake a waiting thread on every system."""


@dataclass(frozen=True, slots=True)
class Job:
    """One utterance to be spoken. It holds all that a speaker needs, so one speaker serves many books."""

    key: str
    """Address of its take in the cache; jobs of one key are the same."""
    utterance: Utterance
    settings: RecordSettings
    """Seed, tries, time limit and memory limit."""
    refusals: int = 0
    """Takes that were not good enough before this job, so that it is spoken in another way; see `Booth.record`."""
    calibration: str = ""
    """Address of the take of the voice's calibration text, which shows its pace; it may be there or not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one job."""

    take: Take | None
    """In the local cache, wherever it was spoken."""
    error: AudiobookError | None = None
    hopeless: bool = False
    """The engine cannot be used at all; no other try or line of this voice can succeed."""
    spoken: bool = True
    """It was spoken for this answer, not found in the cache or spoken for another book."""
    seconds: float = 0.0
    """For which a speaker was busy with it, all tries together."""


class CrewLeft(Exception):  # noqa: N818 - an event that is handled, not an error that reaches anybody
    """The crew was told to stop, so the job will not be spoken."""


class Crew(Protocol):
    """Speakers that serve the seats of a desk."""

    @property
    def size(self) -> int:
        """How many jobs can be spoken at the same time."""

    def open_seat(self, rank: int = 0) -> Seat:
        """Let a book in; seats of a lower rank are served first, those of equal rank in turn."""

    def require(self, voice: str, fingerprint: str) -> None:
        """Make sure that every speaker has the voice ENGINE:NAME in just this version, before its first job.

        Raises:
            VoiceError, EngineError: one has not; it is named.
        """

    def close(self) -> None:
        """Finish the jobs that are being spoken, drop the others, tell every seat. Harmless when done twice."""

    def abort(self) -> None:
        """Drop everything at once. Harmless when done twice, or after `close`."""


class Seat:
    """The place of one book at a desk; made by `Desk.open_seat`, used by one thread."""

    def __init__(self, desk: Desk, rank: int) -> None:
        self.rank = rank
        self._desk = desk
        self._answers: queue.SimpleQueue[tuple[str, Reply] | None] = queue.SimpleQueue()

    def submit(self, job: Job) -> None:
        """Have a job spoken, after those that this seat has submitted before.

        Raises:
            CrewLeft: the crew was told to stop.
        """
        self._desk.submit(job, self)

    def next(self) -> tuple[str, Reply]:
        """Wait for the next answer to any job of this seat; return its key and what became of it.

        Raises:
            CrewLeft: the crew was told to stop, and what is left of this seat's jobs will not be spoken.
        """
        while True:
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=_POLL_S)
                if answer is None:
                    self._answers.put(None)
                    raise CrewLeft
                return answer

    def leave(self) -> None:
        """Withdraw the jobs that wait; answers to those being spoken are dropped. Harmless when done twice."""
        self._desk.leave(self)

    def answer(self, key: str, reply: Reply) -> None:
        """Deliver an answer; called by the desk."""
        self._answers.put((key, reply))

    def stop(self) -> None:
        """Deliver that nothing more will come; called by the desk."""
        self._answers.put(None)


@dataclass(slots=True)
class _Order:
    """A job on the desk, and who waits for it."""

    job: Job
    seats: list[Seat]
    taken: bool = False


class Desk:
    """Where books lay down jobs and speakers pick them up. Every method may be called by any thread."""

    def __init__(self, wanted: Callable[[int], None] | None = None) -> None:
        """Make an empty desk.

        Args:
            wanted: told after each submission how many jobs are waiting or being spoken, so that speakers are
                hired only when there is something to say.
        """
        self._wanted = wanted
        self._change = threading.Condition()
        self._orders: dict[str, _Order] = {}
        """Waiting and being spoken, by key."""
        self._lines: dict[Seat, deque[_Order]] = {}
        """Waiting orders of each seat; one that several wait for is in several lines."""
        self._served: dict[Seat, int] = {}
        """When each seat was served last, in turns; equals go by it."""
        self._turn = 0
        self._closed = False

    def open_seat(self, rank: int = 0) -> Seat:
        """Let a book in; see `Crew.open_seat`."""
        seat = Seat(self, rank)
        with self._change:
            self._turn += 1
            self._served[seat] = self._turn
            self._lines[seat] = deque()
            if self._closed:
                seat.stop()
        return seat

    def submit(self, job: Job, seat: Seat) -> None:
        """Lay down a job; one whose key is waiting or being spoken already is joined to it.

        Raises:
            CrewLeft: the desk is closed.
        """
        with self._change:
            if self._closed:
                raise CrewLeft
            order = self._orders.get(job.key)
            if order is None:
                order = self._orders[job.key] = _Order(job, [])
            order.seats.append(seat)
            if not order.taken:
                self._lines[seat].append(order)
                self._change.notify()
            waiting = len(self._orders)
        if self._wanted:
            self._wanted(waiting)

    def take(self, timeout_s: float | None = None) -> Job | None:
        """Pick up the next job; None when the desk is closed, or when ``timeout_s`` seconds brought none."""
        with self._change:
            while True:
                if self._closed:
                    return None
                if order := self._pick():
                    order.taken = True
                    return order.job
                if not self._change.wait(timeout_s) and timeout_s is not None:
                    return None

    def finish(self, key: str, reply: Reply) -> None:
        """Answer all who wait for a job; only the first of them had it spoken."""
        with self._change:
            order = self._orders.pop(key, None)
            for place, seat in enumerate(order.seats if order else ()):
                seat.answer(key, dataclasses.replace(reply, spoken=False, seconds=0.0) if place else reply)

    def leave(self, seat: Seat) -> None:
        """Forget a seat and what only it waits for."""
        with self._change:
            self._lines.pop(seat, None)
            self._served.pop(seat, None)
            for key, order in list(self._orders.items()):
                order.seats = [other for other in order.seats if other is not seat]
                if not order.seats and not order.taken:
                    del self._orders[key]

    def close(self) -> None:
        """Hand out nothing more; jobs being spoken may still be finished. Harmless when done twice."""
        with self._change:
            if not self._closed:
                self._closed = True
                for line in self._lines.values():
                    line.clear()
                self._change.notify_all()

    def dismiss(self) -> None:
        """Tell every seat that nothing more will come."""
        self.close()
        with self._change:
            for seat in self._lines:
                seat.stop()

    def _pick(self) -> _Order | None:
        """Find the next order: of the lowest rank, of equals the one that was served longest ago."""
        for seat in sorted(self._lines, key=lambda seat: (seat.rank, self._served[seat])):
            line = self._lines[seat]
            while line:
                order = line.popleft()
                if not order.taken and order.seats:  # another line had it first
                    self._turn += 1
                    self._served[seat] = self._turn
                    return order
        return None
