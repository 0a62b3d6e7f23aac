"""A batch at work: a few books at once, one crew for all, every outcome noted before the next step."""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, Protocol

from audiobook import pipeline
from audiobook.batch.entries import Batch, Entry
from audiobook.batch.forecast import remember_pace
from audiobook.batch.inputs import Voices, file_notes, inputs_digest, is_current, script_note
from audiobook.batch.journal import Journal, open_journal
from audiobook.batch.order import weight
from audiobook.batch.outcome import Failure, Outcome
from audiobook.batch.summary import keep_cover, write_summary
from audiobook.cache import TakeCache
from audiobook.crew import Crew, CrewLeft
from audiobook.errors import UsageError
from audiobook.progress import Event
from audiobook.speakers import open_crew

__all__ = ["Aborted", "Choice", "Report", "Update", "choose", "matches", "run"]

_POLL_S = 0.25
"""How often a wait looks up, as Ctrl-C does not wake a waiting thread on every system."""
_MOST_OPEN = 8
"""Books open at once at most: each holds its text, script and plan in memory."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which books of a batch are made, in which order, and when it ends."""

    order: Literal["shortest", "listed"] = "shortest"
    """``shortest`` gives the shorter book every core first; ``listed`` begins them as listed, and those open take
    turns line by line."""
    only: tuple[str, ...] = ()
    """Patterns of names, sources or file names; empty is all."""
    retry_failed: bool = False
    """Only books that failed in the last run."""
    fail_fast: bool = False
    """After the first failure stop as Ctrl-C does."""
    max_hours: float | None = None
    """After so long no further book is begun; those begun are finished."""


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened to one book."""

    kind: Literal["current", "waiting", "begun", "event", "done", "failed", "stopped"]
    """``current``: it was done before and nothing it was made from has changed."""
    entry: Entry
    outcome: Outcome
    event: Event | None = None
    weight: float = 0.0
    """About how many letters it has, as long as no event says better."""


class Report(Protocol):
    """Receives updates in the order they happen, from the caller's own thread."""

    def __call__(self, update: Update) -> None:
        """Take note of ``update``; must return quickly and never raise."""


class Aborted(KeyboardInterrupt):
    """Ctrl-C came twice: threads that finish books may still run, and nobody should wait for them."""


def choose(batch: Batch, choice: Choice) -> tuple[Entry, ...]:
    """Return the entries that the patterns of ``choice`` mean.

    Raises:
        UsageError: a pattern means none.
    """
    for pattern in choice.only:
        if not any(matches(entry.name, str(entry.source), (pattern,)) for entry in batch.entries):
            names = ", ".join(entry.name for entry in batch.entries[:5])
            raise UsageError(f"no book matches {pattern!r}", place="--only", remedy=f"There are {names} ...")
    return tuple(entry for entry in batch.entries if matches(entry.name, str(entry.source), choice.only))


def matches(name: str, source: str, patterns: Sequence[str]) -> bool:
    """Tell whether one of the patterns means a book: its name, its source or the source's file name."""
    words = [word.casefold() for word in (name, source, Path(source).name)]
    return not patterns or any(fnmatchcase(word, pattern.casefold()) for word in words for pattern in patterns)


def run(
    batch: Batch, choice: Choice, report: Report, crew: contextlib.AbstractContextManager[Crew] | None = None
) -> tuple[Outcome, ...]:
    """Make the books of a batch that are not done yet; return the outcome of each, in the order listed.

    A book that fails is noted, and the others go on. Ctrl-C finishes the lines that are being spoken and the books
    that need no more lines; a second Ctrl-C ends everything at once. Whatever was finished is kept in any case.

    Args:
        batch: from `gather`.
        choice: which books, and when to end.
        report: told what happens.
        crew: speakers other than those of this machine.

    Raises:
        UsageError: a pattern of ``choice.only`` means no book.
        OutputError: another batch writes to the folder, or its journal cannot be written.
        KeyboardInterrupt: after Ctrl-C; `Aborted` after a second one.
    """
    chosen = choose(batch, choice)
    with open_journal(batch.out, batch.asked) as journal:
        todo = list(_sort_out(batch, chosen, choice, journal, report))
        try:
            if todo:
                with crew or open_crew(TakeCache(), batch.jobs) as hired:
                    _Shift(batch, choice, journal, report, hired).work(todo)
        finally:
            outcomes = tuple(_last(journal, entry) for entry in batch.entries)
            write_summary(batch.out, outcomes)
            remember_pace(outcomes)
    return outcomes


def _sort_out(
    batch: Batch, chosen: Sequence[Entry], choice: Choice, journal: Journal, report: Report
) -> Iterator[_Task]:
    """Report every book, and yield those that must be made, the first to begin first."""
    tasks = []
    with contextlib.closing(Voices()) as voices:
        for entry in chosen:
            last = _last(journal, entry)
            if choice.retry_failed and last.state != "failed":
                continue
            inputs = inputs_digest(entry)
            if is_current(last, inputs, entry, batch.out, voices):
                report(Update("current", entry, last))
                continue
            tasks.append(_Task(entry, inputs, weight(entry.source)))
    if choice.order == "shortest":
        tasks.sort(key=lambda task: task.weight)
    for rank, task in enumerate(tasks):
        report(Update("waiting", task.entry, _last(journal, task.entry), weight=task.weight))
        yield dataclasses.replace(task, rank=rank if choice.order == "shortest" else 0)


