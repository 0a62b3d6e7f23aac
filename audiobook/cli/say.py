"""``audiobook say``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import Choices, settings_options, warn_of_device

__all__ = ["command"]


@click.command("say")
@click.argument("text")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), metavar="FILE", help="WAV, MP3, FLAC ...")
@click.option("--cue", "cues", metavar="CUE", multiple=True, help="How to say it: whisper, joy, rate=1.1 ...")
@settings_options("engine", "voice", "expression", "language", "lexicon", "device")
def command(text: str, out: Path | None, cues: tuple[str, ...], config: Path | None, **options: Any) -> None:
    """Speak TEXT with a voice: play it, or write it to a file. TEXT - reads standard input.

    \b
    audiobook say "Hello, Dr. Watson."
    audiobook say "Stay behind me." --cue whisper -o whisper.wav
    audiobook say "Good morning" --voice pyttsx3:en-gb
    """
    from audiobook.pipeline.trial import play, speak_text

    settings = Choices.gather(None, config, options).settings()
    words = sys.stdin.read() if text == "-" else text
    warn_of_device(settings)
    path = speak_text(words, cues, settings, out)
    if out is None:
        play(path)
    else:
        click.echo(path)
