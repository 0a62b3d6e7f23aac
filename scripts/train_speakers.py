#!/usr/bin/env python3
"""Fit the weights of the evidence for speakers: ``python scripts/train_speakers.py [--data DIR] [--write|--held-out]``.

The model is a conditional random field over the turns of a book. Its features are those of ``audiobook.adapt.who``,
its steps those of ``audiobook.adapt.decode``, and it is fitted to books whose speakers people have labelled:
QuoteLi3 (three novels, CC-BY-4.0) and LitBank (50 openings, CC-BY-4.0) in ``DIR/quotes``. Every weight is held near a
rough first value (PRIOR), so that little data cannot bend it far. The texts of LitBank have a sentence a line and no
paragraphs: they help with people and pronouns but have turn-taking weights of their own, which are thrown away.

Without an option the script fits the weights on everything and compares them with the shipped file (exit code 1 when
they differ). ``--write`` ships them. ``--held-out`` fits on all novels but one, for each in turn, and tells how many
quotations of that one, of those whose speaker the program knows by any name, it gives to the right speaker.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from evaluation import quotes as collection
from numpy.typing import NDArray

from audiobook.adapt import marking
from audiobook.adapt.decode import decode
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.turns import told_class
from audiobook.adapt.who import Evidence
from audiobook.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "audiobook" / "adapt" / "data" / "weights.txt"
TOLD = ("none", "beat", "pronoun", "noun", "name")
_PRIOR = """
cast=0.28 fame=0.2 lately=0.55 soon=0.5 near=0.0 unseen=0.0 tail=0.0 near_last=0.55 near_sole=0.06
near_subject=0.0 near_focus=0.0 narrator=-0.7 focus=2.0 focus_talk=2.0 focus_noun=0.0 share_pronoun=0.0
share_noun=0.0 own_call=-3.6 own_name=-2.2 own_named=0.6 own_kin=-2.0 called_before=1.8 called_after=0.5
told_to=1.9 listens=-4.0 next_first=-0.3 sex_called=-1.4 title_called=1.2 kin_called=1.2 other_sex=-6.0
no_sex=-0.9 pronoun_own=1.9 pronoun_first=0.7 pronoun_second=0.7 pronoun_subject=1.5 role_link=2.4 role_kin=2.5
role_owner=-3.0 role_tie=1.5 role_bearer=1.0 role_self=4.5 role_parity=2.5 role_self_any=1.2 role_often=0.7
role_self_kin=0.2 role_stranger=-1.6 tag_sure=8.7 tag_good=8.0 tag_fair=3.2 tag_beat=2.4 lone=-1.0
same_0_none=-3.2 same_0_beat=-3.2 same_0=-2.0 same_t_none=-3.2 same_t_beat=-3.2 same_t=-2.0 same_1=-1.1
same_2=-1.0 back_0=-0.3 back_t=-0.3 back_1=-1.0 back_2=-1.2 other_0_none=-2.7 other_0_beat=-2.7 other_0=-1.5
other_t_none=-2.7 other_t_beat=-2.7 other_t=-1.5 other_1=-1.7 other_2=-1.5
"""
PRIOR = {name: float(value) for name, _, value in (one.partition("=") for one in _PRIOR.split())}
"""First values (log odds), by feature or by feature without the kind of tag that ends its name."""
WIDTH, PASSES = 10, 3
ROUNDS, STEPS, RATE, PULL, SHARE = 2, 25, 0.15, 4.0, 0.15
"""Rounds of finding the features anew, steps of each, their size, how strongly weights are held, and how much a
quotation of LitBank counts."""

Array = NDArray[np.float64]


@dataclass(slots=True)
class Labelled:
    """A book as the program reads it, with the labelled speakers of its turns."""

    name: str
    evidence: Evidence
    gold: dict[int, tuple[str, float]]
    """Turn -> its speaker, and how many quotations of it count."""
    people: dict[int, str]
    """Figure -> the labelled speaker it stands for."""
    lines: bool
    """Sentences stand for paragraphs."""


@dataclass(slots=True)
class Turns:
    """The features of one book, turn by turn."""

    ids: list[Array]
    features: list[Array]
    right: list[list[int]]
    """Places of the right figures among the candidates; empty when nobody knows."""
    counts: list[float]
    """Quotations of the turn that are labelled, 0 when none is."""
    kinds: list[str]
    """Names of the steps' weights, empty where a scene begins."""
    lone: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name} anew")
    parser.add_argument("--held-out", action="store_true", help="tell the accuracy on books not learned from")
    arguments = parser.parse_args()
    if not (arguments.data / "quotes").is_dir():
        print(f"{arguments.data / 'quotes'} is not there: nothing to learn from")
        return 0
    books = read(arguments.data)
    if arguments.held_out:
        for held in [book for book in books if not book.lines]:
            weights = fit([book for book in books if not alike(book, held)])
            start = first(weights)
            print(f"{held.name}: {accuracy(held, start):.4f} with first values, {accuracy(held, weights):.4f} fitted")
        return 0
    text = written(fit(books))
    if arguments.write:
        WEIGHTS.write_text(text, encoding="utf-8", newline="\n")
    same = WEIGHTS.read_text(encoding="utf-8") == text
    print(f"{WEIGHTS.name} {'is' if same else 'is not'} what the data gives")
    return 0 if same else 1


