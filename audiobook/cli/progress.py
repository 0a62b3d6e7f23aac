"""Progress as people and programs want it: a live bar, a line a chapter, or NDJSON events."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from audiobook.progress import Event, Progress, Silent

__all__ = ["awaited", "drawn", "duration"]

_REDRAW_S = 0.1
_WARM_UP_S = 3.0
"""Before that much was recorded no speed is stated: the first takes wait for their engines to start."""


def duration(seconds: float) -> str:
    """Write seconds as ``2:05`` or ``10:02:05``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@contextmanager
def drawn(*, as_json: bool = False, quiet: bool = False) -> Iterator[Progress]:
    """Yield the progress that suits the options and the terminal: drawn on standard error, JSON on standard output."""
    if quiet and not as_json:
        yield Silent()
    elif as_json:
        yield _JsonLines()
    elif sys.stderr.isatty():
        bar = _Bar()
        try:
            yield bar
        finally:
            bar.clear()
    else:
        yield _Lines()


@contextmanager
def awaited(*, quiet: bool = False) -> Iterator[Progress]:
    """Yield the progress of a command whose answer is all that is wanted: what it does now, on a terminal alone."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    status = _Status()
    try:
        yield status
    finally:
        status.clear()


class _Status:
    """One line that says what is being done, and goes when it is done."""

    def __call__(self, event: Event) -> None:
        if event.kind == "stage":
            click.echo(f"\r\x1b[K{event.message} ...", nl=False, err=True)

    def clear(self) -> None:
        """Wipe the line."""
        click.echo("\r\x1b[K", nl=False, err=True)


class _Clock:
    """Measures the speed of recording from the first take that was really spoken."""

    def __init__(self) -> None:
        self._first: float | None = None

    def speed(self, event: Event) -> tuple[float, float] | None:
        """Return (times real time, seconds left), or None while too little was recorded to say."""
        if not event.recorded_letters:
            return None
        now = time.monotonic()
        self._first = self._first or now
        elapsed = now - self._first
        if elapsed < _WARM_UP_S:
            return None
        left = (event.total_letters - event.letters) * elapsed / event.recorded_letters
        return event.recorded_s / elapsed, left


class _Bar:
    """One line that is drawn over and over."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self._drawn = 0.0

    def __call__(self, event: Event) -> None:
        if event.kind == "warning":
            self._say(click.style(f"warning: {event.message}", fg="yellow"))
        elif event.kind in ("stage", "package", "chapter") and event.message:
            self._say(event.message)
        elif event.kind == "take":
            self._draw(event)

    def clear(self) -> None:
        """Wipe the line."""
        click.echo("\r\x1b[K", nl=False, err=True)

    def _say(self, message: str) -> None:
        self.clear()
        click.echo(message, err=True)

    def _draw(self, event: Event) -> None:
        speed = self._clock.speed(event)
        now = time.monotonic()
        if now - self._drawn < _REDRAW_S and event.done < event.total:
            return
        self._drawn = now
        share = event.letters / max(event.total_letters, 1)
        pace = f"{speed[0]:.1f}x  {duration(speed[1])} left" if speed else "..."
        filled = "#" * round(share * 24)
        line = f"chapter {event.chapter}  [{filled:<24}] {share:4.0%}  line {event.done}/{event.total}  {pace}"
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)


class _Lines:
    """A line a chapter, for logs."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self._speed: tuple[float, float] | None = None

    def __call__(self, event: Event) -> None:
        if event.kind == "take":
            self._speed = self._clock.speed(event) or self._speed
            return
        if not event.message:
            return
        pace = (
            f" ({self._speed[0]:.1f}x, {duration(self._speed[1])} left)"
            if self._speed and event.kind == "chapter"
            else ""
        )
        prefix = "warning: " if event.kind == "warning" else ""
        click.echo(f"{prefix}{event.message}{pace}", err=True)


class _JsonLines:
    """Every event as one JSON object a line."""

    def __init__(self) -> None:
        self._clock = _Clock()

    def __call__(self, event: Event) -> None:
        speed = self._clock.speed(event) if event.kind == "take" else None
        row: dict[str, Any] = {"event": event.kind}
        names = ("message", "chapter", "done", "total", "audio_s", "recorded_s", "path")
        row |= {name: getattr(event, name) for name in names if getattr(event, name)}
        if speed:
            row |= {"times_real_time": round(speed[0], 2), "eta_s": round(speed[1], 1)}
        click.echo(json.dumps(row, ensure_ascii=False))
