"""``audiobook doctor``."""

from __future__ import annotations

import json
import platform

import click

from audiobook import __version__
from audiobook.cli.options import json_output
from audiobook.cli.reports import table

__all__ = ["command"]


@click.command("doctor")
@json_output
def command(as_json: bool) -> None:
    """Show what is installed and what is missing, with the command that supplies it.

    \b
    audiobook doctor
    """
    from audiobook.pipeline.health import examine

    rows = examine()
    if as_json:
        click.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False))
    else:
        click.echo(f"audiobook {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        marks = [("ok" if row.ok else "optional" if row.optional else "missing", row.name, row.detail) for row in rows]
        click.echo(table(marks, ("", "part", "found")))
        for row in rows:
            if row.remedy:
                click.echo(f"\n{row.name}: {row.remedy}")
    if not any(row.ok and row.speaks for row in rows):
        raise click.exceptions.Exit(5)