def alike(one: Labelled, other: Labelled) -> bool:
    """Tell whether two texts are of one book (LitBank holds openings of novels that QuoteLi3 holds too)."""
    titles = {"pp": "pride_and_prejudice", "emma": "_emma", "steppe": "_steppe"}
    return one is other or one.name.endswith(titles.get(other.name, other.name))


def read(data: Path) -> list[Labelled]:
    """Read the labelled books."""
    score = collection.scorer(data / "quotes" / "score.py")
    books: list[Labelled] = []
    for folder in ("quoteli3", "litbank"):
        for name, gold in score.load(str(data / "quotes" / folder)).items():
            book = collection.read_text(gold["text"])
            evidence = marking.read_evidence(book, Settings().adapt)
            turn_of = {i: n for n, turn in enumerate(evidence.turns) for i in turn.quotes}
            owner: dict[int, int] = {}
            for i, quote in enumerate(evidence.quotes):
                chapter, p = evidence.flow.places[quote.paragraph]
                base = evidence.flow.starts[quote.paragraph]
                span = book.chapters[chapter].paragraphs[p].source_span(quote.start - base, quote.end - base)
                if span is not None:
                    owner.update(dict.fromkeys(range(span.start, span.end), i))
            votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
            for one in gold["quotes"]:
                left, right = score.trim(gold["text"], one["start"], one["end"])
                inside = Counter(owner[k] for k in range(left, right) if k in owner)
                if one.get("type") != "nested" and inside:
                    votes[turn_of[inside.most_common(1)[0][0]]][one["speaker"]] += 1
            labels = {n: (v.most_common(1)[0][0], float(min(v.total(), 2))) for n, v in votes.items()}
            names = {c["name"]: {score.norm(a) for a in (*c["aliases"], c["name"])} for c in gold["characters"]}
            people = known(evidence, labels, {s: frozenset(map(str, a)) for s, a in names.items()}, score.norm)
            if labels:
                books.append(Labelled(name, evidence, labels, people, folder == "litbank"))
    return books


def known(
    evidence: Evidence, labels: dict[int, tuple[str, float]], names: dict[str, frozenset[str]], norm: object
) -> dict[int, str]:
    """Find which labelled speaker each figure stands for: whom its sure tags go with, else whose name it bears."""
    assert callable(norm)
    votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for n, (speaker, count) in labels.items():
        for tag in evidence.turns[n].tags[:1]:
            figure = evidence.who(tag.mention, n)
            if tag.strength >= 0.85 and figure >= 0:
                votes[figure][speaker] += int(count)
    bearers: defaultdict[str, list[str]] = defaultdict(list)
    for speaker, aliases in names.items():
        for alias in aliases:
            bearers[alias].append(speaker)
    found: dict[int, str] = {}
    for i, person in enumerate(evidence.roster.figures):
        (speaker, count), *_ = [*votes[i].most_common(1), ("", 0)]
        if speaker and count >= 0.6 * votes[i].total() and (count > 1 or not person.role):
            found[i] = speaker
            continue
        sole = [bearers[norm(text)][0] for text in person.shown.values() if len(bearers[norm(text)]) == 1]
        if sole:
            found[i] = sole[0]
    named = {speaker for i, speaker in found.items() if not evidence.roster.figures[i].role}
    return {i: s for i, s in found.items() if not (evidence.roster.figures[i].role and s in named)}


