"""What a batch made, or would make, as tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiobook.cli.progress import duration
from audiobook.cli.reports import table

if TYPE_CHECKING:
    from audiobook.batch import Forecast, Outcome

__all__ = ["megabytes", "print_forecast", "print_outcomes"]

_WIDTH = 48
_HEADER = ("book", "state", "chapters", "length", "size", "what happened")


def megabytes(size: int) -> str:
    """Write bytes as ``12.3 MB`` or ``4.5 GB``."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.1f} MB"


def print_outcomes(outcomes: Sequence[Outcome], out: Path, *, as_json: bool, quiet: bool) -> None:
    """Say what became of every book, and where the summary lies."""
    from audiobook.batch import summary_json

    totals = summary_json(outcomes)
    if as_json:
        click.echo(json.dumps({"event": "batch", **totals}, ensure_ascii=False))
        return
    if quiet:
        return
    rows = [_row(outcome) for outcome in outcomes]
    click.echo(table(rows, _HEADER))
    words = f"{totals['done']} of {totals['books']} books finished: {duration(totals['audio_s'])} of audio"
    click.echo(f"\n{words}, {megabytes(totals['size'])}. See {out / 'index.html'}")


def _row(outcome: Outcome) -> tuple[object, ...]:
    if outcome.state == "done":
        spoken = (
            f"{outcome.recorded} of {outcome.lines} lines recorded" if outcome.recorded else "nothing new to record"
        )
        length, size = duration(outcome.audio_s), megabytes(outcome.size)
        return outcome.name[:_WIDTH], "finished", str(outcome.chapters), length, size, spoken
    words = {"waiting": "not begun", "stopped": "stopped", "failed": "failed"}[outcome.state]
    return outcome.name[:_WIDTH], words, "", "", "", outcome.failure.message if outcome.failure else ""


def print_forecast(rows: Sequence[Forecast], jobs: int, *, as_json: bool) -> None:
    """Say which books a batch has, and what they would take."""
    seconds, missing = sum(row.seconds for row in rows), sum(row.missing_s for row in rows)
    wall, disk = sum(row.core_s for row in rows) / jobs, sum(row.disk for row in rows)
    if as_json:
        totals: dict[str, object] = {
            "books": len(rows),
            "jobs": jobs,
            "seconds": round(seconds, 1),
            "missing_s": round(missing, 1),
        }
        totals |= {"wall_s": round(wall, 1), "disk": disk, "forecasts": [row.as_json() for row in rows]}
        click.echo(json.dumps(totals, ensure_ascii=False))
        return
    cells = [
        (row.entry.name[:_WIDTH], row.failure.message)
        if row.failure
        else (row.entry.name[:_WIDTH], row.chapters, duration(row.seconds), duration(row.missing_s),
              duration(row.core_s / jobs), megabytes(row.disk))
        for row in rows
    ]  # fmt: skip
    whole = [cell for cell in cells if len(cell) > 2]
    click.echo(table(whole, ("book", "chapters", "length", "to record", "time", "disk")))
    for name, message in (cell for cell in cells if len(cell) == 2):
        click.secho(f"{name}: {message}", fg="red")
    click.echo(
        f"\n{len(rows)} books, {duration(seconds)} of audio, {duration(missing)} of it to be recorded: about "
        f"{duration(wall)} with {jobs} processes and {megabytes(disk)} of disk."
    )
