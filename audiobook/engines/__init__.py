"""The registry of speech engines: ours, and those that others add through entry points.

A third-party engine is a callable without arguments that returns an `Engine`; a package offers it
in the entry-point group ``audiobook.engines`` under the engine's name. It may have a second
attribute ``status``, a callable returning an `EngineStatus`, when being there is not enough.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.metadata
import re
from collections.abc import Callable
from dataclasses import dataclass

from audiobook.engines.base import Engine, EngineStatus, VoiceInfo, nearest
from audiobook.errors import EngineError, VoiceError

__all__ = [
    "ENGINES",
    "GROUP",
    "EngineEntry",
    "all_voices",
    "available",
    "best_engine",
    "engine_names",
    "find_voice",
    "open_engine",
]

GROUP = "audiobook.engines"


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
    return (*ENGINES, *(name for name in sorted(_strangers()) if name not in ENGINES))


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
    factory = _strangers().get(name)
    if factory is None:
        alike = nearest(name, engine_names())
        meant = f"Did you mean {' or '.join(alike)}?" if alike else f"There are {', '.join(engine_names())}"
        raise EngineError(f"there is no engine {name!r}", remedy=meant)
    return _load(name, factory)()


def available() -> tuple[EngineStatus, ...]:
    """Tell of every engine whether it can be used, and the remedy when not; loads no model."""
    return tuple(_status(name) for name in engine_names())


def best_engine() -> str:
    """Name of the engine that ``auto`` means: the first of ours that is installed, never ``silent``.

    Raises:
        EngineError: no speaking engine is installed; the remedy is a command.
    """
    statuses = [entry.status() for name, entry in ENGINES.items() if name != "silent"]
    for status in statuses:
        if status.installed:
            return status.name
    raise EngineError("no speech engine is installed", remedy=statuses[1].remedy)


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
        known = [info.address for info in all_voices()]
        raise VoiceError(
            f"{address!r} is not ENGINE:NAME",
            remedy=f"Did you mean {' or '.join(nearest(address, known)) or 'kokoro:af_heart'}?",
        )
    engine = open_engine(engine_name)
    try:
        engine.sample_rate(name)  # refuses what is not there
        listed = {info.name: info for info in engine.voices()}
    finally:
        engine.close()
    first = re.split(r"[*+#?]", name)[0]
    info = listed.get(name) or listed.get(first) or VoiceInfo(engine_name, name, "")
    return dataclasses.replace(info, name=name)


def _status(name: str) -> EngineStatus:
    if name in ENGINES:
        return ENGINES[name].status()
    try:
        factory = _load(name, _strangers()[name])
    except EngineError as error:
        return EngineStatus(name, installed=False, detail=error.message, remedy=error.remedy)
    status: Callable[[], EngineStatus] | None = getattr(factory, "status", None)
    return status() if status else EngineStatus(name, installed=True, detail="added by another package")


@functools.cache
def _strangers() -> dict[str, importlib.metadata.EntryPoint]:
    return {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}


def _load(name: str, point: importlib.metadata.EntryPoint) -> Callable[[], Engine]:
    try:
        factory: Callable[[], Engine] = point.load()
    except (ImportError, AttributeError) as error:
        raise EngineError(
            f"engine {name} of another package does not load ({error})",
            place=point.value,
            remedy=f"Update or remove the package that offers {name}",
        ) from error
    return factory
