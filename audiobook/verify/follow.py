"""Following a text through what was heard: which words came, when, and what came that is not in the text."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.hearing import Segment, align, word_list

__all__ = ["MISHEARD", "MISSED", "SAID", "UNHEARD", "Added", "Follower"]

UNHEARD, SAID, MISHEARD, MISSED = range(4)
"""What became of a word of the text; UNHEARD while the sound has not come so far."""
_BATCH = 250
"""Words heard that are aligned at once."""
_AHEAD = 600
"""Words of the text beyond as many as were heard, so that a page that is missing is bridged."""
_ANCHOR = 4
"""Words that must agree in a row before what comes before them is settled."""
_LOST = 0.35
"""When a smaller share of a batch agrees with the text, the reading has jumped."""


@dataclass(frozen=True, slots=True)
class Added:
    """Words that were heard and are not in the text there."""

    words: tuple[str, ...]
    place: int
    """Number of the word of the text before which they were heard."""
    start_s: float
    end_s: float


class Follower:
    """Follows a text. Memory grows with the text, by a few bytes a word, and not with the sound."""

    def __init__(self, words: Sequence[str]) -> None:
        """Begin at the first word.

        Args:
            words: of the whole text, as `word_list` gives them.
        """
        self.words = words
        self.states = bytearray(len(words))
        """For each word of the text one of UNHEARD, SAID, MISHEARD and MISSED."""
        self.times = array("f", [-1.0]) * len(words)
        """Seconds at which each word was heard; -1 where it was not."""
        self.added: list[Added] = []
        self._at = 0
        self._heard: list[tuple[str, float, float]] = []
        self._index: dict[tuple[str, ...], list[int]] | None = None

    def hear(self, segment: Segment) -> None:
        """Take what was heard next."""
        words = word_list(segment.text)
        letters = sum(map(len, words)) + len(words)
        at = segment.start_s
        for word in words:
            past = at + (segment.end_s - segment.start_s) * (len(word) + 1) / letters
            self._heard.append((word, at, past))
            at = past
        if len(self._heard) >= _BATCH:
            self._align(last=False)

    def finish(self) -> None:
        """Settle what is still open; words of the text that were not reached are missed."""
        if self._heard:
            self._align(last=True)
        for place in range(self._at, len(self.words)):
            self.states[place] = MISSED

    def _align(self, *, last: bool) -> None:
        heard = [word for word, _, _ in self._heard]
        pairs = self._pairs(heard)
        if sum(same for _, _, same in pairs) < _LOST * len(heard) and (jump := self._jump(heard)):
            for place in range(self._at, jump):
                self.states[place] = MISSED
            self._at = jump
            pairs = self._pairs(heard)
        self._settle(pairs[: len(pairs) if last else _anchored(pairs, len(heard))])

    def _pairs(self, heard: Sequence[str]) -> list[tuple[int, int, bool]]:
        window = self.words[self._at : self._at + len(heard) + _AHEAD]
        return align(window, heard, open_end=True)

    def _jump(self, heard: Sequence[str]) -> int:
        """Find where in the rest of the text most of the heard words stand; 0 where they stand nowhere."""
        if self._index is None:
            index: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
            for place in range(len(self.words) - _ANCHOR + 1):
                index[tuple(self.words[place : place + _ANCHOR])].append(place)
            self._index = index
        votes: Counter[int] = Counter()
        for place in range(len(heard) - _ANCHOR + 1):
            for found in self._index.get(tuple(heard[place : place + _ANCHOR]), ()):
                if found >= self._at:
                    votes[(found - place) // _ANCHOR] += 1
        if not votes:
            return 0
        group, count = votes.most_common(1)[0]
        return max(self._at, group * _ANCHOR) if count >= _ANCHOR else 0

    def _settle(self, pairs: Sequence[tuple[int, int, bool]]) -> None:
        """Note what became of each word, together and in one piece."""
        run: list[int] = []
        used = reached = 0
        for wanted, heard, same in self._excused(pairs):
            place = self._at + reached
            if wanted >= 0:
                place = self._at + wanted
                reached = wanted + 1
                self.states[place] = SAID if same else MISHEARD if heard >= 0 else MISSED
                if heard >= 0:
                    self.times[place] = self._heard[heard][1]
            if heard >= 0:
                used = heard + 1
            if wanted < 0:
                run.append(heard)
            else:
                self._note_added(run, place)
                run = []
        self._note_added(run, self._at + reached)
        self._at += reached
        del self._heard[:used]

    def _excused(self, pairs: Sequence[tuple[int, int, bool]]) -> Iterator[tuple[int, int, bool]]:
        """Yield pairs, those of words that were only written apart or together as the same."""
        for same, group in itertools.groupby(pairs, key=lambda pair: pair[2]):
            block = list(group)
            wanted = [place for place, _, _ in block if place >= 0]
            heard = [place for _, place, _ in block if place >= 0]
            if same or "".join(self.words[self._at + place] for place in wanted) != "".join(
                self._heard[place][0] for place in heard
            ):
                yield from block
            else:
                yield from ((place, heard[-1], True) for place in wanted)

    def _note_added(self, run: Sequence[int], place: int) -> None:
        if run:
            words = tuple(self._heard[heard][0] for heard in run)
            self.added.append(Added(words, place, self._heard[run[0]][1], self._heard[run[-1]][2]))


def _anchored(pairs: Sequence[tuple[int, int, bool]], heard: int) -> int:
    """Return how many pairs can be settled: to the end of the last row of words that agree, not too near the end.

    Nearer to the end words may still find better partners in what comes.
    """
    row = 0
    settled = 0
    for number, (_, place, same) in enumerate(pairs):
        row = row + 1 if same else 0
        if row >= _ANCHOR and place < heard - _BATCH // 5:
            settled = number + 1
    # Where nothing agrees for long, half of it is settled as it is, so that no batch grows without end.
    return settled or (len(pairs) // 2 if heard > 3 * _BATCH else 0)
