"""``audiobook script``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, settings_options, source_argument, verbosity
from audiobook.cli.progress import drawn
from audiobook.cli.reports import print_drafted

__all__ = ["command"]


@click.command("script")
@source_argument
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), metavar="FILE",
    help="Default: output/<title>/<title>.script, where build finds it; - prints it.",
)  # fmt: skip
@click.option("--format", "kind", type=click.Choice(["script", "json"]), default="script", help="json prints JSON.")
@settings_options("engine", "voice", "cast", "voices", "cast_from", "chapters", "attribution", "llm_url", "language")
@verbosity
def command(
    source: str, out: Path | None, kind: str, config: Path | None, quiet: bool, verbose: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Write who says what, and how, as a text to read and to edit; then stop.

    \b
    audiobook script story.txt              output/<title>/<title>.script
    audiobook script story.txt -o my.script
    audiobook build my.script               speak the edited script
    """
    from audiobook import pipeline
    from audiobook.scriptfile import format_script
    from audiobook.scriptjson import script_to_json

    settings = Choices.gather(source, config, options).settings()
    with drawn(quiet=quiet) as progress:
        if kind == "script" and str(out) != "-":
            path, made = pipeline.write_draft(pipeline.Request(source, out, rescript=True), settings, progress)
            click.echo(path)
            print_drafted(made.script, verbose=verbose and not quiet)
            return
        script = pipeline.draft(source, settings, progress).script
    click.echo(format_script(script) if kind == "script" else json.dumps(script_to_json(script), ensure_ascii=False))
