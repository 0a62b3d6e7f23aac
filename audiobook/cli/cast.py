"""``audiobook cast``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.options import json_output
from audiobook.cli.reports import table
from audiobook.errors import UsageError

if TYPE_CHECKING:
    from audiobook.adapt.castlist import SpeakerRow

__all__ = ["command"]


@click.command("cast")
@click.argument("script", type=click.Path(path_type=Path), metavar="SCRIPT")
@click.option("--set", "voices", metavar="NAME=V", multiple=True, help="Give a speaker a voice.")
@click.option("--merge", "merges", metavar="A=B", multiple=True, help="A is B: A's lines go to B.")
@json_output
def command(script: Path, voices: tuple[str, ...], merges: tuple[str, ...], as_json: bool) -> None:
    """Show who speaks in SCRIPT, how much and in whose voice; change voices and merge names in place.

    \b
    audiobook cast story.script
    audiobook cast story.script --set "Alice=kokoro:bf_emma"
    audiobook cast story.script --merge "Mr. Darcy=Darcy"
    """
    from audiobook.adapt.castlist import speakers, voice_conflicts
    from audiobook.pipeline.casting import recast_file

    changed = recast_file(script, _pairs(voices, "--set"), _pairs(merges, "--merge"))
    rows = speakers(changed)
    if as_json:
        click.echo(json.dumps({"speakers": [_json(row) for row in rows]}, ensure_ascii=False))
        return
    headings = ("speaker", "also called", "lines", "words", "share", "voice", "from chapter", "sample")
    click.echo(table([_cells(row) for row in rows], headings))
    for warning in voice_conflicts(changed):
        click.secho(f"warning: {warning}", fg="yellow", err=True)


def _pairs(words: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.rpartition("=") if option == "--merge" else word.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(f"{word!r} is not NAME=VALUE", place=option, remedy=f'Write {option} "Alice=..."')
        pairs[name.strip()] = value.strip()
    return pairs


def _cells(row: SpeakerRow) -> tuple[object, ...]:
    others = ", ".join(row.aliases)
    return (row.name, others, row.lines, row.words, f"{row.share:.0%}", _voice(row), row.chapter, row.sample)


def _voice(row: SpeakerRow) -> str:
    if row.voice is None:
        return "(none)"
    offsets = [(row.voice.rate, 1.0, "rate"), (row.voice.pitch, 0.0, "pitch"), (row.voice.timbre, 1.0, "timbre")]
    return " ".join([row.voice.address, *(f"{name}={value:g}" for value, plain, name in offsets if value != plain)])


def _json(row: SpeakerRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "aliases": list(row.aliases),
        "lines": row.lines,
        "words": row.words,
        "share": round(row.share, 4),
        "voice": row.voice.address if row.voice else None,
        "chapter": row.chapter,
        "chapter_title": row.chapter_title,
        "sample": row.sample,
    }
