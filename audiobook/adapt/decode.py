"""All speakers of a chapter at once: evidence of each turn plus the give and take of conversation.

A second-order chain whose state is (speaker before, speaker now); sums over all paths give every
candidate a probability, so a tag acts on the turns before it as well as on those behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audiobook.adapt.lexicon import lexicon

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Candidates", "decode"]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may speak one turn."""

    ids: tuple[int, ...]
    """Figures, best first."""
    scores: tuple[float, ...]
    """Log weights of the turn's own evidence."""
    gap: int
    """Paragraphs of narration since the turn before; large when a scene begins."""
    told: str
    """The kind of its tag (see ``told_class``); authors tag where the alternation breaks."""
    step: str = "0"
    """What lies between it and the turn before: ``0`` nothing, ``t`` a sentence behind the speech before, ``1`` or
    ``2`` (two and more) paragraphs of narration."""


def decode(turns: Sequence[Candidates]) -> list[tuple[float, ...]]:
    """Give the probability of each candidate of each turn, in the order of its ids."""
    if not turns:
        return []
    ids = [np.asarray(turn.ids) for turn in turns]
    scores = [np.asarray(turn.scores)[None, :] for turn in turns]
    forward = [_norm(scores[0])]
    for n in range(1, len(turns)):
        step = _transition(turns, ids, n, len(forward[-1]))
        forward.append(_norm(_logsum(forward[-1][:, :, None] + step, 0) + scores[n]))
    backward = np.zeros_like(forward[-1])
    marginals: list[tuple[float, ...]] = []
    for n in range(len(turns) - 1, -1, -1):
        joint = forward[n] + backward
        one = _logsum(joint, 0)
        weights = np.exp(one - one.max())
        marginals.append(tuple(float(w) for w in weights / weights.sum()))
        if n:
            ahead = backward + scores[n]
            step = _transition(turns, ids, n, len(forward[n - 1]))  # kept, all of them would be the most of a draft
            backward = _norm(_logsum(step + ahead[None, :, :], 2))
    marginals.reverse()
    return marginals


def _norm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values - values.max())


def _logsum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    top = values.max(axis=axis, keepdims=True)
    total: NDArray[np.float64] = np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis)
    return total


def _transition(
    turns: Sequence[Candidates], ids: Sequence[NDArray[np.int64]], n: int, width: int
) -> NDArray[np.float64]:
    """Weigh (speaker of n - 2, speaker of n - 1, speaker of n); ``ids`` are those of the turns."""
    weigh = lexicon().weights
    now, before = ids[n], ids[n - 1]
    if turns[n].gap > 8:
        return np.zeros((width, len(before), len(now)))
    kind = f"{turns[n].step}_{turns[n].told}"
    weights = np.full((width, len(before), len(now)), weigh[f"other_{kind}"])
    if n > 1 and turns[n - 1].gap <= 8:
        back = ids[n - 2][:, None, None] == now[None, None, :]
        weights = np.where(back, weigh[f"back_{kind}"], weights)
    else:
        weights = np.full_like(weights, weigh["lone"])
    same = before[None, :, None] == now[None, None, :]
    return np.where(same, weigh[f"same_{kind}"], weights)
