"""``audiobook batch``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.batchboard import shown
from audiobook.cli.batchreport import print_forecast, print_outcomes
from audiobook.cli.options import Amount, Choices, json_output, option_layers, settings_options, verbosity
from audiobook.errors import RecordingError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from audiobook.batch import Asked, Batch, Choice, Outcome
    from audiobook.crew import Crew

__all__ = ["command"]

_NAMED = 5
"""Failed books that the closing error names; all are in the summary."""

_RUN = (
    click.option("--order", type=click.Choice(["shortest", "listed"]), default="shortest", show_default=True,
                 help="Shortest: the shorter book gets every core first. Listed: open books take turns."),
    click.option("--only", metavar="PATTERN", multiple=True, help="Only books whose name or file matches."),
    click.option("--resume", is_flag=True, help="Go on with the batch in -o DIR: its books and its options."),
    click.option("--retry-failed", is_flag=True, help="Only books that failed; without PATH those of -o DIR."),
    click.option("--keep-going/--fail-fast", "keep_going", default=True,
                 help="After a failed book go on (default), or stop as Ctrl-C does."),
    click.option("--max-hours", type=Amount(min=0, max=10_000), metavar="H",
                 help="Begin no further book after H hours; those begun are finished."),
    click.option("--dask", metavar="ADDRESS", help="Speak on the workers of a Dask scheduler, tcp://HOST:8786."),
    click.option("--dry-run", is_flag=True, help="Only say which books, how long, what time and disk they take."),
)  # fmt: skip


def _run_options(function: Any) -> Any:
    for option in reversed(_RUN):
        function = option(function)
    return function


@click.command("batch")
@click.argument("paths", metavar="[PATH...|MANIFEST]", nargs=-1)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), default=Path("output"), metavar="DIR",
    help="Folder with a folder for each book; default output/.",
)  # fmt: skip
@settings_options("engine", "voice", "voices", "formats", "profile", "jobs", "expression", "language")
@_run_options
@json_output
@verbosity
def command(
    paths: tuple[str, ...], out: Path, config: Path | None, *, order: Any, only: tuple[str, ...], resume: bool,
    retry_failed: bool, keep_going: bool, max_hours: float | None, dask: str | None, dry_run: bool, as_json: bool,
    quiet: bool, verbose: bool, **options: Any,
) -> None:  # fmt: skip
    """Make audiobooks of many books: files, folders with all in them, patterns, or one manifest (.toml, .csv).

    Each book is built as audiobook build does, in a folder of its own. A book that fails is named and the others go
    on. The same command again makes only what is missing or has changed.

    \b
    audiobook batch shelf/ -o finished                 every book below shelf/
    audiobook batch shelf.toml --dry-run               books, hours, time and disk
    audiobook batch "shelf/*.epub" --max-hours 8       begin nothing new after eight hours
    audiobook batch --resume -o finished               go on after a stop, without the paths
    audiobook batch --retry-failed -o finished         only what failed
    audiobook batch shelf/ --dask tcp://10.0.0.5:8786  spoken by a cluster
    """
    from audiobook import batch

    asked = _asked(paths, config, options, out, earlier=resume or (retry_failed and not paths))
    books = batch.gather(asked, out)
    choice = batch.Choice(order, only, retry_failed, not keep_going, max_hours)
    if dry_run:
        _dry_run(books, choice, as_json=as_json)
        return
    with shown(len(batch.choose(books, choice)), as_json=as_json, quiet=quiet, verbose=verbose) as report:
        outcomes = _made(books, choice, report, dask)
    print_outcomes(outcomes, out, as_json=as_json, quiet=quiet)
    _require_none_failed(outcomes, choice, out)


def _asked(paths: tuple[str, ...], config: Path | None, options: dict[str, Any], out: Path, *, earlier: bool) -> Asked:
    from audiobook import batch

    if earlier and paths:
        raise UsageError("--resume takes its books from the batch in -o DIR", place="--resume", remedy="Name no PATH")
    if not earlier and not paths:
        raise UsageError("names no book", remedy="Write audiobook batch FOLDER, or --resume -o DIR")
    layers = option_layers(options)
    Choices(layers).settings()  # a wrong option is a usage error, whatever the files say
    if not earlier:
        return batch.Asked(paths, layers, config)
    before = batch.read_asked(out)
    return batch.Asked(before.words, (*before.options, *layers), config or before.config)


def _made(books: Batch, choice: Choice, report: Any, dask: str | None) -> tuple[Outcome, ...]:
    from audiobook import batch

    try:
        return batch.run(books, choice, report, _cluster(dask) if dask else None)
    except batch.Aborted:
        click.secho("\naudiobook: stopped at once; run the same command again to go on", fg="red", err=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)  # threads that still master or encode would keep the interpreter waiting


def _cluster(address: str) -> AbstractContextManager[Crew]:
    from audiobook.cache import TakeCache
    from audiobook.cluster import open_cluster  # says so where Dask is missing

    return open_cluster(address, TakeCache())


def _dry_run(books: Batch, choice: Choice, *, as_json: bool) -> None:
    from audiobook import batch
    from audiobook.speakers import default_jobs

    rows = tuple(batch.forecast(batch.choose(books, choice)))
    print_forecast(rows, books.jobs or default_jobs(), as_json=as_json)
    failed = [f"{row.entry.name}: {row.failure.message}" for row in rows if row.failure]
    if failed:
        _refuse(failed, len(rows), "Mend or leave out these books")


def _require_none_failed(outcomes: Sequence[Outcome], choice: Choice, out: Path) -> None:
    from audiobook.batch import matches

    chosen = [outcome for outcome in outcomes if matches(outcome.name, outcome.source, choice.only)]
    failed = [f"{outcome.name}: {outcome.failure.message}" for outcome in chosen if outcome.failure]
    if failed:
        _refuse(failed, len(chosen), f"Mend them and run audiobook batch --retry-failed -o {out}")


def _refuse(failed: list[str], total: int, remedy: str) -> None:
    named = "; ".join(failed[:_NAMED])
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    raise RecordingError(f"{len(failed)} of {total} books failed: {named}{more}", remedy=remedy)
