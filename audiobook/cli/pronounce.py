"""``audiobook pronounce``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, json_output, settings_options, source_argument, warn_of_device
from audiobook.cli.progress import awaited
from audiobook.cli.reports import table

__all__ = ["command"]


@click.command("pronounce")
@source_argument
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), metavar="DIR", help="Write sound and page here."
)
@click.option("--most", type=click.IntRange(1), default=60, show_default=True, help="How many words.")
@click.option("--export", type=click.Path(path_type=Path), metavar="FILE", help="Write the lexicon as .toml or .pls.")
@settings_options("engine", "voice", "language", "lexicon", "device")
@json_output
def command(
    source: str, out: Path | None, most: int, export: Path | None, config: Path | None, as_json: bool, **options: Any
) -> None:
    """List names and unusual words of SOURCE, and hear them all before hours of recording.

    \b
    audiobook pronounce novel.epub             the list, most frequent first
    audiobook pronounce novel.epub -o names    also names/<title>-pronunciation.html to play each
    audiobook pronounce novel.epub --export novel.pls    all that lexicons and the book say of it, for other programs
    """
    from audiobook.pipeline.audition import audition, export_lexicon, find_unusual

    settings = Choices.gather(source, config, options).settings()
    with awaited() as progress:
        script, found, lexicon = find_unusual(source, settings, progress)
    words = found[:most]
    if export is not None:
        click.echo(export_lexicon(lexicon, script.metadata.language, export), err=as_json)
    if not words:
        click.echo("[]" if as_json else "There is no unusual word; nothing needs to be done.")
        return
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(word) for word in words], ensure_ascii=False))
    else:
        cells = [(word.word, word.count, word.kind, "yes" if word.settled else "", word.example[:60]) for word in words]
        click.echo(table(cells, ("word", "times", "kind", "in lexicon", "example")))
    if out is not None:
        warn_of_device(settings)
        click.echo(audition(script, words, Path(source), settings, out), err=as_json)
