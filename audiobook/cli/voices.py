"""``audiobook voices``: list, show, try, install and remove voices."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.options import Choices, json_output, settings_options, warn_of_device
from audiobook.cli.reports import table

if TYPE_CHECKING:
    from audiobook.engines.base import EngineStatus, VoiceInfo

__all__ = ["command"]

_HEADER = ("voice", "language", "gender", "quality", "wpm", "licence", "sell?")
_SELL = {True: "yes", False: "no", None: "see licence"}


@click.group("voices", invoke_without_command=True)
@click.option("--engine", metavar="NAME", help="Only voices of this engine.")
@click.option("--language", metavar="CODE", help="Only voices of this language, e.g. en or en-GB.")
@click.option("--all", "everything", is_flag=True, help="Also the variants of each eSpeak voice.")
@json_output
@click.pass_context
def command(ctx: click.Context, engine: str | None, language: str | None, everything: bool, as_json: bool) -> None:
    """List, hear and install voices.

    \b
    audiobook voices --language en
    audiobook voices install kokoro
    audiobook voices try kokoro:af_heart kokoro:bm_george
    """
    if ctx.invoked_subcommand is None:
        _print_list(engine, language, everything=everything, as_json=as_json)


@command.command("list")
@click.option("--engine", metavar="NAME", help="Only voices of this engine.")
@click.option("--language", metavar="CODE", help="Only voices of this language, e.g. en or en-GB.")
@click.option("--all", "everything", is_flag=True, help="Also the variants of each eSpeak voice.")
@json_output
def _list(engine: str | None, language: str | None, everything: bool, as_json: bool) -> None:
    """List the voices that can be used now.

    \b
    audiobook voices list --language de
    audiobook voices list --engine kokoro --json
    """
    _print_list(engine, language, everything=everything, as_json=as_json)


@command.command("show")
@click.argument("voice", metavar="ENGINE:NAME")
@json_output
def _show(voice: str, as_json: bool) -> None:
    """Show all that is known of a voice, its licence first of all.

    \b
    audiobook voices show kokoro:bf_emma
    audiobook voices show pyttsx3:en-gb
    """
    from audiobook.engines import find_voice, open_engine

    info = find_voice(voice)
    engine = open_engine(info.engine)
    facts = {
        **_facts(info),
        "sample_rate": engine.sample_rate(info.name),
        "honours": sorted(engine.honours),
        "word_times": engine.timings,
        "fingerprint": engine.fingerprint(info.name),
    }
    engine.close()
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        text = _SELL[value] if name == "commercial" else _words(value)
        if text:
            click.echo(f"{name.replace('_', ' '):<18}{text}")


@command.command("try")
@click.argument("voices", metavar="ENGINE:NAME...", nargs=-1, required=True)
@click.option("--text", metavar="TEXT", help="What to say.")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), metavar="FILE", help="Write instead of play.")
@settings_options("language", "lexicon", "device")
def _try(voices: tuple[str, ...], text: str | None, out: Path | None, config: Path | None, **options: Any) -> None:
    """Hear a voice, or several one after the other in one file.

    \b
    audiobook voices try kokoro:af_heart
    audiobook voices try kokoro:af_heart kokoro:bm_george -o both.wav
    audiobook voices try "kokoro:af_heart*0.6+bf_emma*0.4" --text "Good morning."
    audiobook voices try "piper:en_US-joe-medium?noise=0.4&length=1.1"
    """
    from audiobook.engines import find_voice
    from audiobook.pipeline.sidebyside import SAMPLE_TEXT, speak_side_by_side
    from audiobook.pipeline.trial import play
    from audiobook.script import Voice

    settings = Choices.gather(None, config, options).settings()
    warn_of_device(settings)
    chosen = [Voice.parse(find_voice(address).address) for address in voices]
    path = speak_side_by_side(chosen, text or SAMPLE_TEXT, settings, out)
    if out is None:
        play(path)
    else:
        click.echo(path)


@command.command("install")
@click.argument("name", metavar="kokoro|piper:NAME|piper:LANGUAGE")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="DIR", help="Take the files from DIR, download none."
)
@click.option("--offline", is_flag=True, help="Refuse to reach out.")
def _install(name: str, source: Path | None, offline: bool) -> None:
    """Install voices: the only command that may use the network.

    \b
    audiobook voices install kokoro
    audiobook voices install piper:en_GB-alan-medium
    audiobook voices install piper:de              a German voice
    audiobook voices install kokoro --from ~/Downloads --offline
    """
    from audiobook.engines.install import install, licence

    click.echo(licence(name), err=True)
    if source is None and not offline:
        click.echo("This downloads files; nothing else in this program does.", err=True)
    done = install(name, source=source, offline=offline, report=_report())
    click.echo(f"{done.name}: {done.voices} voice{'s' * (done.voices != 1)} in {done.folder}")
    click.echo(f"From {done.source}." if done.source else "It was there already.", err=True)
    if name != "kokoro":
        click.echo(f"Licence: {done.licence}.", err=True)


@command.command("remove")
@click.argument("name", metavar="kokoro|piper:NAME")
def _remove(name: str) -> None:
    """Remove installed voices.

    \b
    audiobook voices remove piper:en_GB-alan-medium
    """
    from audiobook.engines.install import remove

    click.echo(f"{name}: {len(remove(name))} files removed")


def _print_list(engine: str | None, language: str | None, *, everything: bool, as_json: bool) -> None:
    from audiobook.engines import all_voices, available

    voices = [info for info in all_voices(engine) if everything or "+" not in info.name]
    if language:
        wanted = language.lower()
        voices = [info for info in voices if (info.language.lower() + "-").startswith(wanted + "-")]
    if as_json:
        click.echo(json.dumps([_facts(info) for info in voices], ensure_ascii=False))
        return
    if not voices:
        click.echo("No installed voice matches. To install more: audiobook voices install kokoro (or piper:NAME)")
        return
    click.echo(table([_row(info) for info in voices], _HEADER))
    for status in () if engine else available():
        if not status.installed:
            click.echo(_missing(status), err=True)


def _row(info: VoiceInfo) -> tuple[object, ...]:
    return (
        info.address, info.language, info.gender, info.quality, info.words_per_minute or "", info.licence,
        _SELL[info.commercial],
    )  # fmt: skip


def _facts(info: VoiceInfo) -> dict[str, Any]:
    return {"address": info.address, **dataclasses.asdict(info)}


def _words(value: Any) -> str:
    """Put a fact into words, nothing for one that is not known."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value or "")


def _missing(status: EngineStatus) -> str:
    return f"\n{status.name}: {status.detail}. {status.remedy}"


def _report() -> Any:
    """Make a callback that draws how far a download is: a live line on a terminal, one line a file elsewhere."""
    live = sys.stderr.isatty()
    seen: list[str] = []

    def report(what: str, done: int, total: int) -> None:
        share = f"{100 * done // total:3d} %" if total else f"{done >> 20} MB"
        if live:
            click.echo(f"\r{what}: {share} ", nl=done >= total > 0, err=True)
        elif what not in seen:
            seen.append(what)
            click.echo(what, err=True)

    return report
