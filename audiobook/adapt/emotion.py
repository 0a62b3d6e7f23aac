"""What a line of dialogue feels like, from its words alone: a weak signal, and measured as one.

A linear model over hashed word and letter groups, trained by ``scripts/train_emotion.py`` on XED
(Öhman et al. 2020, CC-BY-4.0: film subtitles with Plutchik's eight emotions, or neutral) and shipped as
``data/emotion.npz``. Texts are lowered and stripped of commas, name masks and blanks before marks, so
that nothing is learned from how that set was prepared.
"""

from __future__ import annotations

import math
import re
import zlib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from audiobook.adapt.mood import valences
from audiobook.script import Cue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BUCKETS", "DENSE", "LABELS", "cleaned", "dense", "emotion", "hashed", "sure_emotion"]

LABELS = ("neutral", "anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust")
"""Columns of the model; each is an emotion of the script too."""
BUCKETS = 1 << 17
"""Rows of the model for hashed features."""
DENSE = 12
"""Rows after them, for counted features."""

_MASK = re.compile(r"\[\w+\]")
_DOTS = re.compile(r"\.\s?\.\s?\.|…")
_LOOSE = re.compile(r"\s+(?=[.?!])")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[!?…]|\d+")
_STRENGTH = 0.3
"""Of a cue taken from the words alone; at most 0.4 is allowed to it."""
_USEFUL = frozenset({"anger", "disgust", "fear", "sadness", "surprise"})
"""Labels that change how a line is said. Joy is not among them: in books, fond and grand words are seldom joyful."""
_DOUBT = 0.5
"""Score above the model's own limit for being sure that a book's line needs: books are not films."""


def emotion(text: str) -> tuple[Cue, ...]:
    """Return the emotions of a line of dialogue, the likeliest first; ``neutral`` is one of them."""
    scores = _scores(text)
    limits = _model().limits
    order = sorted(range(len(LABELS)), key=lambda at: limits[at] - scores[at])
    felt = [at for at in order if scores[at] > limits[at]] or order[:1]
    return tuple(Cue(LABELS[at]) for at in felt)


def sure_emotion(text: str) -> Cue | None:
    """Return the emotion of a line whose words leave little doubt, at the strength that words deserve."""
    scores, limits = _scores(text), _model().sure
    margin, name = max((scores[at] - limits[at], name) for at, name in enumerate(LABELS) if name in _USEFUL)
    return Cue(name, _STRENGTH) if margin > _DOUBT else None


class _Model(NamedTuple):
    """The shipped weights, in bytes as they are shipped: a line asks for few of them, and they stay in memory."""

    weights: NDArray[np.int8]
    """shape = (BUCKETS + DENSE, labels); to be multiplied by ``scale``."""
    scale: NDArray[np.float32]
    """shape = (labels,)"""
    idf: NDArray[np.int8]
    """shape = (BUCKETS,), to be multiplied by ``idf_scale``; 0 for features that training did not meet twice."""
    idf_scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    limits: list[float]
    """Score above which a label is given."""
    sure: list[float]
    """Score above which it is right at least twice in three times."""


@cache
def _model() -> _Model:
    import numpy as np

    with (
        files("audiobook.adapt").joinpath("data").joinpath("emotion.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        return _Model(
            data["weights"],
            data["scale"],
            data["idf"],
            data["idf_scale"],
            data["bias"],
            data["limits"].tolist(),
            data["sure"].tolist(),
        )


def _scores(text: str) -> list[float]:
    import numpy as np

    model = _model()
    clean = cleaned(text)
    scores = model.bias + np.array(dense(clean), np.float32) @ (model.weights[BUCKETS:] * model.scale)
    for group in hashed(clean):
        if group:
            rows = np.array(group)
            values = model.idf[rows] * model.idf_scale
            norm = float(np.sqrt(values @ values))
            if norm > 0:
                scores = scores + (values / norm) @ (model.weights[rows] * model.scale)
    result: list[float] = scores.tolist()
    return result


def cleaned(text: str) -> str:
    """Lower a text and take out what depends on how it was prepared."""
    text = _MASK.sub(" ", text).replace("’", "'").lower().replace(",", " ")
    text = _LOOSE.sub("", _DOTS.sub(" … ", text))
    return " ".join(text.split()).strip("-* .\"“”'‘")


def hashed(text: str) -> tuple[list[int], list[int]]:
    """Return the buckets of a cleaned text's groups of one to three words, and of two to five letters of a word."""
    tokens = _TOKEN.findall(text)
    words = {_bucket(" ".join(tokens[at : at + size])) for size in (1, 2, 3) for at in range(len(tokens) - size + 1)}
    letters: set[int] = set().union(*map(_spelling, set(text.split())))
    return sorted(words), sorted(letters)


@lru_cache(maxsize=1024)
def _spelling(word: str) -> tuple[int, ...]:
    """Return the buckets of the groups of two to five letters of a word; half of a text are a few hundred words."""
    token = f"#{word}#"
    return tuple(
        _bucket(f"\x1f{token[at : at + size]}") for size in (2, 3, 4, 5) for at in range(len(token) - size + 1)
    )


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode(errors="replace")) % BUCKETS


def dense(text: str) -> list[float]:
    """Return length, marks and the valence of words of a cleaned text; `DENSE` numbers of about -1 to 1."""
    count = len(text.split())
    good_or_bad = valences(text)
    return [
        math.log1p(count) / 3,
        float(count <= 2),
        float(count <= 4),
        float(count > 12),
        float("!" in text),
        float("?" in text),
        float("…" in text),
        sum(value for value in good_or_bad if value > 0) / 8,
        sum(value for value in good_or_bad if value < 0) / 8,
        max([0.0, *good_or_bad]) / 4,
        min([0.0, *good_or_bad]) / 4,
        sum(good_or_bad) / max(count, 1) / 4,
    ]
