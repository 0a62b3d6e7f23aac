"""Words as they are compared: what was to be said against what was heard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from audiobook.settings import SpokenSettings
from audiobook.spoken import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Difference", "align", "compare", "word_list"]

_SPOKEN = SpokenSettings()
_SAME = {
    "mister": "mr", "missus": "mrs", "doctor": "dr", "okay": "ok", "gray": "grey", "till": "til", "ma'am": "mam",
    "alright": "all right", "cannot": "can not", "oh": "o",
}  # fmt: skip
"""Spellings of the same sound."""
_AMERICAN = (
    (re.compile(r"(?<=\w{2})our(?=(?:s|ed|ing|able|ful|ite|ites|er|ers|less)?$)"), "or"),
    (re.compile(r"(?<=\w{3})is(?=(?:e|es|ed|ing|er|ers|ation)$)"), "iz"),
    (re.compile(r"(?<=\w{3})(?<=[bt])re(?=s?$)"), "er"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """How many words of a text were not heard as they should have been."""

    words: int
    """Of the text."""
    errors: int
    """Words missed, misheard or added."""

    @property
    def rate(self) -> float:
        """Errors in a word of the text; may exceed 1."""
        return self.errors / self.words if self.words else float(self.errors > 0)


@lru_cache(maxsize=4096)
def word_list(text: str) -> tuple[str, ...]:
    """Return the words of English text as they sound: numbers in words, no marks, no accents, one spelling.

    What was to be said and what was heard go through the same rules, so "Dr. Crane, 1893" equals "doctor crane
    eighteen ninety three".
    """
    spoken = say(text, language="en", settings=_SPOKEN).text if text.strip() else ""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", spoken) if not unicodedata.combining(letter))
    plain = plain.casefold().replace("’", "'")
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain)
    return tuple(part for word in words for part in _spelling(word).split())


def _spelling(word: str) -> str:
    word = _SAME.get(word, word).replace("'", "")
    for pattern, ending in _AMERICAN:
        word = pattern.sub(ending, word)
    return word


def compare(wanted: Sequence[str], heard: Sequence[str]) -> Difference:
    """Count word errors: the edit distance, where words written apart or together ("lamp light") are no error."""
    errors = 0
    for missed, added in _blocks(align(wanted, heard)):
        if "".join(wanted[place] for place in missed) != "".join(heard[place] for place in added):
            errors += max(len(missed), len(added))
    return Difference(len(wanted), errors)


def _blocks(pairs: Iterable[tuple[int, int, bool]]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the stretches between words that agree: places in what was wanted, places in what was heard."""
    missed: list[int] = []
    added: list[int] = []
    for wanted, heard, same in pairs:
        if same:
            if missed or added:
                yield missed, added
            missed, added = [], []
            continue
        if wanted >= 0:
            missed.append(wanted)
        if heard >= 0:
            added.append(heard)
    if missed or added:
        yield missed, added


def align(wanted: Sequence[str], heard: Sequence[str], *, open_end: bool = False) -> list[tuple[int, int, bool]]:
    """Pair words at the least edit distance.

    Args:
        wanted: what was to be said.
        heard: what was heard.
        open_end: what is wanted may go on after the last word heard; that costs nothing and is not paired.

    Returns:
        For each step the place in ``wanted`` (-1: a word was added), the place in ``heard`` (-1: one was missed), and
        whether they are the same word.
    """
    import numpy as np

    numbers = {word: number for number, word in enumerate(dict.fromkeys((*wanted, *heard)))}
    target = np.array([numbers[word] for word in wanted], np.int64)
    columns = np.arange(len(target) + 1)
    costs = np.zeros((len(heard) + 1, len(target) + 1), np.int32)
    costs[0] = columns
    for row, word in enumerate(heard, 1):
        above = costs[row - 1]
        best = above + 1
        best[1:] = np.minimum(best[1:], above[:-1] + (target != numbers[word]))
        costs[row] = np.minimum.accumulate(best - columns) + columns  # a word missed costs one more a column
    last = len(heard)
    # Of equally good ends the first: what follows has not been heard yet.
    end = int(np.argmin(costs[last])) if open_end else len(target)
    return _traced(costs, target, [numbers[word] for word in heard], end)


def _traced(
    costs: NDArray[np.int32], target: NDArray[np.int64], heard: Sequence[int], end: int
) -> list[tuple[int, int, bool]]:
    pairs = []
    row, column = len(heard), end
    while row or column:
        same = bool(row and column and target[column - 1] == heard[row - 1])
        here = costs[row, column]
        if row and column and here == costs[row - 1, column - 1] + (not same):
            row, column = row - 1, column - 1
            pairs.append((column, row, same))
        elif column and here == costs[row, column - 1] + 1:
            column -= 1
            pairs.append((column, -1, False))
        else:
            row -= 1
            pairs.append((-1, row, False))
    pairs.reverse()
    return pairs
