"""The registry of speech engines: ours, and those that others add (see `audiobook.engines.strangers`)."""

from __future__ import annotations

import dataclasses
import importlib
from dataclasses import dataclass

from audiobook.engines.base import Engine, EngineStatus, VoiceInfo, base_language, nearest
from audiobook.engines.strangers import open_stranger, stranger_names, stranger_status
from audiobook.errors import EngineError, VoiceError

__all__ = [
    "ENGINES",
    "EngineEntry",
    "all_voices",
    "available",
    "best_engine",
    "engine_names",
    "find_voice",
    "more_voices",
    "open_engine",
]

_NO_LANGUAGE = {"", "und", "mul", "zxx", "mis"}
"""Codes that name no language."""
_PIPER_SPEAKS = {
    "ar", "ca", "cs", "cy", "da", "de", "el", "en", "es", "fa", "fi", "fr", "hu", "is", "it", "ka", "kk", "lb", "lv",
    "ne", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "sw", "tr", "uk", "vi", "zh",
}  # fmt: skip
"""Languages in which Piper's collection has voices."""


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """Where an engine of ours is found; its module is imported when it is wanted."""

    module: str
    factory: str
    devices: bool = False
    """Its factory takes a device."""

    def open(self, device: str) -> Engine:
        """Make the engine."""
        factory = getattr(importlib.import_module(self.module), self.factory)
        engine: Engine = factory(device) if self.devices else factory()
        return engine

    def status(self) -> EngineStatus:
        """Ask the engine's module whether it can be used."""
        status: EngineStatus = importlib.import_module(self.module).status()
        return status


ENGINES: dict[str, EngineEntry] = {
    "kokoro": EngineEntry("audiobook.engines.kokoro", "KokoroEngine", devices=True),
    "piper": EngineEntry("audiobook.engines.piper", "PiperEngine", devices=True),
    "pyttsx3": EngineEntry("audiobook.engines.pyttsx3", "Pyttsx3Engine"),
    "silent": EngineEntry("audiobook.engines.silent", "SilentEngine"),
}
"""Engines of this package, best first."""


def engine_names() -> tuple[str, ...]:
    """Names of all engines, ours first."""
    return (*ENGINES, *(name for name in stranger_names() if name not in ENGINES))


def open_engine(name: str, device: str = "auto") -> Engine:
    """Make the engine ``name``; ``auto`` is the best one that is installed.

    Args:
        name: of an engine.
        device: where its models run, one of `audiobook.settings.DEVICES`; a device that cannot be used is the
            processor (`audiobook.engines.device.complaint` says why), and other engines take no notice of it.

    Raises:
        EngineError: there is no such engine, or it is not installed.
    """
    name = best_engine() if name == "auto" else name
    if name in ENGINES:
        status = ENGINES[name].status()
        if not status.installed:
            raise EngineError(f"engine {name} cannot be used: {status.detail}", remedy=status.remedy)
        return ENGINES[name].open(device)
    if name in engine_names():
        return open_stranger(name)
    alike = nearest(name, engine_names())
    meant = f"Did you mean {' or '.join(alike)}?" if alike else f"There are {', '.join(engine_names())}"
    raise EngineError(f"there is no engine {name!r}", remedy=meant)


def available() -> tuple[EngineStatus, ...]:
    """Tell of every engine whether it can be used, and the remedy when not; loads no model."""
    return tuple(_status(name) for name in engine_names())


def best_engine(language: str = "") -> str:
    """Name of the engine that ``auto`` means: the first that is installed and speaks a language, never ``silent``.

    Args:
        language: BCP 47 code of the text; empty is any, for which only ours are taken.

    Raises:
        EngineError: no speaking engine is installed; the remedy is a command.
        VoiceError: no installed voice speaks the language.
    """
    if base_language(language) not in _NO_LANGUAGE:
        for name in engine_names():
            if name != "silent" and _status(name).installed and _speaks(name, language):
                return name
    statuses = [entry.status() for name, entry in ENGINES.items() if name != "silent"]
    installed = next((status.name for status in statuses if status.installed), None)
    if installed is None:
        raise EngineError("no speech engine is installed", remedy=statuses[1].remedy)
    if base_language(language) not in _NO_LANGUAGE:
        more = more_voices(language) or "Name another --language, or a voice to read it all the same: --voice"
        raise VoiceError(f"no installed voice speaks the language {language!r}", remedy=more)
    return installed


def more_voices(language: str) -> str:
    """Return the command that installs a natural voice of a language; empty when there is none to install."""
    base = base_language(language)
    return f"Run: audiobook voices install piper:{base}" if base in _PIPER_SPEAKS else ""


def _speaks(engine: str, language: str) -> bool:
    return any(info.speaks(language) for info in all_voices(engine))


def all_voices(engine: str | None = None) -> tuple[VoiceInfo, ...]:
    """List the voices of one engine or of all installed ones; loads no model."""
    names = (engine,) if engine else tuple(status.name for status in available() if status.installed)
    voices: list[VoiceInfo] = []
    for name in names:
        opened = open_engine(name)
        try:
            voices.extend(opened.voices())
        finally:
            opened.close()
    return tuple(voices)


def find_voice(address: str) -> VoiceInfo:
    """Return what is known of the voice ``engine:name``; a blend or variant has the facts of its first voice.

    Raises:
        EngineError: there is no such engine.
        VoiceError: there is no such voice, or ``address`` is not ENGINE:NAME.
    """
    engine_name, colon, name = address.partition(":")
    if not colon:
        alike = nearest(address, (info.address for info in all_voices()))
        raise VoiceError(
            f"{address!r} is not ENGINE:NAME",
            remedy=f"Did you mean {' or '.join(alike)}?" if alike else "See: audiobook voices",
        )
    engine = open_engine(engine_name)
    try:
        return dataclasses.replace(engine.describe(name), name=name)
    finally:
        engine.close()


def _status(name: str) -> EngineStatus:
    return ENGINES[name].status() if name in ENGINES else stranger_status(name)