def first(names: dict[str, float]) -> dict[str, float]:
    """Give every weight its first value."""
    return {name: prior(name) for name in names}


def prior(name: str) -> float:
    plain = name.removeprefix("line:")
    stem, _, told = plain.rpartition("_")
    return PRIOR[plain] if plain in PRIOR else PRIOR[stem] if told in TOLD else 0.0


def vocabulary() -> dict[str, float]:
    """Name all weights, in the order of the file."""
    classed = ["cast", "fame", "lately", "soon", "near", "unseen", "tail", "near_last", "near_sole", "near_subject"]
    classed += ["near_focus", "narrator"]
    steps = tuple(f"{kind}_{step}" for kind in ("same", "back", "other") for step in "0t12")
    plain = [name for name in PRIOR if name not in {*classed, *steps} and name.rpartition("_")[0] not in steps]
    return first(dict.fromkeys([*plain, *(f"{stem}_{told}" for stem in (*classed, *steps) for told in TOLD)], 0.0))


def fit(books: list[Labelled]) -> dict[str, float]:
    """Fit the weights to books, twice, because the weights tell who is about."""
    weights = vocabulary()
    steps = [n for n in weights if n != "other_sex" and n.startswith(("lone", "same_", "back_", "other_"))]
    weights |= first({f"line:{name}": 0.0 for name in steps})
    places = {name: i for i, name in enumerate(weights)}
    held = np.asarray(list(weights.values()))
    for _ in range(ROUNDS):
        examples = [(gather(book, weights, places), SHARE if book.lines else 1.0) for book in books]
        vector = climb(examples, np.asarray(list(weights.values())), held, places)
        weights = {name: round(float(vector[i]), 2) for name, i in places.items()}
    return {name: value for name, value in weights.items() if not name.startswith("line:")}


def gather(book: Labelled, weights: dict[str, float], places: dict[str, int]) -> Turns:
    """List the features that the last pass of decoding sees."""
    evidence = book.evidence
    with lexicon_weights(weights):
        ranked = evidence.candidates()
        for _ in range(PASSES - 1):
            guesses = [list(zip(c.ids, p, strict=True)) for c, p in zip(ranked, decode(ranked), strict=True)]
            ranked = evidence.candidates(guesses)
        company = evidence.company(guesses)
    turns = Turns([], [], [], [], [], "line:lone" if book.lines else "lone")
    for n, options in enumerate(ranked):
        found = evidence.features(n, company[n])
        matrix = np.zeros((len(options.ids), len(places)))
        for row, figure in enumerate(options.ids):
            for name, value in found.get(figure, {}).items():
                matrix[row, places[name]] = value
        speaker, count = book.gold.get(n, ("", 0.0))
        turns.ids.append(np.asarray(options.ids, dtype=np.float64))
        turns.features.append(matrix)
        turns.right.append([i for i, f in enumerate(options.ids) if speaker and book.people.get(f) == speaker])
        turns.counts.append(count)
        kind = f"{'line:' if book.lines else ''}{options.step}_{told_class(evidence.turns[n])}"
        turns.kinds.append(kind if n and options.gap <= 8 else "")
    return turns


class lexicon_weights:  # noqa: N801  (a context manager reads like a function)
    """Let the program decide by other weights for a while."""

    def __init__(self, weights: dict[str, float]) -> None:
        self.weights = weights

    def __enter__(self) -> None:
        self.shipped = dict(lexicon().weights)
        lexicon().weights.clear()
        lexicon().weights.update(self.weights)

    def __exit__(self, *_: object) -> None:
        lexicon().weights.clear()
        lexicon().weights.update(self.shipped)


def climb(examples: list[tuple[Turns, float]], start: Array, held: Array, places: dict[str, int]) -> Array:
    """Ascend the likelihood of the labelled speakers, less what leaving the first values costs (Adam)."""
    vector, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(STEPS):
        slope = -PULL * (vector - held)
        for turns, share in examples:
            slope += share * (expected(turns, vector, places, bound=True) - expected(turns, vector, places))
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        size = RATE * (1 - step / STEPS) / (1 - 0.9 ** (step + 1))
        vector = vector + size * mean / (np.sqrt(square / (1 - 0.99 ** (step + 1))) + 1e-6)
    return vector


