"""Options that several commands share, so that a word means the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from audiobook.configfile import Layer, build_settings, file_layers, set_layer
from audiobook.errors import SettingsError, UsageError, VoiceError
from audiobook.settings import Settings

__all__ = [
    "Amount",
    "Choices",
    "json_output",
    "option_layers",
    "settings_options",
    "source_argument",
    "verbosity",
    "warn_of_device",
]

Function = TypeVar("Function", bound=Callable[..., Any])


class Amount(click.FloatRange):
    """A number within limits; "nan" is none, though it lies beyond no limit."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number, or end with the usage."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


_ASSIGNED = {
    "engine": "engine",
    "voice": "voice",
    "formats": "formats",
    "profile": "profile",
    "chapters": "chapters",
    "jobs": "jobs",
    "expression": "expression",
    "voices": "adapt.voices",
    "attribution": "adapt.attribution",
    "llm_url": "adapt.llm_url",
    "cast_from": "adapt.cast_from",
    "language": "metadata.language",
    "lexicon": "spoken.lexicon",
    "device": "record.device",
    "announce": "spoken.announce_chapters",
    "credits": "publish.credits",
    "listen": "record.listen",
}
"""Option -> the setting it stands for."""
_OF_VOICES = {"--voice", "--cast"}
"""Options whose wrong value is a voice that is not there."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user asked for by files and options, later ones winning."""

    layers: tuple[Layer, ...]

    @classmethod
    def gather(cls, source: str | None, config: Path | None, options: dict[str, Any]) -> Choices:
        """Collect the settings files that apply (see `file_layers`) and the options that were given."""
        return cls((*file_layers(source, config), *option_layers(options)))

    def settings(self) -> Settings:
        """Check and merge; raise SettingsError naming origin, key and value, or the error of an option's value.

        That is a VoiceError for a voice, which `Settings` takes apart no further than ENGINE:NAME, else a UsageError.
        """
        try:
            return build_settings(self.layers)
        except SettingsError as error:
            if error.place in _OF_VOICES:
                raise VoiceError(error.message, place=error.place, remedy=error.remedy) from error
            if error.place.startswith("--") and error.place != "--set":
                raise UsageError(error.message, place=error.place, remedy=error.remedy) from error
            raise


def option_layers(options: dict[str, Any]) -> tuple[Layer, ...]:
    """Turn the options that were given into layers, ``--set`` the weakest."""
    layers = [set_layer(tuple(options.get("assignments") or ()))]
    for name, key in _ASSIGNED.items():
        if options.get(name) is not None:
            layers.append(set_layer([f"{key}={options[name]}"], origin=f"--{name.replace('_', '-')}"))
    layers.append(set_layer([_cast_word(word) for word in options.get("cast") or ()], origin="--cast"))
    return tuple(layers)


def warn_of_device(settings: Settings) -> None:
    """Print one line when the device that was asked for is not used."""
    if settings.record.device in {"auto", "cpu"}:
        return
    from audiobook.engines.device import complaint

    if message := complaint(settings.record.device):
        click.echo(f"warning: {message}", err=True)


def _cast_word(word: str) -> str:
    if not all(part.strip() for part in word.partition("=")):
        raise UsageError(f"{word!r} is not NAME=VOICE", place="--cast", remedy='Write --cast "Alice=ENGINE:NAME"')
    return f"cast.{word}"


source_argument = click.argument("source", metavar="SOURCE")

json_output = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def verbosity(function: Function) -> Function:
    """Add ``-q`` and ``-v``."""
    function = click.option("-q", "--quiet", is_flag=True, help="Print only errors.")(function)
    return click.option("-v", "--verbose", is_flag=True, help="Print more.")(function)


def _chosen(yes: str, no: str) -> Callable[[click.Context, click.Parameter, bool | None], str | None]:
    """Turn a flag into the words of its setting; None when it was not given."""
    return lambda _context, _parameter, flag: None if flag is None else yes if flag else no


_OPTIONS = {
    "engine": click.option("--engine", metavar="NAME", help="auto, kokoro, piper, pyttsx3 or silent (a dry run)."),
    "voice": click.option("--voice", metavar="V", help="The narrator's voice, ENGINE:NAME."),
    "cast": click.option("--cast", metavar="NAME=V", multiple=True, help="A speaker's voice; may be repeated."),
    "voices": click.option("--voices", metavar="cast|one", help="A voice for each character, or one for all."),
    "cast_from": click.option("--cast-from", metavar="SCRIPT", help="Keep the cast of another script of the series."),
    "formats": click.option("--formats", metavar="A,B", help="Packages to write: m4b, mp3, srt, vtt ..."),
    "profile": click.option(
        "--profile", metavar="NAME", help="Delivery standard: acx, library, streaming, podcast, night or none."
    ),
    "chapters": click.option("--chapters", metavar="1-3,5", help="Only these chapters."),
    "jobs": click.option("--jobs", "-j", type=int, metavar="N", help="Processes that speak; 0 is one a core."),
    "expression": click.option("--expression", metavar="0..2", type=float, help="Strength of cues; 0 is plain."),
    "attribution": click.option("--attribution", metavar="rules|llm", help="Who names doubtful speakers."),
    "llm_url": click.option("--llm-url", metavar="URL", help="A local OpenAI-compatible server."),
    "device": click.option(
        "--device", metavar="NAME", help="Where neural voices run: auto, cpu, cuda, coreml, directml or openvino."
    ),
    "language": click.option("--language", metavar="CODE", help="Language of the text, e.g. en or de."),
    "lexicon": click.option("--lexicon", metavar="FILE", help="Pronunciations: lexicon.toml or .pls."),
    "announce": click.option(
        "--announce/--no-announce", default=None, callback=_chosen("true", "false"), help="Speak each chapter's title."
    ),
    "listen": click.option(
        "--listen/--no-listen",
        default=None,
        callback=_chosen("true", "false"),
        help="Hear every take with a recognizer (English); record again what it cannot follow.",
    ),
    "credits": click.option(
        "--credits/--no-credits",
        default=None,
        callback=_chosen("always", "none"),
        help="Speak who wrote and who reads the book, before and after it.",
    ),
}


def settings_options(*names: str) -> Callable[[Function], Function]:
    """Add the named options, ``--config`` and ``--set``; the command receives them all as keyword arguments.

    Hand them to `Choices.gather` unchanged.
    """

    def decorate(function: Function) -> Function:
        function = click.option(
            "--set", "assignments", metavar="KEY=VALUE", multiple=True, help="Any setting of audiobook.toml."
        )(function)
        function = click.option(
            "--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings in place of audiobook.toml."
        )(function)
        for name in reversed(names):
            function = _OPTIONS[name](function)
        return function

    return decorate
