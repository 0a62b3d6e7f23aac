"""``audiobook build``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, json_output, settings_options, source_argument, verbosity
from audiobook.cli.progress import awaited, drawn
from audiobook.cli.reports import print_built, print_explanations, print_plan

__all__ = ["command"]

ALL = (
    "engine", "voice", "cast", "voices", "cast_from", "formats", "profile", "chapters", "jobs", "expression",
    "attribution", "llm_url", "device", "language", "lexicon", "announce", "credits", "listen",
)  # fmt: skip


@click.command("build")
@source_argument
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), metavar="DIR", help="Folder; default output/<title>/."
)
@settings_options(*ALL)
@click.option("--rescript", is_flag=True, help="Make the script anew; hand edits whose text is still there stay.")
@click.option("--dry-run", is_flag=True, help="Only say what would be recorded, and how long it takes.")
@click.option(
    "--explain", metavar="LINE", help="Only say why a line would be recorded: number in the script, or words."
)
@json_output
@verbosity
def command(
    source: str, out: Path | None, config: Path | None, *, rescript: bool, dry_run: bool, explain: str | None,
    as_json: bool, quiet: bool, verbose: bool, **options: Any,
) -> None:  # fmt: skip
    """Turn SOURCE, a book or a .script, into a finished audiobook.

    \b
    audiobook build story.txt                      output/<title>/<title>.m4b
    audiobook build novel.epub --formats m4b,mp3   also one MP3 a chapter
    audiobook build novel.epub --chapters 1-2      try two chapters first
    audiobook build story.txt --engine silent      a dry run of everything
    audiobook build story.txt --set pauses.paragraph=1200
    audiobook build story.txt --explain 42         why line 42 of the script is recorded again
    audiobook build story.txt --listen             record again what a recognizer cannot follow
    """
    from audiobook import pipeline

    settings = Choices.gather(source, config, options).settings()
    request = pipeline.Request(source, out, rescript=rescript)
    if dry_run:
        with awaited(quiet=quiet) as progress:
            expected = pipeline.estimate(request, settings, progress)
        print_plan(expected, as_json=as_json)
        return
    if explain is not None:
        with awaited(quiet=quiet) as progress:
            explained = pipeline.explain(request, settings, explain, progress)
        print_explanations(explained, as_json=as_json)
        return
    with drawn(as_json=as_json, quiet=quiet) as progress:
        built = pipeline.build(request, settings, progress)
    print_built(built, as_json=as_json, quiet=quiet, verbose=verbose)
