"""Engines that other packages bring, and the fence around them.

A third-party engine is a callable without arguments that returns an `Engine`; a package offers it
in the entry-point group ``audiobook.engines`` under the engine's name. It may have a second
attribute ``status``, a callable returning an `EngineStatus`, when being there is not enough.

Whatever such an engine raises becomes an EngineError that names it: it may fail, but never the program.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from audiobook.audio import Speech
from audiobook.engines.base import Engine, EngineStatus, Timings, VoiceInfo, described
from audiobook.errors import AudiobookError, EngineError

if TYPE_CHECKING:
    from audiobook.audio import Utterance

__all__ = ["GROUP", "Stranger", "open_stranger", "stranger_names", "stranger_status"]

GROUP = "audiobook.engines"


class Stranger:
    """An engine of another package behind the fence."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self._engine = engine
        with _Fence(name):
            self.honours: frozenset[str] = frozenset(engine.honours)
            self.deterministic: bool = bool(engine.deterministic)
            self.timings: Timings = engine.timings

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List its voices under the name by which this program knows it."""
        with _Fence(self.name):
            return tuple(dataclasses.replace(info, engine=self.name) for info in self._engine.voices())

    def describe(self, voice: str) -> VoiceInfo:
        """Facts of a voice."""
        with _Fence(self.name):
            own = getattr(self._engine, "describe", None)
            info: VoiceInfo = own(voice) if own else described(self._engine, voice)
            return dataclasses.replace(info, engine=self.name)

    def sample_rate(self, voice: str) -> int:
        """Hertz of a voice's samples."""
        with _Fence(self.name):
            return int(self._engine.sample_rate(voice))

    def fingerprint(self, voice: str) -> str:
        """What changes when the sound changes."""
        with _Fence(self.name):
            return str(self._engine.fingerprint(voice))

    def speak(self, utterance: Utterance) -> Speech:
        """Speak one utterance."""
        with _Fence(self.name):
            speech = self._engine.speak(utterance)
        if not isinstance(speech, Speech):
            raise _broken(self.name, f"speak returned {type(speech).__name__}, not Speech")
        return speech

    def close(self) -> None:
        """Free what it holds."""
        with _Fence(self.name):
            self._engine.close()


class _Fence:
    """A context that turns every error of others' code into an EngineError; ours pass."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, (Exception, SystemExit)) and not isinstance(error, AudiobookError):
            raise _broken(self._name, f"{type(error).__name__}: {error}") from error


def _broken(name: str, problem: str) -> EngineError:
    return EngineError(
        f"engine {name} of another package failed ({problem})",
        remedy=f"Update or remove the package that offers {name}, or choose another --engine",
    )


def stranger_names() -> tuple[str, ...]:
    """Names of the engines that other packages offer."""
    return tuple(sorted(_points()))


def open_stranger(name: str) -> Engine:
    """Make the engine ``name`` of another package; raise EngineError when that fails."""
    factory = _factory(name)
    with _Fence(name):
        engine = factory()
    return Stranger(name, engine)


def stranger_status(name: str) -> EngineStatus:
    """Ask whether the engine ``name`` can be used, and have its voices listed to see that it can."""
    try:
        factory = _factory(name)
        ask: Callable[[], EngineStatus] | None = getattr(factory, "status", None)
        status = EngineStatus(name, installed=True, detail="added by another package")
        if ask:
            with _Fence(name):
                told = ask()
                status = EngineStatus(name, bool(told.installed), str(told.detail), str(told.remedy))
        if status.installed:
            engine = open_stranger(name)
            engine.voices()
            engine.close()
    except EngineError as error:
        return EngineStatus(name, installed=False, detail=error.message, remedy=error.remedy)
    return status


@functools.cache
def _points() -> dict[str, importlib.metadata.EntryPoint]:
    return {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}


def _factory(name: str) -> Callable[[], Engine]:
    with _Fence(name):
        factory: Callable[[], Engine] = _points()[name].load()
    return factory
