"""``audiobook inspect``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, json_output, settings_options, source_argument
from audiobook.cli.progress import awaited
from audiobook.cli.reports import print_inspection

__all__ = ["command"]


@click.command("inspect")
@source_argument
@settings_options("chapters", "language", "engine")
@json_output
def command(source: str, config: Path | None, as_json: bool, **options: Any) -> None:
    """Show what a book holds before anything is spoken: chapters, scenes, speakers, length, what is left out.

    \b
    audiobook inspect novel.epub
    audiobook inspect novel.epub --json
    """
    from audiobook import pipeline

    settings = Choices.gather(source, config, options).settings()
    with awaited() as progress:
        found = pipeline.inspect(source, settings, progress)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        print_inspection(found)
