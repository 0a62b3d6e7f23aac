"""Where a take is made: an engine speaks, prosody adds what it cannot do, the judge listens, the cache keeps it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook import prosody
from audiobook.accept import Judge
from audiobook.audio import Speech, Take, Utterance
from audiobook.cache import TakeCache
from audiobook.engines import open_engine
from audiobook.engines.base import Engine
from audiobook.errors import EngineError, OutputError, RecordingError, VoiceError
from audiobook.workers import Reply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Booth"]


class Booth:
    """Records utterances one after another, with every engine that they ask for."""

    def __init__(self, cache: Path, seed: int) -> None:
        self._cache = TakeCache(cache)
        self._seed = seed
        self._engines: dict[str, Engine] = {}
        self._judge = Judge()

    def record(self, key: str, utterance: Utterance) -> Reply:
        """Speak one utterance once, judge it and store it under ``key``."""
        try:
            engine = self._engine(utterance.voice.engine)
        except EngineError as error:
            return Reply(None, error, hopeless=True)
        try:
            return Reply(self._take(key, utterance, engine))
        except (VoiceError, OutputError) as error:
            return Reply(None, error, hopeless=True)
        except (EngineError, RecordingError) as error:
            return Reply(None, error)

    def close(self) -> None:
        """Close every engine."""
        for engine in self._engines.values():
            engine.close()

    def _engine(self, name: str) -> Engine:
        if name not in self._engines:
            self._engines[name] = open_engine(name)
        return self._engines[name]

    def _take(self, key: str, utterance: Utterance, engine: Engine) -> Take:
        spoken = engine.speak(utterance)
        samples = prosody.apply(spoken.samples, spoken.sample_rate, utterance.delivery, honoured=engine.honours)
        speech = _with_samples(spoken, samples)
        if fault := self._judge.fault(utterance, speech):
            raise RecordingError(f"{engine.name} gave {fault}")
        return self._cache.put(key, speech)


def _with_samples(speech: Speech, samples: NDArray[np.float32]) -> Speech:
    """Return the speech with other samples; its words move in proportion when the length changed."""
    if len(samples) == len(speech.samples):
        return dataclasses.replace(speech, samples=samples)
    scale = len(samples) / max(1, len(speech.samples))
    words = tuple(
        dataclasses.replace(word, start=round(word.start * scale), end=round(word.end * scale)) for word in speech.words
    )
    return Speech(samples, speech.sample_rate, words)
