"""Words of an utterance and the times at which they are heard."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from audiobook.audio import WordTime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["align", "audible", "estimate", "quietest", "share", "spoken_words"]

_WORD = re.compile(r"\S*[^\W_]\S*")
_HOP_S = 0.01
_AUDIBLE_DB = -50.0
"""Relative to the loudest 10 ms: quieter frames at the ends are not speech."""


def spoken_words(text: str) -> tuple[str, ...]:
    """Split at white space, leaving out pieces without a letter or digit."""
    return tuple(_WORD.findall(text))


def _letters(word: str) -> float:
    return sum(character.isalnum() for character in word) + 1.0


def _weight(word: str) -> float:
    """How long a word is heard, in letters; a stop behind it counts as a pause of four."""
    return _letters(word) + (4.0 if word.rstrip("”’\"')")[-1:] in ",.;:!?…—" else 0.0)


def share(words: tuple[str, ...], start: int, end: int) -> tuple[WordTime, ...]:
    """Lay ``words`` end to end over the frames ``start`` to ``end`` in proportion to their length."""
    weights = [_weight(word) for word in words]
    if words:  # the last word's pause lies after ``end``
        weights[-1] = _letters(words[-1])
    total = sum(weights)
    times = []
    before = 0.0
    for word, own in zip(words, weights, strict=True):
        first = start + round((end - start) * before / total)
        before += own
        times.append(WordTime(word, first, start + round((end - start) * before / total)))
    return tuple(times)


def estimate(text: str, samples: NDArray[np.float32], sample_rate: int) -> tuple[WordTime, ...]:
    """Estimate when each word of ``text`` is heard in ``samples``, from letters and from audible ends."""
    words = spoken_words(text)
    if not words or not len(samples):
        return ()
    start, end = audible(samples, sample_rate)
    return share(words, start, end)


def audible(samples: NDArray[np.float32], sample_rate: int) -> tuple[int, int]:
    """First frame and one past the last frame that is not silence at either end."""
    import numpy as np

    hop = max(1, round(sample_rate * _HOP_S))
    padded = np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)
    levels = np.sqrt(np.mean(np.square(padded, dtype=np.float64), axis=1))
    loud = np.flatnonzero(levels > levels.max(initial=0.0) * 10 ** (_AUDIBLE_DB / 20))
    if not len(loud):
        return 0, len(samples)
    return int(loud[0]) * hop, min((int(loud[-1]) + 1) * hop, len(samples))


def quietest(samples: NDArray[np.float32], start: int, end: int, sample_rate: int, most_db: float) -> int | None:
    """Find the middle of the quietest 20 ms between two frames.

    Returns:
        The frame; None where it is louder than ``most_db`` relative to the loudest 20 ms of ``samples``.
    """
    import numpy as np

    hop = max(1, round(sample_rate * _HOP_S / 2))
    power = np.square(samples[: len(samples) // hop * hop].reshape(-1, hop), dtype=np.float64).mean(axis=1)
    levels = np.convolve(power, np.full(4, 0.25), "valid")
    first, past = max(0, start // hop), min(end // hop - 3, len(levels))
    if past <= first:
        return None
    place = first + int(np.argmin(levels[first:past]))
    return (place + 2) * hop if levels[place] <= levels.max() * 10 ** (most_db / 10) else None


def align(words: tuple[str, ...], groups: tuple[tuple[int, int, int], ...]) -> tuple[WordTime, ...]:
    """Give ``words`` the times of the spoken groups of phonemes.

    eSpeak joins some words ("of the" is one group) and splits others, so groups and words are matched
    in order where their lengths fit best; words that share a group share its time by their length.

    Args:
        words: as written, in order.
        groups: (phonemes, first frame, one past the last frame) of each spoken group, in order.

    Returns:
        One time a word; empty when there are no groups.
    """
    if not words or not groups:
        return ()
    times: list[WordTime] = []
    word = group = 0
    for many, few in _matches([_letters(text) for text in words], [float(size) for size, _, _ in groups]):
        start, end = groups[group][1], groups[group + few - 1][2]
        times.extend(share(words[word : word + many], start, end))
        word += many
        group += few
    return tuple(times)


_MOVES = ((1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6))
"""(words, groups) that may belong together."""


def _matches(words: list[float], groups: list[float]) -> list[tuple[int, int]]:
    """Cheapest sequence of `_MOVES` from the first to the last word and group (dynamic programming)."""
    scale = sum(words) / max(sum(groups), 1.0)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(words) + 1):
        for j in range(max(0, i // 4 - 1), len(groups) + 1):
            if (i, j) not in best:
                continue
            cost = best[i, j][0]
            for many, few in _MOVES:
                if i + many > len(words) or j + few > len(groups):
                    continue
                wanted, got = sum(words[i : i + many]), sum(groups[j : j + few]) * scale
                step = abs(math.log((wanted + 1) / (got + 1))) + 0.4 * (many + few - 2)
                known = best.get((i + many, j + few))
                if known is None or cost + step < known[0]:
                    best[i + many, j + few] = (cost + step, (many, few))
    at = (len(words), len(groups))
    if at not in best:  # more words than any grouping explains: all of them share all of the time
        return [(len(words), len(groups))]
    moves = []
    while at != (0, 0):
        moves.append(best[at][1])
        at = (at[0] - moves[-1][0], at[1] - moves[-1][1])
    return moves[::-1]
