#!/usr/bin/env python3
"""Train the model of audiobook/adapt/emotion.py: ``python scripts/train_emotion.py [--data DIR] [--out FILE]``.

DIR holds XED's English lines (``en-annotated.tsv``: text, tab, numbers of emotions; ``neu_en.txt``: number, tab,
neutral text; Öhman et al. 2020, CC-BY-4.0). Lines whose number is divisible by five are left out, for testing.
One logistic regression a label (L2, labels weighted against their rarity) is fitted by Adam over all lines at once;
limits are chosen by cross-validation over four parts. Nothing is random, so the same data gives the same model.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from audiobook.adapt.emotion import BUCKETS, DENSE, LABELS, cleaned, dense, hashed  # noqa: E402 - needs the path above

HELD_OUT = 5
PARTS = 4
C = 0.3
"""Inverse strength of the L2 penalty."""
ROUNDS = 120
SURE_PRECISION = 2 / 3
Floats = NDArray[np.float32]


class Lines(NamedTuple):
    """Sparse features of lines, row after row."""

    rows: list[tuple[NDArray[np.int32], Floats]]
    """Bucket numbers and values of each line."""
    labels: NDArray[np.bool_]


def read(folder: Path) -> list[tuple[str, set[int]]]:
    items = []
    for number, line in enumerate((folder / "en-annotated.tsv").read_text("utf-8").split("\n")):
        text, tab, labels = line.rpartition("\t")
        if tab and number % HELD_OUT:
            items.append((text, {int(label) for label in labels.split(",") if label.strip()}))
    for number, line in enumerate((folder / "neu_en.txt").read_text("utf-8").split("\n")):
        if line and number % HELD_OUT:
            items.append((line.rpartition("\t")[2], {0}))
    return items


def document_frequencies(groups: list[tuple[list[int], list[int]]]) -> Floats:
    counts = np.zeros(BUCKETS, np.int64)
    for words, letters in groups:
        counts[words] += 1
        counts[letters] += 1
    idf = np.log((1 + len(groups)) / (1 + counts)) + 1
    return np.where(counts >= 2, idf, 0).astype(np.float32)


def features(text: str, groups: tuple[list[int], list[int]], idf: Floats) -> tuple[NDArray[np.int32], Floats]:
    numbers, values = [], []
    for group in groups:
        rows = np.array([row for row in group if idf[row]], np.int32)
        if len(rows):
            numbers.append(rows)
            values.append(idf[rows] / np.linalg.norm(idf[rows]))
    numbers.append(np.arange(BUCKETS, BUCKETS + DENSE, dtype=np.int32))
    values.append(np.array(dense(text), np.float32))
    return np.concatenate(numbers), np.concatenate(values).astype(np.float32)


class Sparse:
    """A sparse matrix that multiplies from both sides, for columns that occur in it."""

    def __init__(self, rows: list[tuple[NDArray[np.int32], Floats]]) -> None:
        numbers = np.concatenate([row[0] for row in rows])
        self.columns, self.inner = np.unique(numbers, return_inverse=True)
        self.values = np.concatenate([row[1] for row in rows])
        lengths = np.array([len(row[0]) for row in rows])
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.owner = np.repeat(np.arange(len(rows)), lengths)

    def forward(self, weights: Floats) -> Floats:
        """Rows times ``weights`` of the columns that occur."""
        return np.add.reduceat(weights[self.inner] * self.values, self.starts)

    def backward(self, errors: Floats) -> Floats:
        """Transposed matrix times ``errors``."""
        return np.bincount(self.inner, errors[self.owner] * self.values, len(self.columns)).astype(np.float32)


def fit(matrix: Sparse, truth: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Fit one label; return weights of the columns that occur, and the bias."""
    share = truth.mean()
    balance = np.where(truth, 0.5 / share, 0.5 / (1 - share)).astype(np.float32) * C
    weights = np.zeros(len(matrix.columns) + 1, np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    best, best_loss = weights.copy(), np.inf
    for step in range(1, ROUNDS + 1):
        score = matrix.forward(weights[:-1]) + weights[-1]
        chance = 1 / (1 + np.exp(-score))
        loss = float((balance * np.logaddexp(0, np.where(truth, -score, score))).sum() + (weights[:-1] ** 2).sum() / 2)
        if loss < best_loss:
            best, best_loss = weights.copy(), loss
        errors = balance * (chance - truth)
        gradient = np.append(matrix.backward(errors) + weights[:-1], errors.sum()).astype(np.float32)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = 0.1 * (1 - step / ROUNDS) + 0.001
        weights = weights - rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-6)
    return best[:-1], float(best[-1])


def fit_all(lines: Lines) -> tuple[Floats, Floats]:
    matrix = Sparse(lines.rows)
    weights = np.zeros((BUCKETS + DENSE, len(LABELS)), np.float32)
    bias = np.zeros(len(LABELS), np.float32)
    for label in range(len(LABELS)):
        weights[matrix.columns, label], bias[label] = fit(matrix, lines.labels[:, label])
    return weights, bias


def score(rows: list[tuple[NDArray[np.int32], Floats]], weights: Floats, bias: Floats) -> Floats:
    return np.stack([values @ weights[numbers] for numbers, values in rows]) + bias


def limits(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the score limit of the best F1, and the lowest one that is right often enough."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    given = np.arange(1, len(order) + 1)
    best = int(np.argmax(2 * hits / (given + truth.sum())))
    right = np.nonzero((hits / given >= SURE_PRECISION) & (given >= 10))[0]
    sure = int(right[-1]) if len(right) else 0
    return float(scores[order[best]]), float(scores[order[sure]])


def cross_validated(lines: Lines) -> Floats:
    scores = np.zeros(lines.labels.shape, np.float32)
    part = np.arange(len(lines.rows)) % PARTS
    for number in range(PARTS):
        inside = np.nonzero(part != number)[0]
        weights, bias = fit_all(Lines([lines.rows[at] for at in inside], lines.labels[inside]))
        outside = np.nonzero(part == number)[0]
        scores[outside] = score([lines.rows[at] for at in outside], weights, bias)
        print(f"part {number + 1} of {PARTS}", flush=True)
    return scores


def quantized(values: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Round columns to 8 bits; return them and each column's step."""
    step = np.maximum(np.abs(values).max(axis=0), 1e-9) / 127
    return np.round(values / step).astype(np.int8), step.astype(np.float32)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "emotion")
    parser.add_argument("--out", type=Path, default=ROOT / "audiobook" / "adapt" / "data" / "emotion.npz")
    arguments = parser.parse_args()
    items = read(arguments.data)
    texts = [cleaned(text) for text, _ in items]
    groups = [hashed(text) for text in texts]
    idf = document_frequencies(groups)
    lines = Lines(
        [features(text, group, idf) for text, group in zip(texts, groups, strict=True)],
        np.array([[label in labels for label in range(len(LABELS))] for _, labels in items]),
    )
    print(f"{len(items)} lines, {int((idf > 0).sum())} features", flush=True)
    scores = cross_validated(lines)
    chosen = [limits(scores[:, label], lines.labels[:, label]) for label in range(len(LABELS))]
    weights, bias = fit_all(lines)
    eight_bit, scale = quantized(weights)
    idf_bit, idf_scale = quantized(idf)
    np.savez_compressed(
        arguments.out,
        weights=eight_bit,
        scale=scale,
        idf=idf_bit,
        idf_scale=idf_scale,
        bias=bias,
        limits=np.array([best for best, _ in chosen], np.float32),
        sure=np.array([sure for _, sure in chosen], np.float32),
    )
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