def expected(turns: Turns, vector: Array, places: dict[str, int], *, bound: bool = False) -> Array:
    """Sum the features over all ways to give the turns speakers; bound, only over those that the labels allow."""
    total = np.zeros_like(vector)
    scores: list[Array] = []
    for matrix, right in zip(turns.features, turns.right, strict=True):
        own = matrix @ vector
        if bound and right:
            kept = np.full_like(own, -200.0)
            kept[right] = own[right]
            own = kept
        scores.append(own)
    forward = [scores[0][None, :]]
    steps: list[Array] = [np.zeros((1, 1, 1))]
    for n in range(1, len(scores)):
        steps.append(_moves(turns, n, vector, places)[0])
        forward.append(_even(_logsum(forward[-1][:, :, None] + steps[n], 0) + scores[n][None, :]))
    backward = np.zeros_like(forward[-1])
    for n in range(len(scores) - 1, -1, -1):
        total += _chances(forward[n] + backward).sum(axis=0) @ turns.features[n]
        if n:
            ahead = backward + scores[n][None, :]
            joint = forward[n - 1][:, :, None] + steps[n] + ahead[None, :, :]
            if turns.kinds[n]:
                chances = _chances(joint)
                for name, mask in _moves(turns, n, vector, places)[1]:
                    total[places[name]] += float((chances * mask).sum())
            backward = _even(_logsum(steps[n] + ahead[None, :, :], 2))
    return total


def _moves(turns: Turns, n: int, vector: Array, places: dict[str, int]) -> tuple[Array, list[tuple[str, Array]]]:
    """Weigh (speaker of n - 2, of n - 1, of n) as ``decode`` does, and tell which weight applies where."""
    before, now, kind = turns.ids[n - 1], turns.ids[n], turns.kinds[n]
    earlier = turns.ids[n - 2] if n > 1 else np.zeros(1)
    shape = (len(earlier), len(before), len(now))
    if not kind:
        return np.zeros(shape), []
    same = np.broadcast_to(before[None, :, None] == now[None, None, :], shape)
    if n > 1 and turns.kinds[n - 1]:
        back = np.broadcast_to(earlier[:, None, None] == now[None, None, :], shape) & ~same
        masks = [(f"same_{kind}", same), (f"back_{kind}", back), (f"other_{kind}", ~same & ~back)]
    else:
        masks = [(f"same_{kind}", same), (turns.lone, ~same)]
    found = [(_placed(name), mask.astype(np.float64)) for name, mask in masks]
    return sum((vector[places[name]] * mask for name, mask in found), np.zeros(shape)), found


def _placed(name: str) -> str:
    """Put the mark of LitBank's own weights in front."""
    return "line:" + name.replace("line:", "") if "line:" in name else name


def _logsum(values: Array, axis: int) -> Array:
    top = values.max(axis=axis, keepdims=True)
    result: Array = np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis)
    return result


def _even(values: Array) -> Array:
    result: Array = values - values.max()
    return result


def _chances(values: Array) -> Array:
    weights = np.exp(values - values.max())
    result: Array = weights / weights.sum()
    return result


def accuracy(book: Labelled, weights: dict[str, float]) -> float:
    """Share of the labelled quotations that the program gives to the right speaker by these weights."""
    with lexicon_weights(weights):
        ranked, chances = marking.decide(book.evidence)
    right = total = 0.0
    for n, (speaker, count) in book.gold.items():
        best = max(range(len(chances[n])), key=lambda i, n=n: (chances[n][i], -i))  # type: ignore[misc]
        total += count
        right += count * (book.people.get(ranked[n].ids[best]) == speaker)
    return right / max(total, 1.0)


def written(weights: dict[str, float]) -> str:
    """Word the file of the weights."""
    head = "# Weights of the evidence for a speaker (log odds), fitted by scripts/train_speakers.py; see its docstring."
    return "\n".join([head, *(f"{name} {value}" for name, value in weights.items())]) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))
    sys.exit(main())
