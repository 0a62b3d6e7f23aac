"""``audiobook config``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, json_output, settings_options
from audiobook.cli.reports import table

__all__ = ["command"]


@click.command("config")
@click.argument("source", required=False, metavar="[SOURCE]")
@click.option("--schema", is_flag=True, help="Print a JSON Schema for editors.")
@settings_options("engine", "voice", "cast", "formats", "profile")
@json_output
def command(source: str | None, schema: bool, config: Path | None, as_json: bool, **options: Any) -> None:
    """Show the settings that SOURCE would be built with, and where each came from.

    \b
    audiobook config novel.epub
    audiobook config novel.epub --set pauses.comma=300
    audiobook config --schema > audiobook.schema.json
    """
    from audiobook.configfile import explain
    from audiobook.configschema import json_schema

    if schema:
        click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return
    rows = explain(Choices.gather(source, config, options).layers)
    if as_json:
        values = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    click.echo(table([(key, json.dumps(value, ensure_ascii=False), origin) for key, value, origin in rows],
                     ("setting", "value", "from")))  # fmt: skip
