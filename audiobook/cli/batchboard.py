"""Progress of many books: a live table, one line a book, or NDJSON events."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.batchreport import megabytes
from audiobook.cli.progress import duration

if TYPE_CHECKING:
    from audiobook.batch import Report, Update

__all__ = ["shown"]

_REDRAW_S = 0.2
_WARM_UP_S = 3.0
"""Before that much was recorded no speed is stated: the first takes wait for their engines to start."""
_ENDED = ("current", "done", "failed", "stopped")


@contextmanager
def shown(total: int, *, as_json: bool, quiet: bool, verbose: bool) -> Iterator[Report]:
    """Yield the report that suits the options and the terminal: on standard error, JSON on standard output."""
    if as_json:
        yield _json_lines
    elif quiet:
        yield _Lines(total, quiet=True, verbose=False)
    elif sys.stderr.isatty():
        board = _Board(total)
        try:
            yield board
        finally:
            board.clear()
    else:
        yield _Lines(total, quiet=False, verbose=verbose)


@dataclass(slots=True)
class _Row:
    """How far one book is."""

    state: str = "waiting"
    weight: float = 0.0
    chapter: int = 0
    letters: int = 0
    total_letters: int = 0
    recorded_letters: int = 0
    recorded_s: float = 0.0
    size: int = 0
    since: float = 0.0
    """When its first line was spoken in this run."""

    @property
    def share(self) -> float:
        """Of its letters that are done."""
        return 1.0 if self.state in ("current", "done") else self.letters / max(1, self.total_letters)


@dataclass(slots=True)
class _Tally:
    """How far all books are."""

    total: int
    rows: dict[str, _Row] = field(default_factory=dict)
    since: float = 0.0

    def note(self, update: Update) -> _Row:
        """Take an update into account."""
        row = self.rows.setdefault(update.entry.name, _Row())
        row.weight = update.weight or row.weight
        if update.kind != "event":
            row.state, row.size = update.kind, update.outcome.size
        event = update.event
        if event and event.kind in ("planned", "take"):
            row.total_letters = event.total_letters
            row.letters, row.recorded_letters, row.recorded_s = event.letters, event.recorded_letters, event.recorded_s
            row.chapter = event.chapter
            if event.recorded_letters:
                row.since = row.since or time.monotonic()
                self.since = self.since or row.since
        return row

    @property
    def ended(self) -> int:
        """Books that nothing more will be done for."""
        return sum(row.state in _ENDED for row in self.rows.values())

    def pace(self) -> tuple[float, float] | None:
        """Return (times real time, seconds left) of all books together, or None while it is too soon to say."""
        letters = sum(row.recorded_letters for row in self.rows.values())
        elapsed = time.monotonic() - self.since
        if not letters or not self.since or elapsed < _WARM_UP_S:
            return None
        planned = [row for row in self.rows.values() if row.total_letters and row.weight]
        a_weight = sum(row.total_letters for row in planned) / max(1.0, sum(row.weight for row in planned))
        left = sum(
            (row.total_letters - row.letters) if row.total_letters else row.weight * a_weight
            for row in self.rows.values()
            if row.state not in _ENDED
        )
        return sum(row.recorded_s for row in self.rows.values()) / elapsed, left * elapsed / letters


class _Board:
    """A table that is drawn over and over: the books being made, and a total."""

    def __init__(self, total: int) -> None:
        self._tally = _Tally(total)
        self._drawn_at = 0.0
        self._height = 0

    def __call__(self, update: Update) -> None:
        self._tally.note(update)
        if message := _ending(update):
            self._say(f"{update.entry.name}: {message}", update.kind)
        elif update.event and update.event.kind == "warning":
            self._say(f"{update.entry.name}: {update.event.message}", "warning")
        if time.monotonic() - self._drawn_at >= _REDRAW_S:
            self._draw()

    def clear(self) -> None:
        """Wipe the table."""
        click.echo(f"\x1b[{self._height}A\r\x1b[J" if self._height else "\r\x1b[K", nl=False, err=True)
        self._height = 0

    def _say(self, message: str, kind: str) -> None:
        self.clear()
        click.secho(message, fg={"failed": "red", "warning": "yellow"}.get(kind), err=True)

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        columns, height = shutil.get_terminal_size()
        width = max(10, min(32, columns - 62))
        open_rows = [(name, row) for name, row in self._tally.rows.items() if row.state in ("begun", "event")]
        lines = [_line(name, row, width) for name, row in open_rows[: max(1, height - 3)]]
        lines.append(self._total(width))
        self.clear()
        self._height = len(lines)
        click.echo("".join(f"{line[: columns - 1]}\n" for line in lines), nl=False, err=True)

    def _total(self, width: int) -> str:
        tally = self._tally
        pace = tally.pace()
        words = f"{pace[0]:.1f}x  {duration(pace[1])} left" if pace else "..."
        size = megabytes(sum(row.size for row in tally.rows.values()))
        return f"{'total':<{width}}  {tally.ended} of {tally.total} books  {words}  {size}"


def _line(name: str, row: _Row, width: int) -> str:
    filled = "#" * round(row.share * 16)
    words = ""
    elapsed = time.monotonic() - row.since
    if row.since and elapsed >= _WARM_UP_S and row.recorded_letters:
        left = (row.total_letters - row.letters) * elapsed / row.recorded_letters
        words = f"{row.recorded_s / elapsed:.1f}x  {duration(left)} left"
    stage = f"chapter {row.chapter}" if row.chapter else "reading" if not row.total_letters else "..."
    stage = "finishing" if row.total_letters and row.letters >= row.total_letters else stage
    return f"{name[:width]:<{width}}  {stage:<11} [{filled:<16}] {row.share:4.0%}  {words}"


class _Lines:
    """A line a book, for logs."""

    def __init__(self, total: int, *, quiet: bool, verbose: bool) -> None:
        self._tally = _Tally(total)
        self._quiet = quiet
        self._verbose = verbose

    def __call__(self, update: Update) -> None:
        self._tally.note(update)
        name, event = update.entry.name, update.event
        if message := _ending(update):
            if update.kind == "failed" or not self._quiet:
                click.echo(f"[{self._tally.ended}/{self._tally.total}] {name}: {message}{self._left()}", err=True)
        elif event and event.message and not self._quiet and (self._verbose or event.kind == "warning"):
            prefix = "warning: " if event.kind == "warning" else ""
            click.echo(f"{prefix}{name}: {event.message}", err=True)

    def _left(self) -> str:
        pace = self._tally.pace()
        return f" ({pace[0]:.1f}x, {duration(pace[1])} left)" if pace and self._tally.ended < self._tally.total else ""


def _ending(update: Update) -> str:
    outcome = update.outcome
    if update.kind in ("current", "done"):
        chapters = f"{outcome.chapters} chapter{'s' * (outcome.chapters != 1)}"
        facts = f"{chapters}, {duration(outcome.audio_s)} of audio, {megabytes(outcome.size)}"
        return f"was finished before, {facts}" if update.kind == "current" else f"finished, {facts}"
    if update.kind == "failed":
        return f"failed: {outcome.failure}"
    return "stopped" if update.kind == "stopped" else ""


def _json_lines(update: Update) -> None:
    row: dict[str, Any] = {"event": update.kind, "book": update.entry.name}
    if event := update.event:
        names = ("message", "chapter", "done", "total", "letters", "total_letters", "audio_s", "recorded_s")
        row |= {"event": event.kind} | {name: getattr(event, name) for name in names if getattr(event, name)}
    elif update.kind in ("current", "done"):
        outcome = update.outcome
        row |= {"title": outcome.title, "audio_s": round(outcome.audio_s, 3), "recorded": outcome.recorded}
        row |= {"size": outcome.size, "wall_s": round(outcome.wall_s, 3)}
    elif update.outcome.failure and update.kind == "failed":
        row |= {"error": str(update.outcome.failure), "code": update.outcome.failure.code}
    click.echo(json.dumps(row, ensure_ascii=False))
