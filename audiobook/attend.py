"""Recording with open ears: a recognizer hears every take, and those it cannot follow are recorded again.

What was heard is kept beside the take (``KEY-HASH.heard`` beside ``KEY-HASH.flac``), so nothing is heard twice, and a
line that no try made clearer is not tried for ever.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import statistics
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from audiobook import atomic
from audiobook.audio import Speech, Take, Utterance
from audiobook.cache import TakeCache, read_take
from audiobook.errors import OutputError
from audiobook.hearing import Difference, Recognizer, can_hear, compare, require, word_list
from audiobook.record import Recorded, Recorder

__all__ = ["AttentiveRecorder", "Counts"]

_LEAST_WORDS = 4
"""Shorter lines are not judged: one name or one "Hm!" that the recognizer does not know would be half of them."""
_UNCLEAR = 0.5
"""Word errors up to this share are never a reason to record a line again."""
_DEVIATIONS = 4.0
"""Median absolute deviations above the book's own median: a voice or a book may be hard to follow as a whole."""
_FEW = 8
"""Fewer lines say nothing about the book."""
_LADDER = (1, 2, 3)
"""Ways of speaking that are tried, as the number of refusals that `Booth.record` takes them for."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of listening."""

    lines: int = 0
    """Takes that were heard, in this run or before."""
    again: int = 0
    """Lines recorded again in this run."""
    better: int = 0
    """Lines of which another take was heard better and took the place of the first."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the recognizer made of a take."""

    text: str
    difference: Difference
    tried: int = 0
    """Other takes that were compared with it before."""


@dataclass(slots=True)
class _Line:
    """A line that may have to be recorded again."""

    result: Recorded
    utterance: Utterance
    heard: _Heard
    take: Take