def _last(journal: Journal, entry: Entry) -> Outcome:
    """Return what is known of a book; one that was begun and neither finished nor failed was stopped."""
    last = journal.last(entry.name) or Outcome(entry.name, str(entry.source))
    last = dataclasses.replace(last, source=str(entry.source))
    return dataclasses.replace(last, state="stopped") if last.state == "begun" else last


@dataclass(frozen=True, slots=True)
class _Task:
    """A book that must be made."""

    entry: Entry
    inputs: str
    weight: float
    rank: int = 0


class _Shift:
    """The books being made now; lives for one run."""

    def __init__(self, batch: Batch, choice: Choice, journal: Journal, report: Report, crew: Crew) -> None:
        self._batch = batch
        self._choice = choice
        self._journal = journal
        self._report = report
        self._crew = crew
        self._open = min(crew.size + 1, _MOST_OPEN)
        self._started = time.monotonic()
        self._stopped = False
        self._messages: queue.SimpleQueue[tuple[_Task, Event] | Future[Outcome]] = queue.SimpleQueue()
        self._books: dict[Future[Outcome], _Task] = {}

    def work(self, todo: Sequence[_Task]) -> None:
        """Make all books; after Ctrl-C those that are begun end in order, then it is raised again."""
        makers = ThreadPoolExecutor(self._open, thread_name_prefix="book")
        waiting = deque(todo)
        try:
            while self._books or (waiting and self._may_begin()):
                while waiting and len(self._books) < self._open and self._may_begin():
                    self._begin(makers, waiting.popleft())
                self._attend()
        except KeyboardInterrupt:
            self._wind_up()
            raise
        finally:
            makers.shutdown(wait=False, cancel_futures=True)

    def _may_begin(self) -> bool:
        hours = (time.monotonic() - self._started) / 3600
        return not self._stopped and (self._choice.max_hours is None or hours < self._choice.max_hours)

    def _begin(self, makers: ThreadPoolExecutor, task: _Task) -> None:
        outcome = Outcome(task.entry.name, str(task.entry.source), "begun", task.inputs)
        self._journal.note(outcome)
        self._report(Update("begun", task.entry, outcome, weight=task.weight))
        future = makers.submit(self._make, task)
        self._books[future] = task
        future.add_done_callback(self._messages.put)

    def _make(self, task: _Task) -> Outcome:
        """Make one book; runs in a thread of its own."""
        entry, out = task.entry, self._batch.out
        request = pipeline.Request(str(entry.source), entry.folder)
        built = pipeline.build(
            request, entry.settings, lambda event: self._messages.put((task, event)), self._crew, task.rank
        )
        keep_cover(built.book, entry, out)
        device = entry.settings.record.device
        addresses = dict.fromkeys(voice.address for _speaker, voice in built.book.cast)
        with contextlib.closing(Voices()) as voices:
            spoken_by = tuple((address, voices.fingerprint(address, device)) for address in addresses)
        return Outcome(
            entry.name,
            str(entry.source),
            "done",
            task.inputs,
            spoken_by,
            script_note(built, out),
            file_notes(built, out),
            built.book.metadata.title,
            built.book.metadata.author,
            sum(not track.credits for track in built.book.tracks),
            built.takes,
            built.recorded,
            built.audio_s,
            built.wall_s,
            built.speaking_s,
        )

    def _attend(self) -> None:
        """Wait a moment for the next message, and take note of it."""
        with contextlib.suppress(queue.Empty):
            message = self._messages.get(timeout=_POLL_S)
            if isinstance(message, Future):
                task = self._books.pop(message, None)
                if task:
                    self._end(message, task)
            else:
                task, event = message
                outcome = self._journal.last(task.entry.name)
                assert outcome is not None
                self._report(Update("event", task.entry, outcome, event, task.weight))

    def _end(self, future: Future[Outcome], task: _Task) -> None:
        error = future.exception()
        if error is None:
            outcome = future.result()
        else:
            begun = Outcome(task.entry.name, str(task.entry.source), "stopped", task.inputs)
            # What goes wrong after the user said stop is no fault of the book.
            stopped = self._stopped or isinstance(error, CrewLeft)
            outcome = begun if stopped else dataclasses.replace(begun, state="failed", failure=Failure.of(error))
        self._journal.note(outcome)
        kind: Literal["done", "failed", "stopped"] = (
            "done" if outcome.state == "done" else "failed" if outcome.state == "failed" else "stopped"
        )
        self._report(Update(kind, task.entry, outcome))
        if outcome.state == "failed" and self._choice.fail_fast:
            self._stopped = True
            self._crew.close()

    def _wind_up(self) -> None:
        """Finish what is being spoken and what needs no more lines; at a second Ctrl-C drop everything."""
        self._stopped = True
        try:
            self._crew.close()
            while self._books:
                self._attend()
        except KeyboardInterrupt:
            self._crew.abort()
            raise Aborted from None
