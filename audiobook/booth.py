"""Where a take is made: an engine speaks, prosody adds what it cannot do, the judge listens, the cache keeps it."""

from __future__ import annotations

import dataclasses
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook import prosody
from audiobook.accept import Judge
from audiobook.audio import Speech, Take, Utterance, WordTime
from audiobook.cache import TakeCache, read_take
from audiobook.calibration import calibration_utterance
from audiobook.crew import Job, Reply
from audiobook.engines import open_engine
from audiobook.engines.base import Engine, speakable
from audiobook.errors import EngineError, OutputError, RecordingError, VoiceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Booth", "clauses", "halves", "ways"]

_SLOWER = 0.94
"""Rate of a last try: hardly heard, and other sound."""
_CLAUSE = re.compile(r"(?<=[,;:—–.!?…])[\"'”’)\]]*\s+(?=\S)")
_SHORT_CLAUSE = 12
"""Letters; a shorter clause sounds torn off when it is spoken alone."""


class Booth:
    """Records utterances one after another, with every engine that they ask for."""

    def __init__(self, cache: Path) -> None:
        self._cache = TakeCache(cache)
        self._engines: dict[tuple[str, str], Engine] = {}
        """By name and device."""
        self._judges: dict[str, Judge] = {}
        """By device: another one gives other sound."""

    def record(self, job: Job, refusals: int = 0) -> Reply:
        """Speak one utterance, judge it and store it under the job's key.

        After refusals it is spoken in another way, see `ways`.
        """
        try:
            engine = self._engine(job.utterance.voice.engine, job.settings.device)
        except EngineError as error:
            return Reply(None, error, hopeless=True)
        try:
            return Reply(self._take(job, engine, refusals))
        except (VoiceError, OutputError) as error:
            return Reply(None, error, hopeless=True)
        except (EngineError, RecordingError) as error:
            return Reply(None, error)

    def close(self) -> None:
        """Close every engine."""
        for engine in self._engines.values():
            engine.close()

    def _engine(self, name: str, device: str) -> Engine:
        if (name, device) not in self._engines:
            self._engines[name, device] = open_engine(name, device)
        return self._engines[name, device]

    def _take(self, job: Job, engine: Engine, refusals: int) -> Take:
        utterance = job.utterance
        possible = ways(utterance, engine)
        parts = possible[min(refusals, len(possible) - 1)]
        speech = _joined([self._speech(part, engine) for part in parts])
        judge = self._judges.setdefault(job.settings.device, Judge())
        if fault := judge.fault(utterance, speech, lambda: self._calibration(job, engine)):
            raise RecordingError(f"{engine.name} gave {fault}")
        return self._cache.put(job.key, speech)

    def _calibration(self, job: Job, engine: Engine) -> Speech:
        """Return the calibration text as the job's voice says it: most books record it first of all."""
        if job.calibration and (take := self._cache.get(job.calibration)):
            return Speech(read_take(take), take.sample_rate)
        return engine.speak(calibration_utterance(job.utterance.voice, job.utterance.language))

    def _speech(self, utterance: Utterance, engine: Engine) -> Speech:
        spoken = engine.speak(utterance)
        samples = prosody.apply(spoken.samples, spoken.sample_rate, utterance.delivery, honoured=engine.honours)
        return _with_samples(spoken, samples)


def ways(utterance: Utterance, engine: Engine) -> tuple[tuple[Utterance, ...], ...]:
    """Return the ways to speak a text, each as the parts it is spoken in, the next for each take that was refused.

    To an engine a part is another text, and most faults hang on one place or on the length. So: as it is; again where
    that may give another take; cut at clauses; in halves; slower, where the engine itself sets the speed, else with
    its closing mark changed, which a neural voice reads as another text.
    """
    whole = (utterance,)
    found: list[tuple[Utterance, ...]] = [whole] if engine.deterministic else [whole, whole]
    for parts in (clauses(utterance), halves(utterance), _varied(utterance, engine)):
        if parts not in found:
            found.append(parts)
    return tuple(found)


def clauses(utterance: Utterance) -> tuple[Utterance, ...]:
    """Cut a text at the ends of its clauses, short ones joined to the next."""
    text = utterance.text
    cuts: list[int] = []
    for match in _CLAUSE.finditer(text):
        cut, begin = match.end(), cuts[-1] if cuts else 0
        inside = any(start < cut < end for start, end, _ in (*utterance.phonemes, *utterance.foreign))
        if not inside and min(_letters(text[begin:cut]), _letters(text[cut:])) >= _SHORT_CLAUSE:
            cuts.append(cut)
    return _parts(utterance, cuts)


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _varied(utterance: Utterance, engine: Engine) -> tuple[Utterance, ...]:
    """Return the text as the engine would say it a little differently."""
    if "rate" in engine.honours:
        rate = round(utterance.delivery.rate * _SLOWER, 3)
        return (dataclasses.replace(utterance, delivery=dataclasses.replace(utterance.delivery, rate=rate)),)
    bare = utterance.text.rstrip(" .,;:")
    return (dataclasses.replace(utterance, text=bare + (";" if utterance.text.endswith(".") else ".")),)


def halves(utterance: Utterance) -> tuple[Utterance, ...]:
    """Cut a text in two, best after punctuation near its middle; one part when there is no place to cut."""
    text = utterance.text
    held = (*utterance.phonemes, *utterance.foreign)
    cuts = [match.end() for match in re.finditer(r"\s+", text) if speakable(text[: match.end()])]
    cuts = [cut for cut in cuts if speakable(text[cut:]) and not any(start < cut < end for start, end, _ in held)]
    if not cuts:
        return (utterance,)

    def badness(cut: int) -> float:
        distance = abs(cut - len(text) / 2) / len(text)
        return distance - (0.25 if text[:cut].rstrip()[-1] in ",;:.!?—" else 0.0)

    return _parts(utterance, [min(cuts, key=badness)])


def _parts(utterance: Utterance, cuts: list[int]) -> tuple[Utterance, ...]:
    """Return the text between cuts, each part with the phonemes that lie in it."""
    parts = []
    for begin, past in itertools.pairwise([0, *cuts, len(utterance.text)]):
        text = utterance.text[begin:past].rstrip()
        given, foreign = _inside(utterance.phonemes, begin, past), _inside(utterance.foreign, begin, past)
        parts.append(dataclasses.replace(utterance, text=text, phonemes=given, foreign=foreign))
    return tuple(parts)


def _inside(spans: tuple[tuple[int, int, str], ...], begin: int, past: int) -> tuple[tuple[int, int, str], ...]:
    return tuple((start - begin, end - begin, value) for start, end, value in spans if begin <= start and end <= past)


def _joined(parts: list[Speech]) -> Speech:
    """Return speeches of one voice one after the other."""
    if len(parts) == 1:
        return parts[0]
    import numpy as np

    words: list[WordTime] = []
    offset = 0
    for part in parts:
        words += (WordTime(word.text, word.start + offset, word.end + offset) for word in part.words)
        offset += len(part.samples)
    samples = np.concatenate([part.samples for part in parts])
    return Speech(samples, parts[0].sample_rate, tuple(words))


def _with_samples(speech: Speech, samples: NDArray[np.float32]) -> Speech:
    """Return the speech with other samples; its words move in proportion when the length changed."""
    if len(samples) == len(speech.samples):
        return dataclasses.replace(speech, samples=samples)
    scale = len(samples) / max(1, len(speech.samples))
    words = tuple(
        dataclasses.replace(word, start=round(word.start * scale), end=round(word.end * scale)) for word in speech.words
    )
    return Speech(samples, speech.sample_rate, words)
