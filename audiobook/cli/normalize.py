"""``audiobook normalize``."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, settings_options

__all__ = ["command"]

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@click.command("normalize")
@click.argument("source", metavar="[FILE|-]", default="-")
@settings_options("language", "lexicon")
def command(source: str, config: Path | None, **options: Any) -> None:
    """Show how written text will be said: one sentence a line in, one line out.

    \b
    echo "Dr. Jones paid £3 4s. in 1893." | audiobook normalize
    audiobook normalize chapter.txt --lexicon lexicon.toml
    audiobook normalize --language de --set spoken.emoji=name text.txt
    """
    from audiobook.errors import SourceError
    from audiobook.pipeline.lexicons import gather
    from audiobook.spoken import normalize

    settings = Choices.gather(source, config, options).settings()
    language = settings.metadata.language or "en"
    if source != "-" and not Path(source).is_file():
        raise SourceError("there is no such file", place=source, remedy="Give a text file, or - for standard input")
    lexicon = gather(settings, None, Path(source))
    with click.open_file(source, "rb") as lines:
        for number, raw in enumerate(lines):
            if not number and raw.startswith(_WIDE):
                raise SourceError("the text is UTF-16", place=source, remedy="Save it as UTF-8")
            line = raw.decode("utf-8-sig" if not number else "utf-8", errors="replace")
            said = normalize(line.rstrip("\r\n"), language, settings=settings.spoken, lexicon=lexicon)
            click.echo(" ".join(said.split()))