class AttentiveRecorder:
    """Records like the recorder it is given, and listens. Use it as a context manager."""

    def __init__(self, recorder: Recorder, cache: TakeCache) -> None:
        """Make ready to listen.

        Args:
            recorder: who records.
            cache: where it keeps its takes.

        Raises:
            EngineError: there is no recognizer.
        """
        self.counts = Counts()
        self._recorder = recorder
        self._cache = cache
        self._recognizer_name = require()
        self._recognizer: Recognizer | None = None
        self._ear = ThreadPoolExecutor(1)  # the recognizer runs outside the interpreter's lock, beside the recording
        self._hearing: dict[tuple[str, str], Future[_Heard]] = {}

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and free the recognizer; the recorder is left as it is."""
        self._ear.shutdown(cancel_futures=True)
        if self._recognizer is not None:
            self._recognizer.close()

    @property
    def spent_s(self) -> float:
        """Seconds for which speakers were busy with this book."""
        return self._recorder.spent_s

    def record(self, utterances: Iterable[Utterance]) -> Iterator[Recorded]:
        """Yield what `Recorder.record` yields, lines that are hard to follow last.

        A line whose word errors stand out from the whole book's is recorded again in other ways; the take that is
        heard best stays. Where that is still hard to follow, ``misheard`` says what was heard.

        Raises:
            EngineError: the recognizer does not load; and whatever `Recorder.record` raises.
        """
        texts: dict[int, Utterance] = {}

        def noted() -> Iterator[Utterance]:
            for index, utterance in enumerate(utterances):
                texts[index] = utterance
                yield utterance

        waiting: deque[tuple[Recorded, Utterance, Future[_Heard]]] = deque()
        doubtful: list[_Line] = []
        rates: list[float] = []
        for result in self._recorder.record(noted()):
            utterance = texts.pop(result.index)
            if result.take is None or not result.take.frames or not _is_judged(utterance):
                yield result
                continue
            waiting.append((result, utterance, self._listen(result.take, utterance)))
            while waiting and waiting[0][2].done():
                yield from self._sorted(*waiting.popleft(), rates, doubtful)
        while waiting:
            yield from self._sorted(*waiting.popleft(), rates, doubtful)
        yield from self._mended(doubtful, _threshold(rates))

    def _sorted(
        self, result: Recorded, utterance: Utterance, future: Future[_Heard], rates: list[float], doubtful: list[_Line]
    ) -> Iterator[Recorded]:
        """Pass a clear line on; keep a doubtful one until the whole book has been heard."""
        heard = future.result()
        self.counts = dataclasses.replace(self.counts, lines=self.counts.lines + 1)
        rates.append(heard.difference.rate)
        if heard.difference.rate <= _UNCLEAR:
            yield result
        else:
            assert result.take
            doubtful.append(_Line(result, utterance, heard, result.take))

    def _mended(self, doubtful: list[_Line], threshold: float) -> Iterator[Recorded]:
        doubtful.sort(key=lambda line: line.result.index)
        unclear = [line for line in doubtful if line.heard.difference.rate > threshold]
        before = {id(line): line.take for line in unclear}
        begun = {id(line) for line in unclear if line.heard.tried < len(_LADDER)}
        for refusals in _LADDER:
            self._try_again([line for line in unclear if id(line) in begun], refusals, threshold)
        for line in unclear:
            if id(line) in begun:
                self._keep(line, better=line.take is not before[id(line)])
        self.counts = dataclasses.replace(self.counts, again=len(begun))
        for line in doubtful:
            still = line.heard.difference.rate > threshold
            yield dataclasses.replace(
                line.result,
                take=line.take,
                cached=line.result.cached and id(line) not in begun,
                misheard=(line.heard.text or "nothing") if still else "",
            )

    def _try_again(self, lines: list[_Line], refusals: int, threshold: float) -> None:
        """Have lines spoken in another way where they are still unclear, and take what is heard better."""
        lines = [line for line in lines if line.heard.difference.rate > threshold]
        for result in self._recorder.record([line.utterance for line in lines], refusals):
            line = lines[result.index]
            if result.take is None:
                continue
            heard = self._listen(result.take, line.utterance).result()
            if heard.difference.errors < line.heard.difference.errors:
                line.heard, line.take = heard, result.take

    def _keep(self, line: _Line, *, better: bool) -> None:
        """Put the best take in the place of the first, and note that all ways have been tried."""
        if better:
            speech = Speech(read_take(line.take), line.take.sample_rate, line.take.words)
            line.take = self._cache.put(self._recorder.key(line.utterance), speech)
            self.counts = dataclasses.replace(self.counts, better=self.counts.better + 1)
        line.heard = dataclasses.replace(line.heard, tried=len(_LADDER))
        self._note(line.take, line.heard)

    def _listen(self, take: Take, utterance: Utterance) -> Future[_Heard]:
        """Hear a take, once for each text."""
        place = (str(take.path), utterance.text)
        if place not in self._hearing:
            self._hearing[place] = self._ear.submit(self._hear, take, utterance)
        return self._hearing[place]

    def _hear(self, take: Take, utterance: Utterance) -> _Heard:
        text, tried = self._remembered(take)
        if text is None:
            self._recognizer = self._recognizer or Recognizer()
            text = self._recognizer.hear(read_take(take), take.sample_rate)
        heard = _Heard(text, compare(word_list(utterance.text), word_list(text)), tried)
        self._note(take, heard)
        return heard

    def _remembered(self, take: Take) -> tuple[str | None, int]:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(take.path.with_suffix(".heard").read_bytes())
            if note["by"] == self._recognizer_name:
                return str(note["text"]), int(note["tried"])
        return None, 0

    def _note(self, take: Take, heard: _Heard) -> None:
        note = json.dumps({"by": self._recognizer_name, "text": heard.text, "tried": heard.tried}, sort_keys=True)
        with contextlib.suppress(OutputError):  # it would only be heard again
            atomic.write_bytes(take.path.with_suffix(".heard"), note.encode(), flush=False)


def _is_judged(utterance: Utterance) -> bool:
    if utterance.foreign:  # words that the recognizer does not know would count as errors
        return False
    return can_hear(utterance.language) and len(word_list(utterance.text)) >= _LEAST_WORDS


def _threshold(rates: list[float]) -> float:
    """Return the word errors beyond which a line stands out from the book."""
    if len(rates) < _FEW:
        return _UNCLEAR
    middle = statistics.median(rates)
    return max(_UNCLEAR, middle + _DEVIATIONS * statistics.median(abs(rate - middle) for rate in rates))
